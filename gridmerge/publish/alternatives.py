"""Plans to choose from: alternatives.csv, one row a plan, and alternatives.gpkg, one layer a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from gridmerge.model import GridPlan
from gridmerge.publish.discreet import discreet_plan
from gridmerge.publish.geopackage import write_layers
from gridmerge.publish.staging import staged
from gridmerge.publish.tables import write_csv

TABLE, LAYERS = COMPARED = ("alternatives.csv", "alternatives.gpkg")


def write_alternatives(
    plans: Mapping[str, GridPlan], table: pd.DataFrame, out: Path, inputs: Sequence[Path] = ()
) -> None:
    """Write the plans beside a finished build, both files or none.

    Parameters
    ----------
    plans
        By name, which becomes the layer's.
    table
        One row a plan, as `gridmerge.partition.alternatives` gives it.
    out
        The output folder; other files in it stay as they are.
    inputs
        What the build was made from, and must not be written over.

    Raises
    ------
    OutputError
        OUT cannot be written, or one of the two files is an input or held open; OUT is then as it was.
    """
    with staged(out, COMPARED, inputs) as folder:
        write_csv(
            folder / TABLE,
            list(table.columns),
            ({str(k): v for k, v in row.items()} for row in table.to_dict("records")),
        )
        layers = ((name, discreet_plan(plan).grids.sort_values("grid_code"), name) for name, plan in plans.items())
        write_layers(folder / LAYERS, layers)
