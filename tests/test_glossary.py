"""One concept, one word: no message, label or page says what the glossary says not to."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gridmerge.findings import load_kinds

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "gridmerge"
# What files of other offices call their columns: these words are read, never shown as ours.
READ_NOT_SHOWN = frozenset({"地块圈号"})
CHINESE = re.compile(r"[一-鿿]")
CELL = re.compile(r"(?<!\\)\|")
# The glossary lists the words, and a decision says why.
ABOUT_WORDS = frozenset({"glossary.md", "decisions.md"})
CODE_SPAN = re.compile(r"(?s)```.*?```|`[^`\n]*`")
SCRIPT_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|`(?:[^`\\]|\\.)*`')


def rows(language: str) -> list[list[str]]:
    """The cells of every row of the glossary's tables, heads and rules apart."""
    page = ROOT.joinpath("docs", language, "glossary.md").read_text("utf-8")
    lines = [
        line
        for line in page.splitlines()
        if line.startswith("| ") and not line.startswith("| 中文 |")
    ]
    return [[cell.strip() for cell in CELL.split(line)[1:-1]] for line in lines]


def forbidden() -> list[str]:
    """Every word of the last column."""
    words = [word for row in rows("zh") for word in re.split("[、；]", row[-1])]
    return [word for word in words if word]


def pattern(word: str) -> re.Pattern[str]:
    return re.compile(word if CHINESE.search(word) else rf"(?i)\b{re.escape(word)}\b")


def is_sentence(text: str) -> bool:
    """Whether people read it: it is Chinese, or of several words; keys and names in code are neither."""
    return text not in READ_NOT_SHOWN and bool(
        CHINESE.search(text) or re.search(r"\w\s", text.strip())
    )


def docstrings(tree: ast.AST) -> set[int]:
    bodies = [
        node.body
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    return {id(body[0].value) for body in bodies if body and isinstance(body[0], ast.Expr)}


def strings_of_code(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of every string of a module, its docstrings apart."""
    tree = ast.parse(source)
    described = docstrings(tree)
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in described
        ):
            yield node.lineno, node.value


def strings_of_page(source: str, script: bool) -> Iterator[tuple[int, str]]:
    """Line and text of every string of a script; of a template or a page every line."""
    if not script:
        yield from enumerate(source.splitlines(), 1)
        return
    for found in SCRIPT_STRING.finditer(re.sub(r"(?m)^\s*//.*$|(?<=[;,{]) //.*$", "", source)):
        yield source.count("\n", 0, found.start()) + 1, found.group()[1:-1]


def strings_of(path: Path) -> Iterator[tuple[int, str]]:
    source = path.read_text("utf-8")
    if path.suffix == ".py":
        return strings_of_code(source)
    return strings_of_page(source, script=path.suffix in (".js", ".ts"))


def messages() -> Iterator[tuple[str, str]]:
    """Where it stands, and what it says: every sentence and label that the package may show."""
    for kind in load_kinds().values():
        for text in (kind.message, kind.explain):
            yield f"findings.toml {kind.code}", text.zh
            yield f"findings.toml {kind.code}", text.en
    # the package's scripts are bundled from web/src
    files = [*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.html"), *PACKAGE.rglob("*.j2")]
    sources = [path for path in ROOT.glob("web/src/**/*.ts") if not path.name.endswith(".d.ts")]
    for path in sorted([*files, *sources]):
        for line, text in strings_of(path):
            if is_sentence(text):
                yield f"{path.relative_to(ROOT)}:{line}", text


MESSAGES = tuple(messages())


def chinese_pages() -> Iterator[tuple[str, str]]:
    """Name and text of every page in Chinese, without what stands in it as code."""
    for path in [ROOT / "README.zh-CN.md", *sorted(ROOT.glob("docs/zh/*.md"))]:
        if path.name not in ABOUT_WORDS:
            yield path.name, CODE_SPAN.sub("", path.read_text("utf-8"))


@pytest.mark.parametrize("word", [word for word in forbidden() if CHINESE.search(word)])
def test_no_page_of_the_manual_uses_it_either(word):
    assert [name for name, text in chinese_pages() if word in text] == []


@pytest.mark.parametrize("word", forbidden())
def test_no_message_uses_a_word_that_the_glossary_forbids(word):
    found = pattern(word)
    assert [f"{place}: {text[:80]}" for place, text in MESSAGES if found.search(text)] == []


def test_the_words_that_must_be_caught_are_caught():
    assert {"图斑", "地块", "最小单元", "重复划入", "花名册", "人员名单"} <= set(forbidden())
    assert pattern("图斑").search("该图斑不在本方案中")
    assert pattern("mended").search("Mended by hand") and not pattern("mend").search("recommended")
    assert [text for _, text in strings_of_code('"""图斑"""\nraise InputError(f"图斑 {x}")')] == [
        "图斑 "
    ]
    assert [
        text for _, text in strings_of_page('const a = "图斑"; // 地块\n// 地块', script=True)
    ] == ["图斑"]
    assert not is_sentence("mend_layer") and is_sentence("mend it") and is_sentence("图斑")


def test_messages_are_found_in_every_kind_of_file():
    endings = {place.split(":")[0].rsplit(".", 1)[-1] for place, _ in MESSAGES}
    assert {"py", "ts", "j2", "html"} <= endings
    assert any(place.startswith("gridmerge/errors.py") or "/io/" in place for place, _ in MESSAGES)


def test_both_glossaries_have_the_same_terms():
    assert [(row[0], row[1], row[-1]) for row in rows("zh")] == [
        (row[0], row[1], row[-1]) for row in rows("en")
    ]


def test_no_concept_has_two_words_and_no_word_is_both_used_and_forbidden():
    chinese, english = ([row[column] for row in rows("zh")] for column in (0, 1))
    assert len(set(chinese)) == len(chinese)
    assert not {word for cell in [*chinese, *english] for word in re.split("[、, ]+", cell)} & set(
        forbidden()
    )
