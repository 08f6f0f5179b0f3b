"""Departments that the catalogue lacks: taken with a note, or named in the project file."""

from __future__ import annotations

import pytest

from gridmerge.clean import clean_layer
from gridmerge.config.project_file import read_project
from gridmerge.errors import ProjectError
from gridmerge.staffing.duties import clean_matters
from tests.clean.conftest import grids, kinds, one, raw, table, town  # noqa: F401  (fixtures)
from tests.test_config import SMALLEST, project

OWN = """
[[departments]]
key = "special_equipment"
zh = "特种设备"
en = "Special equipment"
aliases = ["特设", "电梯"]
rank = 3
"""


def layers(folder, text):
    return {layer.key: layer for layer in read_project(project(folder, SMALLEST + text)).layers}


@pytest.mark.parametrize("name", ["special_equipment", "特种设备", "电梯", "SPECIAL EQUIPMENT"])
def test_a_department_of_the_project_is_known_by_every_name(tmp_path, name):
    layer = layers(
        tmp_path, OWN + f'[[layers]]\nkey = "lifts"\ndepartment = "{name}"\npath = "a.shp"\n'
    )["lifts"]
    assert (layer.department, layer.title, layer.rank) == ("special_equipment", "特种设备", 3)


def test_what_the_layer_says_itself_goes_first(tmp_path):
    own = '[[layers]]\nkey = "lifts"\ndepartment = "电梯"\npath = "a.shp"\nrank = 7\ntitle = "电梯巡检"\n'
    layer = layers(tmp_path, OWN + own)["lifts"]
    assert (layer.title, layer.rank) == ("电梯巡检", 7)


def test_a_department_of_the_catalogue_can_be_ranked_otherwise(tmp_path):
    layer = layers(tmp_path, '[[departments]]\nkey = "police"\nzh = "公安分局"\nrank = 1\n')[
        "police"
    ]
    assert (layer.department, layer.title, layer.rank) == ("police", "公安分局", 1)


def test_two_departments_of_one_name_stop_the_run(tmp_path):
    with pytest.raises(ProjectError, match="电梯"):
        layers(tmp_path, OWN + '[[departments]]\nkey = "lifts"\nzh = "电梯"\n')


def test_unknown_without_a_table_is_a_note_and_with_one_it_is_none(tmp_path, grids, town):  # noqa: F811
    text = '[[layers]]\nkey = "lifts"\ndepartment = "电梯"\npath = "a.shp"\n'
    bare = clean_layer(raw(grids, "lifts"), layers(tmp_path, text)["lifts"], town)
    assert one(bare, "department_unknown").severity == "note" and bare.rank == 50
    named = clean_layer(raw(grids, "lifts"), layers(tmp_path, OWN + text)["lifts"], town)
    assert "department_unknown" not in kinds(named)
    assert (named.title, named.department, named.rank) == ("特种设备", "special_equipment", 3)


def test_the_list_of_matters_knows_the_projects_departments(tmp_path):
    known = read_project(project(tmp_path, SMALLEST + OWN)).department_names
    columns = {"事项名称": ["电梯困人"], "主体责任部门": ["特设"], "配合责任部门": ["消防、卖花署"]}
    matters = clean_matters(table("matters", **columns), None, known)
    assert matters.frame["lead"].iloc[0] == ("special_equipment",)
    (finding,) = [one for one in matters.findings if one.kind == "matter_department_unknown"]
    assert dict(finding.blanks)["items"] == "卖花署"
