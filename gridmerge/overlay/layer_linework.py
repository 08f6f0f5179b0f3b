"""One layer ready for agreement: its polygons as drawn, its lines once each, and its standing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

import numpy as np
import shapely

from gridmerge.geo import geos
from gridmerge.geo.threads import map_threads
from gridmerge.model import Layer
from gridmerge.overlay.line_samples import LineSamples, sample_lines
from gridmerge.overlay.linework import Floats, Geometries, merge_polylines, strip_precision
from gridmerge.overlay.registration import LayerStanding

# precedence of layers whose rank the project does not set: evidence decides among them
UNRANKED_PRECEDENCE = 1_000_000


# of the township: a network that holds more land is meant to cover it
COVERAGE_SHARE = 0.5
# points over the township that stand for its land
TOWNSHIP_LATTICE_POINTS = 2000
# m: how far beside a line is looked for the layer's own land
SIDE_OFFSET_M = 0.5


@dataclass(frozen=True)
class LayerLinework:
    """One layer.

    Parameters
    ----------
    layer
        As mended.
    sources
        Its geometry, row by row.
    lines
        Its lines as polylines, each stretch once.
    sheet
        Samples along them.
    covers
        Whether its grids cover the township, or are estates here and there.
    outward
        By sample of `sample_lines`: 1 where the layer's land ends towards the normal, -1 where it ends the other way, 0 where it has
        land on both sides or on none. All 0 for networks that cover the township: nobody asks.
    """

    layer: Layer
    sources: Geometries
    lines: Geometries
    sheet: LineSamples
    covers: bool
    outward: Floats

    @property
    def key(self) -> str:
        """The layer's key."""
        return self.layer.key

    @property
    def role(self) -> str:
        """What the layer is for: grid, base, exclusive or barrier."""
        return self.layer.spec.role

    @property
    def weight(self) -> float:
        """The department's say."""
        return self.layer.spec.weight

    @property
    def precedence(self) -> int:
        """Smaller is not pulled by larger. Only a rank that the project sets is law; the catalogue's breaks ties."""
        if self.role == "base":
            return -1
        return (
            UNRANKED_PRECEDENCE
            if self.layer.spec.rank is None
            else round(1000 * self.layer.spec.rank)
        )

    @property
    def claims(self) -> bool:
        """Whether the layer claims land: a barrier's lines belong to nobody."""
        return self.role != "barrier"

    @property
    def content(self) -> tuple[float, bytes, str]:
        """A place among the layers that no name decides, unless two are drawn alike: the one with fewer lines comes first.

        What a network of few large grids has drawn, the finer ones mostly follow. The length of all lines changes little where a layer
        is corrected a little, so that ties stay settled as they were.
        """
        grids = np.sort(shapely.area(self.sources)).tobytes()
        lines = np.ascontiguousarray(shapely.get_coordinates(self.lines)).tobytes()
        return float(shapely.length(self.lines).sum()), blake2b(lines + grids).digest(), self.key


def prepare_linework(
    villages: Geometries, layers: Sequence[Layer], threads: int = 1
) -> list[LayerLinework]:
    """Return the layers that have anything near the township, in an order of content."""
    x0, y0, x1, y1 = shapely.total_bounds(villages)

    def near(geometry: Geometries) -> Geometries:
        box = shapely.bounds(geometry)
        return np.asarray(
            geometry[(box[:, 0] <= x1) & (box[:, 2] >= x0) & (box[:, 1] <= y1) & (box[:, 3] >= y0)]
        )

    spots = _point_tree(_lattice_points(villages))

    def draw(layer: Layer) -> LayerLinework | None:
        # rows in any order
        layer = replace(layer, frame=layer.frame.sort_values("source_id", ignore_index=True))
        sources = strip_precision(layer.frame.geometry.to_numpy())
        lines = near(merge_polylines(near(sources)))
        if len(lines) == 0:
            return None
        covers, samples = _covers_township(layer, sources, spots), sample_lines(lines)
        estates = not covers and layer.spec.role != "barrier"
        outward = _outward_sides(samples, sources) if estates else np.zeros(len(samples.xy))
        return LayerLinework(layer, sources, lines, samples, covers, outward)

    drawn = map_threads(draw, layers, threads)
    return sorted((d for d in drawn if d is not None), key=lambda d: d.content)


def _lattice_points(villages: Geometries) -> Floats:
    """(points, 2) spread evenly over the township."""
    x0, y0, x1, y1 = shapely.total_bounds(villages)
    step = np.sqrt(shapely.area(villages).sum() / TOWNSHIP_LATTICE_POINTS)
    # half a step in, and never on a line of coordinates rounded to whole metres
    x, y = np.meshgrid(
        np.arange(x0 + 0.4937 * step, x1, step), np.arange(y0 + 0.5063 * step, y1, step)
    )
    at = np.column_stack([x.ravel(), y.ravel()])
    inside = np.unique(_point_tree(at).query(villages, predicate="intersects")[1])
    return np.asarray(at[inside])


def _point_tree(xy: Floats) -> shapely.STRtree:
    return shapely.STRtree(np.asarray(shapely.points(xy), dtype=object))


def _covers_township(layer: Layer, sources: Geometries, spots: shapely.STRtree) -> bool:
    """What the project file says, else whether most of the township is land of the layer."""
    if layer.spec.coverage is not None:
        return layer.spec.coverage == "full"
    held = np.unique(geos.query_tree(spots, sources, predicate="intersects")[1])
    return len(held) > COVERAGE_SHARE * len(spots)


def _outward_sides(samples: LineSamples, sources: Geometries) -> Floats:
    """On which side of each sample the layer's land ends."""
    sides = []
    for way in (SIDE_OFFSET_M, -SIDE_OFFSET_M):
        points = _point_tree(samples.xy + way * samples.normal)
        land = np.zeros(len(samples.xy))
        land[geos.query_tree(points, sources, predicate="intersects")[1]] = 1.0
        sides.append(land)
    return sides[1] - sides[0]


def list_layer_weights(drawn: Sequence[LayerLinework]) -> Floats:
    """Return each layer's say."""
    return np.array([d.weight for d in drawn], dtype=float)


def describe_standing(drawn: Sequence[LayerLinework]) -> LayerStanding:
    """Return what the layers are to one another when their lines are agreed."""
    return LayerStanding(
        list_layer_weights(drawn),
        np.array([d.precedence for d in drawn], dtype=np.int64),
        np.array([d.role == "base" for d in drawn], dtype=bool),
        np.array([d.covers for d in drawn], dtype=bool),
        [d.outward for d in drawn],
    )
