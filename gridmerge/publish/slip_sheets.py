"""The sheets of the slips: a line a department, then one sheet a department that closes its account."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gridmerge.model import Build
from gridmerge.publish.columns import headed, titled, work_columns
from gridmerge.publish.sheets import Book, Column, write_table
from gridmerge.publish.slips import ADJUSTED, FATES, Slip
from gridmerge.publish.tables import records
from gridmerge.publish.words import label
from gridmerge.text import Text

ACCOUNT = {
    "total": Text("合计", "Total"),
    "twice": Text("其中重复认领", "of it claimed twice"),
    "nobody": Text("本部门无人认领", "claimed by none"),
    "township": Text("全镇合计", "Township"),
}
HECTARES = Text("（公顷）", "(ha)")
_CLOSES = Text(
    "对账：合计 − 重复认领 + 无人认领 = 全镇合计", "Account: total − claimed twice + claimed by none = township"
)


def department_sheet(book: Book, ready: Sequence[Slip]) -> None:
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
        Column(key="all", title=book.say(Text("原网格数", "departmental grids")), decimals=0),
        *(Column(key=fate, title=book.say(name), decimals=0) for fate, name in FATES.items()),
        *(
            Column(key=key, title=f"{book.say(name)}\n{book.say(HECTARES)}", decimals=2)
            for key, name in ACCOUNT.items()
        ),
    ]
    write_table(book, sheet, headed(book, sheet, title, book.footer), columns, rows)


def slip_sheet(book: Book, build: Build, slip: Slip) -> None:
    """Write 一部门一表 with its closing sums."""
    sheet = book.sheet(slip.title)
    title = book.say(
        Text(f"{slip.title}：原网格与综合网格对照表", f"{slip.title}: departmental grids and unified grids")
    )
    top = headed(book, sheet, title, f"{book.footer}　crosswalk.csv layer = {slip.layer.key}")
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
        titled(book, "source_id"),
        titled(book, "name", title=label("source_name", book.language)),
        titled(book, "holder"),
        titled(book, "fate"),
        titled(book, "grid_code"),
        titled(book, "grid_name"),
        titled(book, "area_m2", 1),
        titled(book, "share_of_source", 1, percent=True),
        *work_columns(book, build),
        titled(book, "why", width=38),
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
