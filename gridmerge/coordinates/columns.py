"""Columns of a table → its places: which columns are a pair, in which datum, and what each row says.

Longitude and latitude are chosen together: the columns of a pair are called alike, so that the longitude of one datum never
meets the latitude of another.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridmerge.coordinates.cells import MAX_COORDINATE_M, parse_coordinate, parse_coordinate_pair
from gridmerge.coordinates.parts import part_columns
from gridmerge.geo.datum import Datum
from gridmerge.tabular.cell_values import parse_numbers

Numbers = NDArray[np.float64]

# What names and headers call a datum, in half-width small letters, with underscores for blanks and marks.
_CALLED: dict[Datum, str] = {
    "bd09": r"bd[-_]?09(?:ll)?|百度(?:地图)?(?:坐标系?)?|baidu(?:map)?|^bd(?=_?(?:lng|lon|lat|x|y))",
    "gcj02": r"gcj[-_]?(?:02)?|火星(?:坐标系?)?|国测局|高德(?:地图)?(?:坐标系?)?|amap|gaode|autonavi|腾讯(?:地图)?(?:坐标系?)?|tencent",
    "wgs84": r"wgs[-_]?(?:84)?|cgcs[-_]?(?:2000)?|国家2000|大地2000|2000国家|2000坐标系?|天地图|tianditu|gps|北斗",
}
# A file's name is told for other reasons too: 百度小区.csv may hold anything, 百度坐标.csv says what it holds.
_IN_FILE_NAMES: dict[Datum, str] = {
    "bd09": r"bd[-_]?09|百度坐标",
    "gcj02": r"gcj[-_]?02|火星坐标|高德坐标|腾讯坐标",
    "wgs84": r"wgs[-_]?84|cgcs[-_]?2000",
}
# Pairs of names for (east, north); the first family that a name belongs to counts.
_FAMILIES: tuple[tuple[str, str], ...] = (
    (
        r"longitude|longtitude|(?<![a-z])(?:long|lon|lng)(?![a-z])",
        r"latitude|(?<![a-z])lat(?![a-z])",
    ),
    (r"经度|东经|西经|jingdu|(?<![a-z])jd(?![a-z])", r"纬度|北纬|南纬|weidu|(?<![a-z])wd(?![a-z])"),
    (r"横坐标|东坐标|东向坐标|easting", r"纵坐标|北坐标|北向坐标|northing"),
    (
        r"pointx|x_?coord(?:inate)?|coord_?x|(?<![a-z])x(?![a-z])",
        r"pointy|y_?coord(?:inate)?|coord_?y|(?<![a-z])y(?![a-z])",
    ),
)
_SIMPLE = r"[+-]?\d{1,8}(?:\.\d+)?"  # nearly all cells of most tables
_DEGREES = (0, 1)  # families whose names say longitude and latitude
# what may stand beside the word for the axis and tells nothing
_WORN = re.compile(r"坐标|数值|_|(?<![a-z])[xy](?![a-z])")
_SINGLE = re.compile(
    r"经纬|坐标|lng[-_]?lat|lon[-_]?lat|lat[-_]?lng|lat[-_]?lon|coord|location|position|point|gps|(?<![a-z])xy(?![a-z])|定位|位置|点位"
)
_ORNAMENT = re.compile(r"[\s_.:：*/、()（）\[\]【】°]+")
_COUNTRY_BOX = (73.0, 3.0, 136.0, 54.0)  # degrees: west, south, east, north of the country
_SAMPLE_ROWS = 1000  # rows, spread over the table, that tell whether a column holds places
# Metres or degrees that two ways to write one place may differ by: a figure rounded, seconds instead of decimals.
_ROUNDED, _ROUNDED_DEGREES = 10.0, 1e-4
_MOSTLY = 0.5  # of the rows that are filled: what reads less often holds something else
# of the rows the best pair reads: a pair that reads so many may be preferred for its datum
_NEARLY = 0.8


@dataclass(frozen=True, kw_only=True)
class CoordinateColumns:
    """The columns that hold the place of a row.

    Parameters
    ----------
    lon, lat
        Their names; the same where one column holds both coordinates.
    datum
        What the header says, or None.
    beside
        Other pairs that might as well be meant and say other places, as messages call them.
    """

    lon: str
    lat: str
    datum: Datum | None = None
    beside: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """As messages call them."""
        return self.lon if self.lon == self.lat else f"{self.lon}, {self.lat}"


@dataclass(frozen=True, kw_only=True)
class ParsedPlaces:
    """What the rows of a table say.

    Parameters
    ----------
    x, y
        East and north as far as the header or the cells tell, in the unit they are written in; NaN without a place.
    unread
        Rows that are filled and cannot be read.
    turned
        Whether most rows say the latitude first and all such were turned round.
    """

    x: Numbers
    y: Numbers
    unread: NDArray[np.bool_]
    turned: bool = False

    @property
    def degrees(self) -> NDArray[np.bool_]:
        """Which rows are longitude and latitude by their size."""
        return np.asarray((np.abs(self.x) <= 180) & (np.abs(self.y) <= 90))


def said_datum(text: str) -> Datum | None:
    """Return the datum that a column's name says: 高德经度, lng_bd09, 经度(WGS84)."""
    return _match_datum(_normalize_name(text), _CALLED)


def file_datum(stem: str) -> Datum | None:
    """Return the datum that a file's name says: 企业_gcj02, 小区（百度坐标）."""
    return _match_datum(_normalize_name(stem), _IN_FILE_NAMES)


def title_datum(title: str) -> Datum | None:
    """Return the datum that a sheet's name or the titles above a table say: 建筑物（百度坐标）; None where they say two."""
    bare = _normalize_name(title)
    said = [datum for datum, words in _IN_FILE_NAMES.items() if re.search(words, bare)]
    return said[0] if len(said) == 1 else None


def find_coordinate_columns(frame: pd.DataFrame) -> CoordinateColumns | None:
    """Return the columns that hold the places of a table, told by their names and proven by their cells.

    Parameters
    ----------
    frame
        The table; a column of geometry is no candidate.

    Returns
    -------
    Columns or None
        Of several pairs the one in WGS84, else without a datum, else the first, among those that can be read in nearly
        as many rows as any other. One column for both only where there is no pair.
    """
    names = [str(name) for name, kind in frame.dtypes.items() if str(kind) != "geometry"]
    in_parts = {name for three in (part_columns(names) or {}).values() for name in three}
    names = [name for name in names if name not in in_parts]
    spread = frame.iloc[:: max(1, len(frame) // _SAMPLE_ROWS)]
    for candidates in (
        list(_pair_columns(names)),
        [_single_column(name) for name in names if _SINGLE.search(_normalize_name(name))],
    ):
        share = {columns: _readable_share(spread, columns) for columns in candidates}
        sure = [
            one
            for one in candidates
            if share[one] > _MOSTLY or (_has_degree_names(one) and share[one] >= 0)
        ]
        best = max((share[one] for one in sure), default=0.0)
        if sure:
            chosen = min(
                (one for one in sure if share[one] >= _NEARLY * best), key=_datum_preference
            )
            return replace(chosen, beside=_rival_labels(spread, chosen, sure))
    return None


def _rival_labels(
    frame: pd.DataFrame, chosen: CoordinateColumns, others: Iterable[CoordinateColumns]
) -> tuple[str, ...]:
    """The other pairs of the same kind and datum that say other places: 起点经度 and 终点经度, or a pair that stands twice."""
    kind = chosen.datum, _has_degree_names(chosen)
    alike = [one for one in others if one != chosen and (one.datum, _has_degree_names(one)) == kind]
    here = read_places(frame, chosen)
    return tuple(one.label for one in alike if _places_differ(here, read_places(frame, one)))


def _places_differ(here: ParsedPlaces, there: ParsedPlaces) -> bool:
    """Whether two readings differ in a row by more than figures are rounded."""
    apart = np.fmax(np.abs(here.x - there.x), np.abs(here.y - there.y))
    near = np.where(here.degrees, _ROUNDED_DEGREES, _ROUNDED)
    return bool((apart > near).any())


def holds_places(column: pd.Series) -> bool:
    """Whether most cells of a column say a place each."""
    return (
        _readable_share(
            pd.DataFrame({"place": column}), CoordinateColumns(lon="place", lat="place")
        )
        > _MOSTLY
    )


def columns_by_name(lon: str, lat: str) -> CoordinateColumns:
    """Return the columns that the project file names, with the datum their names say."""
    said = {said_datum(lon), said_datum(lat)}
    return CoordinateColumns(lon=lon, lat=lat, datum=said.pop() if len(said) == 1 else None)


def read_places(frame: pd.DataFrame, columns: CoordinateColumns) -> ParsedPlaces:
    """Read the places of a table, each row by itself."""
    if columns.lon == columns.lat:
        return _read_single(frame[columns.lon])
    (x, its), (y, others) = _parse_column(frame[columns.lon]), _parse_column(frame[columns.lat])
    x, y = _unpack_degrees(x, y, columns)
    filled = _filled_rows(frame[columns.lon]) | _filled_rows(frame[columns.lat])
    turned_row = (its == "lat") | (others == "lon")
    turned = bool(turned_row.sum() * 2 > filled.sum() > 0)
    wrong = (turned_row != turned) & ((its != "") | (others != ""))
    x, y = (y, x) if turned else (x, y)
    lost = wrong | ~(np.isfinite(x) & np.isfinite(y))
    return ParsedPlaces(
        x=np.where(lost, np.nan, x),
        y=np.where(lost, np.nan, y),
        unread=filled & lost,
        turned=turned,
    )


def _read_single(column: pd.Series) -> ParsedPlaces:
    x, y, open_ = _parse_pairs(column)
    # the order of a file is what most of its cells can only mean; the rest is judged against the land
    latitude_first = (np.abs(x) <= 90) & (np.abs(y) > 90) & (np.abs(y) <= 180)
    turned_rows = int((open_ & latitude_first).sum())
    turned = bool(2 * turned_rows > open_.sum() > 0)
    if turned:
        x, y = np.where(open_, y, x), np.where(open_, x, y)
    return ParsedPlaces(x=x, y=y, unread=_filled_rows(column) & np.isnan(x), turned=turned)


def _parse_pairs(column: pd.Series) -> tuple[Numbers, Numbers, NDArray[np.bool_]]:
    """Both numbers of each cell, NaN where it holds no pair, and whether it leaves their order open."""
    x, y = np.full(len(column), np.nan), np.full(len(column), np.nan)
    open_ = np.zeros(len(column), dtype=bool)
    for row, cell in enumerate(column):
        pair = parse_coordinate_pair(cell) if isinstance(cell, str) else None
        if pair is not None:
            x[row], y[row], says_order = pair
            open_[row] = not says_order
    return x, y, open_


def _parse_column(column: pd.Series) -> tuple[Numbers, NDArray[np.str_]]:
    """The number of each cell, NaN where it says none, and the axis it says itself."""
    plain = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
    if plain:
        values = parse_numbers(column).to_numpy(dtype=float)
        return np.where(np.abs(values) < MAX_COORDINATE_M, values, np.nan), np.full(len(values), "")
    simple = column.astype("str").str.fullmatch(_SIMPLE).to_numpy(dtype=bool)
    values, axes = np.full(len(column), np.nan), np.full(len(column), "", dtype="<U3")
    values[simple] = column[simple].astype(float)
    for row in np.flatnonzero(~simple):  # few, or a column of degrees and minutes
        cell = column.iloc[row]
        read_ = None if cell is None else parse_coordinate(cell)
        if read_ is not None:
            values[row], axes[row] = read_
    return values, axes


def _filled_rows(column: pd.Series) -> NDArray[np.bool_]:
    given = column.notna().to_numpy(dtype=bool)
    if column.dtype == object:
        return np.asarray(
            given
            & np.array(
                [not isinstance(cell, str) or bool(cell.strip()) for cell in column], dtype=bool
            )
        )
    return np.asarray(given)


def _unpack_degrees(x: Numbers, y: Numbers, columns: CoordinateColumns) -> tuple[Numbers, Numbers]:
    """Read 1034512.3 and 293336 as degrees, minutes and seconds, where nearly all rows can only be that.

    No projected pair looks so: where one number is an easting, the other is a northing of more than two million.
    """
    if not _has_degree_names(columns):
        return x, y
    packed = [
        _of_packed(x, _COUNTRY_BOX[0], _COUNTRY_BOX[2]),
        _of_packed(y, _COUNTRY_BOX[1], _COUNTRY_BOX[3]),
    ]
    both, given = np.isfinite(packed[0]) & np.isfinite(packed[1]), np.isfinite(x) & np.isfinite(y)
    if both.sum() <= _NEARLY * given.sum() or not given.any():
        return x, y
    return np.where(both, packed[0], x), np.where(both, packed[1], y)


def _of_packed(values: Numbers, least: float, most: float) -> Numbers:
    with np.errstate(invalid="ignore"):
        degrees, rest = np.divmod(values, 10_000)
        minutes, seconds = np.divmod(rest, 100)
        value = degrees + minutes / 60 + seconds / 3600
        good = (minutes < 60) & (seconds < 60) & (value >= least) & (value <= most)
    return np.where(good, value, np.nan)


def _pair_columns(names: Iterable[str]) -> Iterable[CoordinateColumns]:
    """Every two columns that are called alike but for the axis."""
    north: dict[tuple[int, str, Datum | None], str] = {}
    east: dict[tuple[int, str, Datum | None], str] = {}
    for name in names:
        datum, bare = said_datum(name), _without_datum(_normalize_name(name))
        family, axis, stem = _name_family(bare)
        if axis:
            {"east": east, "north": north}[axis].setdefault((family, stem, datum), name)
    for key, name in sorted(east.items(), key=lambda item: (item[0][0], len(item[0][1]))):
        if key in north:
            yield CoordinateColumns(lon=name, lat=north[key], datum=key[2])
            continue
        half = [
            other
            for other in north
            if other[:2] == key[:2] and other not in east and None in (key[2], other[2])
        ]
        if half:  # 高德经度 beside 纬度: one datum is said, and no other pair claims either
            yield CoordinateColumns(lon=name, lat=north[half[0]], datum=key[2] or half[0][2])


def _name_family(bare: str) -> tuple[int, str, str]:
    """Which family of names a column belongs to, which axis it is, and what else its name says."""
    for number, words in enumerate(_FAMILIES):
        for axis, word in zip(("east", "north"), words, strict=True):
            hit = re.search(word, bare)
            if hit:
                return number, axis, _WORN.sub("", bare[: hit.start()] + bare[hit.end() :])
    return len(_FAMILIES), "", bare


def _single_column(name: str) -> CoordinateColumns:
    return CoordinateColumns(lon=name, lat=name, datum=said_datum(name))


def _datum_preference(columns: CoordinateColumns) -> int:
    order: tuple[Datum | None, ...] = ("wgs84", None, "gcj02", "bd09")
    return order.index(columns.datum)


def _has_degree_names(columns: CoordinateColumns) -> bool:
    """Whether the names say longitude and latitude: then cells that cannot be read are to be told, not passed over."""
    return (
        columns.lon != columns.lat
        and _name_family(_without_datum(_normalize_name(columns.lon)))[0] in _DEGREES
    )


def _readable_share(frame: pd.DataFrame, columns: CoordinateColumns) -> float:
    """Share of the filled rows that can be read; -1 where none is filled."""
    read_ = np.isfinite(read_places(frame, columns).x)
    filled = _filled_rows(frame[columns.lon]) | _filled_rows(frame[columns.lat])
    return float(read_.sum() / filled.sum()) if filled.any() else -1.0


def _normalize_name(name: str) -> str:
    return _ORNAMENT.sub("_", unicodedata.normalize("NFKC", name).casefold()).strip("_")


def _match_datum(bare: str, called: dict[Datum, str]) -> Datum | None:
    return next((datum for datum, words in called.items() if re.search(words, bare)), None)


def _without_datum(bare: str) -> str:
    for words in _CALLED.values():
        bare = re.sub(words, "", bare)
    return bare
