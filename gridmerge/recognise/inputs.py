"""A recognised sheet → the tables of the project file, each value proven against the villages where it can be."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from gridmerge.catalog import find_field
from gridmerge.config import LayerSpec, WorkloadSpec
from gridmerge.errors import GridmergeError
from gridmerge.findings import Finding
from gridmerge.mend import mend_layer, mend_work
from gridmerge.model import Township
from gridmerge.recognise.guess import Guess, Sure, least
from gridmerge.recognise.kinds import Recognised, by_department, department, number_field, signs, word
from gridmerge.recognise.survey import Sheet

BASE = "party"  # where there is a Party network, the published reforms build on it
_PART = re.compile(
    r"[第\d一二三四五六七八九十东西南北中上下左右甲乙丙丁a-z]+(?=片|区|部分|块|$)|[_\-\s（(）)]+|(part|p)?\d+$",
    re.IGNORECASE,
)
_AWAY = 0.1  # share of features outside the township from which a filter is looked for


@dataclass(kw_only=True)
class Table:
    """One table of the project file: its values with their reasons, in order."""

    name: str
    values: dict[str, Guess[Any]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    findings: tuple[Finding, ...] = ()

    @property
    def sure(self) -> Sure:
        """As sure as its least sure value."""
        return least("sure", *(guess.sure for guess in self.values.values()))

    def plain(self) -> dict[str, Any]:
        """The bare values."""
        return {key: guess.value for key, guess in self.values.items()}


def in_departments(one: Recognised) -> list[Recognised]:
    """Take a file apart that holds the networks of several departments; any other stays whole."""
    raw, several = one.sheet.raw, None if department(one.sheet) else by_department(one.sheet)
    if several is None or raw is None:
        return [one]
    column, owners = several
    parts = []
    for name, owner in owners.items():
        rows = raw.frame[raw.frame[column].astype(str).str.strip() == name].reset_index(drop=True)
        sheet = replace(one.sheet, raw=replace(raw, frame=rows), only=(f"{_quoted(column)} = '{name}'", owner))
        parts.append(Recognised(sheet=sheet, kind=one.kind))
    return parts


def in_files(sheets: list[Recognised]) -> list[list[Recognised]]:
    """Put the files together that hold one network in pieces: alike in name but for a number or a side, and in columns."""
    groups: dict[tuple[object, ...], list[Recognised]] = {}
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
    return list(groups.values())


def network(group: list[Recognised], township: Township, taken: set[str]) -> Table:
    """The [[layers]] table of a network in one or several files."""
    first = group[0]
    sheet = _joined(group)
    table = Table(name="[[layers]]")
    owner = None if first.kind.value == "exclusive" else department(sheet)
    if sheet.only is not None:
        owner = Guess(sheet.only[1], "likely", first.kind.why)
    if first.kind.value == "exclusive":
        table.values["department"] = Guess("专属网格", "sure", first.kind.why)
    elif first.kind.value == "barrier" and owner is None:
        table.values["department"] = Guess(
            "water" if _is_water(sheet) else "transport", first.kind.sure, first.kind.why
        )
    elif owner is not None:
        table.values["department"] = Guess(owner.value.key, least(owner.sure, first.kind.sure), owner.why)
    else:
        table.values["department"] = Guess(sheet.title, "unsure", "部门目录中没有对得上的名称")
    key = _key(first, owner.value.key if owner else None, sheet)
    table.values = {"key": Guess(_free(key, taken), "sure", ""), **table.values}
    paths = [one.sheet.path for one in group]
    table.values["path"] = Guess(
        paths[0] if len(paths) == 1 else paths, "sure" if len(paths) == 1 else "likely", _pieces(paths)
    )
    if sheet.layer is not None:
        table.values["layer"] = Guess(sheet.layer, "sure", "文件中有几个图层，这个是网格")
    if sheet.only is not None:
        table.values["where"] = Guess(sheet.only[0], "likely", "文件含几个部门，只取这一个")
    _role(table, first, owner.value.key if owner else None)
    _fields(table, sheet)
    _prove(table, sheet, township)
    return table


def _key(first: Recognised, owner: str | None, sheet: Sheet) -> str:
    if first.kind.value == "exclusive":
        return "special_grids"
    if first.kind.value == "barrier":
        return "rivers" if _is_water(sheet) else "roads"
    return owner or re.sub(r"[^0-9A-Za-z_\u4e00-\u9fff]+", "_", sheet.title).strip("_") or "layer"


def _is_water(sheet: Sheet) -> bool:
    return any(sign in sheet.title.lower() for sign in ("河", "水", "river", "stream", "water"))


def _free(key: str, taken: set[str]) -> str:
    name, count = key, 1
    while name in taken:
        count += 1
        name = f"{key}_{count}"
    taken.add(name)
    return name


def _pieces(paths: list[str]) -> str:
    return "" if len(paths) == 1 else f"{len(paths)} 个文件字段相同、名称只差片区，视为同一网络"


def _joined(group: list[Recognised]) -> Sheet:
    """One sheet for all files of a network; columns and place are proven on all of them."""
    first = group[0].sheet
    if len(group) == 1 or first.raw is None:
        return first
    frames = [one.sheet.raw.frame for one in group if one.sheet.raw is not None]
    whole = pd.concat([frame.to_crs(frames[0].crs) if frame.crs and frames[0].crs else frame for frame in frames])
    raw = type(first.raw)(source=first.raw.source, frame=whole.reset_index(drop=True), findings=first.raw.findings)
    return Sheet(path=first.path, layer=first.layer, raw=raw)


def _role(table: Table, first: Recognised, owner: str | None) -> None:
    if first.kind.value == "exclusive":
        table.values["role"] = Guess("exclusive", "sure", "专属网格整块划出")
    elif first.kind.value == "barrier":
        table.values["role"] = Guess("barrier", first.kind.sure, f"{first.kind.why}，网格不宜跨越")
    elif owner == BASE:
        table.values["role"] = Guess("base", "likely", "各地多以党建网格为底图；若不是，请删去此行")


def _fields(table: Table, sheet: Sheet) -> None:
    """Columns of id, name, holder, and of villages where there is no geometry."""
    for part, called in (("id", "编号"), ("name", "名称"), ("holder", "责任人")):
        column = find_field(sheet.columns, part)
        if column is not None and (part != "id" or _filled(sheet, column)):
            table.values[part] = _field(sheet, column, part, called)
    if "id" not in table.values and table.values.get("role", Guess("grid", "sure", "")).value != "barrier":
        table.notes.append("没有像编号的字段：要素按位置自西向东编号；若有编号字段，请写 id")
    if sheet.shape == "table":
        column = find_field(sheet.columns, "villages")
        if column is not None:
            table.values["village"] = Guess(column, "likely", "没有图形，这一列列出所辖的村")


def _filled(sheet: Sheet, column: str) -> bool:
    values = sheet.frame[column]
    return bool(values.notna().any() and (values.astype(str).str.strip() != "").any())


def _field(sheet: Sheet, column: str, part: str, called: str) -> Guess[str]:
    values = sheet.frame[column].dropna().astype(str)
    if part == "id" and values.nunique() < len(sheet.frame):
        return Guess(column, "likely", f"字段名像{called}，但 {len(sheet.frame) - values.nunique()} 个要素重号或空号")
    others = [name for name in sheet.columns if name != column and find_field([name], part)]
    seen = f"；还看到 {'、'.join(others[:3])}" if others else ""
    return Guess(column, "sure" if not others else "likely", f"字段名像{called}{seen}")


def _prove(table: Table, sheet: Sheet, township: Township) -> None:
    """Mend the layer and write down what the villages prove: system, datum, filter; or what stands in the way."""
    if sheet.raw is None or "village" in table.values:
        return
    try:
        layer = mend_layer(sheet.raw, _spec(table), township)
    except GridmergeError as error:
        table.notes.append(f"注意：{error.in_('zh')}")
        return
    findings = table.findings = layer.findings
    _system(table, findings)
    suspected = _first(findings, "datum_suspected")
    if suspected is not None and table.values.get("role", Guess("grid", "sure", "")).value in ("grid", "base"):
        _datum(table, sheet, township, suspected)
        layer = mend_layer(sheet.raw, _spec(table), township)
    _where(
        table,
        sheet,
        {one.source_id for one in layer.findings if one.kind == "off_territory"},
        township,
        len(layer.frame),
    )


def _spec(table: Table) -> LayerSpec:
    return LayerSpec(**table.plain())


def _system(table: Table, findings: Iterable[Finding]) -> None:
    for kind, blank, sure in (
        ("crs_by_evidence", "crs", "sure"),
        ("crs_contradicted", "better", "likely"),
        ("crs_assumed", "crs", "sure"),
    ):
        found = _first(findings, kind)
        if found is None:
            continue
        blanks = {name: str(value) for name, value in found.blanks}
        code = blanks[blank].partition("（")[0]
        rivals = int(blanks.get("rivals", 0))
        how = {
            "crs_by_evidence": _tried(found, rivals),
            "crs_contradicted": f"文件声明 {blanks['crs']}，但只有它落在村界上",
            "crs_assumed": "文件没有坐标系，坐标数值只可能是它",
        }[kind]
        if re.fullmatch(r"EPSG:\d+", code):
            # where several lay the layer on the villages the lines speak for one of them, which is no proof
            table.values["crs"] = Guess(code, "likely" if rivals else sure, how)  # type: ignore[arg-type]
        return


def _tried(found: Finding, rivals: int) -> str:
    """How a system was told by trying."""
    if rivals:
        return f"文件没有坐标系，有 {rivals + 1} 个坐标系都大致落在村界上，它的界线与村界最吻合，请核对"
    return f"文件没有坐标系，逐一试算后只有它落在村界上（重合 {found.measure or 0:g}%）"


def _datum(table: Table, sheet: Sheet, township: Township, suspected: Finding) -> None:
    blanks = {name: str(value) for name, value in suspected.blanks}
    table.values["datum"] = Guess(blanks["datum"], "sure", f"面重合 / 村界线命中：{blanks['figures']}")
    if (
        sheet.raw is None
        or _first(mend_layer(sheet.raw, _spec(table), township).findings, "datum_suspected") is not None
    ):
        table.values["datum"] = Guess(blanks["datum"], "unsure", f"比原样吻合，但仍不够：{blanks['figures']}")


def _where(table: Table, sheet: Sheet, away: set[str], township: Township, inside: int) -> None:
    """A filter for one township out of a county's file, where a column tells the two apart."""
    if "id" not in table.values or "where" in table.values or len(away) < _AWAY * (inside + len(away)) or inside == 0:
        return
    ids = sheet.frame[table.values["id"].value].astype(str).str.strip()
    outside = ids.isin(away).to_numpy()
    for column in sheet.columns:
        values = sheet.frame[column].astype(str)
        mine = set(values[~outside])
        if len(mine) == 1 and not (mine & set(values[outside])) and values.nunique() <= max(2, len(values) // 3):
            value = mine.pop()
            table.values["where"] = Guess(
                f"{_quoted(column)} = '{value}'", "likely", f"文件含邻近乡镇，{column} 只有这一值在本乡镇"
            )
            return
        # neighbours drawn a little over the border stay inside: the value that holds nearly all insiders decides
        share = pd.crosstab(values, outside)
        if share.shape[1] == 2 and 2 <= len(share) <= 60:
            pure = share[share[True] == 0]
            if len(pure) == 1 and pure.iloc[0][False] >= 0.8 * inside and share.drop(index=pure.index)[True].min() > 0:
                table.values["where"] = Guess(
                    f"{_quoted(column)} = '{pure.index[0]}'", "likely", f"文件含邻近乡镇，{column} 只有这一值全在本乡镇"
                )
                return


def _quoted(column: str) -> str:
    return column if re.fullmatch(r"[A-Za-z_]\w*", column, re.ASCII) else f'"{column}"'


def _first(findings: Iterable[Finding], kind: str) -> Finding | None:
    return next((one for one in findings if one.kind == kind), None)


def workloads(one: Recognised, township: Township, taken: set[str]) -> list[Table]:
    """The [[workload]] tables of a file: one for each number it carries, or one that counts its features."""
    sheet, tables = one.sheet, []
    counted = next((name for name, sign in signs()["work"].items() if word(sheet.title, name)), None)
    # events and enterprises are counted, whatever numbers stand beside them
    numbers = [] if counted and not signs()["work"][counted]["fields"] else list(signs()["work"].items())
    for name, sign in numbers:
        column = number_field(sheet, name)
        if column is None:
            continue
        table = _workload(one, name, sign["weight"], f"字段 {column} 是数量")
        table.values["field"] = Guess(column, "sure", f"字段名即{column}")
        tables.append(table)
    if not tables and counted is not None:
        tables.append(_workload(one, counted, signs()["work"][counted]["weight"], "没有数量字段，按个数计"))
    for table in tables:
        table.values["name"] = Guess(_free(table.values["name"].value, taken), table.values["name"].sure, "")
        _prove_points(table, sheet, township)
    return tables


def _prove_points(table: Table, sheet: Sheet, township: Township) -> None:
    """Mend the workload and write down its datum, if its points only fall into the township in another."""
    if sheet.raw is None:
        return
    try:
        work = mend_work(sheet.raw, WorkloadSpec(**table.plain()), township)
    except GridmergeError as error:
        table.notes.append(f"注意：{error.in_('zh')}")
        return
    suspected = _first(work.findings, "work_datum_suspected")
    if suspected is not None:
        blanks = {name: str(value) for name, value in suspected.blanks}
        why = f"原样有 {suspected.measure:g}% 的点在本乡镇之外，还原后只剩 {blanks['then']}%"
        table.values["datum"] = Guess(blanks["datum"], "likely", why)


def _workload(one: Recognised, name: str, weight: float, why: str) -> Table:
    sheet = one.sheet
    table = Table(name="[[workload]]")
    table.values["name"] = Guess(name, one.kind.sure, "")
    table.values["path"] = Guess(sheet.path, one.kind.sure, one.kind.why)
    if sheet.layer is not None:
        table.values["layer"] = Guess(sheet.layer, "sure", "")
    lon, lat = find_field(sheet.columns, "lon"), find_field(sheet.columns, "lat")
    if lon and lat and sheet.path.lower().endswith((".csv", ".txt", ".xls", ".xlsx", ".ods")):
        table.values["lon"], table.values["lat"] = Guess(lon, "sure", ""), Guess(lat, "sure", "")
    table.values["weight"] = Guess(weight, "likely", f"{why}；权重是常用值，按本地情况改")
    return table


def dominant(values: Iterable[str]) -> tuple[str, float] | None:
    """The most frequent value and its share."""
    counts = pd.Series(list(values), dtype=object).value_counts()
    return None if len(counts) == 0 else (str(counts.index[0]), float(counts.iloc[0] / np.sum(counts)))
