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
    first, second = label[village.edges].T
    same_zone = (first == second) & (first >= 0)
    piece = make_graph(village.size, village.edges[same_zone]).components()[inside]
    groups = [inside[piece == one] for one in np.unique(piece)]
    return sorted(groups, key=lambda nodes: (village.zone[nodes[0]], nodes[0]))


def group_kept_faces(village: Village) -> list[Ints]:
    """The faces of each grid that stays as it was; where today's faces divide it, its heaviest piece in each part."""
    free = village.zone == ""
    codes = set(village.old[free].tolist()) - {""}
    groups = []
    for code in sorted(codes):
        if village.frozen or code in village.kept:
            nodes = np.flatnonzero(free & (village.old == code))
            groups.append(_in_one_piece(village, nodes))
    return groups


def locked_out_of_range(village: Village, grid: int, nodes: Ints) -> list[RangeReason]:
    """Why a grid that stays as it was is out of range: because it is locked."""
    size = float(village.size[nodes].sum())
    sizes = village.sizes
    low = float(sizes.min or 0.0)
    high = float(sizes.max or np.inf)
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
    inner = np.isin(village.edges, nodes).all(axis=1)
    piece = make_graph(village.size, village.edges[inner]).components()
    size = sum_by_group(piece, village.size, len(piece))
    count = np.bincount(piece, minlength=len(piece))
    best: dict[int, int] = {}
    for node in nodes.tolist():
        part = int(village.part[node])
        mine = int(piece[node])
        other = best.setdefault(part, mine)
        if (size[mine], count[mine]) > (size[other], count[other]):
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
    names = _name_groups(village, group)
    first, second = group[village.edges].T
    touching = groups_of(n, village.edges[first == second])
    pairs, tags = [], dict(village.tags)
    for a, b in village.together:
        if touching[a] == touching[b]:
            pairs.append((a, b))
            continue
        first_face = int((group == group[a]).argmax())
        made_up = f"{PAIR_MARK}{village.face_id[first_face]}"
        tags[a] = tags[b] = names.get(int(group[a]), made_up)
    return replace(village, together=tuple(pairs), tags=tags)


def _name_groups(village: Village, group: Ints) -> dict[int, str]:
    """Name of the grid that each group of faces is locked to; a group locked to two is an error."""
    first_lock: dict[int, tuple[int, str]] = {}
    for face, name in sorted(village.tags.items()):
        other, other_name = first_lock.setdefault(int(group[face]), (face, name))
        if other_name != name:
            raise make_lock_error(village, other, face, same=True)
    return {number: name for number, (_, name) in first_lock.items()}


def check_constraints(village: Village, labels: Ints) -> None:
    """Stop where a division breaks a lock or a pair: locks are never broken, and never dropped in silence.

    Raises
    ------
    PlanError
        Names two faces that could not be put together, or kept apart.
    """
    faces_of_name: dict[str, list[int]] = {}
    for face, name in sorted(village.tags.items()):
        faces_of_name.setdefault(name, []).append(face)
    together = list(village.together)
    for first, *others in faces_of_name.values():
        together += [(first, face) for face in others]
    for a, b in together:
        if labels[a] != labels[b]:
            raise make_lock_error(village, a, b, same=True)
    named = [name for name in sorted(faces_of_name) if not name.startswith(PAIR_MARK)]
    first_faces = [faces_of_name[name][0] for name in named]
    for a, b in (*village.apart, *combinations(first_faces, 2)):
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
    named = sorted(homes.items())
    for name, grids in named:
        if len(grids) > 1:
            yield next(iter(grids.values())), _parted_text(list(grids), f"（{name}）")
    for (name, first), (other_name, second) in combinations(named, 2):
        for grid in sorted(set(first) & set(second)):
            yield first[grid], _joined_text(f"（{name}、{other_name}）", grid)
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
