"""What columns and kinds are called in the products people read."""

from __future__ import annotations

from gridmerge.model import Build
from gridmerge.text import Language, Text

LABELS = {
    "grid_code": Text("网格编码", "grid code"),
    "grid_name": Text("网格名称", "grid name"),
    "grid_type": Text("网格类型", "type"),
    "village_code": Text("村（社区）代码", "village code"),
    "village_name": Text("村（社区）", "village"),
    "area_m2": Text("面积（㎡）", "area (m²)"),
    "area_ha": Text("面积（公顷）", "area (ha)"),
    "workload": Text("工作量", "workload"),
    "households": Text("户数", "households"),
    "people": Text("人口", "people"),
    "events": Text("事件数", "events"),
    "enterprises": Text("企业数", "enterprises"),
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
    "source_id": Text("原网格编码", "old grid"),
    "source_name": Text("原网格名称", "its name"),
    "holder": Text("原负责人", "holder"),
    "fate": Text("去向", "outcome"),
    "share_of_source": Text("占原网格", "share of old grid"),
    "why": Text("说明", "why"),
    "severity": Text("级别", "severity"),
    "layer": Text("部门图层", "layer"),
    "measure": Text("数值", "measure"),
    "unit": Text("单位", "unit"),
    "lon": Text("经度", "longitude"),
    "lat": Text("纬度", "latitude"),
    "message": Text("问题", "message"),
    "item": Text("编号", "item"),
    "source_ids": Text("重叠的原网格", "old grids that overlap"),
    "layers_a": Text("甲方部门", "departments of side a"),
    "layers_b": Text("乙方部门", "departments of side b"),
    "length_m": Text("长（米）", "length (m)"),
    "width_m": Text("宽（米）", "width (m)"),
    "duty": Text("职责", "duty"),
}

VALUES = {
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

INTERNAL = Text("内部资料", "Internal document")


def label(column: str, language: Language) -> str:
    """Return what a column is called; a workload of the project's own keeps its name."""
    known = LABELS.get(column)
    return column if known is None else known.in_(language)


def value(code: str, language: Language) -> str:
    """Return what a value of a closed list is called."""
    known = VALUES.get(code)
    return code if known is None else known.in_(language)


def titles_of(build: Build) -> dict[str, str]:
    """Return what people call each layer: the department's name in a Chinese project, the key in an English one."""
    chinese = build.settings.project.language == "zh"
    return {layer.key: layer.title if chinese else layer.key for layer in build.layers}
