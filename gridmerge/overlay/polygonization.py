"""Cut once: node every accepted line with the village lines, make faces, give each to its village; then absorb what is thin."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from gridmerge.geo import geos
from gridmerge.overlay.claims import FaceShares, hash_claimants
from gridmerge.overlay.linework import (
    GRID_SIZE_M,
    Floats,
    Geometries,
    Ints,
    point_keys,
    segment_keys,
)


@dataclass(frozen=True)
class CutFaces:
    """Faces on their way.

    Parameters
    ----------
    faces
        A valid coverage.
    village
        Row of the village each face lies in.
    zone
        Number of the exclusive zone each face is part of, -1 for none.
    narrow
        Number of the narrow grid each face is part of, -1 for none.
    shares
        Per layer, who holds how much of each face.
    """

    faces: Geometries
    village: Ints
    zone: Ints
    narrow: Ints
    shares: tuple[FaceShares, ...]

    def claims(self) -> Floats:
        """(faces, layers) a number for the set of claimants, 0 for nobody."""
        area = shapely.area(self.faces)
        columns = [hash_claimants(table, area) for table in self.shares]
        return np.column_stack(columns) if columns else np.zeros((len(self.faces), 0))


def polygonize_villages(
    villages: Geometries, lines: Sequence[Geometries]
) -> tuple[Geometries, Ints]:
    """Return the faces that the lines cut the villages into, and the village each lies in.

    Parameters
    ----------
    villages
        A valid coverage on the millimetre grid.
    lines
        The accepted lines of each village. They are noded all together: village by village would break the coverage
        along common lines.
    """
    everything = np.concatenate([shapely.boundary(villages), *lines])
    noded = geos.union_all(everything, grid_size=GRID_SIZE_M)
    pieces = shapely.get_parts(geos.polygonize_lines(shapely.get_parts(noded)))
    inner = geos.point_on_surface(pieces)
    tree = shapely.STRtree(inner)
    village, piece = tree.query(villages, predicate="contains")
    order = np.argsort(piece, kind="stable")
    return pieces[piece[order]], village[order]


def shared_edges(faces: Geometries) -> tuple[Ints, Ints, Floats, Floats]:
    """Return each edge segment between two faces: (face, face, start, end), the lower face first.

    The faces are a valid coverage, so that a common edge has the same two ends in both.
    """
    rings, owner = shapely.get_rings(faces, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    joined = ring[1:] == ring[:-1]
    start, end = xy[:-1][joined], xy[1:][joined]
    face = owner[ring[:-1][joined]]
    keys = segment_keys(start, end)
    order = np.lexsort((face, keys))
    twin = np.flatnonzero(keys[order][1:] == keys[order][:-1])
    left, right = order[twin], order[twin + 1]
    return face[left], face[right], start[left], end[left]


def find_adjacent_faces(faces: Geometries) -> tuple[Ints, Ints, Floats]:
    """Return the pairs of faces that share an edge, and how long it is."""
    left, right, start, end = shared_edges(faces)
    length = np.hypot(*(end - start).T)
    pair = left * len(faces) + right
    unique, inverse = np.unique(pair, return_inverse=True)
    return (
        unique // len(faces),
        unique % len(faces),
        np.bincount(inverse, weights=length, minlength=len(unique)).astype(float),
    )


def mask_thin_faces(faces: Geometries, width: float | Floats) -> npt.NDArray[np.bool_]:
    """Whether no circle of diameter `width` (one, or one a face) fits into a face."""
    width = np.broadcast_to(width, len(faces))
    # no polygon has more area than its outline times the radius of the largest circle in it: most need no buffer
    narrow = shapely.area(faces) <= shapely.length(faces) * width / 2
    narrow[narrow] = shapely.is_empty(geos.buffer(faces[narrow], -width[narrow] / 2, quad_segs=2))
    return np.asarray(narrow)


def face_ids(faces: Geometries, village_codes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Return ids that depend on a face's village and shape alone: the same land has the same id in every build."""
    rings, owner = shapely.get_rings(faces, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    face = owner[ring]
    corner = np.ones(len(ring), dtype=bool)
    corner[1:] = ring[1:] == ring[:-1]  # the first point of a ring is its last again
    keys = point_keys(xy[corner])
    content = np.zeros(len(faces), dtype=np.uint64)
    # a sum: neither ring start nor order counts
    np.add.at(content, face[corner], keys * keys + keys)
    # a digest of a digest: twelve digits are enough for a township, and equal ones would be seen below
    ids = [
        hashlib.sha256(f"{c}:{k}".encode()).hexdigest()[:12]
        for c, k in zip(village_codes, content, strict=True)
    ]
    return np.array(ids, dtype=object)
