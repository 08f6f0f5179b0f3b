"""The options every command shares, and how an error ends a run."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from gridmerge.cli.console import Console
from gridmerge.errors import GridmergeError, OutputError
from gridmerge.i18n.text import Language
from gridmerge.privacy.patterns import scrub_text
from gridmerge.source_date import prove_day

# exit code of a run that stopped with a sentence; click itself uses 2 for wrong usage
EXIT_STOPPED = 1

project_argument = click.argument("project", type=click.Path(), default=".")
out_argument = click.argument("out", type=click.Path())
audience_option = click.option(
    "--audience",
    type=click.Choice(["meeting", "platform", "public"]),
    default="meeting",
    show_default=True,
    help="meeting: with the editor; platform: without it; public: names masked, small counts suppressed. 给谁看",
)


def with_console(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command its `Console`, and turn a `GridmergeError` into one sentence on stderr and exit code 1."""

    @click.option(
        "--lang", type=click.Choice(["zh", "en"]), help="Language of messages and labels. 语言"
    )
    @click.option("--quiet", is_flag=True, help="Print nothing but errors. 只报错误")
    @click.option("--verbose", is_flag=True, help="Tell each step. 显示每一步")
    @click.option(
        "--json",
        "as_json",
        is_flag=True,
        help="Print the summary as JSON on stdout. 以 JSON 输出摘要",
    )
    @functools.wraps(command)
    def wrapped(
        *args: Any, lang: Any, quiet: bool, verbose: bool, as_json: bool, **kwargs: Any
    ) -> None:
        console = Console(language=lang, quiet=quiet, verbose=verbose, as_json=as_json)
        try:
            prove_day()
            command(console, *args, **kwargs)
        except GridmergeError as error:
            # a message may quote what was in a cell
            click.echo(scrub_text(console.say(error.text)), err=True)
            raise click.exceptions.Exit(EXIT_STOPPED) from None

    return wrapped


def language_of(console: Console, out: Path) -> Language:
    """Return the language asked for by --lang, else the one the build in OUT was made in."""
    try:
        made_in: Language = json.loads((out / "report.json").read_text("utf-8"))["project"][
            "language"
        ]
    except (OSError, ValueError, KeyError) as error:
        raise OutputError(
            f"{out} 中没有完整的成果；请先运行 gridmerge build。",
            f"{out} does not hold a finished build; run gridmerge build first.",
        ) from error
    return console.language or made_in


def write_text(
    file: Path, text: str, inputs: Sequence[Path] = (), options: Mapping[str, Any] | None = None
) -> None:
    """Write a text file aside and move it in, so that what was there stays whole until the new one is.

    Parameters
    ----------
    file, text
        Where, and what.
    inputs
        What was read, and must not be written over.
    options
        What made it, for the manifest of a build that it goes into.

    Raises
    ------
    OutputError
        The folder cannot be written, the disk is full, or the file is an input or held open by another program.
    """
    from gridmerge.products.transaction import stage_output

    with stage_output(file.parent, (file.name,), inputs, options) as folder:
        (folder / file.name).write_text(text, "utf-8", newline="\n")
