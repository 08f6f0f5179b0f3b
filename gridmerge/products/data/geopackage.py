"""gridmerge.gpkg: everything at full precision in the working CRS, byte for byte the same for the same build."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

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
_UNSAFE_CHARACTERS = re.compile(
    r"[^\w\-]+"
)  # \w keeps Chinese; quotes, slashes, blanks and brackets break the tools downstream


def write_geopackage(build: Build, file: Path) -> None:
    """Write all layers of the contract, in a fixed order.

    Raises
    ------
    OutputError
        GDAL could not write.
    """
    write_layers(file, _build_layers(build))


def write_layers(file: Path, layers: Iterable[tuple[str, pd.DataFrame, str]]) -> None:
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


def _build_layers(build: Build) -> Iterator[tuple[str, pd.DataFrame, str]]:
    """Name, table and a note for people, of each layer."""
    plan, mosaic, names = build.plan, build.mosaic, list(build.weights.names)
    grid_columns = [
        "grid_code",
        "grid_name",
        "grid_type",
        "village_code",
        "village_name",
        "area_m2",
        "workload",
        *names,
    ]
    grids = plan.grids.sort_values("grid_code")
    named = list_grid_leaders(build)
    heads = [named.get(code, "") for code in grids["grid_code"]]
    yield (
        "villages",
        build.township.villages[["village_code", "village_name", "geometry"]],
        "村（社区）",
    )
    yield "grids", grids[[*grid_columns, "geometry"]].assign(leader=heads), "综合网格"
    faces = (
        mosaic.faces.merge(plan.faces, on="face_id")
        .merge(build.weights.faces, on="face_id")
        .sort_values("face_id")
    )
    columns = ["face_id", "village_code", "grid_code", "area_m2", *names, "workload", "zone"]
    yield "faces", faces[[*columns, "geometry"]], "最小面"
    links = mosaic.memberships[["face_id", "layer", "source_id"]].sort_values(
        ["face_id", "layer", "source_id"]
    )
    yield "memberships", links, "最小面与部门网格的归属"
    for kind, note in (
        ("gaps", "部门未认领的土地"),
        ("claims", "重复认领的土地"),
        ("disputes", "争议界线"),
    ):
        yield kind, build_docket(build, kind).drop(columns=["lon", "lat"]), note
    if build.addresses is not None:
        yield "addresses", build.addresses.frame, "地址（用于在地图上查找）"
    yield "findings", _findings_layer(build), "问题清单（中英文）"
    named = name_build_layers(build, "zh")
    tables = layer_names(layer.key for layer in build.layers)
    for layer in sorted(build.layers, key=lambda layer: layer.key):
        columns = ["source_id", "name", "holder", "geometry"]
        yield tables[layer.key], layer.frame[columns].sort_values("source_id"), named[layer.key]


def _findings_layer(build: Build) -> gpd.GeoDataFrame:
    """The findings with their sentence in both languages; those without a place have no geometry."""
    listed = sort_findings(build.findings)
    chinese, english = name_build_layers(build, "zh"), name_build_layers(build, "en")
    frame = {
        name: [getattr(one, name) for one in listed]
        for name in ("severity", "kind", "layer", "source_id")
    }
    frame |= {"measure": [np.nan if one.measure is None else one.measure for one in listed]}
    frame |= {"unit": [one.unit for one in listed]}
    frame |= {"message_zh": [one.message("zh", chinese) for one in listed]}
    frame |= {"message_en": [one.message("en", english) for one in listed]}
    places = [None if one.place is None else shapely.Point(one.place) for one in listed]
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(places, crs=build.township.crs))


def _write_layer(file: Path, name: str, frame: pd.DataFrame, note: str) -> None:
    plain = frame.reset_index(drop=True)
    options = {"DESCRIPTION": note}
    if isinstance(plain, gpd.GeoDataFrame):
        plain = plain.set_geometry(
            gpd.GeoSeries(shapely.normalize(plain.geometry.array), crs=plain.crs)
        )
        # a table that is empty, or without any place, does not tell its kind
        kind = (
            {"geometry_type": "Point"}
            if name in _POINT_LAYERS
            else {}
            if len(plain)
            else {"geometry_type": "MultiPolygon"}
        )
        pyogrio.write_dataframe(
            plain,
            file,
            layer=name,
            driver="GPKG",
            promote_to_multi=name not in _POINT_LAYERS,
            layer_options=options,
            **kind,
        )
    else:
        pyogrio.write_dataframe(plain, file, layer=name, driver="GPKG", layer_options=options)
