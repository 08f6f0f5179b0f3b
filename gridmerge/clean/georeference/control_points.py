"""Control points of a local city system → the similarity that carries its coordinates to the working CRS.

The points, and the parameters that follow from them, are confidential in most places: they are used here and nowhere
written, neither to a log nor to a finding nor to an output. Only how well they agree is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import CRS

from gridmerge.clean.georeference import crs as systems
from gridmerge.coordinates import columns
from gridmerge.errors import InputError, PlaceError
from gridmerge.model import RawLayer

Points = NDArray[np.float64]

CONTROL_COLUMNS = ("x", "y", "to_x", "to_y")
MIN_CONTROL_POINTS = 3  # two settle a similarity, a third shows whether they are right
MAX_FIT_ERROR_M = 5.0  # metres: points that agree worse than this are wrong points


@dataclass(frozen=True, kw_only=True)
class Similarity:
    """Scale, turn and shift in the plane: ``a·x - b·y + east, b·x + a·y + north``.

    Parameters
    ----------
    values
        a, b, east, north.
    error
        Root mean square of what is left at the control points, metres.
    """

    values: tuple[float, float, float, float]
    error: float

    def __call__(self, points: Points) -> Points:
        """Carry points, n × 2, from the local system to the working CRS."""
        a, b, east, north = self.values
        x, y = points[:, 0], points[:, 1]
        return np.column_stack([a * x - b * y + east, b * x + a * y + north])

    def __repr__(self) -> str:
        return "Similarity(…)"  # a traceback must not show the parameters


def fit_similarity(points: Points, layer: str, target: CRS) -> Similarity:
    """Fit the similarity to control points.

    Parameters
    ----------
    points
        n × 4: x, y (as in the layer) and to_x, to_y: degrees of longitude and latitude, or metres of `target`.
    layer
        Its key, for messages.
    target
        The working CRS.

    Raises
    ------
    PlaceError
        Too few points, all on one line, or points that contradict each other.
    """
    here, there = points[:, :2], points[:, 2:].copy()
    places = columns.ParsedPlaces(
        x=there[:, 0], y=there[:, 1], unread=np.zeros(len(there), dtype=bool)
    )
    # each point by itself: one written in metres among degrees is read as what it is
    degrees = places.degrees
    there[degrees] = np.column_stack(
        systems.transform_points(systems.WGS84, target, *there[degrees].T)
    )
    middle, aim = here.mean(axis=0), there.mean(axis=0)
    z, w = (here - middle) @ [1, 1j], (there - aim) @ [1, 1j]
    if len(points) < MIN_CONTROL_POINTS or not np.abs(z).max() > 0:
        raise PlaceError(
            f"{layer} 的控制点不足：至少要 {MIN_CONTROL_POINTS} 个互不相同的点，最好分布在乡镇四周。",
            f"{layer} has too few control points: at least {MIN_CONTROL_POINTS} different ones are needed, best spread round the township.",
        )
    turn = complex((z.conj() @ w) / (z.conj() @ z).real)
    error = float(np.sqrt(np.mean(np.abs(w - turn * z) ** 2)))
    if error > MAX_FIT_ERROR_M:
        raise PlaceError(
            f"{layer} 的控制点互相矛盾（中误差 {error:.1f} 米，应小于 {MAX_FIT_ERROR_M:g} 米）；请检查点号是否对应、x 和 y 是否颠倒。",
            f"The control points of {layer} contradict each other (error {error:.1f} m, should be below {MAX_FIT_ERROR_M:g} m); check that they are paired and that x and y are not exchanged.",
        )
    shift = complex(*aim) - turn * complex(*middle)
    return Similarity(values=(turn.real, turn.imag, shift.real, shift.imag), error=error)


def points_of(raw: RawLayer, name: str) -> Points:
    """Return the control points that were read with a layer, n × 4.

    Parameters
    ----------
    raw
        The layer.
    name
        The file they are from, for messages.

    Raises
    ------
    InputError
        The table lacks a column, or holds something else than numbers; no cell is quoted.
    """
    table = pd.DataFrame() if raw.control is None else raw.control
    named = {str(column).strip().casefold(): column for column in table.columns}
    if set(CONTROL_COLUMNS) <= named.keys():
        x, y, to_x, to_y = (str(named[column]) for column in CONTROL_COLUMNS)
        places = [
            columns.read_places(table, columns.columns_by_name(*pair))
            for pair in ((x, y), (to_x, to_y))
        ]
        points: Points = np.column_stack([axis for place in places for axis in (place.x, place.y)])
        if np.isfinite(points).all():
            return points
    layer, file = raw.source.key, Path(name).name
    raise InputError(
        f"{layer} 的控制点文件 {file} 读不出来；它应是表格（CSV、Excel 等），列为 {'、'.join(CONTROL_COLUMNS)}，内容都是数字。",
        f"The control points of {layer}, {file}, cannot be read; it should be a table (CSV, Excel …) with the columns"
        f" {', '.join(CONTROL_COLUMNS)}, all numbers.",
    )
