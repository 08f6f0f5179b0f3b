"""about.txt: the imprint of everything in OUT, for the files that have no place for it, and what each file is."""

from __future__ import annotations

from pathlib import Path

from gridmerge.i18n.text import Text
from gridmerge.model import Build
from gridmerge.products.provenance import imprint_of

_FILES = {
    "map.html": Text("会议地图，可离线打开", "the meeting map, opens offline"),
    "report.html": Text("整合报告", "the report"),
    "plan.xlsx": Text(
        "方案工作簿：网格、网格员、一部门一表、问题",
        "the workbook: grids, members, a slip a department, findings",
    ),
    "grids.geojson": Text(
        "综合网格，供指挥平台导入，经纬度", "the unified grids for the command platform, degrees"
    ),
    "gridmerge.gpkg": Text(
        "全部图层，供 GIS 软件打开，米", "every layer at full precision, for GIS programs, metres"
    ),
    "crosswalk.csv": Text("各部门原网格去向", "where every departmental grid went"),
    "assignments.csv": Text("网格与网格员", "who takes which grid"),
    "members.csv": Text("网格员及工作量", "members and their load"),
    "duties.csv": Text("一格一清单：事项与分工", "every grid's sheet of duties"),
    "standins.csv": Text("离岗时由谁代管", "who takes over from whom"),
    "gaps.csv": Text("无人认领的土地", "land a department does not claim"),
    "claims.csv": Text("重复认领的土地", "land a department claims twice"),
    "disputes.csv": Text("争议界线", "lines in dispute"),
    "meeting.csv": Text("会议记录：意见、表决、调整", "what a meeting noted, voted and changed"),
    "findings.csv": Text("数据问题清单", "what is wrong with the data"),
    "locate.*": Text(
        "地点索引，供 gridmerge locate 使用", "the index of places, for gridmerge locate"
    ),
    "report.json": Text(
        "各项指标及数据来源的校验值", "figures, and the fingerprints of the inputs"
    ),
    "manifest.json": Text(
        "全部文件的校验值，供 gridmerge verify 使用",
        "every file's fingerprint, for gridmerge verify",
    ),
}
_HANDLING = Text(
    "本文件夹内的数据文件不带日期，同样的数据总是得到同样的文件；以上各项适用于全部文件。",
    "Data files here carry no date, so that the same inputs give the same files; what stands above holds for all of them.",
)


def write_about(build: Build, file: Path) -> None:
    """Write the imprint and the list of files, in the project's language."""
    language = build.settings.project.language
    between = Text("：", ": ").in_(language)
    fields = imprint_of(build).fields(language, metres=None)
    lines = [
        *(f"{name}{between}{value}" for name, value in fields.items()),
        "",
        _HANDLING.in_(language),
        "",
        *(f"{name:<18}{words.in_(language)}" for name, words in _FILES.items()),
    ]
    file.write_text("\n".join(lines) + "\n", "utf-8-sig", newline="\r\n")
