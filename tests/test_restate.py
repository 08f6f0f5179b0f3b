from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from gridmerge.errors import InputError, OutputError
from gridmerge.products.data import csv_tables
from gridmerge.services.areal_transfer import transfer_figures
from gridmerge.services.calibration import calibrate_weights
from gridmerge.workload import weigh_faces
from gridmerge.workload.crosswalk import build_crosswalk
from tests import little

PLAN = little.plan(2, 1)
CODES = PLAN.grids["grid_code"].tolist()


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("out")
    homes = little.work(
        "households", [shapely.Point(x, 50) for x in (60, 70, 80, 110)], [1, 1, 1, 1]
    )
    # one within the first grid, one across both (three households to one), one across both where nobody lives
    shapes = [
        shapely.box(0, 0, 50, 100),
        shapely.box(50, 20, 150, 100),
        shapely.box(75, 0, 175, 20),
    ]
    table = build_crosswalk(
        [little.layer("police", shapes)],
        PLAN,
        weigh_faces(little.mosaic(2, 1), [homes], little.township(2, 1)),
    )
    csv_tables.write_csv(
        folder / "crosswalk.csv", list(table.columns), csv_tables.to_records(table)
    )
    return folder


def given_figures(folder: Path, rows: dict[str, list[object]]) -> Path:
    pd.DataFrame(rows).to_csv(folder / "figures.csv", index=False, encoding="utf-8-sig")
    return folder / "figures.csv"


def test_households_decide_where_known_else_area_and_estimates_are_marked(
    out: Path, tmp_path: Path
) -> None:
    file = given_figures(
        tmp_path,
        {"source_id": ["police000", "police001", "police002", "gone"], "cases": [5, 8, 4, 2]},
    )
    table = transfer_figures(out, file, "police", tmp_path / "done.csv")
    assert table.to_numpy().tolist() == [
        [CODES[0], 5 + 6 + 1, True],
        [CODES[1], 2 + 3, True],
        ["", 2, False],
    ]
    only = transfer_figures(
        out,
        given_figures(tmp_path, {"source_id": ["police000"], "cases": [5]}),
        "police",
        tmp_path / "d.csv",
    )
    assert only.to_numpy().tolist() == [[CODES[0], 5, False]]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(0, 1000), min_size=3, max_size=3), st.booleans())
def test_totals_are_kept_both_ways(out: Path, tmp_path_factory, values, back) -> None:
    tmp_path = tmp_path_factory.mktemp("figures")
    ids = [*CODES, "gone"] if back else ["police000", "police001", "police002"]
    file = given_figures(tmp_path, {"grid_code" if back else "source_id": ids, "cases": values})
    table = transfer_figures(out, file, "police", tmp_path / "done.csv", back=back)
    assert table["cases"].sum() == pytest.approx(sum(values))


def test_figures_that_cannot_be_used_are_one_sentence(out: Path, tmp_path: Path) -> None:
    file = given_figures(tmp_path, {"source_id": ["a", "a"], "cases": [1, 2]})
    with pytest.raises(InputError, match="has source_id a twice; merge those rows"):
        transfer_figures(out, file, "police", tmp_path / "d.csv")
    with pytest.raises(
        InputError,
        match=r"the crosswalk has no layer fire .* layers: police; workloads: households",
    ):
        transfer_figures(out, file, "fire", tmp_path / "d.csv")
    with pytest.raises(
        InputError,
        match="needs a column grid_code and a column of numbers; it has: source_id, cases",
    ):
        transfer_figures(out, file, "police", tmp_path / "d.csv", back=True)
    with pytest.raises(OutputError, match=r"has no crosswalk\.csv; run gridmerge build first"):
        transfer_figures(tmp_path, file, "police", tmp_path / "d.csv")


def finished(folder: Path, amounts: np.ndarray) -> list[str]:
    codes = [f"{n:015d}" for n in range(len(amounts))]
    features = [
        {"properties": {"grid_code": code, "area_m2": 1, "households": row[0], "events": row[1]}}
        for code, row in zip(codes, amounts.tolist(), strict=True)
    ]
    (folder / "grids.geojson").write_text(json.dumps({"features": features}))
    (folder / "crosswalk.csv").write_text(
        "layer,source_id,grid_code,area_m2,share_of_source,share_of_grid,households,events\r\n"
    )
    return codes


def test_weights_are_found_again_with_an_interval_that_holds_them(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    amounts = rng.uniform([100, 0], [500, 60], (40, 2))
    hours = amounts @ [0.05, 0.5] + rng.normal(0, 2, 40)
    codes = finished(tmp_path, amounts)
    pd.DataFrame({"grid_code": codes, "hours": hours}).to_csv(tmp_path / "h.csv", index=False)
    table = calibrate_weights(tmp_path, tmp_path / "h.csv").set_index("name")
    assert (table["low"] <= [0.05, 0.5]).all()
    assert (table["high"] >= [0.05, 0.5]).all()
    assert table["weight"].sum() == pytest.approx(1)


def test_too_little_or_ambiguous_data_are_refused(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    amounts = rng.uniform(1, 9, (40, 2))
    codes = finished(tmp_path, amounts)
    pd.DataFrame({"grid_code": codes[:9], "hours": 1.0}).to_csv(tmp_path / "h.csv", index=False)
    with pytest.raises(InputError, match="only 9 grids have hours, and 2 workloads need 16"):
        calibrate_weights(tmp_path, tmp_path / "h.csv")
    codes = finished(tmp_path, amounts[:, [0, 0]])
    pd.DataFrame({"grid_code": codes, "hours": 1.0}).to_csv(tmp_path / "h.csv", index=False)
    with pytest.raises(InputError, match="rise and fall together"):
        calibrate_weights(tmp_path, tmp_path / "h.csv")


@pytest.mark.parametrize("ending", ["gbk.csv", "utf16.csv", "xlsx", "tab.txt"])
def test_figures_are_read_as_every_input_is(out: Path, tmp_path: Path, ending: str) -> None:
    rows = {
        "原网格编码": ["police000", "police001", "gone"],
        "案件数": [5, 8, 2],
        "备注": ["无", "", "甲"],
    }
    table = transfer_figures(out, written(tmp_path, rows, ending), "police", tmp_path / "done.csv")
    assert table.to_numpy().tolist() == [[CODES[0], 11, True], [CODES[1], 2, True], ["", 2, False]]
    assert list(table.columns) == ["grid_code", "案件数", "estimated"]


@pytest.mark.parametrize("ending", ["gbk.csv", "xlsx", "tab.txt"])
def test_hours_are_read_as_every_input_is(tmp_path: Path, ending: str) -> None:
    rng = np.random.default_rng(2)
    amounts = rng.uniform([100, 0], [500, 60], (40, 2))
    codes = finished(tmp_path, amounts)
    rows = {"网格编码": codes, "工时": (amounts @ [0.05, 0.5]).round(6), "备注": ["无"] * 40}
    table = calibrate_weights(tmp_path, written(tmp_path, rows, ending)).set_index("name")
    assert table["hours_per_unit"].tolist() == pytest.approx([0.05, 0.5], rel=1e-3)


def written(folder: Path, rows: dict[str, list[object]], ending: str) -> Path:
    """A table as an office saves it: in GBK, as Unicode text, as a workbook under a title row, by tabs."""
    file, table = folder / f"数据.{ending}", pd.DataFrame(rows)
    if ending == "xlsx":
        with xlsxwriter.Workbook(file) as book:
            sheet = book.add_worksheet()
            lines = [["青山镇二季度"], list(table.columns), *table.to_numpy().tolist()]
            for number, row in enumerate(lines):
                sheet.write_row(number, 0, row)
        return file
    encoding = "utf-16" if ending.startswith("utf16") else "gbk"
    table.to_csv(file, index=False, sep="\t" if ending == "tab.txt" else ",", encoding=encoding)
    return file


def test_one_cell_that_is_no_number_is_told_and_drops_no_column(out: Path, tmp_path: Path) -> None:
    file = given_figures(
        tmp_path, {"source_id": ["police000", "police001", "police002"], "cases": ["5", "约8", "4"]}
    )
    with pytest.raises(
        InputError, match=r"1 cells of the column cases are no numbers, such as '约8' in line 3"
    ):
        transfer_figures(out, file, "police", tmp_path / "d.csv")
    file = given_figures(
        tmp_path,
        {"source_id": ["police000", "police001", "police002"], "cases": ["1,005", "-", ""]},
    )
    assert transfer_figures(out, file, "police", tmp_path / "d.csv")["cases"].sum() == 1005


def test_the_table_that_is_read_stays(out: Path, tmp_path: Path) -> None:
    file = given_figures(tmp_path, {"source_id": ["police000"], "cases": [5]})
    before = file.read_bytes()
    with pytest.raises(OutputError, match="is read by this command"):
        transfer_figures(out, file, "police", file)
    assert file.read_bytes() == before
