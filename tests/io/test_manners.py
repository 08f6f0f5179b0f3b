"""ID numbers, bank cards and passwords stay outside: cell by cell, and the rest of a table comes in as it is."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import xlsxwriter

from gridmerge.config.settings import LayerSpec, RosterSpec
from gridmerge.errors import InputError
from gridmerge.io import read_input
from gridmerge.io.sensitive_fields import without_secrets
from tests.ways import AROUND, IDS, LOOKALIKES, PHONES, bare

PERSON = "110105194912310" + "02X"
ROWS = 40


def told_row(finding) -> str | None:
    """The number of the record that a finding names."""
    row = dict(finding.blanks).get("row")
    return None if row is None else row.en.removeprefix("record ")


def cleaned(cells, name="holder"):
    """The column after loading, and what was said: kind, count, example row."""
    frame = gpd.GeoDataFrame({name: cells, "geometry": [None] * len(cells)}, geometry="geometry")
    out, findings = without_secrets(frame, "police", "a.csv")
    said = [(finding.kind, finding.measure, told_row(finding)) for finding in findings]
    words = " ".join(finding.message(language) for finding in findings for language in ("zh", "en"))
    assert not [digits for _, digits in IDS if digits in bare(words)]
    column = out[name].tolist() if name in out else None
    return column and [None if pd.isna(cell) else cell for cell in column], said


@pytest.mark.parametrize(("written", "digits"), IDS)
@pytest.mark.parametrize("around", AROUND)
def test_one_number_in_one_cell_costs_itself(written, digits, around):
    names = [f"警员{n}" for n in range(ROWS)]
    cells = [*names[:7], around.format(written), *names[8:]]
    out, said = cleaned(cells)
    struck = None if around in ("{}", "（{}）") else around.format("******")
    assert out == [*names[:7], struck, *names[8:]]
    assert said == [("sensitive_struck", 1, "8")]


@pytest.mark.parametrize("whole", ["510302", "51030219900101", "0", "62", "5103"])
@pytest.mark.parametrize(
    "rest", ["19900101123", "199001011234", "510302199001011234", "6222021234567890128"]
)
@pytest.mark.parametrize("sign", ["", "-", "+"])
def test_a_number_with_decimals_is_never_struck(sign, whole, rest):
    frame = gpd.GeoDataFrame({"value": [f"{sign}{whole}.{rest}", "n/a"]}, geometry=[None, None])
    kept, findings = without_secrets(frame, "a", "a.csv")
    assert not findings
    assert list(kept["value"]) == list(frame["value"])


def test_an_id_number_after_a_sentence_s_stop_is_struck():
    frame = gpd.GeoDataFrame(
        {"value": ["3.510302199001011233", "身份证.510302199001011233"]}, geometry=[None, None]
    )
    kept, _ = without_secrets(frame, "a", "a.csv")
    assert kept["value"][0] == "3.510302199001011233"
    assert "199001011233" not in kept["value"][1]


def test_all_ways_in_one_column_of_texts_are_struck_one_by_one():
    cells = [f"网格员 {written} 值班" for written, _ in IDS]
    out, said = cleaned(cells)
    assert out == ["网格员 ****** 值班"] * len(IDS)
    assert said == [("sensitive_struck", len(IDS), "1")]


@pytest.mark.parametrize("blank", [None, "", "无"])
def test_a_column_that_is_mostly_numbers_goes(blank):
    numbers = [written for written, _ in IDS[:8]]
    assert cleaned([*numbers, *[blank] * 8]) == (None, [("sensitive_dropped", 8, None)])


def test_one_number_in_a_column_that_is_else_empty_is_a_slip_of_the_pen():
    out, said = cleaned([None, PERSON, *[None] * 38])
    assert out == [None] * 40
    assert said == [("sensitive_struck", 1, "2")]


def test_numbers_kept_as_numbers_go_and_their_neighbours_lose_no_digit():
    whole = np.array([510311104201001, 510302199001011234, 510311104201003], dtype=np.int64)
    assert cleaned(whole) == (
        ["510311104201001", None, "510311104201003"],
        [("sensitive_struck", 1, "2")],
    )
    old = np.array([12, 110105491231002, 14], dtype=np.int64)
    assert cleaned(old) == (["12", None, "14"], [("sensitive_struck", 1, "2")])


@pytest.mark.parametrize("number", [510302199001011234.0, 510302201001011239.0, 110105491231002.0])
def test_a_number_that_excel_has_shortened_is_still_a_birthday(number):
    out, said = cleaned(np.array([1.5, number, np.nan]))
    assert out == [1.5, None, None]
    assert said == [("sensitive_struck", 1, "2")]


def test_mixed_cells_of_a_workbook(tmp_path: Path):
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    sheet = book.add_worksheet()
    people = ["张三", 510302199001011234, f"李四{PERSON}", 13911115555, "王五"]
    for row, cells in enumerate(
        [("id", "village", "holder"), *((f"A{n}", "东山村", one) for n, one in enumerate(people))]
    ):
        sheet.write_row(row, 0, cells)
    book.close()
    raw = read_input(
        LayerSpec(key="police", path="a.xlsx", id="id", village="village", holder="holder"),
        tmp_path,
        "police",
    )
    assert [str(cell or "") for cell in raw.frame["holder"]] == [
        "张三",
        "",
        "李四******",
        "13911115555",
        "王五",
    ]
    told = [finding for finding in raw.findings if finding.kind == "sensitive_struck"]
    assert [finding.measure for finding in told] == [2]


@pytest.mark.parametrize(
    "codes",
    [
        [
            f"510311201001010{n:03d}" for n in range(1, 99)
        ],  # township 201, village 001: January 2010
        [f"510311199001010{n:03d}" for n in range(1, 99)],  # township 199: 1990
        [f"网格510311201001010{n:03d}" for n in range(1, 99)],
        [
            f"510311501203{n:03d}" for n in range(1, 60)
        ],  # township 501, village 203: December 3rd 1950
        [
            f"6201021002010{n:05d}" for n in range(60)
        ],  # 18 digits from Gansu: one in ten looks like a card
    ],
)
def test_codes_that_look_like_birthdays_stay(codes):
    assert cleaned(codes, "grid_code") == (codes, [])


def test_an_id_number_among_such_codes_is_struck_all_the_same():
    codes = [f"510311201001010{n:03d}" for n in range(1, 60)]
    out, said = cleaned([*codes, PERSON], "grid_code")
    assert out == [*codes, None]
    assert said == [("sensitive_struck", 1, "60")]


def test_a_mistyped_number_is_no_witness_that_the_others_are_codes():
    right = [written for written, _ in IDS if written.startswith("5103022010")]
    out, said = cleaned([*right, *["张三"] * 9, "510302201001012222"], "note")
    assert out[: len(right)] == [None] * len(right)
    assert said[0][0] == "sensitive_struck"


def test_what_looks_alike_and_phones_come_in_as_they_are():
    cells = [*LOOKALIKES, *(written for written, _ in PHONES)]
    assert cleaned(cells) == (cells, [])


def test_shapes_in_a_table_are_left_alone():
    numbers = " ".join(f"{104 + n / 7:.9f} {29 + n / 11:.9f}," for n in range(300))
    cells = [
        f"POLYGON(({numbers}))",
        f'{{"type": "Point", "coordinates": [{PERSON[:-1]}0]}}',
        "SRID=4490;POINT(1 2)",
    ]
    assert cleaned(cells, "wkt") == (cells, [])


@pytest.mark.parametrize("name", ["密码", "passwd", "登录口令", "身份证号", "SFZH", "id_card"])
def test_fields_go_for_their_names_whatever_is_in_them(name):
    assert cleaned(["甲", "乙", "丙"], name)[0] is None


def test_a_field_that_was_asked_for_and_is_all_secret_stops_with_that_reason(tmp_path: Path):
    rows = "\n".join(f"A{n},东山村,{PERSON}" for n in range(4))
    (tmp_path / "a.csv").write_text("id,village,who\n" + rows, "utf-8")
    spec = LayerSpec(key="police", path="a.csv", id="id", village="village", holder="who")
    with pytest.raises(InputError, match='"who" is ID numbers') as stopped:
        read_input(spec, tmp_path, "police")
    assert PERSON not in str(stopped.value)


def test_a_roster_keeps_its_name_column(tmp_path: Path):
    (tmp_path / "a.csv").write_text(
        f"member_id,name\nm1,张三 {PERSON}\nm2,李四\nm3,{PERSON}\n", "utf-8"
    )
    raw = read_input(RosterSpec(path="a.csv"), tmp_path, "roster")
    assert raw.frame["name"].where(raw.frame["name"].notna(), "").tolist() == [
        "张三 ******",
        "李四",
        "",
    ]
    assert isinstance(raw.frame, pd.DataFrame)
