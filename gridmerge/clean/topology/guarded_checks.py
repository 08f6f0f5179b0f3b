"""A check of the data never costs the run: what GEOS cannot compute costs the features there their check, and is a finding."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmerge.clean.georeference.territory import display_point
from gridmerge.clean.topology.polygons import Geometries
from gridmerge.findings import Finding, make_finding
from gridmerge.geo.geos import GEOSException, StubbornError

Rows = NDArray[np.int64]
Check = Callable[[Rows], list[Finding]]

# times that features are left out before the whole check is given up
MAX_TRIES = 12
FAILURE_RADIUS_M = 0.01  # around the place where GEOS failed


def run_guarded(check: Check, shapes: Geometries, ids: list[str], layer: str) -> list[Finding]:
    """Run a check of some features, without those on which it fails.

    Parameters
    ----------
    check
        Takes the rows to look at and returns its findings.
    shapes, ids
        All features of the layer.
    layer
        Its key.

    Returns
    -------
    list of Finding
        Those of the check, and ``geometry_unchecked`` for each feature left out; ``layer_unchecked`` where nothing helps.
    """
    rows = np.arange(len(shapes))
    left_out: list[Finding] = []
    for _ in range(MAX_TRIES):
        try:
            return check(rows) + left_out
        except GEOSException as error:
            bad = _find_failing_rows(check, shapes, rows, error)
            if len(bad) == 0 or len(bad) == len(rows):
                break
        left_out += [_unchecked_finding(shapes[row], ids[row], layer) for row in bad]
        rows = np.setdiff1d(rows, bad)
    return [make_finding("layer_unchecked", layer=layer, measure=len(shapes))]


def _unchecked_finding(shape: shapely.Geometry, source_id: str, layer: str) -> Finding:
    size = round(float(shapely.area(shape)), 1)
    return make_finding(
        "geometry_unchecked",
        layer=layer,
        source_id=source_id,
        measure=size,
        place=display_point(shape),
    )


def _find_failing_rows(check: Check, shapes: Geometries, rows: Rows, error: GEOSException) -> Rows:
    """The features at the place where GEOS failed; where it does not say, those that fail by themselves."""
    if isinstance(error, StubbornError):
        x0, y0, x1, y1 = error.bounds
        box = shapely.bounds(shapes[rows])
        beside = (box[:, 0] <= x1 + FAILURE_RADIUS_M) & (box[:, 2] >= x0 - FAILURE_RADIUS_M)
        beside &= (box[:, 1] <= y1 + FAILURE_RADIUS_M) & (box[:, 3] >= y0 - FAILURE_RADIUS_M)
        if not beside.all():
            return rows[beside]
    return _bisect_failing(check, rows)


def _bisect_failing(check: Check, rows: Rows) -> Rows:
    """Halve the rows until those on which the check fails stand alone; two that fail only together go together."""
    if len(rows) <= 1:
        return rows
    halves = np.array_split(rows, 2)
    bad = [_bisect_failing(check, half) for half in halves if _check_fails(check, half)]
    return np.concatenate(bad) if bad else np.empty(0, dtype=np.int64)


def _check_fails(check: Check, rows: Rows) -> bool:
    try:
        check(rows)
    except GEOSException:
        return True
    return False
