"""What an overlay made of a city: faces against the truth, thin faces that nobody drew, the docket, the tolerance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from benchmarks.city.draw import City
from benchmarks.overlay.docket import FOUND, planted
from gridmerge.model import Mosaic

# intersection over union above which a face is the true one
SAME = 0.9
# of a face's land; a face that lies so far in rims or quarrels is right, and so is one that holds them
RIM = 0.6
# of a strip's land and its face's: land five metres wide is seldom drawn where it is, but it is there
STRIP = 0.3
# m around strips: agreed lines move them
BESIDE = 20.0


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The figures of one city.

    Parameters
    ----------
    f1
        Of faces against true faces.
    true, faces, matched
        Counts; faces in rims, quarrels and strips are not among them.
    strips, kept
        How many sections of streets and of the river there are, and how many have faces of their own.
    thin
        Rows of faces that no circle of the tolerance's width fits into, and that no network drew as narrow land.
    entries, planted
        Items of the docket, and how many of them are disagreements that were planted.
    tolerance, rough
        Metres: the common tolerance, and the roughness of the layers at 75 percent.
    """

    f1: float
    true: int
    faces: int
    matched: int
    strips: int
    kept: int
    thin: np.ndarray
    entries: int
    planted: int
    tolerance: float
    rough: float


def judge(city: City, quiet: City, mosaic: Mosaic) -> Verdict:
    """Measure a mosaic; `quiet` is the same city without its quarrels."""
    faces, true = mosaic.faces.geometry.to_numpy(), city.separable.geometry.to_numpy()
    quarrels = shapely.union_all(planted(quiet, city).geometry.to_numpy())
    open_ = np.concatenate([city.rims, shapely.get_parts(quarrels)])
    kept, narrow = _pairs(city.strips, faces, STRIP)
    free = (_share(faces, open_) <= RIM) & ~np.isin(np.arange(len(faces)), narrow)
    found, right = _matches(true, faces[free], open_)
    recall, precision = found.mean(), right.mean()
    entries = mosaic.disputes.geometry.to_numpy()
    real = shapely.area(shapely.intersection(entries, quarrels)) > FOUND * shapely.area(entries)
    rough = [one["roughness_m"] for one in mosaic.figures["layers"].values() if not one["inset_m"]]
    return Verdict(
        f1=float(2 * recall * precision / (recall + precision)),
        true=len(true),
        faces=int(free.sum()),
        matched=int(found.sum()),
        strips=len(city.strips),
        kept=len(np.unique(kept)),
        thin=_thin(city, faces, mosaic.figures["tolerance"]),
        entries=len(entries),
        planted=int(real.sum()),
        tolerance=mosaic.figures["tolerance"],
        rough=float(np.percentile(rough, 75)),
    )


def _share(shapes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Of each shape's land, how much lies in the others, which do not overlap."""
    i, j = shapely.STRtree(others).query(shapes, predicate="intersects")
    common = shapely.area(shapely.intersection(shapes[i], others[j]))
    return np.asarray(np.bincount(i, weights=common, minlength=len(shapes)) / shapely.area(shapes))


def _matches(
    true: np.ndarray, faces: np.ndarray, open_: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Which true faces are found, and which faces are true; open land may be part of either."""
    found, right = _pairs(*(_without(shapes, open_) for shapes in (true, faces)), SAME)
    return np.isin(np.arange(len(true)), found), np.isin(np.arange(len(faces)), right)


def _without(shapes: np.ndarray, open_: np.ndarray) -> np.ndarray:
    """The shapes without open land."""
    i, j = shapely.STRtree(open_).query(shapes, predicate="intersects")
    rest = shapes.copy()
    for row in np.unique(i):  # few touch any
        rest[row] = shapely.difference(shapes[row], shapely.union_all(open_[j[i == row]]))
    return rest


def _pairs(shapes: np.ndarray, faces: np.ndarray, same: float) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the shapes and of the faces whose land is the same, by intersection over union."""
    i, j = shapely.STRtree(faces).query(shapes, predicate="intersects")
    common = shapely.area(shapely.intersection(shapes[i], faces[j]))
    hit = common > same * (shapely.area(shapes[i]) + shapely.area(faces[j]) - common)
    return i[hit], j[hit]


def _thin(city: City, faces: np.ndarray, tolerance: float) -> np.ndarray:
    """Rows of thin faces that are no strip."""
    thin = shapely.is_empty(shapely.buffer(faces, -0.98 * tolerance / 2))
    strips = shapely.buffer(shapely.union_all(city.strips), BESIDE)
    drawn = shapely.area(shapely.intersection(faces[thin], strips)) > 0.5 * shapely.area(
        faces[thin]
    )
    return np.flatnonzero(thin)[~drawn]
