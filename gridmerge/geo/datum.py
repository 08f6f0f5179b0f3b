"""The datums that coordinates on Chinese maps are in."""

from __future__ import annotations

from typing import Literal

Datum = Literal["wgs84", "gcj02", "bd09"]
