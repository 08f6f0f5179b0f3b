"""What departments must talk about: land nobody claims, land claimed twice, and lines that differ by more than drawing error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from gridmerge.geo import geos
from gridmerge.model import CLAIMS, DISPUTES, GAPS, no_land
from gridmerge.overlay.linework import Bools, Floats, Geometries, Ints, rectangle_width, width_of

MAX_STRIP_WIDTH = 4.0  # tolerances; land wider than this between two lines is a grid of its own, not a quarrel about one line
LONE_SPREADS = 6.0  # of a layer's spread about the others: a generalised line strays so far from what it means, now and then
LASTING_SPREADS = 3.0  # of that spread: so far it does not stray over a long stretch
LONG_STRIP_M = 150.0  # m: drawing errors change sides within less
BAND = 5.0  # times longer than wide: a river, a street; a block that has lost a strip is not
MIN_STRIP_ELONGATION = 3.0  # a strip is at least so many times longer than wide


@dataclass(frozen=True)
class FinishedFaces:
    """The finished faces, as the docket looks at them.

    Parameters
    ----------
    faces, ids, village
        Geometry, face id and village code of each face.
    left, right, metres
        Pairs of faces that share an edge, and its length.
    crs
        Of the township.
    """

    faces: Geometries
    ids: npt.NDArray[np.object_]
    village: npt.NDArray[np.object_]
    left: Ints
    right: Ints
    metres: Floats
    crs: object

    def pieces(self, chosen: Bools, kind: npt.NDArray[np.object_]) -> list[Ints]:
        """Connected groups of chosen faces of one village and one kind, in order of their first face."""
        same = (
            chosen[self.left]
            & chosen[self.right]
            & (self.village[self.left] == self.village[self.right])
            & (kind[self.left] == kind[self.right])
        )
        n = len(self.faces)
        graph = coo_matrix((np.ones(same.sum()), (self.left[same], self.right[same])), shape=(n, n))
        part = connected_components(graph, directed=False)[1]
        members = np.flatnonzero(chosen)
        order = members[np.argsort(part[members], kind="stable")]
        return [
            group
            for group in np.split(order, np.flatnonzero(np.diff(part[order])) + 1)
            if len(group)
        ]

    def row(self, group: Ints) -> dict[str, object]:
        """The columns that every list shares."""
        return {
            "village_code": self.village[group[0]],
            "area_m2": float(shapely.area(self.faces[group]).sum()),
            "faces": ";".join(sorted(self.ids[group])),
            "geometry": geos.coverage_union_all(self.faces[group]),
        }


def find_gaps(
    land: FinishedFaces, layers: Sequence[str], memberships: pd.DataFrame
) -> gpd.GeoDataFrame:
    """Return the land each of the layers does not claim, and, as layer "", what none of them claims."""
    nothing = np.full(len(land.faces), "", dtype=object)
    claimed = memberships.groupby("layer")["face_id"].agg(set)
    everyone = set(memberships["face_id"])
    rows: list[dict[str, object]] = []
    for layer in ("", *layers):
        held = claimed.get(layer, set()) if layer else everyone
        free = np.array([face not in held for face in land.ids], dtype=bool)
        if layer == "" or not free.all():  # a department with no land here at all has no gaps here
            rows += [{"layer": layer, **land.row(group)} for group in land.pieces(free, nothing)]
    return _docket_frame(rows, GAPS, ["layer", "village_code", "area_m2"], land)


def find_double_claims(land: FinishedFaces, memberships: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the land that one department claims by two or more of its grids."""
    twice = memberships[memberships.duplicated(["layer", "face_id"], keep=False)]
    double = twice.groupby(["layer", "face_id"])["source_id"].agg(tuple)
    row = pd.Series(np.arange(len(land.ids)), index=land.ids)
    rows: list[dict[str, object]] = []
    for layer, sources in double.groupby(level="layer"):
        at = row.loc[sources.index.get_level_values("face_id")].to_numpy()
        kind = np.full(len(land.faces), "", dtype=object)
        kind[at] = [";".join(names) for names in sources]
        rows += [
            {"layer": layer, "source_ids": kind[g[0]], **land.row(g)}
            for g in land.pieces(kind != "", kind)
        ]
    return _docket_frame(rows, CLAIMS, ["layer", "village_code", "area_m2"], land)


def find_disputes(
    land: FinishedFaces,
    layers: Sequence[str],
    holders: Floats,
    zone: Ints,
    tolerance: float,
    spread: Floats,
) -> gpd.GeoDataFrame:
    """Return the docket: strips between two lines that different departments take for one.

    What a meeting could not decide is left out: strips narrower than the tolerance, and strips with a side of which every
    layer is rough enough to stray so far by itself; over a long stretch fewer do. Neighbouring strips with the same
    departments on the same two sides are one entry.

    Parameters
    ----------
    holders
        (faces, layers) a number for who claims the face in each layer; 0 for nobody.
    zone
        -1 for faces outside exclusive zones: a zone's line is not negotiated.
    spread
        (layers,) each layer's robust spread about the others before agreeing, metres.
    """
    width = rectangle_width(land.faces)
    strip, a, b = _flanking_faces(land, width, zone, tolerance)
    with_a = (holders[strip] == holders[a]) & (holders[strip] != holders[b])
    with_b = (holders[strip] == holders[b]) & (holders[strip] != holders[a])
    elsewhere = ~_bands(land, strip, holders, tolerance)

    def meant(spreads: float) -> Bools:
        """Whether either side has a layer that does not stray that far by itself."""
        sure = width[strip][:, None] > np.maximum(tolerance, spreads * spread)
        return np.asarray(
            (with_a & elsewhere & sure).any(axis=1) & (with_b & elsewhere & sure).any(axis=1)
        )

    open_ = meant(LASTING_SPREADS)
    anyway = np.isin(np.arange(len(width)), strip[meant(LONE_SPREADS)])
    kind = np.full(len(land.faces), "", dtype=object)
    beside: dict[int, tuple[str, str]] = {}
    for face, one, other, left, right in zip(
        strip[open_], a[open_], b[open_], with_a[open_], with_b[open_], strict=True
    ):
        first, second = sorted(
            (";".join(np.array(layers, dtype=object)[side]), land.ids[n])
            for side, n in ((left, one), (right, other))
        )
        kind[face] = f"{first[0]}|{second[0]}"
        beside[int(face)] = first[1], second[1]
    rows = [
        _dispute_row(land, group, kind[group[0]], width[group], beside)
        for group in land.pieces(kind != "", kind)
        if anyway[group].any() or _strip_length(land.faces[group], width[group]) >= LONG_STRIP_M
    ]
    return _docket_frame(rows, DISPUTES, ["length_m", "village_code"], land)


def _bands(land: FinishedFaces, faces: Ints, holders: Floats, tolerance: float) -> Bools:
    """(faces, layers) whether a layer has drawn the land around a face as a band: a river between its banks, a street between kerbs.

    Others part such land along its middle, and so it is two strips or three. Who drew its edges has not drawn the middle elsewhere.

    Parameters
    ----------
    faces
        Those that are asked.
    holders
        As in `find_disputes`.
    """
    count, area, outline = len(land.faces), shapely.area(land.faces), shapely.length(land.faces)
    near = land.village[land.left] == land.village[land.right]
    bands = np.zeros((len(faces), holders.shape[1]), dtype=bool)
    for layer, holder in enumerate(holders.T):
        same = near & (holder[land.left] == holder[land.right])
        pairs = land.left[same], land.right[same]
        part = connected_components(
            coo_matrix((np.ones(same.sum()), pairs), shape=(count, count)), directed=False
        )[1]
        inner = np.bincount(part[pairs[0]], weights=land.metres[same], minlength=part.max() + 1)
        around: Floats = np.asarray(np.bincount(part, weights=outline) - 2 * inner, dtype=float)
        wide = width_of(np.asarray(np.bincount(part, weights=area), dtype=float), around)
        band = (wide < 2 * MAX_STRIP_WIDTH * tolerance) & (around / 2 - wide > BAND * wide)
        bands[:, layer] = band[part[faces]]
    return bands


def _dispute_row(
    land: FinishedFaces, group: Ints, kind: str, width: Floats, beside: dict[int, tuple[str, str]]
) -> dict[str, object]:
    """A row of the docket: strips with the same departments on the same two sides."""
    layers_a, layers_b = kind.split("|")
    faces_a, faces_b = (";".join(sorted({beside[int(n)][side] for n in group})) for side in (0, 1))
    faces = land.faces[group]
    return {
        "layers_a": layers_a,
        "layers_b": layers_b,
        "faces_a": faces_a,
        "faces_b": faces_b,
        "length_m": round(_strip_length(faces, width), 1),
        "width_m": round(float(np.average(width, weights=shapely.area(faces))), 1),
        **land.row(group),
    }


def _strip_length(faces: Geometries, width: Floats) -> float:
    return float((shapely.area(faces) / width).sum())


def _flanking_faces(
    land: FinishedFaces, width: Floats, zone: Ints, tolerance: float
) -> tuple[Ints, Ints, Ints]:
    """The strips, and the two longest neighbours of each within its village."""
    outline = shapely.length(land.faces)
    slender = (
        (outline / 2 - width > MIN_STRIP_ELONGATION * width)
        & (width < MAX_STRIP_WIDTH * tolerance)
        & (zone < 0)
    )
    face, other = np.concatenate([land.left, land.right]), np.concatenate([land.right, land.left])
    metres = np.tile(land.metres, 2)
    open_ = slender[face] & (zone[other] < 0) & (land.village[face] == land.village[other])
    face, other, metres = face[open_], other[open_], metres[open_]
    order = np.lexsort((other, -np.round(metres, 3), face))
    face, other = face[order], other[order]
    strip, first, count = np.unique(face, return_index=True, return_counts=True)
    strip, first = strip[count > 1], first[count > 1]
    return strip, other[first], other[first + 1]


def _docket_frame(
    rows: list[dict[str, object]], columns: tuple[str, ...], by: list[str], land: FinishedFaces
) -> gpd.GeoDataFrame:
    if not rows:
        return no_land(columns).set_crs(land.crs)
    frame = gpd.GeoDataFrame(rows, geometry="geometry", crs=land.crs)[list(columns)]
    largest_first = [name not in ("area_m2", "length_m") for name in by]
    return frame.sort_values(
        [*by, "faces"], ascending=[*largest_first, True], ignore_index=True, kind="stable"
    )
