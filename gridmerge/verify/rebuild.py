"""Promise 6, to the last byte: the same inputs give the same files, so the build is made again and held against OUT."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from gridmerge.errors import GridmergeError
from gridmerge.i18n.text import Text
from gridmerge.invariants import Violation, make_violation, name_first
from gridmerge.pipeline import build_from
from gridmerge.products import write_files
from gridmerge.products.data.alternative_plans import ALTERNATIVE_FILES
from gridmerge.products.manifest import Manifest, made_with
from gridmerge.products.map import MapOptions, read_map_data, render_map_data
from gridmerge.stages.alternatives import compare_plans
from gridmerge.verify.file_readers import guard_reading
from gridmerge.verify.reloaded_inputs import BuildInputs
from gridmerge.verify.written_build import BuildOutputs

PROVED = Text(
    "已核验：文件与清单相符、各文件相互一致、输入未被改动、各项承诺；未核验：上述文件中不属于任何承诺的文字与数字。",
    "Proved: the manifest, that the files agree with each other, the inputs, and every promise; not proved: words and figures"
    " of those files that no promise is about.",
)
SAME_BYTES = 6  # the promise that the same inputs give the same bytes
_REPORT, _MAP, _PACKAGE = "report.json", "map.html", ".gpkg"
# how the names of tables that are no layers begin
_INTERNAL_PREFIXES = ("gpkg_", "rtree_", "sqlite_")
# what says where the layers lie and what they are: as much part of them as their rows, but for the clock of last_change
_ABOUT_LAYERS = {
    "gpkg_contents": "SELECT table_name, data_type, identifier, description, min_x, min_y, max_x, max_y, srs_id"
    " FROM gpkg_contents ORDER BY table_name",
    "gpkg_geometry_columns": "SELECT * FROM gpkg_geometry_columns ORDER BY table_name",
    "gpkg_spatial_ref_sys": "SELECT * FROM gpkg_spatial_ref_sys ORDER BY srs_id",
    "sqlite_schema": "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name",
    "sqlite_master": "SELECT type, name, sql FROM sqlite_master WHERE type IN ('view', 'trigger') ORDER BY type, name",
}
# how the name of a spatial index begins; without it, or with a wrong one, a program shows no feature
_INDEX = "rtree_"
_INDEX_PARTS = ("_node", "_parent", "_rowid")
_TEXT = frozenset({".csv", ".geojson", ".json", ".html", ".txt"})


def not_rebuilt_note(gone: list[str]) -> Text:
    """Return the note on a build that cannot be made again, for what has been replaced or moved since."""
    return Text(
        f"{name_first(gone)} 在成果生成后已被取代、改动或移走，无法重新生成后逐字节比对。{PROVED.zh}",
        f"{name_first(gone)}: replaced, changed or moved since, so these results were not held against a build made again. "
        f"{PROVED.en}",
    )


def other_versions(manifest: Manifest) -> list[str]:
    """Return what the manifest says the results were made with and this machine has in another version.

    It may have decided a last digit, and somebody may have written it by hand.
    """
    here = {**made_with(), "gridmerge": version("gridmerge")}
    there = {**manifest.made_with, "gridmerge": manifest.gridmerge}
    names = sorted(name for name in {*here, *there} if here.get(name) != there.get(name))
    return [f"{name} {there.get(name, '–')} ≠ {here.get(name, '–')}" for name in names]


def elsewhere(failures: Sequence[Violation], other: list[str]) -> list[Violation]:
    """Return failures with the word that other versions may be behind them, and where that can be told.

    A difference that was seen stays one: what would excuse it is said by a file that is itself under proof.
    """
    zh = f"清单称成果由其他版本生成（{name_first(other)}）；请在装有这些版本的环境中核验，以分清是版本所致还是事后改动。"
    en = (
        f" The manifest says that other versions made it ({name_first(other)}); verify where those are"
        " installed, to tell whether they did it or somebody's hand."
    )
    return [
        replace(failure, text=Text(failure.text.zh + zh, failure.text.en + en))
        for failure in failures
    ]


def same_afresh(
    written: BuildOutputs, again: BuildInputs, manifest: Manifest, processes: int
) -> Iterator[Violation]:
    """Make the build again and name each file that is not the same."""
    with tempfile.TemporaryDirectory(prefix="gridmerge-verify-") as folder:
        fresh = Path(folder)
        try:
            _rebuild_files(written, again, manifest, fresh, processes)
        except GridmergeError as error:
            yield make_violation(
                SAME_BYTES,
                f"由原始数据无法重新生成：{error.in_('zh')}",
                f"the build cannot be made again: {error.in_('en')}",
            )
            return
        for name in sorted(file.name for file in fresh.iterdir()):
            place = _describe_difference(name, written.out / name, fresh / name)
            if place is not None:
                yield _difference_violation(name, place)


def _rebuild_files(
    written: BuildOutputs, again: BuildInputs, manifest: Manifest, fresh: Path, processes: int
) -> None:
    """Write everything that can be made again into a folder."""
    told = {entry.path: entry for entry in manifest.files}
    build = build_from(again.inputs, edits=_edits_paths(written, again), processes=processes)
    dated = replace(build, date=written.report.project.date)
    write_files(dated, fresh, written.out)
    if ALTERNATIVE_FILES[0] in told:
        compare_plans(dated, fresh, processes=processes)
    options = told[_MAP].options if _MAP in told else None
    if options is not None:
        with guard_reading(written.out / _MAP):
            wanted = TypeAdapter(MapOptions).validate_python(options)
        (fresh / _MAP).write_text(
            render_map_data(read_map_data(written.out), options=wanted), "utf-8", newline="\n"
        )


def _edits_paths(written: BuildOutputs, again: BuildInputs) -> list[Path]:
    """The files of the meetings, in their order."""
    told = {one.key: one.path for one in written.report.inputs if one.key.startswith("edits:")}
    return [
        again.settings.folder / told[key] for key in sorted(told, key=lambda key: (len(key), key))
    ]


def _describe_difference(name: str, ours: Path, fresh: Path) -> Text | None:
    """Where two files differ, as far as a person can use it; None where they are the same."""
    if not ours.is_file():
        return Text("缺少该文件", "it is missing")
    if name == _REPORT:
        return _differing_figure(ours, fresh)
    one, other = ours.read_bytes(), fresh.read_bytes()
    if one == other:
        return None
    if fresh.suffix == _PACKAGE:
        return _differing_layer(ours, fresh)
    if fresh.suffix not in _TEXT:
        return Text("", "")
    lines = zip(one.splitlines(), other.splitlines(), strict=False)
    row = next((number for number, (a, b) in enumerate(lines, 1) if a != b), None)
    return Text("长度不同", "its length") if row is None else Text(f"第 {row} 行", f"line {row}")


def _differing_layer(ours: Path, fresh: Path) -> Text | None:
    """The first layer of a GeoPackage that is another; the same rows in other pages are the same package."""
    with guard_reading(ours):
        told, found = _read_table_rows(ours), _read_table_rows(fresh)
    names = sorted({*told, *found}, key=lambda name: (name in _ABOUT_LAYERS, name))
    name = next((name for name in names if told.get(name) != found.get(name)), None)
    return None if name is None else Text(f"图层 {name}", f"layer {name}")


def _read_table_rows(file: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table that is no index or list of GDAL's own, what the lists say of them, views and triggers."""
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as database:
        listed = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        names = [name for (name,) in listed if not name.startswith(_INTERNAL_PREFIXES)]
        indexes = [
            name
            for (name,) in listed
            if name.startswith(_INDEX) and not name.endswith(_INDEX_PARTS)
        ]
        rows = {name: database.execute(_select_all(name)).fetchall() for name in names}
        boxes = {name: sorted(database.execute(_select_all(name)).fetchall()) for name in indexes}
        return {
            **rows,
            **boxes,
            **{name: database.execute(told).fetchall() for name, told in _ABOUT_LAYERS.items()},
        }


def _select_all(name: str) -> str:
    return f"SELECT * FROM {_quote_identifier(name)}"  # noqa: S608 - a name of the database's own list


def _quote_identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _differing_figure(ours: Path, fresh: Path) -> Text | None:
    """The first figure of report.json that is another; the seconds of a run are its own."""
    told, found = (json.loads(file.read_text("utf-8")) for file in (ours, fresh))
    told.pop("seconds", None)
    found.pop("seconds", None)
    path = _first_difference(told, found)
    return None if path is None else Text(path, path)


def _first_difference(told: Any, found: Any, path: str = "") -> str | None:
    if isinstance(told, dict) and isinstance(found, dict):
        for key in sorted({*told, *found}):
            below = _first_difference(
                told.get(key), found.get(key), f"{path}.{key}" if path else str(key)
            )
            if below is not None:
                return below
        return None
    return None if told == found and type(told) is type(found) else path


def _difference_violation(name: str, place: Text) -> Violation:
    where = Text(f"（{place.zh}）" if place.zh else "", f" ({place.en})" if place.en else "")
    return make_violation(
        SAME_BYTES,
        f"{name} 与由原始数据重新生成的结果不同{where.zh}。",
        f"{name} is not what the inputs give{where.en}.",
    )
