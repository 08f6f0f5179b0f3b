"""What makes work: the [[workload]] tables of the files, and by which points areas are shared out."""

from __future__ import annotations

import numpy as np
import shapely

from gridmerge.clean import clean_work
from gridmerge.clean.attributes.village_names import Gazetteer
from gridmerge.config.settings import WorkloadSpec
from gridmerge.discover.classification import ClassifiedSheet
from gridmerge.discover.columns import count_field
from gridmerge.discover.georeference_check import prove_points
from gridmerge.discover.guess import NO_REASON, Guess, join_texts
from gridmerge.discover.keywords import column_texts, find_keyword, load_keywords
from gridmerge.discover.layers import free_key, in_files, join_sheets
from gridmerge.discover.scan import ScannedSheet
from gridmerge.discover.settings_table import ProjectTable, coordinate_columns
from gridmerge.errors import GridmergeError
from gridmerge.i18n.text import Text
from gridmerge.model import Township

_MIN_HELD_SHARE = 0.8  # share of areas that must hold points before they are shared out by them; of rows that must name a village

# a table, the kind of work (a key of [work] in keywords.toml), and the sheet it came from
Made = tuple[ProjectTable, str, ScannedSheet]


def workload_tables(found: list[ClassifiedSheet], township: Township | None) -> list[ProjectTable]:
    """The [[workload]] tables of a folder, in the order of its files; without a township, what the files alone tell."""
    taken: set[str] = set()
    made = [
        each
        for one in found
        if one.kind.value == "workload"
        for each in _of_file(one, township, taken)
    ]
    if township is not None:
        for one in found:
            if one.kind.value == "other" and one.sheet.shape == "table":
                made += _of_villages(one, township, taken)
        if not any(kind in ("households", "people") for _, kind, _ in made):
            made += _of_buildings(found, township, taken)
        for table, kind, sheet in made:
            if sheet.shape == "area" or "village" in table.values:
                _by_points(table, kind, sheet, made, township)
    if made and not any(table.values["weight"].value > 0 for table, _, _ in made):
        why = Text("只有它可作工作量，所以计入均衡", "there is no other work, so this is balanced")
        made[0][0].values["weight"] = Guess(1.0, "likely", why)
    return [table for table, _, _ in made]


def _of_file(one: ClassifiedSheet, township: Township | None, taken: set[str]) -> list[Made]:
    """One table for each number that a file carries, or one that counts its features."""
    sheet, made = one.sheet, []
    counted = next(
        (name for name in load_keywords()["work"] if find_keyword(sheet.title, name)), None
    )
    # events and enterprises are counted, whatever numbers stand beside them
    numbers = (
        []
        if counted and not load_keywords()["work"][counted]["fields"]
        else list(load_keywords()["work"])
    )
    for name in numbers:
        column = count_field(sheet, name)
        if column is None:
            continue
        why = Text(f"字段 {column.value} 是数量", f"the column {column.value} holds the amounts")
        table = _workload_table(one, name, why)
        table.values["field"] = column
        made.append((table, name, sheet))
    if not made and counted is not None:
        made.append((_counting_table(one, counted), counted, sheet))
    for table, name, _ in made:
        table.values["name"] = Guess(free_key(name, taken), table.values["name"].sure, NO_REASON)
        prove_points(table, sheet, township)
    return made


def _of_buildings(found: list[ClassifiedSheet], township: Township, taken: set[str]) -> list[Made]:
    """Areas of buildings, counted, where nothing else tells how many live somewhere: those of a department are its own."""
    drawn = [
        one for one in found if one.kind.value in ("other", "workload") and _are_buildings(one)
    ]
    made: list[Made] = []
    for group in in_files(drawn):
        sheet, paths = join_sheets(group), [one.sheet.path for one in group]
        why = Text(
            "建筑面，没有户数，按栋计",
            "areas of buildings without households; buildings are counted",
        )
        table = _workload_table(group[0], "households", why)
        table.values["path"] = Guess(paths[0] if len(paths) == 1 else paths, "likely", why)
        table.values["name"] = Guess(free_key("buildings", taken), "likely", NO_REASON)
        prove_points(table, sheet, township)
        made.append((table, "households", sheet))
    return made


def _are_buildings(one: ClassifiedSheet) -> bool:
    title = one.sheet.title.lower()
    named = find_keyword(title, "buildings") is not None and not any(
        sign in title for sign in load_keywords()["buildings"]["but"]
    )
    return named and one.sheet.shape == "area" and one.sheet.only is None


def _of_villages(one: ClassifiedSheet, township: Township, taken: set[str]) -> list[Made]:
    """The amounts of a table whose rows name villages, where nothing else tells where that kind of work is."""
    sheet, village = one.sheet, _village_column(one.sheet, township)
    if village is None:
        return []
    made = []
    for name in load_keywords()["work"]:
        column = count_field(sheet, name) if name not in taken else None
        if column is not None:
            taken.add(name)
            table = _workload_table(
                one,
                name,
                Text(f"字段 {column.value} 是数量", f"the column {column.value} holds the amounts"),
            )
            why = Text(
                f"没有图形，按 {village} 一列所写的村",
                f"no shapes; rows belong to the villages that {village} names",
            )
            table.values |= {
                "path": Guess(sheet.path, "likely", why),
                "name": Guess(name, "likely", NO_REASON),
            }
            table.values |= {"village": Guess(village, "likely", NO_REASON), "field": column}
            made.append((table, name, sheet))
    return made


def _village_column(sheet: ScannedSheet, township: Township) -> str | None:
    """The column of a table that names a village, by code or name, in nearly every row."""
    gazetteer = Gazetteer(township)
    for column in sheet.columns:
        cells = column_texts(sheet, column)
        known = cells.map(lambda cell: bool(cell) and len(gazetteer.find(cell)) == 1)
        if len(cells) > 1 and known.mean() >= _MIN_HELD_SHARE:
            return column
    return None


def _counting_table(one: ClassifiedSheet, name: str) -> ProjectTable:
    """A table that counts features, for want of a column of amounts."""
    table = _workload_table(
        one, name, Text("没有数量字段，按个数计", "no column of amounts; features are counted")
    )
    if load_keywords()["work"][name]["fields"]:
        note = Text(
            "field：没有认出数量字段，先按个数计；若有户数、人口一列，请写 field",
            "field: no column of amounts is known, so features are counted; if one holds households or people, write field",
        )
        table.notes.append(note)
    return table


def _workload_table(one: ClassifiedSheet, name: str, why: Text) -> ProjectTable:
    sheet = one.sheet
    table = ProjectTable(name="[[workload]]")
    table.values["name"] = Guess(name, one.kind.sure, NO_REASON)
    table.values["path"] = Guess(sheet.path, one.kind.sure, one.kind.why)
    if sheet.layer is not None:
        table.values["layer"] = Guess(sheet.layer, "sure", NO_REASON)
    table.values.update(coordinate_columns(sheet))
    usual = Text(
        "；权重是常用值，按本地情况改", "; the weight is a usual one, change it to fit your place"
    )
    table.values["weight"] = Guess(
        float(load_keywords()["work"][name]["weight"]), "likely", join_texts(why, usual)
    )
    return table


def _by_points(
    table: ProjectTable, kind: str, sheet: ScannedSheet, made: list[Made], township: Township
) -> None:
    """Share areas out by the points that stand for the same: people by where households are, staff by enterprises."""
    areas = _shapes_on_land(table, sheet, township)
    for other, name, points in made:
        if (
            name not in load_keywords()["work"][kind]["by"]
            or points.shape != "point"
            or len(areas) == 0
        ):
            continue
        held = shapely.STRtree(_shapes_on_land(other, points, township)).query(
            areas, predicate="intersects"
        )[0]
        count = len(np.unique(held))
        if count >= _MIN_HELD_SHARE * len(areas):
            called = other.values["name"].value
            why = Text(
                f"{len(areas)} 个面中 {count} 个里有 {called} 的点，按点分摊比按面积准；若不合适请删去此行",
                f"{count} of {len(areas)} areas hold points of {called}, which tell better where it is than area does; "
                "delete this line if they do not",
            )
            table.values["by"] = Guess(called, "unsure", why)
            return


def _shapes_on_land(table: ProjectTable, sheet: ScannedSheet, township: Township) -> np.ndarray:
    """Shapes of a workload on the township's land."""
    if sheet.raw is None:
        return np.empty(0, dtype=object)
    bare = {key: value for key, value in table.plain().items() if key != "by"}
    try:
        shapes = clean_work(sheet.raw, WorkloadSpec(**bare), township).frame.geometry.to_numpy()
    except GridmergeError:  # said in the table's notes already
        return np.empty(0, dtype=object)
    land = shapely.STRtree(township.villages.geometry.to_numpy())
    return np.asarray(shapes[np.unique(land.query(shapes, predicate="intersects")[0])])
