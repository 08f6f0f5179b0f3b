"""Pure shapely and numpy helpers that more than one room needs."""

from __future__ import annotations
