"""The list of matters (事项清单) and the table of steps (节点), as read → checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from gridmerge.catalog import load_catalog, normalize_name
from gridmerge.errors import InputError
from gridmerge.findings import Finding, make_finding, sort_findings
from gridmerge.model import Matters, RawLayer
from gridmerge.staffing.duties.grid_sheets import STEP_ROLES
from gridmerge.tabular.cell_values import as_code

# the ten uniform items (十统一) besides the matter's own code, and what lists call them
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
MAY_BE_BLANK = {"cooperating"}  # a matter may well be one department's alone
SEPARATORS = r"[、，,；;/\s]+"
MATTER_LISTS: dict[str, tuple[str, ...]] = {  # the three lists, and how a cell may name them
    "权力": ("权力", "权力清单", "行政权力", "权力事项", "power"),
    "责任": ("责任", "责任清单", "属地责任", "主体责任", "duty", "responsibility"),
    "公共服务": ("公共服务", "公共服务清单", "服务", "服务清单", "service"),
}
IN_FORCE = frozenset(map(normalize_name, ("", "有效", "正常", "在用", "在办", "执行", "active")))
WITHDRAWN = frozenset(map(normalize_name, ("收回", "已收回", "withdrawn", "取消", "废止")))
TEMPORARY = frozenset(map(normalize_name, ("临时", "暂行", "temporary")))


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
    frame = _select_columns(raw, {**MATTER_FIELDS, **MATTER_ITEMS}, ("matter", "lead"))
    if (frame["matter_code"] == "").all():
        frame["matter_code"] = [f"{number + 1:03d}" for number in range(len(frame))]
    frame = frame[frame["matter"] != ""].reset_index(drop=True)
    _refuse_duplicate_codes(raw, frame["matter_code"])
    frame["list"] = frame["list"].map(_parse_list)
    findings = [
        finding for _, row in frame.iterrows() for finding in _matter_findings(row, known or {})
    ]
    findings += _lists_missing(frame["list"])
    frame["lead"] = [_department_keys(cell, known or {}) for cell in frame["lead"]]
    frame["cooperating"] = [_department_keys(cell, known or {}) for cell in frame["cooperating"]]
    status = frame["status"].map(normalize_name)
    frame["temporary"] = status.isin(TEMPORARY)
    kept = frame[~status.isin(WITHDRAWN)].sort_values("matter_code", ignore_index=True)
    table = (
        pd.DataFrame(columns=list(STEP_FIELDS))
        if steps is None
        else _select_columns(steps, STEP_FIELDS, ("step", "role"))
    )
    findings += _roles_unknown(table, known or {})
    table["departments"] = [_department_keys(cell, known or {}) for cell in table["role"]]
    sources = (raw.source,) if steps is None else (raw.source, steps.source)
    more = () if steps is None else steps.findings
    return Matters(
        frame=kept,
        steps=table,
        sources=sources,
        findings=sort_findings((*raw.findings, *more, *findings)),
    )


def _select_columns(
    raw: RawLayer, names: Mapping[str, Sequence[str]], needed: Sequence[str]
) -> pd.DataFrame:
    there = {
        normalize_name(str(column)): column for column in raw.frame.columns if column != "geometry"
    }
    found_at = {
        part: next((there[normalize_name(n)] for n in known if normalize_name(n) in there), None)
        for part, known in names.items()
    }
    missing = [part for part in needed if found_at[part] is None]
    if missing:
        zh, listed = (
            "、".join(names[part][0] for part in missing),
            "、".join(map(str, there.values())),
        )
        raise InputError(
            f"{raw.source.key}（{raw.source.path}）缺少列 {zh}；文件中有：{listed}。请补上该列或改列名。",
            f"{raw.source.key} ({raw.source.path}) lacks the columns {', '.join(missing)}; it has: {listed}. "
            "Add or rename them.",
        )
    blank = pd.Series("", index=raw.frame.index, dtype=object)
    parts = {part: blank if at is None else as_code(raw.frame[at]) for part, at in found_at.items()}
    return pd.DataFrame(parts).reset_index(drop=True)


def _refuse_duplicate_codes(raw: RawLayer, codes: pd.Series) -> None:
    twins = sorted(set(codes[codes.duplicated()]))
    if twins:
        raise InputError(
            f"{raw.source.key}（{raw.source.path}）中事项编码 {'、'.join(twins)} 重复；请改成各不相同。",
            f"{raw.source.key} ({raw.source.path}) has the matter codes {', '.join(twins)} more than once; make them unique.",
        )


def _matter_findings(row: pd.Series, known: Mapping[str, str]) -> list[Finding]:
    """What one matter lacks."""
    code, name = row["matter_code"], row["matter"]
    said = []
    blank = [
        MATTER_ITEMS[item][0] for item in MATTER_ITEMS if not row[item] and item not in MAY_BE_BLANK
    ]
    if blank:
        said.append(
            make_finding(
                "matter_incomplete",
                layer="matters",
                source_id=code,
                name=name,
                items="、".join(blank),
            )
        )
    leads = _department_keys(row["lead"], known)
    if len(leads) != 1:
        kind = "matter_without_lead" if not leads else "matter_two_leads"
        said.append(make_finding(kind, layer="matters", source_id=code, name=name))
    both = set(leads) & set(_department_keys(row["cooperating"], known))
    if both:
        named = "、".join(
            text for text in _split_names(row["lead"]) if set(_department_keys(text, known)) & both
        )
        said.append(
            make_finding("matter_both", layer="matters", source_id=code, name=name, items=named)
        )
    strange = [row["list"]] if row["list"] not in ("", *MATTER_LISTS) else []
    strange += (
        [row["status"]]
        if normalize_name(row["status"]) not in IN_FORCE | WITHDRAWN | TEMPORARY
        else []
    )
    if strange:
        said.append(
            make_finding(
                "matter_words_unknown",
                layer="matters",
                source_id=code,
                name=name,
                items="、".join(strange),
            )
        )
    texts = [text for cell in (row["lead"], row["cooperating"]) for text in _split_names(cell)]
    unknown = [text for text in texts if _department_key(text, known) is None]
    if unknown:
        said.append(
            make_finding(
                "matter_department_unknown",
                layer="matters",
                source_id=code,
                name=name,
                items="、".join(unknown),
            )
        )
    return said


def _roles_unknown(steps: pd.DataFrame, known: Mapping[str, str]) -> list[Finding]:
    """Roles of the table of steps that are neither people of a grid nor a department: nobody can be named for them."""
    roles = sorted(set(steps["role"]) - {""})
    strange = [
        role
        for role in roles
        if normalize_name(role) not in STEP_ROLES
        and any(_department_key(one, known) is None for one in _split_names(role))
    ]
    return (
        [make_finding("step_role_unknown", layer="steps", items="、".join(strange))]
        if strange
        else []
    )


def _parse_list(cell: str) -> str:
    """The list a cell means, or the cell as it is written."""
    return next(
        (
            name
            for name, words in MATTER_LISTS.items()
            if normalize_name(cell) in map(normalize_name, words)
        ),
        cell,
    )


def _lists_missing(lists: pd.Series) -> list[Finding]:
    """Which of the three lists has no matter, in a list of matters that tells them apart."""
    missing = [name for name in MATTER_LISTS if name not in set(lists)]
    if not missing or (lists == "").all():
        return []
    return [make_finding("matter_list_missing", layer="matters", items="、".join(missing))]


def _department_keys(cell: str, known: Mapping[str, str]) -> tuple[str, ...]:
    """Keys of the departments a cell lists; one that nobody knows stays as it is written."""
    return tuple(dict.fromkeys(_department_key(text, known) or text for text in _split_names(cell)))


def _department_key(text: str, known: Mapping[str, str]) -> str | None:
    """The project's own departments go before the catalogue."""
    one = load_catalog().find(text)
    return known.get(text.strip().casefold(), None if one is None else one.key)


def _split_names(cell: str) -> list[str]:
    return [text for text in pd.Series([cell]).str.split(SEPARATORS, regex=True)[0] if text]
