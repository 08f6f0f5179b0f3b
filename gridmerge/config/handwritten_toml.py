"""gridmerge.toml as people write it by hand: its bytes → tables, and what is wrong in which line and how to write it."""

from __future__ import annotations

import codecs
import re
import tomllib
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from gridmerge.errors import ProjectError

# How many lines are explained at once: more help nobody.
_MAX_LINES = 8
_SHOWN = 80
_WIDE = str.maketrans(
    {"＝": "=", "［": "[", "］": "]", "【": "[", "】": "]", "＂": '"', "｛": "{", "｝": "}"}
)
_QUOTES = re.compile("[“”„‟「」『』〝〞＂]")
_SINGLE = re.compile("[‘’‚‛＇]")
_BLANKS = re.compile("[\u00a0\u2000-\u200f\u202a-\u202f\u2060\u3000\ufeff]")
_PAIR = re.compile(r"(\s*[\w.-]+\s*=\s*)(.*?)\s*$")
_FIGURE = re.compile(r"\+?\d+(?:[.,]\d+)*")
_THOUSANDS = re.compile(r"\+?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_PATH = re.compile(r'"([^"]*\\[^"]*)"')
_TABLE = re.compile(r"\s*\[+\s*([\w.-]+)\s*\]*\s*$")
# The keys whose values are files; a column's name may hold a line break.
_PATHS = ("path", "control", "previous", "locks", "links")
# The keys whose values are text, a code of noughts and figures too.
_TEXTS = (
    *_PATHS,
    "code",
    "name",
    "key",
    "department",
    "title",
    "layer",
    "id",
    "holder",
    "village",
    "field",
    "lon",
    "lat",
    "crs",
)
# The tables of which a project may have several.
_SEVERAL = ("layers", "workload", "departments")


class Repair(NamedTuple):
    """One thing that goes wrong in a line, in Chinese and in English, and what makes it right."""

    zh: str
    en: str
    mend: Callable[[str], str]


def read_tables(file: Path) -> dict[str, Any]:
    """Read a project file.

    Raises
    ------
    ProjectError
        It cannot be opened, or is no TOML: the lines, what is wrong in each and how to write it.
    """
    try:
        text = _decode_toml(file.read_bytes(), file).replace("\r\n", "\n").replace("\r", "\n")
    except OSError as error:
        raise ProjectError(
            f"无法读取 {file}；请检查它是不是普通文件、有没有读取权限。",
            f"{file} cannot be read; check that it is an ordinary file and may be read.",
        ) from error
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise _explain_errors(file, text, error) from error
    _refuse_escapes(file, text, data)
    return data


def _decode_toml(raw: bytes, file: Path) -> str:
    """Notepad saves UTF-8 with or without a mark, UTF-16 ("Unicode") with one, and GBK ("ANSI")."""
    for mark, codec in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if raw.startswith(mark):
            return raw.decode(codec, "replace")
    for codec in ("utf-8", "gb18030"):
        try:
            return raw.decode(codec)
        except UnicodeDecodeError:
            continue
    raise ProjectError(
        f"{file} 的文字编码认不出来；请用记事本打开，另存为 UTF-8。",
        f"{file} is in no encoding that can be determined; open it in a text editor and save it as UTF-8.",
    )


def _explain_errors(file: Path, text: str, error: Exception) -> ProjectError:
    """Explain the first bad lines: each is put right, so that the next is found."""
    lines = text.split("\n")
    told: list[tuple[str, str]] = []
    while len(told) < _MAX_LINES:
        number = _line_of(error, len(lines))
        zh, en, mended = _explain_line(number, lines, str(error))
        told.append((zh, en))
        if mended is None:
            break
        lines[number - 1] = mended
        try:
            tomllib.loads("\n".join(lines))
        except (tomllib.TOMLDecodeError, RecursionError) as another:
            if _line_of(another, len(lines)) <= number:
                break
            error = another
        else:
            break
    return ProjectError(
        f"{file}：" + "；".join(zh for zh, _ in told) + "。",
        f"{file}: " + "; ".join(en for _, en in told) + ".",
    )


def _line_of(error: Exception, lines: int) -> int:
    place = re.search(r"at line (\d+)", str(error))
    return min(int(place[1]), lines) if place else lines


def _explain_line(number: int, lines: list[str], said: str) -> tuple[str, str, str | None]:
    """What is wrong in a line, in both languages, and the line as it should be, if that can be told."""
    line = lines[number - 1]
    twice = _written_twice(number, lines, said)
    if twice is not None:
        return twice
    mended, reasons = _repair_line(line)
    shown = line.strip()[:_SHOWN]
    if mended is None:
        zh, en = '应为 键 = "文字" 或 键 = 数字', 'it should be key = "text" or key = number'
        return (
            f"第 {number} 行写得不对（{shown}）：{zh}",
            f"line {number} is not right ({shown}): {en}",
            None,
        )
    zh = "，".join(reason.zh for reason in reasons)
    en = ", ".join(reason.en for reason in reasons)
    return (
        f"第 {number} 行写得不对（{shown}）：{zh}；请写成 {mended.strip()}",
        f"line {number} is not right ({shown}): {en}; write {mended.strip()}",
        mended,
    )


def _written_twice(number: int, lines: list[str], said: str) -> tuple[str, str, None] | None:
    if (
        "overwrite" not in said
        and "twice" not in said
        and "declare" not in said
        and "mutate" not in said
    ):
        return None
    table = _TABLE.match(lines[number - 1])
    if table is not None and table[1] in _SEVERAL:
        zh = f"第 {number} 行：有几个 {table[1]} 时每个都要写成 [[{table[1]}]]（两层方括号）"
        return (
            zh,
            f"line {number}: where there are several {table[1]}, each is written [[{table[1]}]], in double brackets",
            None,
        )
    name = table[1] if table is not None else lines[number - 1].split("=")[0].strip()
    return (
        f"第 {number} 行：{name} 写了两次，请删去一个",
        f"line {number}: {name} is there twice; delete one of them",
        None,
    )


def _repair_line(line: str) -> tuple[str | None, list[Repair]]:
    """The line put right step by step, and what had to be done; None where it is no better in the end."""
    reasons = []
    for repair in _REPAIRS:
        better = repair.mend(line)
        if better != line:
            reasons.append(repair)
            line = better
        if reasons and _is_valid_toml(line):
            return line, reasons
    return None, []


def _is_valid_toml(line: str) -> bool:
    try:
        tomllib.loads(line)
    except (tomllib.TOMLDecodeError, RecursionError):
        return False
    return True


def _half_width(line: str) -> str:
    """Full-width signs outside of text in quotation marks."""
    parts = re.split(r'("[^"]*"|\'[^\']*\')', line)
    parts[::2] = [part.translate(_WIDE) for part in parts[::2]]
    return "".join(parts)


def _comma_list(line: str) -> str:
    return re.sub(r"(?<=[\"'])\s*[，、]\s*(?=[\"'])", ", ", line)


def _fix_colon(line: str) -> str:
    return (
        re.sub(r"^(\s*[\w-]+)\s*[:：](?!=)\s*", r"\1 = ", line)
        if "=" not in line.split('"', maxsplit=1)[0]
        else line
    )


def _fix_slashes(line: str) -> str:
    return _PATH.sub(
        lambda text: (
            "'" + text[1] + "'" if "'" not in text[1] else '"' + text[1].replace("\\", "/") + '"'
        ),
        line,
    )


def _fix_ending(line: str) -> str:
    return re.sub(r"\s*[,;，；。]\s*$", "", line)


def _fix_comment(line: str) -> str:
    return re.sub(r"^\s*(//|--|;|；|＃|rem\b|%)\s*", "# ", line, flags=re.I)


def _fix_remark(line: str) -> str:
    return re.sub(r"\s*(//|＃|（|;).*$", "", line)


def _fix_brackets(line: str) -> str:
    table = _TABLE.match(line)
    if table is None:
        return line
    return f"[[{table[1]}]]" if table[1] in _SEVERAL else f"[{table[1]}]"


def _fix_number(line: str) -> str:
    """A number as people write it: １０, 0300, 1,200 and 2,5."""
    pair = _PAIR.match(line)
    bare = unicodedata.normalize("NFKC", pair[2]).strip("= ") if pair else ""
    if pair is None or not _FIGURE.fullmatch(bare) or pair[1].strip("= ") in _TEXTS:
        return line
    bare = bare.replace(",", "") if _THOUSANDS.fullmatch(bare) else bare.replace(",", ".")
    whole, point, rest = bare.lstrip("+").partition(".")
    return f"{pair[1]}{whole.lstrip('0') or '0'}{point}{rest}"


def _fix_quotes(line: str) -> str:
    """A value without quotation marks, or with one of them."""
    pair = _PAIR.match(line)
    if pair is None or not pair[2]:
        return line
    if pair[2].casefold() in ("true", "false"):
        return pair[1] + pair[2].casefold()
    bare = pair[2].strip("\"' ")
    mark = "'" if "\\" in bare else '"'
    return f"{pair[1]}{mark}{bare}{mark}" if mark not in bare and "[" not in bare else line


_REPAIRS = (
    Repair(
        "有看不见的或全角的空格",
        "it has blanks that are full-width or cannot be seen",
        lambda line: _BLANKS.sub(" ", line),
    ),
    Repair(
        "用了中文引号",
        "it has typographic quotation marks",
        lambda line: _SINGLE.sub("'", _QUOTES.sub('"', line)),
    ),
    Repair("用了全角符号", "it has full-width signs", _half_width),
    Repair("列表里要用半角逗号", "a list wants plain commas", _comma_list),
    Repair("键后面要写等号", "the key wants an equals sign", _fix_colon),
    Repair(
        "双引号里的反斜杠要改用单引号，或写成正斜杠 /",
        "a backslash needs single quotes around the text, or write forward slashes",
        _fix_slashes,
    ),
    Repair("行尾不要标点", "no punctuation at the end", _fix_ending),
    Repair("注释用 # 开头", "comments begin with #", _fix_comment),
    Repair("方括号不成对", "the brackets are no pair", _fix_brackets),
    Repair(
        "数字要用半角，不加千位逗号和前导零，小数点用 .",
        "a number has plain digits, a point, no commas and no leading zeros",
        _fix_number,
    ),
    Repair("文字要放在一对引号里", "text wants a pair of quotation marks", _fix_quotes),
    Repair("后面的说明要用 # 开头", "a remark behind it begins with #", _fix_remark),
)


# What a Windows path in double quotes becomes by mistake; init writes the rare name that has such a character as \u000A.
_SHORT_ESCAPE = re.compile(r"\\[btnfr]")


def _refuse_escapes(file: Path, text: str, data: dict[str, Any]) -> None:
    r"""Refuse "data\new.gpkg": TOML takes its \n for a line break, and nobody means one in a path."""
    if not _breaks_a_path(data):
        return
    for number, line in enumerate(text.split("\n"), start=1):
        if (
            _PATH.search(line)
            and _SHORT_ESCAPE.search(line)
            and _is_valid_toml(line)
            and _breaks_a_path(tomllib.loads(line))
        ):
            mended, shown = _fix_slashes(line).strip(), line.strip()[:_SHOWN]
            raise ProjectError(
                f"{file}：第 {number} 行（{shown}）双引号里的反斜杠会被当作换行等符号；请改用单引号或正斜杠，写成 {mended}。",
                f"{file}: line {number} ({shown}): a backslash in double quotes stands for a line break and the like; "
                f"use single quotes or forward slashes: {mended}.",
            )


def _breaks_a_path(value: Any, key: str = "") -> bool:
    if isinstance(value, dict):
        return any(_breaks_a_path(one, name) for name, one in value.items())
    if isinstance(value, list):
        return any(_breaks_a_path(one, key) for one in value)
    return key in _PATHS and isinstance(value, str) and any(char in value for char in "\n\t\r\b\f")
