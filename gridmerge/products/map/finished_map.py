"""A finished output folder → MapData: the map again, without a rebuild."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
from pyproj import CRS

from gridmerge.config.settings import Grids
from gridmerge.errors import OutputError
from gridmerge.geo.layer_errors import LAYER_ERRORS
from gridmerge.i18n.text import Text
from gridmerge.model import Meeting, Note, Vote
from gridmerge.products.data.csv_tables import unguard_formula
from gridmerge.products.data.docket import DISCREPANCY_KINDS, VOTE_OPTIONS
from gridmerge.products.data.geopackage import layer_names
from gridmerge.products.labels import name_layer
from gridmerge.products.map.data import (
    ASSIGNMENT_COLUMNS,
    MEMBER_COLUMNS,
    NO_ADDRESSES,
    MapData,
    MapLayer,
    Remark,
)


def read_map_data(out: Path) -> MapData:
    """Read back what the map shows from the files of a finished build.

    Parameters
    ----------
    out
        The output folder: gridmerge.gpkg, grids.geojson, the CSV files and report.json.

    Raises
    ------
    OutputError
        One of the files is missing or is not what a build writes.
    """
    try:
        return _read_build(out)
    except LAYER_ERRORS as error:
        raise OutputError(
            f"{out} 不是完整的成果文件夹，或由旧版本生成；请重新运行 gridmerge build。",
            f"{out} does not hold a finished build of this version; run gridmerge build again.",
        ) from error


def _read_build(out: Path) -> MapData:
    report = json.loads((out / "report.json").read_text("utf-8"))
    project, crs = report["project"], CRS.from_user_input(report["project"]["crs"])
    packed = out / "gridmerge.gpkg"
    members, assignments = _read_csv(out / "members.csv"), _read_csv(out / "assignments.csv")
    return MapData(
        name=project["name"],
        code=project["code"] or "",
        date=project["date"],
        crs=crs,
        villages=_read_layer(packed, "villages"),
        grids=_read_layer(packed, "grids"),
        faces=_read_layer(packed, "faces"),
        memberships=_read_layer(packed, "memberships"),
        layers=tuple(_read_networks(packed, report)),
        members=_with_phones(members, out)[list(MEMBER_COLUMNS)],
        assignments=assignments[list(ASSIGNMENT_COLUMNS)],
        works=tuple(str(row["name"]) for row in report["work"]),
        sizes=Grids(**{key: report["grids"][key] for key in ("unit", "target", "min", "max")}),
        figures={"grids": report["grids"], "members": report["members"]},
        remarks=tuple(_read_remarks(_read_layer(packed, "findings"))),
        sources=tuple((row["key"], row["path"], row["features"]) for row in report["inputs"]),
        docket={
            kind: _read_layer(packed, kind).drop(columns="geometry") for kind in DISCREPANCY_KINDS
        },
        addresses=_read_addresses(packed),
        meeting=_read_meeting(_read_csv(out / "meeting.csv")),
        contacts=project["contacts"],
    )


def _read_layer(packed: Path, name: str) -> Any:
    frame = pyogrio.read_dataframe(packed, layer=name)
    return frame.fillna(
        {column: "" for column in frame.columns if pd.api.types.is_string_dtype(frame[column])}
    )


def _read_addresses(packed: Path) -> gpd.GeoDataFrame:
    """The addresses, if the project gave any."""
    given = "addresses" in {str(name) for name in pyogrio.list_layers(packed)[:, 0]}
    return _read_layer(packed, "addresses") if given else NO_ADDRESSES


def _read_networks(packed: Path, report: dict[str, Any]) -> Iterator[MapLayer]:
    told = report["overlay"].get("layers", {})
    written = {str(name) for name in pyogrio.list_layers(packed)[:, 0]}
    # not every input is a network: villages, roster, workloads and lists have no table of their own
    names = layer_names(row["key"] for row in report["inputs"])
    for key, table in sorted(
        names.items(), key=lambda pair: (told.get(pair[0], {}).get("rank", 0.0), pair[0])
    ):
        if table not in written:
            continue
        note = pyogrio.read_info(packed, layer=table)["layer_metadata"] or {}
        title = name_layer(note.get("DESCRIPTION") or key, key)
        frame: gpd.GeoDataFrame = _read_layer(packed, table)
        role = told.get(key, {}).get("role", "grid")
        yield MapLayer(key=key, title=title, role=role, frame=frame)


def _read_csv(file: Path) -> pd.DataFrame:
    """Read a table: text stays text, the measured columns become numbers."""
    frame = pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    numbers = [column for column in ("capacity", "load", "lon", "lat") if column in frame]
    for column in frame.columns.difference(numbers):
        frame[column] = frame[column].map(unguard_formula)
    return frame.assign(**{column: pd.to_numeric(frame[column]) for column in numbers})


def _with_phones(members: pd.DataFrame, out: Path) -> pd.DataFrame:
    """members.csv has no phones; grids.geojson has those of whoever holds a grid, masked as the project wants."""
    features = json.loads((out / "grids.geojson").read_text("utf-8"))["features"]
    people = [person for feature in features for person in feature["properties"]["members"]]
    phones = {person["member_id"]: person.get("phone") or "" for person in people}
    return members.assign(phone=members["member_id"].map(phones).fillna(""))


def _read_meeting(rows: pd.DataFrame) -> Meeting:
    """Read back what was voted and noted; moves are in the plan already."""
    votes, notes = (rows[rows["what"] == what].to_dict("records") for what in ("vote", "note"))
    return Meeting(
        votes=tuple(
            Vote(key=row["key"], **{name: int(row[name] or 0) for name in VOTE_OPTIONS})
            for row in votes
        ),
        notes=tuple(
            Note(lon=row["lon"], lat=row["lat"], text=row["text"], by=row["by"]) for row in notes
        ),
    )


def _read_remarks(findings: gpd.GeoDataFrame) -> Iterator[Remark]:
    places = findings.geometry
    for row, place in zip(
        findings.drop(columns="geometry").to_dict("records"), places, strict=True
    ):
        yield Remark(
            severity=row["severity"],
            kind=row["kind"],
            layer=row["layer"],
            source_id=row["source_id"],
            message=Text(row["message_zh"], row["message_en"]),
            place=None if place is None else (place.x, place.y),
        )
