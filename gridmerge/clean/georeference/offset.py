"""The common shift left between a layer's lines and the village lines, once its system and datum are settled."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from gridmerge.clean.topology.polygons import outlines_in_box
from gridmerge.geo import geos
from gridmerge.i18n.text import Text

Points = NDArray[np.float64]

MAX_MATCH_M = 25.0  # metres: lines farther apart are other lines; datum shifts are hundreds of metres and told elsewhere
OFFSET_STEP_M = 10.0  # metres between the points that stand for a line
MAX_ROUNDS = 12
# metres: a round that moves the layer less ends the search; shifts are told to a decimetre
CONVERGED_M = 0.01
TUKEY_CONSTANT = 4.685  # times the spread of the residuals: what is farther off counts nothing (95 % efficient on clean data)
MIN_AGREEING_POINTS = 60  # points that must agree, some 600 m of village line
MAX_CONDITION = 15.0  # condition of the normal matrix from which lines run one way only, so that a shift along them is not seen
# metres: a layer farther off than this finds its lines no more when all layers' lines are agreed
WIDE_OFFSET_M = 18.0
# metres: nearer than this to a village line, once moved, a line agrees with it
AGREEMENT_M = 5.0
# metres beside a line where the layer's own land is looked for
SIDE_PROBE_M = 0.5
# cosine: a side of the land faces a shift that is within 45 degrees of its normal
FACING_COSINE = 0.7
# of the sides that face a shift and those that turn their back on it: the least share of either
MIN_SIDE_SHARE = 0.2
MIN_ERROR_RATIO = 4.0  # times its standard error that a shift must measure

_WINDS = (
    *(
        Text("东", "east"),
        Text("东北", "north-east"),
        Text("北", "north"),
        Text("西北", "north-west"),
    ),
    *(
        Text("西", "west"),
        Text("西南", "south-west"),
        Text("南", "south"),
        Text("东南", "south-east"),
    ),
)


@dataclass(frozen=True, kw_only=True)
class LayerOffset:
    """How far a layer lies from the village lines as a whole.

    Parameters
    ----------
    east, north
        Metres from the villages to the layer.
    error
        Standard error, metres, of the less certain direction.
    sure
        Whether enough lines in enough directions agree on it.
    """

    east: float
    north: float
    error: float
    sure: bool

    @property
    def metres(self) -> float:
        """How far, in whatever direction."""
        return float(np.hypot(self.east, self.north))

    @property
    def back(self) -> Text:
        """The way back to the village lines, in words."""
        x, y = ("西" if self.east > 0 else "东"), ("南" if self.north > 0 else "北")
        east, north = (
            ("west" if self.east > 0 else "east"),
            ("south" if self.north > 0 else "north"),
        )
        dx, dy = f"{abs(self.east):.1f}", f"{abs(self.north):.1f}"
        return Text(f"向{x} {dx} 米、向{y} {dy} 米", f"{dx} m {east} and {dy} m {north}")

    @property
    def text(self) -> Text:
        """A clause: distance, direction, confidence."""
        metres = self.metres
        if not self.sure:
            return Text("整体偏移无法判断", "no common shift can be determined")
        if metres < max(0.5, MIN_ERROR_RATIO * self.error):
            return Text("没有整体偏移", "no common shift")
        wind = _WINDS[round(np.arctan2(self.north, self.east) / (np.pi / 4)) % 8]
        return Text(
            f"整体偏{wind.zh}约 {metres:.1f} 米（±{self.error:.1f}）",
            f"shifted {metres:.1f} m (±{self.error:.1f}) to the {wind.en} as a whole",
        )


def estimate_offset(geometry: gpd.GeoSeries, villages: gpd.GeoDataFrame) -> LayerOffset:
    """Estimate the translation between a layer's lines and the village lines.

    Parameters
    ----------
    geometry
        Areas or lines of the layer, in the CRS of `villages`.
    villages
        The township, projected metres.

    Returns
    -------
    Shift
        By iterated point-to-line fit with Tukey's weights; `sure` is False where the lines do not settle it, or where only
        one side of the layer's land tells of it: the walls of estates beside a village line are no shift.
    """
    x0, y0, x1, y1 = villages.total_bounds
    box = (x0 - MAX_MATCH_M, y0 - MAX_MATCH_M, x1 + MAX_MATCH_M, y1 + MAX_MATCH_M)
    at, normal = _sample_normals(villages.geometry.values, box)
    shapes = geometry.values[shapely.intersects(geometry.values, shapely.box(*box))]
    there, their_normal = (
        _sample_normals(shapes, box) if len(shapes) else (np.empty((0, 2)), np.empty((0, 2)))
    )
    if len(there) == 0 or len(at) == 0:
        return LayerOffset(east=0.0, north=0.0, error=np.inf, sure=False)
    tree, moved, error, condition, agreeing = cKDTree(there), np.zeros(2), np.inf, np.inf, 0.0
    for _ in range(MAX_ROUNDS):
        far, nearest = tree.query(at + moved, distance_upper_bound=MAX_MATCH_M)
        met = np.flatnonzero(np.isfinite(far))
        # only lines that run alike can be drawings of one line
        met = met[
            np.abs((normal[met] * their_normal[nearest[met]]).sum(axis=1)) > np.cos(np.radians(20))
        ]
        if len(met) < MIN_AGREEING_POINTS:
            return LayerOffset(east=0.0, north=0.0, error=np.inf, sure=False)
        across = normal[met]
        offset = (across * (there[nearest[met]] - at[met])).sum(axis=1)
        before = moved
        moved, error, condition, agreeing = _fit_offset(across, offset, moved)
        if np.hypot(*(moved - before)) < CONVERGED_M:
            break
    agreed = nearest[met[np.abs(offset - across @ moved) < AGREEMENT_M]]
    settled = condition < MAX_CONDITION and agreeing >= MIN_AGREEING_POINTS and error < 1.0
    if settled:
        asked, seat = np.unique(agreed, return_inverse=True)
        sides = _outward_normals(there[asked], their_normal[asked], shapes)[seat]
        settled = _on_both_sides(sides, moved)
    return LayerOffset(
        east=float(moved[0]),
        north=float(moved[1]),
        error=float(error),
        sure=bool(settled),
    )


def _outward_normals(at: Points, normal: Points, shapes: NDArray[np.object_]) -> Points:
    """(points, 2) the direction in which the land ends at points of its lines; zero where there is land on both sides, or none."""
    sides = []
    for way in (SIDE_PROBE_M, -SIDE_PROBE_M):
        tree = shapely.STRtree(np.asarray(shapely.points(at + way * normal), dtype=object))
        land = np.zeros(len(at))
        land[geos.query_tree(tree, shapes, predicate="intersects")[1]] = 1.0
        sides.append(land)
    return np.asarray(normal * (sides[1] - sides[0])[:, None])


def _on_both_sides(outward: Points, shift: Points) -> bool:
    """Whether the sides that face a shift and those that turn their back on it tell of it alike."""
    facing = outward @ (shift / max(float(np.hypot(*shift)), 1e-9))
    ahead, behind = int((facing > FACING_COSINE).sum()), int((facing < -FACING_COSINE).sum())
    return min(ahead, behind) >= MIN_SIDE_SHARE * (ahead + behind)


def _fit_offset(
    across: Points, offset: NDArray[np.float64], start: Points
) -> tuple[Points, float, float, float]:
    """Weighted least squares of ``across · shift = offset``; the shift, its error, the condition, how many points agree."""
    residual = offset - across @ start
    spread = max(1.4826 * float(np.median(np.abs(residual - np.median(residual)))), 0.05)
    ratio = residual / (TUKEY_CONSTANT * spread)
    weight = np.where(np.abs(ratio) < 1, (1 - ratio**2) ** 2, 0.0)
    matrix = (across * weight[:, None]).T @ across
    condition = float(np.linalg.cond(matrix))
    if not np.isfinite(condition) or condition > 1e6:
        return start, np.inf, np.inf, 0.0
    solved = np.linalg.solve(matrix, (across * weight[:, None]).T @ offset)
    left = offset - across @ solved
    variance = float((weight * left**2).sum() / max(weight.sum() - 2, 1.0))
    # neighbouring points of one digitised line err together: as many independent points as pieces of ten
    error = float(np.sqrt(variance * 10 * np.linalg.eigvalsh(np.linalg.inv(matrix))[-1]))
    return np.asarray(solved, dtype=float), error, condition, float(weight.sum())


def _sample_normals(
    shapes: NDArray[np.object_], box: tuple[float, float, float, float]
) -> tuple[Points, Points]:
    """Points along the lines of shapes, and the unit normal of the line at each."""
    parts = shapely.get_parts(outlines_in_box(shapes, box))
    coordinates, line = shapely.get_coordinates(
        shapely.segmentize(parts, OFFSET_STEP_M), return_index=True
    )
    if len(coordinates) < 2:
        return np.empty((0, 2)), np.empty((0, 2))
    along = np.diff(coordinates, axis=0)
    length = np.hypot(*along.T)
    good = (line[1:] == line[:-1]) & (length > 0)
    unit = along[good] / length[good, None]
    return (coordinates[1:] + coordinates[:-1])[good] / 2, np.column_stack(
        [-unit[:, 1], unit[:, 0]]
    )
