"""Many townships: one index map that links the map of each, instead of one file too heavy to open."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import geopandas as gpd
import numpy as np
import pyogrio
from pyproj import CRS

from gridmerge import robust
from gridmerge.errors import OutputError
from gridmerge.publish.map.arcs import SCALE, Display, deltas, shared_arcs
from gridmerge.publish.map.figure import Page, offline
from gridmerge.publish.map.inline import inline
from gridmerge.publish.map.labels import LABELS
from gridmerge.publish.map.page_types import AtlasPayload, Town
from gridmerge.publish.map.payload import script_json
from gridmerge.publish.privacy import scrub
from gridmerge.text import Language

SIMPLIFY_M = 10.0  # a county on one screen: two pixels at most


@dataclass(frozen=True, kw_only=True)
class _Township:
    name: str
    crs: CRS
    villages: gpd.GeoDataFrame
    counts: dict[str, Any]
    link: str


def atlas(outs: Sequence[Path], folder: Path, *, language: Language = "zh") -> str:
    """Return an index map of finished builds.

    Parameters
    ----------
    outs
        The output folders, each with its map.html.
    folder
        Where the index will lie: links are relative to it, so that all can be copied together.
    language
        In which it opens.

    Raises
    ------
    OutputError
        A folder holds no finished build, or lies on another drive.
    """
    towns = sorted((_township(out, folder) for out in outs), key=lambda town: (town.name, town.link))
    origin = _middle(towns)
    value: AtlasPayload = {
        "language": language,
        "origin": origin,
        "scale": SCALE,
        "towns": [_shown(town, origin) for town in towns],
    }
    title = LABELS["atlas"].in_(language)
    return inline(offline(Page(script_json(value), "atlas"), title))


def _township(out: Path, folder: Path) -> _Township:
    try:
        report = json.loads((out / "report.json").read_text("utf-8"))
        return _Township(
            name=scrub(report["project"]["name"]),
            crs=CRS.from_user_input(report["project"]["crs"]),
            villages=pyogrio.read_dataframe(out / "gridmerge.gpkg", layer="villages"),
            counts={
                **{key: report["counts"][key] for key in ("networks", "villages", "grids", "members")},
                "outside": _outside(report["grids"]),
                "disputes": report["open"]["disputes"]["count"],
                "date": report["project"]["date"],
            },
            link=quote(Path(os.path.relpath((out / "map.html").resolve(), folder.resolve())).as_posix()),
        )
    except (OSError, KeyError, ValueError, pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise OutputError(
            f"{out} 不是可以编入索引的成果文件夹；请先运行 gridmerge build，并与索引放在同一磁盘。",
            f"{out} cannot be put into the index; run gridmerge build first, on the same drive as the index.",
        ) from error


def _outside(grids: dict[str, Any]) -> int | None:
    """How many grids are smaller or larger than wanted, where the plan says so."""
    return grids["below_min"] + grids["above_max"] if {"below_min", "above_max"} <= grids.keys() else None


def _middle(towns: Sequence[_Township]) -> tuple[float, float]:
    corners = [Display(crs=town.crs).degrees(np.array([town.villages.total_bounds[:2]])) for town in towns]
    lon, lat = np.vstack(corners).mean(axis=0)
    return round(float(lon), 4), round(float(lat), 4)


def _shown(town: _Township, origin: tuple[float, float]) -> Town:
    shapes = robust.coverage_simplify(town.villages.geometry.to_numpy(), SIMPLIFY_M)
    arcs = shared_arcs(list(shapes))
    lines = deltas(arcs.lines, Display(crs=town.crs, origin=origin))
    counts = town.counts
    return {
        "name": town.name,
        "link": town.link,
        "networks": counts["networks"],
        "villages": counts["villages"],
        "grids": counts["grids"],
        "members": counts["members"],
        "outside": counts["outside"],
        "disputes": counts["disputes"],
        "date": counts["date"],
        "rings": arcs.rings,
        "arcs": lines,
    }
