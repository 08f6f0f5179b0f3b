"""Pure shapely and numpy helpers that more than one room needs."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import shapely
from pyproj import CRS, Transformer

_WGS84 = CRS.from_epsg(4326)
_CODE = re.compile(r"EPSG:\d+", re.I)
FINE_GRIDS_M = (1e-6, 1e-4, 1e-3)  # finest first: each step moves vertices less than the working CRS means anything


def robust_intersection(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the pairwise intersections, also where GEOS stumbles over near-coincident lines.

    Parameters
    ----------
    a, b
        Geometries of one length, in metres.
    """
    try:
        return np.asarray(shapely.intersection(a, b), dtype=object)
    except shapely.errors.GEOSException:
        # one bad pair must not cost the others: pair by pair, on ever coarser precision grids
        return np.array([_stubborn_intersection(one, other) for one, other in zip(a, b, strict=True)], dtype=object)


def _stubborn_intersection(a: shapely.Geometry, b: shapely.Geometry) -> shapely.Geometry:
    for grid in (None, *FINE_GRIDS_M):
        try:
            return shapely.intersection(a, b, grid_size=grid)
        except shapely.errors.GEOSException:
            continue
    return shapely.intersection(shapely.make_valid(a), shapely.make_valid(b), grid_size=FINE_GRIDS_M[-1])


@cache
def authority(crs: CRS) -> str:
    """Return the code of a CRS, such as ``EPSG:4544``; "" where it is exactly that of none.

    PROJ compares a system with all it knows to tell its code, which takes longer than reading a small file: one that was made
    from its code is not asked.
    """
    if _CODE.fullmatch(crs.srs):
        return crs.srs.upper()
    code = crs.to_authority(min_confidence=100)
    return ":".join(code) if code else ""


@cache
def lonlat(crs: CRS) -> Transformer:
    """Transformer from a working CRS to longitude and latitude, x first.

    CGCS2000 and WGS84 are one for our purposes (they differ by centimetres), so a CGCS2000 system goes to its own
    longitudes and latitudes: no datum shift that one PROJ knows and another does not.
    """
    datum = crs.geodetic_crs
    same = datum is not None and "China 2000" in str(datum.datum)
    return Transformer.from_crs(crs, datum if same else _WGS84, always_xy=True)
