"""What stands behind a finished build: its own files, its project file and the inputs of the project."""

from __future__ import annotations

import json
from pathlib import Path

from gridmerge.products.publication import ALL_BUILD_FILES


def list_finished_inputs(out: Path, own: str = "") -> list[Path]:
    """Return what a command on a finished build must not write over.

    Parameters
    ----------
    out
        The folder of the build.
    own
        The one of its files that the command itself writes anew.
    """
    files = [out / name for name in ALL_BUILD_FILES if name != own]
    try:
        report = json.loads((out / "report.json").read_text("utf-8"))
        project = out / report["project"]["path"]
        told = [
            part["path"] for source in report["inputs"] for part in (source["files"] or [source])
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return files  # a command that needs the report says what is wrong with it
    return [*files, project, *(project.parent / path for path in told)]
