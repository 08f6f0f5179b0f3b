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

from gridmerge.errors import OutputError
from gridmerge.geo import geos
from gridmerge.geo.layer_errors import LAYER_ERRORS
from gridmerge.i18n.text import Language
from gridmerge.products.map.folium_page import Page, make_offline_figure
from gridmerge.products.map.inlining import inline_assets
from gridmerge.products.map.labels import LABELS
from gridmerge.products.map.page_types import AtlasPayload, Town
from gridmerge.products.map.payload import script_json
from gridmerge.products.map.topology_arcs import (
    UNITS_PER_DEGREE,
    Display,
    encode_deltas,
    shared_arcs,
)
from gridmerge.products.masking import scrub_text

VILLAGE_SIMPLIFY_M = 10.0  # a county on one screen: two pixels at most


@dataclass(frozen=True, kw_only=True)
class _Township:
    name: str
    crs: CRS
    villages: gpd.GeoDataFrame
    counts: dict[str, Any]
    link: str


def make_township_index_page(
    outs: Sequence[Path], folder: Path, *, language: Language = "zh"
) -> str:
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
    towns = sorted(
        (_read_township(out, folder) for out in outs), key=lambda town: (town.name, town.link)
    )
    origin = _common_middle(towns)
    value: AtlasPayload = {
        "language": language,
        "origin": origin,
        "scale": UNITS_PER_DEGREE,
        "towns": [_pack_township(town, origin) for town in towns],
    }
    title = LABELS["atlas"].in_(language)
    return inline_assets(make_offline_figure(Page(script_json(value), "atlas"), title))


def _read_township(out: Path, folder: Path) -> _Township:
    try:
        report = json.loads((out / "report.json").read_text("utf-8"))
        return _Township(
            name=scrub_text(report["project"]["name"]),
            crs=CRS.from_user_input(report["project"]["crs"]),
            villages=pyogrio.read_dataframe(out / "gridmerge.gpkg", layer="villages"),
            counts={
                **{
                    key: report["counts"][key]
                    for key in ("networks", "villages", "grids", "members")
                },
                "outside": _count_outside(report["grids"]),
                "disputes": report["open"]["disputes"]["count"],
                "date": report["project"]["date"],
            },
            link=quote(
                Path(os.path.relpath((out / "map.html").resolve(), folder.resolve())).as_posix()
            ),
        )
    except LAYER_ERRORS as error:
        raise OutputError(
            f"{out} 不是可以编入索引的成果文件夹；请先运行 gridmerge build，并与索引放在同一磁盘。",
            f"{out} cannot be put into the index; run gridmerge build first, on the same drive as the index.",
        ) from error


def _count_outside(grids: dict[str, Any]) -> int | None:
    """How many grids are smaller or larger than wanted, where the plan says so."""
    return (
        grids["below_min"] + grids["above_max"]
        if {"below_min", "above_max"} <= grids.keys()
        else None
    )


def _common_middle(towns: Sequence[_Township]) -> tuple[float, float]:
    corners = [
        Display(crs=town.crs).degrees(np.array([town.villages.total_bounds[:2]])) for town in towns
    ]
    lon, lat = np.vstack(corners).mean(axis=0)
    return round(float(lon), 4), round(float(lat), 4)


def _pack_township(town: _Township, origin: tuple[float, float]) -> Town:
    shapes = geos.coverage_simplify(town.villages.geometry.to_numpy(), VILLAGE_SIMPLIFY_M)
    arcs = shared_arcs(list(shapes))
    lines = encode_deltas(arcs.lines, Display(crs=town.crs, origin=origin))
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
