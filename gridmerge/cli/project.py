"""Commands that work on a project: init, check, build."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gridmerge.cli.console import Console
from gridmerge.cli.edits import print_edits, settings_of
from gridmerge.cli.options import EXIT_STOPPED, project_argument, with_console, write_text
from gridmerge.errors import OutputError
from gridmerge.i18n.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gridmerge.discover import ProjectProposal
    from gridmerge.findings import Finding


@click.command()
@click.argument("folder", type=click.Path())
@click.option(
    "--force", is_flag=True, help="Replace an existing gridmerge.toml. 覆盖已有的项目文件"
)
@with_console
def init(console: Console, folder: str, force: bool) -> None:
    """Look at every file in FOLDER and write a commented FOLDER/gridmerge.toml.

    认识文件夹里的每个文件：部门、字段、坐标系、编码、村界、工作量和人员名册，写出带注释的项目文件。
    """
    from gridmerge.config.settings import PROJECT_FILE
    from gridmerge.discover import make_proposal

    file = Path(folder) / PROJECT_FILE
    if file.exists() and not force:
        raise OutputError(
            f"{file} 已存在；要重新生成请加 --force，或先把它改名。",
            f"{file} exists already; add --force to replace it, or rename it first.",
        )
    proposed = make_proposal(Path(folder), console.language or "zh")
    write_text(file, proposed.text)
    console.line(
        f'已写出 {file}；请打开核对，然后运行：gridmerge build "{folder}"',
        f'Wrote {file}; look it over, then run: gridmerge build "{folder}"',
    )
    _print_left_out(console, proposed, file)
    console.summary(
        {
            "project_file": str(file),
            "villages_usable": proposed.villages is None,
            "networks_left_out": proposed.networks_left_out,
            "unread": proposed.unread,
        }
    )


def _print_left_out(console: Console, proposed: ProjectProposal, file: Path) -> None:
    """Print what the proposal lacks, and where the reasons stand."""
    if proposed.villages is not None:
        console.line(proposed.villages.zh, proposed.villages.en)
    left, unread = proposed.networks_left_out, proposed.unread
    if left or unread:
        console.line(
            f"有 {left} 个像部门网格的文件没有用，{unread} 个文件读不了；每个的原因写在 {file.name} 末尾。",
            f"Files like a department's network that are not used: {left}; files that cannot be read: {unread}. "
            f"The end of {file.name} says why of each.",
        )


@click.command()
@project_argument
@click.option(
    "--out",
    type=click.Path(),
    help="Where the findings go; default PROJECT/check. 问题清单的文件夹",
)
@with_console
def check(console: Console, project: str, out: str | None) -> None:
    """Load and mend only; list what is wrong with the data. Exit code 1 if any finding is an error.

    只读取和修整数据，列出发现的问题；有“错误”级问题时退出码为 1。
    """
    from gridmerge import pipeline
    from gridmerge.inputs import load_inputs
    from gridmerge.products import CHECK_FILES, write_check_files
    from gridmerge.products.labels import name_layers

    settings = settings_of(console, project)
    folder = Path(out) if out else settings.folder / "check"
    pipeline.check_writable(settings, folder, CHECK_FILES)
    inputs = load_inputs(settings, console.progress)
    write_check_files(
        inputs.findings, inputs.township, inputs.layers, settings.project.language, folder
    )
    named = name_layers(
        inputs.layers, [work.name for work in settings.workload], console.language or "zh"
    )
    _print_findings(console, inputs.findings, named)
    console.line(
        f"问题清单：{folder / 'findings.csv'}；在图上看：{folder / 'findings.html'}",
        f"All findings: {folder / 'findings.csv'}; on the map: {folder / 'findings.html'}",
    )
    errors = sum(finding.severity == "error" for finding in inputs.findings)
    console.summary(
        {"layers": len(inputs.layers), "findings": len(inputs.findings), "errors": errors}
    )
    if errors:
        raise click.exceptions.Exit(EXIT_STOPPED)


@click.command()
@project_argument
@click.option(
    "--out", type=click.Path(), help="Where the results go; default PROJECT/out. 成果文件夹"
)
@click.option(
    "--edits",
    type=click.Path(),
    multiple=True,
    help="edits.json saved by the map's editor; several in the order of the meetings. 会议上导出的调整文件",
)
@click.option(
    "--alternatives", is_flag=True, help="Also make three plans to choose from. 另作三个比选方案"
)
@click.option(
    "--processes",
    type=click.IntRange(1),
    help="Worker processes; default: as many as processors. 并行进程数",
)
@with_console
def build(
    console: Console,
    project: str,
    out: str | None,
    edits: tuple[str, ...],
    alternatives: bool,
    processes: int | None,
) -> None:
    """Run the whole pipeline and write the unified grids, the map, the tables and the report.

    运行全部流程：统一界线、划分综合网格、分配网格员，写出地图、表格和报告。
    """
    import os

    from gridmerge import pipeline
    from gridmerge.products import summarize_build
    from gridmerge.products.report.brief import compose_headlines
    from gridmerge.stages.alternatives import compare_plans

    settings = settings_of(console, project)
    folder = Path(out) if out else settings.folder / "out"
    workers = processes or os.cpu_count() or 1
    finished = pipeline.build(
        settings, folder, edits=edits, processes=workers, progress=console.progress
    )
    report = summarize_build(finished)
    for sentence in compose_headlines(finished):
        console.line(sentence.zh, sentence.en)
    _print_summary(console, report)
    print_edits(console, finished)
    if alternatives:
        table = compare_plans(finished, folder, processes=workers, progress=console.progress)
        report["alternatives"] = table.to_dict("records")
        _print_alternatives(console, report["alternatives"])
    console.line(
        f"成果：{folder}（先看 map.html 和 report.html）",
        f"Results: {folder} (begin with map.html and report.html)",
    )
    console.summary(report)
    failed = [finding for finding in finished.mosaic.findings if finding.severity == "error"]
    for finding in failed:
        click.echo(console.say(Text(finding.message("zh"), finding.message("en"))), err=True)
    if failed:
        raise click.exceptions.Exit(EXIT_STOPPED)


def _print_alternatives(console: Console, rows: list[dict[str, Any]]) -> None:
    """Print the plans to choose from, a row each."""
    zh = (console.language or "zh") == "zh"
    words = {
        "plan": "方案" if zh else "plan",
        "grids": "网格数" if zh else "grids",
        "share_in_range": "规模合适" if zh else "in range",
        "max_over_mean": "工作量最大/平均" if zh else "max/mean work",
        "inner_line_m": "内部界线（米）" if zh else "inner lines (m)",
        "agreement": "界线吻合度" if zh else "agreement",
        "kept_share": "与改动最少方案相同" if zh else "same as fewest changes",
    }
    named = (
        {
            "fewest_changes": "改动最少",
            "most_even": "最均衡",
            "most_compact": "最紧凑",
            "edited": "会议调整后",
        }
        if zh
        else {}
    )
    shown = {
        "share_in_range": ".0%",
        "max_over_mean": ".2f",
        "inner_line_m": ".0f",
        "agreement": ".3f",
        "kept_share": ".0%",
    }
    cells = [
        [format(named.get(row[key], row[key]), shown.get(key, "")) for key in words] for row in rows
    ]
    console.table(list(words.values()), cells)


def _print_summary(console: Console, report: dict[str, Any]) -> None:
    """Print what an officer wants to know first: how many, how even, what is open."""
    counts, grids, members = report["counts"], report["grids"], report["members"]
    console.line(
        f"{report['project']['name']}：{counts['networks']} 套部门网格、{counts['departmental_grids']} 个原网格"
        f" → {counts['faces']} 个最小面 → {counts['grids']} 个综合网格",
        f"{report['project']['name']}: {counts['networks']} networks with {counts['departmental_grids']} departmental grids"
        f" → {counts['faces']} faces → {counts['grids']} unified grids",
    )
    console.line(
        f"规模合适的网格 {grids['share_in_range']:.0%}，工作量最大/平均 {grids['workload_max_over_mean']:.2f}",
        f"{grids['share_in_range']:.0%} of grids within the size limits; heaviest over mean work {grids['workload_max_over_mean']:.2f}",
    )
    if members:
        console.line(
            f"网格员 {counts['members']} 人，负荷（按承担能力）最大/平均 {members['load_per_capacity_max_over_mean']:.2f}",
            f"{counts['members']} members; heaviest over mean load per capacity {members['load_per_capacity_max_over_mean']:.2f}",
        )
        _print_people(console, members)


def _print_people(console: Console, members: dict[str, Any]) -> None:
    """Print how near the sharing is to what can be proven best, who changes, and what the rules cost."""
    floor = (
        members["bound"] / members["mean_load_per_capacity"]
        if members["mean_load_per_capacity"]
        else 0.0
    )
    zh, en = (
        f"  可证明不可能低于 {floor:.2f}，差距 {members['gap']:.1%}",
        f"  provably not below {floor:.2f}, gap {members['gap']:.1%}",
    )
    if members.get("held_before"):
        zh += f"；{members['held_before']} 个有现任的网格中 {members['changes']} 个换人"
        en += f"; {members['changes']} of {members['held_before']} grids held now change hands"
    if "price_of_rules" in members:
        zh += f"；[staffing] 的规定使最重负荷增加 {members['price_of_rules']:.1%}"
        en += f"; the rules of [staffing] make the heaviest load {members['price_of_rules']:.1%} heavier"
    console.line(zh, en)


def _print_findings(
    console: Console, findings: Sequence[Finding], titles: Mapping[str, str]
) -> None:
    """Print the errors and warnings, one line for each kind in each layer, and how many notes there are."""
    from gridmerge.cli.tally import TALLY_HEADER, list_remedies, tally_findings

    language = console.language or "zh"
    shown = [finding for finding in findings if finding.severity != "note"]
    if shown:
        console.table(
            [name.in_(language) for name in TALLY_HEADER], tally_findings(shown, titles, language)
        )
        console.line("怎么办：", "What to do:")
        for code, text in list_remedies(shown, language):
            console.line(f"  {code}：{text}", f"  {code}: {text}")
    notes = len(findings) - len(shown)
    console.line(
        f"共 {len(shown)} 个问题，另有 {notes} 条说明。",
        f"{len(shown)} findings to act on, and {notes} notes.",
    )
