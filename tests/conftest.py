"""What several rooms' tests stand on: the small town, built once a session."""

from __future__ import annotations

from pathlib import Path

import pytest

from gridmerge.pipeline import build
from tests.small_project import write_small_project


@pytest.fixture(scope="session")
def built_town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small project with its build in ``out``; whoever changes anything takes a copy."""
    project = write_small_project(tmp_path_factory.mktemp("built") / "青山 项目")
    build(project, project / "out")
    return project
