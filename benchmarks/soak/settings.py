"""What kind of town a seed is: everything is drawn over wide ranges, and how it is drawn never depends on another setting."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.soak.odd import ODD

VILLAGES = (1, 8)
BLOCKS = (5, 60)  # of the whole town
LAYERS = (3, 60)
DIRT = (0.0, 0.3, 0.6, 1.0, 1.0, 1.0, 1.5, 2.0, 2.0, 3.0)
LOOKS = ("town", "rural", "city", "valley")
KINDS = (1, 6)  # how many odd kinds one town has
LAKE, UNSHARED, CHINESE, SHIFTED = 0.25, 0.4, 0.7, 0.2  # share of the towns that have it
# how a workload of areas is shared out: none at all, by area, by the households inside
ESTATES = ("", "area", "households")
LARGE = 900  # blocks × layers that a build of some seconds can take


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One town to be.

    Parameters
    ----------
    villages, blocks, layers
        How many; `blocks` is a village's.
    dirt, look
        As in `tests.towns`.
    lake
        Whether a block is cut out of its village.
    unshared
        How far each polygon's vertices are moved from its neighbours', metres; 0 leaves edges shared.
    chinese
        Whether files and fields have Chinese names.
    estates
        How a workload of areas beside that of points is shared out; empty where there is none.
    shifted
        Whether the buildings' table is in GCJ-02, which only its header says.
    odd
        Names of `benchmarks.soak.odd.ODD`.
    """

    seed: int
    villages: int
    blocks: int
    layers: int
    dirt: float
    look: str
    lake: bool
    unshared: float
    chinese: bool
    estates: str
    shifted: bool
    odd: tuple[str, ...]

    def __str__(self) -> str:
        size = f"{self.villages}×{self.blocks}×{self.layers}"
        more = [
            self.look,
            *(["lake"] if self.lake else []),
            *([f"jitter {self.unshared:g}"] if self.unshared else []),
        ]
        more += [f"estates by {self.estates}"] if self.estates else []
        return f"{size} dirt {self.dirt:g} {' '.join(more)}; {' '.join(self.odd)}"


def draw_settings(seed: int) -> Settings:
    """Draw the settings of a seed."""
    rng = np.random.default_rng([seed, 1201])
    villages = int(rng.integers(VILLAGES[0], VILLAGES[1] + 1))
    total = int(np.exp(rng.uniform(*np.log(BLOCKS))))
    layers = int(np.exp(rng.uniform(*np.log(LAYERS))))
    layers = max(LAYERS[0], min(layers, LARGE // max(total, 3 * villages)))
    count = int(rng.integers(KINDS[0], KINDS[1] + 1))
    odd = rng.choice(sorted(ODD), size=count, replace=False)
    dirt, look = float(rng.choice(DIRT)), str(rng.choice(LOOKS))
    lake, unshared, chinese, shifted = rng.random(4)
    amplitude = float(rng.choice((1e-6, 0.01, 0.1, 0.5)))
    return Settings(
        seed=seed,
        villages=villages,
        blocks=max(3, round(total / villages), 5 if villages == 1 else 0),
        layers=layers,
        dirt=dirt,
        look=look,
        lake=bool(lake < LAKE),
        unshared=round(amplitude, 6) if unshared < UNSHARED else 0.0,
        chinese=bool(chinese < CHINESE),
        estates=str(rng.choice(ESTATES)),
        shifted=bool(shifted < SHIFTED),
        odd=tuple(sorted(map(str, odd))),
    )
