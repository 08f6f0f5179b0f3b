"""Tables: text in any delimiter; rows of cells → frame, the header found under title rows, its decorations removed."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np

from gridmerge.coordinates.columns import said_datum
from gridmerge.findings import Finding, make_finding
from gridmerge.io.completeness import row_cut, whole_sheet
from gridmerge.io.encoding import decode_file
from gridmerge.io.read_request import ReadRequest, ReadResult, table_frame
from gridmerge.io.refusals import unreadable_error
from gridmerge.io.sensitive_fields import mask_numbers
from gridmerge.io.tables.driver_columns import unique_columns
from gridmerge.io.tables.header_units import unit_above, unit_of
from gridmerge.io.tables.row_overflow import named_twice, wide_row_findings
from gridmerge.io.tables.total_rows import no_data, normalize_cell
from gridmerge.tabular.cell_values import code_text, survives_as_number
from gridmerge.tabular.row_numbers import numbers_in_words, with_lines, with_title

Rows = list[list[Any]]

# What `locate` calls its input: it writes every row again.
EVENTS = "events"
# title, unit, remarks and filling instructions never took more rows than this in templates met
HEADER_ROWS = 15
_SNIFF_ROWS = 50  # rows tried with each delimiter
_DELIMITERS = (",", "\t", ";", "|", "，")
_BRACKETS = re.compile(r"[(（\[【][^()（）\[\]【】]*[)）\]】]")


def read_csv(path: Path, ask: ReadRequest) -> ReadResult:
    """Read a text table; the delimiter is the one that gives the steadiest columns."""
    text, encoding, findings = decode_file(path.read_bytes(), ask.name, ask.key, ask.encoding)
    text = text.replace("\x00", "")
    delimiter = _guess_delimiter(text)
    rows = _split_rows(text, delimiter)
    frame, more = rows_to_frame(rows, ask)
    whole_sheet(len(rows), ask)
    damage = _damage_findings(rows, delimiter, ask)
    if _breaks_off(text, rows, delimiter, damage):
        raise row_cut(ask)
    more += damage
    return ReadResult(
        frame=frame,
        driver="CSV",
        encoding=encoding,
        findings=(*findings, *more),
        files=(path,),
        table=True,
    )


def _split_rows(text: str, delimiter: str, limit: int | None = None) -> Rows:
    csv.field_size_limit(2**31 - 1)  # WKT of a county passes the default of 128 kB
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    rows: Rows = []
    for row in reader:
        if limit is not None and len(rows) >= limit:
            break
        rows.append(list(row))
    return rows


def _damage_findings(rows: Rows, delimiter: str, ask: ReadRequest) -> list[Finding]:
    """Say when a quotation mark without its partner made one cell of many rows, or the last row is cut short."""
    width = max((len(row) for row in rows[:_SNIFF_ROWS]), default=0)
    cells = [
        cell
        for row in rows
        for cell in row
        if cell.count("\n") and cell.count(delimiter) >= width - 1 > 0
    ]
    lost = sum(cell.count("\n") for cell in cells)
    told = (
        [make_finding("rows_swallowed", layer=ask.key, measure=lost, file=ask.name)] if lost else []
    )
    ended = [len(row) for row in rows if row]
    if len(ended) > 1 and ended[-1] < min(ended[:-1]):
        told.append(make_finding("last_row_short", layer=ask.key, file=ask.name))
    return told


def _breaks_off(text: str, rows: Rows, delimiter: str, damage: Sequence[Finding]) -> bool:
    """Whether the text ends in the middle of a row: a quotation mark is open, or cells are missing and there is no line end."""
    if len(rows) < 2:
        return False
    kinds = {finding.kind for finding in damage}
    ended = text.endswith(("\n", "\r"))
    # one cell of words is a remark under the table
    if (
        not ended
        and "last_row_short" in kinds
        and (len(rows[-1]) > 1 or _is_number(_stripped_text(rows[-1][0])))
    ):
        return True
    return "rows_swallowed" not in kinds and _quote_open(text, delimiter)


def _quote_open(text: str, delimiter: str) -> bool:
    try:
        for _ in csv.reader(
            io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True
        ):
            pass
    except csv.Error as error:
        return "end of data" in str(error)
    return False


def _guess_delimiter(text: str) -> str:
    """The one with the steadiest columns; then the one that parts the first row as the others: "lon;lat" over "105,1;29,3"."""
    best, score = ",", (0.0, False, 0)
    for delimiter in _DELIMITERS:
        if delimiter not in text[:100_000]:
            continue
        widths = [
            len(row) for row in _split_rows(text[:200_000], delimiter, _SNIFF_ROWS) if any(row)
        ]
        usual = max(set(widths), key=lambda width: (widths.count(width), width)) if widths else 1
        steadiness = widths.count(usual) / len(widths) if widths else 0.0
        judged = (round(steadiness, 1), bool(widths) and widths[0] == usual, usual)
        if usual > 1 and judged > score:
            best, score = delimiter, judged
    return best


def rows_to_frame(rows: Rows, ask: ReadRequest) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Turn rows of cells into a frame: header found, blank rows and columns dropped, numbers made numbers."""
    filled = [
        (number, row)
        for number, row in enumerate(rows, start=1)
        if any(_stripped_text(cell) for cell in row)
    ]
    if not filled:
        raise unreadable_error(ask.name, "表格是空的。", "the table is empty.")
    at, header = _find_header(filled, ask)
    bare = at == 0 and not ask.fields and _lacks_header([row for _, row in filled[:_SNIFF_ROWS]])
    number, above = filled[at]
    width = max(len(row) for _, row in filled[at:])
    names = (
        [f"field_{i + 1}" for i in range(width)] if bare else header_names(_pad_row(header, width))
    )
    below = [
        (n, _pad_row(row, width))
        for n, row in filled[at + (0 if bare else 1 if header is above else 2) :]
    ]
    body, lines, passed_over = _data_rows(below, [] if bare else _pad_row(header, width), ask)
    columns = list(zip(*body, strict=True)) if body else [()] * width
    kept = [i for i in range(width) if names[i] or any(_stripped_text(cell) for cell in columns[i])]
    keep_text = {field_key(code) for code in ask.codes}
    values = [_build_column(columns[i], field_key(names[i]) in keep_text) for i in kept]
    keys_asked = {field_key(name): name for name in ask.fields}
    frame = with_lines(
        table_frame(unique_columns([names[i] for i in kept], values), len(body)), lines
    )
    with_title(frame, _join_titles(filled[:at]))
    passed_over += wide_row_findings(filled[at + 1 :], len(header), ask)
    passed_over += named_twice([field_key(name) for name in names], columns, keys_asked, ask)
    if bare:
        return frame, [make_finding("header_missing", layer=ask.key, file=ask.name), *passed_over]
    told = (
        [make_finding("header_found", layer=ask.key, measure=number, file=ask.name)]
        if at > 0
        else []
    )
    told += unit_above(filled[:at], names, ask)
    return frame, told + passed_over


def _join_titles(rows: Sequence[tuple[int, Sequence[Any]]]) -> str:
    """All that the rows above a header say."""
    cells = (_stripped_text(cell) for _, row in rows for cell in row)
    return " ".join(cell for cell in cells if cell)


def _data_rows(
    rows: Sequence[tuple[int, list[Any]]], header: Sequence[Any], ask: ReadRequest
) -> tuple[list[list[Any]], list[int], list[Finding]]:
    """The rows that are data, their lines, and what is said of the others; of events every row is given back."""
    if ask.key == EVENTS:
        return [row for _, row in rows], [number for number, _ in rows], []
    names = [normalize_cell(name) for name in header]
    odd = [(number, row) for number, row in rows if no_data(row, names)]
    left_out = {number for number, _ in odd}
    body = [row for number, row in rows if number not in left_out]
    lines = [number for number, _ in rows if number not in left_out]
    if not odd:
        return body, lines, []
    example = mask_numbers(
        next(_stripped_text(cell) for cell in odd[0][1] if _stripped_text(cell))
    )[:20]
    told = numbers_in_words([number for number, _ in odd], len(odd))
    finding = make_finding(
        "rows_not_data", layer=ask.key, measure=len(odd), file=ask.name, rows=told, example=example
    )
    return body, lines, [finding]


def _pad_row(row: Sequence[Any], width: int) -> list[Any]:
    return [*row, *[""] * (width - len(row))]


def _lacks_header(rows: Rows) -> bool:
    """Whether the first row is data: a number stands where numbers stand below it, or where nothing is below."""
    first, rest = rows[0], rows[1:]
    numbers = [i for i, cell in enumerate(first) if _is_number(_stripped_text(cell))]
    below = [
        [_stripped_text(row[i]) for row in rest if i < len(row) and _stripped_text(row[i])]
        for i in numbers
    ]
    return bool(numbers) and all(all(map(_is_number, cells)) for cells in below)


def _stripped_text(cell: Any) -> str:
    return "" if cell is None else str(cell).strip()


def _find_header(
    filled: Sequence[tuple[int, list[Any]]], ask: ReadRequest
) -> tuple[int, list[Any]]:
    """Return which of the first filled rows is the header, and its cells: with those of the row below where it has two.

    The row that holds the fields the project file names; else the first row that is all distinct text and nearly as wide
    as the widest below it: titles and instructions fill one cell or two.
    """
    rows = [row for _, row in filled[: HEADER_ROWS + 1]]
    top = [
        _merge_header_rows(row, below) or row
        for row, below in zip(rows, [*rows[1:], []], strict=True)
    ][:HEADER_ROWS]
    wanted = {field_key(name) for name in ask.fields}
    if wanted:
        tried = [(i, cells) for i, stacked in enumerate(top) for cells in (stacked, rows[i])]
        hits = [
            len(wanted & {field_key(_stripped_text(cell)) for cell in cells}) for _, cells in tried
        ]
        if max(hits):
            return tried[hits.index(max(hits))]
    widest = max(
        sum(bool(_stripped_text(cell)) for cell in row)
        for _, row in filled[: HEADER_ROWS + _SNIFF_ROWS]
    )
    for i, row in enumerate(top):
        texts = [_stripped_text(cell) for cell in row if _stripped_text(cell)]
        if (
            len(texts) >= max(1, 0.6 * widest)
            and len(set(texts)) == len(texts)
            and not any(map(_is_number, texts))
        ):
            return i, row
    return 0, rows[0]


def holds_asked(rows: Rows, ask: ReadRequest) -> bool:
    """Whether one of the first rows has all fields that the project file names."""
    wanted = {field_key(name) for name in ask.fields}
    return any(
        wanted <= {field_key(_stripped_text(cell)) for cell in row}
        for row in rows[: HEADER_ROWS + 1]
    )


def _merge_header_rows(upper: Sequence[Any], lower: Sequence[Any]) -> list[Any] | None:
    """Return the names of a header of two rows (网格员 over 姓名 and 电话: 网格员姓名, 网格员电话); None where it is none.

    Cells merged across are filled in the first column only, cells merged down in the first row only. What tells such a
    header from a title over a header is a column that is merged down, or words that come again under another group.
    """
    width = max(len(upper), len(lower))
    top, low = ([_stripped_text(cell) for cell in _pad_row(row, width)] for row in (upper, lower))
    owner = np.maximum.accumulate([i if text else -1 for i, text in enumerate(top)])
    grouped = {int(owner[i]) for i in range(width) if low[i] and not top[i] and owner[i] >= 0}
    names: list[Any] = []
    for i in range(width):
        group = top[owner[i]] if owner[i] in grouped else ""
        lone = not group and low[i] in ("", top[i])
        if (
            not (lone or not top[i] or (group and low[i]))
            or _is_number(top[i])
            or _is_number(low[i])
        ):
            return None
        names.append(f"{group}{low[i]}" if group and low[i] else top[i] or low[i])
    given = [name for name in names if name]
    merged_down = any(top[i] and low[i] in ("", top[i]) for i in range(width))
    words = [text for text, above in zip(low, top, strict=True) if text and text != above]
    several = sum(map(bool, top)) > 1 and len(set(given)) == len(given)
    return names if grouped and several and (merged_down or len(set(words)) < len(words)) else None


def _is_number(text: str) -> bool:
    return (
        any(char.isdigit() for char in text) and re.fullmatch(r"[+-]?[\d.,]+%?", text) is not None
    )


def header_names(cells: Sequence[Any]) -> list[str]:
    """Return field names without what templates put around them: ``*``, line breaks, explanations in brackets."""
    raw = [re.sub(r"\s*[\r\n]+\s*", "", _stripped_text(cell)).strip("*＊ \t：:") for cell in cells]
    bare = [_BRACKETS.sub(_meaningful_brackets, name).strip("*＊ \t：:") for name in raw]
    return [
        short if short and bare.count(short) == 1 and short not in raw[:i] + raw[i + 1 :] else long
        for i, (short, long) in enumerate(zip(bare, raw, strict=True))
    ]


def _meaningful_brackets(brackets: re.Match[str]) -> str:
    """What is left of an explanation in brackets: all of it where it names the datum of coordinates, or a unit that counts."""
    return brackets[0] if said_datum(brackets[0]) or unit_of(brackets[0]) else ""


def field_key(name: str) -> str:
    """Return a field name as it is compared: without decorations, width and case."""
    text = unicodedata.normalize("NFKC", name)
    text = _BRACKETS.sub("", text) or text
    return re.sub(r"[\s*:]+", "", text).casefold()


def _build_column(cells: Sequence[Any], keep_text: bool) -> np.ndarray:
    texts = [_stripped_text(cell) for cell in cells]
    all_numbers = all(
        isinstance(cell, (int, float)) and not isinstance(cell, bool)
        for cell in cells
        if _stripped_text(cell)
    )
    if (
        keep_text
        or not any(texts)
        or not (all_numbers or all(survives_as_number(text) for text in texts if text))
    ):
        out = [
            (code_text(cell) if isinstance(cell, (int, float)) else cell)
            if _stripped_text(cell)
            else None
            for cell in cells
        ]
        return np.array(
            [None if value is None else str(value).strip() for value in out], dtype=object
        )
    numbers = np.array([float(text) if text else np.nan for text in texts])
    integral = bool(np.isfinite(numbers).all()) and all(
        re.fullmatch(r"-?\d+(\.0)?", text) for text in texts
    )
    return numbers.astype(np.int64) if integral else numbers
