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

from gridmerge.invariants import Violation
from gridmerge.invariants.personal_data import codes_in, find_leak, leak_violation
from gridmerge.products import BUILD_FILES
from gridmerge.products.manifest import MANIFEST_FILE
from gridmerge.verify.file_readers import guard_reading
from gridmerge.verify.reloaded_inputs import BuildInputs
from gridmerge.verify.written_build import BuildOutputs

PUBLIC_NUMBERS = re.compile(r"<v>[^<]*</v>")  # of a workbook: figures; everything else is text


def check_secrecy(written: BuildOutputs, again: BuildInputs) -> Iterator[Violation]:
    """Read every text of every file, as a person with a search box would."""
    codes = codes_in(
        [*written.tables.values(), written.crosswalk, written.assignments, written.findings]
    )
    full = again.settings.publish.contacts == "full"
    for name in sorted(
        name for name in (*BUILD_FILES, MANIFEST_FILE) if (written.out / name).is_file()
    ):
        with guard_reading(written.out / name):
            texts = list(_readable_texts(written.out / name))
        found = next(
            (one for text in texts if (one := find_leak(text, codes, full)) is not None), None
        )
        if found is not None:
            yield leak_violation(name, *found)


def _readable_texts(file: Path) -> Iterator[str]:
    """The texts a reader of the file can come upon, cell by cell where it has cells."""
    if file.suffix == ".gpkg":
        yield from _sqlite_texts(file)
    elif file.suffix == ".xlsx":
        with zipfile.ZipFile(file) as archive:
            for name in archive.namelist():
                yield html.unescape(
                    PUBLIC_NUMBERS.sub("", archive.read(name).decode("utf-8", "replace"))
                )
    elif file.suffix in (".json", ".geojson"):
        yield from _json_texts(json.loads(file.read_text("utf-8")))
    else:
        # the place index holds bytes of its own besides text: what is no text holds no phone
        yield from html.unescape(file.read_bytes().decode("utf-8-sig", "replace")).splitlines()


def _sqlite_texts(file: Path) -> Iterator[str]:
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as database:
        names = [
            row[0]
            for row in database.execute("SELECT table_name FROM gpkg_contents ORDER BY table_name")
        ]
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
