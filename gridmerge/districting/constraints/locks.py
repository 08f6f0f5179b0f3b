"""What locks ask of grids and faces."""

from __future__ import annotations

from itertools import combinations

import geopandas as gpd

from gridmerge.model import PlanConstraints


def locked_grids(grids: gpd.GeoDataFrame, orders: PlanConstraints) -> frozenset[str]:
    """Codes of the grids of a plan that stay as the earlier plan has them: locked themselves, or with their village."""
    whole = grids["village_code"].isin(orders.villages) | grids["village_name"].isin(
        orders.villages
    )
    return frozenset(grids.loc[whole | grids["grid_code"].isin(orders.grids), "grid_code"])


def list_face_pairs(orders: PlanConstraints) -> list[tuple[str, str, bool]]:
    """Two faces, and whether they must share a grid or must not: all that locks of faces and pairs ask for."""
    named: dict[str, list[str]] = {}
    for face, name in sorted(orders.faces.items()):
        named.setdefault(name, []).append(face)
    same = [*orders.together, *((faces[0], face) for faces in named.values() for face in faces[1:])]
    apart = [*orders.apart, *combinations([faces[0] for _, faces in sorted(named.items())], 2)]
    return [(a, b, True) for a, b in same] + [(a, b, False) for a, b in apart]
