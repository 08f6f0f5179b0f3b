"""Faces that are no land of their own, eliminated: thin ones, and those that only a flaw of one network makes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely

from gridmerge.geo import geos
from gridmerge.geo.threads import map_threads
from gridmerge.overlay.claims import mark_points
from gridmerge.overlay.elimination import dissolve_faces, eliminate_faces
from gridmerge.overlay.flaws import FLAW_WIDTH_TOLERANCES, find_flawed_faces, number_witnesses
from gridmerge.overlay.layer_linework import (
    LayerLinework,
    list_layer_weights,
)
from gridmerge.overlay.linework import (
    Geometries,
    Ints,
)
from gridmerge.overlay.narrowness import (
    NarrowParts,
)

ELIMINATION_PASSES = 6  # a merged face may be thin again; measured: two passes are enough, two more for scraps of narrow grids


@dataclass(frozen=True)
class FaceParts:
    """Faces on their way: with the village, the exclusive zone and the narrow grid each is part of."""

    faces: Geometries
    village: Ints
    zone: Ints
    apart: NarrowParts

    @property
    def land(self) -> Ints:
        """A number for village and zone."""
        return number_rows(self.village, self.zone)

    def taken(self, faces: Ints) -> FaceParts:
        """Return some of the faces."""
        return FaceParts(
            self.faces[faces], self.village[faces], self.zone[faces], self.apart.taken(faces)
        )

    def merged(self, target: Ints) -> FaceParts:
        """Return the faces merged by target."""
        kept = np.unique(target)
        return FaceParts(
            dissolve_faces(self.faces, target),
            self.village[kept],
            self.zone[kept],
            self.apart.taken(kept),
        )


def number_rows(*columns: Ints) -> Ints:
    """A number for each different row of the columns."""
    return np.asarray(np.unique(np.column_stack(columns), axis=0, return_inverse=True)[1]).ravel()


def eliminate_thin_faces(
    parts: FaceParts, drawn: list[LayerLinework], tolerance: float, threads: int
) -> FaceParts:
    """The faces without the thin ones.

    Who holds a face is told by a point inside it as long as faces are still to be merged.
    """
    claiming = [d for d in drawn if d.claims]
    points = np.asarray(geos.point_on_surface(parts.faces))
    tree = shapely.STRtree(points)
    held = map_threads(lambda d: mark_points(tree, d.sources), claiming, threads)
    claims = np.column_stack([np.zeros((len(parts.faces), 0)), *held])
    witness = number_witnesses(claiming)
    for _ in range(ELIMINATION_PASSES):
        apart, row = parts.apart, np.arange(len(parts.faces))
        weak = apart.weak(parts.faces, tolerance)
        doubtful = (
            apart.weak(parts.faces, FLAW_WIDTH_TOLERANCES * tolerance) & (apart.number < 0) & ~weak
        )
        weak |= find_flawed_faces(
            parts.faces, parts.land, doubtful, claims, points, claiming, witness
        )
        target = eliminate_faces(
            parts.faces,
            number_rows(parts.land, apart.number),
            claims,
            list_layer_weights(claiming),
            weak,
        )
        lone = weak & (target == row) & ~np.isin(row, target[target != row])
        joined = apart.joined(parts.faces, lone, parts.land)
        if (target == row).all() and (joined.number == apart.number).all():
            break
        parts = replace(parts, apart=joined).merged(target)
        kept = np.unique(target)
        claims, points = claims[kept], points[kept]
    return parts
