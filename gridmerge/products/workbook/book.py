"""plan.xlsx: summary, grids, members, one reconciliation slip a department, findings — ready to print."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter
import xlsxwriter.exceptions

from gridmerge.i18n.text import Text
from gridmerge.model import Build
from gridmerge.products.contacts import list_grid_departments, list_grid_leaders, list_grid_members
from gridmerge.products.data.csv_tables import finding_rows, pick_gravest, to_records
from gridmerge.products.data.docket import DISCREPANCY_KINDS, VOTE_OPTIONS, build_docket
from gridmerge.products.data.docket_folding import SET_ASIDE_REASONS
from gridmerge.products.labels import EVERY_DEPARTMENT, name_build_layers, name_unit, name_value
from gridmerge.products.provenance import imprint_of
from gridmerge.products.report.headline_figures import list_key_figures
from gridmerge.products.workbook.headings import make_column, work_columns, write_heading
from gridmerge.products.workbook.reconciliation import Slip
from gridmerge.products.workbook.slip_sheets import department_sheet, slip_sheet
from gridmerge.products.workbook.worksheet import Book, SheetColumn, write_table

# the date a workbook carries inside; the plan's own date is on its summary
_FIXED_CREATION_DATE = datetime.datetime(2000, 1, 1)

_DOCKET_TITLES = {
    "gaps": (
        Text("无人认领", "Gaps"),
        Text("各部门未认领的土地", "Land a department does not claim"),
    ),
    "claims": (
        Text("重复认领", "Double claims"),
        Text("同一部门重复认领的土地", "Land one department claims twice"),
    ),
    "disputes": (
        Text("争议界线", "Disputes"),
        Text("部门之间的争议界线（议题清单）", "Lines in dispute: the docket"),
    ),
}
# columns filled in by hand
_DECISION_TITLES = {
    "decision": Text("会议决定", "decided"),
    "responsible": Text("责任部门", "responsible"),
}
_PRESENT_TITLE = Text("涉及部门数", "departments")
_ABSENT_TITLE = Text("无网格的部门", "departments without land here")
# columns of a docket, those that its kind has
_DOCKET_LAYERS = ("layer", "layers_a", "layers_b")
_DOCKET_TEXTS = ("item", *_DOCKET_LAYERS, "source_ids", "village_name")
_DOCKET_MEASURES = ("length_m", "width_m", "area_m2")
_GROUPED_NOTE = Text(
    "同类问题合为一行，举数值最大的一处；逐处见 findings.csv",
    "one line a kind and department, with its gravest case; every case is in findings.csv",
)


def write_workbook(build: Build, file: Path, ready: Sequence[Slip]) -> None:
    """Write the workbook; the same build gives the same bytes on the same day.

    Parameters
    ----------
    ready
        The build's slips (`make_slips`), which take a while and serve the report too.

    Raises
    ------
    OSError
        The disk is full, or refuses.
    """
    try:
        _fill_workbook(build, file, ready)
    except xlsxwriter.exceptions.FileCreateError as error:  # XlsxWriter wraps what the disk said
        raise OSError(None, f"{file.name}: {error}") from error


def _fill_workbook(build: Build, file: Path, ready: Sequence[Slip]) -> None:
    with xlsxwriter.Workbook(str(file), {"in_memory": False, "strings_to_urls": False}) as writer:
        writer.set_properties(
            {"title": build.settings.project.name, "created": _FIXED_CREATION_DATE}
        )
        language = build.settings.project.language
        book = Book(writer=writer, language=language, footer=imprint_of(build).line(language))
        _write_summary_sheet(book, build)
        department_sheet(book, ready)
        _write_grids_sheet(book, build)
        _write_members_sheet(book, build)
        for slip in ready:
            slip_sheet(book, build, slip)
        for kind in DISCREPANCY_KINDS:
            _write_docket_sheet(book, build, kind)
        _write_findings_sheet(book, build)


def _write_summary_sheet(book: Book, build: Build) -> None:
    sheet = book.sheet(book.say(Text("汇总", "Summary")))
    project = build.settings.project
    title = Text(f"{project.name} 综合网格方案", f"{project.name}: unified grids")
    top = write_heading(book, sheet, book.say(title), book.footer)
    rows = [
        {"what": book.say(what), "figure": figure, "note": book.say(remark)}
        for what, figure, remark in list_key_figures(build)
    ]
    columns = [
        SheetColumn(key="what", title=book.say(Text("指标", "figure")), width=34),
        SheetColumn(key="figure", title=book.say(Text("数值", "value")), width=14),
        SheetColumn(key="note", title=book.say(Text("说明", "note")), width=72),
    ]
    write_table(book, sheet, top, columns, rows)


def _write_grids_sheet(book: Book, build: Build) -> None:
    """Write 一格一清单: a line a grid with its people, figures and departments."""
    sheet = book.sheet(book.say(Text("综合网格", "Grids")))
    columns = [
        make_column(book, "grid_code"),
        make_column(book, "grid_name"),
        make_column(book, "grid_type"),
        make_column(book, "village_code"),
        make_column(book, "village_name"),
        make_column(book, "area_ha", 2),
        make_column(book, "boundary_text", width=48),
        *work_columns(book, build),
        make_column(book, "workload", 2),
        make_column(book, "leader"),
        make_column(book, "members"),
        make_column(book, "present", 0, title=book.say(_PRESENT_TITLE)),
        make_column(book, "absent", title=book.say(_ABSENT_TITLE)),
    ]
    title = book.say(Text("一格一清单", "One line a grid"))
    top = write_heading(book, sheet, title, book.footer)
    write_table(book, sheet, top, columns, _grid_rows(book, build))


def _grid_rows(book: Book, build: Build) -> list[dict[str, Any]]:
    """Return a row a grid, with its people and the departments that have land in it or none."""
    members = list_grid_members(build)
    leaders = list_grid_leaders(build)
    departments = list_grid_departments(build)
    titles = _department_titles(build)
    grids = build.plan.grids.drop(columns="geometry").sort_values("grid_code")
    rows = []
    for grid in to_records(grids):
        code = grid["grid_code"]
        present = departments.get(code, [])
        absent = [title for key, title in titles.items() if key not in present]
        row = {
            **grid,
            "grid_type": name_value(grid["grid_type"], book.language),
            "area_ha": grid["area_m2"] / 1e4,
            "leader": leaders.get(code, ""),
            "members": _list_people(book, members.get(code, [])),
            "present": len(present),
            "absent": "、".join(absent),
        }
        rows.append(row)
    return rows


def _department_titles(build: Build) -> dict[str, str]:
    """Return what the networks of departments are called, by key and in their order of rank."""
    titles = name_build_layers(build)
    networks = [layer.key for layer in build.ranked if layer.spec.role in ("grid", "base")]
    return {key: titles[key] for key in networks}


def _list_people(book: Book, members: Iterable[Mapping[str, str]]) -> str:
    return "\n".join(_describe_person(book, person) for person in members)


def _describe_person(book: Book, person: Mapping[str, str]) -> str:
    duty = f"（{name_value(person['duty'], book.language)}）"
    words = (person["name"], duty, person["phone"])
    return " ".join(word for word in words if word)


def _write_members_sheet(book: Book, build: Build) -> None:
    sheet = book.sheet(book.say(Text("网格员", "Members")))
    title = book.say(Text("网格员及承担的工作量", "Members and their load"))
    top = write_heading(book, sheet, title, book.footer)
    columns = [
        make_column(book, "member_id"),
        make_column(book, "name"),
        make_column(book, "kind"),
        make_column(book, "phone"),
        make_column(book, "capacity", 2),
        make_column(book, "load", 2),
        make_column(book, "load_per_capacity", 2),
        make_column(book, "grids", 0),
        make_column(book, "km_from_home", 2),
        make_column(book, "held", title=book.say(Text("负责网格", "grids held")), width=48),
    ]
    write_table(book, sheet, top, columns, _member_rows(book, build))


def _member_rows(book: Book, build: Build) -> list[dict[str, Any]]:
    """Return a row a member, with the grids held; none without an assignment."""
    if build.assignment is None:
        return []
    phones = _member_phones(build)
    held = _held_grids(book, build.assignment.assignments)
    rows = []
    for member in to_records(build.assignment.members.sort_values("member_id")):
        identity = member["member_id"]
        row = {
            **member,
            "kind": name_value(str(member["kind"]), book.language),
            "phone": phones.get(identity, ""),
            "held": held.get(identity, ""),
        }
        rows.append(row)
    return rows


def _member_phones(build: Build) -> dict[str, str]:
    if build.roster is None:
        return {}
    members = build.roster.members
    return dict(zip(members["member_id"], members["phone"], strict=True))


def _held_grids(book: Book, assignments: pd.DataFrame) -> dict[str, str]:
    """Return the grids of each member, each with the duty in brackets."""
    table = assignments.sort_values(["member_id", "grid_code"])
    duties = table["duty"].map(lambda duty: name_value(duty, book.language))
    words = table["grid_code"] + "（" + duties + "）"
    by_member = words.groupby(table["member_id"])
    return {str(member): "、".join(group) for member, group in by_member}


def _write_docket_sheet(book: Book, build: Build, kind: str) -> None:
    """Write what the meeting has to settle; no sheet where there is nothing."""
    table = build_docket(build, kind).drop(columns="geometry")
    if table.empty:
        return
    name, title = _DOCKET_TITLES[kind]
    sheet = book.sheet(book.say(name))
    columns = _docket_columns(book, build, table)
    top = write_heading(book, sheet, book.say(title), book.footer)
    titles = name_build_layers(build) | {"": book.say(EVERY_DEPARTMENT)}
    rows = to_records(_spell_out(book, table, titles))
    write_table(book, sheet, top, columns, rows)


def _docket_columns(book: Book, build: Build, table: pd.DataFrame) -> list[SheetColumn]:
    """Return the columns of a docket's sheet; of texts and measures those that its kind has."""
    texts = [key for key in _DOCKET_TEXTS if key in table]
    measures = [key for key in _DOCKET_MEASURES if key in table]
    has_votes = table[list(VOTE_OPTIONS)].notna().any(axis=None)
    votes = VOTE_OPTIONS if has_votes else ()
    decisions = [
        make_column(book, key, title=book.say(what), width=16)
        for key, what in _DECISION_TITLES.items()
    ]
    return [
        *(make_column(book, key) for key in texts),
        *(make_column(book, key, 1) for key in measures),
        *work_columns(book, build),
        make_column(book, "set_aside"),
        *(make_column(book, key, 0) for key in votes),
        *decisions,
        make_column(book, "lon", 6),
        make_column(book, "lat", 6),
    ]


def _spell_out(book: Book, table: pd.DataFrame, titles: Mapping[str, str]) -> pd.DataFrame:
    """Return a docket with departments and reasons as people call them, not as keys."""
    spelt = table.copy()
    for column in _DOCKET_LAYERS:
        if column in table:
            spelt[column] = [_join_titles(keys, titles) for keys in table[column]]
    spelt["set_aside"] = [_name_reason(book, reason) for reason in table["set_aside"]]
    return spelt


def _join_titles(keys: str, titles: Mapping[str, str]) -> str:
    return "、".join(titles[key] for key in keys.split(";"))


def _name_reason(book: Book, reason: str) -> str:
    return book.say(SET_ASIDE_REASONS[reason]) if reason else ""


def _write_findings_sheet(book: Book, build: Build) -> None:
    sheet = book.sheet(book.say(Text("问题清单", "Findings")))
    title = book.say(Text("数据问题清单", "What is wrong with the data"))
    note = f"{book.say(_GROUPED_NOTE)}　{book.footer}"
    top = write_heading(book, sheet, title, note)
    columns = [
        make_column(book, "severity"),
        make_column(book, "layer"),
        make_column(book, "count", 0, title=book.say(Text("处数", "cases"))),
        make_column(book, "source_id"),
        make_column(book, "message", width=70),
        make_column(book, "measure", 2),
        make_column(book, "unit"),
        make_column(book, "lon", 6),
        make_column(book, "lat", 6),
        make_column(book, "kind", title=book.say(Text("代码", "code"))),
    ]
    write_table(book, sheet, top, columns, _finding_rows(book, build))


def _finding_rows(book: Book, build: Build) -> list[dict[str, Any]]:
    """Return the gravest finding of each kind and department, and how many there are."""
    titles = name_build_layers(build)
    counts = Counter((finding.kind, finding.layer) for finding in build.findings)
    gravest = pick_gravest(build.findings)
    rows = []
    for finding in finding_rows(gravest, build.township.crs, book.language, titles):
        kind, layer = finding["kind"], finding["layer"]
        row = {
            **finding,
            "severity": name_value(finding["severity"], book.language),
            "layer": titles.get(layer, layer),
            "unit": name_unit(finding["unit"], book.language),
            "count": counts[kind, layer],
        }
        rows.append(row)
    return rows
