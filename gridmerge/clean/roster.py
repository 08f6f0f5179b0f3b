"""The list of grid members, as read → a `Roster`; all that is wrong with it is told at once."""

from __future__ import annotations

import re
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridmerge.catalog import find_field, normalize_name
from gridmerge.clean.attributes.fields import (
    attribute_names,
    has_any_geometry,
    no_field,
    not_empty,
    read_code_column,
    read_text_column,
    text_values,
)
from gridmerge.clean.attributes.ids import without_phones
from gridmerge.clean.attributes.spoilt_codes import spoilt_clause
from gridmerge.clean.attributes.village_names import Gazetteer
from gridmerge.clean.georeference.placement import georeference_input
from gridmerge.clean.workloads import with_points
from gridmerge.config.settings import RosterSpec
from gridmerge.errors import InputError
from gridmerge.findings import Finding, make_finding, sort_findings
from gridmerge.i18n.text import Text
from gridmerge.model import RawLayer, Roster, Township
from gridmerge.tabular.cell_values import parse_numbers
from gridmerge.tabular.row_numbers import rows_in_words

ROSTER_FIELDS = {
    "member_id": "member_id",
    "name": "member_name",
    "kind": "member_kind",
    "capacity": "capacity",
    "village": "member_village",
    "phone": "phone",
    "departments": "departments",
}
MEMBER_KINDS = {
    "full_time": ("fulltime", "专职", "专职网格员", "全职"),
    "part_time": ("parttime", "兼职", "兼职网格员"),
    "leader": ("leader", "网格长", "总网格长", "负责人", "组长"),
    "adviser": ("adviser", "advisor", "指导员", "网格指导员", "联络员"),
    # the N of 1+3+N
    "other": (
        "other",
        "others",
        "n",
        "其他",
        "其他人员",
        "志愿者",
        "网格志愿者",
        "志愿",
        "其他力量",
        "volunteer",
    ),
}
# who can answer for a grid; advisers and others only support
CARRIERS = ("full_time", "part_time", "leader")
# metres from the township's box: nobody lives so far from the grid of theirs
MAX_HOME_DISTANCE_M = 100_000.0
# Share of the rows that may be wrong and left out; where more are, it is not a slip of the pen but the column.
MAX_FAULTY_SHARE = 0.25
# A phone that passed through a column of floats.
_WHOLE_NUMBER = re.compile(r"^(\d{7,})\.0+$")
DEFAULT_KIND = "full_time"
DEFAULT_CAPACITY = 1.0  # one member's usual amount of work; only the proportions matter


def clean_roster(raw: RawLayer, spec: RosterSpec, township: Township) -> Roster:
    """Make the roster.

    Parameters
    ----------
    raw
        A table, or points; columns by the contract's names or the usual Chinese ones.
    spec
        How it was read.
    township
        The villages that members may be tied to.

    Returns
    -------
    Roster
        Sorted by member_id; kind and capacity filled with their defaults; geometry is the home point or None.

    Raises
    ------
    InputError
        A column is missing, an id is repeated, there is nobody who can answer for a grid; or more than a few rows have unknown
        villages or kinds, capacities not above 0, no id, leaders of no village: all of them at once. A few such rows are left
        out and told.
    """
    not_empty(raw)
    raw = with_points(raw, spec, required=False)
    columns = {
        part: find_field(attribute_names(raw), known) for part, known in ROSTER_FIELDS.items()
    }
    for part in ("member_id", "name"):
        if columns[part] is None:
            raise no_field(raw, part, attribute_names(raw))
    cells = {
        part: read_text_column(raw, name).reset_index(drop=True) for part, name in columns.items()
    }
    cells["member_id"] = read_code_column(raw, columns["member_id"]).reset_index(drop=True)
    cells["member_id"], masked = without_phones(cells["member_id"], "roster")
    keep = (cells["member_id"] != "") | (cells["name"] != "")  # spreadsheets end in empty rows
    problems: list[_RosterFault] = []
    members = pd.DataFrame({"member_id": cells["member_id"], "name": cells["name"]})
    members["kind"] = _parse_kinds(cells["kind"].where(keep, ""), problems)
    members["capacity"] = _parse_capacities(raw, columns["capacity"], keep, problems)
    members["village_code"] = _match_villages(cells["village"].where(keep, ""), township, problems)
    members["phone"] = cells["phone"].str.replace(_WHOLE_NUMBER, r"\1", regex=True)
    members["departments"] = cells["departments"]
    points, findings = _home_points(raw, spec, township)
    findings += _without_far(points, members["member_id"], township)
    findings += [*masked, *_carried_by(members["kind"][keep])]
    members["village_code"] = _led_from_home(members, points, township)
    _check_ids(members, keep, problems)
    _check_leaders(members, keep & (cells["village"] == ""), problems)
    left_out = _few_faulty_rows(raw, keep, problems)
    if left_out.any():
        findings.append(_left_out_finding(raw, left_out, problems))
    keep &= ~left_out
    _check_carriers(members[keep], problems := [])
    if problems:
        raise _roster_error(raw, problems)
    frame = gpd.GeoDataFrame(members, geometry=points, crs=township.crs)[keep]
    frame = frame.sort_values("member_id", ignore_index=True)
    return Roster(
        members=frame, source=raw.source, findings=sort_findings((*raw.findings, *findings))
    )


@dataclass(frozen=True)
class _RosterFault:
    """What is wrong with a roster: in which rows, or, without rows, with all of it."""

    zh: str
    en: str
    rows: pd.Series | None = None


def _few_faulty_rows(raw: RawLayer, keep: pd.Series, faults: list[_RosterFault]) -> pd.Series:
    """Return which rows have to go; one slip of the pen among many rows costs its own row and no more.

    Raises
    ------
    InputError
        So many rows are wrong that the columns are, or something is wrong with all of it.
    """
    faulty = pd.Series(False, index=keep.index)
    for fault in faults:
        faulty |= False if fault.rows is None else fault.rows
    whole = any(fault.rows is None for fault in faults)
    if whole or faulty.sum() > MAX_FAULTY_SHARE * keep.sum():
        raise _roster_error(raw, faults)
    return faulty


def _left_out_finding(raw: RawLayer, rows: pd.Series, faults: list[_RosterFault]) -> Finding:
    at = rows_in_words(np.flatnonzero(rows), raw.frame)
    reason = Text("；".join(fault.zh for fault in faults), "; ".join(fault.en for fault in faults))
    return make_finding(
        "members_left_out", layer="roster", measure=int(rows.sum()), rows=at, reason=reason
    )


def _roster_error(raw: RawLayer, faults: list[_RosterFault]) -> InputError:
    return InputError(
        f"roster（{raw.source.path}）："
        + "；".join(fault.zh for fault in faults)
        + "；请在人员名册中改正。",
        f"roster ({raw.source.path}): "
        + "; ".join(fault.en for fault in faults)
        + "; correct the roster.",
    )


def _parse_kinds(cells: pd.Series, problems: list[_RosterFault]) -> pd.Series:
    known = {normalize_name(name): kind for kind, names in MEMBER_KINDS.items() for name in names}
    found = cells.map(lambda cell: known.get(normalize_name(cell)) if cell else DEFAULT_KIND)
    unknown = sorted(set(cells[found.isna()]))
    if unknown:
        listed = "、".join(unknown)
        problems.append(
            _RosterFault(
                f"类型 {listed} 不认识（可用：专职、兼职、网格长、指导员、其他）",
                f"kind {listed} is not known (full_time, part_time, leader, adviser or other)",
                found.isna(),
            )
        )
    return found


def _parse_capacities(
    raw: RawLayer, name: str | None, keep: pd.Series, problems: list[_RosterFault]
) -> pd.Series:
    if name is None:
        return pd.Series(DEFAULT_CAPACITY, index=keep.index)
    written, values = (
        text_values(raw.frame[name]).reset_index(drop=True),
        parse_numbers(raw.frame[name]).reset_index(drop=True),
    )
    values = values.where(written != "", DEFAULT_CAPACITY)
    wrong = keep & ~(values > 0)
    if wrong.any():
        rows = "、".join(f"{written[row] or '?'}" for row in np.flatnonzero(wrong))
        problems.append(
            _RosterFault(
                f"容量必须是正数，而有 {rows}",
                f"capacity must be a positive number, not {rows}",
                wrong,
            )
        )
    return values


def _match_villages(
    cells: pd.Series, township: Township, problems: list[_RosterFault]
) -> pd.Series:
    gazetteer = Gazetteer(township)
    matched = cells.map(lambda cell: gazetteer.find(cell) if cell else [""])
    unknown = sorted({cell for cell, codes in zip(cells, matched, strict=True) if len(codes) != 1})
    if unknown:
        listed = "、".join(
            f"{cell}（近似：{'、'.join(gazetteer.near(cell)) or '无'}）" for cell in unknown
        )
        plainly = ", ".join(unknown)
        problems.append(
            _RosterFault(
                f"村/社区 {listed} 不在村界中或不唯一",
                f"village {plainly} is not one of the villages, or not one alone",
                cells.isin(unknown),
            )
        )
    return matched.map(lambda codes: codes[0] if len(codes) == 1 else "")


def _check_ids(members: pd.DataFrame, keep: pd.Series, problems: list[_RosterFault]) -> None:
    ids = members.loc[keep, "member_id"]
    blank = keep & (members["member_id"] == "")
    if blank.any():
        problems.append(
            _RosterFault(
                f"{blank.sum()} 行没有编号", f"{blank.sum()} rows have no member_id", blank
            )
        )
    wrong = spoilt_clause(ids)
    if wrong is not None:
        problems.append(_RosterFault(*wrong))
        return
    twice = ids[ids.duplicated() & (ids != "")]
    if len(twice):
        listed = "、".join(sorted(set(twice)))
        problems.append(
            _RosterFault(f"编号 {listed} 重复", f"member_id {listed} is there more than once")
        )


def _led_from_home(members: pd.DataFrame, homes: np.ndarray, township: Township) -> pd.Series:
    """A leader of no village leads the one the home lies in."""
    codes = members["village_code"].copy()
    villages = township.villages.sort_values("village_code")
    lost = np.flatnonzero(
        (members["kind"] == "leader") & (codes == "") & ~shapely.is_missing(homes)
    )
    at, village = shapely.STRtree(villages.geometry.to_numpy()).query(
        homes[lost], predicate="intersects"
    )
    # on a line between two villages the smaller code, as everywhere
    for row, index in sorted(zip(lost[at].tolist(), village.tolist(), strict=True), reverse=True):
        codes.iloc[row] = villages["village_code"].iloc[index]
    return codes


def _check_carriers(members: pd.DataFrame, problems: list[_RosterFault]) -> None:
    if not members["kind"].isin(CARRIERS).any():
        problems.append(
            _RosterFault(
                "没有专职网格员，也没有兼职人员或网格长可以承担网格",
                "there is nobody full-time, nor a part-timer or leader, who can answer for a grid",
            )
        )


def _check_leaders(
    members: pd.DataFrame, unplaced: pd.Series, problems: list[_RosterFault]
) -> None:
    lost = unplaced & (members["kind"] == "leader") & (members["village_code"] == "")
    if lost.any():
        people = zip(members.loc[lost, "member_id"], members.loc[lost, "name"], strict=True)
        listed = "、".join(f"{member}（{name}）" for member, name in people)
        problems.append(
            _RosterFault(
                f"网格长 {listed} 没有所属村/社区，住址也不在辖区内",
                f"the leaders {listed} belong to no village and have no home inside one",
                lost,
            )
        )


def _carried_by(kinds: pd.Series) -> list[Finding]:
    """Who carries the work where nobody is full-time."""
    if (kinds == "full_time").any():
        return []
    for kind, who in {
        "part_time": Text("兼职人员", "part-timers"),
        "leader": Text("网格长", "leaders"),
    }.items():
        if (kinds == kind).any():
            return [
                make_finding(
                    "no_full_timer", layer="roster", measure=int((kinds == kind).sum()), who=who
                )
            ]
    return []


def _without_far(homes: np.ndarray, ids: pd.Series, township: Township) -> list[Finding]:
    """Take the homes that nobody could come to work from: one digit mistyped moves a home by a hundred kilometres."""
    land = shapely.box(*township.villages.total_bounds)
    metres = shapely.distance(homes, land)
    far = np.flatnonzero(metres > MAX_HOME_DISTANCE_M)
    homes[far] = None
    kilometres = {row: round(float(metres[row]) / 1000) for row in far.tolist()}
    return [
        make_finding("home_far", layer="roster", source_id=ids.iloc[row], measure=km)
        for row, km in kilometres.items()
    ]


def _home_points(
    raw: RawLayer, spec: RosterSpec, township: Township
) -> tuple[np.ndarray, list[Finding]]:
    if not has_any_geometry(raw):
        return np.full(len(raw.frame), None, dtype=object), []
    placed = georeference_input(raw, spec, township.crs, township.villages)
    shapes = np.asarray(placed.geometry.values)
    usable = shapely.get_type_id(shapes) == 0
    usable &= np.isfinite(shapely.get_x(shapes)) & np.isfinite(shapely.get_y(shapes))
    homes = shapely.force_2d(shapes)
    homes[~usable] = None
    return homes, list(placed.findings)
