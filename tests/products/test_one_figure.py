"""One figure has one value, one order and one name, wherever people read it; what is withheld is nowhere taken for nought."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner
from python_calamine import CalamineWorkbook

from gridmerge.cli import main
from gridmerge.products.labels import input_named
from gridmerge.products.map import (
    MapOptions,
    make_township_index_page,
    read_map_data,
    render_map_data,
)
from gridmerge.products.map.audience import restrict_map_data
from gridmerge.products.map.data import MapData
from tests.products.map_town import town_data
from tests.small_project import write_small_project


@pytest.fixture(scope="module")
def data() -> MapData:
    return town_data()


def payload_of(page: str) -> dict:
    return json.loads(re.search(r'id="gm-data"[^>]*>(.*?)</script>', page, re.S).group(1))


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    """A build with a road layer beside its two networks, an earlier plan and workloads that findings are about."""
    folder = write_small_project(tmp_path_factory.mktemp("一个数") / "镇")
    file = folder / "gridmerge.toml"
    text = file.read_text("utf-8").replace(
        "[[workload]]",
        '[[layers]]\nkey = "a_roads"\ndepartment = "transport"\npath = "roads.geojson"\nrole = "barrier"\n\n[[workload]]',
        1,
    )
    roads = {"type": "LineString", "coordinates": [[105.0, 29.37], [105.02, 29.371]]}
    (folder / "roads.geojson").write_text(
        json.dumps(
            {
                "type": "FeatureCollection",
                "features": [{"type": "Feature", "properties": {}, "geometry": roads}],
            }
        )
    )
    file.write_text(text, "utf-8")
    with (folder / "buildings.csv").open("a", encoding="utf-8") as table:
        table.write("120.0,40.0,7\n")  # far outside: a finding of the workload
    done = CliRunner().invoke(main, ["build", str(folder), "--processes", "1", "--lang", "zh"])
    assert done.exit_code == 0, done.output
    return folder / "out"


def test_the_index_of_maps_counts_networks_as_the_report_does(out, tmp_path):
    counts = json.loads((out / "report.json").read_text("utf-8"))["counts"]
    assert counts["layers"] == 3 and counts["networks"] == 2
    town = payload_of(make_township_index_page([out], tmp_path))["towns"][0]
    assert town["networks"] == 2 and "layers" not in town
    assert "2 套部门网格" in (out / "report.html").read_text("utf-8") or "2 个部门网格" in (
        out / "report.html"
    ).read_text("utf-8")


def test_departments_are_listed_by_rank_everywhere(out):
    layers = payload_of((out / "map.html").read_text("utf-8"))["layers"]
    keys = [layer["key"] for layer in layers]
    ranks = json.loads((out / "report.json").read_text("utf-8"))["overlay"]["layers"]
    assert keys == sorted(keys, key=lambda key: (ranks[key]["rank"], key)) and keys != sorted(keys)
    assert [layer.key for layer in read_map_data(out).layers] == keys
    index = json.loads((out / "locate.json").read_text("utf-8"))["sources"]
    assert list(dict.fromkeys(row["layer"] for row in index)) == keys
    titles = [layer["title"]["zh"] for layer in layers if layer["role"] != "barrier"]
    sheets = CalamineWorkbook.from_path(out / "plan.xlsx").sheet_names
    assert [name for name in sheets if name in titles] == titles


def test_no_key_of_an_input_stands_where_people_read(out):
    value = payload_of((out / "map.html").read_text("utf-8"))
    assert value["inputs"]["workload:households"] == {"zh": "户数", "en": "households"}
    assert value["inputs"]["roster"] == {"zh": "人员名册", "en": "roster"}
    assert value["inputs"]["villages"]["zh"] == "村（社区）界"
    told = {*value["remarks"]["layer"]} | {source["key"] for source in value["sources"]}
    assert told - {""} <= value["inputs"].keys() | {layer["key"] for layer in value["layers"]}
    assert "workload:households" in value["remarks"]["layer"]
    assert [
        text for text in value["remarks"]["zh"] + value["remarks"]["en"] if "workload:" in text
    ] == []


@pytest.mark.parametrize(
    ("key", "chinese"),
    [
        ("workload:events", "事件数"),
        ("workload:井盖", "井盖"),
        ("roster", "人员名册"),
        ("matters", "事项清单"),
        ("grids:previous", "旧方案"),
        ("grids:locks", "锁定表"),
        ("edits:2", "会议调整2"),
        ("something", "something"),
    ],
)
def test_inputs_go_by_the_names_of_the_field(key, chinese):
    assert input_named(key).zh == chinese


@pytest.mark.parametrize("counts", [[3], [0, 3], [4, 1, 2]])
def test_nothing_shown_to_the_public_yields_what_is_withheld(data, counts):
    """A sum over what is shown, with a total from any place of the page, must not give the rest."""
    grids = data.grids.assign(
        households=[
            *map(float, counts),
            *data.grids["households"].astype(float).iloc[len(counts) :],
        ]
    )
    full = replace(data, grids=grids)
    small = (grids["households"] > 0) & (grids["households"] < 5)
    shown = restrict_map_data(full, "public")
    assert shown.grids["households"].isna().to_numpy().tolist() == small.tolist()
    assert shown.grids["workload"].isna().to_numpy().tolist() == small.tolist()
    assert not shown.figures and shown.assignments["load"].isna().all()
    value = payload_of(render_map_data(full, options=MapOptions(audience="public")))
    hidden = {
        round(float(total), 3)
        for total in (grids["households"].sum(), grids["workload"].sum(), grids["workload"].mean())
    }
    assert not hidden & set(numbers_in(value))


def numbers_in(value):
    """Every number of a page's data, coordinates left aside."""
    if isinstance(value, dict):
        for key, inside in value.items():
            if key not in ("arcs", "rings"):
                yield from numbers_in(inside)
    elif isinstance(value, list):
        for inside in value:
            yield from numbers_in(inside)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield round(float(value), 3)


def test_a_poster_s_withheld_grid_has_no_colour_that_judges(data):
    paper = pytest.importorskip("gridmerge.products.poster.paper_units")
    assert (
        paper.fill_of(np.nan, data) == paper.WITHHELD_COLOUR
        and paper.WITHHELD_COLOUR not in paper.FILL_COLOURS
    )
    assert paper.fill_of(0.0, data) == paper.FILL_COLOURS[0]
    assert (
        paper.fill_of(1e6, data) == paper.FILL_COLOURS[-1]
        and paper.fill_of(1e6, data) in paper.DARK_FILLS
    )


def test_a_poster_s_sums_say_what_is_withheld_and_nothing_else(data):
    tables = pytest.importorskip("gridmerge.products.poster.contents")
    grids = data.grids.assign(households=[3.0, *data.grids["households"].astype(float).iloc[1:]])
    shown = restrict_map_data(replace(data, grids=grids), "public")
    rows = tables.township_sheet(shown, "zh").rows
    village = grids["village_name"].iloc[0]
    for row in rows:
        assert (row[2] == "—") == (row[0] in (village, "合计")), row
        assert "<5" not in row
