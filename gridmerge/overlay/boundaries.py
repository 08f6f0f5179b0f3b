"""The lines between faces: how long, how many departments have them, and how far a barrier runs along."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from gridmerge.overlay.linework import Floats, Geometries
from gridmerge.overlay.polygonization import CutFaces, shared_edges


def find_boundaries(
    cut: CutFaces,
    ids: npt.NDArray[np.object_],
    claims: Floats,
    weights: Floats,
    barriers: Geometries,
    tolerance: float,
) -> pd.DataFrame:
    """Return the borders between faces of one village.

    Parameters
    ----------
    cut, ids
        The faces and their ids.
    claims
        (faces, layers) a number for who claims the face in each layer; 0 for nobody.
    weights
        Each layer's say.
    barriers
        Barrier lines and the outlines of barrier areas.
    tolerance
        How far a barrier may be from a border and still run along it, metres.

    Returns
    -------
    DataFrame
        face_a, face_b, length_m, agreement, barrier as in `Mosaic.borders`, sorted by the ids. A department agrees with a
        border when its claimants differ on the two sides; those that claim neither side are not asked.
    """
    left, right, start, end = shared_edges(cut.faces)
    inside = cut.village[left] == cut.village[right]
    left, right, start, end = left[inside], right[inside], start[inside], end[inside]
    length = np.hypot(*(end - start).T)
    along = _barrier_share(start, end, barriers, tolerance)
    pair, inverse = np.unique(left * len(cut.faces) + right, return_inverse=True)
    a, b = pair // len(cut.faces), pair % len(cut.faces)
    metres = np.bincount(inverse, weights=length, minlength=len(pair)).astype(float)
    beside = np.bincount(inverse, weights=length * along, minlength=len(pair)).astype(float)
    parted = (claims[a] != claims[b]) @ weights
    present = ((claims[a] != 0) | (claims[b] != 0)) @ weights
    swap = ids[a] > ids[b]
    frame = pd.DataFrame(
        {
            "face_a": np.where(swap, ids[b], ids[a]),
            "face_b": np.where(swap, ids[a], ids[b]),
            "length_m": np.round(metres, 3),
            "agreement": _length_share(parted, present),
            "barrier": _length_share(beside, metres),
        }
    )
    return frame.sort_values(["face_a", "face_b"], ignore_index=True)


def _length_share(part: Floats, whole: Floats) -> Floats:
    return np.asarray(
        np.round(np.divide(part, whole, out=np.zeros(len(whole)), where=whole > 0), 6)
    )


def _barrier_share(start: Floats, end: Floats, barriers: Geometries, tolerance: float) -> Floats:
    """Share of each segment that lies within the tolerance of a barrier, by its ends and middle."""
    if len(barriers) == 0 or len(start) == 0:
        return np.zeros(len(start))
    tree = cKDTree(shapely.get_coordinates(shapely.segmentize(barriers, tolerance / 2)))
    near = [
        np.isfinite(tree.query(start + (end - start) * share, distance_upper_bound=tolerance)[0])
        for share in (1 / 6, 1 / 2, 5 / 6)
    ]
    return np.asarray(np.mean(near, axis=0, dtype=float))
