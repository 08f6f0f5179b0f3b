"""Formats that cannot be read, by the name people know them by, and what to save them as."""

from __future__ import annotations

import re
import stat
import zipfile
from pathlib import Path
from typing import NamedTuple

from gridmerge.errors import InputError
from gridmerge.io.refusals import unreadable_error


class ForeignFormat(NamedTuple):
    """A format: what it is, and what to do, in Chinese and in English."""

    zh: str
    en: str
    do_zh: str
    do_en: str


_EXPORT = (
    "请在该软件中导出为 Shapefile 或 GeoPackage",
    "export it there as Shapefile or GeoPackage",
)
_DATA = (
    "它只记录图层的样式和路径，没有数据；请索取它所指的数据文件",
    "it holds styles and paths, no data; ask for the files it points to",
)
_TABLE = ("请把里面的表格另存为 Excel 或 CSV", "save the table in it as Excel or CSV")
_MEANT = (
    "请索取矢量数据（Shapefile、GeoPackage 或 DXF）",
    "ask for vector data (Shapefile, GeoPackage or DXF)",
)

_ACCESS = ForeignFormat("Access 数据库（mdb，也可能是 ArcGIS 个人地理数据库）", "an Access database (mdb; perhaps an ArcGIS personal geodatabase)",
                 "请在 ArcGIS 中导出为 Shapefile，或在 Access 中把表另存为 Excel", "export it from ArcGIS as Shapefile, or from Access as Excel")  # fmt: skip
_ARCMAP = ForeignFormat("ArcMap 地图文档（mxd）", "an ArcMap map document (an mxd map)", *_DATA)
_SUPERMAP = ForeignFormat("SuperMap 数据源", "a SuperMap data source", *_EXPORT)
_OVITAL = ForeignFormat(
    "奥维互动地图的对象文件",
    "an object file of Ovital Map",
    "请在奥维中另存为 ovkml 或 kml",
    "save it there as ovkml or kml",
)
_MAPGIS = ForeignFormat("MapGIS 文件", "a MapGIS file", *_EXPORT)
_PACKAGE = ForeignFormat("ArcGIS 的包文件", "an ArcGIS package", "请在 ArcGIS 中解包，并导出为 Shapefile 或 GeoPackage",
                  "unpack it in ArcGIS and export it as Shapefile or GeoPackage")  # fmt: skip
_LAYER = ForeignFormat("ArcGIS 图层文件", "an ArcGIS layer file", *_DATA)
_QGIS = ForeignFormat("QGIS 工程", "a QGIS project", *_DATA)
_WORD = ForeignFormat("Word 或 WPS 文字文档", "a text document of Word or WPS", *_TABLE)
_SLIDES = ForeignFormat("演示文稿", "a slide show", *_MEANT)
_PDF = ForeignFormat("PDF", "a PDF", *_MEANT)
_IMAGE = ForeignFormat("栅格影像", "a raster image", *_MEANT)

FOREIGN_FORMATS = {
    ".mdb": _ACCESS, ".accdb": _ACCESS, ".mxd": _ARCMAP, ".aprx": ForeignFormat("ArcGIS Pro 工程", "an ArcGIS Pro project", *_DATA),
    ".udb": _SUPERMAP, ".udd": _SUPERMAP, ".udbx": _SUPERMAP, ".smwu": ForeignFormat("SuperMap 工作空间", "a SuperMap workspace", *_DATA),
    ".sxwu": ForeignFormat("SuperMap 工作空间", "a SuperMap workspace", *_DATA),
    ".ovobj": _OVITAL, ".ovjsn": _OVITAL, ".ovobjx": _OVITAL, ".ovjsnx": _OVITAL,
    ".wl": _MAPGIS, ".wt": _MAPGIS, ".wp": _MAPGIS, ".hdf": _MAPGIS, ".mapx": _MAPGIS,
    ".mpk": _PACKAGE, ".mpkx": _PACKAGE, ".lpk": _PACKAGE, ".lpkx": _PACKAGE, ".ppkx": _PACKAGE, ".gpk": _PACKAGE,
    ".lyr": _LAYER, ".lyrx": _LAYER, ".qgz": _QGIS, ".qgs": _QGIS, ".qlr": ForeignFormat("QGIS 图层文件", "a QGIS layer file", *_DATA),
    ".wor": ForeignFormat("MapInfo 工作空间", "a MapInfo workspace", *_DATA),
    ".doc": _WORD, ".docx": _WORD, ".wps": _WORD, ".ppt": _SLIDES, ".pptx": _SLIDES, ".dps": _SLIDES, ".pdf": _PDF,
    ".tif": _IMAGE, ".tiff": _IMAGE, ".img": _IMAGE, ".ecw": _IMAGE, ".sid": _IMAGE,
    ".skp": ForeignFormat("SketchUp 模型", "a SketchUp model", *_MEANT), ".rvt": ForeignFormat("Revit 模型", "a Revit model", *_MEANT),
    ".e00": ForeignFormat("ArcInfo 交换文件（e00）", "an ArcInfo interchange file (e00)", *_EXPORT),
    ".sde": ForeignFormat("数据库连接文件", "a database connection file", *_EXPORT),
    ".bak": ForeignFormat("备份文件", "a backup", "请还原后导出", "restore it and export the data"),
    ".msg": ForeignFormat("邮件", "a mail", "请把附件另存出来", "save its attachment"),
    ".eml": ForeignFormat("邮件", "a mail", "请把附件另存出来", "save its attachment"),
}  # fmt: skip
_MAGIC = (
    (re.compile(rb".{4}Standard (?:Jet|ACE) DB", re.S), _ACCESS),
    (re.compile(rb".{0,4}SuperMap", re.S), _SUPERMAP),
    (re.compile(rb"OVOB"), _OVITAL),
    (re.compile(rb"%PDF"), _PDF),
    (re.compile(rb"WMAP|MAPGIS", re.I), _MAPGIS),
)
_INSIDE = {"word/document.xml": _WORD, "ppt/presentation.xml": _SLIDES}


def refuse_foreign(path: Path, name: str) -> None:
    """Refuse what is no file to read, or of a format that is known not to be readable.

    Raises
    ------
    InputError
        A device, pipe or socket; or one of `FOREIGN_FORMATS`, told by content or by name.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise unreadable_error(
            name,
            "这不是普通文件（是管道、设备或套接字），不予读取。请写数据文件的路径。",
            "this is no ordinary file but a pipe, a device or a socket, and is not read. Name a file of data.",
        )
    with path.open("rb") as handle:
        head = handle.read(64)
    known = next((one for magic, one in _MAGIC if magic.match(head)), None)
    known = (
        known
        or FOREIGN_FORMATS.get(path.suffix.lower())
        or (_office_format(path) if head.startswith(b"PK\x03\x04") else None)
    )
    if known is not None:
        raise foreign_format_error(known, name)


def foreign_format_error(known: ForeignFormat, name: str) -> InputError:
    """The sentence for a format that cannot be read."""
    return unreadable_error(
        name,
        f"这是{known.zh}，不能直接读取。{known.do_zh}。",
        f"this is {known.en} and cannot be read; {known.do_en}.",
    )


def _office_format(path: Path) -> ForeignFormat | None:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return None
    return next((one for member, one in _INSIDE.items() if member in names), None)


ECHARTS = ForeignFormat(
    "ECharts 的压缩坐标（UTF8Encoding），坐标是编码过的文字",
    "packed map data of ECharts (UTF8Encoding), whose coordinates are encoded text",
    "请向部门索取未压缩的 GeoJSON",
    "ask for plain GeoJSON",
)
