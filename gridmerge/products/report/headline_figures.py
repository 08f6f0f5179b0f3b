"""The few figures a person asks for first, as words: for the workbook's summary and the report."""

from __future__ import annotations

from typing import Any

from gridmerge.i18n.text import Text
from gridmerge.model import Build
from gridmerge.products.data.summary import summarize_build
from gridmerge.products.labels import name_column

KeyFigure = tuple[Text, str, Text]

_NO_REMARK = Text("", "")
_AGREEMENT_REMARK = Text(
    "网格界线上平均有多少部门原来就有这条线",
    "how many departments, on average, had the grids' lines already",
)
_RULES_REMARK = Text(
    "own_village、pin、exclude、max_km 使最重负荷增加多少",
    "how much heavier own_village, pin, exclude and max_km make the heaviest load",
)
# land that is open, by its key in report.json
_OPEN_LAND = {
    "nobodys_land": Text("无任何部门认领的土地（三不管）", "land no department claims"),
    "claimed_twice": Text("同一部门重复认领的土地", "land one department claims twice"),
    "disputes": Text("部门之间的争议界线", "lines in dispute between departments"),
}


def list_key_figures(build: Build) -> list[KeyFigure]:
    """Return name, figure and remark of what a person asks for first."""
    report = summarize_build(build)
    return [
        *_extent_figures(report),
        *_grid_figures(report),
        *_member_figures(report),
        *_open_figures(report),
    ]


def _extent_figures(report: dict[str, Any]) -> list[KeyFigure]:
    counts = report["counts"]
    nothing = Text("", "")
    return [
        (Text("部门网格图层", "departmental networks"), f"{counts['networks']}", nothing),
        (Text("部门原网格", "departmental grids"), f"{counts['departmental_grids']}", nothing),
        (Text("村（社区）", "villages"), f"{counts['villages']}", nothing),
        (
            Text("最小面", "faces"),
            f"{counts['faces']}",
            Text("统一界线后切出的最小一块地", "the smallest areas once the lines are agreed"),
        ),
        (Text("综合网格", "unified grids"), f"{counts['grids']}", nothing),
    ]


def _grid_figures(report: dict[str, Any]) -> list[KeyFigure]:
    grids = report["grids"]
    in_range = (
        Text("规模达标网格占比", "grids within the limits"),
        _format_share(grids["share_in_range"]),
        _limits_remark(grids),
    )
    agreement = (
        Text("界线一致度", "agreement of the lines"),
        _format_share(grids["boundary_agreement"]),
        _AGREEMENT_REMARK,
    )
    split = grids["departmental_grids_split"]
    whole = (
        Text("原网格在村内未被拆分", "departmental grids whole within their villages"),
        f"{grids['departmental_grids_whole']}",
        Text(
            f"另有 {split} 个被拆分，见各部门对照表",
            f"{split} were split; see each department's slip",
        ),
    )
    return [in_range, *_balance_figures(grids), agreement, whole]


def _balance_figures(grids: dict[str, Any]) -> list[KeyFigure]:
    """How even the grids' workloads are."""
    largest = (
        Text("最大工作量与平均之比", "largest workload over the mean"),
        _format_number(grids["workload_max_over_mean"]),
        _floor_remark(grids.get("workload_max_over_mean_floor")),
    )
    variation = (
        Text("工作量变异系数", "coefficient of variation"),
        _format_number(grids["workload_cv"]),
        _NO_REMARK,
    )
    gini = (
        Text("工作量基尼系数", "Gini coefficient"),
        _format_number(grids["workload_gini"]),
        _NO_REMARK,
    )
    return [largest, variation, gini]


def _limits_remark(grids: dict[str, Any]) -> Text:
    """The sizes that are wanted, and how many grids are beyond them."""
    low, high = _format_plain(grids["min"]), _format_plain(grids["max"])
    target = _format_plain(grids["target"])
    below, above = grids["below_min"], grids["above_max"]
    unit_zh, unit_en = name_column(grids["unit"], "zh"), name_column(grids["unit"], "en")
    zh = f"{unit_zh} {low}–{high}，目标 {target}；低于下限 {below} 个，超过上限 {above} 个"
    en = f"{unit_en} {low}–{high}, target {target}; {below} below, {above} above"
    return Text(zh, en)


def _member_figures(report: dict[str, Any]) -> list[KeyFigure]:
    members = report["members"]
    if not members:
        return []
    idle = members["without_grid"]
    count = (
        Text("网格员", "members"),
        f"{members['members']}",
        Text(f"{idle} 人未分到网格", f"{idle} hold no grid"),
    )
    largest = (
        Text("网格员负荷 最大与平均之比", "members' load per capacity, largest over mean"),
        _format_number(members["load_per_capacity_max_over_mean"]),
        _bound_remark(members),
    )
    return [count, largest, *_price_figures(members)]


def _bound_remark(members: dict[str, Any]) -> Text:
    """How low it could be at best, and what sharing grids between several would change."""
    bound = members["bound"]
    above = members["max_load_per_capacity"] / bound - 1 if bound > 0 else 0.0
    floor, gap = _format_number(_bound_ratio(members)), _format_share(max(above, 0.0))
    zh = f"可证明不可能低于 {floor}，本方案高出 {gap}"
    en = f"provably not below {floor}; this plan is {gap} above it"
    if members.get("split"):
        return Text(zh, en)
    return Text(
        f"一格一人为主时{zh}；允许分担（split = true）可接近 1",
        f"{en}, with one main member a grid; split = true comes near 1",
    )


def _price_figures(members: dict[str, Any]) -> list[KeyFigure]:
    """What changes, and what the rules cost, where there is any of it."""
    figures: list[KeyFigure] = []
    held = members.get("held_before")
    if held:
        remark = Text(
            f"共 {held} 个网格现在有名册中的人负责",
            f"of {held} that somebody of the roster holds now",
        )
        name = Text("更换现任的网格", "grids that change hands")
        figures.append((name, f"{members['changes']}", remark))
    if "price_of_rules" in members:
        name = Text("人员规定的代价", "price of the rules")
        figures.append((name, _format_share(members["price_of_rules"]), _RULES_REMARK))
    return figures


def _open_figures(report: dict[str, Any]) -> list[KeyFigure]:
    counts, land = report["counts"], report["open"]
    figures: list[KeyFigure] = []
    for key, name in _OPEN_LAND.items():
        hectares = f"{land[key]['area_m2'] / 1e4:,.2f}"
        area = Text(f"{hectares} 公顷", f"{hectares} ha")
        figures.append((name, f"{land[key]['count']}", area))
    errors, warnings, notes = counts["errors"], counts["warnings"], counts["notes"]
    detail = Text(
        f"错误 {errors} 个，提醒 {warnings} 个，另有说明 {notes} 条",
        f"{errors} errors, {warnings} warnings, and {notes} notes",
    )
    findings = Text("待处理的数据问题", "findings to act on")
    return [*figures, (findings, f"{errors + warnings}", detail)]


def _floor_remark(floor: float | None) -> Text:
    known = floor if floor is not None else 1.0
    zh = f"不可能低于 {known:.3f}；1 为完全均衡"
    return Text(zh, f"cannot be below {known:.3f}; 1 is perfectly even")


def _bound_ratio(members: dict[str, Any]) -> float | None:
    mean = members["mean_load_per_capacity"]
    return members["bound"] / mean if mean > 0 else None


def _format_share(value: float | None) -> str:
    return "—" if value is None else f"{value:.1%}"


def _format_number(value: float | None) -> str:
    return "—" if value is None else f"{value:.3f}"


def _format_plain(value: float | None) -> str:
    return "—" if value is None else f"{value:g}"
