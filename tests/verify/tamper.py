"""Ways into the files of a finished build, and a manifest that has been made to fit."""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import pyogrio

from gridmerge.publish.manifest import MANIFEST, entry


def rewrite_csv(file: Path, change: Callable[[list[list[str]]], Any]) -> None:
    with file.open(encoding="utf-8-sig", newline="") as text:
        rows = list(csv.reader(text))
    change(rows)
    with file.open("w", encoding="utf-8-sig", newline="") as text:
        csv.writer(text).writerows(rows)


def rewrite_json(file: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    data = json.loads(file.read_text("utf-8"))
    change(data)
    file.write_text(json.dumps(data, ensure_ascii=False), "utf-8")


def rewrite_layer(out: Path, name: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    file = out / "gridmerge.gpkg"
    tables = {layer: pyogrio.read_dataframe(file, layer=layer) for layer, _ in pyogrio.list_layers(file)}
    tables[name] = change(tables[name])
    file.unlink()
    for layer, table in tables.items():
        pyogrio.write_dataframe(table, file, layer=layer, driver="GPKG")


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
    file = out / MANIFEST
    if not file.is_file():
        return
    manifest = json.loads(file.read_text("utf-8"))
    there = [told for told in manifest["files"] if (out / told["path"]).is_file()]
    manifest["files"] = [{**told, **_now(out, told["path"])} for told in there]
    file.write_text(json.dumps(manifest, ensure_ascii=False, indent=1), "utf-8")


def _now(out: Path, path: str) -> dict[str, Any]:
    fresh = entry(out / path, path)
    return {"sha256": fresh.sha256, "size": fresh.size}
