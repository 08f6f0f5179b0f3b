"""What the villages prove about a layer: how well it lies on them as it is, and with GCJ-02 or BD-09 undone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from scipy.spatial import cKDTree

from gridmerge.clean.georeference import crs as systems
from gridmerge.clean.topology.polygons import outlines_in_box
from gridmerge.geo.datum import Datum
from gridmerge.geo.gcj02 import SHIFTS, datum_to_wgs84, in_china

Points = NDArray[np.float64]
Step = tuple[Datum, Datum]  # what was undone already, and what is to be tried

LINE_STEP_M = 5.0  # metres between the points that stand for a line
LINE_TOLERANCE_M = 10.0  # metres: a village line counts as met when the layer has a line this near
MIN_LEAD_SHARE = 0.15  # share of the village lines by which another datum must be ahead
LONE_RATIO = 4.0  # times as many village lines as under any other datum: chance does not do that
MIN_WORK_POINTS = 50  # points of a workload that tell anything about their datum
MIN_OUTSIDE_SHARE = 0.02  # share of points outside the township that is worth asking about
# cells each way of the lattice that estimates overlaps: good to some thousandths
LATTICE_CELLS = 64
MAX_LINE_POINTS = 400_000  # points that stand for a layer's lines: a county's file is thinned


@dataclass(frozen=True, kw_only=True)
class DatumFit:
    """How a layer lies on the villages when its coordinates are taken to be in `datum`.

    Parameters
    ----------
    datum
        The assumption.
    overlap
        Intersection over union of the layer's land and the township, 0..1, estimated on a lattice.
    lines
        Share of the village lines that have a line of the layer within `LINE_TOLERANCE_M` metres, 0..1.
    """

    datum: Datum
    overlap: float
    lines: float


def measure_datum_fits(
    geometry: gpd.GeoSeries, villages: gpd.GeoDataFrame, assumed: Datum
) -> list[DatumFit]:
    """Measure the fit of a layer under each datum.

    Parameters
    ----------
    geometry
        Areas or lines of the layer, in the CRS of `villages`.
    villages
        The township, projected metres.
    assumed
        The datum that has been undone already.

    Returns
    -------
    list of Fit
        wgs84, gcj02, bd09; empty outside China, where no service shifts.
    """
    middle = villages.total_bounds.reshape(2, 2).mean(axis=0)[:, None]
    lon, lat = systems.transform_points(villages.crs, systems.WGS84, *middle)
    if not in_china(lon, lat)[0] or len(geometry) == 0:
        return []
    lines, land = _Lines(geometry, villages), _Land(geometry, villages)
    tried: list[Datum] = ["wgs84", "gcj02", "bd09"]
    steps = {one: (assumed, one) for one in tried}
    return [
        DatumFit(datum=one, overlap=land.overlap(steps[one]), lines=lines.met(steps[one]))
        for one in tried
    ]


def points_off(
    points: Points, villages: gpd.GeoDataFrame, assumed: Datum
) -> tuple[Datum, float, float] | None:
    """Return the datum under which points fall into the township that lie outside as they are, with both shares outside.

    Parameters
    ----------
    points
        n × 2, in the CRS of `villages`, one for each feature of a workload.
    villages
        The township.
    assumed
        The datum that has been undone already.

    Returns
    -------
    (datum, share outside as they are, share outside in that datum) or None
        None when few points lie outside, or no datum brings nearly all of them in.
    """
    middle = villages.total_bounds.reshape(2, 2).mean(axis=0)[:, None]
    if (
        len(points) < MIN_WORK_POINTS
        or not in_china(*systems.transform_points(villages.crs, systems.WGS84, *middle))[0]
    ):
        return None
    shapes = np.asarray(villages.geometry.values)
    now = 1 - float(_is_covered(points, shapes).mean())
    others: list[Datum] = [one for one in ("wgs84", "gcj02", "bd09") if one != assumed]
    # undoing `one` moves a point as reading the file in it would
    tried = [
        (
            1
            - float(
                _is_covered(_shift_points(points, (one, assumed), villages.crs), shapes).mean()
            ),
            one,
        )
        for one in others
    ]
    best, datum = min(tried)
    return (datum, now, best) if now > MIN_OUTSIDE_SHARE and best < now / 5 else None


def villages_off(geometry: gpd.GeoSeries, villages: gpd.GeoDataFrame) -> DatumFit | None:
    """Return the datum that the villages themselves seem to be drawn in, when the layer only fits them so.

    Parameters
    ----------
    geometry
        A layer that does not fit the villages under any datum of its own.
    villages
        Taken as WGS84 so far.
    """
    lines, land = _Lines(geometry, villages), _Land(geometry, villages)
    tried: list[Datum] = ["gcj02", "bd09"]
    best = max(
        (
            DatumFit(
                datum=one, overlap=land.overlap((one, "wgs84")), lines=lines.met((one, "wgs84"))
            )
            for one in tried
        ),
        key=lambda fit: fit.lines,
    )
    now = lines.met(("wgs84", "wgs84"))
    return best if best.lines - now > MIN_LEAD_SHARE and best.lines > LONE_RATIO * now else None


def describe_fits(measured: list[DatumFit]) -> str:
    """The fits in one clause."""
    return "; ".join(
        f"{fit.datum} {100 * fit.overlap:.1f} % / {100 * fit.lines:.0f} %" for fit in measured
    )


def lines_met(geometry: gpd.GeoSeries, villages: gpd.GeoDataFrame) -> float:
    """Share of the village lines that have a line of the layer within `LINE_TOLERANCE_M` metres, as the layer lies."""
    return _Lines(geometry, villages).met(("wgs84", "wgs84"))


def find_better_datum(measured: list[DatumFit], assumed: Datum) -> DatumFit | None:
    """Return the datum that fits clearly better than the assumed one, or None."""
    if not measured:
        return None
    mine = next(fit for fit in measured if fit.datum == assumed)
    best = max(measured, key=lambda fit: (fit.lines, fit.overlap))
    ahead = best.lines - mine.lines > MIN_LEAD_SHARE and best.lines > 1.5 * mine.lines
    # a layer that only follows the township's outer line meets few village lines, but hardly any by chance
    lone = best.lines > MIN_LEAD_SHARE / 2 and best.lines > LONE_RATIO * mine.lines
    if best.datum != assumed and (ahead or lone):
        return best
    best = max(measured, key=lambda fit: fit.overlap)
    # a network that ignores village lines still ends where the township does: its misfit must halve
    if best.datum != assumed and best.overlap > 0.9 and 1 - best.overlap < 0.5 * (1 - mine.overlap):
        return best if best.lines >= mine.lines else None
    return None


class _TownSamples:
    """What every layer of a township is measured against: points along the village lines, and a lattice over the land."""

    def __init__(self, villages: gpd.GeoDataFrame) -> None:
        self.crs: CRS = villages.crs
        self.bounds = x0, y0, x1, y1 = villages.total_bounds
        self._lines = _sample_lines(shapely.boundary(villages.geometry.values), LINE_STEP_M * 4)
        margin_x, margin_y = (x1 - x0) * 0.1, (y1 - y0) * 0.1
        xs, ys = (
            np.linspace(x0 - margin_x, x1 + margin_x, LATTICE_CELLS),
            np.linspace(y0 - margin_y, y1 + margin_y, LATTICE_CELLS),
        )
        self._lattice = np.column_stack([grid.ravel() for grid in np.meshgrid(xs, ys)])
        self._moved: dict[Step, tuple[Points, shapely.STRtree]] = {}
        self.land = self.covered(("wgs84", "wgs84"), villages.geometry.values)

    def _at(self, step: Step) -> tuple[Points, shapely.STRtree]:
        if step not in self._moved:
            cells = shapely.STRtree(
                np.asarray(shapely.points(_shift_points(self._lattice, step, self.crs)))
            )
            self._moved[step] = _shift_points(self._lines, step, self.crs), cells
        return self._moved[step]

    def lines(self, step: Step) -> Points:
        return self._at(step)[0]

    def covered(self, step: Step, shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
        covered = np.zeros(LATTICE_CELLS * LATTICE_CELLS, dtype=bool)
        covered[self._at(step)[1].query(shapes, predicate="intersects")[1]] = True
        return covered


@lru_cache(maxsize=1)
def _town_of(wkb: tuple[bytes, ...], crs: CRS) -> _TownSamples:
    return _TownSamples(gpd.GeoDataFrame(geometry=shapely.from_wkb(list(wkb)), crs=crs))


def _sample_town(villages: gpd.GeoDataFrame) -> _TownSamples:
    """The measure of a township, made once for all its layers."""
    return _town_of(tuple(shapely.to_wkb(villages.geometry.values).tolist()), villages.crs)


class _Lines:
    """Points along the layer's lines, to ask which village lines they meet."""

    def __init__(self, geometry: gpd.GeoSeries, villages: gpd.GeoDataFrame) -> None:
        self._town = _sample_town(villages)
        x0, y0, x1, y1 = villages.total_bounds
        # the services shift by up to 1.3 km
        near = shapely.box(x0 - 1500, y0 - 1500, x1 + 1500, y1 + 1500)
        shapes = geometry.values[shapely.intersects(geometry.values, near)]
        cloud = (
            _sample_lines(outlines_in_box(shapes, near.bounds), LINE_STEP_M)
            if len(shapes)
            else np.empty((0, 2))
        )
        inside = (
            np.abs(cloud - [(x0 + x1) / 2, (y0 + y1) / 2])
            <= [(x1 - x0) / 2 + 1500, (y1 - y0) / 2 + 1500]
        ).all(axis=1)
        cloud = cloud[inside]
        self._tree = (
            cKDTree(cloud[:: max(1, len(cloud) // MAX_LINE_POINTS)]) if len(cloud) else None
        )

    def met(self, step: Step) -> float:
        if self._tree is None:
            return 0.0
        far, _ = self._tree.query(self._town.lines(step), distance_upper_bound=LINE_TOLERANCE_M)
        return float(np.isfinite(far).mean())


class _Land:
    """How much of the land of township and layer they share, counted on the lattice."""

    def __init__(self, geometry: gpd.GeoSeries, villages: gpd.GeoDataFrame) -> None:
        self._town = _sample_town(villages)
        self._shapes = geometry.values

    def overlap(self, step: Step) -> float:
        layer = self._town.covered(step, self._shapes)
        either = (layer | self._town.land).sum()
        return float((layer & self._town.land).sum() / either) if either else 0.0


def _is_covered(points: Points, shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    covered = np.zeros(len(points), dtype=bool)
    cells = np.asarray(shapely.points(points))
    covered[shapely.STRtree(cells).query(shapes, predicate="intersects")[1]] = True
    return covered


def _shift_points(points: Points, step: Step, crs: CRS) -> Points:
    """Where points of the true world stand in a file drawn in one datum that was read as another.

    Moving a few points there beats moving the whole layer back.
    """
    assumed, true = step
    if assumed == true:
        return points
    lon, lat = systems.transform_points(crs, systems.WGS84, *points.T)
    if true != "wgs84":
        lon, lat = SHIFTS[true](lon, lat)
    return np.column_stack(
        systems.transform_points(systems.WGS84, crs, *datum_to_wgs84(assumed, lon, lat))
    )


def _sample_lines(lines: NDArray[np.object_], step: float) -> Points:
    """Points at most `step` metres apart along lines."""
    return shapely.get_coordinates(shapely.segmentize(lines, step))
