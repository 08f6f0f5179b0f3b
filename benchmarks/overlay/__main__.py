"""Print the table of docs/en/overlay.md: the overlay stage beside merely noding, the plain way, and geopandas.

python -m benchmarks.overlay                     one town of full size
python -m benchmarks.overlay --size small        a minute's worth
python -m benchmarks.overlay --seeds 10 --dirt 0.3 1 2 --only ours     what issue 4 asks of recovery
python -m benchmarks.overlay --project ../shared/data/nyc/gridmerge.toml
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from benchmarks.overlay.contenders import (
    Result,
    linework,
    noded,
    one_after_another,
    ours,
    plain,
    timed,
)
from gridmerge.config.project_file import read_project
from gridmerge.inputs import load_inputs
from gridmerge.model import Layer, Township
from tests.overlay.making import of_town
from tests.towns import Town, draw_town, recovery

SIZES = {"small": (4, 10, 16), "full": (12, 24, 40)}  # villages, layers, blocks a village


def contest(
    township: Township, layers: Sequence[Layer], arguments: argparse.Namespace
) -> list[Result]:
    """All contenders on the same layers."""
    results = [
        timed(
            lambda n=n: ours(township, layers, n),
            f"(a) gridmerge, {n} process{'es'[: 2 * (n > 1)]}",
            arguments.repeat,
        )
        for n in arguments.processes
    ]
    if arguments.only == "ours":
        return results
    lines = linework(township, layers)
    results.append(timed(lambda: noded(lines), "(b) shapely.union_all", arguments.repeat))
    results.append(timed(lambda: plain(township, layers, lines), "(c) node, polygonise, label"))
    results.append(one_after_another(township, layers, arguments.cap))
    return results


def show(title: str, results: list[Result], town: Town | None) -> None:
    """Print one table."""
    print(f"\n{title}")
    base = next((r.seconds for r in results if r.name.startswith("(b)")), None)
    for r in results:
        ratio = f"{r.seconds / base:6.2f}×" if base else ""
        count = "" if r.faces is None else f"{len(r.faces):9,} faces {r.slivers:9,} slivers"
        found = ""
        if town is not None and r.faces is not None and len(r.faces) < 50_000:
            score = recovery(r.faces, town)
            found = (
                f"  {score['matched']:.0f} of {score['blocks']:.0f} blocks, F1 {score['f1']:.4f}"
            )
        print(f"{r.name:32s} {r.seconds:8.2f} s {ratio:8s} {count}{found}  {r.note}", flush=True)


def main() -> None:
    """Run what the arguments ask."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", choices=SIZES, default="full")
    parser.add_argument("--villages", type=int, help="instead of the size's")
    parser.add_argument("--layers", type=int)
    parser.add_argument("--seeds", type=int, default=1, help="towns 1 to SEEDS")
    parser.add_argument("--dirt", type=float, nargs="+", default=[1.0])
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--repeat", type=int, default=1, help="the best of so many runs")
    parser.add_argument(
        "--cap", type=float, default=60.0, help="seconds after which geopandas.overlay is stopped"
    )
    parser.add_argument("--only", choices=["ours", "all"], default="all")
    parser.add_argument("--project", type=Path, help="a project file instead of drawn towns")
    arguments = parser.parse_args()
    if arguments.project:
        inputs = load_inputs(read_project(arguments.project))
        show(str(arguments.project), contest(inputs.township, inputs.layers, arguments), None)
        return
    villages, layers, blocks = SIZES[arguments.size]
    villages, layers = arguments.villages or villages, arguments.layers or layers
    for dirt in arguments.dirt:
        for seed in range(1, arguments.seeds + 1):
            town = draw_town(seed, villages=villages, layers=layers, blocks=blocks, dirt=dirt)
            title = f"seed {seed}, {villages} villages × {layers} layers × {blocks} blocks, dirt {dirt:g}"
            show(title, contest(*of_town(town), arguments), town)


if __name__ == "__main__":
    main()
