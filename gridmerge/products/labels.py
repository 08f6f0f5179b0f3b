"""What columns and kinds are called in the products people read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import PurePosixPath

from gridmerge.catalog import load_catalog
from gridmerge.i18n.text import Language, Text
from gridmerge.model import Build, Layer
from gridmerge.privacy.patterns import scrub_text

COLUMN_LABELS = {
    "grid_code": Text("网格编码", "grid code"),
    "grid_name": Text("网格名称", "grid name"),
    "grid_type": Text("网格类型", "type"),
    "village_code": Text("村（社区）代码", "village code"),
    "village_name": Text("村（社区）", "village"),
    "area_m2": Text("面积（㎡）", "area (m²)"),
    "area_ha": Text("面积（公顷）", "area (ha)"),
    "workload": Text("工作量", "workload"),
    "boundary_text": Text("四至", "boundary"),
    "leader": Text("网格长", "leader"),
    "members": Text("网格员", "members"),
    "departments": Text("涉及部门", "departments"),
    "member_id": Text("编号", "id"),
    "name": Text("姓名", "name"),
    "phone": Text("电话", "phone"),
    "kind": Text("类别", "kind"),
    "capacity": Text("可承担份额", "capacity"),
    "load": Text("承担工作量", "load"),
    "load_per_capacity": Text("单位份额工作量", "load per capacity"),
    "grids": Text("网格数", "grids"),
    "km_from_home": Text("距家（公里）", "km from home"),
    "source_id": Text("原网格编码", "departmental grid"),
    "source_name": Text("原网格名称", "its name"),
    "holder": Text("原负责人", "holder"),
    "fate": Text("去向", "outcome"),
    "share_of_source": Text("占原网格", "share of departmental grid"),
    "why": Text("说明", "why"),
    "severity": Text("级别", "severity"),
    "layer": Text("部门图层", "layer"),
    "measure": Text("数值", "measure"),
    "unit": Text("单位", "unit"),
    "lon": Text("经度", "longitude"),
    "lat": Text("纬度", "latitude"),
    "message": Text("问题", "message"),
    "item": Text("编号", "item"),
    "source_ids": Text("重叠的原网格", "departmental grids that overlap"),
    "layers_a": Text("甲方部门", "departments of side a"),
    "layers_b": Text("乙方部门", "departments of side b"),
    "length_m": Text("长（米）", "length (m)"),
    "width_m": Text("宽（米）", "width (m)"),
    "set_aside": Text("不上会的原因", "why it is set aside"),
    "duty": Text("职责", "duty"),
    "stand_in_id": Text("接手人", "stand-in"),
    "over_limit": Text("超负荷", "over the limit"),
    "yes": Text("同意", "for"),
    "no": Text("反对", "against"),
    "abstain": Text("弃权", "abstained"),
}

VALUE_LABELS = {
    "comprehensive": Text("综合网格", "comprehensive"),
    "exclusive": Text("专属网格", "exclusive"),
    "leader": Text("网格长", "leader"),
    "full_time": Text("专职", "full-time"),
    "part_time": Text("兼职", "part-time"),
    "stand_in": Text("代管", "stand-in"),
    "adviser": Text("指导员", "adviser"),
    "other": Text("其他力量", "other"),
    "error": Text("错误", "error"),
    "warning": Text("提醒", "warning"),
    "note": Text("说明", "note"),
}

WORK_LABELS = {  # what projects usually count, by the name the project file gives it: what people call it, and its unit
    "households": (Text("户数", "households"), Text("户", "hh")),
    "people": (Text("人口", "people"), Text("人", "people")),
    "population": (Text("人口", "population"), Text("人", "people")),
    "floating_people": (Text("流动人口", "floating people"), Text("人", "people")),
    "key_persons": (Text("重点人员", "key persons"), Text("人", "people")),
    "events": (Text("事件数", "events"), Text("件", "")),
    "cases": (Text("案件数", "cases"), Text("件", "")),
    "enterprises": (Text("企业数", "enterprises"), Text("家", "")),
    "shops": (Text("商户数", "shops"), Text("家", "")),
    "venues": (Text("场所数", "venues"), Text("处", "")),
    "buildings": (Text("建筑数", "buildings"), Text("栋", "")),
    "park_staff": (Text("园区员工", "park staff"), Text("人", "people")),
    "staff": (Text("员工", "staff"), Text("人", "people")),
    "students": (Text("学生", "students"), Text("人", "people")),
    "area_ha": (Text("面积", "area"), Text("公顷", "ha")),
    "workload": (Text("工作量", "workload"), Text("", "")),
}

UNIT_LABELS = {  # of findings' measures, where English would stand in a Chinese table
    "m²": Text("平方米", "m²"),
    "m": Text("米", "m"),
    "km": Text("公里", "km"),
    "ha": Text("公顷", "ha"),
    "%": Text("%", "%"),
    "grids": Text("个网格", "grids"),
    "faces": Text("个最小面", "faces"),
    "features": Text("个要素", "features"),
    "polygons": Text("个面", "polygons"),
    "entities": Text("个图元", "entities"),
    "villages": Text("个村", "villages"),
    "members": Text("人", "members"),
    "row": Text("行号", "row"),
    "rows": Text("行", "rows"),
    "columns": Text("列", "columns"),
    "sheets": Text("张表", "sheets"),
    "ids": Text("个编号", "ids"),
    "cells": Text("个单元格", "cells"),
    "values": Text("个值", "values"),
    "names": Text("个名称", "names"),
    "digits": Text("位", "digits"),
    "codes": Text("个编号", "codes"),
    "ways": Text("种写法", "ways"),
}

INPUT_LABELS = {  # what stands in the project file beside the layers and workloads, by the key that findings have
    "villages": Text("村（社区）界", "village lines"),
    "addresses": Text("地址", "addresses"),
    "roster": Text("人员名册", "roster"),
    "matters": Text("事项清单", "list of matters"),
    "steps": Text("办理环节", "steps"),
    "places": Text("地名", "place names"),
    "grids:previous": Text("旧方案", "earlier plan"),
    "grids:retired": Text("旧方案的停用编码", "codes the earlier plan retired"),
    "grids:postings": Text("旧方案的人员安排", "postings of the earlier plan"),
    "grids:stand_ins": Text("旧方案的代管安排", "stand-ins of the earlier plan"),
    "grids:locks": Text("锁定表", "locks"),
    "grids:links": Text("桥渡连接表", "links"),
}
EDITS_LABEL = Text("会议调整", "edits of a meeting")

INTERNAL_LABEL = Text("内部资料", "Internal document")
UNIFIED = Text("综合网格图", "Unified grids")  # the map, the index and the posters
NOT_PUBLISHED = Text("未公开", "not published")  # a figure that this edition withholds
EVERY_DEPARTMENT = Text("所有部门", "every department")
VILLAGE_LINE = Text("村（社区）界", "village")


def name_column(column: str, language: Language) -> str:
    """Return what a column is called; a workload of the project's own keeps its name."""
    known = COLUMN_LABELS.get(column) or WORK_LABELS.get(column, (None,))[0]
    return column if known is None else known.in_(language)


def name_value(code: str, language: Language) -> str:
    """Return what a value of a closed list is called."""
    known = VALUE_LABELS.get(code)
    return code if known is None else known.in_(language)


def name_unit(measure: str, language: Language) -> str:
    """Return what people call the unit of a finding's measure."""
    known = UNIT_LABELS.get(measure)
    return measure if known is None else known.in_(language)


def input_named(key: str) -> Text:
    """Return what people call an input that is no network, by the key that findings and reports have."""
    kind, _, name = key.partition(":")
    if kind == "workload" and name:
        return Text(name_column(name, "zh"), name_column(name, "en"))
    if kind == "edits":
        return Text(f"{EDITS_LABEL.zh}{name}", f"{EDITS_LABEL.en} {name}")
    return INPUT_LABELS.get(key, Text(key, key))


def name_layer(title: str, department: str, role: str = "grid") -> Text:
    """Return what people call a layer: its Chinese title, and the department's English name where the catalogue has it."""
    known = load_catalog().find(department)
    if known is not None:
        return Text(title, known.en)
    return VALUE_LABELS["exclusive"] if role == "exclusive" else Text(title, title)


def name_build_layers(build: Build, language: Language | None = None) -> dict[str, str]:
    """Return what people call each layer and input, by the key that findings have; None: in the project's language."""
    return name_layers(
        build.layers, build.weights.names, language or build.settings.project.language
    )


def name_layers(
    layers: Iterable[Layer], works: Iterable[str], language: Language
) -> dict[str, str]:
    """Return what people call layers and workloads, by the key that findings have."""
    named = {f"workload:{name}": name_column(name, language) for name in works}
    named |= {key: name.in_(language) for key, name in INPUT_LABELS.items()}
    return named | {key: title.in_(language) for key, title in layer_titles(layers).items()}


def layer_titles(layers: Iterable[Layer]) -> dict[str, Text]:
    """Return what people call each layer, by key: two that would be called alike are told apart by their files."""
    every = list(layers)
    plain = {
        layer.key: name_layer(layer.title, layer.department, layer.spec.role) for layer in every
    }
    stems = {
        layer.key: scrub_text(PurePosixPath(layer.spec.path[0].replace("\\", "/")).stem)
        for layer in every
    }
    again = Counter(name for title in plain.values() for name in {title.zh, title.en})
    files = Counter((plain[key].zh, stem) for key, stem in stems.items())
    told: dict[str, Text] = {}
    for key, title in plain.items():
        more = stems[key] if files[title.zh, stems[key]] == 1 else key
        zh = f"{title.zh}（{more}）" if again[title.zh] > 1 else title.zh
        en = f"{title.en} ({more})" if again[title.en] > 1 else title.en
        told[key] = Text(zh, en)
    return told
