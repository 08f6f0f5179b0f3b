from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from click.testing import CliRunner

from gridmerge.cli import main
from gridmerge.cli.locate import _parse_place
from gridmerge.config.settings import Reading
from gridmerge.errors import InputError, OutputError, PlaceError
from gridmerge.geo import place_index
from gridmerge.geo.crs import lonlat_transformer
from gridmerge.geo.gcj02 import wgs84_to_gcj02
from gridmerge.services.locate import locate_one
from gridmerge.services.locate.events import locate_many
from tests import little

EAST, NORTH = 500_000.0, 3_300_000.0  # where in EPSG:4544 the checkerboard lies
PLAN = little.plan(4, 3)
GRIDS = shapely.transform(PLAN.grids.geometry.to_numpy(), lambda xy: xy + np.array([EAST, NORTH]))
CODES = PLAN.grids["grid_code"].tolist()


def west_half(grid: shapely.Polygon) -> shapely.Polygon:
    x0, y0, _, y1 = grid.bounds
    return shapely.box(x0, y0, x0 + 50, y1)


def east_half(grid: shapely.Polygon) -> shapely.Polygon:
    _, y0, x1, y1 = grid.bounds
    return shapely.box(x1 - 50, y0, x1, y1)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("out")
    halves = np.concatenate(
        [np.array([part(grid) for grid in GRIDS]) for part in (west_half, east_half)]
    )
    place_index.write_index(
        folder,
        crs=little.LITTLE_CRS,
        faces=halves,
        grids=GRIDS,
        about={
            "grid_of_face": [*range(12), *range(12)],
            "grids": [
                {"grid_code": code, "grid_name": f"网格{code[-3:]}", "village_code": code[:12], "village_name": "村", "leader": "",
                 "members": [{"member_id": "M1", "name": "李四", "duty": "full_time", "phone": "138****0001"}]}
                for code in CODES
            ],
            "sources": [{"layer": "police", "title": "公安", "source_id": "J1", "name": "一格", "holder": "王五"}],
            "claims": [[0], *[[] for _ in range(23)]],
            "matters": {"QS001": {"matter_code": "QS001", "matter": "占道经营", "lead": "城市管理", "cooperating": "公安"}},
            "contacts": {"城市管理": ["赵六", *[""] * 11]},
        },
    )  # fmt: skip
    return folder


def degrees(x: float, y: float) -> tuple[float, float]:
    lon, lat = lonlat_transformer(little.LITTLE_CRS).transform(EAST + x, NORTH + y)
    return float(lon), float(lat)


def test_a_place_tells_its_grid_people_and_departments(out: Path) -> None:
    answer = locate_one(out, *degrees(30, 40))
    assert answer.grid is not None
    assert answer.grid["grid_code"] == CODES[0]
    assert [person["name"] for person in answer.grid["members"]] == ["李四"]
    assert [row["holder"] for row in answer.departments] == ["王五"]
    assert answer.near_line_m == pytest.approx(30.0)
    assert not answer.near_line


def test_outside_says_so_and_how_far(out: Path) -> None:
    answer = locate_one(out, *degrees(-55, 40))
    assert answer.grid is None
    assert answer.departments == ()
    assert answer.near_line_m == pytest.approx(55.0)


@pytest.mark.parametrize("place", [(100, 50), (100, 100), (0, 130), (400, 300), (250, 0)])
def test_on_a_line_there_is_one_grid_the_smallest_code_and_the_flag(
    out: Path, place: tuple[float, float]
) -> None:
    exact = shapely.Point(EAST + place[0], NORTH + place[1])
    index = place_index.PlaceIndex(out)
    one, many = index.locate_one(exact), index.locate(np.array([exact]))
    touching = np.flatnonzero(shapely.intersects(GRIDS, exact))
    assert one.grid[0] == many.grid[0] == touching.min()
    assert one.near_line_m[0] == many.near_line_m[0] == 0
    # degrees round: the outer line must not fall outside
    answer = locate_one(out, *degrees(*place))
    assert answer.grid is not None
    assert answer.near_line


def test_many_points_agree_with_a_spatial_join_and_with_single_look_ups(out: Path) -> None:
    rng = np.random.default_rng(7)
    xy = rng.uniform([-50, -50], [450, 350], (3000, 2)) + np.array([EAST, NORTH])
    points = gpd.GeoDataFrame(geometry=shapely.points(xy), crs=little.LITTLE_CRS)
    grids = gpd.GeoDataFrame({"code": range(12)}, geometry=GRIDS, crs=little.LITTLE_CRS)
    joined = points.sjoin(grids, how="left")["code"].fillna(-1).astype(int)
    index = place_index.PlaceIndex(out)
    located = index.locate(points.geometry.to_numpy())
    assert (located.grid == joined.to_numpy()).all()
    lines = shapely.union_all(shapely.boundary(GRIDS))
    assert located.near_line_m == pytest.approx(shapely.distance(points.geometry.to_numpy(), lines))
    for at in range(0, 3000, 60):
        one = index.locate_one(points.geometry[at])
        assert one.grid[0] == located.grid[at]
        assert one.near_line_m[0] == pytest.approx(located.near_line_m[at])


def test_phones_of_events_come_back_as_they_came_and_id_numbers_do_not(
    out: Path, tmp_path: Path
) -> None:
    phones = ["+8613800000001", "138 0000 0002", "0813-5500123", "１３８００００００３"]
    notes = [f"报事人{phones[0]}", "1.10", "1E2", f"身份证{_id_number()}"]
    frame = pd.DataFrame([degrees(30, 40)] * 4, columns=["lon", "lat"]).assign(
        电话=phones, 说明=notes
    )
    frame.to_csv(tmp_path / "events.csv", index=False, encoding="utf-8-sig")
    locate_many(out, Reading(path="events.csv"), tmp_path / "done.csv", tmp_path)
    done = pd.read_csv(tmp_path / "done.csv", dtype=str, keep_default_na=False)
    assert [cell.removeprefix("'") for cell in done["电话"]] == phones
    assert done["说明"].tolist() == [*notes[:3], "身份证******"]


def _id_number() -> str:
    body = "51031119800101001"
    weighed = sum(int(digit) * 2 ** (17 - i) for i, digit in enumerate(body))
    return body + "10X98765432"[weighed % 11]


@pytest.mark.parametrize("names", [("lon", "lat"), ("经度", "纬度"), ("LNG", "LAT")])
def test_a_csv_of_events_keeps_its_rows_and_columns(
    out: Path, tmp_path: Path, names: tuple[str, str]
) -> None:
    places = [degrees(30, 40), degrees(-500, 40), (np.nan, np.nan), degrees(205, 105)]
    frame = pd.DataFrame(places, columns=names)
    frame.insert(0, "编号", ["0001", "0002", "0003", "0004"])
    frame["数量"] = [1, None, 3, 4]
    frame.to_csv(tmp_path / "events.csv", index=False, encoding="gb18030")
    told = locate_many(out, Reading(path="events.csv"), tmp_path / "done.csv", tmp_path)
    assert told == {"events": 4, "inside": 2, "outside": 1, "without_place": 1, "near_line": 1}
    done = pd.read_csv(tmp_path / "done.csv", dtype=str, keep_default_na=False)
    assert done.columns.tolist() == [
        "编号",
        *names,
        "数量",
        "grid_code",
        "grid_name",
        "village_code",
        "members",
        "near_line_m",
        "near_line",
    ]
    assert done["编号"].tolist() == ["0001", "0002", "0003", "0004"]
    assert done["数量"].tolist() == ["1.0", "", "3.0", "4.0"], "as they are written"
    assert done["grid_code"].tolist() == [
        CODES[0],
        "",
        "",
        next(c for c in CODES if c == f"{little.village_code(2)}002"),
    ]
    assert done["members"].tolist() == ["李四", "", "", "李四"]
    assert done["near_line_m"].tolist() == ["30", "500", "", "5"]
    assert done["near_line"].tolist() == ["false", "false", "false", "true"]


def test_a_matter_tells_its_lead_department_and_whom_to_call(out: Path, tmp_path: Path) -> None:
    for wanted in ("QS001", "占道经营"):
        answer = locate_one(out, *degrees(30, 40), matter=wanted)
        assert answer.matter is not None
        assert (answer.matter["lead"], answer.matter["lead_contact"]) == ("城市管理", "赵六")
    with pytest.raises(InputError, match=r"there is no matter QS9; codes are QS001\."):
        locate_one(out, *degrees(30, 40), matter="QS9")
    rows = [
        (*degrees(30, 40), "QS001"),
        (*degrees(150, 50), "QS001"),
        (*degrees(-500, 0), "占道经营"),
        (*degrees(30, 40), "X"),
    ]
    pd.DataFrame(rows, columns=["lon", "lat", "事项编码"]).to_csv(tmp_path / "e.csv", index=False)
    told = locate_many(out, Reading(path="e.csv"), tmp_path / "done.csv", tmp_path)
    assert told["unknown_matters"] == 1
    done = pd.read_csv(tmp_path / "done.csv", dtype=str, keep_default_na=False)
    assert done["lead"].tolist() == ["城市管理", "城市管理", "城市管理", ""]
    assert done["lead_contact"].tolist() == ["赵六", "", "", ""]
    with pytest.raises(InputError, match="has no column 事项"):
        locate_many(out, Reading(path="e.csv"), tmp_path / "done.csv", tmp_path, matter="事项")


def test_a_place_may_be_given_in_metres(out: Path) -> None:
    answer = locate_one(out, EAST + 150, NORTH + 50, crs="EPSG:4544")
    assert answer.grid is not None
    assert answer.grid["grid_code"] == f"{little.village_code(1)}001"
    with pytest.raises(PlaceError, match="the CRS EPSG:0 is not known"):
        locate_one(out, 0, 0, crs="EPSG:0")


def test_events_in_gcj02_and_vector_files_come_to_the_same_grid(out: Path, tmp_path: Path) -> None:
    lon, lat = degrees(150, 50)
    shifted = wgs84_to_gcj02(np.array([lon]), np.array([lat]))
    answer = locate_one(out, float(shifted[0][0]), float(shifted[1][0]), datum="gcj02")
    assert answer.grid is not None
    assert answer.grid["grid_code"] == f"{little.village_code(1)}001"
    pd.DataFrame({"lon": shifted[0], "lat": shifted[1]}).to_csv(tmp_path / "e.csv", index=False)
    locate_many(out, Reading(path="e.csv", datum="gcj02"), tmp_path / "done.geojson", tmp_path)
    done = gpd.read_file(tmp_path / "done.geojson")
    assert done["grid_code"].tolist() == [f"{little.village_code(1)}001"]
    done.to_crs("EPSG:4544").to_file(tmp_path / "again.gpkg")
    assert (
        locate_many(out, Reading(path="again.gpkg"), tmp_path / "again.csv", tmp_path)["inside"]
        == 1
    )


def test_wrong_input_is_one_sentence(out: Path, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"has no index of places .* run gridmerge build first"):
        locate_one(tmp_path, 105, 29)
    with pytest.raises(PlaceError, match=r"no longitude and latitude .* are they swapped"):
        locate_one(out, 29.5, 105.2)
    (tmp_path / "e.csv").write_text("lon,lat\n105,29\n")
    with pytest.raises(OutputError, match=r"its ending must be one of \.csv"):
        locate_many(out, Reading(path="e.csv"), tmp_path / "e.docx", tmp_path)
    for name in place_index.INDEX_FILES:
        (tmp_path / name).write_bytes(b"{")
    with pytest.raises(OutputError, match="is broken; run gridmerge build again"):
        locate_one(tmp_path, 105, 29)


def test_one_look_up_imports_nothing_heavy(out: Path) -> None:
    code = (
        "import sys; from gridmerge.services.locate import locate_one;"
        f"locate_one({str(out)!r}, 105.0, 29.8);"
        "print(sorted(m for m in ('geopandas', 'pandas', 'pydantic', 'scipy', 'pyogrio') if m in sys.modules))"
    )
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert time.perf_counter() - start < 5  # 0.3 s on an idle machine; this only catches the absurd


@pytest.mark.parametrize(
    "slip, kind",
    [
        (lambda x, y: (y, x), "rows_exchanged"),
        (lambda x, y: (x, y + 100), "rows_impossible"),
        (lambda x, y: (0.0, 0.0), "rows_impossible"),
        (lambda x, y: (500100.0, 3250100.0), "rows_impossible"),
        (lambda x, y: ("约105", y), "coordinates_unread"),
    ],
)
def test_one_bad_event_of_forty_costs_itself_and_is_told(out, tmp_path, slip, kind):
    places = [degrees(5 + 9.5 * i, 40) for i in range(40)]
    good = pd.DataFrame(places, columns=["经度", "纬度"])
    places[5] = slip(*places[5])
    bad = pd.DataFrame(places, columns=["经度", "纬度"])
    told: list = []
    for frame, name in ((good, "good"), (bad, "bad")):
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
        counts = locate_many(
            out,
            Reading(path=f"{name}.csv"),
            tmp_path / f"{name}-done.csv",
            tmp_path,
            tell=told.append,
        )
    assert counts["inside"] == 39 and counts["without_place"] == 1
    right, got = (pd.read_csv(tmp_path / f"{name}-done.csv", dtype=str) for name in ("good", "bad"))
    assert got.grid_code.drop(5).equals(right.grid_code.drop(5)) and pd.isna(got.grid_code[5])
    finding = next(one for one in told if one.kind == kind)
    assert finding.measure == 1 and "第 7 行" in finding.message("zh")


def test_a_place_may_be_given_as_it_is_written(out):
    lon, lat = degrees(30, 40)
    minutes = [f"{int(value)}°{value % 1 * 60:.9f}′" for value in (lon, lat)]
    for place in (
        [str(lon), str(lat)],
        [f"{lon},{lat}"],
        [f"东经{lon}", f"北纬{lat}"],
        [f"N{lat}", f"E{lon}"],
        minutes,
    ):
        result = CliRunner().invoke(main, ["locate", str(out), *place, "--lang", "zh"])
        assert result.exit_code == 0 and CODES[0] in result.output, place
    assert CliRunner().invoke(main, ["locate", str(out), "约105", "29"]).exit_code == 2


@pytest.mark.parametrize("point", [(150, 50), (10, 10), (-500, 50)])
def test_a_read_only_build_answers_as_any_other(
    out: Path, monkeypatch: pytest.MonkeyPatch, point
) -> None:
    """A published folder on a read-only share: the R-tree's files cannot be opened for writing there."""
    lon, lat = degrees(*point)
    usual = locate_one(out, lon, lat)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("opened for writing")

    monkeypatch.setattr(place_index.os, "access", lambda path, mode: mode != place_index.os.W_OK)
    monkeypatch.setattr(place_index.rtree, "Index", refuse)
    assert locate_one(out, lon, lat) == usual


@pytest.mark.parametrize(
    "words",
    [
        ("103.76,29.55",), ("103.76，29.55",), ("103.76,", "29.55"), ("103.76，", "29.55"), ("103,76", "29,55"),
        ("29.55N", "103.76E"), ("北纬29.55，东经103.76",), ("103°45′36″", "29°33′0″"),
    ],
)  # fmt: skip
def test_a_place_as_people_type_it(words):
    lon, lat = _parse_place(*words, *[None] * (2 - len(words)))
    assert (round(lon, 9), round(lat, 9)) == (103.76, 29.55)
