"""WGS84 → GCJ-02 → BD-09 by the publicly known formulas: kept apart from gridmerge's own, so that the two can be compared."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

AXIS = 6378245.0  # metres: Krasovsky 1940
FLATTENING_SQUARE = 0.00669342162296594323

Points = NDArray[np.float64]


def gcj02(lonlat: Points) -> Points:
    """Longitude and latitude in WGS84 → GCJ-02."""
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    x, y = lon - 105.0, lat - 35.0
    ripple = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    north = (
        -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x)) + ripple
    )
    north += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x)) + ripple
    east += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    phi = np.radians(lat)
    magic = 1 - FLATTENING_SQUARE * np.sin(phi) ** 2
    north = np.degrees(north / (AXIS * (1 - FLATTENING_SQUARE) / magic**1.5))
    east = np.degrees(east / (AXIS / np.sqrt(magic) * np.cos(phi)))
    return np.column_stack([lon + east, lat + north])


def bd09(lonlat: Points) -> Points:
    """Longitude and latitude in WGS84 → BD-09, by way of GCJ-02."""
    x, y = gcj02(lonlat).T
    turn = np.pi * 3000.0 / 180.0
    away = np.hypot(x, y) + 0.00002 * np.sin(y * turn)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * turn)
    return np.column_stack([away * np.cos(angle) + 0.0065, away * np.sin(angle) + 0.006])
