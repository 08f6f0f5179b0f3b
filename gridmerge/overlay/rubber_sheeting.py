"""Offsets known along normals only, made one smooth field of vectors a layer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix
from scipy.spatial import cKDTree

from gridmerge.geo.threads import map_threads
from gridmerge.overlay.linework import Bools, Floats, Ints, point_keys

# odd and irregular in its bits: layers at one place get keys far apart
KEY_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
# m: how far one stretch's error speaks for the next; strongly, and where nothing better is known
NEAR_REACH_M, FAR_REACH_M = (40.0, 140.0)
FAR_WEIGHT = 0.03
FAR_SAMPLE_STRIDE = 8  # of the far samples, every so-manieth speaks
# of one sample: keeps a sheet still where evidence is one-sided (the aperture problem)
STIFFNESS = 0.05


class RubberSheeting:
    """The rubber sheets: every layer's offsets, known along normals only, made one smooth vector field a layer.

    At each sample the vector is the least-squares one for the offsets around it, near ones strongly, far ones weakly, with
    a little stiffness; samples at one place move as one, so that junctions stay junctions.
    """

    def __init__(
        self, drawn: Floats, normal: Floats, layer: Ints, parts: list[slice], threads: int
    ) -> None:
        self._normal = normal
        self._parts = parts
        self._around = map_threads(lambda part: _SampleNeighbours.of(drawn[part]), parts, threads)
        # samples of one layer at one place have one key
        keys = point_keys(drawn) + layer.astype(np.uint64) * KEY_MULTIPLIER
        _, self._place = np.unique(keys, return_inverse=True)

    def __call__(self, offset: Floats, known: Bools) -> Floats:
        x, y = self._normal.T
        d = np.where(known, offset, 0.0)
        terms = np.column_stack([known * x * x, known * x * y, known * y * y, d * x, d * y])
        sums = np.zeros_like(terms)  # nobody asks for those of the villages, which stay
        for part, around in zip(self._parts, self._around, strict=True):
            sums[part] = around.sums(terms[part])
        xx, xy, yy, bx, by = sums.T
        xx, yy = xx + STIFFNESS, yy + STIFFNESS
        det = xx * yy - xy**2
        move = np.column_stack([yy * bx - xy * by, xx * by - xy * bx]) / det[:, None]
        times = np.bincount(self._place)[self._place]
        return np.column_stack(
            [np.bincount(self._place, move[:, c])[self._place] / times for c in (0, 1)]
        )


@dataclass(frozen=True)
class _SampleNeighbours:
    """Which samples of one layer speak for each of its samples: near ones strongly, of the far ones every so-manieth."""

    near: csr_matrix
    far: csr_matrix

    @classmethod
    def of(cls, xy: Floats) -> _SampleNeighbours:
        return cls(
            _neighbour_weights(xy, xy, NEAR_REACH_M, 1.0, 10),
            _neighbour_weights(
                xy, xy[::FAR_SAMPLE_STRIDE], FAR_REACH_M, FAR_SAMPLE_STRIDE / 2 * FAR_WEIGHT, 8
            ),
        )

    def sums(self, terms: Floats) -> Floats:
        """(samples, terms) weighted sums of the terms around each sample."""
        return np.asarray(self.near @ terms + self.far @ terms[::FAR_SAMPLE_STRIDE])


def _neighbour_weights(
    xy: Floats, chosen: Floats, reach: float, share: float, k: int
) -> csr_matrix:
    """(samples, chosen) weights of the k nearest of the chosen."""
    k = min(k, len(chosen))
    distance, other = cKDTree(chosen).query(xy, k=range(1, k + 1), distance_upper_bound=2.5 * reach)
    # 0 for those out of reach, whoever they are
    weight = share * np.exp(-0.5 * (distance / reach) ** 2)
    other[np.isinf(distance)] = 0
    return csr_matrix(
        (weight.ravel(), other.ravel(), np.arange(0, len(xy) * k + 1, k)),
        shape=(len(xy), len(chosen)),
    )
