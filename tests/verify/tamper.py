"""Ways into the files of a finished build, and a manifest that has been made to fit."""

from __future__ import annotations

import csv
import json
import re
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import pyogrio

from gridmerge.products.manifest import MANIFEST_FILE, make_manifest_entry


def rewrite_csv(file: Path, change: Callable[[list[list[str]]], Any]) -> None:
    with file.open(encoding="utf-8-sig", newline="") as text:
        rows = list(csv.reader(text))
    change(rows)
    with file.open("w", encoding="utf-8-sig", newline="") as text:
        csv.writer(text).writerows(rows)


class _Told(float):
    """A number with the digits it was written with; what is computed from it is a plain number."""

    text: str


def _told(text: str) -> _Told:
    number = _Told(text)
    number.text = text
    return number


def _marked(value: Any) -> Any:
    """Numbers of a file as texts between marks, so that JSON leaves their digits alone."""
    if isinstance(value, dict):
        return {key: _marked(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_marked(item) for item in value]
    return f"<<{value.text}>>" if isinstance(value, _Told) else value


def rewrite_json(file: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    """Change a file of JSON, and nothing of it but what was changed."""
    data = json.loads(file.read_text("utf-8"), parse_float=_told)
    change(data)
    marked = _marked(data)
    text = (
        _collection(marked)
        if file.suffix == ".geojson"
        else json.dumps(marked, ensure_ascii=False, indent=1) + "\n"
    )
    file.write_text(re.sub(r'"<<(.*?)>>"', r"\1", text), "utf-8", newline="\n")


def _collection(data: dict[str, Any]) -> str:
    """A feature a line, as a build writes it."""
    if "features" not in data:
        return _tight(data)
    rows = ",\n".join(_tight(feature) for feature in data["features"])
    others = "".join(
        f",{_tight(key)}:{_tight(value)}"
        for key, value in data.items()
        if key not in ("type", "features")
    )
    return f'{{"type":"FeatureCollection","features":[\n{rows}\n]{others}}}\n'


def _tight(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def rewrite_layer(out: Path, name: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    """Change one layer of the package; the others stay, and what is said of them."""
    file = out / "gridmerge.gpkg"
    with closing(sqlite3.connect(file)) as database:
        said = database.execute("SELECT description, table_name FROM gpkg_contents").fetchall()
        shapes = database.execute(
            "SELECT geometry_type_name, table_name FROM gpkg_geometry_columns"
        ).fetchall()
    table = change(pyogrio.read_dataframe(file, layer=name))
    pyogrio.write_dataframe(table, file, layer=name, driver="GPKG")
    with closing(sqlite3.connect(file)) as database, database:
        database.executemany("UPDATE gpkg_contents SET description = ? WHERE table_name = ?", said)
        database.executemany(
            "UPDATE gpkg_geometry_columns SET geometry_type_name = ? WHERE table_name = ?", shapes
        )


def rewrite_text(file: Path, old: str, new: str) -> None:
    text = file.read_bytes().decode("utf-8")
    assert old in text, (file.name, old)
    file.write_bytes(text.replace(old, new, 1).encode("utf-8"))


def rewrite_part(file: Path, part: str, change: Callable[[bytes], bytes]) -> None:
    """Change one part of a workbook."""
    with closing(zipfile.ZipFile(file)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    after = change(parts[part])
    assert after != parts[part], part
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in (parts | {part: after}).items():
            archive.writestr(name, content)


def reseal(out: Path) -> None:
    """Make the manifest fit the files as they are now, as somebody would who knows of it."""
    file = out / MANIFEST_FILE
    if not file.is_file():
        return
    manifest = json.loads(file.read_text("utf-8"))
    there = [told for told in manifest["files"] if (out / told["path"]).is_file()]
    manifest["files"] = [{**told, **_now(out, told["path"])} for told in there]
    file.write_text(json.dumps(manifest, ensure_ascii=False, indent=1), "utf-8")


def _now(out: Path, path: str) -> dict[str, Any]:
    fresh = make_manifest_entry(out / path, path)
    return {"sha256": fresh.sha256, "size": fresh.size}
