"""A real PostgreSQL with PostGIS, started for these tests: schema, keys, history, all or nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely.affinity import translate

from gridmerge.errors import OutputError
from gridmerge.products import export_grids
from gridmerge.products.export.finished_grids import read_finished_grids
from gridmerge.products.export.postgis import write_postgis

psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed (extra postgis)")
SERVERS = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


@pytest.fixture(scope="module")
def server():
    """A server of our own on a socket in a folder of its own; it never runs as root, which PostgreSQL refuses."""
    initdb = SERVERS[-1] if SERVERS else shutil.which("initdb")
    if not initdb:
        pytest.skip("no PostgreSQL server binaries here (apt install postgresql-15-postgis-3)")
    folder = Path(tempfile.mkdtemp(prefix="gm-pg-", dir="/tmp"))  # a socket's path must be short
    other = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if other:
        shutil.chown(folder, "postgres")
    data, binaries = folder / "data", Path(initdb).parent
    subprocess.run(
        [*other, initdb, "-D", data, "-U", "gm", "-A", "trust", "-E", "UTF8"],
        check=True,
        capture_output=True,
    )
    options = f"-k {folder} -c listen_addresses= -c fsync=off"
    start = [binaries / "pg_ctl", "-D", data, "-w", "-o", options, "-l", folder / "log", "start"]
    subprocess.run([*other, *start], check=True, capture_output=True, cwd=folder)
    yield f"postgresql:///postgres?host={folder}&user=gm"
    subprocess.run(
        [*other, binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop"],
        check=False,
        capture_output=True,
    )
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def url(server, request):
    with psycopg.connect(server, autocommit=True) as connection:
        name = f"t{abs(hash(request.node.name)) % 10**8}"
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name}")
        url = server.replace("/postgres?", f"/{name}?")
        try:
            with psycopg.connect(url, autocommit=True) as fresh:
                fresh.execute("CREATE EXTENSION postgis")
        except psycopg.Error as error:
            pytest.skip(f"this PostgreSQL has no PostGIS ({error})")
    return url


def ask(url, question):
    with psycopg.connect(url) as connection:
        return connection.execute(question).fetchall()


@pytest.fixture
def grids(out):
    return read_finished_grids(out)


def test_postgis_holds_the_same_grids(build, out, url):
    done = export_grids(out, url)
    assert (
        done.notes[0].en
        == f"{done.grids} grids in force: {done.grids} added or changed, 0 earlier records closed."
    )
    rows = ask(
        url,
        "SELECT grid_code, ST_AsBinary(geom), ST_SRID(geom), area_m2, works FROM gridmerge.grid_current ORDER BY 1",
    )
    exact = build.plan.grids
    assert [row[0] for row in rows] == list(exact["grid_code"])
    assert {row[2] for row in rows} == {4490}
    land = gpd.GeoSeries(shapely.from_wkb([bytes(row[1]) for row in rows]), crs=4490).to_crs(
        build.township.crs
    )
    assert np.allclose(land.area, exact.area, rtol=1e-6)
    assert [row[4]["households"] for row in rows] == list(exact["households"])
    members = ask(url, "SELECT count(*) FROM gridmerge.member_current")
    assert members == [(len(build.assignment.assignments),)]


def test_every_household_is_found_in_its_grid_by_the_database(build, out, url):
    export_grids(out, url)
    pieces = build.weights.pieces.query("work == 'households'").merge(
        build.plan.faces, on="face_id"
    )
    places = gpd.GeoSeries(pieces.geometry, crs=build.township.crs).to_crs(4490)
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE p (code text, lon float8, lat float8)")
        with cursor.copy("COPY p FROM STDIN") as copy:
            for code, place in zip(pieces["grid_code"], places, strict=True):
                copy.write_row([code, place.x, place.y])
        cursor.execute(
            "SELECT count(*) FILTER (WHERE g.grid_code = p.code), count(*) FROM p LEFT JOIN gridmerge.grid_current g"
            " ON ST_Contains(g.geom, ST_SetSRID(ST_MakePoint(lon, lat), 4490))"
        )
        assert cursor.fetchone() == (len(pieces), len(pieces))


def test_keys_indexes_and_comments_are_there(out, url):
    export_grids(out, url)
    indexes = {
        row[0]
        for row in ask(url, "SELECT indexname FROM pg_indexes WHERE schemaname = 'gridmerge'")
    }
    assert {
        "grid_now",
        "grid_place",
        "grid_village",
        "member_now",
        "member_who",
        "grid_pkey",
        "member_pkey",
    } <= indexes
    assert (
        "gist" in ask(url, "SELECT indexdef FROM pg_indexes WHERE indexname = 'grid_place'")[0][0]
    )
    comment = ask(
        url,
        "SELECT obj_description('gridmerge.grid'::regclass), col_description('gridmerge.grid'::regclass, 1)",
    )[0]
    assert comment[0].startswith("综合网格")
    assert comment[1].startswith("网格编码")
    with psycopg.connect(url) as connection, pytest.raises(psycopg.errors.UniqueViolation):
        connection.execute(
            "INSERT INTO gridmerge.grid SELECT * FROM gridmerge.grid_current LIMIT 1"
        )


def test_the_same_again_changes_nothing(out, url):
    export_grids(out, url)
    before = ask(url, "SELECT * FROM gridmerge.grid ORDER BY 1")
    done = export_grids(out, url)
    assert "0 added or changed, 0 earlier records closed" in done.notes[0].en
    assert ask(url, "SELECT * FROM gridmerge.grid ORDER BY 1") == before


def test_history_is_kept(grids, url):
    write_postgis(grids, url)
    moved = grids.degrees.copy()
    moved[0] = translate(moved[0], 1e-6, 0)
    rows = [dict(row) for row in grids.rows]
    rows[1]["leader"] = "新网格长"
    rows[1]["members"] = [{"member_id": "NEW", "name": "新人", "duty": "full_time", "phone": ""}]
    gone = rows[2]["grid_code"]
    keep = np.arange(len(rows)) != 2
    notes = write_postgis(
        replace(
            grids,
            rows=[row for row, stays in zip(rows, keep, strict=True) if stays],
            degrees=moved[keep],
        ),
        url,
    )
    assert "2 added or changed, 3 earlier records closed" in notes[0].en
    history = ask(url, f"SELECT valid_to IS NULL FROM gridmerge.grid WHERE grid_code = '{gone}'")
    assert history == [(False,)]
    two = ask(
        url,
        f"SELECT leader, valid_from, valid_to FROM gridmerge.grid WHERE grid_code = '{rows[1]['grid_code']}' ORDER BY 2",
    )
    assert [row[0] for row in two] == [grids.rows[1]["leader"], "新网格长"]
    assert two[0][2] == two[1][1]  # the one ends when the other begins
    people = ask(
        url,
        f"SELECT member_id FROM gridmerge.member_current WHERE grid_code = '{rows[1]['grid_code']}'",
    )
    assert people == [("NEW",)]
    assert ask(
        url, f"SELECT count(*) FROM gridmerge.member_current WHERE grid_code = '{gone}'"
    ) == [(0,)]
    write_postgis(grids, url)  # and back again: a retired grid returns with a record of its own
    history = ask(
        url,
        f"SELECT valid_to IS NULL FROM gridmerge.grid WHERE grid_code = '{gone}' ORDER BY valid_from",
    )
    assert history == [(False,), (True,)]


def test_other_townships_in_the_same_tables_stay(grids, url):
    write_postgis(grids, url)
    rows = [
        {
            **row,
            "grid_code": "999" + row["grid_code"][3:],
            "village_code": "999" + row["village_code"][3:],
        }
        for row in grids.rows
    ]
    write_postgis(replace(grids, rows=rows), url)
    assert ask(url, "SELECT count(*) FROM gridmerge.grid_current") == [(2 * len(rows),)]


def test_a_failure_leaves_the_database_as_it_was(grids, url):
    write_postgis(grids, url)
    before = ask(url, "SELECT * FROM gridmerge.grid ORDER BY 1")
    rows = [dict(row) for row in grids.rows]
    rows[0]["grid_name"] = "改名"
    rows[-1]["grid_type"] = "nonsense"
    with pytest.raises(OutputError, match=r"The database refused .*it is unchanged"):
        write_postgis(replace(grids, rows=rows), url)
    assert ask(url, "SELECT * FROM gridmerge.grid ORDER BY 1") == before


def test_a_connection_that_breaks_in_the_middle_leaves_nothing(grids, url, monkeypatch):
    """The server drops us after the members are replaced and before the grids are: neither was."""
    tables = ("grid", "member", "about")
    write_postgis(grids, url)
    before = [ask(url, f"SELECT * FROM gridmerge.{table} ORDER BY 1, 2, 4") for table in tables]
    postgis = sys.modules["gridmerge.products.export.postgis"]
    monkeypatch.setattr(postgis, "_CLOSE_GRIDS", "SELECT pg_terminate_backend(pg_backend_pid())")
    rows = [{**row, "grid_name": "改名", "members": []} for row in grids.rows]
    with pytest.raises(OutputError, match=r"The database refused .*it is unchanged"):
        write_postgis(replace(grids, rows=rows), url)
    assert [
        ask(url, f"SELECT * FROM gridmerge.{table} ORDER BY 1, 2, 4") for table in tables
    ] == before


def test_the_imprint_of_the_last_export_is_there(build, out, url):
    export_grids(out, url)
    export_grids(out, url, audience="public", review_number="川S〔2026〕1号")
    rows = ask(
        url,
        "SELECT project, mark, audience, review_number, date::text, coordinates FROM gridmerge.about",
    )
    assert rows == [("青山镇", "公众版", "public", "川S〔2026〕1号", build.date, "CGCS2000 经纬度")]
    assert ask(url, "SELECT obj_description('gridmerge.about'::regclass)")[0][0].startswith(
        "各项目最近一次导入"
    )


def test_shifted_coordinates_have_tables_of_their_own(out, url):
    export_grids(out, url, coord="gcj02")
    assert ask(url, "SELECT DISTINCT ST_SRID(geom) FROM gridmerge.grid_gcj02_current") == [(0,)]
    assert ask(url, "SELECT to_regclass('gridmerge.grid')") == [(None,)]


def test_a_schema_of_ones_own_and_hostile_names(grids, url):
    hostile = "x'); DROP TABLE gridmerge.grid; --"
    rows = [
        {**row, "grid_name": hostile, "departments": ['a"b', "c,d", "城管"]} for row in grids.rows
    ]
    write_postgis(replace(grids, rows=rows), url + "&schema=My%20Schema")
    names = ask(url, 'SELECT DISTINCT grid_name, departments FROM "My Schema".grid')
    assert names == [(hostile, ['a"b', "c,d", "城管"])]


def test_no_server_is_said_without_the_password(out):
    with pytest.raises(OutputError, match="The database refused") as caught:
        export_grids(out, "postgresql://me:secret@127.0.0.1:1/nothing?connect_timeout=2")
    assert "secret" not in str(caught.value)


def test_the_works_are_json_people_can_read(out, url):
    export_grids(out, url)
    text = ask(url, "SELECT works::text FROM gridmerge.grid LIMIT 1")[0][0]
    assert set(json.loads(text)) == {"households", "people"}
