"""What departments must talk about: nobody's land, land claimed twice, lines in dispute — numbered, placed, with what is at stake."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridmerge.geo import geos
from gridmerge.geo.crs import lonlat_transformer
from gridmerge.i18n.text import Text
from gridmerge.model import Build
from gridmerge.products.data import docket_folding
from gridmerge.products.data.csv_tables import to_records, write_csv

_ITEM_LETTERS = {"gaps": "G", "claims": "C", "disputes": "D"}
DISCREPANCY_KINDS = tuple(_ITEM_LETTERS)
_KEY_PREFIXES = {"gaps": "gap", "claims": "double", "disputes": "line"}
VOTE_OPTIONS = ("yes", "no", "abstain")
_FIRST = {
    "gaps": ("layer",),
    "claims": ("layer", "source_ids"),
    "disputes": ("layers_a", "layers_b", "faces_a", "faces_b", "length_m", "width_m"),
}


def build_docket(build: Build, kind: str) -> gpd.GeoDataFrame:
    """Return the gaps, claims or disputes of a build.

    Parameters
    ----------
    kind
        ``gaps``, ``claims`` or ``disputes``.

    Returns
    -------
    geopandas.GeoDataFrame
        item (G1, C1, D1 …: first what a meeting can settle, and of that what changes a unified grid, then what most households
        stand on, then most events, then the largest), the kind's own columns, set_aside (why no meeting need open it, a key of
        `docket_folding.SET_ASIDE_REASONS`; "" where one should), village_code, village_name, area_m2, each workload that lies on it, faces (ids joined by ";"), key, yes, no,
        abstain (of the meeting's vote; missing where there was none), lon, lat, geometry. `item` is a rank and changes with
        the data; `key` names the land, and is what a vote is remembered by.
    """
    frame: gpd.GeoDataFrame = getattr(build.mosaic, kind).reset_index(drop=True)
    names = build.township.villages.set_index("village_code")["village_name"]
    works = _sum_work(build, frame["faces"])
    aside = docket_folding.find_set_aside_reasons(build, frame, works)
    order = _rank_items(build, works, aside != "", _changes_grids(build, frame))
    frame = frame.iloc[order].reset_index(drop=True)
    works = works.iloc[order].reset_index(drop=True)
    of_all = _concerns_all(kind, frame)
    lon, lat = _item_degrees(build, frame)
    keys = _item_keys(kind, frame)
    letter = _ITEM_LETTERS[kind]
    columns = {
        "item": [f"{letter}{number}" for number in range(1, len(frame) + 1)],
        **{name: frame[name] for name in _FIRST[kind]},
        "set_aside": docket_folding.fold_further_items(aside[order], of_all),
        "village_code": frame["village_code"],
        "village_name": frame["village_code"].map(names),
        "area_m2": frame["area_m2"].astype(float),
        **{name: works[name] for name in works.columns},
        "faces": frame["faces"],
        "key": keys,
        **_vote_columns(build, keys),
        "lon": lon,
        "lat": lat,
    }
    return gpd.GeoDataFrame(columns, geometry=frame.geometry.to_numpy(), crs=build.township.crs)


def _concerns_all(kind: str, frame: gpd.GeoDataFrame) -> np.ndarray:
    """Whether each item is for all departments: a gap of one department is its own."""
    if kind == "gaps":
        return np.asarray(frame["layer"] == "")
    return np.ones(len(frame), dtype=bool)


def _vote_columns(build: Build, keys: list[str]) -> dict[str, list[float]]:
    """Return what was voted on each item; missing where there was no vote."""
    votes = {vote.key: vote for vote in build.meeting.votes}
    cast = [votes.get(key) for key in keys]
    columns = {}
    for option in VOTE_OPTIONS:
        columns[option] = [getattr(vote, option, np.nan) for vote in cast]
    return columns


def _item_keys(kind: str, frame: gpd.GeoDataFrame) -> list[str]:
    """Name each item by what it is about and the first of its faces.

    No other item of its kind and layer has that face.
    """
    subjects = frame["layer"] if "layer" in frame else frame["village_code"]
    first_faces = [min(ids.split(";")) for ids in frame["faces"]]
    prefix = _KEY_PREFIXES[kind]
    pairs = zip(subjects, first_faces, strict=True)
    return [f"{prefix}/{subject}/{face}" for subject, face in pairs]


def write_gaps(build: Build, file: Path) -> None:
    """Write gaps.csv: land inside the villages that a department does not claim; layer empty where none does."""
    _write_docket_csv(build, "gaps", file)


def write_claims(build: Build, file: Path) -> None:
    """Write claims.csv: land that two grids of one department claim."""
    _write_docket_csv(build, "claims", file)


def write_disputes(build: Build, file: Path) -> None:
    """Write disputes.csv: strips between two lines that departments take for one."""
    _write_docket_csv(build, "disputes", file)


def summarize_discrepancies(build: Build) -> dict[str, dict[str, float]]:
    """Return how many, and how much land: of no department at all, claimed twice, in dispute."""
    gaps = build.mosaic.gaps
    return {
        "nobodys_land": _summarize_kind(build, "gaps", gaps[gaps["layer"] == ""]),
        "claimed_twice": _summarize_kind(build, "claims", build.mosaic.claims),
        "disputes": _summarize_kind(build, "disputes", build.mosaic.disputes),
    }


def _summarize_kind(build: Build, kind: str, items: gpd.GeoDataFrame) -> dict[str, float]:
    return {
        "count": len(items),
        "area_m2": float(items["area_m2"].sum()),
        "to_settle": _count_open(build, kind),
    }


def _count_open(build: Build, kind: str) -> int:
    """How many of a kind a meeting should open; of gaps those of no department at all."""
    table = build_docket(build, kind)
    is_open = table["set_aside"] == ""
    if kind == "gaps":
        is_open &= table["layer"] == ""
    return int(is_open.sum())


def docket_items(build: Build) -> dict[str, Text]:
    """Return what to call each item of the docket, by its key, as a vote names it.

    What the map itself lists has a name, too.
    """
    named: dict[str, Text] = {}
    for kind in DISCREPANCY_KINDS:
        for item in to_records(build_docket(build, kind)):
            named[item["key"]] = _name_item(item["item"], item["village_name"], item["area_m2"])
    grids, faces = set(build.plan.grids["grid_code"]), set(build.plan.faces["face_id"])
    for vote in build.meeting.votes:
        kind, _, where = vote.key.partition("/")
        grid, _, face = where.rpartition("/")
        if kind == "dispute" and grid in grids and face in faces:
            named[vote.key] = Text(f"一块土地归网格 {grid}", f"a piece of land to grid {grid}")
    return named


def _name_item(item: str, village: str, area_m2: float) -> Text:
    hectares = f"{area_m2 / 1e4:.1f}"
    return Text(f"{item} {village} {hectares} 公顷", f"{item}, {village}, {hectares} ha")


def _write_docket_csv(build: Build, kind: str, file: Path) -> None:
    table = build_docket(build, kind).drop(columns="geometry")
    write_csv(file, list(table.columns), to_records(table))


def _sum_work(build: Build, faces: Iterable[str]) -> pd.DataFrame:
    """Sum each workload over the faces of each item."""
    names = list(build.weights.names)
    pairs = [(item, face) for item, ids in enumerate(faces) for face in ids.split(";")]
    items = pd.DataFrame(pairs, columns=["n", "face_id"])
    with_work = items.merge(build.weights.faces[["face_id", *names]], on="face_id")
    sums = with_work.groupby("n")[names].sum()
    count = int(items["n"].max()) + 1 if len(items) else 0
    return sums.reindex(range(count))


def _changes_grids(build: Build, frame: gpd.GeoDataFrame) -> np.ndarray:
    """Whether the sides of a line, and the land between, lie in several unified grids.

    Then either choice may change a grid.
    """
    sides = [name for name in ("faces", "faces_a", "faces_b") if name in frame]
    faces = build.plan.faces
    grid_of = dict(zip(faces["face_id"], faces["grid_code"], strict=True))
    beside = frame[sides].agg(";".join, axis=1) if len(frame) else []
    changing = []
    for ids in beside:
        grids = {grid_of.get(face) for face in ids.split(";")}
        changing.append(len(grids) > 1)
    return np.array(changing, dtype=bool)


def _rank_items(
    build: Build, works: pd.DataFrame, aside: np.ndarray, changing: np.ndarray
) -> np.ndarray:
    """Order by what a decision changes: grids, households (or what sizes the grids) and events at stake.

    What is equal stays in the overlay's order; what is set aside comes last.
    """
    weighed = dict.fromkeys((build.plan.sizes.unit, "events"))
    stakes = [name for name in weighed if name in works.columns]
    keys = [-works[name].to_numpy(dtype=float) for name in reversed(stakes)]
    return np.lexsort([*keys, ~changing, aside])


def _item_degrees(build: Build, frame: gpd.GeoDataFrame) -> tuple[Any, Any]:
    points = geos.point_on_surface(frame.geometry.to_numpy())
    transformer = lonlat_transformer(build.township.crs)
    return transformer.transform(shapely.get_x(points), shapely.get_y(points))
