"""Cells merged in an OpenDocument sheet, which the reader of workbooks does not tell."""

from __future__ import annotations

import zipfile
from pathlib import Path
from xml.etree.ElementTree import Element

from defusedxml import ElementTree

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_CONTENT = "content.xml"

# (row, column) of the first cell and of the last, from 0
Range = tuple[tuple[int, int], tuple[int, int]]


def merged_cells(path: Path, sheet: str) -> list[Range]:
    """Return the cells of a sheet that are merged over several rows.

    Parameters
    ----------
    path
        An .ods workbook; one of any other kind has no such part and gives nothing.
    sheet
        Its name.

    Returns
    -------
    list
        First and last cell of each, as row and column from 0.

    Raises
    ------
    ValueError
        The XML defines entities.
    """
    with zipfile.ZipFile(path) as archive:
        if _CONTENT not in archive.namelist():
            return []
        with archive.open(_CONTENT) as content:
            ranges: list[Range] = []
            row, inside = 0, False
            for event, element in ElementTree.iterparse(content, events=("start", "end")):
                if event == "start":
                    if element.tag == f"{_TABLE}table":
                        inside, row = element.get(f"{_TABLE}name") == sheet, 0
                elif element.tag == f"{_TABLE}table-row":
                    if inside:
                        ranges += _of_row(element, row)
                        row += int(element.get(f"{_TABLE}number-rows-repeated", 1))
                    element.clear()
    return ranges


def _of_row(element: Element, row: int) -> list[Range]:
    ranges, column = [], 0
    for cell in element:
        down = int(cell.get(f"{_TABLE}number-rows-spanned", 1))
        across = int(cell.get(f"{_TABLE}number-columns-spanned", 1))
        if down > 1:
            ranges.append(((row, column), (row + down - 1, column + across - 1)))
        column += int(cell.get(f"{_TABLE}number-columns-repeated", 1))
    return ranges
