"""The two shifted datums of Chinese web maps, GCJ-02 and BD-09, forward and back, in degrees and in numpy.

Both are published approximations of an unpublished rule; every map service uses them alike. WGS84 and CGCS2000 agree
within centimetres and count as one here.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gridmerge.geo.datum import Datum

Degrees = NDArray[np.float64]
Shift = Callable[[Degrees, Degrees], tuple[Degrees, Degrees]]

# Krassowsky ellipsoid: semi-major axis in metres, and squared eccentricity.
_A = 6378245.0
_E2 = 0.006693421622965943
_BD = np.pi * 3000.0 / 180.0
# West, south, east, north: outside it the services leave coordinates alone.
_BOX = (72.004, 0.8293, 137.8347, 55.8271)
# Each fixed-point round gains more than two digits; twelve end at rounding error.
_ROUNDS = 12


def in_china(lon: Degrees, lat: Degrees) -> NDArray[np.bool_]:
    """Tell which coordinates (degrees) are in the box where the services shift."""
    west, south, east, north = _BOX
    return (lon > west) & (lon < east) & (lat > south) & (lat < north)


def wgs84_to_gcj02(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Shift WGS84 degrees to GCJ-02."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    wave = (20 * np.sin(6 * x * np.pi) + 20 * np.sin(2 * x * np.pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave
    north += (20 * np.sin(y * np.pi) + 40 * np.sin(y / 3 * np.pi)) * 2 / 3
    north += (160 * np.sin(y / 12 * np.pi) + 320 * np.sin(y * np.pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave
    east += (20 * np.sin(x * np.pi) + 40 * np.sin(x / 3 * np.pi)) * 2 / 3
    east += (150 * np.sin(x / 12 * np.pi) + 300 * np.sin(x / 30 * np.pi)) * 2 / 3
    phi = np.radians(lat)
    magic = 1 - _E2 * np.sin(phi) ** 2
    per_lat = np.pi / 180 * _A * (1 - _E2) / magic**1.5  # metres a degree
    per_lon = np.pi / 180 * _A / np.sqrt(magic) * np.cos(phi)
    inside = in_china(lon, lat)
    shifted_lon = np.where(inside, lon + east / per_lon, lon)
    shifted_lat = np.where(inside, lat + north / per_lat, lat)
    return shifted_lon, shifted_lat


def wgs84_to_bd09(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Shift WGS84 degrees to BD-09."""
    x, y = wgs84_to_gcj02(lon, lat)
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _BD)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BD)
    shifted_lon = radius * np.cos(angle) + 0.0065
    shifted_lat = radius * np.sin(angle) + 0.006
    return shifted_lon, shifted_lat


SHIFTS: dict[Datum, Shift] = {"gcj02": wgs84_to_gcj02, "bd09": wgs84_to_bd09}


def datum_to_wgs84(datum: Datum, lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Return WGS84 degrees for coordinates in `datum`, exact to less than a micrometre.

    Parameters
    ----------
    datum
        ``gcj02`` or ``bd09``; ``wgs84`` returns what came.
    lon, lat
        Degrees.
    """
    if datum == "wgs84":
        return lon, lat
    forward = SHIFTS[datum]
    x, y = lon, lat
    for _ in range(_ROUNDS):
        there_x, there_y = forward(x, y)
        x, y = x + (lon - there_x), y + (lat - there_y)
    return x, y
