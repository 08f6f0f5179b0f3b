"""The list of matters (事项清单) and the table of steps (节点), as read → checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from gridmerge.catalog import load_catalog, normalize_name
from gridmerge.errors import InputError
from gridmerge.findings import Finding, make_finding, sort_findings
from gridmerge.model import Matters, RawLayer
from gridmerge.staffing.duties.grid_sheets import STEP_ROLES
from gridmerge.tabular.cell_values import as_code

# The ten uniform items (十统一) besides the matter's own code, and what lists call them
MATTER_ITEMS: dict[str, tuple[str, ...]] = {
    "category": ("类别", "事项类别", "大类", "领域", "category"),
    "matter": ("名称", "事项名称", "事项", "name", "matter"),
    "lead": ("主体责任部门", "主责部门", "牵头部门", "责任部门", "lead"),
    "cooperating": ("配合责任部门", "配合部门", "协同部门", "cooperating"),
    "law": ("监督执法依据", "执法依据", "法律依据", "依据", "law"),
    "problem": ("问题描述", "具体表现", "描述", "problem"),
    "flow": ("运行流程", "流程", "工作流程", "flow"),
    "by_grid": ("网格监管", "网格职责", "by_grid"),
    "by_town": ("街道综合管理", "乡镇综合管理", "镇街综合管理", "街道管理", "by_town"),
    "by_county": ("区县部门监管执法", "部门监管执法", "县级部门监管执法", "by_county"),
}
MATTER_FIELDS: dict[str, tuple[str, ...]] = {
    "matter_code": ("事项编码", "编码", "编号", "序号", "code", "matter_code"),
    "list": ("清单", "清单类型", "所属清单", "list"),
    "status": ("状态", "status"),
}
STEP_FIELDS: dict[str, tuple[str, ...]] = {
    "matter_code": ("事项编码", "编码", "matter_code", "code"),
    "step": ("环节", "节点", "步骤", "step"),
    "role": ("责任角色", "角色", "责任人", "role"),
    "hours": ("时限", "时限小时", "办理时限", "hours"),
}
# A matter may well be one department's alone.
MAY_BE_BLANK = {"cooperating"}
SEPARATORS = r"[、，,；;/\s]+"
# The three lists, and how a cell may name them.
MATTER_LISTS: dict[str, tuple[str, ...]] = {
    "权力": ("权力", "权力清单", "行政权力", "权力事项", "power"),
    "责任": ("责任", "责任清单", "属地责任", "主体责任", "duty", "responsibility"),
    "公共服务": ("公共服务", "公共服务清单", "服务", "服务清单", "service"),
}
LIST_WORDS: dict[str, frozenset[str]] = {
    name: frozenset(map(normalize_name, words)) for name, words in MATTER_LISTS.items()
}
# How a status may say that a matter is in force, withdrawn, or for a time only.
IN_FORCE_WORDS = ("", "有效", "正常", "在用", "在办", "执行", "active")
WITHDRAWN_WORDS = ("收回", "已收回", "withdrawn", "取消", "废止")
TEMPORARY_WORDS = ("临时", "暂行", "temporary")
IN_FORCE = frozenset(map(normalize_name, IN_FORCE_WORDS))
WITHDRAWN = frozenset(map(normalize_name, WITHDRAWN_WORDS))
TEMPORARY = frozenset(map(normalize_name, TEMPORARY_WORDS))


def clean_matters(
    raw: RawLayer, steps: RawLayer | None = None, known: Mapping[str, str] | None = None
) -> Matters:
    """Check a list of matters.

    Parameters
    ----------
    raw
        A row a matter. Columns are recognised by their usual Chinese names, or their English ones (see `MATTER_ITEMS`).
    steps
        A row a step of a matter (a blank code: of every matter): step, role, hours.
    known
        Names of the project's own departments, without case, and their keys.

    Returns
    -------
    Matters
        Withdrawn matters are left out. What the list lacks is in the findings: items missing, departments unknown,
        matters led by nobody or by two, or by who also cooperates, lists that are none of the three.

    Raises
    ------
    InputError
        There is no column of matters or of lead departments, or a code twice.
    """
    own = known or {}
    frame = _read_matters(raw)
    findings = [finding for _, row in frame.iterrows() for finding in _matter_findings(row, own)]
    findings += _lists_missing(frame["list"])
    for column in ("lead", "cooperating"):
        frame[column] = [_department_keys(cell, own) for cell in frame[column]]
    status = frame["status"].map(normalize_name)
    frame["temporary"] = status.isin(TEMPORARY)
    in_force = frame[~status.isin(WITHDRAWN)]
    table = _read_steps(steps)
    findings += _roles_unknown(table, own)
    table["departments"] = [_department_keys(cell, own) for cell in table["role"]]
    read = (raw,) if steps is None else (raw, steps)
    found = [finding for one in read for finding in one.findings]
    return Matters(
        frame=in_force.sort_values("matter_code", ignore_index=True),
        steps=table,
        sources=tuple(one.source for one in read),
        findings=sort_findings((*found, *findings)),
    )


def _read_matters(raw: RawLayer) -> pd.DataFrame:
    """The matters, with codes of their own and the list each belongs to; rows without a matter are left out."""
    frame = _select_columns(raw, {**MATTER_FIELDS, **MATTER_ITEMS}, ("matter", "lead"))
    if (frame["matter_code"] == "").all():
        numbers = range(1, len(frame) + 1)
        frame["matter_code"] = [f"{number:03d}" for number in numbers]
    frame = frame[frame["matter"] != ""].reset_index(drop=True)
    _refuse_duplicate_codes(raw, frame["matter_code"])
    frame["list"] = frame["list"].map(_parse_list)
    return frame


def _read_steps(steps: RawLayer | None) -> pd.DataFrame:
    if steps is None:
        return pd.DataFrame(columns=list(STEP_FIELDS))
    return _select_columns(steps, STEP_FIELDS, ("step", "role"))


def _select_columns(
    raw: RawLayer, names: Mapping[str, Sequence[str]], needed: Sequence[str]
) -> pd.DataFrame:
    columns = [column for column in raw.frame.columns if column != "geometry"]
    column_of = {normalize_name(str(column)): column for column in columns}
    found = {part: _find_column(words, column_of) for part, words in names.items()}
    missing = [part for part in needed if found[part] is None]
    if missing:
        wanted = "、".join(names[part][0] for part in missing)
        listed = "、".join(map(str, column_of.values()))
        raise InputError(
            f"{raw.source.key}（{raw.source.path}）缺少列 {wanted}；文件中有：{listed}。请补上该列或改列名。",
            f"{raw.source.key} ({raw.source.path}) lacks the columns {', '.join(missing)}; it has: {listed}. "
            "Add or rename them.",
        )
    blank = pd.Series("", index=raw.frame.index, dtype=object)
    parts = {
        part: blank if column is None else as_code(raw.frame[column])
        for part, column in found.items()
    }
    return pd.DataFrame(parts).reset_index(drop=True)


def _find_column(words: Sequence[str], column_of: Mapping[str, Any]) -> Any | None:
    """The column that the first of these words names, or None."""
    for word in map(normalize_name, words):
        if word in column_of:
            return column_of[word]
    return None


def _refuse_duplicate_codes(raw: RawLayer, codes: pd.Series) -> None:
    twins = sorted(set(codes[codes.duplicated()]))
    if twins:
        raise InputError(
            f"{raw.source.key}（{raw.source.path}）中事项编码 {'、'.join(twins)} 重复；请改成各不相同。",
            f"{raw.source.key} ({raw.source.path}) has the matter codes {', '.join(twins)} more than once; make them unique.",
        )


def _matter_findings(row: pd.Series, known: Mapping[str, str]) -> list[Finding]:
    """What one matter lacks."""
    findings = []

    def note(kind: str, **details: Any) -> None:
        code, name = row["matter_code"], row["matter"]
        finding = make_finding(kind, layer="matters", source_id=code, name=name, **details)
        findings.append(finding)

    blank = [item for item in MATTER_ITEMS if not row[item] and item not in MAY_BE_BLANK]
    if blank:
        note("matter_incomplete", items="、".join(MATTER_ITEMS[item][0] for item in blank))
    leads = _department_keys(row["lead"], known)
    if len(leads) != 1:
        note("matter_two_leads" if leads else "matter_without_lead")
    both = _leads_cooperating(row, known)
    if both:
        note("matter_both", items="、".join(both))
    strange = _unknown_words(row)
    if strange:
        note("matter_words_unknown", items="、".join(strange))
    texts = _split_names(row["lead"]) + _split_names(row["cooperating"])
    unknown = [text for text in texts if _department_key(text, known) is None]
    if unknown:
        note("matter_department_unknown", items="、".join(unknown))
    return findings


def _leads_cooperating(row: pd.Series, known: Mapping[str, str]) -> list[str]:
    """The lead departments of a matter, as written, that cooperate in it too."""
    cooperating = set(_department_keys(row["cooperating"], known))
    leads = _split_names(row["lead"])
    return [text for text in leads if cooperating.intersection(_department_keys(text, known))]


def _unknown_words(row: pd.Series) -> list[str]:
    """The list and the status of a matter where nobody knows them."""
    strange = []
    if row["list"] not in ("", *MATTER_LISTS):
        strange.append(row["list"])
    if normalize_name(row["status"]) not in IN_FORCE | WITHDRAWN | TEMPORARY:
        strange.append(row["status"])
    return strange


def _roles_unknown(steps: pd.DataFrame, known: Mapping[str, str]) -> list[Finding]:
    """Roles of the table of steps that are neither people of a grid nor a department: nobody can be named for them."""
    roles = sorted(set(steps["role"]) - {""})
    strange = [role for role in roles if not _is_known_role(role, known)]
    if not strange:
        return []
    return [make_finding("step_role_unknown", layer="steps", items="、".join(strange))]


def _is_known_role(role: str, known: Mapping[str, str]) -> bool:
    if normalize_name(role) in STEP_ROLES:
        return True
    return all(_department_key(text, known) is not None for text in _split_names(role))


def _parse_list(cell: str) -> str:
    """The list a cell means, or the cell as it is written."""
    word = normalize_name(cell)
    return next((name for name, words in LIST_WORDS.items() if word in words), cell)


def _lists_missing(lists: pd.Series) -> list[Finding]:
    """Which of the three lists has no matter, in a list of matters that tells them apart."""
    missing = [name for name in MATTER_LISTS if name not in set(lists)]
    if not missing or (lists == "").all():
        return []
    return [make_finding("matter_list_missing", layer="matters", items="、".join(missing))]


def _department_keys(cell: str, known: Mapping[str, str]) -> tuple[str, ...]:
    """Keys of the departments a cell lists; one that nobody knows stays as it is written."""
    keys = [_department_key(text, known) or text for text in _split_names(cell)]
    return tuple(dict.fromkeys(keys))


def _department_key(text: str, known: Mapping[str, str]) -> str | None:
    """The project's own departments go before the catalogue."""
    own = known.get(text.strip().casefold())
    if own is not None:
        return own
    department = load_catalog().find(text)
    return None if department is None else department.key


def _split_names(cell: str) -> list[str]:
    texts = pd.Series([cell]).str.split(SEPARATORS, regex=True)[0]
    return [text for text in texts if text]
