"""Whose is this place: a hundred thousand points beside a spatial join, and one look-up from a cold start.

    python -m benchmarks.locate [OUT]

OUT is a finished build (default sample_layers/out). Prints the seconds of `gridmerge locate OUT --events` on a CSV of 100,000 points,
a fifth of them outside and a thousand on grid lines, whether every answer is that of geopandas' spatial join, and the median of five cold
single look-ups, each a process of its own.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

POINTS, ON_LINES = 100_000, 1_000
PROGRAM = str(Path(sys.executable).with_name("gridmerge"))
CLOSE_M = 0.002  # degrees in the file are rounded to a tenth of a millimetre or so: nearer to a line either side is right


def scattered(grids: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Points in a box a tenth wider than the township, and points on the lines of grids."""
    rng = np.random.default_rng(1)
    west, south, east, north = grids.total_bounds
    wide, high = 0.1 * (east - west), 0.1 * (north - south)
    xy = rng.uniform(
        [west - wide, south - high], [east + wide, north + high], (POINTS - ON_LINES, 2)
    )
    lines = shapely.boundary(grids.geometry.to_numpy())
    some = lines[rng.integers(0, len(lines), ON_LINES)]
    on = shapely.line_interpolate_point(
        shapely.line_merge(some), rng.random(ON_LINES), normalized=True
    )
    return gpd.GeoSeries(np.concatenate([shapely.points(xy), on]), crs=grids.crs)


def timed(arguments: list[str]) -> float:
    """Seconds of one run of the command."""
    start = time.perf_counter()
    subprocess.run([PROGRAM, "locate", *arguments], check=True, capture_output=True)
    return time.perf_counter() - start


def main(out: Path) -> None:
    """Print the figures."""
    grids = gpd.read_file(out / "gridmerge.gpkg", layer="grids").sort_values(
        "grid_code", ignore_index=True
    )
    points = scattered(grids)
    lonlat = points.to_crs(4490)
    with tempfile.TemporaryDirectory() as folder:
        events, done = Path(folder) / "events.csv", Path(folder) / "done.csv"
        pd.DataFrame({"lon": lonlat.x, "lat": lonlat.y}).to_csv(events, index=False)
        seconds = timed([str(out), "--events", str(events), "--out", str(done)])
        answers = pd.read_csv(done, dtype=str, keep_default_na=False)["grid_code"].to_numpy()
    frame = gpd.GeoDataFrame(geometry=points)
    start = time.perf_counter()
    joined = frame.sjoin(grids[["grid_code", "geometry"]], how="left", predicate="intersects")
    ours = time.perf_counter() - start
    # on a line: the smallest code
    first = joined.groupby(level=0)["grid_code"].min().fillna("").to_numpy()
    near = (
        shapely.distance(
            points.to_numpy(), shapely.union_all(shapely.boundary(grids.geometry.to_numpy()))
        )
        < CLOSE_M
    )
    differing = (answers != first) & ~near
    print(f"{POINTS:,} points: locate {seconds:.2f} s (the spatial join alone {ours:.2f} s)")
    print(
        f"inside {int((answers != '').sum()):,}; other answers than the join, away from lines: {int(differing.sum())}"
    )
    print(
        f"on or within {1000 * CLOSE_M:.0f} mm of a line: {int(near.sum()):,}, of them other than the join {int(((answers != first) & near).sum())}"
    )
    middle = lonlat.iloc[int(np.flatnonzero(first != "")[0])]
    cold = [timed([str(out), f"{middle.x:.7f}", f"{middle.y:.7f}"]) for _ in range(5)]
    print(f"one cold look-up: median of 5 {statistics.median(cold):.2f} s")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("sample_layers/out"))
