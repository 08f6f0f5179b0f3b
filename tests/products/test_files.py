"""Each file as the contract wants it, read back by other means than it was written by."""

from __future__ import annotations

import csv
import json
import re
import sqlite3
import time
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from gridmerge.findings import load_kinds, make_finding
from gridmerge.model import CLAIMS, DISPUTES, GAPS, no_land
from gridmerge.products import publish_build, summarize_build, write_check_files
from gridmerge.products.data.csv_tables import guard_formula, unguard_formula
from gridmerge.products.data.geojson import to_json_number
from gridmerge.products.data.geopackage import layer_names
from gridmerge.products.labels import UNIT_LABELS, name_layer, name_layers
from gridmerge.products.publication import BUILD_FILES
from gridmerge.products.redaction import redact_build, redact_text
from gridmerge.products.report.brief import compose_lead, list_open_matters
from gridmerge.products.workbook.reconciliation import make_slips, source_fates
from tests.products.naive import NAMES, naive_build

KINDS = {"gaps": GAPS, "claims": CLAIMS, "disputes": DISPUTES}

DATA = [name for name in BUILD_FILES if not name.startswith("report.")]


def rows(file):
    with file.open(encoding="utf-8-sig", newline="") as text:
        return list(csv.DictReader(text))


def test_every_file_of_the_contract_is_there(out):
    assert set(BUILD_FILES) <= {file.name for file in out.iterdir()}
    assert {file.name for file in out.iterdir() if file.name.startswith(".")} == set()


def test_the_same_build_gives_the_same_bytes_at_another_time_and_place(build, out, tmp_path):
    time.sleep(1.1)  # a clock that leaked into a file would have moved on
    publish_build(build, tmp_path / "again")
    for name in DATA:
        assert (tmp_path / "again" / name).read_bytes() == (out / name).read_bytes(), name


def test_geojson_is_rfc_7946(build, out):
    text = (out / "grids.geojson").read_text("utf-8")
    data = json.loads(text)
    assert set(data) == {"type", "features"}
    assert "\\u" not in text
    assert "青山" not in text or "网格" in text
    codes = [feature["properties"]["grid_code"] for feature in data["features"]]
    assert codes == sorted(build.plan.grids["grid_code"])
    assert all(re.fullmatch(r"\d{15}", code) for code in codes)
    assert (
        min(
            len(d)
            for d in re.findall(
                r"\d+\.(\d+)[,\]]", text.split('"geometry"', 1)[1].split('"properties"')[0]
            )
        )
        >= 7
    )
    for feature in data["features"]:
        for polygon in shapely.get_parts(shapely.from_geojson(json.dumps(feature["geometry"]))):
            assert polygon.exterior.is_ccw
            assert not any(ring.is_ccw for ring in polygon.interiors)


def test_geojson_properties_are_the_contracts(build, out):
    properties = json.loads((out / "grids.geojson").read_text("utf-8"))["features"][0]["properties"]
    assert list(properties) == [
        *(
            "grid_code",
            "grid_name",
            "grid_type",
            "village_code",
            "village_name",
            "area_m2",
            "workload",
        ),
        *NAMES,
        *("boundary_text", "leader", "members", "departments"),
    ]
    assert set(properties["departments"]) <= {layer.key for layer in build.layers}
    assert properties["departments"]
    assert list(properties["members"][0]) == ["member_id", "name", "duty", "phone"]
    assert re.fullmatch(r"1\d\d\*{4}\d{4}", properties["members"][0]["phone"])


def test_geojson_neighbours_share_every_digit(build, out):
    frame = gpd.read_file(out / "grids.geojson")
    assert shapely.coverage_is_valid(frame.geometry.to_numpy())
    back = frame.to_crs(build.township.crs).area.to_numpy()
    assert np.allclose(back, build.plan.grids["area_m2"], rtol=1e-6)


def test_geopackage_has_the_layers_of_the_contract(build, out):
    file = out / "gridmerge.gpkg"
    names = [name for name, _ in pyogrio.list_layers(file)]
    layers = {f"layer_{layer.key}" for layer in build.layers}
    assert set(names) == {
        "villages",
        "grids",
        "faces",
        "memberships",
        "gaps",
        "claims",
        "disputes",
        "findings",
        *layers,
    }
    grids = gpd.read_file(file, layer="grids")
    assert grids.crs == build.township.crs
    assert shapely.coverage_is_valid(grids.geometry.to_numpy())
    assert pd.api.types.is_string_dtype(grids["grid_code"])
    faces = gpd.read_file(file, layer="faces")
    assert {"face_id", "village_code", "grid_code", "area_m2", *NAMES} <= set(faces.columns)
    links = pyogrio.read_dataframe(file, layer="memberships")
    assert list(links.columns) == ["face_id", "layer", "source_id"]
    assert set(links["face_id"]) <= set(faces["face_id"])
    layer = gpd.read_file(file, layer=f"layer_{build.layers[0].key}")
    assert list(layer.columns) == ["source_id", "name", "holder", "geometry"]
    with sqlite3.connect(file) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_the_docket_is_numbered_placed_and_weighed(build, out):
    work = build.weights.faces.set_index("face_id")["households"]
    for kind, face in (("gaps", "f0000"), ("claims", "f0001"), ("disputes", "f0002")):
        (row,) = rows(out / f"{kind}.csv")
        assert row["item"] == f"{kind[0].upper()}1"
        assert row["faces"] == face
        assert float(row["households"]) == work[face]
        assert 104 < float(row["lon"]) < 106
        assert gpd.read_file(out / "gridmerge.gpkg", layer=kind)["item"].tolist() == [row["item"]]
    assert rows(out / "claims.csv")[0]["source_ids"] == "'=A;B"
    book = CalamineWorkbook.from_path(str(out / "plan.xlsx"))
    sheet = book.get_sheet_by_name("争议界线").to_python()
    first, second = build.layers[0].title, build.layers[1].title
    assert sheet[3][:3] == ["D1", first, second]
    assert "会议决定" in sheet[2]
    report = json.loads((out / "report.json").read_text("utf-8"))
    assert {name: part["count"] for name, part in report["open"].items()} == {
        "nobodys_land": 1,
        "claimed_twice": 1,
        "disputes": 1,
    }


def test_a_build_without_open_questions_has_empty_lists(build, tmp_path):
    publish_build(
        replace(
            build,
            mosaic=replace(
                build.mosaic, **{kind: no_land(columns) for kind, columns in KINDS.items()}
            ),
        ),
        tmp_path,
    )
    for kind in KINDS:
        assert rows(tmp_path / f"{kind}.csv") == []
        assert gpd.read_file(tmp_path / "gridmerge.gpkg", layer=kind).empty
    names = CalamineWorkbook.from_path(str(tmp_path / "plan.xlsx")).sheet_names
    assert not {"无人认领", "重复认领", "争议界线"} & set(names)


def test_layer_names_are_plain_and_never_twice():
    names = layer_names(["police", "Police", "a b/c\"'", "城管", "a_b_c_"])
    assert names["police"] == "layer_police_2"  # "Police" comes first in the order of the alphabet
    assert names["城管"] == "layer_城管"
    assert names["a b/c\"'"] == "layer_a_b_c_"
    assert len({name.casefold() for name in names.values()}) == 5


def test_csv_files_open_right_in_excel(out):
    for name in ("crosswalk", "assignments", "members", "findings"):
        raw = (out / f"{name}.csv").read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf")
        assert raw.count(b"\n") == raw.count(b"\r\n")


def test_crosswalk_sums_to_the_land(build, out):
    table = pd.DataFrame(rows(out / "crosswalk.csv"))
    assert list(table.columns) == [
        "layer",
        "source_id",
        "grid_code",
        "area_m2",
        "share_of_source",
        "share_of_grid",
        *NAMES,
    ]
    sums = (
        table.astype({"share_of_source": float})
        .groupby(["layer", "source_id"])["share_of_source"]
        .sum()
    )
    exact = build.crosswalk.groupby(["layer", "source_id"])["share_of_source"].sum()
    assert (sums - exact).abs().max() < 1e-6


def test_people_read_what_workloads_lists_and_units_are_called():
    said = make_finding(
        "workload_by_area", layer="workload:park_staff", measure=3, name="park_staff"
    )
    assert said.message("zh", name_layers((), ["park_staff"], "zh")).startswith(
        "工作量 园区员工：3 个面"
    )
    assert "park_staff" in said.message("zh")  # nobody knows better
    assert name_layers((), [], "zh")["matters"] == "事项清单"
    assert {kind.unit for kind in load_kinds().values()} - {""} <= set(UNIT_LABELS)


def test_findings_have_their_place_in_degrees(build, out):
    first = rows(out / "findings.csv")[0]
    assert list(first) == [
        "severity",
        "kind",
        "layer",
        "source_id",
        "measure",
        "unit",
        "lon",
        "lat",
        "message",
    ]
    place = next(row for row in rows(out / "findings.csv") if row["lon"])
    assert 104 < float(place["lon"]) < 106
    assert 28 < float(place["lat"]) < 31
    assert place["source_id"] == "'=1+1"  # a formula is text to Excel
    assert re.search(r"[\u4e00-\u9fff]", first["message"])


def test_findings_alone_for_a_check(build, tmp_path):
    write_check_files(build.findings, build.township, build.layers, "en", tmp_path / "check")
    assert len(rows(tmp_path / "check" / "findings.csv")) == len(build.findings)
    page = (tmp_path / "check" / "findings.html").read_text("utf-8")
    assert "gm-data" in page
    layer = build.layers[0]
    told = name_layer(layer.title, layer.department)
    assert (
        told.zh != told.en
        and json.dumps(told.en) in page
        and json.dumps(told.zh, ensure_ascii=False) in page
    )


@given(
    st.text(max_size=12)
    | st.sampled_from(["=1+1", "-1", "+8613", "@x", "'=x", "''=x", "'x", "-2.5", "--1"])
)
def test_guarding_is_undone_exactly(text):
    safe = guard_formula(text)
    assert unguard_formula(safe) == text
    assert not safe.startswith(("=", "@"))
    assert not safe.startswith(("+", "-")) or float(safe) is not None


def test_workbook_reads_back_with_text_codes_and_a_slip_a_department(build, out):
    book = CalamineWorkbook.from_path(str(out / "plan.xlsx"))
    assert book.sheet_names[:4] == ["汇总", "部门汇总", "综合网格", "网格员"]
    assert book.sheet_names[-4:] == ["无人认领", "重复认领", "争议界线", "问题清单"]
    assert book.sheet_names[4:-4] == [slip.title for slip in make_slips(build)]
    grids = book.get_sheet_by_name("综合网格").to_python()
    codes = [row[0] for row in grids[3:]]
    assert codes == sorted(build.plan.grids["grid_code"])
    assert all(isinstance(code, str) for code in codes)


def test_slips_sum_to_the_departments_totals(build, out):
    book = CalamineWorkbook.from_path(str(out / "plan.xlsx"))
    for slip in make_slips(build):
        table = book.get_sheet_by_name(slip.title).to_python()
        header = table[2]
        ends = next(n for n, row in enumerate(table) if row[0] == "合计")
        total, twice, nobody, township = table[ends : ends + 4]
        for title, name in (("面积（㎡）", "area_m2"), ("户数", "households"), ("人口", "people")):
            column = header.index(title)
            pieces = sum(
                row[column] for row in table[3:ends] if isinstance(row[column], (int, float))
            )
            exact = build.crosswalk.loc[build.crosswalk["layer"] == slip.layer.key, name].sum()
            assert pieces == pytest.approx(exact, abs=1e-4), (slip.layer.key, name)
            assert total[column] == pytest.approx(exact, abs=1e-4)
            assert total[column] - twice[column] + nobody[column] == pytest.approx(
                township[column], abs=1e-4
            )
            assert township[column] == pytest.approx(build.plan.grids[name].sum(), abs=1)
            assert twice[column] >= -1e-6
            assert nobody[column] >= -1e-6


def test_fates_follow_the_faces_not_the_drawing(build):
    fates = source_fates(build)
    claims = build.mosaic.memberships.merge(build.plan.faces, on="face_id")
    grids = claims.groupby(["layer", "source_id"])["grid_code"].nunique()
    for row in fates.itertuples():
        count = grids.get((row.layer, row.source_id), 0)
        assert (row.fate == "lost") == (count == 0)
        assert (row.fate in ("parted", "split")) == (count > 1)
        assert (row.fate == "split") == (count > row.villages)
        assert row.fate != "merged" or row.companions > 0
    assert set(fates["fate"]) >= {"split", "merged"}


def test_report_json_has_the_keys_of_the_contract(build, out):
    report = json.loads((out / "report.json").read_text("utf-8"))
    assert {"version", "inputs", "counts", "seconds", "overlay", "grids", "members"} <= set(report)
    assert set(report["counts"]) >= {"layers", "sources", "faces", "grids", "members"}
    assert set(report["inputs"][0]) >= {"path", "sha256", "driver", "encoding", "crs", "features"}
    assert report["overlay"]["layers"][build.layers[0].key]["p50"] == 0.5
    assert 0 <= report["grids"]["share_in_range"] <= 1
    assert sum(report["grids"]["departmental_grids"].values()) == report["counts"]["sources"]
    assert report["grids"]["workload_max_over_mean"] >= 1
    assert report["members"]["load_per_capacity_max_over_mean"] >= 1
    assert report["grids"]["boundary_agreement"] == pytest.approx(0.5)
    assert (out / report["project"]["path"]).resolve() == build.settings.file.resolve()
    assert json.dumps(summarize_build(build))


def test_report_html_is_one_offline_page(out):
    page = (out / "report.html").read_text("utf-8")
    assert not re.search(r"(?:src|href)\s*=|url\(|@import", page)
    assert page.count("<svg") == 2
    assert "内部资料" in page
    assert "CGCS2000" in page


def test_hostile_names_are_shown_as_text(tmp_path):
    hostile = "<img src=x onerror=alert(1)></script>\"'&\u202e🎉" + "长" * 10_000
    build = naive_build(tmp_path)
    layer = replace(
        build.layers[0],
        title=hostile,
        frame=build.layers[0].frame.assign(name=hostile, holder=hostile),
    )
    settings = build.settings.model_copy(
        update={"project": build.settings.project.model_copy(update={"name": hostile})}
    )
    grids = build.plan.grids.assign(grid_name=hostile)
    publish_build(
        replace(
            build,
            layers=(layer, *build.layers[1:]),
            settings=settings,
            plan=replace(build.plan, grids=grids),
        ),
        tmp_path / "out",
    )
    assert "<img" not in (tmp_path / "out" / "report.html").read_text("utf-8")
    assert (
        json.loads((tmp_path / "out" / "grids.geojson").read_text("utf-8"))["features"][0][
            "properties"
        ]["grid_name"]
        == hostile
    )
    book = CalamineWorkbook.from_path(str(tmp_path / "out" / "plan.xlsx"))
    assert max(map(len, book.sheet_names)) <= 31
    assert (
        gpd.read_file(tmp_path / "out" / "gridmerge.gpkg", layer="grids")["grid_name"][0] == hostile
    )


@pytest.mark.parametrize(
    ("contacts", "shown"), [("masked", "138****0001"), ("none", ""), ("full", "13800000001")]
)
def test_phones_are_shown_as_the_project_wants(tmp_path, contacts, shown):
    build = redact_build(naive_build(tmp_path, contacts=contacts))
    assert build.roster.members.set_index("member_id").at["WG001", "phone"] == shown


def test_phones_and_id_numbers_hidden_in_names_are_taken_out(tmp_path):
    build = naive_build(tmp_path)
    frame = build.layers[0].frame.assign(holder="张三13812345678", name="11010519491231002X")
    publish_build(
        replace(build, layers=(replace(build.layers[0], frame=frame), *build.layers[1:])),
        tmp_path / "out",
    )
    for name in BUILD_FILES:
        raw = (tmp_path / "out" / name).read_bytes()
        assert b"13812345678" not in raw, name
        assert b"11010519491231002" not in raw, name
    assert "138****5678" in rows_of_layer(tmp_path / "out", build.layers[0].key)["holder"][0]


def rows_of_layer(out, key):
    return gpd.read_file(out / "gridmerge.gpkg", layer=f"layer_{key}")


def test_text_without_secrets_stays_as_it_is():
    assert redact_text("第１网格") == "第１网格"


def test_numbers_in_json():
    assert to_json_number(3.0) == 3
    assert isinstance(to_json_number(3.0), int)
    assert to_json_number(float("nan")) is None
    assert to_json_number(1.23456789) == 1.234568


def test_without_a_roster_the_tables_have_a_header_only(tmp_path):
    publish_build(replace(naive_build(tmp_path), roster=None, assignment=None), tmp_path / "out")
    assert (
        (tmp_path / "out" / "members.csv").read_text("utf-8-sig").startswith("member_id,name,kind")
    )
    assert rows(tmp_path / "out" / "assignments.csv") == []
    assert (
        json.loads((tmp_path / "out" / "grids.geojson").read_text("utf-8"))["features"][0][
            "properties"
        ]["members"]
        == []
    )


def test_the_report_says_in_sentences_what_was_merged_how_well_and_what_is_open(build, out):
    page = (out / "report.html").read_text("utf-8")
    grids, villages = len(build.plan.grids), len(build.township.villages)
    assert f"{villages} 个村（社区）共 {grids} 个综合网格" in page
    assert "待会议商定：无人认领的土地 1 处、重复认领 1 处、争议界线 1 处" in page
    assert [row["item"] for row in list_open_matters(build)[0]] == ["G1", "C1", "D1"]
    for sentence in compose_lead(build):
        assert sentence.zh.endswith("。") and sentence.en.endswith(".")
        assert not re.search(r"[\u4e00-\u9fff]", sentence.en)


def test_a_long_docket_is_listed_by_its_gravest(build):
    claims = pd.concat([build.mosaic.claims] * 12, ignore_index=True)
    rows, more = list_open_matters(replace(build, mosaic=replace(build.mosaic, claims=claims)))
    assert [row["item"] for row in rows] == ["G1", "C1", "C2", "C3", "C4", "C5", "D1"]
    assert more == 7
