"""plan.xlsx: summary, grids, members, one reconciliation slip a department, findings — ready to print."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import xlsxwriter
import xlsxwriter.exceptions

from gridmerge.model import Build
from gridmerge.publish.columns import headed, titled, work_columns
from gridmerge.publish.docket import KINDS, VOTES, docket
from gridmerge.publish.imprint import imprint_of
from gridmerge.publish.noise import REASONS
from gridmerge.publish.sheets import Book, Column, write_table
from gridmerge.publish.slip_sheets import department_sheet, slip_sheet
from gridmerge.publish.slips import Slip
from gridmerge.publish.tables import finding_rows, gravest, records
from gridmerge.publish.verdict import figures
from gridmerge.publish.who import departments, leaders, people
from gridmerge.publish.words import EVERY_DEPARTMENT, titles_of, unit, value
from gridmerge.text import Text

_NO_CLOCK = datetime.datetime(2000, 1, 1)  # the date a workbook carries inside; the plan's own date is on its summary


_DOCKET = {
    "gaps": (Text("无人认领", "Gaps"), Text("各部门未认领的土地", "Land a department does not claim")),
    "claims": (Text("重复认领", "Double claims"), Text("同一部门重复认领的土地", "Land one department claims twice")),
    "disputes": (Text("争议界线", "Disputes"), Text("部门之间的争议界线（议题清单）", "Lines in dispute: the docket")),
}
_DECIDED = {
    "decision": Text("会议决定", "decided"),
    "responsible": Text("责任部门", "responsible"),
}  # filled in by hand
_ALIKE = Text(
    "同类问题合为一行，举数值最大的一处；逐处见 findings.csv",
    "one line a kind and department, with its gravest case; every case is in findings.csv",
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
        language = build.settings.project.language
        book = Book(writer=writer, language=language, footer=imprint_of(build).line(language))
        _summary(book, build)
        department_sheet(book, ready)
        _grids(book, build)
        _members(book, build)
        for slip in ready:
            slip_sheet(book, build, slip)
        for kind in KINDS:
            _docket(book, build, kind)
        _findings(book, build)


def _summary(book: Book, build: Build) -> None:
    sheet = book.sheet(book.say(Text("汇总", "Summary")))
    project = build.settings.project
    top = headed(
        book, sheet, book.say(Text(f"{project.name} 综合网格方案", f"{project.name}: unified grids")), book.footer
    )
    rows = [
        {"what": book.say(what), "figure": figure, "note": book.say(remark)} for what, figure, remark in figures(build)
    ]
    columns = [
        Column(key="what", title=book.say(Text("指标", "figure")), width=34),
        Column(key="figure", title=book.say(Text("数值", "value")), width=14),
        Column(key="note", title=book.say(Text("说明", "note")), width=72),
    ]
    write_table(book, sheet, top, columns, rows)


def _grids(book: Book, build: Build) -> None:
    """Write 一格一清单: a line a grid with its people, figures and departments."""
    sheet = book.sheet(book.say(Text("综合网格", "Grids")))
    staff, heads, present = people(build), leaders(build), departments(build)
    named = titles_of(build)
    titles = {layer.key: named[layer.key] for layer in build.ranked if layer.spec.role in ("grid", "base")}
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
        titled(book, "grid_code"),
        titled(book, "grid_name"),
        titled(book, "grid_type"),
        titled(book, "village_code"),
        titled(book, "village_name"),
        titled(book, "area_ha", 2),
        titled(book, "boundary_text", width=48),
        *work_columns(book, build),
        titled(book, "workload", 2),
        titled(book, "leader"),
        titled(book, "members"),
        titled(book, "present", 0, title=book.say(Text("涉及部门数", "departments"))),
        titled(book, "absent", title=book.say(Text("无网格的部门", "departments without land here"))),
    ]
    title = book.say(Text("一格一清单", "One line a grid"))
    write_table(book, sheet, headed(book, sheet, title, book.footer), columns, rows)


def _roll(book: Book, members: Iterable[Mapping[str, str]]) -> str:
    return "\n".join(
        " ".join(filter(None, (person["name"], f"（{value(person['duty'], book.language)}）", person["phone"])))
        for person in members
    )


def _members(book: Book, build: Build) -> None:
    sheet = book.sheet(book.say(Text("网格员", "Members")))
    top = headed(book, sheet, book.say(Text("网格员及承担的工作量", "Members and their load")), book.footer)
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
        titled(book, "member_id"),
        titled(book, "name"),
        titled(book, "kind"),
        titled(book, "phone"),
        titled(book, "capacity", 2),
        titled(book, "load", 2),
        titled(book, "load_per_capacity", 2),
        titled(book, "grids", 0),
        titled(book, "km_from_home", 2),
        titled(book, "held", title=book.say(Text("负责网格", "grids held")), width=48),
    ]
    write_table(book, sheet, top, columns, rows)


def _duties(book: Book, build: Build) -> dict[str, str]:
    if build.assignment is None:
        return {}
    table = build.assignment.assignments.sort_values(["member_id", "grid_code"])
    words = table["grid_code"] + "（" + table["duty"].map(lambda duty: value(duty, book.language)) + "）"
    return {str(member): "、".join(group) for member, group in words.groupby(table["member_id"])}


def _docket(book: Book, build: Build, kind: str) -> None:
    """Write what the meeting has to settle; no sheet where there is nothing."""
    table = docket(build, kind).drop(columns="geometry")
    if table.empty:
        return
    titles = titles_of(build) | {"": book.say(EVERY_DEPARTMENT)}
    for column in ("layer", "layers_a", "layers_b"):
        if column in table:
            table[column] = ["、".join(titles[key] for key in keys.split(";")) for keys in table[column]]
    table["set_aside"] = [book.say(REASONS[reason]) if reason else "" for reason in table["set_aside"]]
    name, title = _DOCKET[kind]
    sheet = book.sheet(book.say(name))
    texts = ("item", "layer", "layers_a", "layers_b", "source_ids", "village_name")
    decided = [titled(book, key, title=book.say(what), width=16) for key, what in _DECIDED.items()]
    voted = VOTES if table[list(VOTES)].notna().any(axis=None) else ()
    columns = [
        *(titled(book, key) for key in texts if key in table),
        *(titled(book, key, 1) for key in ("length_m", "width_m", "area_m2") if key in table),
        *work_columns(book, build),
        titled(book, "set_aside"),
        *(titled(book, key, 0) for key in voted),
        *decided,
        titled(book, "lon", 6),
        titled(book, "lat", 6),
    ]
    write_table(book, sheet, headed(book, sheet, book.say(title), book.footer), columns, records(table))


def _findings(book: Book, build: Build) -> None:
    sheet = book.sheet(book.say(Text("问题清单", "Findings")))
    title = book.say(Text("数据问题清单", "What is wrong with the data"))
    top = headed(book, sheet, title, book.say(_ALIKE) + "　" + book.footer)
    titles, counts = titles_of(build), Counter((finding.kind, finding.layer) for finding in build.findings)
    rows = [
        {
            **row,
            "severity": value(row["severity"], book.language),
            "layer": titles.get(row["layer"], row["layer"]),
            "unit": unit(row["unit"], book.language),
            "count": counts[row["kind"], row["layer"]],
        }
        for row in finding_rows(gravest(build.findings), build.township.crs, book.language, titles)
    ]
    columns = [
        titled(book, "severity"),
        titled(book, "layer"),
        titled(book, "count", 0, title=book.say(Text("处数", "cases"))),
        titled(book, "source_id"),
        titled(book, "message", width=70),
        titled(book, "measure", 2),
        titled(book, "unit"),
        titled(book, "lon", 6),
        titled(book, "lat", 6),
        titled(book, "kind", title=book.say(Text("代码", "code"))),
    ]
    write_table(book, sheet, top, columns, rows)
