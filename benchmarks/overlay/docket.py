"""Do planted disagreements come out? Recall of each kind in its list, and the precision of the docket.

python -m benchmarks.overlay.docket --seeds 10
"""

from __future__ import annotations

import argparse

import geopandas as gpd
import numpy as np
import shapely

from gridmerge.config.settings import Overlay
from gridmerge.model import Mosaic
from gridmerge.overlay import overlay_layers
from tests.overlay.making import of_town
from tests.towns import Town, draw_town

# where each kind of disagreement is told
LISTS = {"moved": "disputes", "claimed": "claims", "left_out": "gaps"}
# metres; what two drawings of one town differ by on a narrower strip is no planted disagreement
WIDE = 6.0
# square metres: what is smaller is a crumb of a planted strip (some 25 m wide and up to 360 m long)
LEAST = 2000.0
BESIDE = 10.0  # metres from a strip to the line it was moved from
# of a planted strip's land: the docket's strip lies between agreed lines, not drawn ones
FOUND = 0.3


def planted(quiet: Town, quarrelling: Town) -> gpd.GeoDataFrame:
    """The strips that were planted: kind, layer, geometry."""
    rows = []
    for key in quarrelling.layers:
        before, after = (
            shapely.make_valid(town.layers[key].frame.geometry.to_numpy())
            for town in (quiet, quarrelling)
        )
        changed = shapely.area(before) != shapely.area(after)
        if changed.any():
            lost = shapely.union_all(shapely.difference(before[changed], after[changed]))
            gained = shapely.union_all(shapely.difference(after[changed], before[changed]))
            kinds = {"moved": lost & gained, "claimed": gained - lost, "left_out": lost - gained}
            for kind, land in kinds.items():
                wide = land.buffer(-WIDE / 2).buffer(WIDE / 2)
                rows += [
                    {"kind": kind, "layer": key, "geometry": part}
                    for part in shapely.get_parts(wide)
                    if part.area > LEAST
                ]
    return gpd.GeoDataFrame(
        rows, columns=["kind", "layer", "geometry"], geometry="geometry", crs=quarrelling.crs
    )


def lawful(strips: gpd.GeoDataFrame, villages: gpd.GeoSeries) -> np.ndarray:
    """Which strips lie along a village line, the law: there is nothing to decide, and no docket tells of them."""
    lines = shapely.union_all(shapely.boundary(villages.to_numpy()))
    beside = shapely.length(
        shapely.intersection(lines, shapely.buffer(strips.geometry.to_numpy(), BESIDE))
    )
    return np.asarray(beside > shapely.length(strips.geometry.to_numpy()) / 5)


def told(strip: shapely.Geometry, layer: str, table: gpd.GeoDataFrame) -> bool:
    """Whether a list tells of the strip, with the department on a side."""
    sides = [name for name in ("layer", "layers_a", "layers_b") if name in table]
    names = table[sides].astype(str).agg(";".join, axis=1).str.split(";") if len(table) else []
    mine = np.array([layer in row for row in names], dtype=bool)
    common = shapely.area(shapely.intersection(table.geometry.to_numpy()[mine], strip))
    return bool(common.sum() > FOUND * strip.area)


def score(
    strips: gpd.GeoDataFrame, mosaic: Mosaic, villages: gpd.GeoSeries
) -> dict[str, tuple[int, int]]:
    """Per kind (found, planted away from village lines); and for the docket's entries (planted, all)."""
    figures = {}
    law = lawful(strips, villages)
    for kind, name in LISTS.items():
        mine = strips[(strips["kind"] == kind) & ~law]
        found = [told(row.geometry, row.layer, getattr(mosaic, name)) for row in mine.itertuples()]
        figures[kind] = sum(found), len(found)
    everything = shapely.union_all(strips.geometry.to_numpy())
    entries = mosaic.disputes.geometry.to_numpy()
    real = shapely.area(shapely.intersection(entries, everything)) > FOUND * shapely.area(entries)
    figures["entries"] = int(real.sum()), len(entries)
    return figures


def main() -> None:
    """Print a line a town, and the sums."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=10, help="towns 1 to SEEDS")
    parser.add_argument("--quarrels", type=int, default=9)
    arguments = parser.parse_args()
    sums: dict[str, np.ndarray] = {}
    for seed in range(1, arguments.seeds + 1):
        quiet, town = (
            draw_town(seed, villages=12, layers=24, blocks=40, quarrels=n)
            for n in (0, arguments.quarrels)
        )
        figures = score(
            planted(quiet, town), overlay_layers(*of_town(town), Overlay()), town.villages.geometry
        )
        sums = {
            kind: sums.get(kind, np.zeros(2, dtype=int)) + figure
            for kind, figure in figures.items()
        }
        print(
            f"seed {seed}:",
            ", ".join(f"{kind} {a} of {b}" for kind, (a, b) in figures.items()),
            flush=True,
        )
    print(
        "all:   ",
        ", ".join(f"{kind} {a} of {b} ({a / max(b, 1):.0%})" for kind, (a, b) in sums.items()),
    )


if __name__ == "__main__":
    main()
