"""report.json: the figures of a build, as the contract names them."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridmerge.config.settings import AREA_UNIT
from gridmerge.model import Build, Source
from gridmerge.products.data.docket import summarize_discrepancies
from gridmerge.products.workbook.reconciliation import FATE_LABELS, source_fates


def write_report_json(build: Build, out: Path, file: Path) -> None:
    """Write the summary; `out` is where the build will lie, from which the project file is found again."""
    report = summarize_build(build)
    report["project"]["path"] = _path_from(out, build.settings.file)
    file.write_text(
        json.dumps(report, ensure_ascii=False, indent=1, allow_nan=False) + "\n", "utf-8"
    )


def summarize_build(build: Build) -> dict[str, Any]:
    """Return the figures of a build as plain values: version, project, inputs, counts, seconds, overlay, grids, members."""
    report = {
        "version": version("gridmerge"),
        "project": {
            "name": build.settings.project.name,
            "code": build.township.code,
            "crs": build.township.crs.to_string(),
            "language": build.settings.project.language,
            "contacts": build.settings.publish.contacts,
            "date": build.date,
        },
        "inputs": [_source_entry(source) for source in build.sources],
        "counts": _count_parts(build),
        "seconds": dict(build.seconds),
        "overlay": build.mosaic.figures,
        "work": build.weights.totals.to_dict("records"),
        "grids": _grid_figures(build),
        "members": _member_figures(build),
        "open": summarize_discrepancies(build),
    }
    plain_report: dict[str, Any] = to_plain_value(report)
    return plain_report


def _grid_figures(build: Build) -> dict[str, Any]:
    """Limits, how many grids miss them, what became of the departmental grids, and all that forming the grids measured."""
    sizes, grids = build.plan.sizes, build.plan.grids
    size = unit_values(build, grids[grids["grid_type"] == "comprehensive"])
    fates = source_fates(build)["fate"].value_counts()
    return {
        "unit": sizes.unit,
        "target": sizes.target,
        "min": sizes.min,
        "max": sizes.max,
        "below_min": int((size < (sizes.min or 0.0)).sum()),
        "above_max": int((size > (sizes.max or math.inf)).sum()),
        "departmental_grids": {fate: int(fates.get(fate, 0)) for fate in FATE_LABELS},
        **build.plan.figures,
    }


def _member_figures(build: Build) -> dict[str, Any]:
    """What assigning measured; empty without a roster."""
    if build.assignment is None:
        return {}
    figures = build.assignment.figures
    mean = figures["mean_load_per_capacity"]
    # no work at all: nobody has more than others
    ratio = figures["max_load_per_capacity"] / mean if mean > 0 else 1.0
    return {**figures, "load_per_capacity_max_over_mean": ratio}


def unit_values(build: Build, grids: pd.DataFrame) -> NDArray[np.float64]:
    """Return the size of each grid in the unit that sizes grids."""
    unit = build.plan.sizes.unit
    if unit == AREA_UNIT or unit not in grids.columns:
        return np.asarray(grids["area_m2"].to_numpy(dtype=float) / 1e4)
    return np.asarray(grids[unit].to_numpy(dtype=float))


def to_plain_value(value: Any) -> Any:
    """Return a value as JSON knows it: no numpy, no NaN, floats to nine digits after the point."""
    if isinstance(value, Mapping):
        return {str(key): to_plain_value(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [to_plain_value(item) for item in value]
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return round(float(value), 9) if math.isfinite(value) else None
    return value if value is None else str(value)


def _source_entry(source: Source) -> dict[str, Any]:
    return {
        "key": source.key,
        "path": source.path,
        "sha256": source.sha256,
        "driver": source.driver,
        "encoding": source.encoding,
        "crs": source.crs,
        "features": source.features,
        "files": [{"path": path, "sha256": sha256} for path, sha256 in source.files],
    }


def _count_parts(build: Build) -> dict[str, int]:
    return {
        "layers": len(build.layers),
        "networks": len(build.networks),
        "sources": sum(len(layer.frame) for layer in build.layers),
        "departmental_grids": sum(len(layer.frame) for layer in build.networks),
        "villages": len(build.township.villages),
        "faces": len(build.mosaic.faces),
        "grids": len(build.plan.grids),
        "members": 0 if build.assignment is None else len(build.assignment.members),
        "findings": len(build.findings),
        **{
            f"{level}s": sum(f.severity == level for f in build.findings)
            for level in ("error", "warning", "note")
        },
    }


def _path_from(out: Path, file: Path) -> str:
    try:
        return Path(os.path.relpath(file, out.resolve())).as_posix()
    except ValueError:  # another drive of Windows has no relative path
        return file.as_posix()
