"""gridmerge.toml → `Settings`: read, checked across tables, completed; all that is wrong is told at once."""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from gridmerge.config.handwritten_toml import read_tables
from gridmerge.config.settings import (
    AREA_SIZES,
    AREA_UNIT,
    HOUSEHOLD_SIZES,
    PROJECT_FILE,
    RESERVED_NAMES,
    AddressesSpec,
    DepartmentSpec,
    Grids,
    LayerSpec,
    MattersSpec,
    Overlay,
    PlacesSpec,
    Project,
    Publish,
    Reading,
    RosterSpec,
    Settings,
    Staffing,
    StepsSpec,
    Villages,
    WorkloadSpec,
)
from gridmerge.errors import ProjectError


def read_project(path: str | Path = ".") -> Settings:
    """Read a project file.

    Parameters
    ----------
    path
        A folder holding gridmerge.toml, or such a file.

    Returns
    -------
    Settings
        Checked and completed with defaults.

    Raises
    ------
    ProjectError
        The file is missing, is not TOML, has an unknown key (the nearest known one is named), a value of the wrong
        kind, two layers or workloads of one name, or sizes that contradict each other. All problems are told at once.
    """
    file = _find_project_file(Path(path))
    data = read_tables(file)
    try:
        settings = Settings(file=file.resolve(), **data)
    except (ValidationError, TypeError) as error:
        raise _project_error(file, error) from error
    return _complete_settings(settings)


def _find_project_file(path: Path) -> Path:
    file = path / PROJECT_FILE if path.is_dir() else path
    if file.is_file():
        return file
    raise ProjectError(
        f"找不到项目文件 {file}；请先运行 gridmerge init {path}。",
        f"There is no project file {file}; run gridmerge init {path} first.",
    )


def _project_error(file: Path, error: ValidationError | TypeError) -> ProjectError:
    if isinstance(error, TypeError):  # a key of the file that collides with our own `file`
        return ProjectError(f"{file}：未知的键 file。", f"{file}: unknown key file.")
    problems = [_describe_problem(detail) for detail in error.errors()]
    return ProjectError(
        f"{file}：" + "；".join(zh for zh, _ in problems) + "。",
        f"{file}: " + "; ".join(en for _, en in problems) + ".",
    )


def _describe_problem(detail: Mapping[str, Any]) -> tuple[str, str]:
    """One pydantic detail as a clause in Chinese and in English."""
    where = _format_location(detail["loc"])
    if detail["type"] == "extra_forbidden":
        near = difflib.get_close_matches(
            str(detail["loc"][-1]), _known_keys(detail["loc"][:-1]), n=1, cutoff=0.4
        )
        hint_zh, hint_en = (
            (f"，是否想写 {near[0]}？", f", did you mean {near[0]}?") if near else ("", "")
        )
        return f"未知的键 {where}{hint_zh}", f"unknown key {where}{hint_en}"
    if detail["type"] == "missing":
        return f"缺少 {where}", f"{where} is missing"
    zh, en = _refusal_reason(detail)
    given = _given_value(detail.get("input"))
    return f"{where} 的值{given} 不可用（{zh}）", f"{where}{given} is not usable ({en})"


def _given_value(value: Any) -> str:
    """A value as TOML writes it; nothing for tables and lists, which are too long."""
    if isinstance(value, bool):
        return f" {str(value).lower()}"
    if isinstance(value, datetime.date | datetime.time):
        return f" {value.isoformat()}"
    return "" if isinstance(value, dict | list) else f" {value!r}"


def _refusal_reason(detail: Mapping[str, Any]) -> tuple[str, str]:
    """Why a value is refused, in Chinese and in English."""
    context = detail.get("ctx", {})
    zh, en = _REASONS.get(detail["type"], ("这里不能用这样的值", "no such value can stand here"))
    choices = str(context.get("expected", "")).replace(" or ", ", ").replace("'", "")
    limit = context.get("gt", context.get("ge", context.get("lt", context.get("le"))))
    table = next((str(part) for part in detail["loc"]), "")
    blanks = {"choices": choices, "limit": limit, "table": table}
    return zh.format(**blanks), en.format(**blanks)


# What pydantic calls a mistake, and what a person is told.
_REASONS: dict[str, tuple[str, str]] = {
    "literal_error": ("可选：{choices}", "one of {choices}"),
    "float_parsing": ("应为数字", "a number is wanted"),
    "float_type": ("应为数字", "a number is wanted"),
    "finite_number": ("应为有限的数字", "a finite number is wanted"),
    "int_from_float": ("应为整数", "a whole number is wanted"),
    "int_parsing": ("应为整数", "a whole number is wanted"),
    "int_parsing_size": ("数字过大", "the number is too large"),
    "int_type": ("应为整数", "a whole number is wanted"),
    "string_type": ("应为文字，请加引号", "text is wanted, in quotation marks"),
    "bool_parsing": ("应为 true 或 false", "true or false is wanted"),
    "bool_type": ("应为 true 或 false", "true or false is wanted"),
    "greater_than": ("应大于 {limit}", "more than {limit} is wanted"),
    "greater_than_equal": ("应不小于 {limit}", "no less than {limit} is wanted"),
    "less_than": ("应小于 {limit}", "less than {limit} is wanted"),
    "less_than_equal": ("应不大于 {limit}", "no more than {limit} is wanted"),
    "tuple_type": (
        "应为列表；表要写成 [[{table}]]（两层方括号）",
        "a list is wanted; a table is written [[{table}]], in double brackets",
    ),
    "too_short": ("不能为空", "it must not be empty"),
    "model_type": ("应为一个表，写成 [{table}]", "a table is wanted: [{table}]"),
    "model_attributes_type": ("应为一个表，写成 [{table}]", "a table is wanted: [{table}]"),
    "dict_type": ("应为一个表", "a table is wanted"),
    "no_key": ("要写 key 或 department", "needs a key or a department"),
    "kinds_and_minutes": (
        "minutes 是表时要写 kind（字段名），写了 kind 时 minutes 要是表",
        "a table of minutes needs kind (the field), and kind a table of minutes",
    ),
}


def _format_location(loc: Iterable[str | int]) -> str:
    """`("layers", 3, "pth")` → `layers[4].pth`: people count from one."""
    text = ""
    for part in loc:
        text += f"[{part + 1}]" if isinstance(part, int) else (f".{part}" if text else part)
    return text


def _known_keys(loc: Iterable[str | int]) -> list[str]:
    model: type[BaseModel] = Settings
    for part in loc:
        if isinstance(part, int):
            continue
        model = _MODELS[part]
    return [key for key in model.model_fields if key != "file"]


_MODELS: dict[str, type[BaseModel]] = {
    "project": Project,
    "villages": Villages,
    "departments": DepartmentSpec,
    "layers": LayerSpec,
    "workload": WorkloadSpec,
    "overlay": Overlay,
    "grids": Grids,
    "roster": RosterSpec,
    "staffing": Staffing,
    "matters": MattersSpec,
    "steps": StepsSpec,
    "addresses": AddressesSpec,
    "places": PlacesSpec,
    "publish": Publish,
}


def _complete_settings(settings: Settings) -> Settings:
    """Check what concerns several tables, and settle the grid sizes."""
    if not settings.layers:
        raise ProjectError(
            f"{settings.file}：没有任何 [[layers]]；至少写一个部门网格。",
            f"{settings.file}: there is no [[layers]]; name at least one departmental network.",
        )
    _refuse_duplicates("layers", [layer.key for layer in settings.layers], settings.file)
    _refuse_duplicates(
        "departments",
        [name for one in settings.departments for name in sorted(one.names)],
        settings.file,
    )
    # GeoPackage columns know no case: Households and households would be one
    _refuse_duplicates(
        "workload", [work.name.casefold() for work in settings.workload], settings.file
    )
    _refuse_reserved([work.name for work in settings.workload], settings.file)
    _refuse_half_timed(settings.workload, settings.file)
    return settings.model_copy(
        update={
            "villages": _with_control(settings.villages, settings.folder),
            **{
                key: _with_control(table, settings.folder)
                for key in ("roster", "addresses", "places")
                if (table := getattr(settings, key)) is not None
            },
            "workload": tuple(_with_control(work, settings.folder) for work in settings.workload),
            "layers": tuple(
                _with_control(_of_department(layer, settings.departments), settings.folder)
                for layer in sorted(settings.layers, key=lambda layer: layer.key)
            ),
            "grids": _complete_sizes(settings),
        }
    )


def _of_department(layer: LayerSpec, departments: tuple[DepartmentSpec, ...]) -> LayerSpec:
    """A layer of one of the project's own departments gets its key, name and rank, where it has none of its own."""
    named = layer.department.strip().casefold()
    own = next((one for one in departments if named in one.names), None)
    if own is None:
        return layer
    title, rank = layer.title or own.zh or own.key, own.rank if layer.rank is None else layer.rank
    return layer.model_copy(update={"department": own.key, "title": title, "rank": rank})


Table = TypeVar("Table", bound=Reading)


def _with_control(table: Table, folder: Path) -> Table:
    """Control points lie beside the project file, as inputs do."""
    return (
        table
        if table.control is None
        else table.model_copy(update={"control": str(folder / table.control)})
    )


def _refuse_duplicates(table: str, names: list[str], file: Path) -> None:
    twins = sorted({name for name in names if names.count(name) > 1})
    if twins:
        raise ProjectError(
            f"{file}：[[{table}]] 中重复的名称 {'、'.join(twins)}；请给每个不同的 key 或 name。",
            f"{file}: [[{table}]] has {', '.join(twins)} more than once; give each a key or name of its own.",
        )


def _refuse_half_timed(works: tuple[WorkloadSpec, ...], file: Path) -> None:
    counted = [work for work in works if work.weight > 0]
    without = [work.name for work in counted if work.minutes is None]
    if without and len(without) < len(counted):
        raise ProjectError(
            f"{file}：有的 [[workload]] 写了 minutes，{'、'.join(without)} 没有写；请都写上，或把不计入的 weight 设为 0。",
            f"{file}: some [[workload]] give minutes and {', '.join(without)} none; give all of them, or set weight = 0 where it does not count.",
        )


def _refuse_reserved(names: list[str], file: Path) -> None:
    taken = sorted(name for name in names if name.casefold() in RESERVED_NAMES)
    if taken:
        raise ProjectError(
            f"{file}：[[workload]] 的 name 不能用 {'、'.join(taken)}，它是成果表自己的列名；请换一个名称。",
            f"{file}: a [[workload]] cannot be named {', '.join(taken)}: the products have a column of that name; choose another.",
        )


def _complete_sizes(settings: Settings) -> Grids:
    grids, names = settings.grids, [work.name for work in settings.workload]
    unit = grids.unit or (
        "households" if "households" in names else names[0] if len(names) == 1 else None
    )
    if unit is None and names:
        raise ProjectError(
            f"{settings.file}：[grids] 需要 unit，可选 {'、'.join(names)}。",
            f"{settings.file}: [grids] needs a unit, one of {', '.join(names)}.",
        )
    unit = unit or AREA_UNIT
    if unit not in (*names, AREA_UNIT):
        raise ProjectError(
            f"{settings.file}：[grids] unit = {unit!r} 不是任何 [[workload]] 的 name（有：{'、'.join(names) or '无'}）。",
            f'{settings.file}: [grids] unit = "{unit}" is not the name of a [[workload]]'
            f" (there are: {', '.join(names) or 'none'}).",
        )
    target, low, high = _usual_sizes(unit) if grids.target is None else _sizes_around(grids.target)
    if target is None or low is None or high is None:
        raise ProjectError(
            f"{settings.file}：[grids] 需要 target（每个网格多少 {unit}）。",
            f"{settings.file}: [grids] needs a target (how many {unit} a grid).",
        )
    low = low if grids.min is None else grids.min
    high = high if grids.max is None else grids.max
    if not low <= target <= high:
        raise ProjectError(
            f"{settings.file}：[grids] 应满足 min ≤ target ≤ max，现为 {low:g}、{target:g}、{high:g}。",
            f"{settings.file}: [grids] wants min ≤ target ≤ max, not {low:g}, {target:g}, {high:g}.",
        )
    beside = {  # partition knows no project folder
        key: str(settings.folder / path)
        for key in ("previous", "locks", "links")
        if (path := getattr(grids, key))
    }
    for key, path in beside.items():
        _ordinary(settings, key, path)
    return grids.model_copy(
        update={"unit": unit, "target": target, "min": low, "max": high, **beside}
    )


def _ordinary(settings: Settings, key: str, path: str) -> None:
    """Refuse a folder, a pipe or a device: reading one would never end."""
    if Path(path).exists() and not Path(path).is_file():
        raise ProjectError(
            f"{settings.file}：[grids] 的 {key} = “{getattr(settings.grids, key)}” 不是普通文件；请写文件的路径。",
            f'{settings.file}: {key} = "{getattr(settings.grids, key)}" of [grids] is no ordinary file; write the path of one.',
        )


def _usual_sizes(unit: str) -> tuple[float, float, float] | tuple[None, None, None]:
    return {"households": HOUSEHOLD_SIZES, AREA_UNIT: AREA_SIZES}.get(unit, (None, None, None))


def _sizes_around(target: float) -> tuple[float, float, float]:
    """Half and one and a half times the target: the proportions of the 150-300-450 rule."""
    return target, target / 2, target * 1.5
