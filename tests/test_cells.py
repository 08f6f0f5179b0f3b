"""Odd tokens in every kind of column of a table, in CSV, xlsx and dbf, through init, check, build and locate.

No traceback, nothing silently changed, every row that was not used told. A sample runs here; all of them with
``GRIDMERGE_ALL_CELLS=1``.
"""

from __future__ import annotations

import csv
import json
import os
import random
import tomllib
import warnings

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
import xlsxwriter
from click.testing import CliRunner

from gridmerge.clean import clean_roster, clean_work
from gridmerge.cli import main
from gridmerge.config.settings import Reading, RosterSpec, WorkloadSpec
from gridmerge.coordinates.cells import parse_coordinate, parse_coordinate_pair
from gridmerge.coordinates.columns import find_coordinate_columns, read_places
from gridmerge.errors import GridmergeError
from gridmerge.io import read_input
from gridmerge.products.data.csv_tables import unguard_formula
from gridmerge.tabular.cell_values import cell_text, parse_number
from tests import little
from tests.small_project import CRS, X, Y, write_small_project
from tests.tokens import TOKENS

SOME = (
    TOKENS if os.environ.get("GRIDMERGE_ALL_CELLS") else tuple(random.Random(14).sample(TOKENS, 40))
)
COLUMNS = ("lon", "lat", "户数", "编码", "名称", "电话", "日期", "备注")
GOOD = 40
KINDS = ("csv", "xlsx", "dbf")
MOST = 1e12
_ERRORS = ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!")  # of a workbook's formulas: no values


def table(tokens=SOME) -> list[list[str]]:
    """Rows of good cells; then for every token and column a row that is good but for that cell."""
    count = GOOD + len(tokens) * len(COLUMNS)
    x, y = X + 20 + np.arange(count) * 1900 / count, np.full(count, Y + 300.0)
    spots = gpd.GeoSeries(gpd.points_from_xy(x, y), crs=CRS).to_crs(4490)
    places = [(f"{lon:.9f}", f"{lat:.9f}") for lon, lat in zip(spots.x, spots.y, strict=True)]
    rows = [
        [*places[i], "3", f"B{i:05d}", f"{i}号楼", "0813-5500123", "2024-05-12", "好"]
        for i in range(count)
    ]
    for i, token in enumerate(tokens):
        for column in range(len(COLUMNS)):
            rows[GOOD + i * len(COLUMNS) + column][column] = token
    return rows


def write(rows, file, kind, columns=COLUMNS):
    path = file.with_suffix(f".{kind}")
    if kind == "csv":
        with path.open("w", encoding="utf-8-sig", newline="") as handle:
            csv.writer(handle).writerows([columns, *rows])
    elif kind == "xlsx":
        book = xlsxwriter.Workbook(
            str(path), {"strings_to_formulas": False, "strings_to_urls": False}
        )
        sheet = book.add_worksheet()
        for i, row in enumerate([columns, *rows]):
            for j, cell in enumerate(row):
                sheet.write_string(i, j, cell)
        book.close()
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a cell longer than 254 bytes is cut by the format
            frame = pd.DataFrame(rows, columns=list(columns))
            pyogrio.write_dataframe(frame, path, driver="ESRI Shapefile", encoding="UTF-8")
    return path.name


@pytest.fixture(scope="module")
def township():
    return little_town()


def little_town():
    """The villages of the small project."""
    from gridmerge.model import Township  # noqa: PLC0415

    frame = gpd.GeoDataFrame(
        {"village_code": ["510311104201", "510311104202"], "village_name": ["东山村", "西河村"]},
        geometry=[
            shapely.box(X, Y, X + 1000, Y + 1000),
            shapely.box(X + 1000, Y, X + 2000, Y + 1000),
        ],
        crs=CRS,
    )
    return Township(
        name="镇", code=None, crs=little.LITTLE_CRS, villages=frame, source=little.SOURCE
    )


def measure(findings, *kinds):
    return sum(int(one.measure) for one in findings if one.kind in kinds)


def test_there_are_enough_of_them():
    assert len(TOKENS) >= 500 and len(set(TOKENS)) == len(TOKENS)


@pytest.mark.parametrize("token", TOKENS)
def test_no_token_is_more_than_one_thing_to_a_cell(token):
    value = parse_number(token)
    assert np.isnan(value) or np.isfinite(value)
    for said in (parse_coordinate(token), parse_coordinate_pair(token)):
        assert said is None or np.isfinite(said[0])
    frame = pd.DataFrame({"经度": ["103.5"] * 9 + [token], "纬度": ["29.5"] * 10})
    places = read_places(frame, find_coordinate_columns(frame))
    assert np.isfinite(places.x[:9]).all()
    assert places.unread[9] == (np.isnan(places.x[9]))


@pytest.mark.parametrize("kind", KINDS)
def test_every_row_of_a_workload_is_used_or_told(township, tmp_path, kind):
    rows = table()
    spec = WorkloadSpec(name="households", path=write(rows, tmp_path / "a", kind), field="户数")
    work = clean_work(read_input(spec, tmp_path, "workload:households"), spec, township)
    nowhere = measure(work.findings, "work_no_place")
    assert len(work.frame) + nowhere == len(rows)
    inside = shapely.covers(
        shapely.union_all(township.villages.geometry), work.frame.geometry.values
    ).sum()
    assert inside >= GOOD + len(SOME) * (len(COLUMNS) - 2), "no good row is lost with a bad one"
    said = [parse_number(token) for token in SOME]
    bad = sum(not 0 <= value <= MOST for value in said)
    told = measure(
        work.findings, "work_blank", "work_not_number", "work_negative", "work_too_large"
    )
    assert told == bad
    good = sum(value for value in said if 0 <= value <= MOST) + 3 * (
        len(rows) - len(SOME) - nowhere
    )
    assert work.frame.value.sum() == pytest.approx(good)


@pytest.mark.parametrize("kind", KINDS)
def test_every_cell_comes_out_of_a_file_as_it_went_in(tmp_path, kind):
    rows = table()
    name = write(rows, tmp_path / "a", kind)
    frame = read_input(Reading(path=name), tmp_path, "events").frame
    assert len(frame) == len(rows)
    assert set(COLUMNS) <= set(frame.columns)
    for j, column in enumerate(COLUMNS):
        for row, cell in zip(rows, frame[column], strict=True):
            whole = row[j] if kind != "dbf" else row[j].encode()[:254].decode(errors="ignore")
            error = kind == "xlsx" and whole.strip() in _ERRORS
            assert error or squeezed(cell) == squeezed(whole), (column, row[j])


def squeezed(cell) -> str:
    """A cell as text without white space and unseen characters, which no promise is made about."""
    return "".join(cell_text("" if pd.isna(cell) else cell).split())


@pytest.mark.parametrize("kind", KINDS)
def test_a_roster_is_read_or_refused_in_one_sentence(township, tmp_path, kind):
    for column in ("编号", "姓名", "电话", "住址", "lon"):
        rows = [[f"M{i}", f"成员{i}", "0813-5500123", "好", "105.01"] for i in range(len(SOME))]
        columns = ("编号", "姓名", "电话", "住址", "lon")
        for row, token in zip(rows, SOME, strict=True):
            row[columns.index(column)] = token
        rows = [[*row, "29.37"] for row in rows]
        spec = RosterSpec(path=write(rows, tmp_path / column, kind, (*columns, "lat")))
        try:
            roster = clean_roster(read_input(spec, tmp_path, "roster"), spec, township)
        except GridmergeError as error:
            assert "roster" in error.text.zh and "编号" in error.text.zh
            continue
        assert len(roster.members) == len(rows)


def spoken(*arguments) -> str:
    """Run the command; a traceback or any other exit than 0 and 1 fails."""
    result = CliRunner().invoke(main, [*map(str, arguments), "--lang", "en"])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code in (0, 1), result.output
    return result.output


@pytest.mark.parametrize("kind", KINDS)
def test_check_and_locate_go_through(tmp_path, kind):
    project = write_small_project(tmp_path / "town")
    name = write(table(), project / "odd", kind)
    toml = (project / "gridmerge.toml").read_text("utf-8")
    toml = toml.replace('path = "buildings.csv"\nfield = "hs"', f'path = "{name}"\nfield = "户数"')
    (project / "gridmerge.toml").write_text(toml, "utf-8")
    assert "work_no_place" in spoken("check", project, "--json") + (
        project / "check" / "findings.csv"
    ).read_text("utf-8")


def test_build_init_and_locate_go_through(tmp_path):
    project = write_small_project(tmp_path / "town")
    (project / "buildings.csv").unlink()
    write(table(), project / "buildings", "csv", ("lon", "lat", "hs", *COLUMNS[3:]))
    spoken("build", project)
    assert (project / "out" / "grids.geojson").exists()
    features = json.loads((project / "out" / "grids.geojson").read_text("utf-8"))["features"]
    assert sum(feature["properties"]["households"] for feature in features) >= 3 * GOOD
    for kind in KINDS:
        name = write(table(), project / f"events-{kind}", kind)
        done = tmp_path / f"{kind}.csv"
        spoken("locate", project / "out", "--events", project / name, "--out", done)
        rows = list(csv.reader(done.open(encoding="utf-8-sig", newline="")))
        assert len(rows) == len(table()) + 1
        for row, came in zip(table(), rows[1:], strict=True):
            if kind == "csv":
                assert [squeezed(unguard_formula(cell)) for cell in came[: len(COLUMNS)]] == list(
                    map(squeezed, row)
                )
    for path in (project / "out", project / "gridmerge.toml"):
        path.rename(tmp_path / path.name)
    spoken("init", project)
    tomllib.loads((project / "gridmerge.toml").read_text("utf-8"))
