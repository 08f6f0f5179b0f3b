"""Promise 8: no ID number, no bank card, and no phone but a masked one, in any file of OUT."""

from __future__ import annotations

import html
import json
import re
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from gridmerge.personal import Hit, personal
from gridmerge.publish import FILES
from gridmerge.verify.again import Again
from gridmerge.verify.broken import Broken, broken
from gridmerge.verify.written import Written

# Codes of the departments may look like phones (a town of Hebei is 13xxxxxxx); where they stand is known.
CODE_COLUMNS = frozenset(
    {"grid_code", "village_code", "source_id", "source_ids", "face_id", "member_id", "zone", "layer"}
)
_CALLED = {
    "id": ("身份证号", "an ID number"),
    "card": ("银行卡号", "a bank card number"),
    "phone": ("未脱敏的电话", "an unmasked phone"),
}
_SHOWN = 3  # digits of a leak that may be told, so that it can be looked for


def secret(written: Written, again: Again) -> Iterator[Broken]:
    """Read every text of every file, as a person with a search box would."""
    codes = _codes(written)
    full = again.settings.publish.contacts == "full"
    for name in sorted(name for name in FILES if (written.out / name).is_file()):
        for text in _texts(written.out / name):
            leak = _leak(text, codes, full)
            if leak is not None:
                kind_zh, kind_en, shown = leak
                yield broken(8, f"{name} 中有{kind_zh}（{shown}）。", f"{name} holds {kind_en} ({shown}).", shown)
                break


def _codes(written: Written) -> set[str]:
    """Every code the files are keyed by: what looks like a phone in them is none."""
    codes: set[str] = set()
    for table in (*written.tables.values(), written.crosswalk, written.assignments, written.findings):
        for column in CODE_COLUMNS & set(table.columns):
            codes.update(table[column].astype(str))
    return codes


def _leak(text: str, codes: set[str], full: bool) -> tuple[str, str, str] | None:
    for hit in personal(text):
        if (full and hit.sort == "phone") or _is_code(text, hit, codes):
            continue
        return *_CALLED[hit.sort], f"{hit.number[:_SHOWN]}…"
    return None


def _is_code(text: str, hit: Hit, codes: set[str]) -> bool:
    """Whether the digits are a code, or part of a longer one, such as JG-13812345678."""
    written = text[hit.start : hit.end]
    return written in codes or any(written in code and code in text for code in codes if len(code) > len(written))


def _texts(file: Path) -> Iterator[str]:
    """The texts a reader of the file can come upon, cell by cell where it has cells."""
    if file.suffix == ".gpkg":
        yield from _sqlite_texts(file)
    elif file.suffix == ".xlsx":
        with zipfile.ZipFile(file) as archive:
            for name in archive.namelist():
                # <v> holds the numbers, which are figures, and everything else is text
                yield html.unescape(re.sub(r"<v>[^<]*</v>", "", archive.read(name).decode("utf-8", "replace")))
    elif file.suffix in (".json", ".geojson"):
        yield from _json_texts(json.loads(file.read_text("utf-8")))
    else:
        # the place index holds bytes of its own besides text: what is no text holds no phone
        yield from html.unescape(file.read_bytes().decode("utf-8-sig", "replace")).splitlines()


def _sqlite_texts(file: Path) -> Iterator[str]:
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as database:
        names = [row[0] for row in database.execute("SELECT table_name FROM gpkg_contents ORDER BY table_name")]
        for name in names:
            quoted = '"' + name.replace('"', '""') + '"'
            for row in database.execute(f"SELECT * FROM {quoted}"):  # noqa: S608 - the name comes from the file's own list
                yield from (value for value in row if isinstance(value, str))


def _json_texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _json_texts(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _json_texts(item)
