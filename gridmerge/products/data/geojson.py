"""grids.geojson for the command platform, RFC 7946 to the letter; its bytes are ours, not those of a GDAL version."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from gridmerge.geo.crs import lonlat_transformer
from gridmerge.model import Build
from gridmerge.products.contacts import list_grid_departments, list_grid_leaders, list_grid_members

# metres between points on long sides, each tried where the one before gave an invalid shape
DENSIFY_STEPS_M = (np.inf, 200.0, 50.0, 10.0)
# 0.1 mm on the ground: neighbours that share a vertex in metres share every digit here
DEGREE_DECIMALS = 9


def write_geojson(build: Build, file: Path) -> None:
    """Write the unified grids, one feature a grid, in the order of their codes."""
    frame = build.plan.grids.sort_values("grid_code")
    shapes = in_lonlat(frame.geometry.to_numpy(), build.township.crs)
    write_features(file, shapes, list_grid_properties(build))


def list_grid_properties(build: Build) -> list[dict[str, Any]]:
    """Return the properties of each grid, in the order of their codes, as the contract names them."""
    members = list_grid_members(build)
    leaders = list_grid_leaders(build)
    departments = list_grid_departments(build)
    grids = build.plan.grids.sort_values("grid_code").drop(columns="geometry")
    rows = []
    for grid in grids.to_dict("records"):
        code = grid["grid_code"]
        row = {
            "grid_code": code,
            "grid_name": grid["grid_name"],
            "grid_type": grid["grid_type"],
            "village_code": grid["village_code"],
            "village_name": grid["village_name"],
            "area_m2": to_json_number(grid["area_m2"], 2),
            "workload": to_json_number(grid["workload"]),
        }
        works = [name for name in build.weights.names if name not in row]
        row |= {name: to_json_number(grid[name]) for name in works}
        row |= {
            "boundary_text": grid.get("boundary_text", ""),
            "leader": leaders.get(code, ""),
            "members": members.get(code, []),
            "departments": departments.get(code, []),
        }
        rows.append(row)
    return rows


def in_lonlat(shapes: NDArray[np.object_], crs: CRS) -> NDArray[np.object_]:
    """Return polygons in longitude and latitude, exterior rings counter-clockwise, each beginning at its own least vertex.

    A side that is straight in metres is curved in degrees, by some centimetres on two kilometres. Drawn straight again it may cut off
    a vertex that lay beside it; then the sides of all shapes get points in between, the same on both sides of a border.
    """
    transformer = lonlat_transformer(crs)

    def convert(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        lon, lat = transformer.transform(xy[:, 0], xy[:, 1])
        return np.round(np.column_stack([lon, lat]), DEGREE_DECIMALS)

    normal = shapely.normalize(shapes)
    for step in DENSIFY_STEPS_M:
        degrees = shapely.transform(_with_points(normal, step), convert)
        if shapely.is_valid(degrees).all():
            break
    return np.asarray(shapely.orient_polygons(degrees, exterior_cw=False), dtype=object)


def _with_points(shapes: NDArray[np.object_], step: float) -> NDArray[np.object_]:
    """Shapes with points on every side longer than `step`, at even distances."""
    if step == np.inf:
        return shapes
    parts, owner = shapely.get_parts(shapes, return_index=True)
    densified = [_densify_polygon(part, step) for part in parts]
    return np.asarray(shapely.multipolygons(densified, indices=owner), dtype=object)


def _densify_polygon(polygon: shapely.Polygon, step: float) -> shapely.Polygon:
    shell = _densify_ring(polygon.exterior, step)
    holes = [_densify_ring(hole, step) for hole in polygon.interiors]
    return shapely.Polygon(shell, holes)


def _densify_ring(ring: shapely.LinearRing, step: float) -> list[tuple[float, float]]:
    """The vertices of a ring and the points between them."""
    vertices = [(float(x), float(y)) for x, y in ring.coords]
    densified = vertices[:1]
    for start, end in pairwise(vertices):
        densified += _points_between(start, end, step)
        densified.append(end)
    return densified


def _points_between(
    start: tuple[float, float], end: tuple[float, float], step: float
) -> list[tuple[float, float]]:
    """Points at even distances; computed from the side's lesser end, whichever way it runs."""
    (x, y), (to_x, to_y) = min(start, end), max(start, end)
    pieces = math.ceil(math.dist(start, end) / step)
    points = []
    for i in range(1, pieces):
        points.append((x + (to_x - x) * i / pieces, y + (to_y - y) * i / pieces))
    return points if start < end else points[::-1]


def write_features(
    file: Path, shapes: Iterable[shapely.Geometry], rows: Sequence[dict[str, Any]]
) -> None:
    """Write a FeatureCollection, a line a feature: readable by a person, comparable by diff."""
    with file.open("w", encoding="utf-8", newline="\n") as out:
        out.write('{"type":"FeatureCollection","features":[\n')
        for index, (shape, row) in enumerate(zip(shapes, rows, strict=True)):
            text = json.dumps(row, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
            comma = "," if index + 1 < len(rows) else ""
            geometry = geometry_json(shape)
            out.write(f'{{"type":"Feature","properties":{text},"geometry":{geometry}}}{comma}\n')
        out.write("]}\n")


def geometry_json(shape: shapely.Geometry) -> str:
    """Return a Polygon or MultiPolygon as GeoJSON with fixed decimals; a MultiPolygon of one part is a Polygon."""
    parts = [_polygon_json(part) for part in shapely.get_parts(shape)]
    if len(parts) == 1:
        return f'{{"type":"Polygon","coordinates":{parts[0]}}}'
    return f'{{"type":"MultiPolygon","coordinates":[{",".join(parts)}]}}'


def _polygon_json(polygon: shapely.Polygon) -> str:
    rings = [_ring_json(ring) for ring in (polygon.exterior, *polygon.interiors)]
    return f"[{','.join(rings)}]"


def _ring_json(ring: shapely.LinearRing) -> str:
    positions = [_position_json(x, y) for x, y in shapely.get_coordinates(ring)]
    return f"[{','.join(positions)}]"


def _position_json(x: float, y: float) -> str:
    return f"[{x:.{DEGREE_DECIMALS}f},{y:.{DEGREE_DECIMALS}f}]"


def to_json_number(value: Any, decimals: int = 6) -> float | int | None:
    """Return a figure as JSON wants it: rounded, whole numbers without a point, nothing for what is not a number."""
    rounded = round(float(value), decimals)
    if not math.isfinite(rounded):
        return None
    return int(rounded) if rounded.is_integer() else rounded
