"""What a person sees in the terminal: progress, tables, one sentence for an error."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import click

from gridmerge.i18n.text import Language, Text, message_language


@dataclass
class Console:
    """How this run speaks.

    Parameters
    ----------
    language
        Of messages, as asked for by ``--lang``; None until the project file or the locale settles it.
    quiet, verbose, as_json
        As on the command line.
    """

    language: Language | None = None
    quiet: bool = False
    verbose: bool = False
    as_json: bool = False

    @property
    def spoken(self) -> Language:
        """The language of this run's messages."""
        return self.language or message_language()

    def say(self, text: Text) -> str:
        """Return a sentence in this run's language."""
        return text.in_(self.spoken)

    def line(self, zh: str, en: str) -> None:
        """Print a line of the result on stdout, unless told to be quiet or to speak JSON."""
        if not (self.quiet or self.as_json):
            click.echo(self.say(Text(zh, en)))

    def progress(self, text: Text) -> None:
        """Tell a stage on stderr: only to a person, so that logs and pipes stay clean."""
        if self.verbose or (sys.stderr.isatty() and not self.quiet):
            click.echo(f"· {self.say(text)} …", err=True)

    def summary(self, data: dict[str, Any]) -> None:
        """Print the summary as JSON on stdout when asked for."""
        if self.as_json:
            click.echo(json.dumps(data, ensure_ascii=False, indent=2))

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print a table whose columns line up also where characters are two columns wide."""
        if self.quiet or self.as_json:
            return
        widths = [max(_display_width(row[i]) for row in (head, *rows)) for i in range(len(head))]
        for row in (head, ["─" * (width // _display_width("─")) for width in widths], *rows):
            click.echo(
                "  ".join(
                    _pad_text(cell, width) for cell, width in zip(row, widths, strict=True)
                ).rstrip()
            )


def safe_streams() -> None:
    """Let a GBK console print what it can: a character it lacks becomes ?, never a crash."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="replace")


def _display_width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _pad_text(text: str, width: int) -> str:
    return text + " " * (width - _display_width(text))
