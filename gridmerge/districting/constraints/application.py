"""What people have fixed, brought to the villages it concerns."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from gridmerge.config.settings import Grids
from gridmerge.districting.constraints.apportionment import apportion_grids
from gridmerge.districting.constraints.fixed_faces import list_broken_locks, merge_linked_faces
from gridmerge.districting.constraints.previous_plan import adopt_codes, find_previous_codes
from gridmerge.districting.village import Village
from gridmerge.errors import PlanError
from gridmerge.model import PlanConstraints

EXCEL_NUMBER = re.compile(r"\d\.\d+[Ee]\+\d+")  # a code that went through a cell that is no text
FacePlaces = dict[str, tuple[int, int]]  # face -> village, number in it


def apply_constraints(
    villages: list[Village], orders: PlanConstraints, sizes: Grids
) -> list[Village]:
    """Give each village its share of what is fixed: locks, pairs, links, the earlier plan, its number of grids.

    Raises
    ------
    PlanError
        A lock names a face, village or grid that is not there, or a pair of faces lies in two villages.
    """
    place: FacePlaces = {
        str(face): (i, j) for i, v in enumerate(villages) for j, face in enumerate(v.face_id)
    }
    villages = [
        replace(v, old=find_previous_codes(v.geometry, v.code, orders.earlier)) for v in villages
    ]
    if orders.earlier is not None:
        grids = orders.earlier.grids
        gone = grids.loc[~grids["village_code"].isin([v.code for v in villages])]
        villages = [replace(v, old=adopt_codes(v.geometry, v.old, gone)) for v in villages]
    _check_common_land(villages, orders)
    _check_names(villages, orders)
    out = _number_villages(villages, orders, sizes)
    for a, b in orders.links:
        i, x, y = _find_pair(place, villages, a, b)
        out[i] = _link_faces(out[i], x, y)
    for a, b in orders.apart:
        i, x, y = _find_pair(place, villages, a, b)
        out[i] = replace(out[i], apart=(*out[i].apart, (x, y)))
    for a, b in orders.together:
        i, x, y = _find_pair(place, villages, a, b)
        out[i] = replace(out[i], together=(*out[i].together, (x, y)))
    first: dict[str, str] = {}
    for face, name in sorted(orders.faces.items()):
        i, x, _ = _find_pair(place, villages, face, first.setdefault(name, face))
        out[i] = replace(out[i], tags={**out[i].tags, x: name})
    return [merge_linked_faces(replace(v, against=tuple(list_broken_locks(v)))) for v in out]


def _find_face(place: FacePlaces, face: str) -> tuple[int, int]:
    if face not in place:
        raise PlanError(
            f"locks.csv 或 links.csv 中的最小面 {face} 不存在（界线有变，编号就会变）；请按最近一次成果 gridmerge.gpkg 的 faces 图层"
            "核对 face_id。",
            f"Face {face} of locks.csv or links.csv does not exist (where lines change, so do the ids); look face_id up in the layer "
            "faces of the latest gridmerge.gpkg.",
        )
    return place[face]


def _find_pair(place: FacePlaces, villages: list[Village], a: str, b: str) -> tuple[int, int, int]:
    (i, x), (j, y) = _find_face(place, a), _find_face(place, b)
    if i != j:
        raise PlanError(
            f"最小面 {a} 与 {b} 分属 {villages[i].name} 和 {villages[j].name}，网格不能跨村；请删去这一行。",
            f"Faces {a} and {b} lie in {villages[i].name} and {villages[j].name}, and no grid crosses a village line; "
            "drop that row.",
        )
    return i, x, y


def _check_names(villages: list[Village], orders: PlanConstraints) -> None:
    """Stop at a lock of a village or grid that is not there, or of which the earlier plan or today's land has nothing."""
    known = {name: v for v in villages for name in (v.code, v.name)}
    grids = set() if orders.earlier is None else set(orders.earlier.grids["grid_code"])
    for name in sorted((orders.villages - set(known)) | (orders.grids - grids)):
        zh, en = "", ""
        if EXCEL_NUMBER.fullmatch(name):
            zh, en = (
                "（Excel 把编码存成了科学计数，请把该列设为文本）",
                " (Excel made a number of the code; format that column as text)",
            )
        raise PlanError(
            f"locks.csv 中的 {name} 既不是本项目的村，也不是旧方案的网格{zh}；请改正。",
            f"{name} in locks.csv is no village of this project and no grid of the earlier plan{en}; correct it.",
        )
    laid = {code for v in villages for code in v.old.tolist()}
    bare = [name for name in orders.villages if not (known[name].old != "").any()]
    for name in sorted([*bare, *(orders.grids - laid)]):
        raise PlanError(
            f"locks.csv 锁定的 {name} 在旧方案与今天的村界内没有共同的土地，无从保持原样；请删去这一行。",
            f"{name} is locked in locks.csv, and the earlier plan and today's villages have no land of it in common; drop that row.",
        )


def _check_common_land(villages: list[Village], orders: PlanConstraints) -> None:
    if orders.earlier is None or any((v.old != "").any() for v in villages):
        return
    raise PlanError(
        "[grids] previous 的旧方案没有一个网格落在本项目的村内；请核对 previous 指向的文件，或删去 previous。",
        "No grid of the earlier plan in [grids] previous lies in a village of this project; check which file "
        "previous names, or take it out.",
    )


def _number_villages(
    villages: list[Village], orders: PlanConstraints, sizes: Grids
) -> list[Village]:
    """Villages with what is locked, and their number of grids where people gave it."""
    known = {v.code for v in villages} | {v.name for v in villages}
    for name in sorted(set(sizes.number) - known):
        raise PlanError(
            f"[grids] number 中的 {name} 不是任何村的编码或名称。",
            f"{name} in [grids] number is no village's code or name.",
        )
    for v in villages:
        if sizes.number.get(v.code, sizes.number.get(v.name)) != sizes.number.get(
            v.name, sizes.number.get(v.code)
        ):
            raise PlanError(
                f"[grids] number 给 {v.name}（{v.code}）写了两个不同的数；请删去其中一个。",
                f"[grids] number has two numbers for {v.name} ({v.code}); drop one of them.",
            )
    given = [sizes.number.get(v.code, sizes.number.get(v.name)) for v in villages]
    if sizes.headcount is not None:
        given = _shared_out(villages, given, orders, sizes)
    return [
        replace(
            v,
            number=number,
            frozen=v.code in orders.villages or v.name in orders.villages,
            kept=frozenset(code for code in orders.grids if code in set(v.old.tolist())),
        )
        for v, number in zip(villages, given, strict=True)
    ]


def _shared_out(
    villages: list[Village], given: list[int | None], orders: PlanConstraints, sizes: Grids
) -> list[int | None]:
    """The headcount, less the numbers given and the grids of locked villages, among the other villages with land to divide."""
    given = [
        _locked_number(v, orders) if number is None else number
        for v, number in zip(villages, given, strict=True)
    ]
    open_ = [i for i, v in enumerate(villages) if given[i] is None and (v.zone == "").any()]
    fixed = sum(number for number in given if number is not None)
    seats, room = (
        (sizes.headcount or 0) - fixed,
        [int((villages[i].zone == "").sum()) for i in open_],
    )
    if seats < len(open_):
        raise PlanError(
            f"[grids] headcount = {sizes.headcount} 不够：number 和锁定的村已占 {fixed} 个，其余 {len(open_)} 个村每村至少还要一个。",
            f"[grids] headcount = {sizes.headcount} is too small: number and locked villages take {fixed}, and the other "
            f"{len(open_)} villages need a grid each.",
        )
    if seats > sum(room):
        raise PlanError(
            f"[grids] headcount = {sizes.headcount} 太多：number 和锁定的村占 {fixed} 个，其余各村可划分的最小面一共只有 {sum(room)} 个。",
            f"[grids] headcount = {sizes.headcount} is too large: number and locked villages take {fixed}, and the other villages "
            f"have {sum(room)} faces to divide in all.",
        )
    total = [float(villages[i].size[villages[i].zone == ""].sum()) for i in open_]
    for i, share in zip(open_, apportion_grids(total, seats, sizes.apportion, room), strict=True):
        given[i] = share
    return given


def _locked_number(village: Village, orders: PlanConstraints) -> int | None:
    """How many comprehensive grids a locked village keeps; None where it is not locked."""
    if village.code not in orders.villages and village.name not in orders.villages:
        return None
    return len(set(village.old[village.zone == ""].tolist()) - {""})


def _link_faces(village: Village, x: int, y: int) -> Village:
    """The village with a border of no length between two faces: crossing it costs nothing, being cut by it neither."""
    edges = np.vstack([village.edges, [[min(x, y), max(x, y)]]])
    none = np.zeros(1)
    return replace(
        village,
        edges=edges,
        costs=np.concatenate([village.costs, none]),
        lengths=np.concatenate([village.lengths, none]),
        agreement=np.concatenate([village.agreement, none]),
    )
