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

LANGUAGES: tuple[Language, Language] = ("zh", "en")
MAX_LISTED_ITEMS = 5  # of each kind; the rest stands in the workbook
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
    titles = {
        language: {f"workload:{name}": name_column(name, language) for name in build.weights.names}
        for language in LANGUAGES
    }
    return [
        Text(*(finding.message(language, titles[language]) for language in LANGUAGES))
        for finding in build.findings
        if finding.kind in HEADLINES
    ]


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
        listed = to_records(table[table["set_aside"] == ""].head(MAX_LISTED_ITEMS))
        rows += [{"matter": matter, **_matter_row(build, kind, row, titles)} for row in listed]
        more += len(table) - len(listed)
    return rows, more


def _matter_row(
    build: Build, kind: str, row: dict[str, Any], titles: dict[str, str]
) -> dict[str, Any]:
    language = build.settings.project.language
    comma = Text("、", ", ").in_(language)

    def named(keys: str) -> str:
        return comma.join(titles.get(key, key) for key in keys.split(";"))

    if kind == "disputes":
        who = " ↔ ".join(named(row[side]) for side in ("layers_a", "layers_b"))
    elif kind == "claims":
        who = f"{named(row['layer'])}{Text('：', ': ').in_(language)}{comma.join(row['source_ids'].split(';'))}"
    else:
        who = named(row["layer"])
    work = [
        f"{name_column(name, language)} {row[name]:,.0f}"
        for name in build.weights.names
        if row[name] >= 0.5
    ]
    return {
        "item": row["item"],
        "where": row["village_name"],
        "who": who,
        "area_ha": row["area_m2"] / 1e4,
        "work": comma.join(work),
    }


def _merged_sentence(report: dict[str, Any]) -> Text:
    counts = report["counts"]
    return Text(
        f"本次把 {counts['networks']} 个部门网格图层（{counts['departmental_grids']} 个原网格）整合为一张网："
        f"{counts['villages']} 个村（社区）共 {counts['grids']} 个综合网格，不跨村（社区）界，无缝隙、无重叠。",
        f"{counts['networks']} departmental networks ({counts['departmental_grids']} grids) were merged into one layer of "
        f"{counts['grids']} unified grids in {counts['villages']} villages: none crosses a village line, no gap, no overlap.",
    )


def _sizes_sentence(report: dict[str, Any]) -> Text:
    grids = report["grids"]
    share, ratio = grids["share_in_range"], grids["workload_max_over_mean"]
    in_range = "—" if share is None else f"{share:.0%}"
    heaviest = "—" if ratio is None else f"{ratio:.2f}"
    whole, split = grids["departmental_grids_whole"], grids["departmental_grids_split"]
    return Text(
        f"规模达标的网格占 {in_range}，工作量最大的网格是平均的 {heaviest} 倍；"
        f"各部门原网格 {whole} 个在村内保持完整，{split} 个被拆分。",
        f"{in_range} of the grids are within the size limits, the heaviest carries {heaviest} times the mean; "
        f"{whole} departmental grids stay whole within their villages, {split} are split.",
    )


def _members_sentences(build: Build, report: dict[str, Any]) -> list[Text]:
    members = report["members"]
    if not members:
        return []
    now = f"{members['load_per_capacity_max_over_mean']:.2f}"
    present = None if build.assignment is None else build.assignment.figures.get("present")
    if present:
        before = f"{present['before']['max_over_mean']:.2f}"
        return [
            Text(
                f"{members['members']} 名网格员中，最重的负荷由现状平均的 {before} 倍变为方案的 {now} 倍。",
                f"Of {members['members']} members, the heaviest load goes from {before} times the mean today to {now}.",
            )
        ]
    return [
        Text(
            f"{members['members']} 名网格员中，最重的负荷是平均的 {now} 倍。",
            f"Of {members['members']} members, the heaviest loaded carries {now} times the mean.",
        )
    ]


def _open_sentence(report: dict[str, Any]) -> Text:
    land, counts = report["open"], report["counts"]
    nobody, twice, lines = (
        land[key]["count"] for key in ("nobodys_land", "claimed_twice", "disputes")
    )
    todo = counts["errors"] + counts["warnings"]
    if not nobody + twice + lines + todo:
        return Text("没有需要商定或处理的问题。", "Nothing is left to settle or to correct.")
    return Text(
        f"待会议商定：无人认领的土地 {nobody} 处、重复认领 {twice} 处、争议界线 {lines} 处；待各部门核改的数据问题 {todo} 处。",
        f"For a meeting to settle: land nobody claims {nobody}, claimed twice {twice}, lines in dispute {lines}; "
        f"for the departments to correct: {todo} findings in the data.",
    )
