from tests.findings_page import PAGE, page


def test_the_page_of_findings_says_what_the_list_says():
    assert PAGE.read_text("utf-8") == page(), "run: python -m tests.findings_page"
