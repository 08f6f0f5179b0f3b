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

from gridmerge.config import AREA_UNIT
from gridmerge.model import Build, Source
from gridmerge.publish.slips import source_fates


def write_report_json(build: Build, out: Path, file: Path) -> None:
    """Write the summary; `out` is where the build will lie, from which the project file is found again."""
    report = summary(build)
    report["project"]["path"] = _path_from(out, build.settings.file)
    file.write_text(json.dumps(report, ensure_ascii=False, indent=1, allow_nan=False) + "\n", "utf-8")


def summary(build: Build) -> dict[str, Any]:
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
        "inputs": [_source(source) for source in build.sources],
        "counts": _counts(build),
        "seconds": dict(build.seconds),
        "overlay": build.mosaic.figures,
        "work": build.weights.totals.to_dict("records"),
        "grids": {**grid_figures(build), **build.plan.figures},
        "members": {} if build.assignment is None else {**_member_figures(build), **build.assignment.figures},
    }
    plain_report: dict[str, Any] = plain(report)
    return plain_report


def grid_figures(build: Build) -> dict[str, Any]:
    """Return how good the grids are: share in range, max/mean, spread, agreement of their lines, grids kept whole."""
    sizes, grids = build.plan.sizes, build.plan.grids
    common = grids[grids["grid_type"] == "comprehensive"]
    size = unit_values(build, common)
    low, high = sizes.min or 0.0, sizes.max or math.inf
    work = common["workload"].to_numpy(dtype=float)
    fates = source_fates(build)["fate"].value_counts()
    return {
        "unit": sizes.unit,
        "target": sizes.target,
        "min": sizes.min,
        "max": sizes.max,
        "share_in_range": float(((size >= low) & (size <= high)).mean()) if len(size) else None,
        "below_min": int((size < low).sum()),
        "above_max": int((size > high).sum()),
        "workload_max_over_mean": float(work.max() / work.mean()) if len(work) and work.mean() > 0 else None,
        "workload_cv": float(work.std() / work.mean()) if len(work) and work.mean() > 0 else None,
        "workload_gini": _gini(work),
        "boundary_agreement": _agreement(build),
        "departmental_grids_kept_whole": int(fates.get("kept", 0) + fates.get("merged", 0)),
        "departmental_grids_split": int(fates.get("split", 0)),
        "departmental_grids_without_a_face": int(fates.get("lost", 0)),
    }


def unit_values(build: Build, grids: pd.DataFrame) -> NDArray[np.float64]:
    """Return the size of each grid in the unit that sizes grids."""
    unit = build.plan.sizes.unit
    if unit == AREA_UNIT or unit not in grids.columns:
        return np.asarray(grids["area_m2"].to_numpy(dtype=float) / 1e4)
    return np.asarray(grids[unit].to_numpy(dtype=float))


def plain(value: Any) -> Any:
    """Return a value as JSON knows it: no numpy, no NaN, floats to nine digits after the point."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(item) for item in value]
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return round(float(value), 9) if math.isfinite(value) else None
    return value if value is None else str(value)


def _source(source: Source) -> dict[str, Any]:
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


def _counts(build: Build) -> dict[str, int]:
    return {
        "layers": len(build.layers),
        "sources": sum(len(layer.frame) for layer in build.layers),
        "villages": len(build.township.villages),
        "faces": len(build.mosaic.faces),
        "grids": len(build.plan.grids),
        "members": 0 if build.assignment is None else len(build.assignment.members),
        "findings": len(build.findings),
        **{f"{level}s": sum(f.severity == level for f in build.findings) for level in ("error", "warning", "note")},
    }


def _member_figures(build: Build) -> dict[str, Any]:
    assert build.assignment is not None
    members = build.assignment.members
    loads = members.loc[members["capacity"] > 0, "load_per_capacity"].to_numpy(dtype=float)
    mean = float(loads.mean()) if len(loads) else 0.0
    return {
        "count": len(members),
        "without_grid": int((members["grids"] == 0).sum()),
        "load_per_capacity_max_over_mean": float(loads.max() / mean) if mean > 0 else None,
    }


def _gini(values: NDArray[np.float64]) -> float | None:
    if not len(values) or values.sum() <= 0:
        return None
    ordered = np.sort(values)
    rank = np.arange(1, len(ordered) + 1)
    return float((2 * (rank * ordered).sum() / ordered.sum() - len(ordered) - 1) / len(ordered))


def _agreement(build: Build) -> float | None:
    """Mean agreement, by length, of the lines between grids of one village: 1 where every department has that line."""
    grid_of = build.plan.faces.set_index("face_id")["grid_code"]
    borders = build.mosaic.borders
    cut = borders[borders["face_a"].map(grid_of).to_numpy() != borders["face_b"].map(grid_of).to_numpy()]
    length = cut["length_m"].to_numpy(dtype=float)
    if not length.sum() > 0:
        return None
    return float((cut["agreement"].to_numpy(dtype=float) * length).sum() / length.sum())


def _path_from(out: Path, file: Path) -> str:
    try:
        return Path(os.path.relpath(file, out.resolve())).as_posix()
    except ValueError:  # another drive of Windows has no relative path
        return file.as_posix()
