"""The index of a finished build on disk: which face and grid a point lies in, without opening a single layer.

Four files side by side: ``locate.idx`` and ``locate.dat`` (an R-tree of the boxes of the faces), ``locate.wkb`` (the faces,
then the grids) and ``locate.json`` (who they belong to). Nothing heavy is imported here: one look-up has to be quick.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from pyproj import CRS
from rtree import index as rtree
from rtree.exceptions import RTreeError

from gridmerge.errors import OutputError
from gridmerge.geo.crs import lonlat_transformer

INDEX_BASE = "locate"
INDEX_FILES = ("locate.dat", "locate.idx", "locate.json", "locate.wkb")
# the lines are drawn to the millimetre: this near beyond the outer line is on it
ON_THE_LAND_M = 0.001
# grid lines are cut into runs of so many vertices: short ones have small boxes
MAX_RUN_VERTICES = 32


@dataclass(frozen=True, kw_only=True)
class Located:
    """Where points fell: arrays, an entry a point.

    Parameters
    ----------
    grid, face
        Indices into the index's grids and faces; -1 outside. On a line between grids: the smallest code.
    near_line_m
        Metres to the nearest line of a grid.
    """

    grid: np.ndarray
    face: np.ndarray
    near_line_m: np.ndarray


def write_index(
    folder: Path, *, crs: CRS, faces: np.ndarray, grids: np.ndarray, about: dict[str, Any]
) -> None:
    """Write the four files.

    Parameters
    ----------
    folder
        Is there already.
    crs
        Of the geometry: the working CRS.
    faces, grids
        Polygons. The grids are in the order of their codes.
    about
        ``grid_of_face`` (index into the grids, a face each) and whatever a look-up returns; goes into the JSON.
    """
    blobs = shapely.to_wkb(np.concatenate([faces, grids]))
    ends = np.cumsum([len(blob) for blob in blobs]).tolist()
    (folder / f"{INDEX_BASE}.wkb").write_bytes(b"".join(blobs))
    content = {"crs": crs.to_wkt(), "ends": ends, "faces": len(faces), **about}
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    (folder / f"{INDEX_BASE}.json").write_text(text, "utf-8", newline="\n")
    boxes = shapely.bounds(faces).tolist()
    entries = ((number, tuple(box), None) for number, box in enumerate(boxes))
    setting = rtree.Property()
    setting.overwrite = True
    tree = rtree.Index(str(folder / INDEX_BASE), entries, properties=setting)
    tree.close()


class PlaceIndex:
    """An index opened for look-ups.

    Parameters
    ----------
    out
        The folder of a finished build.

    Raises
    ------
    OutputError
        The build there has no index, or a broken one.
    """

    def __init__(self, out: Path) -> None:
        missing = [name for name in INDEX_FILES if not (out / name).is_file()]
        if missing:
            raise OutputError(
                f"{out} 中没有定位索引（缺 {'、'.join(missing)}）；请先运行 gridmerge build。",
                f"{out} has no index of places ({', '.join(missing)} missing); run gridmerge build first.",
            )
        try:
            self.about: dict[str, Any] = json.loads((out / f"{INDEX_BASE}.json").read_text("utf-8"))
            self._ends: list[int] = self.about["ends"]
            self._faces: int = self.about["faces"]
            self.grid_of_face = np.array(self.about["grid_of_face"], dtype=int)
        except (ValueError, KeyError) as error:
            raise OutputError(
                f"{out} 中的定位索引已损坏；请重新运行 gridmerge build。",
                f"The index of places in {out} is broken; run gridmerge build again.",
            ) from error
        self._out = out

    @cached_property
    def crs(self) -> CRS:
        """The working CRS of the build."""
        return CRS.from_wkt(self.about["crs"])

    @cached_property
    def bounds(self) -> tuple[float, float, float, float]:
        """The box of the township in the working CRS."""
        x0, y0, x1, y1 = shapely.total_bounds(self._shapes[self._faces :])
        return float(x0), float(y0), float(x1), float(y1)

    def project(self, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        """Return points in the working CRS for longitudes and latitudes."""
        x, y = lonlat_transformer(self.crs).transform(lon, lat, direction="INVERSE")
        return np.asarray(shapely.points(x, y))

    def locate_one(self, point: shapely.Point) -> Located:
        """Locate one point of the working CRS, reading no more of the index than lies around it."""
        numbers = sorted(self._around(point))
        touched = shapely.intersects(self._read(numbers), point)
        hit = np.array(numbers, dtype=int)[np.flatnonzero(touched)]
        if not len(hit):
            return self.locate(np.array([point], dtype=object))
        smallest_first = np.lexsort((hit, self.grid_of_face[hit]))
        face = hit[smallest_first][:1]
        grid = self.grid_of_face[face]
        (shape,) = self._read([self._faces + int(grid[0])])
        distance = shapely.distance(shape.boundary, point)
        return Located(grid=grid, face=face, near_line_m=np.array([distance]))

    def locate(self, points: np.ndarray) -> Located:
        """Locate many points of the working CRS; empty and missing ones are outside, at an unknown distance."""
        # smallest code first, then smallest face
        order = np.lexsort((np.arange(self._faces), self.grid_of_face))
        ordered = self._shapes[: self._faces][order]
        tree = shapely.STRtree(ordered)
        rank = np.full(len(points), self._faces)
        at, hit = tree.query(points, predicate="intersects")
        np.minimum.at(rank, at, hit)
        lost = np.flatnonzero(rank == self._faces)
        at, hit = tree.query(points[lost], predicate="dwithin", distance=ON_THE_LAND_M)
        np.minimum.at(rank, lost[at], hit)
        found = rank < self._faces
        first = order[np.minimum(rank, self._faces - 1)]
        face = np.where(found, first, -1)
        grid = np.where(found, self.grid_of_face[face], -1)
        return Located(grid=grid, face=face, near_line_m=self._line_distance(points))

    def _around(self, point: shapely.Point) -> Iterator[int]:
        tree_files = [self._out / f"{INDEX_BASE}.{suffix}" for suffix in ("dat", "idx")]
        if not all(os.access(file, os.W_OK) for file in tree_files):
            # the R-tree opens its files for writing only: on a read-only disk all faces are read
            yield from range(self._faces)
            return
        try:
            tree = rtree.Index(str(self._out / INDEX_BASE))
        except (RTreeError, OSError) as error:
            raise OutputError(
                f"{self._out} 中的定位索引已损坏；请重新运行 gridmerge build。",
                f"The index of places in {self._out} is broken; run gridmerge build again.",
            ) from error
        yield from tree.intersection((point.x, point.y, point.x, point.y))
        tree.close()

    def _read(self, numbers: Sequence[int]) -> np.ndarray:
        """The shapes of these numbers, each read on its own."""
        blobs = []
        with (self._out / f"{INDEX_BASE}.wkb").open("rb") as file:
            for number in numbers:
                start = self._ends[number - 1] if number else 0
                file.seek(start)
                blobs.append(file.read(self._ends[number] - start))
        return np.asarray(shapely.from_wkb(np.array(blobs, dtype=object)))

    @cached_property
    def _shapes(self) -> np.ndarray:
        return self._read(range(len(self._ends)))

    def _line_distance(self, points: np.ndarray) -> np.ndarray:
        lines = shapely.boundary(self._shapes[self._faces :])
        tree = shapely.STRtree(_split_runs(lines))
        distance = np.full(len(points), np.nan)
        (at, _), metres = tree.query_nearest(points, all_matches=False, return_distance=True)
        distance[at] = metres
        return distance


def _split_runs(lines: np.ndarray) -> np.ndarray:
    """The same lines in short runs."""
    rings = shapely.get_parts(shapely.get_parts(lines))
    runs: list[np.ndarray] = []
    for ring in rings:  # a ring each: their lengths differ
        xy = shapely.get_coordinates(ring)
        starts = range(0, len(xy) - 1, MAX_RUN_VERTICES)
        runs.extend(xy[start : start + MAX_RUN_VERTICES + 1] for start in starts)
    lengths = [len(run) for run in runs]
    number = np.repeat(np.arange(len(runs)), lengths)
    return np.asarray(shapely.linestrings(np.concatenate(runs), indices=number))
