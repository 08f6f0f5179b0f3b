"""No phone and no ID number survives in any product, for any audience — but the platform's, where the project says so."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
import zipfile
from dataclasses import replace

import pyarrow.parquet as pq
import pyogrio
import pytest

from gridmerge.products import export_grids, publish_build
from gridmerge.products.export import AUDIENCES
from gridmerge.products.map import MapOptions, read_map_data, render_map_data
from gridmerge.products.poster import draw_posters
from gridmerge.products.publication import BUILD_FILES
from tests.products.naive import naive_build
from tests.products.readers import FORMATS

PHONES = ("13812345678", "13900001111")  # in a name and a note; in the roster
ID_NUMBER = "11010519491231002X"
PHONE = re.compile(r"(?<![\d.])1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")


@pytest.fixture(scope="module", params=["masked", "full", "none"])
def told(request, tmp_path_factory):
    """A build whose every free text hides a phone and an ID number, and whose roster has phones."""
    folder = tmp_path_factory.mktemp("secrets")
    build = naive_build(folder, contacts=request.param)
    layer = build.layers[0]
    frame = layer.frame.assign(name=f"王五{PHONES[0]}", holder=f"{ID_NUMBER} 李四")
    members = build.roster.members.assign(phone=PHONES[1], name=f"赵六{PHONES[0]} {ID_NUMBER}")
    named = build.assignment.members.assign(name=f"赵六{PHONES[0]} {ID_NUMBER}")
    publish_build(
        replace(
            build,
            layers=(replace(layer, frame=frame), *build.layers[1:]),
            plan=replace(
                build.plan, grids=build.plan.grids.assign(grid_name=f"网格 {PHONES[0]} {ID_NUMBER}")
            ),
            roster=replace(build.roster, members=members),
            assignment=replace(build.assignment, members=named),
        ),
        folder / "out",
    )
    return request.param, folder / "out"


def text_of(file):
    """All that a person with a search box finds in a file."""
    if file.suffix == ".gpkg":
        with sqlite3.connect(file) as database:
            # without the geometries' bytes
            return re.sub(r"X'[0-9A-F]*'", "", "\n".join(database.iterdump()))
    if file.suffix == ".xlsx":
        with zipfile.ZipFile(file) as archive:
            return "\n".join(
                re.sub(r"<v>[^<]*</v>", "", archive.read(n).decode("utf-8", "replace"))
                for n in archive.namelist()
            )
    if file.suffix == ".parquet":
        return pq.read_table(file).drop_columns(["geometry"]).to_pandas().to_csv()
    if file.suffix == ".fgb":
        return pyogrio.read_dataframe(file, read_geometry=False).to_csv()
    if file.suffix == ".pdf":
        return subprocess.run(
            ["pdftotext", file, "-"], capture_output=True, check=True
        ).stdout.decode()
    encoding = "gbk" if file.suffix == ".dbf" else "utf-8"
    return file.read_bytes().decode(encoding, "replace")


def leaks(file):
    text = text_of(file)
    digits = re.sub(r"[\s-]", "", text)
    return [secret for secret in (*PHONES, ID_NUMBER[:17]) if secret in text or secret in digits]


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize(("ending", "profile"), FORMATS)
def test_exports_hold_no_phone_but_the_platforms(told, tmp_path, ending, profile, audience):
    contacts, out = told
    export_grids(out, tmp_path / f"grids.{ending}", profile=profile, audience=audience)
    open_ones = (
        [PHONES[1]]
        if (contacts, audience) == ("full", "platform") and profile != "vertices-csv"
        else []
    )
    found = {secret for file in tmp_path.iterdir() for secret in leaks(file)}
    assert found <= set(open_ones)
    if ending == "geojson":
        assert found == set(open_ones)  # the test can fail: a phone that may be seen is seen
    if audience == "public":
        text = "".join(text_of(file) for file in tmp_path.iterdir())
        assert (
            not PHONE.search(text)
            and "138****" not in text.replace("网格 138****5678", "")
            and "赵六" not in text
        )


def test_what_a_build_writes_holds_none_unless_the_project_says_full(told):
    contacts, out = told
    whole = {name for name in BUILD_FILES if leaks(out / name)}
    assert whole == ({"grids.geojson", "locate.json", "plan.xlsx"} if contacts == "full" else set())
    assert all(set(leaks(out / name)) == {PHONES[1]} for name in whole)


@pytest.mark.parametrize("audience", AUDIENCES)
def test_maps_and_posters_hold_no_id_number_and_no_hidden_phone(told, tmp_path, audience):
    contacts, out = told
    page = tmp_path / "map.html"
    page.write_text(
        render_map_data(read_map_data(out), options=MapOptions(audience=audience)), "utf-8"
    )
    assert set(leaks(page)) == (
        {PHONES[1]} if (contacts, audience) == ("full", "platform") else set()
    )
    # a member, a department's holder
    named = {name for name in ("赵六", "李四") if name in text_of(page)}
    assert named == (set() if audience == "public" else {"赵六", "李四"})


def test_posters_hold_none_for_anybody(told, tmp_path):
    if shutil.which("pdftotext") is None:
        pytest.skip("no pdftotext on this machine")
    contacts, out = told
    if contacts != "full":
        pytest.skip("no sheet shows phones: the one project that would show them is enough")
    files = draw_posters(read_map_data(out), tmp_path, audience="platform")
    assert [file.name for file in files if file.suffix == ".pdf" and leaks(file)] == []
