"""Which reader reads what `sniff` tells, and which extensions are usual for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import NoReturn

from gridmerge.io.formats import vector
from gridmerge.io.formats.dxf import read_dgn, read_dxf
from gridmerge.io.formats.excel import read_excel
from gridmerge.io.formats.geojson import read_json
from gridmerge.io.formats.gml import read_gml, read_gpx
from gridmerge.io.formats.html import read_excel_2003, read_html_table
from gridmerge.io.formats.kml import read_kml, read_kmz
from gridmerge.io.formats.parquet import read_parquet
from gridmerge.io.formats.vct import read_vct
from gridmerge.io.formats.zip import read_zip
from gridmerge.io.read_request import ReadRequest, ReadResult
from gridmerge.io.refusals import unreadable_error
from gridmerge.io.tables.rows import read_csv

Reader = Callable[[Path, ReadRequest], ReadResult]


def find_reader(kind: str, ask: ReadRequest) -> Reader:
    """Return what reads a file of this kind.

    Raises
    ------
    InputError
        Nothing does.
    """
    if kind not in READERS:
        raise unreadable_error(
            ask.name,
            "这是 XML，但不是 GML、KML 或 GPX。请另存为 Shapefile、GeoPackage 或 Excel。",
            "this is XML, but neither GML, KML nor GPX. Save it as Shapefile, GeoPackage or Excel.",
        )
    return READERS[kind]


def _make_refuser(zh: str, en: str) -> Reader:
    def refuse(path: Path, ask: ReadRequest) -> NoReturn:
        raise unreadable_error(ask.name, zh, en)

    return refuse


READERS: Mapping[str, Reader] = {
    "shp": vector.read_shapefile,
    "dbf": vector.read_dbf,
    "gpkg": vector.read_gpkg,
    "gdb": partial(vector.read_simple, kind="gdb"),
    "fgb": partial(vector.read_simple, kind="fgb"),
    "gml": read_gml,
    "gpx": read_gpx,
    "tab": partial(vector.read_mapinfo, kind="tab"),
    "mif": partial(vector.read_mapinfo, kind="mif"),
    "json": read_json,
    "csv": read_csv,
    "excel": read_excel,
    "kml": read_kml,
    "kmz": read_kmz,
    "dxf": read_dxf,
    "dgn": read_dgn,
    "vct": read_vct,
    "parquet": read_parquet,
    "zip": partial(read_zip, readers=find_reader),
    "dwg": _make_refuser(
        "DWG 是 AutoCAD 的私有格式，无法直接读取。请在 AutoCAD、中望或浩辰 CAD 中“另存为”DXF（2007 或更高版本）后再试。",
        "DWG is AutoCAD's own format and cannot be read. Open it in a CAD program, save it as DXF (2007 or later) and name that.",
    ),
    "packed": _make_refuser(
        "压缩包格式（rar、7z、gz、tar）不能直接读取。请先解压，或改用 zip。",
        "archives of this kind (rar, 7z, gz, tar) cannot be read. Unpack it first, or use zip.",
    ),
    "picture": _make_refuser(
        "这是图片或 PDF，不是矢量数据。请向部门索取 Shapefile、GeoPackage、DXF 或 Excel。",
        "this is a picture or a PDF, not vector data. Ask the department for Shapefile, GeoPackage, DXF or Excel.",
    ),
    "lfs": _make_refuser(
        "这是 Git LFS 的指针，不是数据本身。请运行 git lfs pull 取得真正的文件。",
        "this is a Git LFS pointer, not the data. Run git lfs pull to get the file itself.",
    ),
    "html": read_html_table,
    "excel2003xml": read_excel_2003,
    "vrt": _make_refuser(
        "这是 GDAL 的 VRT 指引文件，会去读别处的数据，不予读取。请直接写它所指的文件。",
        "this is a GDAL VRT, which points to data elsewhere, and is not followed. Name the file it points to.",
    ),
    "folder": _make_refuser(
        '这是普通文件夹，不是 .gdb。请用通配符指明其中的文件，如 path = "文件夹/*.shp"。',
        'this is an ordinary folder, not a .gdb. Name the files in it, such as path = "folder/*.shp".',
    ),
}

IN_MEMORY = ("json", "kml", "gml", "gpx", "csv", "dxf", "vct", "html", "excel2003xml")
MAX_BYTES_IN_MEMORY = 2 << 30  # bytes; text of that size needs several times as much memory

EXTENSIONS: Mapping[str, tuple[str, ...]] = {
    ".shp": ("shp",), ".gpkg": ("gpkg",), ".gdb": ("gdb",), ".fgb": ("fgb",), ".gml": ("gml",), ".tab": ("tab", "csv"),
    ".mif": ("mif",), ".csv": ("csv",), ".xls": ("excel", "html", "excel2003xml"), ".xlsx": ("excel",), ".ods": ("excel",), ".kml": ("kml",),
    ".ovkml": ("kml",), ".kmz": ("kmz",), ".dxf": ("dxf",), ".geojson": ("json",), ".topojson": ("json",),
    ".parquet": ("parquet",), ".vct": ("vct",), ".dbf": ("dbf",),
}  # fmt: skip
