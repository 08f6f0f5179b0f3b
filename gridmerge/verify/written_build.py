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
from gridmerge.i18n.text import Language
from gridmerge.products import BUILD_FILES
from gridmerge.products.data.csv_tables import ASSIGNMENT_COLUMNS, FINDING_COLUMNS, MEMBER_COLUMNS
from gridmerge.products.manifest import MANIFEST_FILE
from gridmerge.verify.file_readers import LINES, POLYGONS, csv_table, guard_reading, layer_table

CROSSWALK_TEXTS = ("layer", "source_id", "grid_code")
CROSSWALK_NUMBERS = ("area_m2", "share_of_source", "share_of_grid")
MEMBER_NUMBERS = ("capacity", "load", "load_per_capacity", "grids")


class ReportFile(BaseModel):
    """A file of an input, in report.json."""

    path: str
    sha256: str


class ReportInput(ReportFile):
    """An input, in report.json."""

    key: str
    files: list[ReportFile]


class ReportProject(BaseModel):
    """The project, in report.json."""

    path: str
    language: Language
    date: str


class ReportWork(BaseModel):
    """A source of work, in report.json."""

    name: str


class Report(BaseModel):
    """What report.json must hold for the promises to be proved again."""

    version: str
    project: ReportProject
    inputs: list[ReportInput]
    counts: dict[str, int]
    work: list[ReportWork]
    seconds: dict[str, float]


class GridPerson(BaseModel):
    """A member of a grid, in grids.geojson."""

    member_id: str
    name: str
    duty: str
    phone: str


class GridProperties(BaseModel, extra="allow"):
    """The properties of a grid, in grids.geojson."""

    grid_code: str
    members: list[GridPerson]
    departments: list[str]


class GeoJsonShape(BaseModel):
    """A polygon or several, its numbers left as text so that their digits can be counted."""

    type: str
    coordinates: list[Any]


class GridFeature(BaseModel):
    """A grid, in grids.geojson."""

    properties: GridProperties
    geometry: GeoJsonShape


class GridCollection(BaseModel, extra="allow"):
    """grids.geojson."""

    features: list[GridFeature]


@dataclass(frozen=True, kw_only=True)
class BuildOutputs:
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
    geojson: GridCollection
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


def read_written(out: Path) -> BuildOutputs:
    """Read back everything in OUT.

    Raises
    ------
    OutputError
        OUT holds no finished build, or a file of it is missing or is not what a build writes; it is named.
    """
    missing = [name for name in (*BUILD_FILES, MANIFEST_FILE) if not (out / name).is_file()]
    if missing:
        raise OutputError(
            f"{out} 中没有完整的成果（缺 {'、'.join(missing)}）；请重新运行 gridmerge build。",
            f"{out} does not hold a finished build ({', '.join(missing)} missing); run gridmerge build again.",
        )
    with guard_reading(out / MANIFEST_FILE):
        _read_json(out / MANIFEST_FILE)
    with guard_reading(out / "report.json"):
        report = Report.model_validate(_read_json(out / "report.json"))
    with guard_reading(out / "grids.geojson"):
        geojson = GridCollection.model_validate(_read_json(out / "grids.geojson", parse_float=str))
    with guard_reading(out / "plan.xlsx"):
        book = CalamineWorkbook.from_path(str(out / "plan.xlsx"))
    works = [work.name for work in report.work]
    return BuildOutputs(
        out=out,
        report=report,
        tables=_read_layers(out / "gridmerge.gpkg", works),
        geojson=geojson,
        book=book,
        crosswalk=_read_crosswalk(out, works),
        assignments=csv_table(out / "assignments.csv", ASSIGNMENT_COLUMNS, ["load"]),
        members=csv_table(out / "members.csv", MEMBER_COLUMNS, MEMBER_NUMBERS),
        findings=csv_table(out / "findings.csv", FINDING_COLUMNS, ["measure"]),
    )


def _read_json(file: Path, **options: Any) -> dict[str, Any]:
    read = json.loads(file.read_text("utf-8"), object_pairs_hook=_refuse_duplicate_keys, **options)
    return TypeAdapter(dict[str, Any]).validate_python(read)


def _refuse_duplicate_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a key that stands twice: one reader takes the first value and another the last."""
    values = dict(pairs)
    if len(values) < len(pairs):
        raise ValueError("a key twice")
    return values


def _read_crosswalk(out: Path, works: Sequence[str]) -> pd.DataFrame:
    numbers = [*CROSSWALK_NUMBERS, *works]
    return csv_table(out / "crosswalk.csv", [*CROSSWALK_TEXTS, *numbers], numbers)


def _read_layers(file: Path, works: Sequence[str]) -> dict[str, pd.DataFrame]:
    """The layers that promises are about, each with the columns they need."""
    figures = ["area_m2", "workload", *works]
    village, grid = (
        ["village_code", "village_name"],
        ["grid_code", "grid_name", "grid_type", "village_code"],
    )
    tables = {
        "villages": layer_table(file, "villages", village),
        "grids": layer_table(file, "grids", grid, figures),
        "faces": layer_table(file, "faces", ["face_id", "village_code", "grid_code"], figures),
        "memberships": layer_table(
            file, "memberships", ["face_id", "layer", "source_id"], shapes=None
        ),
    }
    with guard_reading(file):
        names = [str(name) for name, _ in pyogrio.list_layers(file)]
    for name in names:
        if name.startswith("layer_"):
            tables[name] = layer_table(file, name, ["source_id"], shapes=POLYGONS | LINES)
    return tables
