"""How much `init` gets right on towns whose files were written in many ways, and what it says of what it gets wrong.

python -m benchmarks.recognise                   eight towns, about three minutes
python -m benchmarks.recognise --towns 2 --plans 1    builds the first town with both project files as well
python -m benchmarks.recognise --sample          the sample town, and its plan by both files
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import shapely

from benchmarks.recognise.compare import Choice, both
from benchmarks.recognise.office import TRUTH, Office
from gridmerge import pipeline
from gridmerge.config.settings import PROJECT_FILE, Settings
from gridmerge.discover import propose_project_file
from tests.towns import draw_town

DIRT = (0.3, 1.0, 2.0)
SAMPLE = Path(__file__).resolve().parents[2] / "sample_layers"
LOOKS = ("town", "town", "rural", "city")


def one(seed: int, folder: Path) -> tuple[list[Choice], Settings, Settings]:
    """Draw, write, recognise and compare one town."""
    rng = np.random.default_rng([seed, 92])
    layers, villages = int(rng.integers(20, 31)), int(rng.integers(6, 13))
    dirt, look = float(rng.choice(DIRT)), str(rng.choice(LOOKS))
    town = draw_town(seed, villages=villages, layers=layers, blocks=24, dirt=dirt, look=look)
    shutil.rmtree(folder, ignore_errors=True)
    Office(town, folder).write()
    start = time.process_time()
    text = propose_project_file(folder)
    seconds = time.process_time() - start
    (folder / PROJECT_FILE).write_text(text, "utf-8")
    choices, truth, mine = both(seed, folder, folder / TRUTH, text)
    wrong = sum(not choice.right for choice in choices)
    print(
        f"town {seed:3d}: {layers} layers, {villages} villages, dirt {dirt:g}, {look:5s}: "
        f"{len(choices)} choices, {wrong} wrong, init {seconds:.1f} s of processor",
        flush=True,
    )
    return choices, truth, mine


def sample(folder: Path) -> tuple[list[Choice], Settings, Settings]:
    """The sample town: its own project file is the truth."""
    shutil.copytree(SAMPLE, folder, ignore=shutil.ignore_patterns("out", "check"))
    (folder / PROJECT_FILE).rename(folder / TRUTH)
    text = propose_project_file(folder)
    (folder / PROJECT_FILE).write_text(text, "utf-8")
    return both(7, folder, folder / TRUTH, text)


def show(choices: list[Choice]) -> None:
    """The table and the list of what is wrong."""
    for title, some in (
        ("all choices", choices),
        ("not mere defaults", [one for one in choices if not one.plain]),
    ):
        right = sum(one.right for one in some)
        sure = sum(not one.right and one.said == "sure" for one in some)
        doubt = sum(one.right and one.said == "doubtful" for one in some)
        print(
            f"{title:18s} {len(some):6d}   right {right:6d} = {right / len(some):.2%}   wrong and sure {sure:4d}   "
            f"wrong and doubtful {len(some) - right - sure:4d}   right but doubtful {doubt:5d}"
        )
    parts = sorted({one.part for one in choices})
    for part in parts:
        some = [one for one in choices if one.part == part]
        print(f"  {part:12s} {sum(one.right for one in some):5d} of {len(some):5d}")
    for one in choices:
        if not one.right:
            print(
                f"  {'WRONG AND SURE' if one.said == 'sure' else 'doubtful':14s} town {one.town} {one.table}.{one.part}: {one.told}"
            )


def same_plan(truth: Settings, mine: Settings) -> str:
    """Build with both files; how many grids of one are a grid of the other."""
    plans = [
        np.asarray(pipeline.build(settings).plan.grids.geometry.values)
        for settings in (truth, mine)
    ]
    a, b = shapely.STRtree(plans[1]).query(plans[0], predicate="intersects")
    common = shapely.area(shapely.intersection(plans[0][a], plans[1][b]))
    union = shapely.area(plans[0][a]) + shapely.area(plans[1][b]) - common
    same = len(np.unique(a[common > 0.99 * union]))
    return f"{len(plans[0])} grids by the true file, {len(plans[1])} by init's, {same} the same (IoU > 0.99)"


def main() -> None:
    """Run what the arguments ask."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--towns", type=int, default=8, help="how many, from --first on")
    parser.add_argument(
        "--first", type=int, default=101, help="seed of the first; the sample town's is 7"
    )
    parser.add_argument("--plans", type=int, default=0, help="towns to build with both files")
    parser.add_argument(
        "--sample",
        action="store_true",
        help="sample_layers instead of drawn towns, and both its plans",
    )
    parser.add_argument("--keep", type=Path, help="folder to leave the towns' files in")
    arguments = parser.parse_args()
    # GDAL on writing a file geodatabase
    warnings.filterwarnings("ignore", message="Field .* of type Integer64")
    folder = arguments.keep or Path(tempfile.mkdtemp(prefix="recognise-"))
    choices: list[Choice] = []
    if arguments.sample:
        choices, truth, mine = sample(folder / "sample")
        print(f"plan: {same_plan(truth, mine)}")
        arguments.towns = 0
    for n, seed in enumerate(range(arguments.first, arguments.first + arguments.towns)):
        some, truth, mine = one(seed, folder / str(seed))
        choices += some
        if n < arguments.plans:
            print(f"  plan: {same_plan(truth, mine)}", flush=True)
    show(choices)
    if not arguments.keep:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
