"""Two layers of one department have two names, in every product and language."""

from __future__ import annotations

from dataclasses import replace

import pytest
import python_calamine

import gridmerge
from gridmerge.config.settings import LayerSpec
from gridmerge.products import publish_build
from gridmerge.products.labels import layer_titles
from gridmerge.products.map import MapData, read_map_data
from gridmerge.products.workbook.reconciliation import make_slips
from tests.little import layer, squares
from tests.small_project import write_small_project


def of(key, path, title="公安", department="police", role="grid"):
    plain = layer(key, squares(2, 1), role=role)
    spec = LayerSpec(key=key, department=department, path=path, role=role)
    return replace(plain, title=title, department=department, spec=spec)


@pytest.mark.parametrize(
    ("layers", "chinese", "english"),
    [
        ([of("police", "a.shp")], ["公安"], ["Police"]),
        (
            [of("police", "警务区.shp"), of("police_2", "巡区/巡逻区.shp")],
            ["公安（警务区）", "公安（巡逻区）"],
            ["Police (警务区)", "Police (巡逻区)"],
        ),
        (
            [of("police", "东/网格.shp"), of("police_2", "西\\网格.shp")],
            ["公安（police）", "公安（police_2）"],
            ["Police (police)", "Police (police_2)"],
        ),
        (
            [of("police", "a.shp", title="派出所"), of("police_2", "b.shp", title="交警")],
            ["派出所", "交警"],
            ["Police (a)", "Police (b)"],
        ),
        (
            [of("police", "13911115555.shp"), of("police_2", "b.shp")],
            ["公安（139****5555）", "公安（b）"],
            ["Police (139****5555)", "Police (b)"],
        ),
    ],
)
def test_names_are_told_apart_by_the_files(layers, chinese, english):
    titles = layer_titles(layers)
    assert [titles[one.key].zh for one in layers] == chinese
    assert [titles[one.key].en for one in layers] == english


def test_no_product_calls_two_layers_alike(tmp_path):
    folder = write_small_project(tmp_path / "town")
    file = folder / "gridmerge.toml"
    text = file.read_text("utf-8").replace(
        'department = "fire"', 'key = "patrol"\ndepartment = "police"'
    )
    file.write_text(text.replace('language = "en"', 'language = "zh"'), "utf-8")
    build = gridmerge.build(folder, processes=1)
    wanted = ["公安（fire）", "公安（警务区）"]
    assert sorted(slip.title for slip in make_slips(build)) == wanted
    assert sorted(one.title.zh for one in MapData.from_build(build).layers) == wanted
    publish_build(build, folder / "out")
    assert sorted(one.title.zh for one in read_map_data(folder / "out").layers) == wanted
    sheets = python_calamine.CalamineWorkbook.from_path(
        str(folder / "out" / "plan.xlsx")
    ).sheet_names
    assert set(wanted) <= {name.replace("(", "（").replace(")", "）") for name in sheets}
