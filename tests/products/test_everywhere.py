"""Every way to write an ID number or a phone, in every field that people fill in, looked for in every product of every audience."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
from click.testing import CliRunner
from shapely import box

from gridmerge.cli import main
from gridmerge.config.settings import LayerSpec, Project
from gridmerge.products import export_grids
from gridmerge.products.export import AUDIENCES
from gridmerge.products.map import MapOptions, read_map_data, render_map_data
from tests.products.readers import FORMATS
from tests.products.test_secrets import text_of
from tests.small_project import CRS, X, Y
from tests.ways import IDS, LOOKALIKES, PHONES, bare

SIDE = 200.0
NUMBERS = [written for written, _ in IDS]
PROJECT = """
[project]
name = "青山镇 139.1111.5555"
crs = "EPSG:4544"
[villages]
path = "villages.geojson"
code = "code"
name = "name"
[[layers]]
department = "police"
title = "公安 0813 123 4567"
path = "police.geojson"
id = "id"
name = "name"
holder = "holder"
[[layers]]
department = "街长 +86 139-1111-5555"
path = "streets.geojson"
id = "id"
name = "name"
holder = "holder"
[[workload]]
name = "households"
path = "buildings.csv"
field = "hs"
lon = "lon"
lat = "lat"
[overlay]
tolerance = 5.0
[grids]
unit = "households"
target = 100
min = 50
max = 150
[roster]
path = "roster.csv"
[matters]
path = "matters.csv"
[addresses]
path = "addresses.geojson"
field = "name"
[places]
path = "places.geojson"
field = "name"
"""


def write(folder: Path, texts: list[str]) -> Path:
    """A town of one village, two departmental grids, a member, an address … for each text, which stands in all their fields."""
    count = len(texts)
    cells = [box(X + i * SIDE, Y, X + (i + 1) * SIDE, Y + SIDE) for i in range(count)]
    square = gpd.GeoSeries(cells, crs=CRS)
    codes = [f"5103111{n // 1000 + 10:02d}{n % 1000:03d}" for n in range(count)]
    named = [f"东山{n}村 {text}" for n, text in enumerate(texts)]
    folder.mkdir(parents=True, exist_ok=True)

    def drawn(file: str, shapes: gpd.GeoSeries, **columns: list[str]) -> None:
        gpd.GeoDataFrame(columns, geometry=shapes.to_crs(4326), crs=4326).to_file(folder / file)

    drawn("villages.geojson", square, code=codes, name=named)
    drawn("police.geojson", square, id=texts, name=texts, holder=texts)
    drawn(
        "streets.geojson",
        square,
        id=codes,
        name=[f"街 {t}" for t in texts],
        holder=[f"李四{t}" for t in texts],
    )
    drawn("addresses.geojson", square.centroid, name=[f"东山路{t}" for t in texts])
    drawn("places.geojson", square.centroid, name=[f"老屋{t}" for t in texts])
    at = square.centroid.to_crs(4326)
    pd.DataFrame({"lon": at.x, "lat": at.y, "hs": 100}).to_csv(
        folder / "buildings.csv", index=False
    )
    events = {
        "事件编号": codes,
        "描述": [f"来电 {t}" for t in texts],
        "联系": texts,
        "lon": at.x,
        "lat": at.y,
    }
    pd.DataFrame(events).to_csv(folder / "events.csv", index=False, encoding="utf-8-sig")
    people = {
        "member_id": [f"M{n}" if t in NUMBERS else f"{t} M{n}" for n, t in enumerate(texts)],
        "name": [f"张三{t}" for t in texts],
        "village": codes,
        "phone": texts,
    }
    pd.DataFrame(people).to_csv(folder / "roster.csv", index=False, encoding="utf-8-sig")
    _matters(texts).to_csv(folder / "matters.csv", index=False, encoding="utf-8-sig")
    notes = [
        {"lon": x, "lat": y, "text": f"请联系{t}", "by": f"李四 {t}"}
        for t, x, y in zip(texts, at.x, at.y, strict=True)
    ]
    edits = {"format": "gridmerge-edits/1", "moves": [], "votes": [], "notes": notes}
    (folder / "edits.json").write_text(json.dumps(edits, ensure_ascii=False), "utf-8")
    (folder / "gridmerge.toml").write_text(PROJECT, "utf-8")
    return folder


def _matters(texts: list[str]) -> pd.DataFrame:
    columns = ["法律依据", "问题描述", "运行流程", "网格监管", "乡镇综合管理", "区县部门监管执法"]
    rows = [
        {"事项编码": f"S{n}", "类别": "治安", "事项": f"事项{n} {t}", "主责部门": "公安"}
        for n, t in enumerate(texts)
    ]
    return pd.DataFrame(rows).assign(配合部门="", **dict.fromkeys(columns, texts))


def built(folder: Path) -> Path:
    run = CliRunner().invoke(
        main, ["build", str(folder), "--edits", str(folder / "edits.json"), "--processes", "1"]
    )
    assert run.exit_code == 0, run.output
    out = folder / "out"
    arguments = [
        "locate",
        str(out),
        "--events",
        str(folder / "events.csv"),
        "--out",
        str(folder / "located.csv"),
    ]
    located = CliRunner().invoke(main, arguments)
    assert located.exit_code == 0, located.output
    return out


def leaks(text: str, codes: frozenset[str] = frozenset()) -> list[str]:
    """The numbers of the table that a text holds, whatever stands between their digits."""
    lines = {bare(line) for line in re.split(r"[\n\"'<>|]", html.unescape(text))} - codes
    whole = "\n".join(lines)
    return sorted({digits for _, digits in (*IDS, *PHONES) if digits in whole})


@pytest.fixture(scope="module")
def out(tmp_path_factory) -> Path:
    return built(
        write(tmp_path_factory.mktemp("everywhere"), [written for written, _ in (*IDS, *PHONES)])
    )


def test_none_passes_into_what_a_build_writes(out):
    files = [
        file
        for file in out.iterdir()
        if file.is_file() and file.suffix not in (".dat", ".idx", ".wkb")
    ]
    assert len(files) > 15
    assert {file.name: found for file in files if (found := leaks(text_of(file)))} == {}
    located = leaks((out.parent / "located.csv").read_text("utf-8-sig"))
    assert not {digits for _, digits in IDS} & set(located), (
        "an officer's own events come back without ID numbers"
    )
    assert (out / "report.html").read_text("utf-8").count("139****5555"), (
        "the test looks where something stood"
    )


def test_verify_finds_nothing_to_complain_of(out):
    assert CliRunner().invoke(main, ["verify", str(out)]).exit_code == 0


@pytest.mark.parametrize("audience", AUDIENCES)
def test_none_passes_to_any_audience(out, tmp_path, audience):
    page = render_map_data(read_map_data(out), options=MapOptions(audience=audience))
    assert leaks(page) == []
    for ending, profile in FORMATS:
        folder = tmp_path / f"{profile}-{ending}"
        folder.mkdir()
        export_grids(out, folder / f"grids.{ending}", profile=profile, audience=audience)
        for file in folder.iterdir():
            if file.suffix not in (".shx", ".prj", ".cpg"):
                assert leaks(text_of(file)) == [], file.name


def test_what_looks_alike_stays_in_every_field(tmp_path):
    folder = write(tmp_path / "town", LOOKALIKES)
    out = built(folder)
    rows = pyogrio.read_dataframe(out / "gridmerge.gpkg", layer="layer_police", read_geometry=False)
    assert sorted(rows["holder"]) == sorted(LOOKALIKES)
    assert sorted(rows["name"]) == sorted(LOOKALIKES)
    villages = pyogrio.read_dataframe(out / "gridmerge.gpkg", layer="villages", read_geometry=False)
    assert [name.split(" ", 1)[1] for name in villages["village_name"]] == LOOKALIKES
    members = pd.read_csv(out / "members.csv", dtype=str)
    assert sorted(members["name"].str[2:]) == sorted(LOOKALIKES)
    located = pd.read_csv(folder / "located.csv", dtype=str)
    assert located["联系"].tolist() == LOOKALIKES


@pytest.mark.parametrize(("written", "digits"), [*IDS, *PHONES])
def test_names_of_the_project_file_are_masked_as_they_are_read(written, digits):
    spec = LayerSpec(department=f"街长 {written}", title=f"街长 {written}", path="a.shp")
    for shown in (Project(name=f"青山镇 {written}").name, spec.key, spec.department, spec.title):
        assert digits not in bare(shown)
        assert "**" in shown


@pytest.mark.parametrize("text", LOOKALIKES)
def test_names_of_the_project_file_that_look_alike_stay(text):
    assert Project(name=text).name == text
    assert np.all([LayerSpec(department=text, path="a.shp").key == text])
