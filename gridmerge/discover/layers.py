"""A recognised sheet → the tables of the project file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from gridmerge.catalog import find_field
from gridmerge.discover.classification import ClassifiedSheet, by_department, find_department
from gridmerge.discover.columns import holder_field, id_field, name_field
from gridmerge.discover.georeference_check import prove_layer, quote_column
from gridmerge.discover.guess import NO_REASON, Guess, join_texts, least_sure
from gridmerge.discover.scan import ScannedSheet
from gridmerge.discover.settings_table import ProjectTable
from gridmerge.geo import geos
from gridmerge.i18n.text import Text
from gridmerge.model import Township

# share of one piece's grids that may lie on the other's where two pieces of a network meet
_MAX_EDGE_SHARE = 0.05
BASE_DEPARTMENT = "party"  # where there is a Party network, the published reforms build on it
_KINDS = re.compile(
    r"(?:.*(?:网格|责任区|辖区|建筑|房屋|楼栋)|(?:grids?|buildings?|houses?)(?=[^a-z]))",
    re.IGNORECASE,
)
_PART = re.compile(
    r"[第\d一二三四五六七八九十东西南北中上下左右甲乙丙丁a-z]+(?=片|区|部分|块|$)|[_\-\s（(）)]+|(part|p)?\d+$",
    re.IGNORECASE,
)


def in_departments(one: ClassifiedSheet) -> list[ClassifiedSheet]:
    """Take a file apart that holds the networks of several departments; any other stays whole."""
    raw, several = one.sheet.raw, None if find_department(one.sheet) else by_department(one.sheet)
    if several is None or raw is None:
        return [one]
    column, owners = several
    parts = []
    for name, owner in owners.items():
        rows = raw.frame[raw.frame[column].astype(str).str.strip() == name].reset_index(drop=True)
        sheet = replace(
            one.sheet,
            raw=replace(raw, frame=rows),
            only=(f"{quote_column(column)} = '{name}'", owner),
        )
        parts.append(ClassifiedSheet(sheet=sheet, kind=one.kind))
    return parts


def in_files(sheets: list[ClassifiedSheet]) -> list[list[ClassifiedSheet]]:
    """Put the files together that hold one network in pieces: alike in name but for a number or a side, and in columns."""
    groups: dict[tuple[object, ...], list[ClassifiedSheet]] = {}
    for one in sheets:
        folder, _, _ = one.sheet.path.rpartition("/")
        stem = _PART.sub("", one.sheet.title)
        suffix = one.sheet.path.rpartition(".")[2].lower()
        alone = (
            f"{one.sheet.path} {one.sheet.layer} {one.sheet.only}"
            if one.sheet.layer or one.sheet.only or not stem
            else ""
        )
        groups.setdefault((folder, stem, suffix, tuple(one.sheet.columns), alone), []).append(one)
    return _join_complementary(
        [part for group in groups.values() for part in _split_overlapping(group)]
    )


def _split_overlapping(group: list[ClassifiedSheet]) -> list[list[ClassifiedSheet]]:
    """Part files of like names that lie on one another: those are years of one network, not pieces of it."""
    parts: list[list[ClassifiedSheet]] = []
    for one in group:
        apart = one.sheet.shape != "area"
        free = next((part for part in parts if apart or not _areas_overlap(part, [one])), None)
        if free is None:
            parts.append([one])
        else:
            free.append(one)
    return parts


def _join_complementary(groups: list[list[ClassifiedSheet]]) -> list[list[ClassifiedSheet]]:
    """Join groups of one department and of the same columns of like names, whose land does not overlap."""
    joined: list[list[ClassifiedSheet]] = []
    for group in groups:
        other = next((one for one in joined if _are_pieces(one, group)), None)
        if other is None:
            joined.append(list(group))
        else:
            other.extend(group)
    return joined


def _are_pieces(one: list[ClassifiedSheet], other: list[ClassifiedSheet]) -> bool:
    first, second = one[0].sheet, other[0].sheet
    if first.columns != second.columns or first.shape != "area" or second.shape != "area":
        return False
    if (
        any(sheet.layer or sheet.only for sheet in (first, second))
        or Path(first.path).parent != Path(second.path).parent
    ):
        return False
    alike = (
        SequenceMatcher(None, first.title, second.title, autojunk=False).find_longest_match().size
    )
    owners = [find_department(sheet) for sheet in (first, second)]
    same = (
        owners[0] is not None
        and owners[1] is not None
        and owners[0].value.key == owners[1].value.key
    )
    # nobody's: 网格_青河 and 网格_红星 say what they are before they say where
    kind = (
        owners == [None, None]
        and len(first.columns) > 1
        and _KINDS.match(_common_prefix([first.title, second.title]))
    )
    alike_enough = 2 * alike >= min(len(first.title), len(second.title))
    return bool((same and alike_enough) or kind) and not _areas_overlap(one, other)


def _common_prefix(titles: list[str]) -> str:
    """What all titles begin with."""
    shortest, longest = min(titles), max(titles)
    same = [one == other for one, other in zip(shortest, longest, strict=False)]
    return shortest[: same.index(False)] if False in same else shortest[: len(same)]


def _areas_overlap(one: list[ClassifiedSheet], other: list[ClassifiedSheet]) -> bool:
    """Whether areas of one lie on areas of the other."""
    frames = [pd.concat([part.sheet.frame.geometry for part in group]) for group in (one, other)]
    if frames[0].crs != frames[1].crs:
        return True
    spots = geos.point_on_surface(np.asarray(frames[1].dropna()))
    met = shapely.STRtree(np.asarray(frames[0].dropna())).query(spots, predicate="intersects")[0]
    return len(np.unique(met)) > _MAX_EDGE_SHARE * len(spots)


def network_table(
    group: list[ClassifiedSheet], township: Township | None, taken: set[str]
) -> ProjectTable:
    """The [[layers]] table of a network in one or several files."""
    first = group[0]
    sheet = join_sheets(group)
    title = _common_prefix([one.sheet.title for one in group]).strip("_- （(") or sheet.title
    table = ProjectTable(name="[[layers]]")
    owner = None if first.kind.value == "exclusive" else find_department(sheet)
    if sheet.only is not None:
        owner = Guess(sheet.only[1], "likely", first.kind.why)
    if first.kind.value == "exclusive":
        table.values["department"] = Guess("专属网格", "sure", first.kind.why)
    elif first.kind.value == "barrier" and owner is None:
        table.values["department"] = Guess(
            "water" if _is_water(sheet) else "transport", first.kind.sure, first.kind.why
        )
    elif owner is not None:
        table.values["department"] = Guess(
            owner.value.key, least_sure(owner.sure, first.kind.sure), owner.why
        )
    else:
        why = Text(
            "部门目录中没有对得上的名称", "the catalogue of departments has none of that name"
        )
        table.values["department"] = Guess(title, "unsure", why)
    key = _layer_key(first, owner.value.key if owner else None, title)
    table.values = {"key": Guess(free_key(key, taken), "sure", NO_REASON), **table.values}
    paths = [one.sheet.path for one in group]
    table.values["path"] = Guess(
        paths[0] if len(paths) == 1 else paths,
        "sure" if len(paths) == 1 else "likely",
        _pieces_reason(paths),
    )
    if sheet.layer is not None:
        why = Text(
            "文件中有几个图层，这个是网格", "the file has several layers; this one is the network"
        )
        table.values["layer"] = Guess(sheet.layer, "sure", why)
    if sheet.only is not None:
        why = Text(
            "文件含几个部门，只取这一个", "the file holds several departments; only this one's rows"
        )
        table.values["where"] = Guess(sheet.only[0], "likely", why)
    _set_role(table, first, owner.value.key if owner else None)
    _set_fields(table, sheet)
    prove_layer(table, sheet, township)
    return table


def _layer_key(first: ClassifiedSheet, owner: str | None, title: str) -> str:
    if first.kind.value == "exclusive":
        return "special_grids"
    if first.kind.value == "barrier":
        if _is_water(first.sheet):
            return "rivers"
        return "main_roads" if re.search("主要|主干|main", first.sheet.title) else "roads"
    return owner or re.sub(r"[^0-9A-Za-z_\u4e00-\u9fff]+", "_", title).strip("_") or "layer"


def _is_water(sheet: ScannedSheet) -> bool:
    return any(sign in sheet.title.lower() for sign in ("河", "水", "river", "stream", "water"))


def free_key(key: str, taken: set[str]) -> str:
    name, count = key, 1
    while name in taken:
        count += 1
        name = f"{key}_{count}"
    taken.add(name)
    return name


def _pieces_reason(paths: list[str]) -> Text:
    if len(paths) == 1:
        return NO_REASON
    return Text(
        f"{len(paths)} 个文件字段相同、名称只差片区，视为同一网络",
        f"{len(paths)} files of the same columns whose names differ by a part only are taken for one network",
    )


def join_sheets(group: list[ClassifiedSheet]) -> ScannedSheet:
    """One sheet for all files of a network; columns and place are proven on all of them."""
    first = group[0].sheet
    if len(group) == 1 or first.raw is None:
        return first
    frames = [one.sheet.raw.frame for one in group if one.sheet.raw is not None]
    whole = pd.concat(
        [frame.to_crs(frames[0].crs) if frame.crs and frames[0].crs else frame for frame in frames]
    )
    raw = type(first.raw)(
        source=first.raw.source, frame=whole.reset_index(drop=True), findings=first.raw.findings
    )
    return ScannedSheet(path=first.path, layer=first.layer, raw=raw)


def _set_role(table: ProjectTable, first: ClassifiedSheet, owner: str | None) -> None:
    if first.kind.value == "exclusive":
        table.values["role"] = Guess(
            "exclusive", "sure", Text("专属网格整块划出", "exclusive grids are cut out whole")
        )
    elif first.kind.value == "barrier":
        why = join_texts(first.kind.why, Text("，网格不宜跨越", "; grids should not straddle it"))
        table.values["role"] = Guess("barrier", first.kind.sure, why)
    elif owner == BASE_DEPARTMENT:
        why = Text(
            "各地多以党建网格为底图；若不是，请删去此行",
            "most reforms build on the Party's network; delete this line if yours does not",
        )
        table.values["role"] = Guess("base", "likely", why)


def _set_fields(table: ProjectTable, sheet: ScannedSheet) -> None:
    """Columns of id, name, holder, and of villages where there is no geometry."""
    code = id_field(sheet)
    taken = [code.value] if code else []
    name = name_field(sheet, taken)
    holder = holder_field(sheet, [*taken, *([name.value] if name else [])])
    for part, guess in (("id", code), ("name", name), ("holder", holder)):
        if guess is not None:
            table.values[part] = guess
    if table.role == "barrier":
        return
    if code is None:
        table.notes.append(
            Text(
                "id：没有像编号的字段，要素按位置自西向东编号；若有编号字段，请写 id",
                "id: no column is like a code; features are numbered from west to east; if there is one, write id",
            )
        )
    if name is None:
        table.notes.append(
            Text(
                "name：没有像名称的字段；若有，请写 name",
                "name: no column is like a name; if there is one, write name",
            )
        )
    if holder is None and table.role != "exclusive":
        table.notes.append(
            Text(
                "holder：没有像责任人的字段；若有，请写 holder",
                "holder: no column is like a person responsible; if there is one, write holder",
            )
        )
    if sheet.shape == "table":
        column = find_field(sheet.columns, "villages")
        if column is not None:
            why = Text(
                "没有图形，这一列列出所辖的村",
                "no shapes; this column lists the villages of each grid",
            )
            table.values["village"] = Guess(column, "likely", why)


def most_frequent(values: Iterable[str]) -> tuple[str, float] | None:
    """The most frequent value and its share."""
    counts = pd.Series(list(values), dtype=object).value_counts()
    return (
        None if len(counts) == 0 else (str(counts.index[0]), float(counts.iloc[0] / np.sum(counts)))
    )
