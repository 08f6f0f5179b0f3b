"""plan.xlsx: summary, grids, members, one reconciliation slip a department, findings — ready to print."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from gridmerge.model import Build
from gridmerge.publish.sheets import Book, Column, write_table
from gridmerge.publish.slips import ADJUSTED, FATES, Slip, slips
from gridmerge.publish.tables import finding_rows, records
from gridmerge.publish.verdict import figures, footer
from gridmerge.publish.who import departments, leaders, people
from gridmerge.publish.words import INTERNAL, label, value
from gridmerge.text import Text

_NO_CLOCK = datetime.datetime(2000, 1, 1)  # the date a workbook carries inside; the plan's own date is on its summary


def write_workbook(build: Build, file: Path) -> None:
    """Write the workbook; the same build gives the same bytes on the same day."""
    with xlsxwriter.Workbook(str(file), {"in_memory": False, "strings_to_urls": False}) as writer:
        writer.set_properties({"title": build.settings.project.name, "created": _NO_CLOCK})
        book = Book(writer=writer, language=build.settings.project.language, footer=footer(build))
        ready = slips(build)
        _summary(book, build, ready)
        _grids(book, build)
        _members(book, build)
        for slip in ready:
            _slip(book, build, slip)
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


def _summary(book: Book, build: Build, ready: Sequence[Slip]) -> None:
    sheet = book.sheet(book.say(Text("汇总", "Summary")))
    project = build.settings.project
    note = book.say(INTERNAL) + "　" + build.date
    top = _title(book, sheet, book.say(Text(f"{project.name} 综合网格方案", f"{project.name}: unified grids")), note)
    rows = [
        {"what": book.say(what), "figure": figure, "note": book.say(remark)} for what, figure, remark in figures(build)
    ]
    columns = [
        Column(key="what", title=book.say(Text("指标", "figure")), width=26),
        Column(key="figure", title=book.say(Text("数值", "value")), width=18),
        Column(key="note", title=book.say(Text("说明", "note")), width=60),
    ]
    after = write_table(book, sheet, top, columns, rows)
    heading = book.format(bold=True, font_size=12)
    sheet.write_string(
        after + 1, 0, book.say(Text("各部门原网格去向", "What became of each department's grids")), heading
    )
    _overview(book, sheet, after + 2, ready)


def _overview(book: Book, sheet: Any, top: int, ready: Sequence[Slip]) -> None:
    """Write a line a department below the summary; no second filter, Excel has one a sheet."""
    head = book.format(bold=True, bg_color="#D9E2F3", border=1, text_wrap=True)
    cell = book.format(border=1, border_color="#BFBFBF")
    titles = (Text("部门", "department"), Text("原网格数", "old grids"), *FATES.values())
    for position, title in enumerate(titles):
        sheet.write_string(top, position, book.say(title), head)
    for offset, slip in enumerate(ready, 1):
        fates = slip.rows.drop_duplicates("source_id")["fate"].value_counts()
        sheet.write_string(top + offset, 0, slip.layer.title, cell)
        for position, count in enumerate((int(fates.sum()), *(int(fates.get(fate, 0)) for fate in FATES)), 1):
            sheet.write_number(top + offset, position, count, cell)
    sheet.print_area(0, 0, top + len(ready), len(titles) - 1)
    sheet.set_column(3, len(titles) - 1, 12)


def _grids(book: Book, build: Build) -> None:
    """Write 一格一清单: a line a grid with its people, figures and departments."""
    sheet = book.sheet(book.say(Text("综合网格", "Grids")))
    staff, heads, present = people(build), leaders(build), departments(build)
    titles = {layer.key: layer.title for layer in build.layers}
    rows = [
        {
            **grid,
            "grid_type": value(grid["grid_type"], book.language),
            "area_ha": grid["area_m2"] / 1e4,
            "leader": heads.get(grid["grid_code"], ""),
            "members": _roll(book, staff.get(grid["grid_code"], [])),
            "departments": "、".join(titles[key] for key in present.get(grid["grid_code"], [])),
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
        _column(book, "workload", 1),
        _column(book, "leader"),
        _column(book, "members"),
        _column(book, "departments", width=48),
    ]
    title = book.say(Text("一格一清单", "One line a grid"))
    write_table(book, sheet, _title(book, sheet, title, book.footer), columns, rows)


def _roll(book: Book, members: Iterable[Mapping[str, str]]) -> str:
    return "；".join(
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
        _column(book, "load", 1),
        _column(book, "load_per_capacity", 1),
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
    sheet = book.sheet(slip.layer.title)
    title = book.say(
        Text(f"{slip.layer.title}：原网格与综合网格对照表", f"{slip.layer.title}: old grids and unified grids")
    )
    top = _title(book, sheet, title, book.footer)
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
        _column(book, "village_name"),
        _column(book, "area_m2", 1),
        _column(book, "share_of_source", 1, percent=True),
        *_work_columns(book, build),
        _column(book, "why", width=50),
    ]
    after = write_table(book, sheet, top, columns, rows)
    _sums(book, sheet, after, columns, slip)


def _sums(book: Book, sheet: Any, row: int, columns: Sequence[Column], slip: Slip) -> None:
    """Write the totals, as numbers: they are the crosswalk's own, not a formula over what happens to be in view."""
    cell = book.format(bold=True, top=2, num_format="#,##0.0")
    sheet.write_string(row, 0, book.say(Text("合计", "Total")), cell)
    for position, column in enumerate(columns):
        if column.key in slip.totals:
            sheet.write_number(row, position, round(slip.totals[column.key], 6), cell)
    sheet.print_area(0, 0, row, len(columns) - 1)


def _findings(book: Book, build: Build) -> None:
    sheet = book.sheet(book.say(Text("问题清单", "Findings")))
    top = _title(book, sheet, book.say(Text("数据问题清单", "What is wrong with the data")), book.footer)
    titles = {layer.key: layer.title for layer in build.layers}
    rows = [
        {**row, "severity": value(row["severity"], book.language), "layer": titles.get(row["layer"], row["layer"])}
        for row in finding_rows(build.findings, build.township.crs, book.language)
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
