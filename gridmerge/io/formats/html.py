"""Tables that programs write as web pages or XML and call .xls."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from gridmerge.findings import Finding
from gridmerge.io.encoding import decode_file
from gridmerge.io.read_request import ReadRequest, ReadResult
from gridmerge.io.refusals import unreadable_error
from gridmerge.io.tables.rows import Rows, rows_to_frame

_FEWEST_ROWS, _FEWEST_CELLS = 2, 2  # a table of data has a header and a row, and two columns
_MAX_COLUMNS = 16_384  # columns Excel has: an index beyond is damage


class HtmlCells(HTMLParser):
    """Collects the rows of a page's tables in `rows`, and the text outside tables line by line in `lines`."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []
        self.lines: list[str] = [""]
        self._cell: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self._close()
            self._cell = []
        elif tag in ("br", "p", "div", "li"):
            self.lines.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self._close()
        elif tag in ("p", "div", "li"):
            self.lines.append("")

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)
        else:
            self.lines[-1] += data

    def _close(self) -> None:
        if self._cell is not None:
            if not self.rows:
                self.rows.append([])
            self.rows[-1].append(re.sub(r"\s+", " ", "".join(self._cell)).strip())
        self._cell = None


def read_html_table(path: Path, ask: ReadRequest) -> ReadResult:
    """Read the tables of a web page: what many systems export as .xls; a page without one is refused."""
    text, encoding, findings = decode_file(path.read_bytes(), ask.name, ask.key, ask.encoding)
    parser = HtmlCells()
    parser.feed(text)
    parser.close()
    rows: Rows = [list(row) for row in parser.rows]
    if len(rows) < _FEWEST_ROWS or max(map(len, rows)) < _FEWEST_CELLS:
        raise unreadable_error(
            ask.name,
            "这是网页，不是数据：下载时多半得到了登录页或错误页。请重新下载。",
            "this is a web page, not data: the download probably gave a log-in or error page. Download it again.",
        )
    return _table_result(path, ask, rows, "HTML table", encoding, findings)


def read_excel_2003(path: Path, ask: ReadRequest) -> ReadResult:
    """Read an Excel 2003 XML sheet: the first with content, or the one `ask.layer` names."""
    text, encoding, findings = decode_file(path.read_bytes(), ask.name, ask.key, ask.encoding)
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text, count=1)
    try:
        root: Element = ElementTree.fromstring(text.encode("utf-8", "replace"))
    except (ParseError, DefusedXmlException, ValueError, RecursionError) as error:
        raise unreadable_error(
            ask.name,
            "Excel 2003 的 XML 表格写坏了。请用 Excel 或 WPS 打开后另存为 .xlsx。",
            "the Excel 2003 XML sheet is broken. Open it in Excel or WPS and save it as .xlsx.",
        ) from error
    rows = _first_sheet(root, ask.layer)
    if rows is None:
        raise unreadable_error(
            ask.name,
            "没有可读的工作表。请另存为 .xlsx。",
            "no sheet of it can be read. Save it as .xlsx.",
        )
    return _table_result(path, ask, rows, "Excel 2003 XML", encoding, findings)


def _table_result(
    path: Path,
    ask: ReadRequest,
    rows: Rows,
    driver: str,
    encoding: str,
    findings: Sequence[Finding],
) -> ReadResult:
    """Make what a reader gives back of the rows, with what was found on the way."""
    frame, more = rows_to_frame(rows, ask)
    return ReadResult(
        frame=frame,
        driver=driver,
        encoding=encoding,
        findings=(*findings, *more),
        files=(path,),
        table=True,
    )


def _first_sheet(root: Element, name: str | None) -> Rows | None:
    for sheet in root.iter():
        if _local_name(sheet.tag) == "Worksheet" and name in (None, _find_attribute(sheet, "Name")):
            rows: Rows = [
                list(_row_cells(row)) for row in sheet.iter() if _local_name(row.tag) == "Row"
            ]
            if any(any(row) for row in rows):
                return rows
    return None


def _row_cells(row: Element) -> list[str]:
    cells: list[str] = []
    for cell in row:
        index = _find_attribute(cell, "Index")  # cells left out are skipped by number
        if index.isdigit() and len(cells) < int(index) <= _MAX_COLUMNS:
            cells += [""] * (int(index) - 1 - len(cells))
        cells.append("".join(cell.itertext()).strip())
    return cells


def _local_name(tag: object) -> str:
    return str(tag).rpartition("}")[2]


def _find_attribute(element: Element, name: str) -> str:
    return next((value for key, value in element.attrib.items() if _local_name(key) == name), "")
