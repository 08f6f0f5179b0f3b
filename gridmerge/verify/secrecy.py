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

from gridmerge.invariants import Broken
from gridmerge.invariants.secrets import codes_in, leak, told
from gridmerge.publish import FILES
from gridmerge.publish.manifest import MANIFEST
from gridmerge.verify.again import Again
from gridmerge.verify.reading import reading
from gridmerge.verify.written import Written

PUBLIC_NUMBERS = re.compile(r"<v>[^<]*</v>")  # of a workbook: figures; everything else is text


def secret(written: Written, again: Again) -> Iterator[Broken]:
    """Read every text of every file, as a person with a search box would."""
    codes = codes_in([*written.tables.values(), written.crosswalk, written.assignments, written.findings])
    full = again.settings.publish.contacts == "full"
    for name in sorted(name for name in (*FILES, MANIFEST) if (written.out / name).is_file()):
        with reading(written.out / name):
            texts = list(_texts(written.out / name))
        found = next((one for text in texts if (one := leak(text, codes, full)) is not None), None)
        if found is not None:
            yield told(name, *found)


def _texts(file: Path) -> Iterator[str]:
    """The texts a reader of the file can come upon, cell by cell where it has cells."""
    if file.suffix == ".gpkg":
        yield from _sqlite_texts(file)
    elif file.suffix == ".xlsx":
        with zipfile.ZipFile(file) as archive:
            for name in archive.namelist():
                yield html.unescape(PUBLIC_NUMBERS.sub("", archive.read(name).decode("utf-8", "replace")))
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
