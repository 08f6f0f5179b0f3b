"""Every promise can be seen to fail: a finished build is tampered with, one file at a time."""

from __future__ import annotations

import shutil
import sqlite3
import zipfile

import pyogrio
import pytest
from shapely import box
from shapely.affinity import translate

from gridmerge.errors import OutputError
from gridmerge.verify import verify_build as verify_sealed
from tests.verify.tamper import reseal, rewrite_csv, rewrite_json, rewrite_layer


@pytest.fixture
def project(built_town, tmp_path):
    return shutil.copytree(built_town, tmp_path / "copy")


@pytest.fixture
def out(project):
    return project / "out"


def verify(out):
    """Prove files whose manifest has been made to fit them: what is found is found by the promises themselves."""
    reseal(out)
    return verify_sealed(out)


def promises(out):
    return [failure.promise for failure in verify(out)]


def test_a_fresh_build_keeps_every_promise(out):
    assert verify(out) == []


def test_a_moved_vertex_in_the_geojson_breaks_the_first(out):
    def move(data):
        data["features"][0]["geometry"]["coordinates"][0][1][0] += 0.0001

    rewrite_json(out / "grids.geojson", move)
    failures = verify(out)
    assert {failure.promise for failure in failures} == {1}
    assert "510311104201001" in failures[0].text.en
    assert failures[0].text.en.startswith("Promise 1 does not hold: grids.geojson")
    assert failures[0].text.zh.startswith("承诺 1 不成立：grids.geojson")


def test_a_crs_member_breaks_the_first(out):
    rewrite_json(out / "grids.geojson", lambda data: data.update(crs={}))
    assert any("crs member" in failure.text.en for failure in verify(out))


def test_a_shifted_grid_breaks_the_first(out):
    def shift(grids):
        grids.loc[0, "geometry"] = translate(grids.geometry[0], 3, 0)
        return grids

    rewrite_layer(out, "grids", shift)
    failures = verify(out)
    assert failures[0].promise == 1
    assert "grids overlap or do not meet" in failures[0].text.en


def test_a_missing_grid_breaks_the_first(out):
    rewrite_layer(out, "grids", lambda grids: grids.iloc[1:])
    assert 1 in promises(out)


def test_villages_other_than_the_inputs_break_the_first(project, out):
    def stretch(villages):
        villages["geometry"] = villages.geometry.scale(1.01, 1.01, origin=(500_000, 3_250_000))
        return villages

    villages = stretch(pyogrio.read_dataframe(project / "villages.gpkg"))
    (project / "villages.gpkg").unlink()
    pyogrio.write_dataframe(villages, project / "villages.gpkg")
    assert {1, 7} <= set(promises(out))


def test_a_grid_under_another_village_breaks_the_second(out):
    def rename(grids):
        grids.loc[0, "village_code"] = "510311104202"
        return grids

    rewrite_layer(out, "grids", rename)
    failures = [failure for failure in verify(out) if failure.promise == 2]
    assert "510311104201001" in failures[0].text.en


def test_a_torn_grid_breaks_the_second(out):
    def swap(grids):
        """Corner pieces of two grids change places: both stay in their village, neither in one piece."""
        first, second = grids.geometry[0], grids.geometry[1]
        west, south, _, _ = first.bounds
        _, _, east, north = second.bounds
        corner = (
            translate(first, 0, 0)
            .intersection(first.envelope.buffer(0))
            .intersection(_box(west, south, 100))
        )
        other = second.intersection(_box(east - 100, north - 100, 100))
        grids.loc[0, "geometry"] = first.difference(corner).union(other)
        grids.loc[1, "geometry"] = second.difference(other).union(corner)
        return grids

    rewrite_layer(out, "grids", swap)
    assert any(
        "in more than one piece" in failure.text.en
        for failure in verify(out)
        if failure.promise == 2
    )


def _box(x, y, size):
    return box(x, y, x + size, y + size)


def test_a_lost_source_breaks_the_third(out):
    rewrite_csv(
        out / "crosswalk.csv",
        lambda rows: rows.__setitem__(slice(None), [r for r in rows if r[:2] != ["fire", "F2"]]),
    )
    failures = [failure for failure in verify(out) if failure.promise == 3]
    assert failures[0].text.en == (
        "Promise 3 does not hold: grids of fire are neither in the crosswalk nor in the findings: F2."
    )


def test_a_wrong_area_breaks_the_third(out):
    rewrite_csv(out / "crosswalk.csv", lambda rows: rows[1].__setitem__(3, "499990.0000"))
    assert any(
        "true intersections: F0" in failure.text.en
        for failure in verify(out)
        if failure.promise == 3
    )


def test_a_wrong_share_breaks_the_third(out):
    rewrite_csv(out / "crosswalk.csv", lambda rows: rows[1].__setitem__(4, "0.5"))
    assert any(
        "shares of fire" in failure.text.en for failure in verify(out) if failure.promise == 3
    )


def test_a_membership_of_nothing_breaks_the_third(out):
    def rename(links):
        links.loc[0, "source_id"] = "nobody"
        return links

    rewrite_layer(out, "memberships", rename)
    assert any("nobody" in failure.text.en for failure in verify(out) if failure.promise == 3)


def test_invented_work_breaks_the_fourth(out):
    def more(grids):
        grids["households"] += 7
        return grids

    rewrite_layer(out, "grids", more)
    failures = [failure for failure in verify(out) if failure.promise == 4]
    assert any(
        "households: faces do not sum to their grid" in failure.text.en for failure in failures
    )


def test_work_moved_to_another_grid_breaks_the_fourth(out):
    def move(grids):
        grids.loc[0, "households"] += 100
        grids.loc[1, "households"] -= 100
        return grids

    rewrite_layer(out, "grids", move)
    assert any(
        "do not hold the points" in failure.text.en
        for failure in verify(out)
        if failure.promise == 4
    )


def test_a_grid_without_a_member_breaks_the_fifth(out):
    rewrite_csv(out / "assignments.csv", lambda rows: rows.pop(1))
    failures = [failure for failure in verify(out) if failure.promise == 5]
    assert any("grids without a member: 510311104201001" in failure.text.en for failure in failures)
    assert any("loads are not what the assignments say" in failure.text.en for failure in failures)


def test_rows_out_of_order_break_the_sixth(out):
    rewrite_csv(out / "crosswalk.csv", lambda rows: rows.insert(1, rows.pop(2)))
    assert promises(out) == [6]


def test_a_row_twice_breaks_the_sixth(out):
    rewrite_csv(out / "members.csv", lambda rows: rows.append(rows[-1]))
    assert 6 in promises(out)


def test_a_touched_input_breaks_the_seventh(project, out):
    with (project / "roster.csv").open("ab") as file:
        file.write(b"\n")
    failures = verify(out)
    assert {failure.promise for failure in failures} == {7}
    assert "roster.csv is not what it was" in failures[0].text.en


@pytest.mark.parametrize(
    ("secret", "kind"),
    [
        ("13800000001", "an unmasked phone"),
        ("+86 138-0000-0001", "an unmasked phone"),
        ("11010519491231002X", "an ID number"),
    ],
)
def test_secrets_anywhere_break_the_eighth(out, secret, kind):
    def hide_in_workbook():
        with zipfile.ZipFile(out / "plan.xlsx", "a") as archive:
            archive.writestr("xl/note.xml", f"<t>王五{secret}</t>")

    def hide_in_geopackage(links):
        links.loc[0, "note"] = f"王五{secret}"
        return links

    for name in ("map.html", "report.html"):
        (out / name).write_text((out / name).read_text("utf-8") + f"\n王五{secret}", "utf-8")
    hide_in_workbook()
    rewrite_layer(out, "memberships", hide_in_geopackage)
    rewrite_csv(out / "findings.csv", lambda rows: rows[1].__setitem__(8, f"王五{secret}"))
    rewrite_json(
        out / "grids.geojson", lambda data: data["features"][0]["properties"].update(leader=secret)
    )
    said = [failure.text.en for failure in verify(out) if failure.promise == 8]
    names = (
        "map.html",
        "report.html",
        "plan.xlsx",
        "gridmerge.gpkg",
        "findings.csv",
        "grids.geojson",
    )
    for name in names:
        assert any(f"{name} holds {kind}" in text for text in said), name
    assert not any(secret in text for text in said)


def test_codes_that_look_like_phones_are_no_secret(out):
    with sqlite3.connect(out / "gridmerge.gpkg") as database:
        database.execute("UPDATE memberships SET source_id = '13010220001' WHERE source_id = 'P3'")
    assert 8 not in promises(out)


def test_counts_that_disagree_are_said(out):
    rewrite_json(out / "report.json", lambda report: report["counts"].update(grids=99))
    assert (
        verify(out)[0].text.en
        == "The files disagree: report.json counts 99 grids, the files hold 4."
    )


def test_a_folder_without_a_build_is_said(tmp_path):
    with pytest.raises(OutputError, match=r"does not hold a finished build \(grids.geojson"):
        verify(tmp_path)


def test_a_spoilt_file_is_said(out):
    (out / "gridmerge.gpkg").write_bytes(b"not a database")
    with pytest.raises(OutputError, match="cannot be read"):
        verify(out)


def test_results_away_from_their_project_are_said(out, tmp_path):
    shutil.move(out, tmp_path / "elsewhere")
    with pytest.raises(
        OutputError, match=r"The project file .* is not there; put the output folder back"
    ):
        verify(tmp_path / "elsewhere")


def test_a_slip_that_does_not_add_up_is_said(out):
    with zipfile.ZipFile(out / "plan.xlsx") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    # 200 households of F0 become 201, on its slip alone
    slip = next(
        name
        for name, text in parts.items()
        if name.startswith("xl/worksheets") and b"<v>200</v>" in text
    )
    spoilt = [name for name in parts if name.startswith("xl/worksheets") and name >= slip]
    for name in spoilt:
        parts[name] = parts[name].replace(b"<v>200</v>", b"<v>201</v>", 1)
    with zipfile.ZipFile(out / "plan.xlsx", "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    said = [failure.text.en for failure in verify(out) if failure.promise == 0]
    assert any(
        "households on the sheet Fire and rescue of plan.xlsx does not add up" in text
        for text in said
    )
