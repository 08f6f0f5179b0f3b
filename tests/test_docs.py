"""What the documents say is true: links lead somewhere, both READMEs give the same commands, every key is described."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from gridmerge.config import settings

ROOT = Path(__file__).parents[1]
LANGUAGES = ("zh", "en")
UNWRITTEN = "本页正在编写"  # what a page says until its Chinese is there
# Pages for developers, where the Chinese keeps to what an officer asks and leaves measurements and interfaces to the English.
SHORTER = {
    "architecture.md",
    "balance.md",
    "library.md",
    "map.md",
    "overlay.md",
    "partition.md",
    "recognition.md",
}
# Pages whose two languages are held against each other, heading by heading and key by key.
ALIKE = sorted({page.name for page in ROOT.glob("docs/zh/*.md")} - SHORTER)
PAGES = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/*/*.md"), ROOT / "sample_layers" / "README.md"]
)


def text_of(page: str, language: str) -> str:
    return ROOT.joinpath("docs", language, page).read_text("utf-8")


def outline(text: str) -> list[tuple[int, tuple[str, ...]]]:
    """The headings: how deep, and what stands in them as code, which is the same in every language."""
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    headings = re.findall(r"^(#+) (.*)$", prose, re.MULTILINE)
    return [(len(marks), tuple(re.findall(r"`([^`]+)`", title))) for marks, title in headings]


def table_keys(text: str) -> list[list[str]]:
    """What stands as code in the first cell of each row of the tables."""
    cells = re.findall(r"^\| (.*?) \|", text, re.MULTILINE)
    keys = [re.findall(r"`([^`]+)`", cell) for cell in cells]
    return [row for row in keys if row]


def keys_described(text: str) -> set[str]:
    return {key for row in table_keys(text) for key in row}


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_every_link_leads_somewhere(page):
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text("utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_every_page_is_there_in_chinese_and_in_english():
    chinese, english = (
        sorted(page.name for page in ROOT.glob(f"docs/{language}/*.md"))
        for language in ("zh", "en")
    )
    assert chinese == english
    assert [
        page for page in english if page not in ROOT.joinpath("mkdocs.yml").read_text("utf-8")
    ] == []


def test_no_page_is_a_promise_of_one():
    pages = ROOT.glob("docs/*/*.md")
    assert [
        str(page)
        for page in pages
        if UNWRITTEN in (text := page.read_text("utf-8")) or len(text) < 500
    ] == []


def test_both_readmes_give_the_same_commands():
    blocks = [
        re.findall(r"```bash\n(.*?)```", ROOT.joinpath(name).read_text("utf-8"), re.DOTALL)
        for name in ("README.md", "README.zh-CN.md")
    ]
    assert blocks[0] == blocks[1] and len(blocks[0]) >= 2


def sections() -> dict[str, type[BaseModel]]:
    return {
        name: value
        for name, value in vars(settings).items()
        if isinstance(value, type)
        and issubclass(value, settings.Section)
        and value not in (settings.Section, settings.Settings)
    }


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("section", sections().values(), ids=list(sections()))
def test_every_key_of_the_project_file_is_described(section, language):
    described = keys_described(text_of("project-file.md", language))
    assert sorted(set(section.model_fields) - described) == []


@pytest.mark.parametrize("page", ALIKE)
def test_both_languages_of_a_page_have_the_same_headings(page):
    assert outline(text_of(page, "zh")) == outline(text_of(page, "en"))


@pytest.mark.parametrize("page", ALIKE)
def test_both_languages_of_a_page_describe_the_same_keys(page):
    assert table_keys(text_of(page, "zh")) == table_keys(text_of(page, "en"))


@pytest.mark.parametrize("page", ALIKE)
def test_both_languages_of_a_page_show_as_many_examples_and_pictures(page):
    counts = [
        (text.count("```"), sorted(re.findall(r"!\[[^]]*\]\(([^)]+)\)", text)))
        for text in (text_of(page, language) for language in LANGUAGES)
    ]
    assert counts[0] == counts[1]


def test_a_key_that_one_language_leaves_out_is_seen():
    page = "# A\n## `[a]`\n| key | b |\n|---|---|\n| `one`, `two` | x |\n| `three` | `x` |\n"
    assert table_keys(page) == [["one", "two"], ["three"]]
    assert outline(page) == [(1, ()), (2, ("[a]",))]
    assert table_keys(page) != table_keys(page.replace("`two`", "two"))
