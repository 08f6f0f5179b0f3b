"""What the villages prove of a recognised input: coordinate system, datum, filter; and what they leave open."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from gridmerge.clean import clean_layer, clean_work
from gridmerge.clean.georeference import crs as systems
from gridmerge.clean.georeference import datum_fit
from gridmerge.config.settings import LayerSpec, WorkloadSpec
from gridmerge.discover.guess import NO_REASON, Guess, join_texts
from gridmerge.discover.scan import ScannedSheet
from gridmerge.discover.settings_table import ProjectTable
from gridmerge.errors import GridmergeError
from gridmerge.findings import Finding
from gridmerge.geo.gcj02 import in_china
from gridmerge.i18n.text import Text
from gridmerge.model import Layer, Township

_FIT = Text("面重合 / 村界线命中：", "land in common / lines on village lines: ")
_MIN_OUTSIDE_SHARE = 0.1  # share of features outside the township from which a filter is looked for


def prove_layer(table: ProjectTable, sheet: ScannedSheet, township: Township | None) -> None:
    """Mend the layer and write down what the villages prove; what they leave open is said to be open."""
    if sheet.raw is None or township is None or "village" in table.values:
        return
    try:
        layer = clean_layer(sheet.raw, _layer_spec(table), township)
        findings = table.findings = layer.findings
        suspected = _first_of_kind(findings, "datum_suspected")
        if suspected is not None and table.role in ("grid", "base"):
            blanks = {name: str(value) for name, value in suspected.blanks}
            table.values["datum"] = Guess(
                blanks["datum"],
                "sure",
                join_texts(_FIT, Text(blanks["figures"], blanks["figures"])),
            )
            layer = clean_layer(sheet.raw, _layer_spec(table), township)
    except GridmergeError as error:
        table.notes.append(join_texts(Text("注意：", "note: "), error.text))
        return
    settled = _is_datum_settled(table, layer, township) if table.role in ("grid", "base") else None
    _set_crs(table, findings, settled)
    away = {one.source_id for one in layer.findings if one.kind == "off_territory"}
    _suggest_filter(table, sheet, away, len(layer.frame))


def prove_points(table: ProjectTable, sheet: ScannedSheet, township: Township | None) -> None:
    """Mend the workload and write down its datum, if its points only fall into the township in another."""
    if sheet.raw is None or township is None:
        return
    try:
        work = clean_work(sheet.raw, WorkloadSpec(**table.plain()), township)
    except GridmergeError as error:
        table.notes.append(join_texts(Text("注意：", "note: "), error.text))
        return
    suspected = _first_of_kind(work.findings, "work_datum_suspected")
    if suspected is not None:
        blanks = {name: str(value) for name, value in suspected.blanks}
        why = Text(
            f"原样有 {suspected.measure:g}% 的点在本乡镇之外，还原后只剩 {blanks['then']}%",
            f"as they are, {suspected.measure:g}% of the points lie outside the township; undone, {blanks['then']}%",
        )
        table.values["datum"] = Guess(blanks["datum"], "likely", why)
    elif sheet.shape == "point":
        _open_datum(table, sheet, township)


def _open_datum(table: ProjectTable, sheet: ScannedSheet, township: Township) -> None:
    """Points inside the township prove no datum: a web map's lie inside as well, but for a few at its rim."""
    middle = township.villages.total_bounds.reshape(2, 2).mean(axis=0)[:, None]
    if (
        sheet.degrees
        and in_china(*systems.transform_points(township.crs, systems.WGS84, *middle))[0]
    ):
        table.notes.append(
            Text(
                "datum：没有点落在乡镇外，看不出是否为互联网地图坐标；若取自高德、腾讯地图请写 gcj02，百度地图请写 bd09，请核对",
                "datum: no point lies outside the township, which proves nothing; write gcj02 if they come from AMap or "
                "Tencent, bd09 if from Baidu; please check",
            )
        )


def _layer_spec(table: ProjectTable) -> LayerSpec:
    return LayerSpec(**table.plain())


def _is_datum_settled(table: ProjectTable, layer: Layer, township: Township) -> bool | None:
    """Whether the lines or the land of a layer fit the villages under its datum and clearly worse under any other.

    None where no service shifts, or nothing can be measured.
    """
    datum = table.plain().get("datum", "wgs84")
    measured = datum_fit.measure_datum_fits(layer.frame.geometry, township.villages, datum)
    if not measured:
        return None
    mine = next(fit for fit in measured if fit.datum == datum)
    others = [fit for fit in measured if fit.datum != datum]
    lines, overlap = max(fit.lines for fit in others), max(fit.overlap for fit in others)
    by_lines = mine.lines > datum_fit.MIN_LEAD_SHARE and mine.lines > 1.5 * lines
    by_land = mine.overlap > 0.9 and 1 - mine.overlap < 0.5 * (1 - overlap) and mine.lines >= lines
    if by_lines or by_land:
        return True
    figures = datum_fit.describe_fits(measured)
    fit = join_texts(_FIT, Text(figures, figures))
    if "datum" in table.values:
        why = join_texts(
            Text("比原样吻合，但仍不够；", "fits better than as it is, but not well; "), fit
        )
        table.values["datum"] = Guess(datum, "unsure", why)
    else:
        table.notes.append(
            Text(
                f"datum：它与村界的吻合程度看不出坐标偏移（{fit.zh}），请核对",
                f"datum: its fit to the villages shows no shift and excludes none ({fit.en}); please check",
            )
        )
    return False


def _set_crs(table: ProjectTable, findings: Iterable[Finding], settled: bool | None) -> None:
    """The coordinate system, where the file does not say it or says it wrongly."""
    for kind, blank in (
        ("crs_by_evidence", "crs"),
        ("crs_contradicted", "better"),
        ("crs_impossible", "crs"),
        ("crs_assumed", "crs"),
    ):
        found = _first_of_kind(findings, kind)
        if found is None:
            continue
        blanks = {name: str(value) for name, value in found.blanks}
        code = blanks[blank].partition("（")[0]
        if re.fullmatch(r"EPSG:\d+", code):
            table.values["crs"] = _why_system(code, found, blanks, settled)
        return


def _why_system(
    code: str, found: Finding, blanks: dict[str, str], settled: bool | None
) -> Guess[str]:
    if found.kind == "crs_by_evidence":
        return _by_trying(code, found, blanks, settled)
    if found.kind == "crs_contradicted":
        why = Text(
            f"文件声明 {blanks['crs']}，但只有它落在村界上",
            f"the file says {_latin_punctuation(blanks['crs'])}, but only this one lies on the villages",
        )
        return Guess(code, "likely", why)
    if found.kind == "crs_impossible":
        why = Text(
            f"文件声明 {blanks['declared']}，坐标数值却不可能是它",
            f"the file says {_latin_punctuation(blanks['declared'])}, which its numbers cannot be",
        )
        return Guess(code, "likely", why)
    if settled is not False:
        fit = Text("，界线与村界吻合", ", and its lines fit the villages") if settled else NO_REASON
        why = Text(
            "文件没有坐标系，坐标数值只可能是它",
            "the file says none; its numbers can be nothing else",
        )
        return Guess(code, "sure", join_texts(why, fit))
    # western numbers of the older Chinese datums look the same and lie tens of metres off
    why = Text(
        "文件没有坐标系，按坐标数值判断；与村界的吻合不足以排除北京54、西安80",
        "the file says none; determined from its numbers, and the fit to the villages cannot exclude Beijing 54 and Xi'an 80",
    )
    return Guess(code, "likely", why)


def _by_trying(
    code: str, found: Finding, blanks: dict[str, str], settled: bool | None
) -> Guess[str]:
    """How a system was told by trying: which others lie the same, near, or also on the villages."""
    rivals, near, same = (
        int(blanks.get("rivals", 0)),
        blanks.get("near", ""),
        blanks.get("same", ""),
    )
    if rivals:
        why = Text(
            f"文件没有坐标系，有 {rivals + 1} 个坐标系都大致落在村界上，它的界线与村界最吻合，请核对",
            f"the file says none; {rivals + 1} lie about on the villages, its lines fit them best; please check",
        )
    else:
        why = Text(
            f"文件没有坐标系，逐一试算后只有它落在村界上（重合 {found.measure or 0:g}%）",
            f"the file says none; of all that were tried only this one lies on the villages ({found.measure or 0:g}% in common)",
        )
    if near:
        more = Text(
            f"；相差几米、图上分不出的还有 {near}，请核对",
            f"; {_latin_punctuation(near)} lies within metres of it; please check",
        )
        why = join_texts(why, more)
    if same:
        more = Text(
            f"；{same} 与它坐标完全相同，写哪个都一样",
            f"; {_latin_punctuation(same)} has the same coordinates and does as well",
        )
        why = join_texts(why, more)
    return Guess(code, "likely" if rivals or near or settled is False else "sure", why)


def _latin_punctuation(labels: str) -> str:
    """Labels of coordinate systems as they stand in an English sentence."""
    return labels.replace("（", " (").replace(" 米）", " m)").replace("）", ")").replace("、", ", ")


def _suggest_filter(table: ProjectTable, sheet: ScannedSheet, away: set[str], inside: int) -> None:
    """A filter for one township out of a county's file, where a column tells the two apart."""
    if (
        "where" in table.values
        or len(away) < _MIN_OUTSIDE_SHARE * (inside + len(away))
        or inside == 0
    ):
        return
    if "id" not in table.values:
        table.notes.append(
            Text(
                f"where：{len(away)} 个要素在本乡镇之外，若文件含邻近乡镇，请写 where",
                f"where: {len(away)} features lie outside the township; if the file holds its neighbours too, write where",
            )
        )
        return
    ids = sheet.frame[table.values["id"].value].astype(str).str.strip()
    outside = ids.isin(away).to_numpy()
    for column in sheet.columns:
        value = _distinguishing_value(sheet.frame[column].astype(str), outside, inside)
        if value is not None:
            why = Text(
                f"文件含邻近乡镇，{column} 只有这一值在本乡镇",
                f"the file holds neighbours too; of {column} only this value lies in the township",
            )
            table.values["where"] = Guess(f"{quote_column(column)} = '{value}'", "likely", why)
            return


def _distinguishing_value(values: pd.Series, outside: pd.Series, inside: int) -> str | None:
    """The value of a column that the township's features have and the others have not."""
    mine = set(values[~outside])
    if (
        len(mine) == 1
        and not (mine & set(values[outside]))
        and values.nunique() <= max(2, len(values) // 3)
    ):
        return str(mine.pop())
    # neighbours drawn a little over the border stay inside: the value that holds nearly all insiders decides
    share = pd.crosstab(values, outside)
    if share.shape[1] != 2 or not 2 <= len(share) <= 60:
        return None
    pure = share[share[True] == 0]
    if (
        len(pure) == 1
        and pure.iloc[0][False] >= 0.8 * inside
        and share.drop(index=pure.index)[True].min() > 0
    ):
        return str(pure.index[0])
    return None


def quote_column(column: str) -> str:
    """A column as OGR SQL wants it."""
    return column if re.fullmatch(r"[A-Za-z_]\w*", column, re.ASCII) else f'"{column}"'


def _first_of_kind(findings: Iterable[Finding], kind: str) -> Finding | None:
    return next((one for one in findings if one.kind == kind), None)
