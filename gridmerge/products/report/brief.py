"""The report in a few sentences, and what a meeting has to settle: what a reader in a hurry needs of it."""

from __future__ import annotations

from typing import Any

from gridmerge.findings import HEADLINES
from gridmerge.i18n.text import Language, Text
from gridmerge.model import Build
from gridmerge.products.data.csv_tables import to_records
from gridmerge.products.data.docket import build_docket
from gridmerge.products.data.summary import summarize_build
from gridmerge.products.labels import EVERY_DEPARTMENT, name_build_layers, name_column

MAX_LISTED_ITEMS = 5  # of each kind; the rest stands in the workbook
MIN_SHOWN_WORK = 0.5  # of a workload on an item: less would be written as 0
_COMMA, _COLON = Text("、", ", "), Text("：", ": ")
MATTER_TITLES = {
    "gaps": Text("无人认领", "unclaimed land"),
    "claims": Text("重复认领", "claimed twice"),
    "disputes": Text("争议界线", "line in dispute"),
}


def compose_lead(build: Build) -> list[Text]:
    """Return the sentences at the head of the report: what puts the whole plan in doubt, what was merged, how well, what is open."""
    report = summarize_build(build)
    return [
        *compose_headlines(build),
        _merged_sentence(report),
        _sizes_sentence(report),
        *_members_sentences(build, report),
        _open_sentence(report),
    ]


def compose_headlines(build: Build) -> list[Text]:
    """Return what puts the whole plan in doubt, a sentence each; most builds have none."""
    chinese, english = _workload_titles(build, "zh"), _workload_titles(build, "en")
    graves = [finding for finding in build.findings if finding.kind in HEADLINES]
    return [
        Text(finding.message("zh", chinese), finding.message("en", english)) for finding in graves
    ]


def _workload_titles(build: Build, language: Language) -> dict[str, str]:
    return {f"workload:{name}": name_column(name, language) for name in build.weights.names}


def list_open_matters(build: Build) -> tuple[list[dict[str, Any]], int]:
    """Return what a meeting has to settle, the gravest first: a row an item; and how many more there are.

    Returns
    -------
    list of dict
        item, matter (a `Text`), where, who, area_ha, and work: what lies on it, in words.
    int
        Items that are not listed.
    """
    titles = name_build_layers(build) | {"": EVERY_DEPARTMENT.in_(build.settings.project.language)}
    rows, more = [], 0
    for kind, matter in MATTER_TITLES.items():
        table = build_docket(build, kind).drop(columns="geometry")
        if kind == "gaps":
            table = table[table["layer"] == ""]  # what one department leaves out another may hold
        open_items = table[table["set_aside"] == ""]
        listed = to_records(open_items.head(MAX_LISTED_ITEMS))
        rows += [{"matter": matter, **_matter_row(build, kind, row, titles)} for row in listed]
        more += len(table) - len(listed)
    return rows, more


def _matter_row(
    build: Build, kind: str, row: dict[str, Any], titles: dict[str, str]
) -> dict[str, Any]:
    language = build.settings.project.language
    works = [name for name in build.weights.names if row[name] >= MIN_SHOWN_WORK]
    amounts = [f"{name_column(name, language)} {row[name]:,.0f}" for name in works]
    return {
        "item": row["item"],
        "where": row["village_name"],
        "who": _name_parties(kind, row, titles, language),
        "area_ha": row["area_m2"] / 1e4,
        "work": _COMMA.in_(language).join(amounts),
    }


def _name_parties(
    kind: str, row: dict[str, Any], titles: dict[str, str], language: Language
) -> str:
    """Name whose land an item is, or who stands on either side of a line."""
    comma = _COMMA.in_(language)

    def join_titles(keys: str) -> str:
        return comma.join(titles.get(key, key) for key in keys.split(";"))

    if kind == "disputes":
        return f"{join_titles(row['layers_a'])} ↔ {join_titles(row['layers_b'])}"
    layer = join_titles(row["layer"])
    if kind != "claims":
        return layer
    sources = comma.join(row["source_ids"].split(";"))
    return f"{layer}{_COLON.in_(language)}{sources}"


def _merged_sentence(report: dict[str, Any]) -> Text:
    counts = report["counts"]
    networks, sources = counts["networks"], counts["departmental_grids"]
    villages, grids = counts["villages"], counts["grids"]
    zh = (
        f"本次把 {networks} 个部门网格图层（{sources} 个原网格）整合为一张网："
        f"{villages} 个村（社区）共 {grids} 个综合网格，不跨村（社区）界，无缝隙、无重叠。"
    )
    en = (
        f"{networks} departmental networks ({sources} grids) were merged into one layer of "
        f"{grids} unified grids in {villages} villages: none crosses a village line, "
        "no gap, no overlap."
    )
    return Text(zh, en)


def _sizes_sentence(report: dict[str, Any]) -> Text:
    grids = report["grids"]
    share, ratio = grids["share_in_range"], grids["workload_max_over_mean"]
    in_range = "—" if share is None else f"{share:.0%}"
    heaviest = "—" if ratio is None else f"{ratio:.2f}"
    whole, split = grids["departmental_grids_whole"], grids["departmental_grids_split"]
    zh = (
        f"规模达标的网格占 {in_range}，工作量最大的网格是平均的 {heaviest} 倍；"
        f"各部门原网格 {whole} 个在村内保持完整，{split} 个被拆分。"
    )
    en = (
        f"{in_range} of the grids are within the size limits, "
        f"the heaviest carries {heaviest} times the mean; "
        f"{whole} departmental grids stay whole within their villages, {split} are split."
    )
    return Text(zh, en)


def _members_sentences(build: Build, report: dict[str, Any]) -> list[Text]:
    members = report["members"]
    if not members:
        return []
    count = members["members"]
    now = f"{members['load_per_capacity_max_over_mean']:.2f}"
    present = None if build.assignment is None else build.assignment.figures.get("present")
    if not present:
        zh = f"{count} 名网格员中，最重的负荷是平均的 {now} 倍。"
        en = f"Of {count} members, the heaviest loaded carries {now} times the mean."
        return [Text(zh, en)]
    before = f"{present['before']['max_over_mean']:.2f}"
    zh = f"{count} 名网格员中，最重的负荷由现状平均的 {before} 倍变为方案的 {now} 倍。"
    en = f"Of {count} members, the heaviest load goes from {before} times the mean today to {now}."
    return [Text(zh, en)]


def _open_sentence(report: dict[str, Any]) -> Text:
    land, counts = report["open"], report["counts"]
    unclaimed = land["nobodys_land"]["count"]
    twice, lines = land["claimed_twice"]["count"], land["disputes"]["count"]
    to_correct = counts["errors"] + counts["warnings"]
    if not unclaimed + twice + lines + to_correct:
        return Text("没有需要商定或处理的问题。", "Nothing is left to settle or to correct.")
    zh = (
        f"待会议商定：无人认领的土地 {unclaimed} 处、重复认领 {twice} 处、争议界线 {lines} 处；"
        f"待各部门核改的数据问题 {to_correct} 处。"
    )
    en = (
        f"For a meeting to settle: land nobody claims {unclaimed}, claimed twice {twice}, "
        f"lines in dispute {lines}; "
        f"for the departments to correct: {to_correct} findings in the data."
    )
    return Text(zh, en)
