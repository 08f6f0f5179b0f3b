"""Workbooks: xls, xlsx, ods. Hidden sheets are read only when named."""

from __future__ import annotations

import datetime
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyogrio
import python_calamine
from defusedxml.common import DefusedXmlException

from gridmerge.errors import InputError
from gridmerge.findings import Finding, make_finding
from gridmerge.io.archives import refuse_bomb
from gridmerge.io.completeness import whole_sheet
from gridmerge.io.formats.gdal import GDAL_ERRORS, chosen_layers, words_of
from gridmerge.io.formats.ods import merged_cells
from gridmerge.io.read_request import ReadRequest, ReadResult
from gridmerge.io.refusals import missing_layer, unreadable_error
from gridmerge.io.tables.rows import HEADER_ROWS, Rows, holds_asked, rows_to_frame
from gridmerge.tabular.row_numbers import title_of, with_title

_GDAL_OPTIONS = {"HEADERS": "DISABLE", "FIELD_TYPES": "STRING"}


def read_excel(path: Path, ask: ReadRequest) -> ReadResult:
    """Read one sheet of a workbook: the one `ask.layer` names, else the first visible one with content."""
    refuse_bomb(path, ask)
    try:
        rows, sheet, findings = _by_calamine(path, ask)
    except (PermissionError, InputError):
        raise
    except DefusedXmlException as error:
        raise unreadable_error(
            ask.name,
            "工作簿的 XML 中定义了实体（ENTITY），可能是恶意文件，拒绝读取。",
            "the workbook's XML defines entities, which can be an attack; refused.",
        ) from error
    except BaseException as error:  # calamine is Rust: its panics are no Exception
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise
        rows, sheet, findings = _by_gdal(path, ask, error), ask.layer or "", []
    whole_sheet(len(rows), ask)
    frame, more = rows_to_frame(rows, ask)
    with_title(frame, f"{sheet} {title_of(frame)}".strip())
    driver = {".xls": "XLS", ".ods": "ODS"}.get(path.suffix.lower(), "XLSX")
    return ReadResult(
        frame=frame,
        driver=driver,
        encoding="UTF-8",
        findings=(*findings, *more),
        files=(path,),
        table=True,
    )


def _by_calamine(path: Path, ask: ReadRequest) -> tuple[Rows, str, list[Finding]]:
    """Rows and name of the sheet that is read."""
    with path.open("rb"):
        pass  # calamine hides that a file is locked behind an error of its own
    book = python_calamine.CalamineWorkbook.from_path(str(path))
    sheet, findings = _choose_sheet(book, ask)
    cells = book.get_sheet_by_name(sheet)
    rows = [[_clean_cell(value) for value in row] for row in cells.to_python(skip_empty_area=False)]
    ranges = merged_cells(path, sheet) if _is_ods(path) else cells.merged_cell_ranges or []
    return _merged_down(rows, ranges), sheet, findings


def _is_ods(path: Path) -> bool:
    """By what is in it: an .ods may be called anything."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return "content.xml" in archive.namelist()


def _merged_down(rows: Rows, ranges: Sequence[tuple[tuple[int, int], tuple[int, int]]]) -> Rows:
    """Give every row what a cell merged over several rows says; across columns a merged cell speaks for the first only."""
    for (first, column), (last, _) in ranges:
        for row in range(first + 1, min(last + 1, len(rows))):
            if column < len(rows[row]):
                rows[row][column] = rows[first][column]
    return rows


def _by_gdal(path: Path, ask: ReadRequest, why: BaseException) -> Rows:
    """Read a workbook calamine gives up on by GDAL, which knows xlsx and ods too, all cells as text."""
    options = {
        f"OGR_{driver}_{what}": value
        for driver in ("XLSX", "ODS")
        for what, value in _GDAL_OPTIONS.items()
    }
    pyogrio.set_gdal_config_options(options)
    try:
        names = [str(name) for name, _ in pyogrio.list_layers(path)]
        for name in (
            chosen_layers(names, ask.layer, ask.name)[:1] if ask.layer is not None else names
        ):
            _, _, _, fields = pyogrio.raw.read(path, layer=name, read_geometry=False)
            rows = [
                ["" if cell is None else cell for cell in row] for row in zip(*fields, strict=True)
            ]
            if any(any(cell != "" for cell in row) for row in rows):
                return rows
    except GDAL_ERRORS:
        pass
    finally:
        pyogrio.set_gdal_config_options(dict.fromkeys(options))
    raise _broken_book(ask.name, why) from why


def _broken_book(name: str, error: BaseException) -> Exception:
    if "password" in str(error).lower() or "encrypt" in str(error).lower():
        return unreadable_error(
            name,
            "工作簿有密码。请在 Excel 中去掉密码后另存。",
            "the workbook has a password. Remove it in Excel and save again.",
        )
    words = words_of(error)
    return unreadable_error(
        name,
        f"工作簿损坏，读不出来（{words}）。请用 Excel 或 WPS 打开后另存为 .xlsx。",
        f"the workbook is damaged ({words}). Open it in Excel or WPS and save it as .xlsx.",
    )


def _choose_sheet(book: Any, ask: ReadRequest) -> tuple[str, list[Finding]]:
    sheets = {
        meta.name: meta.visible == python_calamine.SheetVisibleEnum.Visible
        for meta in book.sheets_metadata
    }
    if ask.layer is not None:
        if ask.layer not in sheets:
            raise missing_layer(ask.name, ask.layer, sheets)
        return ask.layer, []
    filled = {
        name: rows
        for name, visible in sheets.items()
        if visible and _has_content(rows := _sheet_rows(book, name))
    }
    for name in sorted(filled, key=lambda one: _rank_sheet(filled[one], ask)):
        others = [other for other in sheets if other != name]
        told = [
            make_finding(
                "sheets_skipped", layer=ask.key, file=ask.name, sheet=name, others="、".join(others)
            )
        ]
        alike = [
            other
            for other, rows in filled.items()
            if other != name and _same_header(rows, filled[name])
        ]
        if alike:
            told.append(
                make_finding(
                    "sheets_alike",
                    layer=ask.key,
                    measure=len(alike),
                    file=ask.name,
                    others="、".join(alike),
                )
            )
        return name, told if others else []
    raise unreadable_error(
        ask.name,
        "没有可见且有内容的工作表。若数据在隐藏的工作表中，请用 layer 指明。",
        "no visible sheet has any content. If the data is in a hidden sheet, name it with layer.",
    )


def _sheet_rows(book: Any, name: str) -> Rows:
    return [list(row) for row in book.get_sheet_by_name(name).to_python()]


def _has_content(rows: Rows) -> bool:
    return any(any(cell != "" for cell in row) for row in rows)


def _rank_sheet(rows: Rows, ask: ReadRequest) -> tuple[bool, bool]:
    """In many workbooks a cover comes first: sheets with what is asked for go before it, and such with columns at all."""
    columns = any(sum(cell != "" for cell in row) > 1 for row in rows)
    return not holds_asked(rows, ask), not columns


def _same_header(rows: Rows, others: Rows) -> bool:
    """Whether two sheets hold one table in parts: the same names in one of the first rows, and rows below."""
    top, other_top = (
        [tuple(map(str, row)) for row in sheet[:HEADER_ROWS]] for sheet in (rows, others)
    )
    names = [row for row in top if sum(bool(cell.strip()) for cell in row) > 1]
    return len(rows) > 1 and bool(names) and names[0] in other_top


def _clean_cell(value: Any) -> Any:
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return str(value)
    if isinstance(value, str) and re.fullmatch(
        r"#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!)", value
    ):
        return ""
    return value
