"""Files that people write, and earlier plans that are none: the right result, or one sentence."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pandas.testing import assert_frame_equal

from gridmerge.districting import apply_edits, make_alternatives
from gridmerge.errors import InputError, PlanError
from gridmerge.inputs.previous_postings import read_postings
from tests.districting.mosaics import (
    SIZES,
    divide_township,
    saved,
    square_mosaic,
    town_mosaic,
    with_locks,
)
from tests.towns import draw_town

WEST, EAST = "510311104201001", "510311104201002"


@pytest.fixture
def strip():
    """Eight squares, two grids of four: mosaic, weights, township, sizes."""
    sizes = SIZES.model_copy(update={"target": 400.0})
    return *square_mosaic([[100, 100, 100, 100], [100, 100, 100, 100]]), sizes


def formed(strip, **more):
    *inputs, sizes = strip
    return divide_township(*inputs, sizes.model_copy(update=more))


def edited(plan, strip, *moves):
    moves = [dict(zip(("face", "from", "to"), move, strict=True)) for move in moves]
    return apply_edits(plan, *strip[:2], {"format": "gridmerge-edits/1", "moves": moves})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kind,a,b\n\nface,f0000\n", "line 3 lacks b"),
        ("kind,a,b\nface,,甲\n", "line 2 lacks a"),
        (
            "kind,a,b\nface,f0000,甲\nface,f0000,乙\n",
            "line 3: face f0000 is locked to 甲 already, and to 乙 here",
        ),
        ("kind,a,b\nroof,f0000,甲\n", "line 2: unknown kind of lock roof"),
        ("类型,甲,乙\nface,f0000,甲\n", "lacks the columns kind, a, b"),
        ("", "the file is empty"),
        ('kind,a,b\nface,"f0000,甲\n', "its last row breaks off in the middle"),
        ("kind,a,b\napart,f0000,f0000\n", "line 2: both faces are f0000"),
    ],
)
def test_a_row_of_locks_that_says_nothing_is_named_by_its_line(strip, tmp_path, text, said):
    file = tmp_path / "锁 定.csv"
    file.write_text(text, "utf-8")
    with pytest.raises(InputError, match=said) as told:
        formed(strip, locks=str(file))
    assert file.name in told.value.in_("zh")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_locks_are_read_as_excel_saves_them(strip, tmp_path, encoding):
    plain = formed(strip)
    grid = plain.faces.set_index("face_id")["grid_code"]
    one, other = grid.index[grid == WEST][0], grid.index[grid == EAST][0]
    file = tmp_path / "locks.csv"
    file.write_bytes(
        f"Kind , a,b,备注\r\nface,{one},甲村,同格\r\n,,,\r\nface,{other}, 甲村 ,\r\n".encode(
            encoding
        )
    )
    after = formed(strip, locks=str(file)).faces.set_index("face_id")["grid_code"]
    assert after[one] == after[other]


def test_a_file_in_no_encoding_is_one_sentence(strip, tmp_path):
    tmp_path.joinpath("links.csv").write_bytes(b"face_a,face_b\n\xff\xff\xff\n")
    with pytest.raises(InputError, match="line 2 lacks face_b"):
        formed(strip, links=str(tmp_path / "links.csv"))


def save_workbook(table, file):
    table.to_excel(file, index=False)


def save_titled_workbook(table, file):
    with pd.ExcelWriter(file, engine="xlsxwriter") as book:
        table.to_excel(book, index=False, startrow=2)
        book.sheets["Sheet1"].write(0, 0, "锁定登记表")


def save_utf16(table, file):
    file.write_bytes(table.to_csv(index=False, sep="\t").encode("utf-16"))


def save_with_semicolons(table, file):
    file.write_bytes(table.to_csv(index=False, sep=";").encode("gb18030"))


TABLE_FORMATS = [
    ("锁定.xlsx", save_workbook),
    ("标题.xlsx", save_titled_workbook),
    ("锁定.txt", save_utf16),
    ("锁定.csv", save_with_semicolons),
]


@pytest.mark.parametrize(("name", "save"), TABLE_FORMATS)
def test_locks_and_links_are_tables_of_any_format(strip, tmp_path, name, save):
    plain = formed(strip)
    grid = plain.faces.set_index("face_id")["grid_code"]
    one, other = grid.index[grid == WEST][0], grid.index[grid == EAST][0]
    locks = pd.DataFrame({"kind": ["face", "face"], "a": [one, other], "b": ["7", "7"]})
    links = pd.DataFrame({"face_a": [one], "face_b": [other]})
    save(locks, tmp_path / name)
    save(links, tmp_path / f"l{name}")
    plan = formed(strip, locks=str(tmp_path / name), links=str(tmp_path / f"l{name}"))
    after = plan.faces.set_index("face_id")["grid_code"]
    assert after[one] == after[other]
    assert plan.constraints.faces == {one: "7", other: "7"}
    assert plan.constraints.links == ((one, other),)


def test_a_sum_under_the_locks_is_no_lock_and_is_told(strip, tmp_path):
    file = with_locks(tmp_path, "face,f0000,甲", "合计,1,")
    constraints = formed(strip, locks=file).constraints
    assert constraints.faces == {"f0000": "甲"}
    assert [f.kind for f in constraints.findings] == ["rows_not_data"]


def test_alternatives_keep_what_is_locked_to_the_earlier_plan(strip, tmp_path):
    first = formed(strip)
    files = {"previous": saved(first, tmp_path), "locks": with_locks(tmp_path, f"grid,{WEST},")}
    plan = formed(strip, **files)
    plans, _ = make_alternatives(*strip, constraints=plan.constraints)
    before = first.faces.set_index("face_id")["grid_code"]
    held = set(before.index[before == WEST])
    for one in plans.values():
        codes = one.faces.set_index("face_id")["grid_code"]
        assert set(codes.index[codes == WEST]) == held


def test_a_code_that_excel_made_a_number_of_is_told_as_that(strip, tmp_path):
    previous = saved(formed(strip), tmp_path)
    with pytest.raises(PlanError, match="Excel made a number of the code"):
        formed(strip, previous=previous, locks=with_locks(tmp_path, "grid,5.10311E+14,"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda grids: grids.iloc[:0], "is empty"),
        (lambda grids: grids.assign(geometry=shapely.Polygon()), "is empty"),
        (
            lambda grids: grids.assign(grid_code=["A", "B"]),
            "code A stands twice, or is no village code",
        ),
        (lambda grids: grids.assign(grid_code=[WEST, WEST]), f"code {WEST} stands twice"),
        (lambda grids: grids.drop(columns="grid_type"), "has no readable layer grids"),
        (lambda grids: grids.set_crs(None, allow_override=True), "has no CRS"),
        (
            lambda grids: grids.set_geometry(grids.translate(1e5, 0)),
            "lies in a village of this project",
        ),
    ],
)
def test_an_earlier_plan_that_fits_nothing_is_one_sentence(strip, tmp_path, change, said):
    change(formed(strip).grids).to_file(tmp_path / "gridmerge.gpkg", layer="grids", driver="GPKG")
    with pytest.raises((InputError, PlanError), match=said):
        formed(strip, previous=str(tmp_path / "gridmerge.gpkg"))


def test_an_earlier_plan_in_another_crs_is_brought_into_the_projects(strip, tmp_path):
    first = formed(strip)
    first.grids.to_crs(4490).to_file(tmp_path / "gridmerge.gpkg", layer="grids", driver="GPKG")
    again = formed(strip, previous=str(tmp_path / "gridmerge.gpkg"))
    assert_frame_equal(again.faces, first.faces)
    assert again.figures["codes"] == {"kept_share": 1.0, "retired": {}}


def test_a_lock_of_what_the_earlier_plan_has_no_land_of_is_refused(strip, tmp_path):
    first = formed(strip)
    gone = gpd.GeoDataFrame(
        pd.concat([first.grids, first.grids.iloc[:1].assign(grid_code="510311104201009")]),
        crs=first.grids.crs,
    )
    gone.loc[gone["grid_code"] == "510311104201009", "geometry"] = shapely.box(0, 0, 1, 1)
    gone.to_file(tmp_path / "gridmerge.gpkg", layer="grids", driver="GPKG")
    locks = with_locks(tmp_path, "grid,510311104201009,")
    with pytest.raises(PlanError, match="no land of it in common"):
        formed(strip, previous=str(tmp_path / "gridmerge.gpkg"), locks=locks)


@pytest.mark.parametrize("row", [f"grid,{WEST},", "village,青石村,"])
def test_a_meeting_moves_nothing_into_or_out_of_what_is_locked(strip, tmp_path, row):
    plan = formed(strip, previous=saved(formed(strip), tmp_path), locks=with_locks(tmp_path, row))
    after, refused = edited(plan, strip, ("f0001", WEST, EAST), ("f0002", EAST, WEST))
    assert_frame_equal(after.faces, plan.faces)
    assert all(
        "is locked in locks.csv" in r.reason.en and "已在 locks.csv 中锁定" in r.reason.zh
        for r in refused
    )
    assert [r.face for r in refused] == ["f0001", "f0002"]


def test_a_meeting_breaks_no_pair(strip, tmp_path):
    plan = formed(strip, locks=with_locks(tmp_path, "together,f0001,f0101"))
    _, refused = edited(plan, strip, ("f0001", WEST, EAST))
    assert [r.reason.en for r in refused] == ["by locks.csv it and another face must share a grid"]
    after, refused = edited(plan, strip, ("f0001", WEST, EAST), ("f0101", WEST, EAST))
    assert not refused and after.grids.set_index("grid_code")["households"].to_dict() == {
        WEST: 200.0,
        EAST: 600.0,
    }
    apart = formed(strip, locks=with_locks(tmp_path, "face,f0001,甲", "face,f0002,乙"))
    _, refused = edited(apart, strip, ("f0001", WEST, EAST))
    assert [r.reason.zh for r in refused] == ["locks.csv 规定它与另一最小面不能在同一网格"]


def test_a_village_with_a_locked_grid_is_measured_again_as_it_was_formed(tmp_path):
    mosaic, weights, township = square_mosaic(np.full((3, 8), 50.0))
    sizes = SIZES.model_copy(update={"target": 300.0})
    first = divide_township(mosaic, weights, township, sizes)
    code = first.grids["grid_code"].iloc[0]
    files = {"previous": saved(first, tmp_path), "locks": with_locks(tmp_path, f"grid,{code},")}
    plan = divide_township(mosaic, weights, township, sizes.model_copy(update=files))
    grid = plan.faces.set_index("face_id")["grid_code"]
    border = mosaic.borders.assign(
        one=mosaic.borders["face_a"].map(grid), two=mosaic.borders["face_b"].map(grid)
    )
    border = border.loc[
        (border["one"] != border["two"]) & (border[["one", "two"]] != code).all(axis=1)
    ].iloc[0]
    moves = [{"face": border["face_a"], "from": border["one"], "to": border["two"]}]
    after, refused = apply_edits(
        plan, mosaic, weights, {"format": "gridmerge-edits/1", "moves": moves}
    )
    back = [{"face": border["face_a"], "from": border["two"], "to": border["one"]}]
    again, _ = apply_edits(after, mosaic, weights, {"format": "gridmerge-edits/1", "moves": back})
    assert not refused
    terms = plan.figures["villages"]["510311104201"]["terms"]
    assert again.figures["villages"]["510311104201"]["terms"] == pytest.approx(terms, abs=2e-6)
    assert after.figures["villages"]["510311104201"]["terms"] != pytest.approx(terms, abs=2e-6)


def test_files_that_are_not_there_and_links_to_nowhere(strip, tmp_path):
    with pytest.raises(InputError, match="is not there or cannot be opened"):
        formed(strip, locks=str(tmp_path / "没有.csv"))
    tmp_path.joinpath("links.csv").write_text("face_a,face_b\nf0001,f0001\n", "utf-8")
    with pytest.raises(InputError, match="line 2: both faces are f0001"):
        formed(strip, links=str(tmp_path / "links.csv"))


@pytest.fixture(scope="module")
def town():
    return town_mosaic(draw_town(seed=2, villages=3, layers=5, blocks=20))


def test_faces_of_two_villages_share_no_lock(town, tmp_path):
    one, other = town[0].faces.groupby("village_code", sort=True)["face_id"].first().iloc[:2]
    locks = with_locks(tmp_path, f"face,{one},甲", f"face,{other},甲")
    with pytest.raises(PlanError, match="no grid crosses a village line"):
        divide_township(*town, SIZES.model_copy(update={"locks": locks}))


def test_numbers_of_grids_that_contradict_each_other_stop_the_run(town):
    code, name = town[2].villages[["village_code", "village_name"]].iloc[0]
    room = int((town[0].faces["zone"] == "").sum())
    cases = {
        "has two numbers for": {"number": {code: 2, name: 3}},
        "headcount = 2 is too small: number and locked villages take 0, and the other 3": {"headcount": 2},
        "headcount = 4 is too small: number and locked villages take 3, and the other 2": {
            "headcount": 4, "number": {code: 3}
        },
        f"headcount = {room + 1} is too large": {"headcount": room + 1},
        "headcount = 9 is too large: number and locked villages take 6, and the other villages have 0 faces": {
            "headcount": 9, "number": dict.fromkeys(town[2].villages["village_code"], 2)
        },
    }  # fmt: skip
    for said, wish in cases.items():
        with pytest.raises(PlanError, match=said):
            divide_township(*town, SIZES.model_copy(update=wish))
    same = divide_township(*town, SIZES.model_copy(update={"number": {code: 2, name: 2}}))
    assert (
        same.grids["village_code"].eq(code) & same.grids["grid_type"].eq("comprehensive")
    ).sum() == 2


def test_a_locked_village_counts_in_the_headcount(town, tmp_path):
    first = divide_township(*town, SIZES)
    count = int((first.grids["grid_type"] == "comprehensive").sum())
    village = town[2].villages["village_name"].iloc[0]
    files = {
        "previous": saved(first, tmp_path),
        "locks": with_locks(tmp_path, f"village,{village},"),
    }
    after = divide_township(*town, SIZES.model_copy(update={**files, "headcount": count + 2}))
    assert (after.grids["grid_type"] == "comprehensive").sum() == count + 2
    own = [
        plan.grids.loc[plan.grids["village_name"] == village, "grid_code"].tolist()
        for plan in (first, after)
    ]
    assert own[0] == own[1] and "grid_number_unmet" not in {
        finding.kind for finding in after.findings
    }


def test_a_village_with_another_code_keeps_its_grids_under_new_ones(strip, tmp_path):
    wide = square_mosaic([[100, 100, 100, 100], [100, 100, 100, 100]], code="510311104299")
    # nobody would form these anew
    odd = [shapely.box(500_000, 100, 500_400, 200), shapely.box(500_000, 200, 500_400, 300)]
    earlier = formed(strip).grids.set_geometry(gpd.GeoSeries(odd, crs=strip[0].faces.crs))
    earlier.to_file(tmp_path / "gridmerge.gpkg", layer="grids", driver="GPKG")
    after = formed((*wide, strip[3]), previous=str(tmp_path / "gridmerge.gpkg"))
    assert after.grids["grid_code"].tolist() == ["510311104299001", "510311104299002"]
    assert sum(g.equals(h) for g in after.grids.geometry for h in odd) == 2
    assert set(after.figures["codes"]["retired"]) == {WEST, EAST}
    assert [f.kind for f in after.findings] == ["earlier_village_gone"]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("锁定.xlsx", b"PK\x03\x04\x14\x00\x06\x00\x08\x00kind,a,b"),
        ("锁定.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00"),
    ],
)
@pytest.mark.parametrize("key", ["locks", "links"])
def test_a_damaged_workbook_of_locks_or_links_is_one_sentence(strip, tmp_path, key, name, data):
    file = tmp_path / name
    file.write_bytes(data)
    with pytest.raises(InputError) as stopped:
        formed(strip, **{key: str(file)})
    assert name in stopped.value.in_("zh")
    assert "damaged" in stopped.value.in_("en")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_postings_are_read_as_excel_saves_them(tmp_path, encoding):
    text = "grid_code,member_id,duty,load\n510311104201001,张三,full_time,1.5\n"
    (tmp_path / "assignments.csv").write_text(text, encoding)
    postings = read_postings(tmp_path / "gridmerge.gpkg")
    assert postings.assignments.to_dict("records") == [
        {"grid_code": "510311104201001", "member_id": "张三", "duty": "full_time", "load": 1.5}
    ]
