"""GIS and drawing formats."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from ezdxf import options  # type: ignore[attr-defined]  # its documented name, which it does not list
from ezdxf.document import Drawing
from ezdxf.enums import TextEntityAlignment
from numpy.typing import NDArray

from gridmerge.errors import OutputError
from gridmerge.geo import geos
from gridmerge.i18n.text import Text
from gridmerge.products.data.gdal import check_geopackage, check_vector_file, guard_writing
from gridmerge.products.export.finished_grids import FinishedGrids
from gridmerge.products.export.flat_table import TEXT_COLUMNS, make_grid_frame
from gridmerge.products.export.metadata import (
    describe_kml,
    make_script_imprint,
    write_imprint_text,
    write_metadata,
)
from gridmerge.products.labels import name_column

_GBK_NAMES = {  # ten bytes are five Chinese characters
    "grid_code": "网格编码",
    "grid_name": "网格名称",
    "grid_type": "网格类型",
    "village_code": "村代码",
    "village_name": "村名称",
    "area_m2": "面积",
    "workload": "工作量",
    "boundary_text": "四至",
    "leader": "网格长",
    "members": "网格员",
    "departments": "部门",
    "coord": "坐标系",
}
_NAME_BYTES = 10  # of a .dbf field name
_TEXT_BYTES = 254  # of a .dbf text field
_LDID_GBK = 0x4D  # the byte by which a .dbf says its text is GBK
_LDID_AT = 29
_UNKNOWN = "〓"  # printers' mark for a character that is not at hand


def write_gpkg(grids: FinishedGrids, file: Path) -> list[Text]:
    """Write a GeoPackage with the layer ``grids`` (``grids_gcj02`` when shifted)."""
    table = make_grid_frame(grids, metres=True)
    _write_vector(
        grids,
        table,
        file,
        "GPKG",
        make_script_imprint(grids),
        layer_options={"DESCRIPTION": write_imprint_text(grids, metres=True)},
    )
    check_geopackage(file, {grids.layer_name: table})
    return []


def write_fgb(grids: FinishedGrids, file: Path) -> list[Text]:
    """Write a FlatGeobuf in longitude and latitude."""
    table = make_grid_frame(grids, metres=False)
    about = {"TITLE": grids.imprint.name[:200], "DESCRIPTION": write_imprint_text(grids)}
    _write_vector(grids, table, file, "FlatGeobuf", layer_options=about)
    check_vector_file(file, table, "grid_code")
    return []


def write_kml(grids: FinishedGrids, file: Path) -> list[Text]:
    """Write a KML whose placemarks are named by the grids' names."""
    # KML knows no other
    table = make_grid_frame(grids, metres=False).set_crs(4326, allow_override=True)
    table = table.rename(columns={"grid_name": "Name"})
    _write_vector(
        grids, table, file, "KML", dataset_options={"NameField": "Name"}, promote_to_multi=False
    )
    check_vector_file(file, table, "grid_code")
    describe_kml(grids, file)
    return []


def _write_vector(
    grids: FinishedGrids,
    table: gpd.GeoDataFrame,
    file: Path,
    driver: str,
    metadata: dict[str, str] | None = None,
    *,
    promote_to_multi: bool = True,
    **options: Any,
) -> None:
    with guard_writing(file):
        pyogrio.write_dataframe(
            table,
            file,
            layer=grids.layer_name,
            driver=driver,
            dataset_metadata=metadata,
            promote_to_multi=promote_to_multi,
            **options,
        )


def write_parquet(grids: FinishedGrids, file: Path) -> list[Text]:
    """Write a GeoParquet in longitude and latitude."""
    if importlib.util.find_spec("pyarrow") is None:
        raise OutputError(
            "写 GeoParquet 需要 pyarrow；请运行 pip install gridmerge[parquet]。",
            "GeoParquet needs pyarrow; run pip install gridmerge[parquet].",
        )
    table = make_grid_frame(grids, metres=False)
    table.attrs["about"] = make_script_imprint(grids)  # pandas keeps it in the file's metadata
    table.to_parquet(file, index=False)
    return []


def write_shp(grids: FinishedGrids, file: Path) -> list[Text]:
    """Write a Shapefile that Chinese desktop programs open right: GBK names and values, and a .cpg that says so."""
    notes: list[Text] = []
    table = make_grid_frame(grids, metres=True)
    texts = [
        column
        for column in table.columns
        if column not in ("area_m2", "workload", *grids.works, "geometry")
    ]
    for column in texts:
        table[column] = _fit_gbk_field(table[column].astype(str), column, notes)
    table = table.rename(columns=_short_names(table))
    with guard_writing(file):
        # the header of a .dbf holds a day: the build's, as everywhere else
        options = {"DBF_DATE_LAST_UPDATE": grids.imprint.date}
        pyogrio.write_dataframe(
            table,
            file,
            driver="ESRI Shapefile",
            encoding="GBK",
            promote_to_multi=True,
            layer_options=options,
        )
    file.with_suffix(".cpg").write_text("GBK", "ascii")
    with file.with_suffix(".dbf").open("r+b") as dbf:
        dbf.seek(_LDID_AT)
        dbf.write(bytes([_LDID_GBK]))
    check_vector_file(file, table, str(table.columns[0]))
    write_metadata(grids, file)
    return notes


@contextmanager
def _fix_drawing_clock() -> Iterator[None]:
    """Inside, a drawing is begun and saved with a fixed date and fixed identifiers: the same grids give the same bytes."""
    before = options.write_fixed_meta_data_for_testing
    options.write_fixed_meta_data_for_testing = True
    try:
        yield
    finally:
        options.write_fixed_meta_data_for_testing = before


@_fix_drawing_clock()
def write_dxf(grids: FinishedGrids, file: Path) -> list[Text]:
    """Write a drawing in metres: closed polylines on GRIDS, holes too, and the code and name of each grid as text."""
    drawing = Drawing.new("R2010")
    drawing.layers.add("GRIDS", color=5)
    drawing.layers.add("LABELS", color=7)
    drawing.styles.add("GRIDMERGE", font="simhei.ttf")
    drawing.appids.add("GRIDMERGE")
    space = drawing.modelspace()
    shapes = grids.metres if grids.coord == "wgs84" else grids.degrees
    for row, shape in zip(grids.rows, shapes, strict=True):  # a drawing is made entity by entity
        for polygon in shapely.get_parts(shape):
            for ring in (polygon.exterior, *polygon.interiors):
                line = space.add_lwpolyline(
                    ring.coords[:-1], close=True, dxfattribs={"layer": "GRIDS"}
                )
                line.set_xdata(
                    "GRIDMERGE",
                    [(1000, row["grid_code"]), (1000, row["grid_name"][:200]), (1000, grids.coord)],
                )
        height = max(shape.area**0.5 / 30, 1e-6)
        place = geos.point_on_surface(shape)
        for text, lower in ((row["grid_code"], 0.0), (row["grid_name"], 1.5)):
            attributes = {"layer": "LABELS", "style": "GRIDMERGE", "height": height}
            label = space.add_text(text[:200], dxfattribs=attributes)
            label.set_placement(
                (place.x, place.y - lower * height), align=TextEntityAlignment.MIDDLE_CENTER
            )
    _draw_imprint(drawing, grids, shapes)
    drawing.saveas(file)
    return []


def _draw_imprint(drawing: Drawing, grids: FinishedGrids, shapes: NDArray[np.object_]) -> None:
    """Write the imprint below the drawing, where it is printed with it, and into the drawing's properties."""
    for key, value in make_script_imprint(grids).items():
        drawing.header.custom_vars.append(key, value[:200])
    west, south, east, _ = shapely.total_bounds(shapes)
    height = max((east - west) / 120, 1e-6)
    drawing.layers.add("NOTES", color=7)
    attributes = {"layer": "NOTES", "style": "GRIDMERGE", "height": height}
    for n, line in enumerate(write_imprint_text(grids, metres=True).splitlines()):
        drawing.modelspace().add_text(line[:200], dxfattribs=attributes).set_placement(
            (west, south - (n + 2) * 1.8 * height)
        )


def _short_names(table: gpd.GeoDataFrame) -> dict[str, str]:
    """Field names of at most ten bytes in GBK, never two the same; a workload of the project's own keeps what fits."""
    names: dict[str, str] = {}
    for column in table.columns.drop("geometry"):
        wanted = _GBK_NAMES.get(column) or name_column(column, "zh")
        name, count = _cut_bytes(wanted, _NAME_BYTES), 1
        while name.casefold() in {taken.casefold() for taken in names.values()}:
            count += 1
            name = _cut_bytes(wanted, _NAME_BYTES - len(str(count))) + str(count)
        names[column] = name
    return names


def _fit_gbk_field(texts: pd.Series, column: str, notes: list[Text]) -> pd.Series:
    """Text as GBK and the .dbf can hold it; what had to give way is said."""
    known = texts.map(lambda text: "".join(c if _in_gbk(c) else _UNKNOWN for c in text))
    cut = known.map(lambda text: _cut_bytes(text, _TEXT_BYTES))
    if (known != texts).any():
        notes.append(
            Text(
                f"字段 {column} 有 GBK 没有的字，已写作 {_UNKNOWN}；需要原字请用 GeoPackage。",
                f"{column} has characters GBK lacks, written as {_UNKNOWN}; a GeoPackage keeps them.",
            )
        )
    if (cut != known).any() and column in TEXT_COLUMNS:
        notes.append(
            Text(
                f"字段 {column} 超过 {_TEXT_BYTES} 字节，已截短。",
                f"{column} is longer than {_TEXT_BYTES} bytes and was cut.",
            )
        )
    elif (cut != known).any():
        notes.append(
            Text(
                f"字段 {column} 超过 {_TEXT_BYTES} 字节，只写了开头；完整内容见 grids.geojson。",
                f"{column} is longer than {_TEXT_BYTES} bytes and begins only; grids.geojson has all of it.",
            )
        )
    return cut


def _in_gbk(character: str) -> bool:
    try:
        character.encode("gbk")
    except UnicodeEncodeError:
        return False
    return True


def _cut_bytes(text: str, most: int) -> str:
    """As much of a text as fits into so many bytes of GBK, never half a character."""
    return text.encode("gbk", "replace")[:most].decode("gbk", "ignore")
