"""Print what the overlay makes of drawn cities.

python -m benchmarks.city                              8 districts of 350 blocks, 28 networks
python -m benchmarks.city --districts 40               a whole city
"""

from __future__ import annotations

import argparse
import time

from benchmarks.city.draw import draw_city, with_quarrels
from benchmarks.city.judge import judge
from gridmerge.config.settings import Overlay
from gridmerge.overlay import overlay_layers
from tests.overlay.making import of_town


def main() -> None:
    """Print a line a city."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--districts", type=int, default=8)
    parser.add_argument("--blocks", type=int, default=350, help="true blocks a district")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--seeds", type=int, default=1, help="how many cities")
    parser.add_argument("--dirt", type=float, default=1.0)
    parser.add_argument("--quarrels", type=int, default=12)
    parser.add_argument("--processes", type=int, default=1)
    arguments = parser.parse_args()
    for seed in range(arguments.first, arguments.first + arguments.seeds):
        quiet = draw_city(seed, arguments.districts, arguments.blocks, arguments.dirt)
        city = with_quarrels(quiet, seed, arguments.quarrels)
        start = time.process_time()
        mosaic = overlay_layers(*of_town(city), Overlay(), arguments.processes)
        seconds = time.process_time() - start
        seen = judge(city, quiet, mosaic)
        print(
            f"seed {seed}: {len(city.layers)} networks, {seen.faces} faces for {seen.true}, {seen.matched} found,"
            f" F1 {seen.f1:.4f}; {seen.kept} of {seen.strips} strips; {len(seen.thin)} thin; docket {seen.entries}, {seen.planted} of them planted;"
            f" tolerance {seen.tolerance:.1f} m, roughness {seen.rough:.1f} m; {seconds:.0f} s of processor time",
            flush=True,
        )


if __name__ == "__main__":
    main()
