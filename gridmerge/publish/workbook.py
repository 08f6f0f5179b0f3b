"""plan.xlsx: summary, grids, members, one reconciliation slip a department, findings — ready to print."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter
import xlsxwriter.exceptions

from gridmerge.model import Build
from gridmerge.publish.docket import KINDS, docket
from gridmerge.publish.sheets import Book, Column, write_table
from gridmerge.publish.slips import ADJUSTED, FATES, Slip
from gridmerge.publish.tables import finding_rows, records
from gridmerge.publish.verdict import figures, footer
from gridmerge.publish.who import departments, leaders, people
from gridmerge.publish.words import INTERNAL, label, titles_of, value
from gridmerge.text import Text

_NO_CLOCK = datetime.datetime(2000, 1, 1)  # the date a workbook carries inside; the plan's own date is on its summary


ACCOUNT = {
    "total": Text("合计", "Total"),
    "twice": Text("其中重复认领", "of it claimed twice"),
    "nobody": Text("本部门无人认领", "claimed by none"),
    "township": Text("全镇合计", "Township"),
}
_DOCKET = {
    "gaps": (Text("无人认领", "Gaps"), Text("各部门未认领的土地", "Land a department does not claim")),
    "claims": (Text("重复认领", "Double claims"), Text("同一部门重复认领的土地", "Land one department claims twice")),
    "disputes": (Text("争议界线", "Disputes"), Text("部门之间的争议界线（议题清单）", "Lines in dispute: the docket")),
}
_DECIDED = {
    "decision": Text("会议决定", "decided"),
    "responsible": Text("责任部门", "responsible"),
}  # filled in by hand
HECTARES = Text("（公顷）", "(ha)")
_CLOSES = Text(
    "对账：合计 − 重复认领 + 无人认领 = 全镇合计", "Account: total − claimed twice + claimed by none = township"
)


def write_workbook(build: Build, file: Path, ready: Sequence[Slip]) -> None:
    """Write the workbook; the same build gives the same bytes on the same day.

    Parameters
    ----------
    ready
        The build's slips (`slips`), which take a while and serve the report too.

    Raises
    ------
    OSError
        The disk is full, or refuses.
    """
    try:
        _fill(build, file, ready)
    except xlsxwriter.exceptions.FileCreateError as error:  # XlsxWriter wraps what the disk said
        raise OSError(None, f"{file.name}: {error}") from error


def _fill(build: Build, file: Path, ready: Sequence[Slip]) -> None:
    with xlsxwriter.Workbook(str(file), {"in_memory": False, "strings_to_urls": False}) as writer:
        writer.set_properties({"title": build.settings.project.name, "created": _NO_CLOCK})
        book = Book(writer=writer, language=build.settings.project.language, footer=footer(build))
        _summary(book, build)
        _departments(book, ready)
        _grids(book, build)
        _members(book, build)
        for slip in ready:
            _slip(book, build, slip)
        for kind in KINDS:
            _docket(book, build, kind)
        _findings(book, build)


def _title(book: Book, sheet: Any, title: str, note: str) -> int:
    """Write a title and a note above a table; return the row its header stands in."""
    sheet.write_string(0, 0, title, book.format(bold=True, font_size=16))
    sheet.write_string(1, 0, note, book.format(font_color="#595959"))
    sheet.set_row(0, 26)
    return 2


def _column(book: Book, key: str, decimals: int | None = None, **more: Any) -> Column:
    return Column(key=key, title=more.pop("title", None) or label(key, book.language), decimals=decimals, **more)


def _work_columns(book: Book, build: Build) -> list[Column]:
    return [_column(book, name, _decimals(build, name)) for name in build.weights.names]


def _decimals(build: Build, name: str) -> int:
    """Whole numbers where the workload counts, one decimal where it was shared out."""
    values = build.plan.grids[name]
    return 0 if bool((values == values.round()).all()) else 1


def _summary(book: Book, build: Build) -> None:
    sheet = book.sheet(book.say(Text("汇总", "Summary")))
    project = build.settings.project
    note = book.say(INTERNAL) + "　" + build.date
    top = _title(book, sheet, book.say(Text(f"{project.name} 综合网格方案", f"{project.name}: unified grids")), note)
    rows = [
        {"what": book.say(what), "figure": figure, "note": book.say(remark)} for what, figure, remark in figures(build)
    ]
    columns = [
        Column(key="what", title=book.say(Text("指标", "figure")), width=34),
        Column(key="figure", title=book.say(Text("数值", "value")), width=14),
        Column(key="note", title=book.say(Text("说明", "note")), width=72),
    ]
    write_table(book, sheet, top, columns, rows)


def _departments(book: Book, ready: Sequence[Slip]) -> None:
    """Write what became of each department's grids, a line a department."""
    sheet = book.sheet(book.say(Text("部门汇总", "Departments")))
    title = book.say(Text("各部门原网格去向汇总", "What became of each department's grids"))
    rows: list[dict[str, Any]] = []
    for slip in ready:
        fates = slip.rows.drop_duplicates("source_id")["fate"].value_counts()
        area = slip.sums.loc["area_m2"] / 1e4
        counts = {fate: int(fates.get(fate, 0)) for fate in FATES}
        rows.append({"name": slip.title, "all": sum(counts.values()), **counts, **{key: area[key] for key in ACCOUNT}})
    columns = [
        Column(key="name", title=book.say(Text("部门", "department"))),
        Column(key="all", title=book.say(Text("原网格数", "old grids")), decimals=0),
        *(Column(key=fate, title=book.say(name), decimals=0) for fate, name in FATES.items()),
        *(
            Column(key=key, title=f"{book.say(name)}\n{book.say(HECTARES)}", decimals=2)
            for key, name in ACCOUNT.items()
        ),
    ]
    write_table(book, sheet, _title(book, sheet, title, book.footer), columns, rows)


def _grids(book: Book, build: Build) -> None:
    """Write 一格一清单: a line a grid with its people, figures and departments."""
    sheet = book.sheet(book.say(Text("综合网格", "Grids")))
    staff, heads, present = people(build), leaders(build), departments(build)
    named = titles_of(build)
    titles = {layer.key: named[layer.key] for layer in build.layers if layer.spec.role in ("grid", "base")}
    rows = [
        {
            **grid,
            "grid_type": value(grid["grid_type"], book.language),
            "area_ha": grid["area_m2"] / 1e4,
            "leader": heads.get(grid["grid_code"], ""),
            "members": _roll(book, staff.get(grid["grid_code"], [])),
            "present": len(present.get(grid["grid_code"], [])),
            "absent": "、".join(titles[key] for key in titles if key not in present.get(grid["grid_code"], [])),
        }
        for grid in records(build.plan.grids.drop(columns="geometry").sort_values("grid_code"))
    ]
    columns = [
        _column(book, "grid_code"),
        _column(book, "grid_name"),
        _column(book, "grid_type"),
        _column(book, "village_code"),
        _column(book, "village_name"),
        _column(book, "area_ha", 2),
        *_work_columns(book, build),
        _column(book, "workload", 2),
        _column(book, "leader"),
        _column(book, "members"),
        _column(book, "present", 0, title=book.say(Text("涉及部门数", "departments"))),
        _column(book, "absent", title=book.say(Text("无网格的部门", "departments without land here"))),
    ]
    title = book.say(Text("一格一清单", "One line a grid"))
    write_table(book, sheet, _title(book, sheet, title, book.footer), columns, rows)


def _roll(book: Book, members: Iterable[Mapping[str, str]]) -> str:
    return "\n".join(
        " ".join(filter(None, (person["name"], f"（{value(person['duty'], book.language)}）", person["phone"])))
        for person in members
    )


def _members(book: Book, build: Build) -> None:
    sheet = book.sheet(book.say(Text("网格员", "Members")))
    top = _title(book, sheet, book.say(Text("网格员及承担的工作量", "Members and their load")), book.footer)
    listed = [] if build.assignment is None else records(build.assignment.members.sort_values("member_id"))
    phones = (
        {}
        if build.roster is None
        else dict(zip(*(build.roster.members[c] for c in ("member_id", "phone")), strict=True))
    )
    duties = _duties(book, build)
    rows = [
        {
            **member,
            "kind": value(str(member["kind"]), book.language),
            "phone": phones.get(member["member_id"], ""),
            "held": duties.get(member["member_id"], ""),
        }
        for member in listed
    ]
    columns = [
        _column(book, "member_id"),
        _column(book, "name"),
        _column(book, "kind"),
        _column(book, "phone"),
        _column(book, "capacity", 2),
        _column(book, "load", 2),
        _column(book, "load_per_capacity", 2),
        _column(book, "grids", 0),
        _column(book, "km_from_home", 2),
        _column(book, "held", title=book.say(Text("负责网格", "grids held")), width=48),
    ]
    write_table(book, sheet, top, columns, rows)


def _duties(book: Book, build: Build) -> dict[str, str]:
    if build.assignment is None:
        return {}
    table = build.assignment.assignments.sort_values(["member_id", "grid_code"])
    words = table["grid_code"] + "（" + table["duty"].map(lambda duty: value(duty, book.language)) + "）"
    return {str(member): "、".join(group) for member, group in words.groupby(table["member_id"])}


def _slip(book: Book, build: Build, slip: Slip) -> None:
    """Write 一部门一表 with its closing sums."""
    sheet = book.sheet(slip.title)
    title = book.say(Text(f"{slip.title}：原网格与综合网格对照表", f"{slip.title}: old grids and unified grids"))
    top = _title(book, sheet, title, f"{slip.layer.key}　{book.footer}")
    rows = [
        {
            **row,
            "fate": book.say(FATES[row["fate"]]),
            "grid_code": row["grid_code"] or ("" if row["fate"] == "lost" else book.say(ADJUSTED)),
            "share_of_source": row["share_of_source"],
            "why": book.say(row["why"]),
        }
        for row in records(slip.rows)
    ]
    columns = [
        _column(book, "source_id"),
        _column(book, "name", title=label("source_name", book.language)),
        _column(book, "holder"),
        _column(book, "fate"),
        _column(book, "grid_code"),
        _column(book, "grid_name"),
        _column(book, "area_m2", 1),
        _column(book, "share_of_source", 1, percent=True),
        *_work_columns(book, build),
        _column(book, "why", width=38),
    ]
    after = write_table(book, sheet, top, columns, rows, band="source_id")
    _sums(book, sheet, after, columns, slip)


def _sums(book: Book, sheet: Any, top: int, columns: Sequence[Column], slip: Slip) -> None:
    """Close the account below the table; as numbers, not formulas over what a filter happens to leave in view."""
    for row, (key, name) in enumerate(ACCOUNT.items(), top):
        line = 2 if key == "total" else 1
        sheet.write_string(row, 0, book.say(name), book.format(bold=True, top=line))
        for position, column in enumerate(columns[1:], 1):
            cell = book.format(bold=True, top=line, num_format="#,##0" + (".0" if column.decimals else ""))
            if column.key in slip.sums.index:
                sheet.write_number(row, position, round(float(slip.sums[key][column.key]), 6) + 0.0, cell)
            else:
                sheet.write_blank(row, position, None, cell)
    last = top + len(ACCOUNT)
    sheet.write_string(last, 0, book.say(_CLOSES), book.format(font_color="#595959"))
    sheet.print_area(0, 0, last, len(columns) - 1)


def _docket(book: Book, build: Build, kind: str) -> None:
    """Write what the meeting has to settle; no sheet where there is nothing."""
    table = docket(build, kind).drop(columns="geometry")
    if table.empty:
        return
    titles = titles_of(build) | {"": book.say(Text("所有部门", "every department"))}
    for column in ("layer", "layers_a", "layers_b"):
        if column in table:
            table[column] = ["、".join(titles[key] for key in keys.split(";")) for keys in table[column]]
    name, title = _DOCKET[kind]
    sheet = book.sheet(book.say(name))
    texts = ("item", "layer", "layers_a", "layers_b", "source_ids", "village_name")
    decided = [_column(book, key, title=book.say(what), width=16) for key, what in _DECIDED.items()]
    columns = [
        *(_column(book, key) for key in texts if key in table),
        *(_column(book, key, 1) for key in ("length_m", "width_m", "area_m2") if key in table),
        *_work_columns(book, build),
        *decided,
        _column(book, "lon", 6),
        _column(book, "lat", 6),
    ]
    write_table(book, sheet, _title(book, sheet, book.say(title), book.footer), columns, records(table))


def _findings(book: Book, build: Build) -> None:
    sheet = book.sheet(book.say(Text("问题清单", "Findings")))
    top = _title(book, sheet, book.say(Text("数据问题清单", "What is wrong with the data")), book.footer)
    titles = titles_of(build)
    rows = [
        {**row, "severity": value(row["severity"], book.language), "layer": titles.get(row["layer"], row["layer"])}
        for row in finding_rows(build.findings, build.township.crs, book.language, titles)
    ]
    columns = [
        _column(book, "severity"),
        _column(book, "layer"),
        _column(book, "source_id"),
        _column(book, "message", width=70),
        _column(book, "measure", 2),
        _column(book, "unit"),
        _column(book, "lon", 6),
        _column(book, "lat", 6),
        _column(book, "kind", title=book.say(Text("代码", "code"))),
    ]
    write_table(book, sheet, top, columns, rows)
