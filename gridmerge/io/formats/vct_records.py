"""The records of a VCT file: points, lines, and polygons by their corners or by the lines they refer to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

_OF_LINES = (21, 2)  # how a polygon is made: from lines
_STRAIGHT = (1, 11)  # a ring through its corners; circles and ellipses have other numbers
_ARC_STEPS = 64  # chords a three-point arc becomes


class Cursor:
    """Walks over the lines of a section."""

    def __init__(self, lines: Sequence[str], separator: str, classes: Mapping[str, object]) -> None:
        self.lines, self._separator, self._classes, self.at = lines, separator, classes, 0

    def more(self) -> bool:
        return self.at < len(self.lines)

    def at_record(self) -> bool:
        """Whether a record begins here (behind the 0 that may close the one before), or the section ends."""
        closed = self.peek() == "0"
        at = self.at + closed
        if at >= len(self.lines):
            return True
        head = self.lines[at : at + 3]
        if len(head) < 3 or not head[0].isdigit():
            return False
        if closed and self._separator not in head[1]:
            return True  # of a class nobody described
        if not self._classes:
            return self._separator not in head[1]
        # some write the style before the class
        return head[1] in self._classes or head[2] in self._classes

    def peek(self) -> str:
        return self.lines[self.at] if self.more() else ""

    def take(self) -> str:
        if not self.more():
            raise ValueError("a record is cut short")
        self.at += 1
        return self.lines[self.at - 1]

    def integer(self) -> int:
        return int(self.take())

    def integers(self, most: int) -> list[int]:
        """Take the numbers that stand before coordinates or references."""
        numbers: list[int] = []
        while len(numbers) < most and not self.is_pair():
            numbers.append(self.integer())
        if not numbers:
            raise ValueError("a count is missing")
        return numbers

    def pair(self) -> tuple[float, float]:
        x, y = self.cells()[:2]
        return float(x), float(y)

    def cells(self) -> list[str]:
        """Take a line apart: whatever parts attributes in the file, the standard has commas in coordinates."""
        return [cell.strip() for cell in self.take().replace(self._separator, ",").split(",")]

    def is_pair(self) -> bool:
        return self._separator in self.peek() or "," in self.peek()

    def is_place(self) -> bool:
        """Whether coordinates come next, rather than the numbers of lines."""
        return self.is_pair() and "." in self.peek()

    def pairs(self, count: int) -> list[tuple[float, float]]:
        if count < 0 or count > len(self.lines):
            raise ValueError("a count is wrong")
        return [self.pair() for _ in range(count)]


def read_point(cursor: Cursor) -> BaseGeometry | None:
    while not cursor.is_pair():
        cursor.integer()  # kind of point; in version 3 also the number of points
    return shapely.Point(cursor.pair())


def _line_coordinates(cursor: Cursor) -> list[tuple[float, float]]:
    cursor.integer()  # kind of line
    count = cursor.integer()
    if cursor.is_pair():  # versions 1 and 2 of 1999: count is of points
        return cursor.pairs(count)
    points: list[tuple[float, float]] = []
    for _ in range(count):  # 2007: count is of segments, each with kind and number of points
        kind = cursor.take()
        segment = cursor.pairs(cursor.integer())
        segment = _arc_chords(segment) if kind == "12" and len(segment) == 3 else segment
        points += segment[1:] if points and points[-1] == segment[0] else segment
    return points


def _arc_chords(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the chords of an arc through three points."""
    a, b, c = (complex(*point) for point in points)
    turn = (c - a) / (b - a) if b != a else 0
    if not turn or abs(turn.imag) < 1e-12:
        return list(points)
    centre = (b - a) * (turn - abs(turn) ** 2) / (2j * turn.imag) + a
    start, middle, end = (np.angle(z - centre) for z in (a, b, c))
    sweep = (end - start) % (2 * np.pi)
    if (middle - start) % (2 * np.pi) > sweep:
        sweep -= 2 * np.pi
    angles = start + np.linspace(0, sweep, _ARC_STEPS)
    inner = centre + abs(a - centre) * np.exp(1j * angles[1:-1])
    return [points[0], *((float(z.real), float(z.imag)) for z in inner), points[2]]


def read_line(cursor: Cursor) -> BaseGeometry | None:
    points = _line_coordinates(cursor)
    return shapely.LineString(points) if len(points) > 1 else None


def read_polygon(cursor: Cursor, lines: Mapping[str, BaseGeometry | None]) -> BaseGeometry | None:
    """Read a polygon: rings of coordinates, or the lines it refers to."""
    # 2007: direct (1) or of other objects, before the label point
    kind = "" if cursor.is_pair() else cursor.take()
    cursor.pair()
    # 1999: the number of corners or of lines; 2007: how it is made (21: of lines) or the number of rings and their kind before it
    numbers = cursor.integers({"": 1, "1": 3}.get(kind, 2))
    if (len(numbers) == 2 and numbers[0] in _OF_LINES) or (kind != "1" and not cursor.is_place()):
        return (
            _of_lines(cursor, numbers[-1], lines) if kind == "" or numbers[0] in _OF_LINES else None
        )
    return _build_area([shapely.LineString(ring) for ring in _read_rings(cursor, numbers)])


def _of_lines(
    cursor: Cursor, count: int, lines: Mapping[str, BaseGeometry | None]
) -> BaseGeometry | None:
    references: list[str] = []
    while len(references) < count:
        references += [one for one in cursor.cells() if one]
    parts = [lines.get(one.lstrip("-+")) for one in references if one != "0"]  # 0 parts the rings
    return (
        None
        if any(part is None for part in parts)
        else _build_area([part for part in parts if part is not None])
    )


def _read_rings(cursor: Cursor, numbers: Sequence[int]) -> Iterator[list[tuple[float, float]]]:
    """Rings of coordinates; before each stands its number of corners, in 2007 its kind before that."""
    said = numbers[0] if len(numbers) == 3 else None
    done = 0
    while done != said:
        *kind, count = numbers[-2:]
        if kind and kind[0] not in _STRAIGHT:
            raise ValueError("a ring that is a circle or an ellipse")
        ring = cursor.pairs(count)
        yield ring if ring[0] == ring[-1] else [*ring, ring[0]]
        done += 1
        if said is None and cursor.at_record():
            return
        numbers = cursor.integers(2) if done != said else ()


def _build_area(lines: Sequence[BaseGeometry]) -> BaseGeometry | None:
    """Return what the lines enclose; rings within rings are holes."""
    area = shapely.build_area(shapely.GeometryCollection(list(lines)))
    return None if area is None or area.is_empty else area
