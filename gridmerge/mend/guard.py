"""A check of the data never costs the run: what GEOS cannot compute costs the features there their check, and is a finding."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmerge.findings import Finding, found
from gridmerge.mend.polygons import Geometries
from gridmerge.mend.territory import spot
from gridmerge.robust import GEOSException, StubbornError

Rows = NDArray[np.int64]
Check = Callable[[Rows], list[Finding]]

# times that features are left out before the whole check is given up
TRIES = 12
NEAR_M = 0.01  # around the place where GEOS failed


def guarded(check: Check, shapes: Geometries, ids: list[str], layer: str) -> list[Finding]:
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
    for _ in range(TRIES):
        try:
            return check(rows) + left_out
        except GEOSException as error:
            bad = _culprits(check, shapes, rows, error)
            if len(bad) == 0 or len(bad) == len(rows):
                break
        left_out += [_unchecked(shapes[row], ids[row], layer) for row in bad]
        rows = np.setdiff1d(rows, bad)
    return [found("layer_unchecked", layer=layer, measure=len(shapes))]


def _unchecked(shape: shapely.Geometry, source_id: str, layer: str) -> Finding:
    size = round(float(shapely.area(shape)), 1)
    return found("geometry_unchecked", layer=layer, source_id=source_id, measure=size, place=spot(shape))


def _culprits(check: Check, shapes: Geometries, rows: Rows, error: GEOSException) -> Rows:
    """The features at the place where GEOS failed; where it does not say, those that fail by themselves."""
    if isinstance(error, StubbornError):
        x0, y0, x1, y1 = error.bounds
        box = shapely.bounds(shapes[rows])
        beside = (box[:, 0] <= x1 + NEAR_M) & (box[:, 2] >= x0 - NEAR_M)
        beside &= (box[:, 1] <= y1 + NEAR_M) & (box[:, 3] >= y0 - NEAR_M)
        if not beside.all():
            return rows[beside]
    return _failing(check, rows)


def _failing(check: Check, rows: Rows) -> Rows:
    """Halve the rows until those on which the check fails stand alone; two that fail only together go together."""
    if len(rows) <= 1:
        return rows
    halves = np.array_split(rows, 2)
    bad = [_failing(check, half) for half in halves if _fails(check, half)]
    return np.concatenate(bad) if bad else np.empty(0, dtype=np.int64)


def _fails(check: Check, rows: Rows) -> bool:
    try:
        check(rows)
    except GEOSException:
        return True
    return False
