"""What stands in the root beside the READMEs agrees with the package: citation, recipes, lock file, changelog."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

import gridmerge

ROOT = Path(__file__).parents[1]


def text(name: str) -> str:
    return ROOT.joinpath(name).read_text("utf-8")


def plain(package: str) -> str:
    return re.sub(r"[-_.]+", "-", package).lower()


def test_the_citation_is_of_this_version_and_licence():
    citation = yaml.safe_load(text("CITATION.cff"))
    project = tomllib.loads(text("pyproject.toml"))["project"]
    assert (citation["version"], citation["license"]) == (gridmerge.__version__, project["license"])


@pytest.mark.parametrize("command", re.findall(r"^\.venv/bin/(.+)$", text(".ci/run"), re.MULTILINE))
def test_every_check_of_ci_has_a_recipe(command):
    assert f"    {{{{bin}}}}/{command}\n" in text("justfile")


def test_recipes_install_and_test_as_the_readme_does():
    block = re.search(r"<!-- ci: test -->\n```bash\n(.*?)\n```", text("README.md"), re.DOTALL)
    assert block is not None
    for command in block.group(1).split(" && "):
        recipe = command.replace(".venv/bin", "{{bin}}").replace("python3", "{{python}}", 1)
        assert f"    {recipe}" in text("justfile")


LOCKED = [line for line in text("requirements-dev.lock").splitlines() if not line.startswith("#")]


def test_the_lock_file_names_versions_and_nothing_else():
    assert [
        line for line in LOCKED if not re.fullmatch(r"[a-z0-9._-]+==[0-9][0-9a-z.+]*", line)
    ] == []
    assert sorted(LOCKED) == LOCKED and len(set(LOCKED)) == len(LOCKED)


def test_the_lock_file_holds_every_dependency():
    project = tomllib.loads(text("pyproject.toml"))["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["dev"], *extras["docs"]]
    names = {plain(re.match(r"[A-Za-z0-9._-]+", one).group()) for one in wanted}
    assert names - {plain(line.split("==")[0]) for line in LOCKED} == set()


def test_the_changelog_keeps_its_form():
    headings = re.findall(r"^### (.+)$", text("CHANGELOG.md"), re.MULTILINE)
    assert "## [Unreleased]\n" in text("CHANGELOG.md")
    assert headings and set(headings) <= {
        "Added",
        "Changed",
        "Deprecated",
        "Removed",
        "Fixed",
        "Security",
    }


@pytest.mark.parametrize(
    "page", ["CONTRIBUTING.md", "docs/en/architecture.md", "docs/zh/architecture.md"]
)
def test_every_file_that_is_named_is_there(page):
    named = re.findall(r"`((?:[a-z_0-9]+/)+(?:[a-z_]+(?:\.[a-z0-9]+)+)?|[a-z_]+\.py)`", text(page))
    homes = [ROOT, *(ROOT / "gridmerge").glob("**/")]
    lost = {name for name in named if not any((home / name).exists() for home in homes)}
    assert len(named) > 5 and lost == set()
