"""County graphs with proven optima: how often `solve_districting` reaches them.

    python -m benchmarks.districting [--budget MOVES] [--seeds N] [FOLDER]

FOLDER holds one JSON file a graph: name, k, deviation, weight, edges, optimum_cut_edges (Validi and Buchanan, 2022).
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np

from gridmerge.districting import DistrictingSolution, solve_districting

FOLDER = Path(__file__).resolve().parents[1] / "../shared/data/districting"
BUDGET = 1_800_000  # under five seconds


def run(instance: dict, seed: int, budget: int) -> tuple[DistrictingSolution, float]:
    """Solve one instance; return the solution and the seconds of processor time it took."""
    weight = np.asarray(instance["weight"], dtype=float)
    ideal, off = weight.sum() / instance["k"], instance["deviation"]
    begun = time.process_time()
    solution = solve_districting(
        weight, instance["edges"], k=instance["k"], limits=((1 - off) * ideal, (1 + off) * ideal), seed=seed, budget=budget
    )  # fmt: skip
    return solution, time.process_time() - begun


def main() -> None:
    """Print a row an instance, and the totals."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--budget", type=int, default=BUDGET)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", nargs="*", default=[])
    options = parser.parse_args()
    best = total = infeasible = 0
    worst = 0.0
    print(
        f"{'graph':<12}{'n':>5}{'k':>4}{'optimum':>9}  cut edges by seed (- infeasible)   seconds"
    )
    for file in sorted(options.folder.glob("*.json")):
        instance = json.loads(file.read_text("utf-8"))
        if options.only and instance["name"] not in options.only:
            continue
        optimum, shown, seconds = instance["optimum_cut_edges"], [], []
        for seed in range(options.seeds):
            solution, took = run(instance, seed, options.budget)
            seconds.append(took)
            shown.append(f"{solution.objective:.0f}" if solution.feasible else "-")
            total += 1
            infeasible += not solution.feasible
            best += solution.feasible and solution.objective <= optimum
            worst = max(worst, solution.objective / optimum - 1 if solution.feasible else 0.0)
        print(
            f"{instance['name']:<12}{len(instance['weight']):>5}{instance['k']:>4}{optimum:>9}  "
            f"{' '.join(shown):<34}{np.mean(seconds):>8.1f}",
            flush=True,
        )
    print(
        f"optimal in {best} of {total}, infeasible in {infeasible}, worst gap {100 * worst:.1f} %"
    )


if __name__ == "__main__":
    main()
