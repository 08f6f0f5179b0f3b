"""What locks ask of grids and faces."""

from __future__ import annotations

from itertools import combinations

import geopandas as gpd

from gridmerge.model import PlanConstraints


def locked_grids(grids: gpd.GeoDataFrame, orders: PlanConstraints) -> frozenset[str]:
    """Codes of the grids of a plan that stay as the earlier plan has them: locked themselves, or with their village."""
    by_code = grids["village_code"].isin(orders.villages)
    by_name = grids["village_name"].isin(orders.villages)
    locked = by_code | by_name | grids["grid_code"].isin(orders.grids)
    return frozenset(grids.loc[locked, "grid_code"])


def list_face_pairs(orders: PlanConstraints) -> list[tuple[str, str, bool]]:
    """Two faces, and whether they must share a grid or must not: all that locks of faces and pairs ask for."""
    faces_of_name: dict[str, list[str]] = {}
    for face, name in sorted(orders.faces.items()):
        faces_of_name.setdefault(name, []).append(face)
    together = list(orders.together)
    for first, *others in faces_of_name.values():
        together += [(first, face) for face in others]
    first_faces = [faces[0] for _, faces in sorted(faces_of_name.items())]
    apart = [*orders.apart, *combinations(first_faces, 2)]
    return [(a, b, True) for a, b in together] + [(a, b, False) for a, b in apart]
