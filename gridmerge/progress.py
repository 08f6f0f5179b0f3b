"""Word of what a run is at, and the seconds that each of its stages takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from gridmerge.i18n.text import Text
from gridmerge.source_date import build_date

# What `seconds` calls the time that proving the promises takes.
PROMISES_STAGE = "promises"

Progress = Callable[[Text], None]


def ignore_progress(_: Text) -> None:
    """Say nothing."""


@dataclass
class StageClock:
    """Seconds per stage, the day a build began, and word of each stage to whoever listens."""

    progress: Progress
    day: str = field(default_factory=build_date)
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str, zh: str, en: str) -> Iterator[None]:
        """Announce a stage and time it."""
        self.progress(Text(zh, en))
        start = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - start, 3)

    @contextmanager
    def between(self, name: str) -> Iterator[None]:
        """Count what is done between the stages, in one sum."""
        start = time.perf_counter()
        yield
        elapsed = time.perf_counter() - start
        self.seconds[name] = round(self.seconds.get(name, 0.0) + elapsed, 3)

    def prove(self, check: Callable[..., None], *made: Any) -> None:
        """Let a check of the gate look at what a room has made."""
        with self.between(PROMISES_STAGE):
            check(*made)
