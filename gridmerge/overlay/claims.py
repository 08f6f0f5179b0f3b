"""Who claims what: how much of each face's land every departmental grid holds, by area."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from gridmerge.geo import geos
from gridmerge.geo.threads import map_pieces
from gridmerge.overlay.linework import Bools, Floats, Geometries, Ints

MAJORITY_SHARE = 0.5  # of a face's land; what a second grid must hold to be a double claim, and all together for a claim at all
# of a face's area over its outline: a rim this wide leaves a core of some three fifths of the land
RIM_RATIO = 0.4


@dataclass(frozen=True)
class FaceShares:
    """A long table: `source` (row of the layer) holds `area` m² of `face`; sorted by face and source."""

    face: Ints
    source: Ints
    area: Floats

    def updated(self, faces: Bools, other: FaceShares) -> FaceShares:
        """Return the table with the rows of some faces taken from another one, which has no others."""
        keep = ~faces[self.face]
        columns = [
            (self.face[keep], other.face),
            (self.source[keep], other.source),
            (self.area[keep], other.area),
        ]
        face, source, area = (np.concatenate(column) for column in columns)
        order = np.lexsort((source, face))
        return FaceShares(face[order], source[order], area[order])

    def continued(self, kept: Ints, fresh: Ints, table: FaceShares) -> FaceShares:
        """Return the table of a later cut, most of whose faces are faces of this one.

        Parameters
        ----------
        kept
            Row of each later face in this table, -1 for the others.
        fresh, table
            The others, and their own table.
        """
        later = np.full(max(kept.max(initial=-1), self.face.max(initial=-1)) + 1, -1)
        later[kept[kept >= 0]] = np.flatnonzero(kept >= 0)
        stays = later[self.face] >= 0
        face = np.concatenate([later[self.face[stays]], fresh[table.face]])
        source = np.concatenate([self.source[stays], table.source])
        area = np.concatenate([self.area[stays], table.area])
        order = np.lexsort((source, face))
        return FaceShares(face[order], source[order], area[order])

    def merged(self, index: Ints) -> FaceShares:
        """Return the table after faces were merged: old face i is now index[i]."""
        if len(self.face) == 0:
            return self
        width = int(self.source.max()) + 1
        pair, inverse = np.unique(index[self.face] * width + self.source, return_inverse=True)
        return FaceShares(
            pair // width, pair % width, np.bincount(inverse, weights=self.area).astype(float)
        )


class TargetFaces:
    """The faces whose land is shared out, each with a core: the face without a rim of the tolerance, or of less where it is narrow.

    Once lines are agreed nearly every grid holds a core wholly or not at all, and a look at the core saves the exact
    intersection. A face whose core is not most of its land is its own core.
    """

    def __init__(self, faces: Geometries, tolerance: float, threads: int = 1) -> None:
        self.faces, self.area = faces, shapely.area(faces)
        rim = np.minimum(tolerance, RIM_RATIO * self.area / shapely.length(faces))
        cores = map_pieces(_without_rim, faces, rim, threads)
        self.solid = shapely.area(cores) > MAJORITY_SHARE * self.area
        self.cores = np.where(self.solid, cores, faces)
        self.tree = shapely.STRtree(self.cores)


def _without_rim(faces: Geometries, rim: Floats) -> Geometries:
    # half a rim more or less does not matter to a core, and makes it many times simpler
    return np.asarray(geos.buffer(geos.simplify(faces, rim / 2), -rim, quad_segs=1))


def measure_face_shares(targets: TargetFaces, sources: Geometries) -> FaceShares:
    """Return how the land of the faces divides among a layer's grids, its polygons as drawn."""
    shapely.prepare(sources)
    source, face = targets.tree.query(sources, predicate="intersects")
    held = targets.area[face]
    doubt = ~shapely.covers(sources[source], targets.cores[face])
    core = targets.cores[face[doubt]]
    held[doubt] *= shapely.area(geos.intersection(core, sources[source[doubt]])) / shapely.area(
        core
    )
    some = held > 0
    order = np.lexsort((source[some], face[some]))
    return FaceShares(face[some][order], source[some][order], held[some][order])


def mark_points(points: shapely.STRtree, sources: Geometries) -> Floats:
    """Who holds each point of a layer: a number for the set of grids there, 0 for none."""
    source, point = points.query(sources, predicate="contains")
    return _hash_sets(point, source, len(points))


def _hash_sets(item: Ints, source: Ints, count: int) -> Floats:
    """A number for the set of sources of each item: the sum of a well-mixed number for each of them."""
    return np.bincount(item, weights=np.sin(source + 1.0) * 1e6, minlength=count).astype(float)


def find_claimants(table: FaceShares, area: Floats) -> tuple[Ints, Ints]:
    """Return (face, source) of the claims: most of the land, or the largest part where a layer holds most of it."""
    if len(table.face) == 0:
        return table.face, table.source
    portion = table.area / area[table.face]
    held = np.bincount(table.face, weights=portion, minlength=len(area))
    order = np.lexsort((table.source, -portion, table.face))
    largest = np.zeros(len(portion), dtype=bool)
    largest[order[np.unique(table.face[order], return_index=True)[1]]] = True
    claim = (portion > MAJORITY_SHARE) | (largest & (held[table.face] >= MAJORITY_SHARE))
    return table.face[claim], table.source[claim]


def hash_claimants(table: FaceShares, area: Floats) -> Floats:
    """Return for each face one number for the set of its claimants: 0 for nobody, equal numbers for equal sets."""
    face, source = find_claimants(table, area)
    return _hash_sets(face, source, len(area))
