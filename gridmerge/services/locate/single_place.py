"""One place, looked up."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pyproj import CRS
from pyproj.exceptions import CRSError

from gridmerge.errors import InputError, PlaceError
from gridmerge.geo.crs import lonlat_transformer
from gridmerge.geo.place_index import PlaceIndex
from gridmerge.i18n.text import Text

if TYPE_CHECKING:
    from gridmerge.geo.datum import Datum  # pydantic stands behind it: too heavy for one look-up

# the usual error of a phone's position; nearer than this the neighbour may be meant
NEAR_LINE_M = 20.0
# How many codes an error lists.
MAX_LISTED = 5


@dataclass(frozen=True, kw_only=True)
class PlaceAnswer:
    """What is known of a place.

    Parameters
    ----------
    grid
        grid_code, grid_name, grid_type, village_code, village_name, leader, members (each member_id, name, duty, phone);
        None outside the township.
    departments
        The departmental grids that claim the place: layer, title, source_id, name, holder.
    near_line_m
        Metres to the nearest line of a grid; outside, to the township.
    matter
        Where one was asked about: matter_code, matter, lead, cooperating, lead_contact (whom to call there; "" outside).
    """

    grid: dict[str, Any] | None
    departments: tuple[dict[str, str], ...]
    near_line_m: float
    matter: dict[str, str] | None = None

    @property
    def near_line(self) -> bool:
        """True where the neighbouring grid may be meant."""
        return self.near_line_m <= NEAR_LINE_M


def locate_one(
    out: str | Path,
    lon: float,
    lat: float,
    datum: Datum = "wgs84",
    *,
    crs: str | None = None,
    matter: str | None = None,
) -> PlaceAnswer:
    """Tell which grid a place lies in, and whose it is.

    Parameters
    ----------
    out
        The folder of a finished build.
    lon, lat
        Degrees; or x (east) and y (north) of `crs`.
    datum
        What they are in: ``wgs84`` (= CGCS2000), ``gcj02`` or ``bd09``.
    crs
        Such as ``EPSG:4544``, where they are no degrees.
    matter
        Code or name of a matter of the list: who leads it is told.

    Raises
    ------
    OutputError
        The folder has no index of places.
    PlaceError
        The numbers are no longitude and latitude, or the CRS is not known.
    InputError
        There is no such matter.
    """
    if crs is not None:
        lon, lat = _to_degrees(crs, lon, lat)
    _refuse_no_degrees(lon, lat)
    index = PlaceIndex(Path(out))
    lons, lats = degrees_to_wgs84(datum, np.array([lon]), np.array([lat]))
    located = index.locate_one(index.project(lons, lats)[0])
    grid = int(located.grid[0])
    found, departments = None, ()
    if grid >= 0:
        found = index.about["grids"][grid]
        departments = _list_claims(index, located.face[0])
    return PlaceAnswer(
        grid=found,
        departments=departments,
        near_line_m=round(float(located.near_line_m[0]), 1),
        matter=None if matter is None else _require_matter(index, matter, grid),
    )


def _refuse_no_degrees(lon: float, lat: float) -> None:
    if -180 <= lon <= 180 and -90 <= lat <= 90:
        return
    hint = Text("。", ".")
    if -90 <= lon <= 90 and -180 <= lat <= 180:
        hint = Text("；是否把两者写反了？", "; are they swapped?")
    raise PlaceError(
        f"{lon:g}, {lat:g} 不是经度和纬度（先经度，后纬度，单位为度）{hint.zh}",
        f"{lon:g}, {lat:g} is no longitude and latitude (longitude first, in degrees){hint.en}",
    )


def _list_claims(index: PlaceIndex, face: int) -> tuple[Any, ...]:
    """The departmental grids that claim a face."""
    sources = index.about["sources"]
    return tuple(sources[number] for number in index.about["claims"][face])


def _require_matter(index: PlaceIndex, wanted: str, grid: int) -> dict[str, str]:
    found = find_matter(index, wanted, grid)
    if found is None:
        hint = _suggest_codes(list(index.about.get("matters", {})))
        raise InputError(
            f"事项清单中没有 {wanted}；{hint.zh}",
            f"there is no matter {wanted}; {hint.en}",
        )
    return found


def _suggest_codes(codes: list[str]) -> Text:
    if not codes:
        return Text(
            "该成果没有事项清单（项目文件的 [matters]）。",
            "this build has no list of matters ([matters] of the project file).",
        )
    some = "、".join(codes[:MAX_LISTED])
    if len(codes) > MAX_LISTED:
        some += " …"
    return Text(f"编码如 {some}。", f"codes are {some}.")


def find_matter(index: PlaceIndex, wanted: str, grid: int) -> dict[str, str] | None:
    """Return a matter, by code or name, with whom to call for it in a grid (-1: outside); None where it is not listed."""
    matters: dict[str, dict[str, str]] = index.about.get("matters", {})
    by_name = (row for row in matters.values() if row["matter"] == wanted)
    matter = matters.get(wanted) or next(by_name, None)
    if matter is None:
        return None
    contacts: list[str] = index.about["contacts"].get(matter["lead"], [])
    return {**matter, "lead_contact": contacts[grid] if grid >= 0 and contacts else ""}


def _to_degrees(crs: str, x: float, y: float) -> tuple[float, float]:
    try:
        lon, lat = lonlat_transformer(CRS.from_user_input(crs)).transform(x, y)
    except CRSError as error:
        raise PlaceError(
            f"坐标系 {crs} 不认识；请写 EPSG 代码，如 EPSG:4544。",
            f"the CRS {crs} is not known; give an EPSG code, such as EPSG:4544.",
        ) from error
    return float(lon), float(lat)


def degrees_to_wgs84(
    datum: Datum, lon: np.ndarray, lat: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return degrees of WGS84 for degrees of any datum."""
    if datum == "wgs84":
        return lon, lat
    # the room that knows the shifts is heavy to import, and most look-ups need none
    from gridmerge.geo.gcj02 import datum_to_wgs84 as shift_back  # noqa: PLC0415

    return shift_back(datum, lon, lat)
