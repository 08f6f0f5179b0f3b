from __future__ import annotations

import pytest

from gridmerge.publish import publish
from tests.publish.naive import naive_build


@pytest.fixture(scope="session")
def build(tmp_path_factory):
    return naive_build(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="session")
def out(build, tmp_path_factory):
    folder = tmp_path_factory.mktemp("成果 文件夹") / "out"
    publish(build, folder)
    return folder
