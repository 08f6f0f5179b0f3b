"""OUT as it lies on disk, read back by plain means."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
from pydantic import BaseModel, TypeAdapter
from python_calamine import CalamineWorkbook

from gridmerge.errors import OutputError
from gridmerge.publish import FILES
from gridmerge.publish.manifest import MANIFEST
from gridmerge.publish.tables import ASSIGNMENT_COLUMNS, FINDING_COLUMNS, MEMBER_COLUMNS
from gridmerge.text import Language
from gridmerge.verify.reading import LINES, POLYGONS, csv_table, layer_table, reading

CROSSWALK_TEXTS = ("layer", "source_id", "grid_code")
CROSSWALK_NUMBERS = ("area_m2", "share_of_source", "share_of_grid")
MEMBER_NUMBERS = ("capacity", "load", "load_per_capacity", "grids")


class ToldFile(BaseModel):
    """A file of an input, in report.json."""

    path: str
    sha256: str


class ToldInput(ToldFile):
    """An input, in report.json."""

    key: str
    files: list[ToldFile]


class ToldProject(BaseModel):
    """The project, in report.json."""

    path: str
    language: Language
    date: str


class ToldWork(BaseModel):
    """A source of work, in report.json."""

    name: str


class Report(BaseModel):
    """What report.json must hold for the promises to be proved again."""

    version: str
    project: ToldProject
    inputs: list[ToldInput]
    counts: dict[str, int]
    work: list[ToldWork]
    seconds: dict[str, float]


class Person(BaseModel):
    """A member of a grid, in grids.geojson."""

    member_id: str
    name: str
    duty: str
    phone: str


class Properties(BaseModel, extra="allow"):
    """The properties of a grid, in grids.geojson."""

    grid_code: str
    members: list[Person]
    departments: list[str]


class Shape(BaseModel):
    """A polygon or several, its numbers left as text so that their digits can be counted."""

    type: str
    coordinates: list[Any]


class Feature(BaseModel):
    """A grid, in grids.geojson."""

    properties: Properties
    geometry: Shape


class Collection(BaseModel, extra="allow"):
    """grids.geojson."""

    features: list[Feature]


@dataclass(frozen=True, kw_only=True)
class Written:
    """What a build wrote.

    Parameters
    ----------
    out
        The folder.
    report
        report.json.
    tables
        Layers of the GeoPackage by name: villages, grids, faces, memberships and those of the departments.
    geojson
        grids.geojson.
    book
        plan.xlsx.
    crosswalk, assignments, members, findings
        The CSV tables: codes as text, figures as floats.
    """

    out: Path
    report: Report
    tables: dict[str, pd.DataFrame]
    geojson: Collection
    book: CalamineWorkbook
    crosswalk: pd.DataFrame
    assignments: pd.DataFrame
    members: pd.DataFrame
    findings: pd.DataFrame

    @property
    def villages(self) -> gpd.GeoDataFrame:
        """The villages as written."""
        return self.tables["villages"]

    @property
    def grids(self) -> gpd.GeoDataFrame:
        """The unified grids."""
        return self.tables["grids"]

    @property
    def faces(self) -> gpd.GeoDataFrame:
        """The smallest pieces."""
        return self.tables["faces"]

    @property
    def works(self) -> list[str]:
        """Names of the sources of work."""
        return [work.name for work in self.report.work]


def read_written(out: Path) -> Written:
    """Read back everything in OUT.

    Raises
    ------
    OutputError
        OUT holds no finished build, or a file of it is missing or is not what a build writes; it is named.
    """
    missing = [name for name in (*FILES, MANIFEST) if not (out / name).is_file()]
    if missing:
        raise OutputError(
            f"{out} 中没有完整的成果（缺 {'、'.join(missing)}）；请重新运行 gridmerge build。",
            f"{out} does not hold a finished build ({', '.join(missing)} missing); run gridmerge build again.",
        )
    with reading(out / MANIFEST):
        _json(out / MANIFEST)
    with reading(out / "report.json"):
        report = Report.model_validate(_json(out / "report.json"))
    with reading(out / "grids.geojson"):
        geojson = Collection.model_validate(_json(out / "grids.geojson", parse_float=str))
    with reading(out / "plan.xlsx"):
        book = CalamineWorkbook.from_path(str(out / "plan.xlsx"))
    works = [work.name for work in report.work]
    return Written(
        out=out,
        report=report,
        tables=_tables(out / "gridmerge.gpkg", works),
        geojson=geojson,
        book=book,
        crosswalk=_crosswalk(out, works),
        assignments=csv_table(out / "assignments.csv", ASSIGNMENT_COLUMNS, ["load"]),
        members=csv_table(out / "members.csv", MEMBER_COLUMNS, MEMBER_NUMBERS),
        findings=csv_table(out / "findings.csv", FINDING_COLUMNS, ["measure"]),
    )


def _json(file: Path, **options: Any) -> dict[str, Any]:
    read = json.loads(file.read_text("utf-8"), object_pairs_hook=_once, **options)
    return TypeAdapter(dict[str, Any]).validate_python(read)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a key that stands twice: one reader takes the first value and another the last."""
    values = dict(pairs)
    if len(values) < len(pairs):
        raise ValueError("a key twice")
    return values


def _crosswalk(out: Path, works: Sequence[str]) -> pd.DataFrame:
    numbers = [*CROSSWALK_NUMBERS, *works]
    return csv_table(out / "crosswalk.csv", [*CROSSWALK_TEXTS, *numbers], numbers)


def _tables(file: Path, works: Sequence[str]) -> dict[str, pd.DataFrame]:
    """The layers that promises are about, each with the columns they need."""
    figures = ["area_m2", "workload", *works]
    village, grid = ["village_code", "village_name"], ["grid_code", "grid_name", "grid_type", "village_code"]
    tables = {
        "villages": layer_table(file, "villages", village),
        "grids": layer_table(file, "grids", grid, figures),
        "faces": layer_table(file, "faces", ["face_id", "village_code", "grid_code"], figures),
        "memberships": layer_table(file, "memberships", ["face_id", "layer", "source_id"], shapes=None),
    }
    with reading(file):
        names = [str(name) for name, _ in pyogrio.list_layers(file)]
    for name in names:
        if name.startswith("layer_"):
            tables[name] = layer_table(file, name, ["source_id"], shapes=POLYGONS | LINES)
    return tables
