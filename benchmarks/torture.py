"""Load every file of the torture collections and count what became of it: ``python -m benchmarks.torture``.

Writes the table into docs/en/formats.md and prints each file that left a traceback, hung or crashed (there should be none).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from benchmarks.sandbox import VERDICTS, Verdict, files_in, judge

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"
COLLECTIONS = (
    "torture_gdal",
    "torture_pyfixtures",
    "cn_changsha_lianhuashan",
    "cn_townships",
    "denver_redistricting",
)
PAGE = ROOT / "docs" / "en" / "formats.md"
MARKS = ("<!-- torture: written by python -m benchmarks.torture -->", "<!-- end of torture -->")


def table(verdicts: Sequence[Verdict], data: Path) -> str:
    """Return the counts by collection as a Markdown table."""
    counts: dict[str, Counter[str]] = {}
    for one in verdicts:
        counts.setdefault(one.path.relative_to(data).parts[0], Counter())[one.verdict] += 1
    total = sum(counts.values(), Counter())
    lines = [
        f"| collection | files | {' | '.join(VERDICTS)} |",
        f"|---|---:|{'---:|' * len(VERDICTS)}",
    ]
    for name, row in [*counts.items(), ("all", total)]:
        lines.append(
            f"| {name} | {row.total()} | {' | '.join(str(row[verdict]) for verdict in VERDICTS)} |"
        )
    return "\n".join(lines)


def reasons(verdicts: Sequence[Verdict]) -> str:
    """Return how often each reason of refusal came, as a Markdown table."""
    counts = Counter(_reason(one) for one in verdicts if one.verdict == "refused")
    rows = [
        f"| {reason} | {count} |"
        for reason, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
    return "\n".join(["| refused because | files |", "|---|---:|", *rows])


def _reason(one: Verdict) -> str:
    sentence = one.words.split(": ", 1)[-1]
    sentence = re.sub(r"\([^()]*\)", "", sentence)
    return re.split(r"[.;:](?:\s|$)", sentence)[0].strip().replace("  ", " ")[:90]


@click.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=DATA,
    show_default=False,
)
@click.option("--workers", default=2, show_default=True)
@click.option("--write/--no-write", default=True, help="Write the table into docs/en/formats.md.")
@click.option(
    "--show", type=click.Choice(VERDICTS), multiple=True, help="List the files of a verdict."
)
def main(data: Path, workers: int, write: bool, show: tuple[str, ...]) -> None:
    """Load every file of the collections and count."""
    paths = [
        path for name in COLLECTIONS if (data / name).is_dir() for path in files_in(data / name)
    ]
    verdicts = judge(paths, workers)
    for one in verdicts:
        if one.verdict in (*VERDICTS[2:], *show):
            click.echo(f"{one.verdict}: {one.path.relative_to(data)} {one.features}: {one.words}")
    text = f"{table(verdicts, data)}\n\n{reasons(verdicts)}"
    click.echo(text)
    slowest = max(verdicts, key=lambda one: one.seconds)
    click.echo(
        f"slowest: {slowest.path.name}, {slowest.seconds:.1f} s; peak {max(v.megabytes for v in verdicts):.0f} MB"
    )
    if write:
        before, _, rest = PAGE.read_text("utf-8").partition(MARKS[0])
        PAGE.write_text(
            f"{before}{MARKS[0]}\n{text}\n{MARKS[1]}{rest.partition(MARKS[1])[2]}", "utf-8"
        )


if __name__ == "__main__":
    main()
