"""Areas whose names tell nothing: whether they are a network is seen by how they lie on the township's land.

A network that covers the land once, in pieces of a grid's size, is taken with a request to check it. What covers part of it,
twice, in one piece or in thousands, or repeats the villages or another file, is left out with that reason.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely

from gridmerge.catalog import normalize_name
from gridmerge.clean import clean_layer
from gridmerge.config.settings import LayerSpec
from gridmerge.discover.classification import ClassifiedSheet, Kind
from gridmerge.discover.columns import telling_column
from gridmerge.discover.guess import Guess
from gridmerge.discover.keywords import find_keyword, load_keywords
from gridmerge.discover.scan import ScannedSheet
from gridmerge.errors import GridmergeError
from gridmerge.i18n.text import Text
from gridmerge.model import Township

_LATTICE_POINTS = 20_000  # of a lattice over the township, at which files are compared: ten in the smallest of 2,000 areas
_MIN_COVERED_SHARE = 0.9  # share of the land that a network covers: what covers less is of places, not of the whole township
_MAX_TWICE_SHARE = 0.05  # share of the land that may lie in two areas
# share of the land in one area, from which a file is an outline rather than a division
_OUTLINE_SHARE = 0.95
_MAX_AREAS_PER_VILLAGE = 40  # areas a village: what is finer is parcels, patches or houses, unless its name says that it is a network
_SAME_DIVISION_SHARE = 0.95  # share of the land that two files divide in the same way


class _Lattice:
    """Spots spread evenly over the township."""

    def __init__(self, township: Township) -> None:
        land = township.villages.geometry.to_numpy()
        x0, y0, x1, y1 = township.villages.total_bounds
        step = float(np.sqrt(shapely.area(land).sum() / _LATTICE_POINTS))
        xs, ys = np.meshgrid(np.arange(x0 + step / 2, x1, step), np.arange(y0 + step / 2, y1, step))
        spots = np.asarray(shapely.points(xs.ravel(), ys.ravel()), dtype=object)
        village, at = shapely.STRtree(spots).query(land, predicate="intersects")
        inside, first = np.unique(at, return_index=True)
        self.villages = village[first]
        self._tree = shapely.STRtree(spots[inside])

    def labels(self, areas: np.ndarray) -> tuple[np.ndarray, float]:
        """Which area each spot lies in (-1: none), and the share of spots that lie in two."""
        area, at = self._tree.query(areas, predicate="intersects")
        label = np.full(len(self.villages), -1)
        label[at[::-1]] = area[::-1]
        twice = np.bincount(at, minlength=len(label)) > 1
        return label, float(twice.mean())


def by_land(found: list[ClassifiedSheet], township: Township) -> list[ClassifiedSheet]:
    """Settle what every file of areas is that neither a name nor a column told.

    Parameters
    ----------
    found
        Recognised sheets; those of the kind ``other`` that are areas are looked at.

    Returns
    -------
    list
        The same sheets in the same order: strangers are a ``network`` to be checked, or ``other`` with the reason.
    """
    strangers = [one for one in found if one.kind.value == "other" and one.sheet.shape == "area"]
    if not strangers:
        return found
    lattice = _Lattice(township)
    known: list[tuple[str, np.ndarray]] = []
    kinds: dict[str, Guess[Kind]] = {}
    # of two drawings of one network the finer is kept
    for one in sorted(strangers, key=lambda one: (-_count_vertices(one.sheet), one.sheet.label)):
        kinds[one.sheet.label] = _classify_unnamed(one.sheet, township, lattice, known)
    return [replace(one, kind=kinds.get(one.sheet.label, one.kind)) for one in found]


def _count_vertices(sheet: ScannedSheet) -> int:
    return (
        0
        if sheet.raw is None
        else int(shapely.get_num_coordinates(np.asarray(sheet.raw.frame.geometry)).sum())
    )


def _classify_unnamed(
    sheet: ScannedSheet, township: Township, lattice: _Lattice, known: list[tuple[str, np.ndarray]]
) -> Guess[Kind]:
    """A network, or why not; what is taken is added to `known`."""
    if (why := _of_land(sheet)) is not None:
        return Guess("other", "likely", why)
    try:
        assert sheet.raw is not None, "what could not be read is not recognised"
        layer = clean_layer(sheet.raw, LayerSpec(path=(sheet.path,), key=sheet.path), township)
    except GridmergeError as error:
        return Guess("other", "unsure", error.text)
    label, twice = lattice.labels(np.asarray(layer.frame.geometry.values))
    why = (
        _no_network(len(layer.frame), label, twice, lattice)
        or _duplicate_reason(label, known)
        or _indistinct_reason(sheet)
    )
    if why is not None:
        return Guess("other", "unsure", why)
    known.append((sheet.label, label))
    count, share = len(np.unique(label[label >= 0])), f"{100 * (label >= 0).mean():.0f}%"
    why = Text(
        f"名称看不出，但 {count} 个面铺满本乡镇（{share}）、互不重叠，像一套网格；若不是，请删去这一段",
        f"its name tells nothing, but its {count} areas cover the township ({share}) once, as a network does; "
        "delete this table if it is none",
    )
    return Guess("network", "unsure", why)


def _of_land(sheet: ScannedSheet) -> Text | None:
    """What maps of the land itself are told by; they cover it once as well."""
    sign = find_keyword(sheet.title, "land")
    column = next(
        (
            name
            for name in sheet.columns
            if normalize_name(name) in load_keywords()["land"]["fields"]
        ),
        None,
    )
    if sign or column:
        said = sign or column
        return Text(
            f"面状，像地类、规划、建筑一类的图（“{said}”），不是网格",
            f"areas of land use, plans or buildings (“{said}”), not a network",
        )
    return None


def _no_network(count: int, label: np.ndarray, twice: float, lattice: _Lattice) -> Text | None:
    """Why `count` areas that lie so are no network of the township; None when they may be."""
    part = _of_a_part(label)
    if part is not None:
        return part
    if twice > _MAX_TWICE_SHARE:
        return Text(
            f"面状，{100 * twice:.0f}% 的土地重叠，不像一套网格；若是几套合在一起，请分开写 where",
            f"areas, but {100 * twice:.0f} % of the land lies in two of them, which is no one network; "
            "if several are in the file, part them by where",
        )
    if count > _MAX_AREAS_PER_VILLAGE * len(np.unique(lattice.villages)):
        return Text(
            f"面状，{count} 个面太细，像国土调查或宗地数据；若是微网格，请自己加一段 [[layers]]",
            f"{count} areas are too fine for a network, more like parcels; if they are micro-grids, add a [[layers]] table",
        )
    if _agreement_share(label, lattice.villages) >= _SAME_DIVISION_SHARE:
        return Text(
            "与 [villages] 是同一套面，是村界的另一份",
            "the same areas as [villages]: another drawing of them",
        )
    return None


def _of_a_part(label: np.ndarray) -> Text | None:
    """Areas that leave the township out, cover some of it, or are one that covers it all."""
    covered = float((label >= 0).mean())
    if covered == 0:
        return Text(
            "面状，没有一个要素落在上面 [villages] 的范围内",
            "areas, none of which lies on the [villages] above",
        )
    if covered < _MIN_COVERED_SHARE:
        return Text(
            f"面状，只盖住本乡镇的 {100 * covered:.0f}%，看不出是不是网格；若是，请自己加一段 [[layers]]",
            f"areas that cover only {100 * covered:.0f} % of the township, perhaps no network; if it is one, add a [[layers]] table",
        )
    if np.bincount(label[label >= 0]).max() >= _OUTLINE_SHARE * len(label):
        return Text(
            "一个面就盖住本乡镇，是外围界线，不是网格",
            "one area covers the township: an outline, not a network",
        )
    return None


def _duplicate_reason(label: np.ndarray, known: list[tuple[str, np.ndarray]]) -> Text | None:
    other = next(
        (name for name, theirs in known if _agreement_share(label, theirs) >= _SAME_DIVISION_SHARE),
        None,
    )
    if other is None:
        return None
    return Text(
        f"与 {other} 几乎是同一套面，已用较细的那一份",
        f"nearly the same areas as {other}, the finer of which is used",
    )


def _indistinct_reason(sheet: ScannedSheet) -> Text | None:
    if telling_column(sheet) is None:
        return Text(
            "面状，但没有一个字段能区分各要素；若是某部门的网格，请自己加一段 [[layers]]",
            "areas that no column tells apart; if it is a department's network, add a [[layers]] table",
        )
    return None


def _agreement_share(one: np.ndarray, other: np.ndarray) -> float:
    """Share of the spots at which two files agree on who belongs together: 1 when each area of one is an area of the other."""
    both = (one >= 0) & (other >= 0)
    if not both.any():
        return 0.0
    pairs, counts = np.unique(np.stack([one[both], other[both]]), axis=1, return_counts=True)
    shares = []
    for side in pairs:
        most = np.zeros(side.max() + 1, dtype=int)
        np.maximum.at(most, side, counts)
        shares.append(most.sum() / both.sum())
    return float(min(shares))
