"""The villages as they are written: with every vertex that the lines inside them end in."""

from __future__ import annotations

from dataclasses import replace

from gridmerge.geo import geos
from gridmerge.model import Mosaic, Township


def add_village_nodes(township: Township, mosaic: Mosaic) -> Township:
    """Return the township with the lines of its villages as their faces have them.

    Where the line of a department ends in that of a village the faces have a vertex, on the millimetre grid of all vertices;
    villages without it would leave slivers beside their grids.

    Parameters
    ----------
    township
        As mended.
    mosaic
        Its faces tile the villages.
    """
    shapes = mosaic.faces.geometry.to_numpy()
    rows = mosaic.faces.groupby("village_code").indices
    villages = township.villages
    lines = [
        geos.coverage_union_all(shapes[rows[code]]) if code in rows else shape
        for code, shape in zip(villages["village_code"], villages.geometry, strict=True)
    ]
    return replace(township, villages=villages.set_geometry(lines, crs=villages.crs))
