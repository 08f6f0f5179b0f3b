"""A finished build → the plans to choose from beside it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from gridmerge.districting import make_alternatives
from gridmerge.i18n.text import Text
from gridmerge.model import Build
from gridmerge.products import list_build_inputs, write_alternatives
from gridmerge.progress import Progress, ignore_progress


def compare_plans(
    build: Build, out: Path, *, processes: int = 1, progress: Progress = ignore_progress
) -> pd.DataFrame:
    """Make the plans to choose from and write them beside a finished build.

    They are the plans of the fewest changes, the most even grids and the most compact ones.

    Returns
    -------
    DataFrame
        A row a plan: plan, grids, share_in_range, max_over_mean, inner_line_m, agreement, kept_share.
        Where a meeting has moved faces, its plan joins the table as ``edited``; the others are
        formed without its moves.

    Raises
    ------
    OutputError
        The two files, alternatives.csv and alternatives.gpkg, cannot be written.
    """
    progress(Text("另作比选方案", "Making plans to choose from"))
    plan = build.plan if "edits" in build.plan.figures else None
    plans, table = make_alternatives(
        build.mosaic,
        build.weights,
        build.township,
        build.settings.grids,
        processes,
        plan,
        build.plan.constraints,
    )
    write_alternatives(plans, table, out, list_build_inputs(build))
    return table
