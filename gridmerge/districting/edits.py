"""Edits from the meeting, applied on top of a plan and checked by the rules of the plan itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from gridmerge.districting.constraints.locks import list_face_pairs, locked_grids
from gridmerge.districting.recomputed_metrics import recompute_metrics
from gridmerge.districting.solver.graph import groups_of
from gridmerge.errors import InputError
from gridmerge.geo import geos
from gridmerge.i18n.text import Text
from gridmerge.model import GridPlan, Mosaic, PlanConstraints, Weights

EDITS_FORMAT = "gridmerge-edits/1"


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A move that was not made, and why."""

    face: str
    grid: str
    reason: Text


def apply_edits(
    plan: GridPlan, mosaic: Mosaic, weights: Weights, edits: Mapping[str, Any]
) -> tuple[GridPlan, list[Refusal]]:
    """Move faces between grids as the meeting decided.

    Parameters
    ----------
    plan, mosaic, weights
        A finished plan and what it was made of.
    edits
        `{"format": "gridmerge-edits/1", "moves": [{"face": .., "from": .., "to": ..}]}`, as the map's editor saves it.

    Returns
    -------
    GridPlan
        The plan after all moves that keep its promises, its figures measured again; a grid that the moves put out of range is
        a finding.
    list of Refusal
        Moves not made: a face or grid that is not there, a grid of another village, an exclusive zone, a locked grid, a move
        made for another state of the plan; and, with all moves taken together, what would break a lock or leave a grid empty
        or in two pieces.

    Raises
    ------
    InputError
        `edits` is not of this format.
    """
    moves = edits.get("moves")
    if (
        edits.get("format") != EDITS_FORMAT
        or not isinstance(moves, list)
        or not all(isinstance(m, dict) for m in moves)
    ):
        raise InputError(
            f"edits 不是 {EDITS_FORMAT} 格式；请用地图编辑器保存的 edits.json。",
            f"The edits are not of the format {EDITS_FORMAT}; use the edits.json that the map's editor saves.",
        )
    grid_of = dict(zip(plan.faces["face_id"], plan.faces["grid_code"], strict=True))
    grids = plan.grids.set_index("grid_code")
    refused: list[Refusal] = []
    after = dict(grid_of)
    orders = plan.constraints
    locked = locked_grids(plan.grids, orders)
    for move in moves:
        face, source, target = (str(move.get(key, "")) for key in ("face", "from", "to"))
        why = _find_objection(face, source, target, after, grids) or _lock_objection(
            locked, after[face], target
        )
        if why is None:
            after[face] = target
        else:
            refused.append(Refusal(face=face, grid=target, reason=why))
    while undone := _undo_unlocked(after, grid_of, orders) + _undo_broken(after, grid_of, mosaic):
        refused += undone
    moved = {face for face, grid in after.items() if grid != grid_of[face]}
    if not moved:
        return plan, refused
    changed = {after[face] for face in moved} | {grid_of[face] for face in moved}
    return recompute_metrics(
        _rebuild_grids(plan, mosaic, weights, after), mosaic, weights, changed
    ), refused


def _find_objection(
    face: str, source: str, target: str, now: Mapping[str, str], grids: gpd.GeoDataFrame
) -> Text | None:
    if face not in now:
        return Text("该最小面不在本方案中", "the face is not part of this plan")
    if target not in grids.index:
        return Text(f"网格 {target} 不在本方案中", f"grid {target} is not part of this plan")
    if source and now[face] != source:
        return Text(
            f"该最小面现属网格 {now[face]}，不是 {source}",
            f"the face lies in grid {now[face]}, not in {source}",
        )
    one, two = grids.loc[now[face]], grids.loc[target]
    if one["village_code"] != two["village_code"]:
        return Text("网格不能跨村", "no grid crosses a village line")
    if "exclusive" in (one["grid_type"], two["grid_type"]):
        return Text("专属网格整体划定，不能增减最小面", "an exclusive grid is cut out whole")
    return None


def _lock_objection(locked: Collection[str], *grids: str) -> Text | None:
    held = sorted(set(grids) & set(locked))
    if not held:
        return None
    return Text(
        f"网格 {'、'.join(held)} 已在 locks.csv 中锁定",
        f"grid {', '.join(held)} is locked in locks.csv",
    )


def _undo_unlocked(
    after: dict[str, str], before: Mapping[str, str], orders: PlanConstraints
) -> list[Refusal]:
    """Take back the moves of faces that locks.csv wants in one grid and that are not, or in two and are in one."""
    refused = []
    for a, b, same in list_face_pairs(orders):
        if (after[a] == after[b]) == same:
            continue
        zh, en = (
            ("须在同一网格", "must share a grid")
            if same
            else ("不能在同一网格", "must not share a grid")
        )
        for face in (a, b):
            if after[face] != before[face]:
                why = Text(
                    f"locks.csv 规定它与另一最小面{zh}", f"by locks.csv it and another face {en}"
                )
                refused.append(Refusal(face=face, grid=after[face], reason=why))
                after[face] = before[face]
    return refused


def _undo_broken(after: dict[str, str], before: Mapping[str, str], mosaic: Mosaic) -> list[Refusal]:
    """Take back, village by village, the moves that leave a grid empty or in more pieces than it had; `after` is mended."""
    faces = mosaic.faces.sort_values("face_id", ignore_index=True)
    refused = []
    for _, village in faces.groupby("village_code", sort=True):
        ids = village["face_id"].tolist()
        borders = mosaic.borders.loc[
            (mosaic.borders["length_m"] > 0) & mosaic.borders["face_a"].isin(ids)
        ]
        was = _count_pieces(ids, before, borders)
        wanted = {face: after[face] for face in ids if after[face] != before[face]}
        broken = _broken_grids(was, _count_pieces(ids, after, borders)) if wanted else []
        if not broken:
            continue
        # a move belongs to the break when it took from or gave to a broken grid; the others stay if they can without it
        out = [face for face in wanted if {before[face], after[face]} & set(broken)]
        after.update({face: before[face] for face in out})
        if _broken_grids(was, _count_pieces(ids, after, borders)):
            out = list(wanted)
            after.update({face: before[face] for face in out})

        def still(
            ids: list[str] = ids, borders: pd.DataFrame = borders, was: dict[str, int] = was
        ) -> list[str]:
            return _broken_grids(was, _count_pieces(ids, after, borders))

        refused += _put_back(out, wanted, after, still)
    return refused


def _put_back(
    faces: list[str],
    wanted: Mapping[str, str],
    after: dict[str, str],
    broken: Callable[[], list[str]],
) -> list[Refusal]:
    """Make again, one by one, the moves that break nothing on top of those made; what is left over is refused."""
    why: dict[str, list[str]] = {}
    left, tried = list(faces), 0
    while tried < len(left):
        face = left.pop(0)
        old, after[face] = after[face], wanted[face]
        if bad := broken():
            why[face], after[face] = bad, old
            left.append(face)
            tried += 1
        else:
            tried = 0
    return [
        Refusal(face=face, grid=wanted[face], reason=_broken_objection(why[face]))
        for face in sorted(left)
    ]


def _broken_grids(was: Mapping[str, int], now: Mapping[str, int]) -> list[str]:
    """Grids that are empty now, or in more pieces than they were."""
    return sorted(grid for grid, count in was.items() if not 0 < now.get(grid, 0) <= count)


def _broken_objection(grids: list[str]) -> Text:
    return Text(
        f"会使网格 {'、'.join(grids)} 不再是完整的一片",
        f"grid {', '.join(grids)} would no longer be in one piece",
    )


def _count_pieces(
    ids: list[str], grid_of: Mapping[str, str], borders: pd.DataFrame
) -> dict[str, int]:
    """Pieces of each grid, by the borders inside it."""
    place = {face: i for i, face in enumerate(ids)}
    pairs = [
        (place[a], place[b])
        for a, b in zip(borders["face_a"], borders["face_b"], strict=True)
        if grid_of[a] == grid_of[b]
    ]
    piece = groups_of(len(ids), pairs).tolist()
    seen = {(grid_of[face], piece[i]) for i, face in enumerate(ids)}
    counts: dict[str, int] = {}
    for grid, _ in sorted(seen):
        counts[grid] = counts.get(grid, 0) + 1
    return counts


def _rebuild_grids(
    plan: GridPlan, mosaic: Mosaic, weights: Weights, after: Mapping[str, str]
) -> GridPlan:
    """The plan with geometry, area and sums of its grids taken from the faces again."""
    faces = plan.faces.assign(grid_code=plan.faces["face_id"].map(after))
    columns = ["workload", *weights.names]
    table = faces.merge(weights.faces[["face_id", *columns]], on="face_id").merge(
        mosaic.faces[["face_id", "geometry"]], on="face_id"
    )
    members = table.sort_values(["grid_code", "face_id"]).groupby("grid_code", sort=True)
    geometry = {
        code: geos.coverage_union_all(np.asarray(rows["geometry"].values)) for code, rows in members
    }
    grids = plan.grids.set_index("grid_code")
    grids = grids.assign(**{column: members[column].sum() for column in columns})
    grids = grids.set_geometry(
        gpd.GeoSeries(
            [geometry[code] for code in grids.index], index=grids.index, crs=plan.grids.crs
        )
    )
    grids = grids.assign(area_m2=grids.geometry.area).reset_index()[list(plan.grids.columns)]
    return replace(plan, grids=grids, faces=faces)
