"""Plans to choose from: alternatives.csv, one row a plan, and alternatives.gpkg, one layer a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from gridmerge.model import GridPlan
from gridmerge.products.data.csv_tables import write_csv
from gridmerge.products.data.geopackage import write_layers
from gridmerge.products.redaction import redact_plan
from gridmerge.products.transaction import stage_output

ALTERNATIVES_TABLE, ALTERNATIVES_LAYERS = ALTERNATIVE_FILES = (
    "alternatives.csv",
    "alternatives.gpkg",
)


def write_alternatives(
    plans: Mapping[str, GridPlan], table: pd.DataFrame, out: Path, inputs: Sequence[Path] = ()
) -> None:
    """Write the plans beside a finished build, both files or none.

    Parameters
    ----------
    plans
        By name, which becomes the layer's.
    table
        One row a plan, as `gridmerge.districting.alternative_plans` gives it.
    out
        The output folder; other files in it stay as they are.
    inputs
        What the build was made from, and must not be written over.

    Raises
    ------
    OutputError
        OUT cannot be written, or one of the two files is an input or held open; OUT is then as it was.
    """
    with stage_output(out, ALTERNATIVE_FILES, inputs) as folder:
        write_csv(
            folder / ALTERNATIVES_TABLE,
            list(table.columns),
            ({str(k): v for k, v in row.items()} for row in table.to_dict("records")),
        )
        layers = (
            (name, redact_plan(plan).grids.sort_values("grid_code"), name)
            for name, plan in plans.items()
        )
        write_layers(folder / ALTERNATIVES_LAYERS, layers)
