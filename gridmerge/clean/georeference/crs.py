"""Which coordinate system a file is in: what it declares, what its numbers say, and what the villages prove."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Proj, Transformer
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_crs_info
from pyproj.enums import PJType
from pyproj.exceptions import CRSError, ProjError
from pyproj.transformer import TransformerGroup

from gridmerge.errors import PlaceError
from gridmerge.geo import geos
from gridmerge.geo.crs import authority_code

Points = NDArray[np.float64]
Bounds = tuple[float, float, float, float]

WGS84 = CRS.from_epsg(4326)
# degrees; where a township is taken to be Chinese and gets a CGCS2000 zone
MAINLAND_BOX = (73.0, 3.0, 135.1, 54.0)
# metres: what Gauss-Kruger coordinates of the mainland look like
_NORTHING = (2.0e6, 5.94e6)
_EASTING = (166_000.0, 834_000.0)
# EPSG codes of CGCS2000 Gauss-Kruger by their first zone
_THREE_PREFIX, _THREE_PLAIN = 4513, 4534  # zones 25-45
_SIX_PREFIX, _SIX_PLAIN = 4491, 4502  # zones 13-23
_MODERN = (
    "World Geodetic System 1984",
    "WGS 1984",
    "WGS 84",
    "China 2000",
    "China Geodetic Coordinate System 2000",
    "CGCS2000",
)
MIN_OVERLAP_SHARE = 0.5  # share of a layer's vertices, or of the township, that must meet before a system counts as proven
_LEAD_RATIO = 1.5  # a system this many times worse than the best is out of the question
# metres: systems that place a layer this near to each other count as one, the first tried
_SAME_SYSTEM_M = 5.0
SAMPLE_VERTICES = 2000  # vertices that stand for a layer when systems are tried


@dataclass(frozen=True, kw_only=True)
class CrsPlacement:
    """A coordinate system, whether x and y have to be swapped first, how it was told, and which others lay it there too.

    `rivals` counts systems that lay the layer on the villages at another place; `near` are those that lay it within
    `_SAME_SYSTEM_M` metres of this one, with the distance.
    """

    crs: CRS
    swapped: bool = False
    overlap: float = 0.0
    rivals: int = 0
    near: tuple[tuple[str, float], ...] = ()


def parse_crs(text: str, where: str) -> CRS:
    """Return the CRS that a text of the project file names.

    Raises
    ------
    PlaceError
        PROJ does not know it.
    """
    try:
        return CRS.from_user_input(f"EPSG:{text}" if text.isdigit() else text)
    except CRSError as error:
        raise PlaceError(
            f'{where}：crs = "{text}" 无法识别；请写 EPSG 代码，例如 EPSG:4544。',
            f'{where}: crs = "{text}" is not known; write an EPSG code such as EPSG:4544.',
        ) from error


def crs_name(crs: CRS) -> str:
    """Short name: EPSG:4544, or the system's own name."""
    return authority_code(crs) or str(crs.name)


def choose_working_crs(lon: float, lat: float) -> CRS:
    """The projected system a township is worked in: its CGCS2000 3-degree zone without prefix, or its UTM zone abroad."""
    if MAINLAND_BOX[0] <= lon <= MAINLAND_BOX[2] and MAINLAND_BOX[1] <= lat <= MAINLAND_BOX[3]:
        zone = min(max(round(lon / 3), 25), 45)
        return CRS.from_epsg(_THREE_PLAIN + zone - 25)
    zone = min(int((lon + 180) // 6) + 1, 60)
    return CRS.from_epsg((32600 if lat >= 0 else 32700) + zone)


@lru_cache(maxsize=64)
def identify_crs(crs: CRS) -> CRS | None:
    """Return the system by its parameters: Esri and CAD programs name the Chinese zones in their own ways, or not at all.

    Parameters
    ----------
    crs
        As a file declares it.

    Returns
    -------
    CRS | None
        The EPSG system of the same ellipsoid, central meridian and false easting; else what came, without its heights.
        None for an engineering grid, which says nothing about where on earth it lies.
    """
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
    if not (crs.is_geographic or crs.is_projected):
        return None
    if authority_code(crs) or crs.ellipsoid is None or crs.coordinate_operation is None:
        return crs
    values = {one.name: float(one.value) for one in crs.coordinate_operation.params}
    if crs.coordinate_operation.method_name not in (
        "Transverse Mercator",
        "Gauss-Kruger",
    ) or not _is_gauss(values):
        return crs
    meridian, easting = values["Longitude of natural origin"], values["False easting"]
    code = _zone_codes().get(
        (round(crs.ellipsoid.semi_major_metre), round(meridian, 6), round(easting))
    )
    same_unit = crs.axis_info[0].unit_conversion_factor == 1
    return CRS.from_epsg(code) if code is not None and same_unit else crs


def _is_gauss(values: dict[str, float]) -> bool:
    """Whether a transverse Mercator is one of Gauss and Krüger: true scale on the meridian, counted from the equator."""
    plain = {
        "Latitude of natural origin": 0.0,
        "Scale factor at natural origin": 1.0,
        "False northing": 0.0,
    }
    return all(abs(values.get(name, value) - value) < 1e-9 for name, value in plain.items())


@lru_cache(maxsize=1)
def _zone_codes() -> dict[tuple[int, float, int], int]:
    """EPSG code by semi-major axis, central meridian and false easting (metres), of the three Chinese datums."""
    result = {}
    for axis, six_prefix, six_plain, three_prefix, three_plain in (
        (
            6378137,
            _SIX_PREFIX,
            _SIX_PLAIN,
            _THREE_PREFIX,
            _THREE_PLAIN,
        ),  # CGCS2000, and WGS84 which is the same here
        (6378140, 2327, 2338, 2349, 2370),  # Xian 1980
        (6378245, 21413, 21453, 2401, 2422),  # Beijing 1954
    ):
        for zone in range(13, 24):
            result[axis, 6.0 * zone - 3, 500_000] = six_plain + zone - 13
            result[axis, 6.0 * zone - 3, zone * 1_000_000 + 500_000] = six_prefix + zone - 13
        for zone in range(25, 46):
            result[axis, 3.0 * zone, 500_000] = three_plain + zone - 25
            result[axis, 3.0 * zone, zone * 1_000_000 + 500_000] = three_prefix + zone - 25
    return result


def find_crs_by_numbers(bounds: Bounds) -> CrsPlacement | None:
    """Tell the system from the size of the coordinates alone, where that is enough.

    Parameters
    ----------
    bounds
        min x, min y, max x, max y as they stand in the file.
    """
    x0, y0, x1, y1 = bounds
    if max(abs(x0), abs(x1)) <= 180 and max(abs(y0), abs(y1)) <= 180:
        swapped = max(abs(y0), abs(y1)) > 90 or (
            _is_within_box(bounds, MAINLAND_BOX, True)
            and not _is_within_box(bounds, MAINLAND_BOX, False)
        )
        return CrsPlacement(crs=WGS84, swapped=swapped)
    for swapped, (east0, east1), (north0, north1) in (
        (False, (x0, x1), (y0, y1)),
        (True, (y0, y1), (x0, x1)),
    ):
        if not (_NORTHING[0] <= north0 and north1 <= _NORTHING[1]):
            continue
        zone = int(east0 // 1e6)
        if zone == int(east1 // 1e6) and 25 <= zone <= 45:
            return CrsPlacement(crs=CRS.from_epsg(_THREE_PREFIX + zone - 25), swapped=swapped)
        if zone == int(east1 // 1e6) and 13 <= zone <= 23:
            return CrsPlacement(crs=CRS.from_epsg(_SIX_PREFIX + zone - 13), swapped=swapped)
    return None


def mask_usual_rows(middles: Points) -> NDArray[np.bool_]:
    """Say which rows look as most do: degrees, or metres of one zone, in one order of the axes.

    One slip of the pen must not decide for a file, as it would by the file's minimum and maximum.

    Parameters
    ----------
    middles
        A point a row as it stands in the file, n × 2; NaN where a row has none.
    """
    looks = _coordinate_kinds(*middles.T)
    kinds, count = np.unique(looks[looks >= 0], return_counts=True)
    return (
        np.asarray(looks == kinds[np.argmax(count)])
        if len(kinds)
        else np.zeros(len(middles), dtype=bool)
    )


def _coordinate_kinds(x: Points, y: Points) -> NDArray[np.int64]:
    """What numbers look like: 1 degrees, 2 degrees latitude first, 3 and 4 metres likewise, 100 and 200 + zone with its prefix, 0 other."""
    looks = np.zeros(len(x), dtype=np.int64)
    for first, east, north in ((1, x, y), (2, y, x)):
        northing = (north >= _NORTHING[0]) & (north <= _NORTHING[1])
        looks[northing & (east >= _EASTING[0]) & (east <= _EASTING[1])] = 2 + first
        zone = np.nan_to_num(east // 1e6).astype(np.int64)
        prefixed = northing & (((zone >= 25) & (zone <= 45)) | ((zone >= 13) & (zone <= 23)))
        looks[prefixed] = 100 * first + zone[prefixed]
    here, there = _at_home(x, y), _at_home(y, x)
    degrees = (np.abs(x) <= 180) & (np.abs(y) <= 180)
    looks[degrees] = np.where((np.abs(y) > 90) | (there & ~here), 2, 1)[degrees]
    looks[~(np.isfinite(x) & np.isfinite(y))] = -1
    return looks


def _at_home(lon: Points, lat: Points) -> NDArray[np.bool_]:
    return np.asarray(
        (lon >= MAINLAND_BOX[0])
        & (lon <= MAINLAND_BOX[2])
        & (lat >= MAINLAND_BOX[1])
        & (lat <= MAINLAND_BOX[3])
    )


def _is_within_box(bounds: Bounds, box: Bounds, swap: bool) -> bool:
    x0, y0, x1, y1 = (bounds[1], bounds[0], bounds[3], bounds[2]) if swap else bounds
    return box[0] <= x0 and x1 <= box[2] and box[1] <= y0 and y1 <= box[3]


def fits_bounds(crs: CRS, bounds: Bounds) -> bool:
    """Whether coordinates can be in a system at all: degrees are small, zone prefixes are not negative."""
    x0, y0, x1, y1 = bounds
    degrees = max(abs(x0), abs(x1)) <= 361 and max(abs(y0), abs(y1)) <= 180
    return degrees if crs.is_geographic else not (degrees and x1 - x0 < 10 and y1 - y0 < 10)


def find_crs_by_overlap(points: Points, villages: gpd.GeoDataFrame) -> list[CrsPlacement]:
    """Try every system that could hold the villages and return those that lay the points on them, best first.

    Parameters
    ----------
    points
        Vertices of the layer as they stand in the file, n × 2.
    villages
        In the working CRS.

    Returns
    -------
    list of Placing
        With their overlap; each puts the points at another place, and names those that put them at the same within
        metres. Empty when nothing fits.
    """
    if len(points) == 0:
        return []
    points = _trim_outliers(points[:: max(1, len(points) // SAMPLE_VERTICES)])
    land = geos.union_all(villages.geometry.values)
    shapely.prepare(land)
    tried = [
        _score_placement(points, placing, villages.crs, land)
        for placing in _candidate_systems(points, villages)
    ]
    best = max((placing.overlap for placing, _ in tried), default=0.0)
    places: list[Points] = []
    distinct: list[CrsPlacement] = []
    # in the order they were tried: a drawing cannot tell systems apart that lie within metres of each other, and
    # CGCS2000 leads the candidates
    for placing, middle in tried:
        if placing.overlap < max(MIN_OVERLAP_SHARE, best / _LEAD_RATIO):
            continue
        far = [float(np.hypot(*(middle - other))) for other in places]
        if far and min(far) <= _SAME_SYSTEM_M:
            first = int(np.argmin(far))
            near = (*distinct[first].near, (crs_name(placing.crs), round(far[first], 2)))
            distinct[first] = replace(distinct[first], near=near)
            continue
        places.append(middle)
        distinct.append(placing)
    return sorted(distinct, key=lambda placing: -round(placing.overlap, 2))


def _trim_outliers(points: Points) -> Points:
    """The points without those far off most of them: one slip of the pen makes a hull that covers everything."""
    low, high = np.percentile(points, 5, axis=0), np.percentile(points, 95, axis=0)
    span = 2 * (high - low)
    return np.asarray(points[((points >= low - span) & (points <= high + span)).all(axis=1)])


def _candidate_systems(points: Points, villages: gpd.GeoDataFrame) -> Iterator[CrsPlacement]:
    """Systems in which the points' box touches the villages' box: CGCS2000 first, then all that PROJ knows for the place."""
    bounds = tuple(villages.total_bounds)
    west, south, east, north = _transform_bounds(villages.crs, WGS84, bounds)
    chinese = [
        *range(_THREE_PLAIN, 4555),
        *range(_THREE_PREFIX, 4534),
        *range(_SIX_PLAIN, 4513),
        *range(_SIX_PREFIX, 4502),
    ]
    utm = (32600 if south >= 0 else 32700) + min(int((west + east + 360) // 12) + 1, 60)
    codes = [4326, *chinese, utm]
    seen = set(codes)
    codes += [
        code
        for code in _projected_codes(
            round(west, 3), round(south, 3), round(east, 3), round(north, 3)
        )
        if code not in seen
    ]
    low, high = np.percentile(points, 5, axis=0), np.percentile(points, 95, axis=0)
    for code in codes:
        crs = CRS.from_epsg(code)
        box = _project_box(crs, (west, south, east, north))
        if not np.isfinite(box).all():
            continue
        for swapped in (False, True):
            a, b = (low[::-1], high[::-1]) if swapped else (low, high)
            if a[0] <= box[2] and box[0] <= b[0] and a[1] <= box[3] and box[1] <= b[1]:
                yield CrsPlacement(crs=crs, swapped=swapped)


def _project_box(crs: CRS, degrees: Bounds) -> Bounds:
    """The box of a box of degrees in a system, without any datum shift: looking shifts up takes longer than all the rest."""
    if crs.is_geographic:
        return degrees
    lon, lat = np.meshgrid(
        np.linspace(degrees[0], degrees[2], 5), np.linspace(degrees[1], degrees[3], 5)
    )
    try:
        x, y = Proj(crs)(lon.ravel(), lat.ravel())
    except ProjError:  # a projection that PROJ knows by no formula of its own
        return np.nan, np.nan, np.nan, np.nan
    return float(np.min(x)), float(np.min(y)), float(np.max(x)), float(np.max(y))


@lru_cache(maxsize=8)
def _projected_codes(west: float, south: float, east: float, north: float) -> tuple[int, ...]:
    area = AreaOfInterest(west, south, east, north)
    found = query_crs_info("EPSG", PJType.PROJECTED_CRS, area_of_interest=area, contains=True)
    return tuple(sorted(int(one.code) for one in found))


def _score_placement(
    points: Points, placing: CrsPlacement, target: CRS, land: shapely.Geometry
) -> tuple[CrsPlacement, Points]:
    """The placing with its overlap: the greater of the share of points on the land and the share of land among the points."""
    x, y = transform_points(placing.crs, target, *(points.T[::-1] if placing.swapped else points.T))
    good = np.isfinite(x) & np.isfinite(y)
    inside = shapely.contains_xy(land, x[good], y[good])
    hull = (
        shapely.convex_hull(shapely.multipoints(np.column_stack([x[good], y[good]])))
        if good.sum()
        else None
    )
    share = (
        shapely.area(geos.intersection(hull, land)) / shapely.area(land)
        if hull is not None
        else 0.0
    )
    overlap = max(float(inside.sum()) / len(points), float(share))
    middle = np.array([np.median(x[good]), np.median(y[good])]) if good.any() else np.zeros(2)
    return CrsPlacement(crs=placing.crs, swapped=placing.swapped, overlap=overlap), middle


def count_meeting_rows(boxes: Points, placing: CrsPlacement, target: CRS, land: Bounds) -> int:
    """Count the rows of which the box (n × 4, as in the file) meets the box of the land under a placing."""
    if placing.swapped:
        boxes = boxes[:, [1, 0, 3, 2]]
    x0, y0 = transform_points(placing.crs, target, boxes[:, 0], boxes[:, 1])
    x1, y1 = transform_points(placing.crs, target, boxes[:, 2], boxes[:, 3])
    good = np.isfinite([x0, y0, x1, y1]).all(axis=0)
    west, south, east, north = (
        np.minimum(x0, x1),
        np.minimum(y0, y1),
        np.maximum(x0, x1),
        np.maximum(y0, y1),
    )
    met = (west <= land[2]) & (east >= land[0]) & (south <= land[3]) & (north >= land[1])
    return int((good & met).sum())


def transform_points(source: CRS, target: CRS, x: Points, y: Points) -> tuple[Points, Points]:
    """Transform coordinates, x east and y north on both sides."""
    return _make_transformer(source, target).transform(x, y)


def _transform_bounds(source: CRS, target: CRS, bounds: tuple[float, ...]) -> Bounds:
    x0, y0, x1, y1 = bounds
    return _make_transformer(source, target).transform_bounds(x0, y0, x1, y1)


@lru_cache(maxsize=256)
def _make_transformer(source: CRS, target: CRS) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def _is_modern(crs: CRS) -> bool:
    """Whether a system stands on WGS84 or CGCS2000, which agree within centimetres."""
    datum = crs.geodetic_crs.datum if crs.geodetic_crs is not None else None
    return datum is not None and any(name in datum.name.replace("_", " ") for name in _MODERN)


def is_ballpark(source: CRS, target: CRS) -> bool:
    """Whether PROJ knows no datum shift between two systems and passes coordinates as if there were none."""
    if source.geodetic_crs == target.geodetic_crs or (_is_modern(source) and _is_modern(target)):
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # grids that PROJ could download are no matter here
        best = TransformerGroup(source, target, always_xy=True).transformers
    return bool(best) and "Ballpark" in best[0].description
