"""Damaged files of every format are loaded or refused in one sentence, in a process of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("pyarrow")
fuzz = pytest.importorskip("benchmarks.fuzz")

EACH = 6  # mutants a format: a smoke test; `python -m benchmarks.fuzz` runs hundreds


def test_no_damaged_file_leaves_a_traceback_hangs_or_crashes() -> None:
    results = fuzz.run(EACH, seed=7, workers=1)
    bad = [
        f"{kind} {one.verdict} {one.words}"
        for kind, verdicts in results.items()
        for one in verdicts
        if one.verdict in ("traceback", "hang", "crash")
    ]
    assert bad == []
    assert len(results) >= 18


def test_sound_seeds_are_loaded(tmp_path: Path) -> None:
    verdicts = fuzz.judge(list(fuzz.seeds(tmp_path).values()), workers=1, seconds=30.0)
    assert [
        (one.path.name, one.verdict, one.features)
        for one in verdicts
        if (one.verdict, one.features) != ("loaded", 4)
    ] == []
