"""The few figures a person asks for first, as words: for the workbook's summary and the report."""

from __future__ import annotations

from typing import Any

from gridmerge.i18n.text import Text
from gridmerge.model import Build
from gridmerge.products.data.summary import summarize_build
from gridmerge.products.labels import name_column

KeyFigure = tuple[Text, str, Text]


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
    unit = grids["unit"]
    limits = Text(
        f"{name_column(unit, 'zh')} {_format_plain(grids['min'])}–{_format_plain(grids['max'])}，目标 {_format_plain(grids['target'])}",
        f"{name_column(unit, 'en')} {_format_plain(grids['min'])}–{_format_plain(grids['max'])}, target {_format_plain(grids['target'])}",
    )
    return [
        (
            Text("规模达标网格占比", "grids within the limits"),
            _format_share(grids["share_in_range"]),
            Text(
                f"{limits.zh}；低于下限 {grids['below_min']} 个，超过上限 {grids['above_max']} 个",
                f"{limits.en}; {grids['below_min']} below, {grids['above_max']} above",
            ),
        ),
        (
            Text("最大工作量与平均之比", "largest workload over the mean"),
            _format_number(grids["workload_max_over_mean"]),
            _floor_remark(grids.get("workload_max_over_mean_floor")),
        ),
        (
            Text("工作量变异系数", "coefficient of variation"),
            _format_number(grids["workload_cv"]),
            Text("", ""),
        ),
        (
            Text("工作量基尼系数", "Gini coefficient"),
            _format_number(grids["workload_gini"]),
            Text("", ""),
        ),
        (
            Text("界线一致度", "agreement of the lines"),
            _format_share(grids["boundary_agreement"]),
            Text(
                "网格界线上平均有多少部门原来就有这条线",
                "how many departments, on average, had the grids' lines already",
            ),
        ),
        (
            Text("原网格在村内未被拆分", "departmental grids whole within their villages"),
            f"{grids['departmental_grids_whole']}",
            Text(
                f"另有 {grids['departmental_grids_split']} 个被拆分，见各部门对照表",
                f"{grids['departmental_grids_split']} were split; see each department's slip",
            ),
        ),
    ]


def _member_figures(report: dict[str, Any]) -> list[KeyFigure]:
    members = report["members"]
    if not members:
        return []
    return [
        (
            Text("网格员", "members"),
            f"{members['members']}",
            Text(
                f"{members['without_grid']} 人未分到网格", f"{members['without_grid']} hold no grid"
            ),
        ),
        (
            Text("网格员负荷 最大与平均之比", "members' load per capacity, largest over mean"),
            _format_number(members["load_per_capacity_max_over_mean"]),
            _bound_remark(members),
        ),
        *_price_figures(members),
    ]


def _bound_remark(members: dict[str, Any]) -> Text:
    """How low it could be at best, and what sharing grids between several would change."""
    above = members["max_load_per_capacity"] / members["bound"] - 1 if members["bound"] > 0 else 0.0
    floor, gap = _format_number(_bound_ratio(members)), _format_share(max(above, 0.0))
    zh, en = (
        f"可证明不可能低于 {floor}，本方案高出 {gap}",
        f"provably not below {floor}; this plan is {gap} above it",
    )
    if members.get("split"):
        return Text(zh, en)
    return Text(
        f"一格一人为主时{zh}；允许分担（split = true）可接近 1",
        f"{en}, with one main member a grid; split = true comes near 1",
    )


def _price_figures(members: dict[str, Any]) -> list[KeyFigure]:
    """What changes, and what the rules cost, where there is something to tell."""
    told: list[KeyFigure] = []
    if members.get("held_before"):
        of = members["held_before"]
        told.append(
            (
                Text("更换现任的网格", "grids that change hands"),
                f"{members['changes']}",
                Text(
                    f"共 {of} 个网格现在有名册中的人负责",
                    f"of {of} that somebody of the roster holds now",
                ),
            )
        )
    if "price_of_rules" in members:
        told.append(
            (
                Text("人员规定的代价", "price of the rules"),
                _format_share(members["price_of_rules"]),
                Text(
                    "own_village、pin、exclude、max_km 使最重负荷增加多少",
                    "how much heavier own_village, pin, exclude and max_km make the heaviest load",
                ),
            )
        )
    return told


def _open_figures(report: dict[str, Any]) -> list[KeyFigure]:
    counts, land = report["counts"], report["open"]
    names = {
        "nobodys_land": Text("无任何部门认领的土地（三不管）", "land no department claims"),
        "claimed_twice": Text("同一部门重复认领的土地", "land one department claims twice"),
        "disputes": Text("部门之间的争议界线", "lines in dispute between departments"),
    }
    told = [
        (
            name,
            f"{land[key]['count']}",
            Text(*(f"{land[key]['area_m2'] / 1e4:,.2f} {unit}" for unit in ("公顷", "ha"))),
        )
        for key, name in names.items()
    ]
    detail = Text(
        f"错误 {counts['errors']} 个，提醒 {counts['warnings']} 个，另有说明 {counts['notes']} 条",
        f"{counts['errors']} errors, {counts['warnings']} warnings, and {counts['notes']} notes",
    )
    findings = Text("待处理的数据问题", "findings to act on")
    return [*told, (findings, f"{counts['errors'] + counts['warnings']}", detail)]


def _floor_remark(floor: float | None) -> Text:
    known = floor if floor is not None else 1.0
    return Text(
        f"不可能低于 {known:.3f}；1 为完全均衡", f"cannot be below {known:.3f}; 1 is perfectly even"
    )


def _bound_ratio(members: dict[str, Any]) -> float | None:
    mean = members["mean_load_per_capacity"]
    return members["bound"] / mean if mean > 0 else None


def _format_share(value: float | None) -> str:
    return "—" if value is None else f"{value:.1%}"


def _format_number(value: float | None) -> str:
    return "—" if value is None else f"{value:.3f}"


def _format_plain(value: float | None) -> str:
    return "—" if value is None else f"{value:g}"
