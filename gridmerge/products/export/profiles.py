"""Text formats for platforms: GeoJSON, bare rings, WKT in JSON, a row a vertex."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmerge.geo import geos
from gridmerge.i18n.text import Text
from gridmerge.products.data.csv_tables import write_csv
from gridmerge.products.data.geojson import DEGREE_DECIMALS, geometry_json
from gridmerge.products.export.finished_grids import FinishedGrids
from gridmerge.products.export.flat_table import flatten_grid
from gridmerge.products.export.metadata import make_script_imprint, write_note


def write_geojson_profile(grids: FinishedGrids, file: Path) -> list[Text]:
    """Write a FeatureCollection as RFC 7946 wants it; the imprint and shifted coordinates are told by its members.

    ``about`` is the imprint; ``name`` is what GIS programs call the layer by; ``coordinates`` is for scripts.
    """
    shift = (
        ""
        if grids.coord == "wgs84"
        else f'"name":"{grids.layer_name}","coordinates":{json.dumps(grids.coord)},'
    )
    lines = (
        f'{{"type":"Feature","properties":{_dump_json(row)},"geometry":{geometry_json(shape)}}}'
        for row, shape in zip(grids.rows, grids.degrees, strict=True)
    )
    about = f'"about":{_dump_json(make_script_imprint(grids))},'
    _write_lines(file, f'{{"type":"FeatureCollection",{shift}{about}"features":[', lines, "]}")
    return []


def write_wkt_json(grids: FinishedGrids, file: Path) -> list[Text]:
    """Write a list of records, each with its polygon as WKT."""
    texts = shapely.to_wkt(grids.degrees, rounding_precision=DEGREE_DECIMALS)
    lines = (_dump_json({**row, "wkt": text}) for row, text in zip(grids.rows, texts, strict=True))
    _write_lines(file, "[", lines, "]")
    write_note(grids, file)
    return []


def write_rings(grids: FinishedGrids, file: Path) -> list[Text]:
    """Write a list of records, one a simple ring: a grid of several parts, or with a hole, takes several records.

    Every number is one a 32-bit float holds, so a platform that stores such loses nothing it was given. At Chinese
    longitudes that is a step of 0.8 m.
    """
    ready = list(zip(grids.rows, bare_rings(grids.degrees), strict=True))
    lines = (
        _dump_json(
            {
                **row,
                "part": part,
                "parts": len(rings),
                "ring": shapely.get_coordinates(ring).tolist(),
            }
        )
        for row, rings in ready
        for part, ring in enumerate(rings, 1)
    )
    _write_lines(file, "[", lines, "]")
    write_note(grids, file)
    thin = "、".join(row["grid_code"] for row, rings in ready if not rings)
    return (
        [
            Text(
                f"网格 {thin} 太窄，32 位坐标无法表示，未写出。",
                f"Too thin for 32-bit coordinates, left out: {thin}.",
            )
        ]
        if thin
        else []
    )


def write_vertices(grids: FinishedGrids, file: Path) -> list[Text]:
    """Write a row a vertex: part from 1, ring 0 for the outer line and 1, 2 … for holes, n from 1; rings are closed."""
    columns = [
        "grid_code",
        "grid_name",
        "part",
        "ring",
        "n",
        "lon",
        "lat",
        *(["coord"] if grids.coord != "wgs84" else []),
    ]
    write_csv(file, columns, _vertex_rows(grids))
    write_note(grids, file)
    return []


def write_flat_csv(grids: FinishedGrids, file: Path) -> list[Text]:
    """Write a row a grid, its polygon as WKT in longitude and latitude."""
    texts = shapely.to_wkt(grids.degrees, rounding_precision=DEGREE_DECIMALS)
    rows = [
        {**flatten_grid(row, grids), "wkt": text}
        for row, text in zip(grids.rows, texts, strict=True)
    ]
    write_csv(file, list(rows[0]) if rows else ["grid_code", "wkt"], rows)
    write_note(grids, file)
    return []


def bare_rings(shapes: NDArray[np.object_]) -> list[list[shapely.Polygon]]:
    """Return for each polygon its parts without holes, every coordinate one a 32-bit float holds; none where it is too thin."""
    bounds = np.abs(shapely.total_bounds(shapes))
    step = _float_step(float(np.nanmax(bounds)) if len(shapes) else 0.0)
    return [list(_simple_polygons(shape, step)) for shape in geos.set_precision(shapes, step)]


def _float_step(largest: float) -> float:
    """The gap between neighbouring 32-bit floats at the largest coordinate: every multiple of it is one of them."""
    return float(np.spacing(np.float32(largest)))


def _simple_polygons(shape: shapely.Geometry, step: float) -> Iterator[shapely.Polygon]:
    for part in shapely.get_parts(shape):
        if shapely.get_dimensions(part) < 2 or part.is_empty:
            continue
        if not part.interiors:
            yield shapely.orient_polygons(part)
            continue
        for half in _cut_through_hole(part, step):
            yield from _simple_polygons(half, step)


def _cut_through_hole(polygon: shapely.Polygon, step: float) -> list[shapely.Geometry]:
    """Cut a polygon in two along the meridian through its first hole's middle: that hole is open on both sides then."""
    west, south, east, north = polygon.bounds
    left, _, right, _ = polygon.interiors[0].bounds
    middle = round((left + right) / 2 / step) * step
    halves = (shapely.box(west, south, middle, north), shapely.box(middle, south, east, north))
    return [geos.intersection(polygon, half, grid_size=step) for half in halves]


def _vertex_rows(grids: FinishedGrids) -> Iterator[dict[str, Any]]:
    for row, shape in zip(grids.rows, grids.degrees, strict=True):
        for part, polygon in enumerate(shapely.get_parts(shape), 1):
            for ring, line in enumerate((polygon.exterior, *polygon.interiors)):
                for n, (lon, lat) in enumerate(shapely.get_coordinates(line), 1):
                    place = {"part": part, "ring": ring, "n": n, "lon": lon, "lat": lat}
                    yield {
                        "grid_code": row["grid_code"],
                        "grid_name": row["grid_name"],
                        **place,
                        "coord": grids.coord,
                    }


def _dump_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _write_lines(file: Path, head: str, lines: Iterator[str], foot: str) -> None:
    file.write_text(head + "\n" + ",\n".join(lines) + "\n" + foot + "\n", "utf-8", newline="\n")
