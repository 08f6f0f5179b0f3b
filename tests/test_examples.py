"""The examples in the documents and docstrings run as they stand."""

import doctest
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = (
    "gridmerge.pipeline",
    "gridmerge.catalog.field_names",
    "gridmerge.catalog.departments",
    "gridmerge.clean.attributes.village_names",
)


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch):
    monkeypatch.chdir(ROOT)


def test_the_library_page_runs():
    outcome = doctest.testfile(str(ROOT / "docs" / "en" / "library.md"), module_relative=False)
    assert outcome.attempted > 25 and outcome.failed == 0


@pytest.mark.parametrize("name", MODULES)
def test_docstring_examples_run(name):
    outcome = doctest.testmod(importlib.import_module(name))
    assert outcome.attempted > 0 and outcome.failed == 0
