"""One day in everything a build writes and in all that is made of it later, by one clock."""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner
from python_calamine import CalamineWorkbook

from gridmerge import source_date
from gridmerge.cli import main
from tests.small_project import write_small_project

FIRST = datetime.date(2031, 3, 7)
READ = ("report.json", "report.html", "about.txt", "map.html")


class Midnights:
    """A clock that passes midnight each time somebody looks at it."""

    UTC = datetime.UTC

    def __init__(self) -> None:
        self.looks = 0

    @property
    def datetime(self) -> Midnights:
        return self

    def now(self, tz: datetime.tzinfo) -> datetime.datetime:
        self.looks += 1
        day_now = FIRST + datetime.timedelta(days=self.looks)
        return datetime.datetime.combine(day_now, datetime.time(23, 59), tzinfo=tz)


def run(*arguments: object):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def at_midnight(monkeypatch):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    clock = Midnights()
    monkeypatch.setattr(source_date, "datetime", clock)
    return clock


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12", "Asia/Shanghai"])
@pytest.mark.skipif(not hasattr(time, "tzset"), reason="Windows sets no time zone for one process")
def test_the_day_is_the_same_in_every_time_zone(monkeypatch, zone):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    before = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert source_date.build_date() in (
            before,
            datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        )
    finally:
        monkeypatch.delenv("TZ")
        time.tzset()


def test_a_build_over_midnight_and_what_is_made_of_it_later_carry_one_day(tmp_path, at_midnight):
    project = write_small_project(tmp_path / "青山 镇")
    assert run("build", project, "--processes", 1).exit_code == 0
    out = project / "out"
    looks = at_midnight.looks
    built = next(
        (FIRST + datetime.timedelta(days=n)).isoformat()
        for n in range(1, looks + 1)
        if (FIRST + datetime.timedelta(days=n)).isoformat()
        in (out / "report.json").read_text("utf-8")
    )
    assert run("map", out).exit_code == 0
    assert run("export", out, tmp_path / "grids.shp").exit_code == 0
    assert at_midnight.looks > looks, (
        "the later commands must have had the chance to take another day"
    )
    others = [
        (FIRST + datetime.timedelta(days=n)).isoformat() for n in range(at_midnight.looks + 2)
    ]
    others.remove(built)
    for name in READ:
        text = (out / name).read_text("utf-8")
        assert (built in text, [other for other in others if other in text]) == (True, []), name
    summary = CalamineWorkbook.from_path(out / "plan.xlsx").get_sheet_by_index(0).to_python()
    cells = [str(cell) for row in summary for cell in row]
    assert any(built in cell for cell in cells)
    year, month, day_of_month = (tmp_path / "grids.dbf").read_bytes()[1:4]
    assert datetime.date(1900 + year, month, day_of_month).isoformat() == built


@pytest.mark.parametrize(
    "told",
    [
        "yesterday",
        "-1",
        "+1",
        "1.5",
        "1e9",
        "1_000",
        "\uff11\uff12\uff13",
        " 5",
        "5\n",
        "253402300800",
        "9" * 400,
        "\udcff",
    ],
)
def test_what_is_no_number_of_seconds_is_one_sentence(monkeypatch, told):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", told)
    result = run("departments", "--lang", "zh")
    assert result.exit_code == 1
    assert result.output.startswith("环境变量 SOURCE_DATE_EPOCH 应为 1970 年以来的秒数，现为 ")
    assert result.output.count("\n") == 1 and len(result.output) < 120


@pytest.mark.parametrize(
    ("told", "expected"),
    [("0", "1970-01-01"), ("253402300799", "9999-12-31"), ("1700000000", "2023-11-14")],
)
def test_seconds_are_a_day_of_utc(monkeypatch, told, expected):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", told)
    assert source_date.build_date() == expected


@pytest.mark.parametrize(("told", "code"), [("yesterday", 1), ("", 0), ("  ", 0)])
def test_the_libraries_that_read_the_variable_too_never_see_a_bad_one(tmp_path, told, code):
    """numpy and matplotlib stop with a traceback where it is no number, and at an empty one."""
    project = write_small_project(tmp_path / "p")
    command = [
        sys.executable,
        "-c",
        "from gridmerge.cli import main; main()",
        "check",
        str(project),
    ]
    result = subprocess.run(
        command,
        check=False,
        env={**os.environ, "SOURCE_DATE_EPOCH": told},
        capture_output=True,
        text=True,
    )
    assert (result.returncode, "Traceback" in result.stderr) == (code, False), result.stderr
