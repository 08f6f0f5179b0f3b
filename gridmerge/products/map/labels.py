"""Every word of the pages, in Chinese and in English: their only home.

``web/src/labels.ts`` is generated from this table (``python web/generate.py``). What another product says too is taken
from where it is said there, so that no sentence stands in two places. {0} {1} are blanks that the page fills in.
"""

from __future__ import annotations

from gridmerge.i18n.text import Text
from gridmerge.products.data.docket_folding import SET_ASIDE_REASONS
from gridmerge.products.labels import COLUMN_LABELS as COLUMNS
from gridmerge.products.labels import (
    EVERY_DEPARTMENT,
    INTERNAL_LABEL,
    NOT_PUBLISHED,
    UNIFIED,
    VALUE_LABELS,
    VILLAGE_LINE,
)
from gridmerge.products.provenance import FOR_THE_PUBLIC, NOT_YET
from gridmerge.products.report.brief import MATTER_TITLES


def _named(text: Text, en: str) -> Text:
    """Return the same thing under the English word that fits its place on the page."""
    return Text(text.zh, en)


def _headed(text: Text) -> Text:
    """Return the same thing as a heading: English begins with a capital letter."""
    return Text(text.zh, text.en[:1].upper() + text.en[1:])


LABELS = {
    "unified": UNIFIED,
    "forPublic": FOR_THE_PUBLIC,
    "notReviewed": NOT_YET,
    "internal": INTERNAL_LABEL,
    "review": Text("审图号", "Map review no."),
    "made": Text("制图日期", "Made"),
    "sources": Text("资料", "Sources"),
    "crs": Text("坐标系", "CRS"),
    "shifted": Text(
        "底图为 {0}，图形已按其偏移显示，不可量算",
        "Tiles are {0}: everything is shown shifted, do not measure",
    ),
    "sourceCount": Text("{0} 份", "{0} input files"),
    "overview": Text("总览", "Overview"),
    "layers": Text("图层", "Layers"),
    "check": Text("核对", "Check"),
    "search": Text("搜网格、编号、人员、部门网格…", "Grid, code, member, departmental grid…"),
    "searchAddress": Text(
        "搜网格、编号、人员、部门网格、地址…", "Grid, code, member, departmental grid, address…"
    ),
    "coarse": Text(
        "地址太多，只列到路、巷、村组。", "Too many addresses: only streets and hamlets are listed."
    ),
    "nothing": Text("没有找到“{0}”", "Nothing found for “{0}”"),
    "big": Text("大字", "Large"),
    "print": Text("打印", "Print"),
    "panel": Text("面板", "Panel"),
    "whole": Text("全图", "Whole town"),
    "other": Text("EN", "中文"),
    "close": Text("关闭", "Close"),
    "grids": _named(VALUE_LABELS["comprehensive"], "Unified grids"),
    "gridsUnit": Text("个", ""),
    "people": Text("人", ""),
    "squareKilometre": Text("平方公里", "km²"),
    "hectare": Text("公顷", "ha"),
    "comma": Text("、", ", "),
    "comprehensive": _headed(VALUE_LABELS["comprehensive"]),
    "exclusive": _headed(VALUE_LABELS["exclusive"]),
    "meanOf": Text("平均{0}", "Mean {0}"),
    "maxMean": Text("工作量 最大 / 平均", "Workload, max / mean"),
    "standard": Text("标准网格", "standard grids"),
    "wholeProject": Text("整个项目", "The whole project"),
    "floorNote": Text("下限 {0}", "floor {0}"),
    "outOfRange": Text("超出范围", "Out of range"),
    "colon": Text("：", ": "),
    "withheld": NOT_PUBLISHED,
    "withheldNote": Text("部分网格数据未公开", "some grids' figures are not published"),
    "besides": Text("另有 {0} 个未公开", "{0} more not published"),
    "rangeNote": Text("{0}–{1}{2}", "{0}–{1} {2}"),
    "merged": Text(
        "由 {0} 个部门的 {1} 个部门网格、{2} 个最小面合成 {3} 个综合网格，分属 {4} 个村（社区）。",
        "{1} grids of {0} departmental networks, cut into {2} faces, became {3} unified grids in {4} villages.",
    ),
    "applied": Text(
        "已执行会议调整 {0} 项，未执行 {1} 项（见 meeting.csv）。",
        "{0} moves of the meeting were made, {1} refused (meeting.csv).",
    ),
    "elsewhere": Text(
        "这条意见记在另一种坐标的地图上，这里指不准位置；生成成果时会自动换算。",
        "This note was made on a map of another datum; its place cannot be shown here, and is converted by the next build.",
    ),
    "memberTile": _headed(COLUMNS["members"]),
    "memberLoad": Text("人均负荷 最大 / 平均", "Load per capacity, max / mean"),
    "work": Text("各网格{0}", "{0} of each grid"),
    "colourBy": Text("网格着色", "Colour grids by"),
    "byWork": _named(COLUMNS["workload"], "Work"),
    "byMember": _named(COLUMNS["members"], "Member"),
    "byNeighbour": Text("相邻分色", "Neighbours"),
    "byDepartment": Text("部门", "Department"),
    "mapLines": Text("底图要素", "Map"),
    "showVillages": _named(VILLAGE_LINE, "Village lines"),
    "showLabels": Text("网格编号", "Grid labels"),
    "showFaces": Text("最小面界线", "Face lines"),
    "context": Text("河流、道路等", "Rivers, roads and the like"),
    "networks": Text("部门网格（原样）", "Departmental networks, as drawn"),
    "networksNote": Text(
        "按各部门交来的图绘制，显示时简化 {0} 米以内。",
        "As each department drew it, simplified by up to {0} m for display.",
    ),
    "all": Text("全部", "All"),
    "none": Text("清空", "None"),
    "legend": Text("图例", "Legend"),
    "below": Text("▼ 少于 {0}", "▼ below {0}"),
    "above": Text("▲ 超过 {0}", "▲ above {0}"),
    "tooFew": Text("▼少", "▼ low"),
    "tooMany": Text("▲超", "▲ high"),
    "nobody": Text("无人", "Nobody"),
    "villageLine": _headed(VILLAGE_LINE),
    "gridLine": Text("网格界", "Grid"),
    "whoHere": Text("这里谁负责", "Who is responsible here"),
    "noRoster": Text("未提供人员名册", "No roster was given"),
    "noMember": Text("本格尚无人负责", "Nobody holds this grid yet"),
    "duty_full_time": Text("专职网格员", "Full-time"),
    "duty_part_time": Text("兼职网格员", "Part-time"),
    "duty_leader": _named(VALUE_LABELS["leader"], "Grid leader"),
    "duty_stand_in": _headed(VALUE_LABELS["stand_in"]),
    "duty_adviser": _headed(VALUE_LABELS["adviser"]),
    "duty_other": _headed(VALUE_LABELS["other"]),
    "area": Text("面积", "Area"),
    "deptHere": Text("此处的部门网格", "Departmental grids at this point"),
    "deptGrid": Text("本格涉及的部门网格", "Departmental grids inside this grid"),
    "claimNone": Text("未划入", "nobody's"),
    "claimTwice": Text("重复认领", "claimed twice"),
    "code": Text("编号", "Code"),
    "findings": Text("核对清单", "Findings"),
    "findingsNone": Text("没有需要核对的问题。", "Nothing to check."),
    "error": _named(VALUE_LABELS["error"], "Errors"),
    "warning": _named(VALUE_LABELS["warning"], "Warnings"),
    "note": _named(VALUE_LABELS["note"], "Notes"),
    "unlisted": Text("另有 {0} 条说明，见 findings.csv。", "{0} more notes are in findings.csv."),
    "inBrackets": Text("（{0}）", " ({0})"),
    "more": Text("再看 {0} 条", "{0} more"),
    "moreInTable": Text("其余 {0} 条见 findings.csv", "{0} more in findings.csv"),
    "kindGrid": Text("网格", "Grid"),
    "kindMember": Text("人员", "Member"),
    "kindVillage": Text("村", "Village"),
    "kindLayer": Text("部门", "Department"),
    "kindAddress": Text("地址", "Address"),
    "pieces": Text("{0} 个最小面", "{0} faces"),
    "held": Text("负责 {0} 个网格", "holds {0} grids"),
    "edit": Text("调整", "Adjust"),
    "editStart": Text("开始调整", "Start adjusting"),
    "editStop": Text("结束调整", "Stop adjusting"),
    "editHow": Text(
        "先点一个网格作为目标，再点相邻的最小面，把它划进来。可撤销；随时自动保存在本机。",
        "Click the grid that shall grow, then click a face beside it. Undo at any time; all is saved on this computer.",
    ),
    "pickTarget": Text("请点选目标网格", "Click the grid that shall grow"),
    "target": Text("目标网格", "Target"),
    "otherTarget": Text("换一个", "Another"),
    "candidates": Text("虚线内 {0} 个最小面可划入", "{0} faces can join (dashed)"),
    "undo": Text("撤销", "Undo"),
    "redo": Text("重做", "Redo"),
    "reset": Text("全部还原", "Undo all"),
    "download": Text("导出 edits.json", "Save edits.json"),
    "load": Text("导入", "Open…"),
    "by": Text("记录人", "Recorded by"),
    "changes": Text("已作调整", "What changed"),
    "changesNone": Text("还没有调整。", "Nothing has been moved yet."),
    "changeLine": Text("{0} → {1}", "{0} → {1}"),
    "changeNote": Text("{0} 个最小面 · {1}{2}", "{0} faces · {1} {2}"),
    "moved": Text("已划入 {0}", "Moved to {0}"),
    "restored": Text(
        "已恢复上次未导出的 {0} 处调整", "Restored {0} moves that were not saved to a file"
    ),
    "noStore": Text(
        "这个浏览器不允许自动保存，请及时导出。",
        "This browser does not let the page save by itself: save the file in time.",
    ),
    "noVillage": Text(
        "不能划入：这块地属于{0}，目标网格属于{1}，网格不得跨村。",
        "No: this land belongs to {0}, the target grid to {1}; no grid crosses a village line.",
    ),
    "noSplit": Text("不能划出：网格 {0} 会断成两截。", "No: grid {0} would fall into two pieces."),
    "noTouch": Text(
        "不能划入：这块地与目标网格 {0} 不相连。",
        "No: this land does not touch the target grid {0}.",
    ),
    "noEmpty": Text(
        "不能划出：这是网格 {0} 的最后一个最小面。", "No: this is the last face of grid {0}."
    ),
    "noZone": Text("不能调整：专属网格整块划定，不拆不并。", "No: exclusive grids stay whole."),
    "noSame": Text("这块地已经在目标网格里。", "This land is in the target grid already."),
    "loaded": Text("已导入 {0} 处调整", "{0} moves applied"),
    "loadedSome": Text("已导入 {0} 处，{1} 处未能应用", "{0} moves applied, {1} could not be"),
    "otherBase": Text(
        "该文件是为另一次成果做的，已按最小面逐一核对。",
        "The file was made for another build; every face was matched one by one.",
    ),
    "badFile": Text("这不是 gridmerge 的调整文件。", "This is not a gridmerge edits file."),
    "left_face": Text("最小面 {0} 在本图中不存在", "face {0} is not on this map"),
    "left_from": Text("最小面 {0} 现在属于 {1}，不是 {2}", "face {0} is now in {1}, not in {2}"),
    "left_to": Text("目标网格 {0} 在本图中不存在", "grid {0} is not on this map"),
    "leftOver": Text("未能应用", "Not applied"),
    "notes": Text("会上意见", "Notes"),
    "noteAdd": Text("在图上钉一条意见", "Pin a note to the map"),
    "noteWhere": Text("请点意见所在的位置", "Click the place the note is about"),
    "noteText": Text("写下意见…", "Write the note…"),
    "save": Text("保存", "Save"),
    "cancel": Text("取消", "Cancel"),
    "remove": Text("删除", "Delete"),
    "docket": Text("议题", "Docket"),
    "docketOf": Text("所有部门的议题", "Items of every department"),
    "docketNone": Text("没有需要会商的事项。", "Nothing to discuss."),
    "disputed": Text("与多数部门不一致", "Against most departments"),
    "disputeOf": Text(
        "{0}：网格 {1} 的 {2}，{3}/{4} 个部门划在 {5} 一侧",
        "{0}: {2} of grid {1}; {3} of {4} departments keep it with {5}",
    ),
    "moveTo": Text("划入 {0}", "Move to {0}"),
    "lines": _named(MATTER_TITLES["disputes"], "Lines in dispute"),
    "lineOf": Text(
        "{0} {1}（长 {2} 米、宽 {3} 米）：{4} 个部门与 {5} 个部门划法不同",
        "{0}, {1} ({2} m long, {3} m wide): networks differ, {4} against {5}",
    ),
    "side_a": Text("甲", "A"),
    "side_b": Text("乙", "B"),
    "sideOf": Text(
        "{0} 个部门把它与{2}处划在一起（网格 {1}）：", "With the land at {2} (grid {1}), say {0}:"
    ),
    "sameGrid": Text(
        "两侧现同属网格 {0}，怎样定都不改变综合网格。",
        "Both sides lie in grid {0}: the unified grids stay the same either way.",
    ),
    "aside": Text("不必上会的", "Set aside"),
    "aside_village_line": _headed(SET_ASIDE_REASONS["village_line"]),
    "aside_narrow": _headed(SET_ASIDE_REASONS["narrow"]),
    "aside_little_work": _headed(SET_ASIDE_REASONS["little_work"]),
    "aside_further": _headed(SET_ASIDE_REASONS["further"]),
    "atStake": Text("涉及 {0}", "at stake: {0}"),
    "nothingAtStake": Text("这里没有工作量", "no work lies there"),
    "everyDepartment": _headed(EVERY_DEPARTMENT),
    "votedAs": Text("同意 {0} · 反对 {1} · 弃权 {2}", "for {0}, against {1}, abstained {2}"),
    "gaps": _headed(MATTER_TITLES["gaps"]),
    "doubles": _headed(MATTER_TITLES["claims"]),
    "gapOfAll": Text("{1} {2}：所有部门都无人认领", "{2} in {1}: claimed by no department at all"),
    "gapOf": Text("{0}：{1} {2} 无人认领", "{0}: {2} in {1} is unclaimed"),
    "doubleOf": Text("{0}：{1} {2} 被重复认领：{3}", "{0}: {2} in {1} is claimed by {3}"),
    "partial": Text(
        "{0}只覆盖全镇的 {1}，其余不列为无人认领。",
        "{0} covers {1} of the town only; the rest is not listed.",
    ),
    "yes": _headed(COLUMNS["yes"]),
    "no": _headed(COLUMNS["no"]),
    "abstain": _named(COLUMNS["abstain"], "Abstain"),
    "voteFor": Text("表决", "Vote"),
    "compare": Text("前后对比", "Before / after"),
    "before": Text("整合前：各部门网格", "Before: departmental networks"),
    "after": Text("整合后：综合网格", "After: unified grids"),
    "byDepartmentNone": Text("未划入本部门网格", "in no grid of this department"),
    "was": Text("原 {0}", "was {0}"),
    "atlas": Text("综合网格图索引", "Index of unified grid maps"),
    "searchTown": Text("搜乡镇（街道）…", "Township…"),
    "atlasOutside": Text("超出范围 {0} 个", "{0} out of range"),
    "atlasDisputes": Text("争议界线 {0} 处", "{0} lines in dispute"),
    "atlasSum": Text(
        "{0} 个乡镇（街道） · {1} 个村（社区） · {2} 个网格",
        "{0} townships · {1} villages · {2} grids",
    ),
    "atlasLine": Text(
        "{0} 个村（社区） · {1} 个网格 · {2} 个部门网络 · {3} 人",
        "{0} villages · {1} grids · {2} networks · {3} members",
    ),
}
