"""What the documents say is true: links lead somewhere, both READMEs give the same commands, every key is described."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from gridmerge import config

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*/*.md"), ROOT / "sample_layers" / "README.md"])


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_every_link_leads_somewhere(page):
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text("utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_every_page_is_there_in_chinese_and_in_english():
    chinese, english = (sorted(page.name for page in ROOT.glob(f"docs/{language}/*.md")) for language in ("zh", "en"))
    assert chinese == english
    assert [page for page in english if page not in ROOT.joinpath("mkdocs.yml").read_text("utf-8")] == []


def test_both_readmes_give_the_same_commands():
    blocks = [
        re.findall(r"```bash\n(.*?)```", ROOT.joinpath(name).read_text("utf-8"), re.DOTALL)
        for name in ("README.md", "README.zh-CN.md")
    ]
    assert blocks[0] == blocks[1] and len(blocks[0]) >= 2


def sections() -> dict[str, type[BaseModel]]:
    return {
        name: value
        for name, value in vars(config).items()
        if isinstance(value, type)
        and issubclass(value, config.Section)
        and value not in (config.Section, config.Settings)
    }


@pytest.mark.parametrize("section", sections().values(), ids=list(sections()))
def test_every_key_of_the_project_file_is_described(section):
    page = ROOT.joinpath("docs", "en", "project-file.md").read_text("utf-8")
    assert [key for key in section.model_fields if f"`{key}`" not in page] == []
