"""Random towns over wide ranges, each built, verified and judged against its truth: what tells that the overlay is done.

python -m benchmarks.soak --towns 20 --first 1000
python -m benchmarks.soak --only 1007 --keep /tmp/town      one town again, its folder kept

A row a town as it goes, and at the end the failures with their seeds. `low` is an F1 below 0.95 where the dirt is at most 1,
below 0.85 where it is at most 2; faces are matched by intersection over union above 0.9, both ways.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks.soak.settings import draw_settings
from benchmarks.soak.trial import OUTCOMES, Trial, attempt, preload

SECONDS = 120.0  # for one build; a usual town takes five


def row(trial: Trial) -> str:
    """One town in one line."""
    figures = "      -     -     -     -      -"
    if trial.score is not None:
        told = trial.score
        figures = f"{told.faces:7d} {told.truth:5d} {told.missed:5d} {told.extra:5d} {told.f1:6.3f}"
    proof = "yes" if trial.verified else "no"
    line = f"{trial.settings.seed:6d} {figures} {proof:>8s} {trial.seconds:6.1f} {trial.outcome:10s} {trial.settings}"
    return f"{line}\n         {trial.words}" if trial.words else line


def summary(trials: list[Trial]) -> str:
    """The table at the end: counts, F1 by dirt, and every failure's seed."""
    counts = Counter(trial.outcome for trial in trials)
    lines = [
        f"{len(trials)} towns: "
        + ", ".join(f"{counts[one]} {one}" for one in OUTCOMES if counts[one])
    ]
    for dirt in sorted({trial.settings.dirt for trial in trials}):
        f1 = sorted(
            trial.score.f1
            for trial in trials
            if trial.settings.dirt == dirt and trial.score is not None
        )
        if f1:
            lines.append(
                f"dirt {dirt:g}: {len(f1)} towns, F1 least {f1[0]:.3f}, median {f1[len(f1) // 2]:.3f}"
            )
    lines += [
        f"{trial.outcome:10s} --only {trial.settings.seed}"
        for trial in trials
        if trial.outcome != "ok"
    ]
    return "\n".join(lines)


def main() -> int:
    """Run what the arguments ask; 1 where a town failed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--towns", type=int, default=20)
    parser.add_argument("--first", type=int, default=1, help="seed of the first town")
    parser.add_argument("--only", type=int, nargs="+", help="these seeds")
    parser.add_argument("--processes", type=int, default=1, help="of each build")
    parser.add_argument(
        "--seconds", type=float, default=SECONDS, help="after which a build is stopped"
    )
    parser.add_argument("--keep", type=Path, help="folder to keep the towns in, one a seed")
    arguments = parser.parse_args()
    preload()
    print(
        f"{'seed':>6s} {'faces':>7s} {'truth':>5s} {'miss':>5s} {'extra':>5s} {'F1':>6s} {'verified':>8s}      s outcome"
    )
    trials = []
    with tempfile.TemporaryDirectory() as scratch:
        home = arguments.keep or Path(scratch)
        for seed in arguments.only or range(arguments.first, arguments.first + arguments.towns):
            folder = home / str(seed)
            trials.append(
                attempt(draw_settings(seed), folder, arguments.seconds, arguments.processes)
            )
            print(row(trials[-1]), flush=True)
    print(f"\n{summary(trials)}")
    return int(any(trial.outcome != "ok" for trial in trials))


if __name__ == "__main__":
    sys.exit(main())
