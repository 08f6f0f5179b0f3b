"""What people have fixed in one village: which faces stay as they are, and whether the division obeys every lock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

import numpy as np

from gridmerge.districting.diagnosis import SIZE_SLACK, RangeReason
from gridmerge.districting.solver.graph import Ints, groups_of, make_graph, sum_by_group
from gridmerge.districting.village import Village
from gridmerge.errors import PlanError
from gridmerge.i18n.text import Text

# first character of the name under which faces kept together are locked, where they do not touch
PAIR_MARK = "+"


def group_zone_faces(village: Village) -> list[Ints]:
    """The faces of each exclusive grid: one a zone, one for each of its pieces where they do not touch."""
    inside = np.flatnonzero(village.zone != "")
    _, number = np.unique(village.zone[inside].astype(str), return_inverse=True)
    label = np.full(len(village.face_id), -1, dtype=np.int64)
    label[inside] = number
    same = (label[village.edges[:, 0]] == label[village.edges[:, 1]]) & (
        label[village.edges[:, 0]] >= 0
    )
    pieces = make_graph(village.size, village.edges[same]).components()
    groups = [inside[pieces[inside] == piece] for piece in np.unique(pieces[inside])]
    return sorted(groups, key=lambda nodes: (village.zone[nodes[0]], nodes[0]))


def group_kept_faces(village: Village) -> list[Ints]:
    """The faces of each grid that stays as it was; where today's faces have torn it, its heaviest piece in each part."""
    free = village.zone == ""
    codes = sorted(set(village.old[free].tolist()) - {""})
    stay = [code for code in codes if village.frozen or code in village.kept]
    return [_in_one_piece(village, np.flatnonzero(free & (village.old == code))) for code in stay]


def locked_out_of_range(village: Village, grid: int, nodes: Ints) -> list[RangeReason]:
    """Why a grid that stays as it was is out of range: because it is locked."""
    size, sizes = float(village.size[nodes].sum()), village.sizes
    low, high = float(sizes.min or 0.0), float(sizes.max or np.inf)
    if low - SIZE_SLACK <= size <= high + SIZE_SLACK:
        return []
    drop = Text("从 locks.csv 中去掉对它的锁定", "drop its lock in locks.csv")
    wide = Text(f"把 max 提高到 {size:.10g}", f"raise max to {size:.10g}")
    if size < low:
        wide = Text(f"把 min 降到 {size:.10g}", f"lower min to {size:.10g}")
    ways = Text(f"{drop.zh}；{wide.zh}", f"{drop.en}; {wide.en}")
    return [RangeReason(kind="grid_locked", grid=grid, size=size, amount=size, remedies=ways)]


def _in_one_piece(village: Village, nodes: Ints) -> Ints:
    """Of each declared piece of the village, the heaviest connected piece of these faces."""
    piece = make_graph(
        village.size, village.edges[np.isin(village.edges, nodes).all(axis=1)]
    ).components()
    size, count = (
        sum_by_group(piece, village.size, len(piece)),
        np.bincount(piece, minlength=len(piece)),
    )
    best: dict[int, int] = {}
    for node in nodes.tolist():
        part, mine = int(village.part[node]), int(piece[node])
        if part not in best or (size[mine], count[mine]) > (size[best[part]], count[best[part]]):
            best[part] = mine
    return nodes[np.isin(piece[nodes], list(best.values()))]


def merge_linked_faces(village: Village) -> Village:
    """Faces kept together become one where they touch; where they do not, they are locked to one grid, which must reach both.

    Gluing what does not touch would pass a grid in two pieces for connected.

    Raises
    ------
    PlanError
        Faces that must share a grid are locked to two.
    """
    if not village.together:
        return village
    n = len(village.face_id)
    group = groups_of(n, village.together)
    names: dict[int, str] = {}
    for face, name in sorted(village.tags.items()):
        if names.setdefault(int(group[face]), name) != name:
            other = next(
                f
                for f in sorted(village.tags)
                if group[f] == group[face] and village.tags[f] != name
            )
            raise make_lock_error(village, other, face, same=True)
    touching = groups_of(n, village.edges[group[village.edges[:, 0]] == group[village.edges[:, 1]]])
    pairs, tags = [], dict(village.tags)
    for a, b in village.together:
        if touching[a] == touching[b]:
            pairs.append((a, b))
        else:
            first = int(np.flatnonzero(group == group[a])[0])
            tags[a] = tags[b] = names.get(int(group[a]), f"{PAIR_MARK}{village.face_id[first]}")
    return replace(village, together=tuple(pairs), tags=tags)


def check_constraints(village: Village, labels: Ints) -> None:
    """Stop where a division breaks a lock or a pair: locks are never broken, and never dropped in silence.

    Raises
    ------
    PlanError
        Names two faces that could not be put together, or kept apart.
    """
    faces: dict[str, list[int]] = {}
    for face, name in sorted(village.tags.items()):
        faces.setdefault(name, []).append(face)
    same = [*village.together, *((one[0], face) for one in faces.values() for face in one[1:])]
    named = [one[0] for name, one in sorted(faces.items()) if not name.startswith(PAIR_MARK)]
    for a, b in same:
        if labels[a] != labels[b]:
            raise make_lock_error(village, a, b, same=True)
    for a, b in (*village.apart, *combinations(named, 2)):
        if labels[a] == labels[b]:
            raise make_lock_error(village, a, b, same=False)


def make_lock_error(village: Village, a: int, b: int, *, same: bool) -> PlanError:
    """What to tell whoever wrote locks that cannot all hold."""
    one, two = sorted((str(village.face_id[a]), str(village.face_id[b])))
    if same:
        return PlanError(
            f"{village.name} 的锁定不能同时满足：最小面 {one} 与 {two} 须在同一网格，但其他锁定、专属网格或互不相连的土地把它们分开；"
            "请修改 locks.csv。",
            f"The locks of {village.name} cannot all hold: faces {one} and {two} must share a grid, and other locks, an exclusive "
            "zone or land that does not touch part them; change locks.csv.",
        )
    return PlanError(
        f"{village.name} 的锁定不能同时满足：最小面 {one} 与 {two} 不能在同一网格，但没有找到把它们分开的方案；"
        "请修改 locks.csv，或用 [grids] number 给该村多一个网格。",
        f"The locks of {village.name} cannot all hold: faces {one} and {two} must not share a grid, and no plan was found that "
        "parts them; change locks.csv, or give the village one grid more in [grids] number.",
    )


def list_broken_locks(village: Village) -> Iterator[tuple[int, Text]]:
    """A face, and a lock or pair that the earlier plan breaks, in words."""
    old = village.old
    homes: dict[str, dict[str, int]] = {}
    for face, name in sorted(village.tags.items()):
        if old[face]:
            homes.setdefault(name, {}).setdefault(str(old[face]), face)
    for name, grids in sorted(homes.items()):
        if len(grids) > 1:
            yield next(iter(grids.values())), _parted_text(list(grids), f"（{name}）")
    for (one, first), (two, second) in combinations(sorted(homes.items()), 2):
        for grid in sorted(set(first) & set(second)):
            yield first[grid], _joined_text(f"（{one}、{two}）", grid)
    for a, b in village.together:
        if old[a] and old[b] and old[a] != old[b]:
            yield a, _parted_text([str(old[a]), str(old[b])], "")
    for a, b in village.apart:
        if old[a] and old[a] == old[b]:
            yield a, _joined_text("", str(old[a]))


def _parted_text(grids: list[str], name: str) -> Text:
    return Text(
        f"须在同一网格{name}的最小面，旧方案分属 {'、'.join(grids)}",
        f"faces that must share a grid{_to_half_width(name)} lay in {', '.join(grids)}",
    )


def _joined_text(names: str, grid: str) -> Text:
    return Text(
        f"不能同格{names}的最小面，旧方案同属 {grid}",
        f"faces that must not share a grid{_to_half_width(names)} all lay in {grid}",
    )


def _to_half_width(named: str) -> str:
    return named.replace("（", " (").replace("、", ", ").replace("）", ")")
