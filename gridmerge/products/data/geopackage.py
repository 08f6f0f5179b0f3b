"""gridmerge.gpkg: everything at full precision in the working CRS, byte for byte the same for the same build."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from gridmerge.findings import sort_findings
from gridmerge.model import Build
from gridmerge.products.contacts import list_grid_leaders
from gridmerge.products.data.docket import build_docket
from gridmerge.products.data.gdal import check_geopackage, guard_writing
from gridmerge.products.labels import name_build_layers

# layers of single points; all others are areas or lines, and multi
_POINT_LAYERS = ("addresses", "findings")
# \w keeps Chinese; quotes, slashes, blanks and brackets break the tools downstream
_UNSAFE_CHARACTERS = re.compile(r"[^\w\-]+")
_GRID_COLUMNS = (
    "grid_code",
    "grid_name",
    "grid_type",
    "village_code",
    "village_name",
    "area_m2",
    "workload",
)
_MEMBERSHIP_COLUMNS = ["face_id", "layer", "source_id"]
_SOURCE_COLUMNS = ["source_id", "name", "holder", "geometry"]
# the kinds of discrepancies, each with its note for people
_DOCKET_NOTES = {
    "gaps": "部门未认领的土地",
    "claims": "重复认领的土地",
    "disputes": "争议界线",
}

# name, table and a note for people
NamedTable = tuple[str, pd.DataFrame, str]


def write_geopackage(build: Build, file: Path) -> None:
    """Write all layers of the contract, in a fixed order.

    Raises
    ------
    OutputError
        GDAL could not write.
    """
    write_layers(file, _build_layers(build))


def write_layers(file: Path, layers: Iterable[NamedTable]) -> None:
    """Write layers, each a name, a table and a note for people, in the order given.

    Raises
    ------
    OutputError
        GDAL could not write: the disk is full, or a file-system will not have it.
    """
    written = {}
    with guard_writing(file):
        for name, frame, note in layers:
            _write_layer(file, name, frame, note)
            written[name] = frame
    check_geopackage(file, written)


def layer_names(keys: Iterable[str]) -> dict[str, str]:
    """Return the GeoPackage table of each departmental layer: ``layer_KEY``, odd characters replaced, never two the same.

    SQLite tells table names apart without regard to case, so a key that differs from another in case only is numbered.
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    for key in sorted(keys):
        plain = f"layer_{_UNSAFE_CHARACTERS.sub('_', key)}"
        name, count = plain, 1
        while name.casefold() in taken:
            count += 1
            name = f"{plain}_{count}"
        taken.add(name.casefold())
        names[key] = name
    return names


def _build_layers(build: Build) -> Iterator[NamedTable]:
    """Every layer of the contract, in its order."""
    villages = build.township.villages[["village_code", "village_name", "geometry"]]
    yield "villages", villages, "村（社区）"
    yield "grids", _grids_layer(build), "综合网格"
    yield "faces", _faces_layer(build), "最小面"
    memberships = build.mosaic.memberships[_MEMBERSHIP_COLUMNS]
    yield "memberships", memberships.sort_values(_MEMBERSHIP_COLUMNS), "最小面与部门网格的归属"
    for kind, note in _DOCKET_NOTES.items():
        yield kind, build_docket(build, kind).drop(columns=["lon", "lat"]), note
    if build.addresses is not None:
        yield "addresses", build.addresses.frame, "地址（用于在地图上查找）"
    yield "findings", _findings_layer(build), "问题清单（中英文）"
    yield from _departmental_layers(build)


def _grids_layer(build: Build) -> gpd.GeoDataFrame:
    grids = build.plan.grids.sort_values("grid_code")
    leaders = list_grid_leaders(build)
    columns = [*_GRID_COLUMNS, *build.weights.names, "geometry"]
    return grids[columns].assign(leader=[leaders.get(code, "") for code in grids["grid_code"]])


def _faces_layer(build: Build) -> gpd.GeoDataFrame:
    faces = build.mosaic.faces.merge(build.plan.faces, on="face_id")
    faces = faces.merge(build.weights.faces, on="face_id").sort_values("face_id")
    columns = ["face_id", "village_code", "grid_code", "area_m2"]
    return faces[[*columns, *build.weights.names, "workload", "zone", "geometry"]]


def _departmental_layers(build: Build) -> Iterator[NamedTable]:
    titles = name_build_layers(build, "zh")
    tables = layer_names(layer.key for layer in build.layers)
    for layer in sorted(build.layers, key=lambda layer: layer.key):
        frame = layer.frame[_SOURCE_COLUMNS].sort_values("source_id")
        yield tables[layer.key], frame, titles[layer.key]


def _findings_layer(build: Build) -> gpd.GeoDataFrame:
    """The findings with their sentence in both languages; those without a place have no geometry."""
    listed = sort_findings(build.findings)
    chinese, english = name_build_layers(build, "zh"), name_build_layers(build, "en")
    measures = [np.nan if one.measure is None else one.measure for one in listed]
    columns = {
        "severity": [one.severity for one in listed],
        "kind": [one.kind for one in listed],
        "layer": [one.layer for one in listed],
        "source_id": [one.source_id for one in listed],
        "measure": measures,
        "unit": [one.unit for one in listed],
        "message_zh": [one.message("zh", chinese) for one in listed],
        "message_en": [one.message("en", english) for one in listed],
    }
    places = [None if one.place is None else shapely.Point(one.place) for one in listed]
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(places, crs=build.township.crs))


def _write_layer(file: Path, name: str, frame: pd.DataFrame, note: str) -> None:
    plain = frame.reset_index(drop=True)
    options: dict[str, Any] = {"layer_options": {"DESCRIPTION": note}}
    if isinstance(plain, gpd.GeoDataFrame):
        normal = shapely.normalize(plain.geometry.array)
        plain = plain.set_geometry(gpd.GeoSeries(normal, crs=plain.crs))
        options["promote_to_multi"] = name not in _POINT_LAYERS
        # a table that is empty, or without any place, does not show its kind
        if name in _POINT_LAYERS:
            options["geometry_type"] = "Point"
        elif plain.empty:
            options["geometry_type"] = "MultiPolygon"
    pyogrio.write_dataframe(plain, file, layer=name, driver="GPKG", **options)
