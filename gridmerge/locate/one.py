"""One place, looked up."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gridmerge.errors import PlaceError
from gridmerge.placeindex import PlaceIndex

if TYPE_CHECKING:
    from gridmerge.config import Datum  # pydantic stands behind it: too heavy for one look-up

NEAR_LINE_M = 20.0  # the usual error of a phone's position; nearer than this the neighbour may be meant


@dataclass(frozen=True, kw_only=True)
class Answer:
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
    """

    grid: dict[str, Any] | None
    departments: tuple[dict[str, str], ...]
    near_line_m: float

    @property
    def near_line(self) -> bool:
        """True where the neighbouring grid may be meant."""
        return self.near_line_m <= NEAR_LINE_M


def locate_one(out: str | Path, lon: float, lat: float, datum: Datum = "wgs84") -> Answer:
    """Tell which grid a place lies in, and whose it is.

    Parameters
    ----------
    out
        The folder of a finished build.
    lon, lat
        Degrees.
    datum
        What they are in: ``wgs84`` (= CGCS2000), ``gcj02`` or ``bd09``.

    Raises
    ------
    OutputError
        The folder has no index of places.
    PlaceError
        The numbers are no longitude and latitude.
    """
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        hint = (
            ("；是否把两者写反了？", "; are they swapped?") if -90 <= lon <= 90 and -180 <= lat <= 180 else ("。", ".")
        )
        raise PlaceError(
            f"{lon:g}, {lat:g} 不是经度和纬度（先经度，后纬度，单位为度）{hint[0]}",
            f"{lon:g}, {lat:g} is no longitude and latitude (longitude first, in degrees){hint[1]}",
        )
    index = PlaceIndex(Path(out))
    lons, lats = undo(datum, np.array([lon]), np.array([lat]))
    located = index.locate_one(index.project(lons, lats)[0])
    inside = located.grid[0] >= 0
    sources = index.about["sources"]
    return Answer(
        grid=index.about["grids"][located.grid[0]] if inside else None,
        departments=tuple(sources[number] for number in index.about["claims"][located.face[0]]) if inside else (),
        near_line_m=round(float(located.near_line_m[0]), 1),
    )


def undo(datum: Datum, lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return degrees of WGS84 for degrees of any datum."""
    if datum == "wgs84":
        return lon, lat
    # the room that knows the shifts is heavy to import, and most look-ups need none
    from gridmerge.datum import undo as shift_back  # noqa: PLC0415

    return shift_back(datum, lon, lat)
