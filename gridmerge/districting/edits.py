"""Edits from the meeting, applied on top of a plan and checked by the rules of the plan itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
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
# why a move of a face with a partner in locks.csv is taken back: the two must share a grid, or must not
PAIR_OBJECTIONS = {
    True: Text(
        "locks.csv 规定它与另一最小面须在同一网格",
        "by locks.csv it and another face must share a grid",
    ),
    False: Text(
        "locks.csv 规定它与另一最小面不能在同一网格",
        "by locks.csv it and another face must not share a grid",
    ),
}


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
    moves = _list_moves(edits)
    before = dict(zip(plan.faces["face_id"], plan.faces["grid_code"], strict=True))
    after = dict(before)
    orders = plan.constraints
    refused = _make_moves(moves, after, plan)
    while undone := _undo_unlocked(after, before, orders) + _undo_broken(after, before, mosaic):
        refused += undone
    moved = [face for face, grid in after.items() if grid != before[face]]
    if not moved:
        return plan, refused
    changed = {grid_of[face] for face in moved for grid_of in (before, after)}
    rebuilt = _rebuild_grids(plan, mosaic, weights, after)
    return recompute_metrics(rebuilt, mosaic, weights, changed), refused


def _list_moves(edits: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The moves of a file of edits, its format checked."""
    moves = edits.get("moves")
    known = edits.get("format") == EDITS_FORMAT and isinstance(moves, list)
    if not known or not all(isinstance(move, dict) for move in moves or ()):
        raise InputError(
            f"edits 不是 {EDITS_FORMAT} 格式；请用地图编辑器保存的 edits.json。",
            f"The edits are not of the format {EDITS_FORMAT}; use the edits.json that the map's editor saves.",
        )
    return list(moves or ())


def _make_moves(
    moves: list[dict[str, Any]],
    after: dict[str, str],
    plan: GridPlan,
) -> list[Refusal]:
    """Make in `after` every move that nothing stands against by itself; the others are refused."""
    grids = plan.grids.set_index("grid_code")
    locked = locked_grids(plan.grids, plan.constraints)
    refused = []
    for move in moves:
        face, source, target = (str(move.get(key, "")) for key in ("face", "from", "to"))
        objection = _find_objection(face, source, target, after, grids)
        if objection is None:
            objection = _lock_objection(locked, after[face], target)
        if objection is None:
            after[face] = target
        else:
            refused.append(Refusal(face=face, grid=target, reason=objection))
    return refused


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
    one = grids.loc[now[face]]
    two = grids.loc[target]
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
        objection = PAIR_OBJECTIONS[same]
        for face in (a, b):
            if after[face] != before[face]:
                refused.append(Refusal(face=face, grid=after[face], reason=objection))
                after[face] = before[face]
    return refused


def _undo_broken(after: dict[str, str], before: Mapping[str, str], mosaic: Mosaic) -> list[Refusal]:
    """Take back, village by village, the moves that leave a grid empty or in more pieces than it had; `after` is changed."""
    faces = mosaic.faces.sort_values("face_id", ignore_index=True)
    borders = mosaic.borders.loc[mosaic.borders["length_m"] > 0]
    refused = []
    for _, village in faces.groupby("village_code", sort=True):
        ids = village["face_id"].tolist()
        inner = borders.loc[borders["face_a"].isin(ids)]
        refused += _undo_in_village(_VillageMoves(ids, inner, before, after))
    return refused


@dataclass(frozen=True)
class _VillageMoves:
    """The moves of one village: its faces, the borders between them, and the grid of each face before and after."""

    ids: list[str]
    borders: pd.DataFrame
    before: Mapping[str, str]
    after: dict[str, str]

    @cached_property
    def wanted(self) -> dict[str, str]:
        """The grid that each moved face was to go to."""
        moved = [face for face in self.ids if self.after[face] != self.before[face]]
        return {face: self.after[face] for face in moved}

    @cached_property
    def pieces_before(self) -> dict[str, int]:
        """Pieces of each grid before the moves."""
        return _count_pieces(self.ids, self.before, self.borders)

    def broken_grids(self) -> list[str]:
        """Grids that the moves made so far leave empty, or in more pieces than they were."""
        now = _count_pieces(self.ids, self.after, self.borders)
        was = self.pieces_before.items()
        return sorted(grid for grid, count in was if not 0 < now.get(grid, 0) <= count)

    def take_back(self, faces: list[str]) -> None:
        """Put faces back where they were."""
        for face in faces:
            self.after[face] = self.before[face]


def _undo_in_village(moves: _VillageMoves) -> list[Refusal]:
    """Take back the moves of one village that break its grids."""
    wanted = moves.wanted
    broken = set(moves.broken_grids()) if wanted else set()
    if not broken:
        return []
    # a move belongs to the break when it took from or gave to a broken grid; the others stay if they can without it
    out = [face for face, target in wanted.items() if {moves.before[face], target} & broken]
    moves.take_back(out)
    if moves.broken_grids():
        out = list(wanted)
        moves.take_back(out)
    return _put_back(out, moves)


def _put_back(faces: list[str], moves: _VillageMoves) -> list[Refusal]:
    """Make again, one by one, the moves that break nothing on top of those made; what is left over is refused."""
    broken_by: dict[str, list[str]] = {}
    left, tried = list(faces), 0
    while tried < len(left):
        face = left.pop(0)
        moves.after[face] = moves.wanted[face]
        if broken := moves.broken_grids():
            broken_by[face] = broken
            moves.take_back([face])
            left.append(face)
            tried += 1
        else:
            tried = 0
    return [
        Refusal(face=face, grid=moves.wanted[face], reason=_broken_objection(broken_by[face]))
        for face in sorted(left)
    ]


def _broken_objection(grids: list[str]) -> Text:
    return Text(
        f"会使网格 {'、'.join(grids)} 不再是完整的一片",
        f"grid {', '.join(grids)} would no longer be in one piece",
    )


def _count_pieces(
    ids: list[str], grid_of: Mapping[str, str], borders: pd.DataFrame
) -> dict[str, int]:
    """Pieces of each grid, by the borders inside it."""
    number = {face: i for i, face in enumerate(ids)}
    pairs = []
    for a, b in zip(borders["face_a"], borders["face_b"], strict=True):
        if grid_of[a] == grid_of[b]:
            pairs.append((number[a], number[b]))
    piece = groups_of(len(ids), pairs).tolist()
    seen = {(grid_of[face], piece[i]) for i, face in enumerate(ids)}
    return dict(Counter(grid for grid, _ in sorted(seen)))


def _rebuild_grids(
    plan: GridPlan, mosaic: Mosaic, weights: Weights, after: Mapping[str, str]
) -> GridPlan:
    """The plan with geometry, area and sums of its grids taken from the faces again."""
    faces = plan.faces.assign(grid_code=plan.faces["face_id"].map(after))
    columns = ["workload", *weights.names]
    table = faces.merge(weights.faces[["face_id", *columns]], on="face_id")
    table = table.merge(mosaic.faces[["face_id", "geometry"]], on="face_id")
    table = table.sort_values(["grid_code", "face_id"])
    grids = plan.grids.set_index("grid_code")
    sums = table.groupby("grid_code", sort=True)[columns].sum()
    grids = grids.assign(**{column: sums[column] for column in columns})
    grids = grids.set_geometry(_unite_faces(table, plan.grids))
    grids = grids.assign(area_m2=grids.geometry.area).reset_index()
    return replace(plan, grids=grids[list(plan.grids.columns)], faces=faces)


def _unite_faces(table: pd.DataFrame, grids: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Geometry of each grid, by its code in the order of `grids`: the union of its faces."""
    geometry = {}
    for code, rows in table.groupby("grid_code", sort=True):
        geometry[code] = geos.coverage_union_all(np.asarray(rows["geometry"].values))
    codes = pd.Index(grids["grid_code"])
    return gpd.GeoSeries([geometry[code] for code in codes], index=codes, crs=grids.crs)
