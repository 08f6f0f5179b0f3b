"""How well the faces of a finished build find the true land again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from tests.towns.town import SAME

TOUCHED = 0.05  # share of a true face on excused land from which it is excused itself
MOSTLY = 0.5
# intersection over union from which a zone is said to have come out as it was drawn
AS_DRAWN = 0.98


@dataclass(frozen=True)
class Score:
    """Faces against the truth: `missed` true faces that none is, `extra` faces that are no true face."""

    faces: int
    truth: int
    missed: int
    extra: int
    f1: float


def score(faces: np.ndarray, truth: np.ndarray, excused: shapely.Geometry | None = None) -> Score:
    """Match by intersection over union, both ways.

    Parameters
    ----------
    faces, truth
        Areas in one CRS, metres.
    excused
        Land on which nothing is judged: true faces touched by it count nowhere, nor do faces that lie mostly on either.
    """
    judged, mine = truth, faces
    if excused is not None:
        touched = shapely.area(shapely.intersection(truth, excused)) > TOUCHED * shapely.area(truth)
        free = shapely.union_all([excused, *truth[touched]])
        judged = truth[~touched]
        mine = faces[shapely.area(shapely.intersection(faces, free)) < MOSTLY * shapely.area(faces)]
    t, m = shapely.STRtree(mine).query(judged, predicate="intersects")
    common = shapely.area(shapely.intersection(judged[t], mine[m]))
    hit = common > SAME * (shapely.area(judged[t]) + shapely.area(mine[m]) - common)
    found, right = len(np.unique(t[hit])), len(np.unique(m[hit]))
    missed, extra = len(judged) - found, len(mine) - right
    whole = len(judged) + len(mine)
    return Score(len(faces), len(truth), missed, extra, (found + right) / whole if whole else 1.0)


def zones_bent(zones: np.ndarray, grids: np.ndarray) -> tuple[int, float]:
    """How many zones no exclusive grid is, and the least intersection over union of any; 0 and 1 without zones."""
    if not len(zones):
        return 0, 1.0
    best = np.zeros(len(zones))
    z, g = shapely.STRtree(grids).query(zones, predicate="intersects")
    common = shapely.area(shapely.intersection(zones[z], grids[g]))
    np.maximum.at(best, z, common / (shapely.area(zones[z]) + shapely.area(grids[g]) - common))
    return int((best < AS_DRAWN).sum()), float(best.min())
