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
        `docket_folding.REASONS`; "" where one should), village_code, village_name, area_m2, each workload that lies on it, faces (ids joined by ";"), key, yes, no,
        abstain (of the meeting's vote; missing where there was none), lon, lat, geometry. `item` is a rank and changes with
        the data; `key` names the land, and is what a vote is remembered by.
    """
    frame: gpd.GeoDataFrame = getattr(build.mosaic, kind).reset_index(drop=True)
    names = build.township.villages.set_index("village_code")["village_name"]
    works = _at_stake(build, frame["faces"])
    aside = docket_folding.find_set_aside_reasons(build, frame, works)
    first = _rank_items(build, works, aside != "", _changes_grids(build, frame))
    frame, works = (
        frame.iloc[first].reset_index(drop=True),
        works.iloc[first].reset_index(drop=True),
    )
    everybodys = (
        (frame["layer"] == "").to_numpy() if kind == "gaps" else np.ones(len(frame), dtype=bool)
    )
    lon, lat = _item_degrees(build, frame)
    keys = _item_keys(kind, frame)
    votes = {vote.key: vote for vote in build.meeting.votes}
    columns = {
        "item": [f"{_ITEM_LETTERS[kind]}{n}" for n in range(1, len(frame) + 1)],
        **{name: frame[name] for name in _FIRST[kind]},
        "set_aside": docket_folding.fold_further_items(aside[first], everybodys),
        "village_code": frame["village_code"],
        "village_name": frame["village_code"].map(names),
        "area_m2": frame["area_m2"].astype(float),
        **{name: works[name] for name in works.columns},
        "faces": frame["faces"],
        "key": keys,
        **{name: [getattr(votes.get(key), name, np.nan) for key in keys] for name in VOTE_OPTIONS},
        "lon": lon,
        "lat": lat,
    }
    return gpd.GeoDataFrame(columns, geometry=frame.geometry.to_numpy(), crs=build.township.crs)


def _item_keys(kind: str, frame: gpd.GeoDataFrame) -> list[str]:
    """Name each item by what it is about and the first of its faces: no other item of its kind and layer has that face."""
    about = frame["layer"] if "layer" in frame else frame["village_code"]
    return [
        f"{_KEY_PREFIXES[kind]}/{what}/{min(ids.split(';'))}"
        for what, ids in zip(about, frame["faces"], strict=True)
    ]


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
    """Return how many, and how much land: nobody's (of no department at all), claimed twice, in dispute."""
    nobody = build.mosaic.gaps[build.mosaic.gaps["layer"] == ""]
    parts = {
        "nobodys_land": nobody,
        "claimed_twice": build.mosaic.claims,
        "disputes": build.mosaic.disputes,
    }
    return {
        name: {
            "count": len(part),
            "area_m2": float(part["area_m2"].sum()),
            "to_settle": _to_settle(build, name),
        }
        for name, part in parts.items()
    }


def _to_settle(build: Build, name: str) -> int:
    """How many of them a meeting should open."""
    kind = {"nobodys_land": "gaps", "claimed_twice": "claims"}.get(name, name)
    table = build_docket(build, kind)
    mine = table[table["layer"] == ""] if kind == "gaps" else table
    return int((mine["set_aside"] == "").sum())


def docket_items(build: Build) -> dict[str, Text]:
    """Return what to call each item of the docket, by its key, as a vote names it; what the map itself lists, too."""
    named: dict[str, Text] = {}
    for kind in DISCREPANCY_KINDS:
        table = build_docket(build, kind)
        for key, item, village, area in zip(
            table["key"], table["item"], table["village_name"], table["area_m2"], strict=True
        ):
            named[key] = Text(
                f"{item} {village} {area / 1e4:.1f} 公顷", f"{item}, {village}, {area / 1e4:.1f} ha"
            )
    grids, faces = set(build.plan.grids["grid_code"]), set(build.plan.faces["face_id"])
    for vote in build.meeting.votes:
        kind, _, where = vote.key.partition("/")
        grid, _, face = where.rpartition("/")
        if kind == "dispute" and grid in grids and face in faces:
            named[vote.key] = Text(f"一块土地归网格 {grid}", f"a piece of land to grid {grid}")
    return named


def _write_docket_csv(build: Build, kind: str, file: Path) -> None:
    table = build_docket(build, kind).drop(columns="geometry")
    write_csv(file, list(table.columns), to_records(table))


def _at_stake(build: Build, faces: Iterable[str]) -> pd.DataFrame:
    """Sum each workload over the faces of each item."""
    names = list(build.weights.names)
    pairs = pd.DataFrame(
        [(n, face) for n, ids in enumerate(faces) for face in ids.split(";")],
        columns=["n", "face_id"],
    )
    sums = (
        pairs.merge(build.weights.faces[["face_id", *names]], on="face_id")
        .groupby("n")[names]
        .sum()
    )
    return sums.reindex(range(int(pairs["n"].max()) + 1 if len(pairs) else 0))


def _changes_grids(build: Build, frame: gpd.GeoDataFrame) -> np.ndarray:
    """Whether the sides of a line, and the land between, lie in several unified grids: then either choice may change one."""
    sides = [name for name in ("faces", "faces_a", "faces_b") if name in frame]
    grid_of = dict(zip(build.plan.faces["face_id"], build.plan.faces["grid_code"], strict=True))
    beside = frame[sides].agg(";".join, axis=1) if len(frame) else []
    return np.array(
        [len({grid_of.get(face) for face in ids.split(";")}) > 1 for ids in beside], dtype=bool
    )


def _rank_items(
    build: Build, works: pd.DataFrame, aside: np.ndarray, changing: np.ndarray
) -> np.ndarray:
    """Order by what a decision changes: grids, households (or what sizes the grids) and events at stake.

    What is equal stays in the overlay's order; what is set aside comes last.
    """
    stakes = [
        name for name in dict.fromkeys((build.plan.sizes.unit, "events")) if name in works.columns
    ]
    keys = [-works[name].to_numpy(dtype=float) for name in reversed(stakes)]
    return np.lexsort([*keys, ~changing, aside])


def _item_degrees(build: Build, frame: gpd.GeoDataFrame) -> tuple[Any, Any]:
    points = geos.point_on_surface(frame.geometry.to_numpy())
    return lonlat_transformer(build.township.crs).transform(
        shapely.get_x(points), shapely.get_y(points)
    )
