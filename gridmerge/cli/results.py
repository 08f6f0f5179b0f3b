"""Commands that work on a finished build: map, export, verify."""

from __future__ import annotations

from pathlib import Path

import click

from gridmerge.cli.console import Console
from gridmerge.cli.options import STOPPED, out_argument, spoken


@click.command()
@out_argument
@spoken
def verify(console: Console, out: str) -> None:
    """Prove the promises of a finished build again, from its files and the inputs alone. Exit code 1 names what fails.

    只凭成果文件和原始数据，重新核验各项承诺；有一项不成立即退出码 1。
    """
    from gridmerge.verify import verify as prove

    broken = prove(Path(out))
    for failure in broken:
        click.echo(console.say(failure.text), err=True)
    console.summary(
        {"out": out, "broken": [{"promise": failure.promise, "what": failure.text.en} for failure in broken]}
    )
    if broken:
        raise click.exceptions.Exit(STOPPED)
    console.line("核验通过：各项承诺全部成立。", "Verified: every promise holds.")
