"""The rule that turns bytes into text."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridmerge.io.encoding import (
    choose_encoding,
    codec_named,
    decode_value,
    looks_chinese,
    repair_mojibake,
)

COMMON = "东风社区一网格韩洪村龙湾口城关镇应急管理学校市场"
hanzi = st.text(alphabet=COMMON, min_size=2, max_size=12)


@given(
    st.lists(hanzi, min_size=1, max_size=8),
    st.sampled_from([None, "utf-8", "gb18030", "cp1252", "iso8859-1"]),
)
def test_chinese_is_told_whatever_is_declared(texts: list[str], declared: str | None) -> None:
    gbk = [text.encode("gb18030") for text in texts]
    utf8 = [text.encode("utf-8") for text in texts]
    assert [decode_value(raw, choose_encoding(utf8, declared).codec) for raw in utf8] == texts
    chosen = choose_encoding(gbk, declared)
    assert [decode_value(raw, chosen.codec) for raw in gbk] == texts or declared == "utf-8"


def test_two_characters_that_read_as_russian_in_utf8_stay_chinese() -> None:
    choice = choose_encoding(["校校".encode("gb18030")])
    assert choice.codec == "GB18030"


def test_a_value_cut_off_inside_a_character_is_no_error() -> None:
    raw = "东风社区一网格".encode()[:-1]
    assert choose_encoding([raw]).codec == "UTF-8"
    assert decode_value(raw, "UTF-8") == "东风社区一网"
    assert choose_encoding([raw[:-1], "韩洪村".encode("gb18030")]).reason == "mixed"


def test_two_encodings_in_one_file_are_told_apart_value_by_value() -> None:
    texts = ["东风社区", "韩洪村"]
    raws = [texts[0].encode("utf-8"), texts[1].encode("gb18030")]
    choice = choose_encoding(raws)
    assert choice.reason == "mixed"
    assert [decode_value(raw, choice.codec) for raw in raws] == texts


def test_bytes_that_are_nothing_are_replaced_and_told() -> None:
    raws = ["东风社区".encode(), b"\xff\xff\xff\xff"]
    choice = choose_encoding(raws)
    assert choice.reason == "lossy"
    assert decode_value(raws[0], choice.codec) == "东风社区"
    assert "\ufffd" in decode_value(raws[1], choice.codec)


def test_other_languages_are_left_to_the_declaration() -> None:
    assert choose_encoding(["Région île".encode("cp1252")], "cp1252").codec == "cp1252"
    assert choose_encoding(["поле".encode("cp1251")], "cp1251").codec == "cp1251"
    assert choose_encoding(["臺北市".encode("big5")], "big5").codec == "big5"


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("ANSI 936", "gb18030"),
        ("OEM", None),
        ("65001", "utf-8"),
        ("88591", "iso8859-1"),
        ("CP1252", "cp1252"),
        ("?", None),
    ],
)
def test_names_of_encodings(name: str, codec: str | None) -> None:
    assert codec_named(name) == codec


@pytest.mark.parametrize("wrong", ["latin-1", "cp1252", "gb18030"])
def test_saved_mojibake_is_undone(wrong: str) -> None:
    good = np.array(["东风社区", "韩洪村委", None, "ok"], dtype=object)
    bad = good.copy()
    for i in (0, 1):
        bad[i] = good[i].encode("utf-8").decode(wrong, "strict" if wrong != "cp1252" else "ignore")
    if wrong == "cp1252":
        bad[:2] = ["ä¸œé£Ž", "ç¤¾"]
        good[:2] = ["东风", "社"]
    mended, cells = repair_mojibake(bad)
    assert cells == 2
    assert mended.tolist() == good.tolist()


@given(st.lists(st.text(min_size=1, max_size=6), min_size=1, max_size=5))
def test_sound_text_is_not_mended(texts: list[str]) -> None:
    values = np.array([*texts, COMMON], dtype=object)
    assert repair_mojibake(values)[1] == 0
    assert looks_chinese(COMMON)
