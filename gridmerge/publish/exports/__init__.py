"""A finished output folder → one file or database for others, without rebuilding.

Comes in: OUT, where to write, and how: profile, coordinates, audience. Goes out: the unified grids in that format, and notes
on what the format could not hold.
"""

from __future__ import annotations

from gridmerge.publish.exports.export import Exported, export
from gridmerge.publish.exports.options import AUDIENCES, COORDS, PROFILES, ExportOptions

__all__ = ["AUDIENCES", "COORDS", "PROFILES", "ExportOptions", "Exported", "export"]
