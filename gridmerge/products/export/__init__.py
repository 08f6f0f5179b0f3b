"""A finished output folder → one file or database for others, without rebuilding.

Comes in: OUT, where to write, and how: profile, coordinates, audience. Goes out: the unified grids in that format, and notes
on what the format could not hold.
"""

from __future__ import annotations

from gridmerge.products.export.formats import ExportResult, export_grids
from gridmerge.products.export.options import AUDIENCES, COORDS, PROFILES, ExportOptions

__all__ = ["AUDIENCES", "COORDS", "PROFILES", "ExportOptions", "ExportResult", "export_grids"]
