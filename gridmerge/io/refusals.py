"""Why an input is refused: each sentence says what, where, and what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from gridmerge.errors import InputError
from gridmerge.io.sensitive_fields import mask_numbers

_SHOWN_NAMES = 8  # names shown in a sentence: more than fits one line helps nobody


def rank_similar_names(wanted: str, there: Iterable[str]) -> list[str]:
    """Return the names that exist, the most similar to `wanted` first."""
    names = list(dict.fromkeys(there))
    score = {
        name: difflib.SequenceMatcher(None, wanted.lower(), name.lower()).ratio() for name in names
    }
    return sorted(names, key=lambda name: -score[name])


def _join_names(names: list[str], language_sep: str) -> str:
    shown = language_sep.join(mask_numbers(name) for name in names[:_SHOWN_NAMES])
    return shown + (" …" if len(names) > _SHOWN_NAMES else "")


def missing_field(file: str, wanted: str, there: Iterable[str]) -> InputError:
    """A field the project file names is not in the file."""
    names = rank_similar_names(wanted, there)
    return InputError(
        f"{file}：没有字段“{wanted}”；文件里有：{_join_names(names, '、') or '（没有字段）'}。请改 gridmerge.toml 中的字段名。",
        f'{file}: there is no field "{wanted}"; it has: {_join_names(names, ", ") or "(no fields)"}. '
        "Correct the field name in gridmerge.toml.",
    )


def secret_field(file: str, wanted: str) -> InputError:
    """A field the project file names holds ID numbers, bank cards or passwords: it is never read."""
    field = mask_numbers(wanted)
    return InputError(
        f"{file}：字段“{field}”是身份证号、银行卡号或密码，读入时已整列丢弃，不能使用。请在 gridmerge.toml 中改用别的字段，或删去这一项。",
        f'{file}: the field "{field}" is ID numbers, bank cards or passwords; it was dropped on load and cannot be used. '
        "Name another field in gridmerge.toml, or leave it out.",
    )


def missing_layer(file: str, wanted: str, there: Iterable[str]) -> InputError:
    """A layer (or sheet, or CAD layer) the project file names is not in the file."""
    names = rank_similar_names(wanted, there)
    return InputError(
        f"{file}：没有图层“{wanted}”；文件里有：{_join_names(names, '、') or '（没有图层）'}。请改 gridmerge.toml 中的 layer。",
        f'{file}: there is no layer "{wanted}"; it has: {_join_names(names, ", ") or "(no layers)"}. '
        "Correct layer in gridmerge.toml.",
    )


def many_layers(file: str, there: list[str]) -> InputError:
    """Several layers, and the project file does not say which."""
    return InputError(
        f'{file}：有多个图层：{_join_names(there, "、")}；请用 layer 指明一个（layer = "*" 表示全部）。',
        f'{file}: it has several layers: {_join_names(there, ", ")}; name one with layer (layer = "*" takes them all).',
    )


def missing_file(file: str, near: list[str]) -> InputError:
    """The file is not there."""
    return InputError(
        f"{file}：找不到这个文件"
        + (f"；文件夹里相近的有：{_join_names(near, '、')}" if near else "")
        + "。请改 gridmerge.toml 中的 path。",
        f"{file}: there is no such file"
        + (f"; similar names in that folder: {_join_names(near, ', ')}" if near else "")
        + ". Correct path in gridmerge.toml.",
    )


def locked_file_error(file: str) -> InputError:
    """The file is held open by another program, or may not be read."""
    return InputError(
        f"{file}：文件打不开：没有读取权限，或正被别的程序占用。请先在 Excel、WPS 或 GIS 软件中关闭它，再运行一次。",
        f"{file}: the file cannot be opened: no permission, or another program holds it. "
        "Close it in Excel, WPS or the GIS program and run again.",
    )


def unreadable_error(file: str, why_zh: str, why_en: str) -> InputError:
    """The content cannot be read as what it is."""
    return InputError(f"{file}：{why_zh}", f"{file}: {why_en}")
