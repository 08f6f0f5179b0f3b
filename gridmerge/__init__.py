"""gridmerge: the grid networks of a township's departments, merged into one layer of unified comprehensive grids.

`build` runs the whole pipeline on a project, `check` loads and cleans only; each room is a package of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gridmerge.pipeline import build, check

__version__ = "0.1.0"
__all__ = ["build", "check"]


def __getattr__(name: str) -> Any:
    # The pipeline brings GDAL, GEOS and pandas with it; `gridmerge --help` has no need to wait for them.
    if name in __all__:
        from gridmerge.source_date import prove_day

        prove_day()
        from gridmerge import pipeline

        return getattr(pipeline, name)
    raise AttributeError(f"module 'gridmerge' has no attribute {name!r}")
