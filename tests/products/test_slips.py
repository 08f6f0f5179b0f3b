"""The slips close, whatever the town; the workbook is ready for a meeting."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace

import numpy as np
import pytest
import shapely
from python_calamine import CalamineWorkbook

from gridmerge.errors import OutputError
from gridmerge.findings import make_finding, sort_findings
from gridmerge.products.transaction import stage_output
from gridmerge.products.workbook.book import write_workbook
from gridmerge.products.workbook.reconciliation import make_slips
from tests.products.naive import NAMES, naive_build
from tests.towns import draw_town


@pytest.mark.parametrize("seed", [1, 2, 4])
def test_every_slip_closes_to_the_township(tmp_path, seed):
    build = naive_build(tmp_path, draw_town(seed=seed, villages=3, layers=6, blocks=8))
    land = shapely.union_all(build.township.villages.geometry.to_numpy())
    for slip in make_slips(build):
        cross = build.crosswalk[build.crosswalk["layer"] == slip.layer.key]
        assert set(slip.rows["source_id"]) == set(slip.layer.frame["source_id"])
        for name in ("area_m2", *NAMES):
            sums = slip.sums.loc[name]
            assert slip.rows[name].sum() == pytest.approx(cross[name].sum(), abs=1e-6)
            assert sums["total"] == pytest.approx(cross[name].sum(), abs=1e-6)
            assert sums["total"] - sums["twice"] + sums["nobody"] == pytest.approx(
                sums["township"], abs=1e-6
            )
        # counted in another way: buildings outside every grid of the department, one by one
        shapes = slip.layer.frame.geometry.to_numpy()
        pieces = build.weights.pieces.query("work == 'households'")
        touched = np.unique(
            shapely.STRtree(shapes).query(pieces.geometry.to_numpy(), predicate="intersects")[0]
        )
        outside = pieces["value"].sum() - pieces["value"].to_numpy()[touched].sum()
        assert slip.sums.at["households", "nobody"] == pytest.approx(outside, abs=1e-6)
        free = land.difference(shapely.union_all(shapes)).area
        assert slip.sums.at["area_m2", "nobody"] == pytest.approx(free, abs=1e-3)


def test_every_old_grid_has_one_sentence_why(build):
    for slip in make_slips(build):
        assert all(text.zh.endswith("。") and text.en.endswith(".") for text in slip.rows["why"])
        per_source = slip.rows.groupby("source_id")["fate"].nunique()
        assert (per_source == 1).all()
        whole = slip.rows[
            slip.rows["fate"].isin(["kept", "merged"]) & (slip.rows["grid_code"] != "")
        ]
        assert whole["source_id"].is_unique


def test_a_slip_in_english_says_it_in_english(build):
    why = next(slip for slip in make_slips(build)).rows["why"].iloc[0]
    assert re.fullmatch(r"[ -~]+", why.in_("en"))


def test_sheets_are_set_up_for_screen_and_paper(out):
    with zipfile.ZipFile(out / "plan.xlsx") as archive:
        book = archive.read("xl/workbook.xml").decode()
        sheets = [
            archive.read(name).decode()
            for name in archive.namelist()
            if name.startswith("xl/worksheets/sheet")
        ]
        dates = {info.date_time for info in archive.infolist()}
    assert len(dates) == 1  # no clock in the archive
    assert book.count("_xlnm.Print_Titles") == book.count("_xlnm.Print_Area") == len(sheets)
    for sheet in sheets:
        assert 'state="frozen"' in sheet
        assert "<autoFilter" in sheet
        assert 'orientation="landscape"' in sheet
        assert 'fitToHeight="0"' in sheet
        assert "内部资料" in sheet[sheet.index("<headerFooter") :]
        assert "<f>" not in sheet  # no formula anywhere


def test_wide_tables_are_printed_on_a3(out):
    """Fitted to the width of A4, twelve columns of a slip are too small to read."""
    book = CalamineWorkbook.from_path(str(out / "plan.xlsx"))
    with zipfile.ZipFile(out / "plan.xlsx") as archive:
        papers = {
            name: re.search(
                r'paperSize="(\d+)"', archive.read(f"xl/worksheets/sheet{n}.xml").decode()
            ).group(1)
            for n, name in enumerate(book.sheet_names, 1)
        }
    assert papers["汇总"] == "9"
    assert papers["综合网格"] == "8"


def test_tens_of_thousands_of_findings_fold_into_a_line_a_kind_and_department(build, tmp_path):
    """Real networks have 87,000 notes; a sheet nobody scrolls through is no list, and Excel ends at a million rows."""
    many = [
        make_finding(
            "barrier_feature", layer=build.layers[n % 3].key, source_id=f"B{n}", measure=float(n)
        )
        for n in range(30_000)
    ]
    write_workbook(
        replace(build, findings=sort_findings(many)), tmp_path / "plan.xlsx", make_slips(build)
    )
    table = (
        CalamineWorkbook.from_path(str(tmp_path / "plan.xlsx"))
        .get_sheet_by_name("问题清单")
        .to_python()
    )
    header, *rows = table[2:]
    assert len(rows) == 3
    assert [row[header.index("处数")] for row in rows] == [10_000] * 3
    # the gravest of each
    assert {row[header.index("原网格编码")] for row in rows} == {"B29997", "B29998", "B29999"}
    assert (tmp_path / "plan.xlsx").stat().st_size < 500_000


def test_text_is_never_a_number_a_link_or_a_formula(out):
    with zipfile.ZipFile(out / "plan.xlsx") as archive:
        strings = archive.read("xl/sharedStrings.xml").decode()
    assert "=1+1" in strings
    assert re.search(r"<t[^>]*>\d{15}</t>", strings)


def test_a_workbook_that_cannot_be_written_is_said_as_every_file_is(build, tmp_path):
    with (
        pytest.raises(OutputError, match=r"cannot be written \(plan.xlsx: .*No such file"),
        stage_output(tmp_path, ()) as aside,
    ):
        write_workbook(build, aside / "nowhere" / "plan.xlsx", make_slips(build))
