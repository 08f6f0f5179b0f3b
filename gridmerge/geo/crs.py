"""Coordinate systems as more than one room needs them."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer

_WGS84 = CRS.from_epsg(4326)
_CODE = re.compile(r"EPSG:\d+", re.I)
# Degrees.
MAX_LON = 180
MAX_LAT = 90


@cache
def authority_code(crs: CRS) -> str:
    """Return the code of a CRS, such as ``EPSG:4544``; "" where it is exactly that of none.

    PROJ compares a system with all it knows to find its code, which takes longer than reading a small file: a
    system that was made from its code is not compared.
    """
    if _CODE.fullmatch(crs.srs):
        return crs.srs.upper()
    code = crs.to_authority(min_confidence=100)
    return ":".join(code) if code else ""


@cache
def lonlat_transformer(crs: CRS) -> Transformer:
    """Transformer from a working CRS to longitude and latitude, x first.

    CGCS2000 and WGS84 are one for our purposes (they differ by centimetres), so a CGCS2000 system goes to its own
    longitudes and latitudes: no datum shift that one PROJ knows and another does not.
    """
    datum = crs.geodetic_crs
    same = datum is not None and "China 2000" in str(datum.datum)
    target = datum if same else _WGS84
    return Transformer.from_crs(crs, target, always_xy=True)


def mostly_degrees(shapes: NDArray[np.object_]) -> bool:
    """Whether most shapes have coordinates of the size of longitudes and latitudes, or there are none.

    By the middles of their boxes: one slip of the pen must not decide for all.
    """
    box = shapely.bounds(shapes)
    corner, opposite = box[:, :2], box[:, 2:]
    x, y = np.abs(corner + opposite).T / 2
    given = np.isfinite(x) & np.isfinite(y)
    in_range = given & (x <= MAX_LON) & (y <= MAX_LAT)
    return 2 * int(in_range.sum()) > int(given.sum()) or not given.any()
