"""One village and what became of it: plain arrays, picklable, so that villages can go to many processes."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gridmerge.config.settings import Grids
from gridmerge.districting.diagnosis import RangeReason
from gridmerge.districting.solver.graph import Floats, Ints
from gridmerge.findings import Finding
from gridmerge.i18n.text import Text

Texts = NDArray[np.object_]


@dataclass(frozen=True, kw_only=True)
class Village:
    """What there is to divide. Arrays of n faces are ordered by content, so that the order of the input cannot matter.

    Attributes
    ----------
    code, name
        Of the village.
    face_id, zone, geometry
        (n,) of each face; zone is "" outside exclusive zones.
    size, work
        (n,) in the sizing unit; combined workload.
    part
        (n,) which declared piece of the village the face lies in.
    edges, costs, lengths, agreement
        (m, 2), (m,): borders of positive length, their price, metres, and share of departments with a line there.
    sizes
        The limits.
    old
        (n,) code of the earlier grid each face lay in, or "".
    frozen, kept
        The whole village, or these grids of it, stay as they were.
    tags
        Face -> name of the grid it is locked to.
    together, apart
        Pairs of faces.
    number
        How many comprehensive grids, when people gave it.
    against
        A face, and a lock that the earlier plan breaks.
    """

    code: str
    name: str
    face_id: Texts
    zone: Texts
    geometry: Texts
    size: Floats
    work: Floats
    part: Ints
    edges: Ints
    costs: Floats
    lengths: Floats
    agreement: Floats
    sizes: Grids
    old: Texts
    frozen: bool = False
    kept: frozenset[str] = frozenset()
    tags: dict[int, str] = field(default_factory=dict)
    together: tuple[tuple[int, int], ...] = ()
    apart: tuple[tuple[int, int], ...] = ()
    number: int | None = None
    against: tuple[tuple[int, Text], ...] = ()


@dataclass(frozen=True, kw_only=True)
class DividedVillage:
    """A village divided: `labels` (n,) numbers grids from 0, `exclusive` (grids,) says which are zones.

    `reasons` say why grids are out of range; their grid and face count like `labels` and the faces of the village. `home` (n,) is the
    grid each face is in when the earlier plan changes nowhere, -1 where it has none; `leaving` (n,) what it costs to be in another.
    """

    labels: Ints
    exclusive: NDArray[np.bool_]
    figures: dict[str, object]
    findings: tuple[Finding, ...]
    reasons: tuple[RangeReason, ...]
    home: Ints
    leaving: Floats
