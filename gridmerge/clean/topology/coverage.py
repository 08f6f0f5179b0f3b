"""Polygons that should tile → polygons that do: every overlap and narrow gap is reported, then given to a neighbour.

GEOS's own cleaner can empty a polygon without a word; here the land is cut once into faces, and each face goes to one
owner, so that nothing can vanish unseen.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridmerge.clean.topology import unmatched_edges
from gridmerge.clean.topology.polygons import Geometries, inner_point
from gridmerge.errors import PlaceError
from gridmerge.findings import Finding, make_finding
from gridmerge.geo import geos

# metres: a wider hole in the township is taken to be meant (a lake, another town's enclave)
MAX_GAP_WIDTH_M = 20.0
# m²: smaller overlaps and gaps are repaired without a word; they are drawing noise
MIN_REPORTED_M2 = 1.0
# share of a village inside another from which it is an enclave the other forgot to leave out
ENCLAVE_SHARE = 0.9


def make_coverage(
    shapes: Geometries, codes: Sequence[str], grid: float
) -> tuple[Geometries, list[Finding]]:
    """Return the shapes as a valid coverage, and what was found.

    Parameters
    ----------
    shapes
        Valid areas on the precision grid, one a village.
    codes
        Of the villages, for findings.
    grid
        Precision, metres.

    Raises
    ------
    PlaceError
        A village has no land of its own, or the result is not a valid coverage.
    """
    if geos.coverage_is_valid(shapes):
        land, depth = unmatched_edges.open_edge_faces(shapes, speck=0.0)
        narrow = _is_narrow_gap(land[depth == 0])
        if not narrow.any():
            return shapes, _hole_findings(land[depth == 0], narrow)
    faces, owners = _cut_faces(shapes, grid)
    holes = _find_gaps(faces, owners)
    findings = _overlap_findings(faces, owners, codes)
    findings += _hole_findings(faces[holes["face"]], holes["narrow"].to_numpy())
    owner = _assign_owners(faces, owners, holes, shapes, codes)
    result = np.array(
        [geos.union_all(faces[owner == row], grid_size=grid) for row in range(len(shapes))],
        dtype=object,
    )
    if not geos.coverage_is_valid(result):
        edges = shapely.coverage_invalid_edges(result)
        raise _no_coverage(
            [code for code, edge in zip(codes, edges, strict=True) if not shapely.is_empty(edge)]
        )
    return result, findings


def _cut_faces(shapes: Geometries, grid: float) -> tuple[Geometries, pd.DataFrame]:
    """The land cut by all lines at once, and which shapes own each face (face, owner)."""
    lines = geos.union_all(shapely.boundary(shapes), grid_size=grid)
    faces = shapely.get_parts(geos.polygonize_lines(shapely.get_parts(lines)))
    inner = geos.point_on_surface(faces)
    face, owner = shapely.STRtree(shapes).query(inner, predicate="intersects")
    return faces, pd.DataFrame({"face": face, "owner": owner}).sort_values(
        ["face", "owner"], ignore_index=True
    )


def _claims_by_face(owners: pd.DataFrame) -> dict[int, list[int]]:
    claims: dict[int, list[int]] = {}
    for face, owner in zip(owners["face"].tolist(), owners["owner"].tolist(), strict=True):
        claims.setdefault(face, []).append(owner)
    return claims


def _find_gaps(faces: Geometries, owners: pd.DataFrame) -> pd.DataFrame:
    """Faces that nobody owns, and whether each is narrow enough to be a drawing error."""
    nobody = np.setdiff1d(np.arange(len(faces)), owners["face"].to_numpy())
    return pd.DataFrame({"face": nobody, "narrow": _is_narrow_gap(faces[nobody])})


def _is_narrow_gap(holes: Geometries) -> NDArray[np.bool_]:
    return np.asarray(
        shapely.is_empty(geos.buffer(holes, -MAX_GAP_WIDTH_M / 2, quad_segs=2)), dtype=bool
    )


def _hole_findings(holes: Geometries, narrow: NDArray[np.bool_]) -> list[Finding]:
    return [
        make_finding(
            "village_gap" if crack else "village_hole",
            layer="villages",
            measure=round(shapely.area(hole), 1),
            place=inner_point(hole),
        )
        for hole, crack in zip(holes, narrow, strict=True)
        if shapely.area(hole) > MIN_REPORTED_M2
    ]


def _overlap_findings(
    faces: Geometries, owners: pd.DataFrame, codes: Sequence[str]
) -> list[Finding]:
    findings = []
    pairs: dict[tuple[str, ...], list[int]] = {}
    for face, rows in _claims_by_face(owners).items():
        if len(rows) > 1:
            pairs.setdefault(tuple(codes[row] for row in rows), []).append(face)
    for names, members in sorted(pairs.items()):
        area = float(shapely.area(faces[members]).sum())
        if area > MIN_REPORTED_M2:
            widest = max(members, key=lambda face: (shapely.area(faces[face]), face))
            findings.append(
                make_finding(
                    "village_overlap",
                    layer="villages",
                    source_id=names[0],
                    measure=round(area, 1),
                    place=inner_point(faces[widest]),
                    others="、".join(names[1:]),
                )
            )
    return findings


def _assign_owners(
    faces: Geometries,
    owners: pd.DataFrame,
    holes: pd.DataFrame,
    shapes: Geometries,
    codes: Sequence[str],
) -> NDArray[np.int64]:
    """One owner for every face (-1: real holes): enclaves keep their land, disputed faces join their longest neighbour."""
    owner = np.full(len(faces), -1)
    count = np.bincount(owners["face"], minlength=len(faces))
    sole = owners[count[owners["face"]] == 1]
    owner[sole["face"]] = sole["owner"]
    area = shapely.area(faces)
    for row in range(len(shapes)):
        mine = owners.loc[owners["owner"] == row, "face"].to_numpy()
        shared = mine[count[mine] > 1]
        if area[shared].sum() > ENCLAVE_SHARE * area[mine].sum():
            free = shared[owner[shared] < 0]
            owner[free] = row
    left = sorted(
        [int(face) for face in np.flatnonzero((count > 1) & (owner < 0))]
        + list(holes.loc[holes["narrow"], "face"]),
        key=lambda face: (-area[face], shapely.to_wkb(faces[face])),
    )
    _assign_to_neighbours(faces, owner, left, _claims_by_face(owners))
    for row in range(len(shapes)):
        if not (owner == row).any():
            over = owner[owners.loc[owners["owner"] == row, "face"].to_numpy()]
            raise _one_land(codes[row], [codes[other] for other in np.unique(over[over >= 0])])
    return owner


def _assign_to_neighbours(
    faces: Geometries, owner: NDArray[np.int64], left: list[int], claims: dict[int, list[int]]
) -> None:
    """Give each face left to the claimant, else the neighbour, with which it shares the longest edge."""
    tree = shapely.STRtree(faces)
    while left:
        waiting = []
        for face in left:
            near = [
                int(other)
                for other in tree.query(faces[face], predicate="intersects")
                if owner[other] >= 0
            ]
            shared: dict[int, float] = {}
            for other in near:
                length = float(shapely.length(geos.intersection(faces[face], faces[other])))
                shared[int(owner[other])] = shared.get(int(owner[other]), 0.0) + length
            wanted = {
                row: length
                for row, length in shared.items()
                if length > 0 and row in claims.get(face, shared)
            }
            if wanted:
                owner[face] = max(wanted, key=lambda row: (wanted[row], -row))
            elif claims.get(face):
                waiting.append(face)
        if len(waiting) == len(left):
            for face in waiting:
                owner[face] = min(claims[face])
            return
        left = waiting


def _one_land(code: str, others: list[str]) -> PlaceError:
    who = "、".join(others[:2]) or "?"
    return PlaceError(
        f"村界 {code} 的土地全部画在 {who} 的范围内，无法划清；请在源数据中改正边界；若是同一个村画了两次，请删去一个，或改成同一村代码。",
        f"all land of village {code} lies within {who}, so that no boundary can be determined; correct it in the source; if one village was drawn twice, delete one, or give both the same code.",
    )


def _no_coverage(codes: list[str]) -> PlaceError:
    who = codes[:2] if len(codes) > 1 else codes
    return PlaceError(
        f"村界 {'、'.join(who)} 与相邻村大范围重叠，无法划清；请在源数据中改正这些村的边界（或合并重复的村）。",
        f"villages {', '.join(who)} overlap others so far that no boundary can be determined; correct their boundaries in the source (or merge what is there twice).",
    )
