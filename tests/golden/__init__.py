"""A tiny project kept with the numbers its build gives: a change of the numbers must be meant.

`python -m tests.golden` builds it and writes `expected.json` again; look at the difference before committing it.
"""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

import gridmerge

HERE = Path(__file__).parent
PROJECT = HERE / "project"
EXPECTED = HERE / "expected.json"
TOWN = {"seed": 42, "villages": 3, "layers": 5, "blocks": 12, "dirt": 0.5}


def numbers() -> dict[str, object]:
    """Build the project in memory and say what came out, rounded far above the noise of other GEOS versions."""
    build = gridmerge.build(PROJECT)
    table = pd.DataFrame(build.crosswalk)
    grids = build.plan.grids
    return {
        "villages": len(build.township.villages),
        "sources": {layer.key: len(layer.frame) for layer in build.layers},
        "faces": len(build.mosaic.faces),
        "grids": {
            row.grid_code: {
                "households": round(row.households),
                "hectares": round(row.area_m2 / 1e4, 1),
            }
            for row in grids.itertuples()
        },
        "crosswalk_rows": {str(key): int(n) for key, n in table.groupby("layer").size().items()},
        "members": {
            str(key): int(n)
            for key, n in build.assignment.assignments.groupby("duty").size().items()
        }
        if build.assignment
        else {},
        "findings": dict(
            sorted(pd.Series([f.kind for f in build.findings]).value_counts().items())
        ),
    }


def write() -> None:
    """Write `expected.json` from today's build."""
    EXPECTED.write_text(
        json.dumps(numbers(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n"
    )
