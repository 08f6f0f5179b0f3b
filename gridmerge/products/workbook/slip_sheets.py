"""The sheets of the slips: a line a department, then one sheet a department that closes its account."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gridmerge.i18n.text import Text
from gridmerge.model import Build
from gridmerge.products.data.csv_tables import to_records
from gridmerge.products.labels import name_column
from gridmerge.products.workbook.headings import make_column, work_columns, write_heading
from gridmerge.products.workbook.reconciliation import ADJUSTED_LABEL, FATE_LABELS, Slip
from gridmerge.products.workbook.worksheet import Book, SheetColumn, write_table

ACCOUNT_ROWS = {
    "total": Text("合计", "Total"),
    "twice": Text("其中重复认领", "of it claimed twice"),
    "nobody": Text("本部门无人认领", "claimed by none"),
    "township": Text("全镇合计", "Township"),
}
HECTARES_LABEL = Text("（公顷）", "(ha)")
_CLOSES = Text(
    "对账：合计 − 重复认领 + 无人认领 = 全镇合计",
    "Account: total − claimed twice + claimed by none = township",
)


def department_sheet(book: Book, ready: Sequence[Slip]) -> None:
    """Write what became of each department's grids, a line a department."""
    sheet = book.sheet(book.say(Text("部门汇总", "Departments")))
    title = book.say(Text("各部门原网格去向汇总", "What became of each department's grids"))
    rows: list[dict[str, Any]] = []
    for slip in ready:
        fates = slip.rows.drop_duplicates("source_id")["fate"].value_counts()
        area = slip.sums.loc["area_m2"] / 1e4
        counts = {fate: int(fates.get(fate, 0)) for fate in FATE_LABELS}
        rows.append(
            {
                "name": slip.title,
                "all": sum(counts.values()),
                **counts,
                **{key: area[key] for key in ACCOUNT_ROWS},
            }
        )
    columns = [
        SheetColumn(key="name", title=book.say(Text("部门", "department"))),
        SheetColumn(key="all", title=book.say(Text("原网格数", "departmental grids")), decimals=0),
        *(
            SheetColumn(key=fate, title=book.say(name), decimals=0)
            for fate, name in FATE_LABELS.items()
        ),
        *(
            SheetColumn(key=key, title=f"{book.say(name)}\n{book.say(HECTARES_LABEL)}", decimals=2)
            for key, name in ACCOUNT_ROWS.items()
        ),
    ]
    write_table(book, sheet, write_heading(book, sheet, title, book.footer), columns, rows)


def slip_sheet(book: Book, build: Build, slip: Slip) -> None:
    """Write 一部门一表 with its closing sums."""
    sheet = book.sheet(slip.title)
    title = book.say(
        Text(
            f"{slip.title}：原网格与综合网格对照表",
            f"{slip.title}: departmental grids and unified grids",
        )
    )
    top = write_heading(
        book, sheet, title, f"{book.footer}　crosswalk.csv layer = {slip.layer.key}"
    )
    rows = [
        {
            **row,
            "fate": book.say(FATE_LABELS[row["fate"]]),
            "grid_code": row["grid_code"]
            or ("" if row["fate"] == "lost" else book.say(ADJUSTED_LABEL)),
            "share_of_source": row["share_of_source"],
            "why": book.say(row["why"]),
        }
        for row in to_records(slip.rows)
    ]
    columns = [
        make_column(book, "source_id"),
        make_column(book, "name", title=name_column("source_name", book.language)),
        make_column(book, "holder"),
        make_column(book, "fate"),
        make_column(book, "grid_code"),
        make_column(book, "grid_name"),
        make_column(book, "area_m2", 1),
        make_column(book, "share_of_source", 1, percent=True),
        *work_columns(book, build),
        make_column(book, "why", width=38),
    ]
    after = write_table(book, sheet, top, columns, rows, band="source_id")
    _write_account(book, sheet, after, columns, slip)


def _write_account(
    book: Book, sheet: Any, top: int, columns: Sequence[SheetColumn], slip: Slip
) -> None:
    """Close the account below the table; as numbers, not formulas over what a filter happens to leave in view."""
    for row, (key, name) in enumerate(ACCOUNT_ROWS.items(), top):
        line = 2 if key == "total" else 1
        sheet.write_string(row, 0, book.say(name), book.format(bold=True, top=line))
        for position, column in enumerate(columns[1:], 1):
            cell = book.format(
                bold=True, top=line, num_format="#,##0" + (".0" if column.decimals else "")
            )
            if column.key in slip.sums.index:
                sheet.write_number(
                    row, position, round(float(slip.sums[key][column.key]), 6) + 0.0, cell
                )
            else:
                sheet.write_blank(row, position, None, cell)
    last = top + len(ACCOUNT_ROWS)
    sheet.write_string(last, 0, book.say(_CLOSES), book.format(font_color="#595959"))
    sheet.print_area(0, 0, last, len(columns) - 1)
