"""What a meeting decided on the map, tried on the project and told line by line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from gridmerge.cli.console import Console
from gridmerge.cli.options import EXIT_STOPPED, project_argument, with_console
from gridmerge.i18n.text import Text

if TYPE_CHECKING:
    from gridmerge.config.settings import Settings
    from gridmerge.model import Build


@click.group("edits")
def edits_group() -> None:
    """What a meeting changed on the map: edits.json.

    会议上在地图上作的调整。
    """


@edits_group.command("check")
@click.argument("file", type=click.Path())
@project_argument
@click.option(
    "--after",
    type=click.Path(),
    multiple=True,
    help="edits.json of earlier meetings, applied first. 先前会议的调整文件",
)
@with_console
def check(console: Console, file: str, project: str, after: tuple[str, ...]) -> None:
    """Tell which moves of an edits.json can be made and why the others cannot, and what was voted; nothing is written.

    逐条检查调整文件：哪些可以执行，哪些不行、为什么；表决了什么。不写任何成果。
    """
    from gridmerge import pipeline

    settings = settings_of(console, project)
    finished = pipeline.build(settings, edits=[*after, file], progress=console.progress)
    print_edits(console, finished)
    counts = finished.plan.figures["edits"]
    console.summary(counts)
    if counts["refused"]:
        raise click.exceptions.Exit(EXIT_STOPPED)


def print_edits(console: Console, build: Build) -> None:
    """Print what became of the edits of the meetings; nothing when there were none."""
    counts = build.plan.figures.get("edits")
    if counts is None:
        return
    made = counts["asked"] - counts["refused"]
    console.line(
        f"会议调整 {counts['asked']} 项：执行 {made} 项，未执行 {counts['refused']} 项",
        f"{counts['asked']} edits: {made} made, {counts['refused']} refused",
    )
    for finding in build.findings:
        if finding.kind.startswith("edit"):
            console.line(f"  {finding.message('zh')}", f"  {finding.message('en')}")
    for said in _vote_lines(build):
        console.line(f"  {said.zh}", f"  {said.en}")
    if build.meeting.notes:
        count = len(build.meeting.notes)
        console.line(
            f"  会上意见 {count} 条，已留在地图和 meeting.csv 中",
            f"  {count} notes stay on the map and in meeting.csv",
        )


def _vote_lines(build: Build) -> Iterator[Text]:
    from gridmerge.products import docket_items

    about = docket_items(build)
    for vote in build.meeting.votes:
        item = about.get(vote.key) or Text(
            f"{vote.key}（不在本次议题清单中，表决仍留在 meeting.csv）",
            f"{vote.key} (not on this docket; the vote stays in meeting.csv)",
        )
        yield Text(
            f"{item.zh}：同意 {vote.yes}、反对 {vote.no}、弃权 {vote.abstain}",
            f"{item.en}: {vote.yes} for, {vote.no} against, {vote.abstain} abstained",
        )


def settings_of(console: Console, project: str) -> Settings:
    """Read the project file; --lang wins over it, and it wins over the locale."""
    from gridmerge.config.project_file import read_project

    settings = read_project(project)
    if console.language:
        language = settings.project.model_copy(update={"language": console.language})
        return settings.model_copy(update={"project": language})
    if "language" in settings.project.model_fields_set:
        console.language = settings.project.language
    return settings
