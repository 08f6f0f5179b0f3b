"""Where a face could be cut: along the line of a network whose drawing was not followed when the lines were agreed."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import shapely

from gridmerge.geo import geos
from gridmerge.i18n.text import Text
from gridmerge.model import Layer

MIN_SPLIT_SHARE = 0.05  # share of the face that the smaller part must have: less is a drawing error along the rim, no cut


def split_along(face: shapely.Polygon, layers: Iterable[Layer]) -> Text | None:
    """The layer whose own line cuts the face most evenly, as a remedy in words; None where no line runs through it.

    Parameters
    ----------
    face
        In the working CRS.
    layers
        As cleaned, before lines are agreed; road and river layers count too.
    """
    best: tuple[float, str, Text] | None = None
    shapely.prepare(face)
    for layer in layers:
        smaller = _second_part(face, layer)
        if smaller >= MIN_SPLIT_SHARE and (best is None or (-smaller, layer.key) < best[:2]):
            percent = round(100 * smaller)
            said = Text(
                f"沿“{layer.title}”在该最小面内的界线切开（面积约 {percent}% 与 {100 - percent}%）",
                f"cut it along the line of {layer.key} inside it (about {percent} % and {100 - percent} % of its area)",
            )
            best = (-smaller, layer.key, said)
    return None if best is None else best[2]


def _second_part(face: shapely.Polygon, layer: Layer) -> float:
    """Share of the face in the second largest of the parts that the layer's lines leave of it."""
    near = np.asarray(layer.frame.geometry.values)
    near = near[shapely.intersects(face, near)]
    lines = near if layer.spec.role == "barrier" else shapely.boundary(near)
    inside = geos.intersection(face, lines)
    inside = inside[shapely.length(inside) > 0]
    if not len(inside):
        return 0.0
    network = geos.union_all([*inside, shapely.boundary(face)])
    parts = shapely.get_parts(geos.polygonize_lines(shapely.get_parts(network)))
    areas = np.sort(shapely.area(parts))
    return float(areas[-2] / face.area) if len(areas) > 1 else 0.0
