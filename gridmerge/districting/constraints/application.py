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
    place: FacePlaces = {}
    for i, village in enumerate(villages):
        place |= {str(face): (i, j) for j, face in enumerate(village.face_id)}
    villages = _lay_previous_plan(villages, orders)
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
    return [_merge_links(village) for village in out]


def _merge_links(village: Village) -> Village:
    """The village with faces kept together merged, and with the locks that the earlier plan breaks."""
    broken = tuple(list_broken_locks(village))
    return merge_linked_faces(replace(village, against=broken))


def _lay_previous_plan(villages: list[Village], orders: PlanConstraints) -> list[Village]:
    """Villages with the code of the earlier grid that each face lay in."""
    out = []
    for village in villages:
        old = find_previous_codes(village.geometry, village.code, orders.earlier)
        out.append(replace(village, old=old))
    if orders.earlier is None:
        return out
    grids = orders.earlier.grids
    codes = [village.code for village in villages]
    gone = grids.loc[~grids["village_code"].isin(codes)]
    return [replace(v, old=adopt_codes(v.geometry, v.old, gone)) for v in out]


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
    i, x = _find_face(place, a)
    j, y = _find_face(place, b)
    if i != j:
        raise PlanError(
            f"最小面 {a} 与 {b} 分属 {villages[i].name} 和 {villages[j].name}，网格不能跨村；请删去这一行。",
            f"Faces {a} and {b} lie in {villages[i].name} and {villages[j].name}, and no grid crosses a village line; "
            "drop that row.",
        )
    return i, x, y


def _check_names(villages: list[Village], orders: PlanConstraints) -> None:
    """Stop at a lock of a village or grid that is not there, or of which the earlier plan or today's land has nothing."""
    known = {name: village for village in villages for name in (village.code, village.name)}
    grids: set[str] = set()
    if orders.earlier is not None:
        grids = set(orders.earlier.grids["grid_code"])
    unknown = (orders.villages - set(known)) | (orders.grids - grids)
    if unknown:
        raise _make_unknown_name_error(min(unknown))
    laid = {code for village in villages for code in village.old.tolist()}
    bare = {name for name in orders.villages if not (known[name].old != "").any()}
    nowhere = bare | (orders.grids - laid)
    if nowhere:
        name = min(nowhere)
        raise PlanError(
            f"locks.csv 锁定的 {name} 在旧方案与今天的村界内没有共同的土地，无从保持原样；请删去这一行。",
            f"{name} is locked in locks.csv, and the earlier plan and today's villages have no land of it in common; drop that row.",
        )


def _make_unknown_name_error(name: str) -> PlanError:
    zh, en = "", ""
    if EXCEL_NUMBER.fullmatch(name):
        zh = "（Excel 把编码存成了科学计数，请把该列设为文本）"
        en = " (Excel made a number of the code; format that column as text)"
    return PlanError(
        f"locks.csv 中的 {name} 既不是本项目的村，也不是旧方案的网格{zh}；请改正。",
        f"{name} in locks.csv is no village of this project and no grid of the earlier plan{en}; correct it.",
    )


def _check_common_land(villages: list[Village], orders: PlanConstraints) -> None:
    if orders.earlier is None or any((village.old != "").any() for village in villages):
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
    given = _list_given_numbers(villages, sizes)
    if sizes.headcount is not None:
        given = _share_headcount(villages, given, orders, sizes)
    out = []
    for village, number in zip(villages, given, strict=True):
        kept = orders.grids & set(village.old.tolist())
        frozen = _is_locked(village, orders)
        out.append(replace(village, number=number, frozen=frozen, kept=kept))
    return out


def _list_given_numbers(villages: list[Village], sizes: Grids) -> list[int | None]:
    """The number of grids that `[grids] number` gives each village by its code or name; None where it gives none."""
    known = {village.code for village in villages} | {village.name for village in villages}
    for name in sorted(set(sizes.number) - known):
        raise PlanError(
            f"[grids] number 中的 {name} 不是任何村的编码或名称。",
            f"{name} in [grids] number is no village's code or name.",
        )
    numbers = []
    for village in villages:
        by_code = sizes.number.get(village.code)
        by_name = sizes.number.get(village.name)
        if None not in (by_code, by_name) and by_code != by_name:
            raise PlanError(
                f"[grids] number 给 {village.name}（{village.code}）写了两个不同的数；请删去其中一个。",
                f"[grids] number has two numbers for {village.name} ({village.code}); drop one of them.",
            )
        numbers.append(by_name if by_code is None else by_code)
    return numbers


def _share_headcount(
    villages: list[Village], given: list[int | None], orders: PlanConstraints, sizes: Grids
) -> list[int | None]:
    """The headcount, less the numbers given and the grids of locked villages, among the other villages with land to divide."""
    shares = list(given)
    for i, village in enumerate(villages):
        if shares[i] is None and _is_locked(village, orders):
            shares[i] = _count_previous_grids(village)
    free = [village.zone == "" for village in villages]
    sharing = [i for i, share in enumerate(shares) if share is None and free[i].any()]
    fixed = sum(share for share in shares if share is not None)
    seats = (sizes.headcount or 0) - fixed
    room = [int(free[i].sum()) for i in sharing]
    _check_headcount(sizes, fixed, room)
    total = [float(villages[i].size[free[i]].sum()) for i in sharing]
    apportioned = apportion_grids(total, seats, sizes.apportion, room)
    for i, share in zip(sharing, apportioned, strict=True):
        shares[i] = share
    return shares


def _check_headcount(sizes: Grids, fixed: int, room: list[int]) -> None:
    """Stop at a headcount that gives the sharing villages less than one grid each, or more than they have faces."""
    seats = (sizes.headcount or 0) - fixed
    if seats < len(room):
        raise PlanError(
            f"[grids] headcount = {sizes.headcount} 不够：number 和锁定的村已占 {fixed} 个，其余 {len(room)} 个村每村至少还要一个。",
            f"[grids] headcount = {sizes.headcount} is too small: number and locked villages take {fixed}, and the other "
            f"{len(room)} villages need a grid each.",
        )
    if seats > sum(room):
        raise PlanError(
            f"[grids] headcount = {sizes.headcount} 太多：number 和锁定的村占 {fixed} 个，其余各村可划分的最小面一共只有 {sum(room)} 个。",
            f"[grids] headcount = {sizes.headcount} is too large: number and locked villages take {fixed}, and the other villages "
            f"have {sum(room)} faces to divide in all.",
        )


def _is_locked(village: Village, orders: PlanConstraints) -> bool:
    """Whether the whole village stays as the earlier plan has it."""
    return village.code in orders.villages or village.name in orders.villages


def _count_previous_grids(village: Village) -> int:
    """Comprehensive grids that the village had in the earlier plan."""
    codes = set(village.old[village.zone == ""].tolist())
    return len(codes - {""})


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
