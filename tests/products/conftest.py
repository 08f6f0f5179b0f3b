from __future__ import annotations

import pytest

from gridmerge.products import publish_build
from tests.products.naive import naive_build


@pytest.fixture(scope="session")
def build(tmp_path_factory):
    return naive_build(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="session")
def out(build, tmp_path_factory):
    folder = tmp_path_factory.mktemp("成果 文件夹") / "out"
    publish_build(build, folder)
    return folder
