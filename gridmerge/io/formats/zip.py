"""An archive as an input: what is inside is read as if it lay in the folder."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

from gridmerge.io.archives import Unpacked, unpack_archive
from gridmerge.io.format_detection import detect_format
from gridmerge.io.formats.gdal import chosen_layers, join_frames
from gridmerge.io.read_request import ReadRequest, ReadResult
from gridmerge.io.refusals import many_layers, unreadable_error

_MAIN_SUFFIXES = (".shp", ".gpkg", ".fgb", ".gml", ".tab", ".mif", ".geojson", ".json", ".topojson", ".kml", ".ovkml", ".kmz",
         ".dxf", ".csv", ".xls", ".xlsx", ".ods", ".parquet", ".vct", ".txt", ".dbf", ".dwg")  # fmt: skip


def read_zip(
    path: Path,
    ask: ReadRequest,
    readers: Callable[[str, ReadRequest], Callable[[Path, ReadRequest], ReadResult]],
) -> ReadResult:
    """Read the one data set in an archive, or those `ask.layer` names (by file name; else a layer of the only one).

    Raises
    ------
    InputError
        There is none, or there are several and nobody says which.
    """
    with Unpacked(path, ask) as folder:
        inside = _data_sets(_geodatabase_named(unpack_archive(path, folder / "in", ask)))
        names = {file.relative_to(folder / "in").as_posix(): file for file in inside}
        chosen, layer = _choose_members(names, ask)
        pieces = [
            _read_member(names[name], name, dataclasses.replace(ask, layer=layer), readers)
            for name in chosen
        ]
    frame = join_frames([piece.frame for piece in pieces])
    drivers = " + ".join(sorted({piece.driver for piece in pieces}))
    return ReadResult(
        frame=frame,
        driver=f"{drivers} (zip)",
        encoding=" + ".join(sorted({piece.encoding for piece in pieces if piece.encoding})),
        findings=tuple(finding for piece in pieces for finding in piece.findings),
        files=(path,),
    )


def _geodatabase_named(files: list[Path]) -> list[Path]:
    """Give the files of a FileGDB that was packed without its folder the folder name GDAL knows it by."""
    bare = {
        file.parent
        for file in files
        if file.suffix.lower() == ".gdbtable" and file.parent.suffix.lower() != ".gdb"
    }
    for folder in sorted(bare):
        inside = folder / "data.gdb"
        inside.mkdir()
        for file in [file for file in files if file.parent == folder]:
            file.rename(inside / file.name)
    return [file.parent / "data.gdb" / file.name if file.parent in bare else file for file in files]


def _data_sets(files: list[Path]) -> list[Path]:
    """Return the main files and .gdb folders; tables that are companions of a .shp or .tab are not data sets."""
    folders = sorted(
        {parent for file in files for parent in file.parents if parent.suffix.lower() == ".gdb"}
    )
    loose = [file for file in files if not any(folder in file.parents for folder in folders)]
    main = [file for file in loose if file.suffix.lower() in _MAIN_SUFFIXES]
    stems = {
        file.with_suffix("").as_posix().lower()
        for file in main
        if file.suffix.lower() in (".shp", ".tab")
    }
    main = [
        f
        for f in main
        if f.suffix.lower() != ".dbf" or f.with_suffix("").as_posix().lower() not in stems
    ]
    return [*folders, *main]


def _choose_members(names: dict[str, Path], ask: ReadRequest) -> tuple[list[str], str | None]:
    if not names:
        raise unreadable_error(
            ask.name,
            "压缩包里没有能读的数据文件。",
            "the archive holds no data file that can be read.",
        )
    if ask.layer is not None and len(names) > 1:
        by_name = {
            alias: name for name in names for alias in (Path(name).stem, Path(name).name, name)
        }
        return sorted(
            {by_name[one] for one in chosen_layers(list(by_name), ask.layer, ask.name)}
        ), None
    data = [name for name in names if not name.lower().endswith((".txt", ".csv", ".xls", ".xlsx"))]
    usable = data if len(data) == 1 else list(names)
    if len(usable) > 1:
        raise many_layers(ask.name, sorted(usable))
    return usable, ask.layer


def _read_member(
    file: Path,
    name: str,
    ask: ReadRequest,
    readers: Callable[[str, ReadRequest], Callable[[Path, ReadRequest], ReadResult]],
) -> ReadResult:
    inner = dataclasses.replace(ask, name=f"{ask.name}/{name}")
    kind = detect_format(file, inner.name)
    if kind == "zip":
        raise unreadable_error(
            inner.name,
            "压缩包里还是压缩包，请先解压一层。",
            "an archive within an archive; unpack it once.",
        )
    return readers(kind, inner)(file, inner)
