"""The overlay's own alarm: whether tolerance, faces and labels are in proportion to what the networks say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from gridmerge.overlay.claims import FaceShares, find_claimants
from gridmerge.overlay.layer_linework import LayerLinework
from gridmerge.overlay.linework import Floats, Ints, rectangle_width
from gridmerge.overlay.polygonization import CutFaces

# the finest networks, whose grids together tell how many faces to expect
FINEST_NETWORKS = 3
# times as many faces as these have grids; New York has 4, a town whose tolerance collapsed 14
CROWDED_RATIO = 5.0
# of the layers by roughness, percent, and times its spread: no face but a narrow grid is meant to be less wide
ROUGHNESS_PERCENTILE, ROUGHNESS_WIDTHS = 75.0, 1.5
# of all faces; more splinters are the tolerance's fault
SPLINTER_SHARE = 0.2
# of a grid's own land; labelled land that differs by more is another grid
LAND_DIFFERENCE_SHARE = 0.5
# tolerances, squared: a difference of less land is drawing error
MIN_DIFFERENCE_AREA = 4.0
# of all grids; more that are labelled wrongly are the tolerance's fault
MISLABELLED_SHARE = 0.05


@dataclass(frozen=True)
class Plausibility:
    """What the alarm measured.

    Parameters
    ----------
    faces, splinters, expected
        How many there are, how many of them are no wider than lines differ, and how many grids the finest networks have on the land.
    grids
        How many grids of all networks have land.
    layer, source, own, labelled
        The grids whose land is labelled wrongly: place of the layer, row, its land inside the township and the land of the
        faces it claims, m².
    """

    faces: int
    splinters: int
    expected: int
    grids: int
    layer: Ints
    source: Ints
    own: Floats
    labelled: Floats

    @property
    def crowded(self) -> bool:
        """Whether there are far more faces than the finest networks give, or many are no wider than lines differ."""
        return (
            self.faces > CROWDED_RATIO * self.expected
            or self.splinters > SPLINTER_SHARE * self.faces
        )

    @property
    def mislabelled(self) -> bool:
        """Whether many grids are labelled wrongly."""
        return len(self.layer) > MISLABELLED_SHARE * self.grids

    @property
    def badness(self) -> tuple[bool, bool, int, int]:
        """Smaller is better."""
        return self.crowded, self.mislabelled, len(self.layer), self.faces


def measure_plausibility(
    cut: CutFaces,
    drawn: Sequence[tuple[int, LayerLinework, FaceShares]],
    spread: Floats,
    tolerance: float,
) -> Plausibility:
    """Measure the finished faces.

    Parameters
    ----------
    cut
        All of them.
    drawn
        Place, layer and who holds what of the faces, for each layer that claims land.
    spread
        Each layer's robust spread about the others before agreeing, metres.
    tolerance
        Metres.
    """
    area = shapely.area(cut.faces)
    rough = (
        ROUGHNESS_WIDTHS * float(np.percentile(spread, ROUGHNESS_PERCENTILE))
        if len(spread)
        else 0.0
    )
    free = (cut.zone < 0) & (cut.narrow < 0)
    splinters = int((free & (rectangle_width(cut.faces) < rough)).sum())
    counts, parts = [], []
    for place, d, table in drawn:
        own = _sum_by_row(table.source, table.area, len(d.sources))
        face, source = find_claimants(table, area)
        labelled = _sum_by_row(source, area[face], len(d.sources))
        counts.append(int((own > 0).sum()))
        off = np.abs(labelled - own) > np.maximum(
            LAND_DIFFERENCE_SHARE * own, (MIN_DIFFERENCE_AREA * tolerance) ** 2
        )
        row = np.flatnonzero(off)
        parts.append((np.full(len(row), place), row, own[row], labelled[row]))
    none = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0)
    layer, source, own, labelled = (
        np.concatenate(column) for column in zip(none, *parts, strict=True)
    )
    villages = len(np.unique(cut.village))
    expected = max(villages, sum(sorted(counts)[-FINEST_NETWORKS:]))
    return Plausibility(
        len(cut.faces), splinters, expected, sum(counts), layer, source, own, labelled
    )


def _sum_by_row(row: Ints, value: Floats, count: int) -> Floats:
    return np.bincount(row, weights=value, minlength=count).astype(float)
