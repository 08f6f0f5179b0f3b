"""Every format written from the same truth comes back through load and mend: within 1 cm, and with its Chinese intact."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
import xlwt

from gridmerge.clean import clean_layer, clean_township
from gridmerge.config.settings import LayerSpec, Settings, Villages
from gridmerge.io import read_input
from gridmerge.model import Layer, Township
from tests.towns import draw_town, formats

CHINESE = {"source_id": "网格编码", "name": "网格名称", "holder": "责任人"}
PINYIN = {"source_id": "WGBM", "name": "WGMC", "holder": "FZR"}
CENTIMETRE = 0.01
RARE = "李㐂"  # in GB18030 and UTF-8, not in GBK
# EPSG codes, and datums of longitude and latitude
PLACES = ("4490", "4544", "4523", "4525", "4326", "gcj02", "bd09")
LONLAT = ("4490", "4326", "gcj02", "bd09")


@dataclass(frozen=True)
class Form:
    """A way to write a file: `write(folder, frame, place)` returns the keys its [[layers]] table needs."""

    name: str
    write: Callable[[Path, gpd.GeoDataFrame, str], dict[str, object]]
    places: tuple[str, ...] = PLACES
    rare: bool = True


@cache
def truth() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Villages, and grids (source_id, name, holder): of one piece, of two pieces, with a hole."""
    town = draw_town(seed=3, villages=3, layers=1, blocks=24, dirt=0.0)
    villages = dict(zip(town.villages["village_code"], town.villages.geometry, strict=True))
    group = town.truth["village_code"].copy()
    lands = [villages[code] for code in group]
    inner = town.truth.index[
        shapely.contains_properly(np.array(lands), town.truth.geometry.to_numpy())
    ]
    first = town.truth.loc[inner].groupby("village_code").head(1)
    group[first.index[:2]] = "两片"
    group[first.index[2:]] = "一片"
    shapes = (
        town.truth.assign(group=group).dissolve("group", method="coverage").geometry.sort_index()
    )
    assert set(shapes.geom_type) == {"Polygon", "MultiPolygon"}
    frame = gpd.GeoDataFrame(
        {
            "source_id": [f"0{n}-甲{n:02d}" for n in range(len(shapes))],
            "name": [f"韩洪村第{n}网格（{'东西'[n % 2]}片）" for n in range(len(shapes))],
            "holder": ["李建国", "欧阳淑贤", "陈小红", "谭永福", "卢天佑"][: len(shapes)],
        },
        geometry=list(shapes),
        crs=town.crs,
    )
    return town.villages, frame


def placed(frame: gpd.GeoDataFrame, place: str) -> gpd.GeoDataFrame:
    return formats.in_crs(frame, int(place)) if place.isdigit() else formats.in_datum(frame, place)


def said(place: str, *, by_file: bool = True) -> dict[str, object]:
    """What the project file must say of where on earth: the datum always, the CRS where the file cannot."""
    if not place.isdigit():
        return {"datum": place} if by_file else {"datum": place, "crs": "EPSG:4326"}
    return {} if by_file else {"crs": f"EPSG:{place}"}


# ---------------------------------------------------------------- the forms


def _shp(
    folder: Path,
    frame: gpd.GeoDataFrame,
    place: str,
    fields: dict[str, str] = CHINESE,
    **how: object,
) -> dict[str, object]:
    formats.shapefile(folder / "网格.shp", placed(frame.rename(columns=fields), place), **how)  # type: ignore[arg-type]
    return {"path": "网格.shp", **said(place)}


def _file(
    name: str, writer: Callable[..., None], by_file: bool, **how: object
) -> Callable[..., dict[str, object]]:
    def write(folder: Path, frame: gpd.GeoDataFrame, place: str) -> dict[str, object]:
        writer(folder / name, placed(frame.rename(columns=CHINESE), place), **how)
        return {"path": name, **said(place, by_file=by_file)}

    return write


def _geojson(folder: Path, frame: gpd.GeoDataFrame, place: str) -> dict[str, object]:
    crs = f"urn:ogc:def:crs:EPSG::{place}" if place.isdigit() and place != "4326" else None
    formats.geojson(folder / "网格.geojson", placed(frame.rename(columns=CHINESE), place), crs=crs)
    return {"path": "网格.geojson", **said(place)}


def _esri(folder: Path, frame: gpd.GeoDataFrame, place: str) -> dict[str, object]:
    wkid = int(place) if place.isdigit() else 4326
    formats.esri_json(folder / "网格.json", placed(frame.rename(columns=CHINESE), place), wkid=wkid)
    return {"path": "网格.json", **said(place)}


def _kml(
    folder: Path, frame: gpd.GeoDataFrame, place: str, suffix: str = "kml", hidden: bool = False
) -> dict[str, object]:
    formats.kml(
        folder / f"网格.{suffix}",
        placed(frame.rename(columns=CHINESE), place),
        name="网格名称",
        in_description=hidden,
    )
    return {"path": f"网格.{suffix}", **said(place)}


def _kmz(folder: Path, frame: gpd.GeoDataFrame, place: str) -> dict[str, object]:
    inner = folder / "内" / "doc.kml"
    formats.kml(inner, placed(frame.rename(columns=CHINESE), place), name="网格名称")
    with zipfile.ZipFile(folder / "网格.kmz", "w") as archive:
        archive.write(inner, "doc.kml")
    return {"path": "网格.kmz", **said(place)}


def _zip(folder: Path, frame: gpd.GeoDataFrame, place: str) -> dict[str, object]:
    _shp(folder / "内", frame, place, encoding="GBK", cpg=None)
    with zipfile.ZipFile(folder / "网格.zip", "w") as archive:
        for file in sorted((folder / "内").iterdir()):
            archive.write(file, file.name)
    return {"path": "网格.zip", **said(place)}


def _parquet(folder: Path, frame: gpd.GeoDataFrame, place: str) -> dict[str, object]:
    placed(frame.rename(columns=CHINESE), place).to_parquet(folder / "网格.parquet")
    return {"path": "网格.parquet", **said(place)}


def _csv(folder: Path, frame: gpd.GeoDataFrame, place: str, encoding: str) -> dict[str, object]:
    formats.wkt_table(
        folder / "网格.csv",
        placed(frame.rename(columns=CHINESE), place),
        column="边界",
        encoding=encoding,
    )
    return {"path": "网格.csv", "geometry": "边界", **said(place, by_file=False)}


def _coordinates(
    folder: Path, frame: gpd.GeoDataFrame, place: str, north_first: bool = False
) -> dict[str, object]:
    moved = placed(frame.rename(columns=CHINESE), place)
    if north_first:
        moved = moved.set_geometry(
            shapely.transform(moved.geometry.to_numpy(), lambda at: at[:, ::-1]), crs=moved.crs
        )
    lists = [formats.coordinate_list(shape) for shape in moved.geometry]
    table = pd.DataFrame(moved.drop(columns="geometry")).assign(边界坐标=lists)
    formats.workbook(
        folder / "网格.xlsx",
        table,
        titles=("网格采集表", "填报单位：青山镇"),
        headers={"网格编码": "*网格编码"},
    )
    return {"path": "网格.xlsx", "geometry": "边界坐标", **said(place, by_file=False)}


def _corners(folder: Path, frame: gpd.GeoDataFrame, place: str) -> dict[str, object]:
    """One row a corner point."""
    moved = placed(frame.rename(columns=CHINESE), place)
    at, row = shapely.get_coordinates(moved.geometry.to_numpy(), return_index=True)
    table = pd.DataFrame(moved.drop(columns="geometry")).iloc[row].assign(X=at[:, 0], Y=at[:, 1])
    order = np.concatenate([np.arange(1, n + 1) for n in np.bincount(row)])
    table.insert(1, "点号", order)
    (folder / "界址点.csv").write_text(table.to_csv(index=False), "utf-8-sig")
    return {"path": "界址点.csv", "lon": "X", "lat": "Y", **said(place, by_file=False)}


def _recoded(
    write: Callable[..., dict[str, object]], codec: str
) -> Callable[..., dict[str, object]]:
    """Write the text of a UTF-8 file in another encoding; an XML file says which."""

    def recoded(folder: Path, frame: gpd.GeoDataFrame, place: str) -> dict[str, object]:
        keys = write(folder, frame, place)
        path = folder / str(keys["path"])
        text = path.read_bytes().decode("utf-8")
        path.write_bytes(
            re.sub(r'(<\?xml[^>]*encoding=")[^"]*', rf"\g<1>{codec}", text, flags=re.I).encode(
                codec
            )
        )
        return keys

    return recoded


def _vct(
    folder: Path, frame: gpd.GeoDataFrame, place: str, edition: int, direct: bool, encoding: str
) -> dict[str, object]:
    moved = placed(frame.rename(columns=CHINESE), place)
    formats.vct(folder / "网格.vct", moved, edition=edition, direct=direct, encoding=encoding)
    return {"path": "网格.vct", "layer": "网格", **said(place, by_file=False)}


def _tabular(folder: Path, frame: gpd.GeoDataFrame, place: str) -> pd.DataFrame:
    moved = placed(frame.rename(columns=CHINESE), place)
    digits = formats.DEGREES if moved.crs.is_geographic else formats.METRES
    table = pd.DataFrame(moved.drop(columns="geometry"))
    return table.assign(边界=shapely.to_wkt(moved.geometry.to_numpy(), rounding_precision=digits))


def _ods(folder: Path, frame: gpd.GeoDataFrame, place: str) -> dict[str, object]:
    pyogrio.write_dataframe(
        _tabular(folder, frame, place), folder / "网格.ods", driver="ODS", layer="填报表"
    )
    return {"path": "网格.ods", "geometry": "边界", **said(place, by_file=False)}


def _xls(folder: Path, frame: gpd.GeoDataFrame, place: str) -> dict[str, object]:
    """Excel 97: a cell holds 32,767 characters at most, so the truth's outlines must be short."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("填报表")
    sheet.write_merge(0, 0, 0, 3, "网格采集表")
    table = _tabular(folder, frame, place)
    for column, name in enumerate(table.columns):
        for row, value in enumerate([name, *table[name]], start=1):
            sheet.write(row, column, value)
    book.save(str(folder / "网格.xls"))
    return {"path": "网格.xls", "geometry": "边界", **said(place, by_file=False)}


def _html_called_xls(
    folder: Path, frame: gpd.GeoDataFrame, place: str, codec: str
) -> dict[str, object]:
    page = _tabular(folder, frame, place).to_html(index=False)
    (folder / "网格.xls").write_bytes(f"<html><body>{page}</body></html>".encode(codec))
    return {"path": "网格.xls", "geometry": "边界", **said(place, by_file=False)}


def _zipped_gdb(folder: Path, frame: gpd.GeoDataFrame, place: str) -> dict[str, object]:
    inner = folder / "内" / "网格.gdb"
    formats.file_geodatabase(inner, placed(frame.rename(columns=CHINESE), place), layer="网格")
    with zipfile.ZipFile(folder / "网格.zip", "w") as archive:
        for file in sorted(inner.iterdir()):
            archive.write(file, f"网格.gdb/{file.name}")
    return {"path": "网格.zip", **said(place)}


def _txt(folder: Path, frame: gpd.GeoDataFrame, place: str, codec: str) -> dict[str, object]:
    (folder / "网格.txt").write_bytes(
        _tabular(folder, frame, place).to_csv(index=False, sep="\t").encode(codec)
    )
    return {"path": "网格.txt", "geometry": "边界", **said(place, by_file=False)}


def _mif_in_utf8(folder: Path, frame: gpd.GeoDataFrame, place: str) -> dict[str, object]:
    keys = _file("网格.mif", formats.mapinfo, by_file=False, charset="UTF-8")(folder, frame, place)
    for file in (folder / "网格.mif", folder / "网格.mid"):
        file.write_bytes(file.read_bytes().decode("gbk").encode("utf-8"))
    return keys


TEXTS = {
    "geojson": (_geojson, PLACES),
    "esri-json": (_esri, PLACES),
    "topojson": (_file("网格.json", formats.topojson, by_file=False), PLACES),
    "gml": (_file("网格.gml", formats.gml, by_file=True), PLACES),
    "kml": (_kml, LONLAT),
    "ovkml": (partial(_kml, suffix="ovkml"), LONLAT),
}

FORMS = (
    Form("shp-gbk-no-cpg", partial(_shp, encoding="GBK", cpg=None), rare=False),
    Form("shp-gbk-cpg", partial(_shp, encoding="GBK", cpg="GBK", ldid=0x4D), rare=False),
    Form("shp-gbk-cpg-says-latin1", partial(_shp, encoding="GBK", cpg="ISO-8859-1"), rare=False),
    Form("shp-gbk-cpg-says-utf8", partial(_shp, encoding="GBK", cpg="UTF-8"), rare=False),
    Form("shp-gb18030", partial(_shp, encoding="GB18030", cpg=None)),
    Form("shp-utf8", partial(_shp, fields=PINYIN, encoding="UTF-8", cpg="UTF-8")),
    Form("shp-utf8-no-cpg", partial(_shp, fields=PINYIN, encoding="UTF-8", cpg=None)),
    Form("tab", _file("网格.tab", formats.mapinfo, by_file=False), rare=False),
    Form(
        "tab-neutral",
        _file("网格.tab", formats.mapinfo, by_file=False, charset="Neutral"),
        rare=False,
    ),
    Form("mif", _file("网格.mif", formats.mapinfo, by_file=False), rare=False),
    Form(
        "mif-latin1",
        _file("网格.mif", formats.mapinfo, by_file=False, charset="WindowsLatin1"),
        rare=False,
    ),
    Form("gpkg", _file("网格.gpkg", formats.geopackage, by_file=True)),
    Form("fgb", _file("网格.fgb", formats.flatgeobuf, by_file=True)),
    Form("gdb", _file("网格.gdb", formats.file_geodatabase, by_file=True, layer="网格")),
    Form("gml", _file("网格.gml", formats.gml, by_file=True)),
    Form("geojson", _geojson),
    Form("esri-json", _esri),
    Form("topojson", _file("网格.json", formats.topojson, by_file=False)),
    Form("kml", _kml, places=LONLAT),
    Form("kml-description", partial(_kml, hidden=True), places=LONLAT),
    Form("ovkml", partial(_kml, suffix="ovkml"), places=LONLAT),
    Form("kmz", _kmz, places=LONLAT),
    Form("zip", _zip, rare=False),
    Form("parquet", _parquet),
    Form("csv-utf8-bom", partial(_csv, encoding="UTF-8-SIG")),
    Form("csv-utf8", partial(_csv, encoding="UTF-8")),
    Form("csv-gbk", partial(_csv, encoding="GBK"), rare=False),
    Form("csv-gb18030", partial(_csv, encoding="GB18030")),
    Form("xlsx-coordinates", _coordinates),
    *(
        Form(f"{n}-{c.lower()}", _recoded(w, c), at, rare=c != "GBK")
        for n, (w, at) in TEXTS.items()
        for c in ("GBK", "GB18030")
    ),
    *(
        Form(
            f"vct-{e}-{'corners' if d else 'lines'}-{c.lower()}",
            partial(_vct, edition=e, direct=d, encoding=c),
            rare=c != "GBK",
        )
        for e in (1999, 2007)
        for d in (False, True)
        for c in ("GBK", "GB18030", "UTF-8")
    ),
    Form("mif-utf8", _mif_in_utf8, rare=False),
    Form("ods", _ods),
    Form("xls", _xls),
    Form("html-called-xls", partial(_html_called_xls, codec="GB18030")),
    Form("zipped-gdb", _zipped_gdb),
    *(
        Form(f"txt-{c.lower()}", partial(_txt, codec=c), rare=c != "GBK")
        for c in ("GBK", "GB18030", "UTF-8", "UTF-16")
    ),
    Form(
        "xlsx-north-first",
        partial(_coordinates, north_first=True),
        places=("4490", "4544", "4523", "4326"),
    ),
)


# ---------------------------------------------------------------- there and back


@pytest.fixture(scope="module")
def township(tmp_path_factory: pytest.TempPathFactory) -> Township:
    folder = tmp_path_factory.mktemp("town")
    formats.geopackage(folder / "村界.gpkg", truth()[0])
    spec = Villages(path="村界.gpkg")
    settings = Settings(file=folder / "gridmerge.toml", project={"crs": "EPSG:4544"}, villages=spec)
    return clean_township(read_input(spec, folder, "villages"), settings)


def back(folder: Path, township: Township, keys: dict[str, object]) -> Layer:
    spec = LayerSpec(department="urban_management", **keys)
    return clean_layer(read_input(spec, folder, "urban_management"), spec, township)


def rare_or_not(form: Form) -> gpd.GeoDataFrame:
    frame = truth()[1].copy()
    if form.rare:
        frame.loc[0, "holder"] = RARE
    return frame


def farthest(one: shapely.Geometry, two: shapely.Geometry) -> float:
    """How far apart two shapes are, in metres: at their vertices, and as a mean along their length."""
    strip = shapely.area(shapely.symmetric_difference(one, two)) / shapely.length(one)
    return max(shapely.hausdorff_distance(shapely.boundary(one), shapely.boundary(two)), strip)


@pytest.mark.parametrize(
    ("form", "place"), [pytest.param(f, p, id=f"{f.name}-{p}") for f in FORMS for p in f.places]
)
def test_comes_back(form: Form, place: str, township: Township, tmp_path: Path) -> None:
    frame = rare_or_not(form)
    layer = back(tmp_path, township, form.write(tmp_path, frame, place))
    want, have = (
        frame.set_index("source_id").sort_index(),
        layer.frame.set_index("source_id").sort_index(),
    )
    assert have.index.tolist() == want.index.tolist()
    assert have["name"].tolist() == want["name"].tolist()
    assert have["holder"].tolist() == want["holder"].tolist()
    away = {i: farthest(want.geometry[i], have.geometry[i]) for i in want.index}
    assert max(away.values()) < CENTIMETRE, away
    assert not [finding for finding in layer.findings if finding.severity == "error"]


DRAWINGS = {
    "lines-gbk": {"release": "R2000"},
    "lines-gbk-no-codepage": {"release": "R2000", "codepage": False},
    "lines-utf8": {"release": "R2010"},
    "polylines-gbk": {"release": "R2000", "closed": True},
    "polylines-utf8": {"release": "R2010", "closed": True},
}


@pytest.mark.parametrize("place", ["4544", "4523", "4525"])
@pytest.mark.parametrize("name", DRAWINGS)
def test_drawing_comes_back(name: str, place: str, township: Township, tmp_path: Path) -> None:
    """Lines and texts make grids again; a drawing has no codes and no holders."""
    frame = truth()[1].explode(ignore_index=True)
    frame["name"] = [f"{name}{n}" for n, name in enumerate(frame["name"])]  # one text, one area
    formats.drawing(tmp_path / "网格.dxf", placed(frame, place), text="name", **DRAWINGS[name])  # type: ignore[arg-type]
    layer = back(tmp_path, township, {"path": "网格.dxf", **said(place, by_file=False)})
    named = layer.frame[layer.frame["name"] != ""].set_index("name")
    want = frame.set_index("name")
    assert sorted(named.index) == sorted(want.index)
    away = {i: farthest(want.geometry[i], named.geometry[i]) for i in want.index}
    assert max(away.values()) < CENTIMETRE, away


@pytest.mark.parametrize("place", ["4490", "4544", "4523", "4525"])
def test_corner_points_come_back(place: str, township: Township, tmp_path: Path) -> None:
    """One row a corner, in order: grids of one ring."""
    frame = truth()[1].explode(ignore_index=True)
    frame = frame[shapely.get_num_interior_rings(frame.geometry.array) == 0].drop_duplicates(
        "source_id"
    )
    layer = back(tmp_path, township, _corners(tmp_path, frame, place))
    assert layer.frame["source_id"].tolist() == frame["source_id"].tolist()
    assert layer.frame["name"].tolist() == frame["name"].tolist()
    for want, have in zip(frame.geometry, layer.frame.geometry, strict=True):
        assert farthest(want, have) < CENTIMETRE


UNSAID = {
    "shp-4544": ("4544", partial(_shp, encoding="GBK", cpg=None, prj=False)),
    "shp-4523": ("4523", partial(_shp, encoding="GBK", cpg=None, prj=False)),
    "shp-4490": ("4490", partial(_shp, encoding="GBK", cpg=None, prj=False)),
    "csv-4544": ("4544", partial(_csv, encoding="GB18030")),
    "csv-4523": ("4523", partial(_csv, encoding="GB18030")),
    "csv-4490": ("4490", partial(_csv, encoding="GB18030")),
    "xlsx-4490": ("4490", _coordinates),
    "xlsx-4490-north-first": ("4490", partial(_coordinates, north_first=True)),
    "xlsx-4544-north-first": ("4544", partial(_coordinates, north_first=True)),
    "topojson-4544": ("4544", _file("网格.json", formats.topojson, by_file=False)),
}


@pytest.mark.parametrize("name", UNSAID)
def test_comes_back_when_nobody_says_where(name: str, township: Township, tmp_path: Path) -> None:
    """Neither file nor project file says the CRS: the coordinates and the villages do, and a finding says so."""
    place, write = UNSAID[name]
    frame = truth()[1]
    keys = write(tmp_path, frame, place)
    layer = back(tmp_path, township, {key: value for key, value in keys.items() if key != "crs"})
    have = layer.frame.set_index("source_id").sort_index()
    away = {
        i: farthest(shape, have.geometry[i])
        for i, shape in frame.set_index("source_id").geometry.items()
    }
    assert max(away.values()) < CENTIMETRE, away
    assert [finding.kind for finding in layer.findings if "crs" in finding.kind], (
        "the choice is told"
    )


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_a_datum_nobody_declared_is_a_finding(
    datum: str, township: Township, tmp_path: Path
) -> None:
    keys = _geojson(tmp_path, truth()[1], datum)
    layer = back(tmp_path, township, {"path": keys["path"]})
    told = [finding for finding in layer.findings if "datum" in finding.kind]
    assert told and any(datum in str(finding.blanks) for finding in told)
    assert {finding.severity for finding in told} & {"warning", "error"}, told
