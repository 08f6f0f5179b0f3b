import pytest

from gridmerge.findings import load_kinds
from tests.findings_page import PAGES, page


@pytest.mark.parametrize("language", PAGES)
def test_the_page_of_findings_says_what_the_list_says(language):
    assert PAGES[language].read_text("utf-8") == page(language), (
        "run: python -m tests.findings_page"
    )


def test_no_unit_of_the_chinese_page_is_an_english_word():
    words = {
        kind.unit for kind in load_kinds().values() if kind.unit.isalpha() and len(kind.unit) > 2
    }
    lines = [line for line in page("zh").splitlines() if line.startswith("数量的单位")]
    assert len(lines) > 50 and not [line for line in lines for word in words if word in line]


def test_a_face_is_never_called_by_the_land_surveys_word():
    assert [
        kind.code for kind in load_kinds().values() if "图斑" in kind.message.zh + kind.explain.zh
    ] == []
