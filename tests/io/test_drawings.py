"""KML, DXF and VCT: attributes and areas that hide."""

from __future__ import annotations

import itertools
from pathlib import Path

import ezdxf
import pytest
import shapely
from pyproj import CRS

from gridmerge.clean.georeference.crs import identify_crs
from gridmerge.errors import InputError
from gridmerge.io.formats.dxf import decode_escapes
from gridmerge.io.formats.kml import description_fields
from tests.io.files import CODES, HOUSES, NAMES, assert_is_truth, kinds, load, truth


def ring_text(shape: shapely.Polygon) -> str:
    return " ".join(f"{x},{y},0" for x, y in shape.exterior.coords)


def kml(descriptions: list[str]) -> str:
    places = "".join(
        f"<Placemark><name>{name}</name><description><![CDATA[{text}]]></description><Polygon><outerBoundaryIs><LinearRing>"
        f"<coordinates>{ring_text(shape)}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
        for name, text, shape in zip(NAMES, descriptions, truth().geometry, strict=True)
    )
    return (
        '<?xml version="1.0" encoding="{}"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        f"<Folder><name>城管</name>{places}</Folder></Document></kml>"
    )


TABLES = [
    f"<table><tr><th>code</th><td>{code}</td></tr><tr><td>hs</td><td>{hs}</td></tr></table>"
    for code, hs in zip(CODES, HOUSES, strict=True)
]
LINES = [f"code：{code}<br>hs: {hs}" for code, hs in zip(CODES, HOUSES, strict=True)]


@pytest.mark.parametrize("descriptions", [TABLES, LINES], ids=["table", "lines"])
@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
@pytest.mark.parametrize("suffix", [".kml", ".ovkml"])
def test_kml_attributes_in_descriptions(
    tmp_path: Path, descriptions: list[str], codec: str, suffix: str
) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(
        kml(descriptions).replace("{}", "GBK" if codec == "gb18030" else "UTF-8", 1).encode(codec)
    )
    raw = load(path)
    assert_is_truth(raw)
    assert raw.frame["folder"].unique().tolist() == ["城管"]
    assert len(load(path, layer="城管").frame) == 4
    with pytest.raises(InputError, match='no layer "消防"; it has: 城管'):
        load(path, layer="消防")


def test_a_placemark_that_is_no_xml_costs_only_itself(tmp_path: Path) -> None:
    text = kml(TABLES).replace("{}", "UTF-8", 1)
    (tmp_path / "a.kml").write_text(text.replace("<Polygon>", "<Polygon<", 1), "utf-8")
    raw = load(tmp_path / "a.kml")
    assert raw.frame["name"].tolist() == NAMES[1:]
    assert [finding.message("zh") for finding in raw.findings] == [
        "k：a.kml 的第 1 个要素的 XML 写坏了，未能读入，其余要素照常读入。"
    ]
    (tmp_path / "a.kml").write_text(text[:-200], "utf-8")
    with pytest.raises(InputError, match="the XML is broken at line 1; the file may be cut short"):
        load(tmp_path / "a.kml")


def test_description_without_fields_is_kept() -> None:
    assert description_fields("东风社区的一个网格") == {}
    assert description_fields("<b>户数</b>：31<br/>") == {"户数": "31"}


def test_xml_bomb_is_refused(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE kml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><kml><Document><name>&b;</name></Document></kml>'
    (tmp_path / "a.kml").write_text(bomb)
    with pytest.raises(InputError, match="defines entities"):
        load(tmp_path / "a.kml")


def drawing(path: Path, *, closed: bool, codepage: str | None = "ANSI_936") -> Path:
    document = ezdxf.new("R2000")
    space = document.modelspace()
    metric = truth().to_crs("EPSG:4544")
    for i, shape in enumerate(metric.geometry):
        corners = [(x, y) for x, y in shape.exterior.coords]
        if closed:
            space.add_lwpolyline(corners[:-1], close=True, dxfattribs={"layer": "网格"})
        else:
            for a, b in itertools.pairwise(corners):
                space.add_line(a, b, dxfattribs={"layer": "网格"})
        at = shape.representative_point()
        space.add_text(
            NAMES[i].replace("㙍", "南"), height=30, dxfattribs={"layer": "注记"}
        ).set_placement((at.x, at.y))
        space.add_mtext(
            f"编码 {CODES[i]}",
            dxfattribs={"layer": "注记", "char_height": 10, "insert": (at.x, at.y - 40)},
        )
    document.encoding = "gbk"
    document.header["$DWGCODEPAGE"] = "ANSI_936"
    document.saveas(path, encoding="gbk")
    if codepage is None:
        path.write_bytes(path.read_bytes().replace(b"ANSI_936", b"ANSI_1252"))
    return path


@pytest.mark.parametrize("codepage", ["ANSI_936", None])
@pytest.mark.parametrize("closed", [True, False])
def test_dxf_areas_with_their_texts(tmp_path: Path, closed: bool, codepage: str | None) -> None:
    raw = load(drawing(tmp_path / "a.dxf", closed=closed, codepage=codepage))
    assert sorted(raw.frame["name"]) == sorted(name.replace("㙍", "南") for name in NAMES)
    assert sorted(raw.frame["texts"].str.extract(r"编码 (\d+)")[0]) == CODES
    wanted = shapely.union_all(truth().to_crs("EPSG:4544").geometry.to_numpy())
    # lines are noded to 1 mm
    assert shapely.symmetric_difference(raw.frame.geometry.union_all(), wanted).area < 5
    assert ("lines_polygonised" in kinds(raw)) == (not closed)
    assert load(tmp_path / "a.dxf", layer="网格").source.features == 4
    with pytest.raises(InputError, match='no layer "网络"; it has: 网格'):
        load(tmp_path / "a.dxf", layer="网络")


def test_dxf_blocks_bulges_and_lines_that_end_nowhere(tmp_path: Path) -> None:
    document = ezdxf.new("R2010")
    block = document.blocks.new("B")
    # a circle of two arcs
    block.add_lwpolyline([(0, 0, 0, 0, 1), (100, 0, 0, 0, 1)], format="xyseb", close=True)
    space = document.modelspace()
    space.add_blockref("B", (500_000, 3_200_000), dxfattribs={"layer": "网格"})
    space.add_line((500_200, 3_200_000), (500_250, 3_200_000), dxfattribs={"layer": "网格"})
    document.saveas(tmp_path / "a.dxf")
    raw = load(tmp_path / "a.dxf")
    assert raw.frame["cad_layer"].tolist() == ["网格"]
    assert raw.frame.geometry.iloc[0].area == pytest.approx(7853.98, rel=1e-3)
    (finding,) = raw.findings
    assert (finding.kind, finding.measure) == ("lines_left_over", 50.0)


@pytest.mark.parametrize("text_inside", [True, False])
def test_an_island_with_a_text_is_cut_from_the_grid_around_it(
    tmp_path: Path, text_inside: bool
) -> None:
    document = ezdxf.new("R2010")
    space = document.modelspace()
    for low, high in (
        (0, 1000),
        (400, 600),
        (400, 600),
    ):  # the island is drawn twice: as itself and as a hole
        ring = [(low, low), (high, low), (high, high), (low, high)]
        space.add_lwpolyline(ring, close=True, dxfattribs={"layer": "网格"})
    space.add_text("外", height=20).set_placement((100, 100))
    if text_inside:
        space.add_text("内", height=20).set_placement((500, 500))
    document.saveas(tmp_path / "a.dxf")
    frame = load(tmp_path / "a.dxf").frame
    assert frame["name"].tolist() == ["外", "内" if text_inside else ""]
    assert frame.area.tolist() == [960_000 if text_inside else 1_000_000, 40_000]


VCT_HEAD = """HeadBegin
DataMark: {mark}
Version: {version}
Separator: ,
HeadEnd

FeatureCodeBegin
1000600100,网格,Polygon,{style}WG
1000600200,界线,Line,{style}JX
FeatureCodeEnd

TableStructureBegin
WG,3
code,Char,20
name,Char,40
hs,Int,10
0
JX,1
BSM,Int,10
0
TableStructureEnd

"""


def vct(version: int) -> str:
    """The truth as VCT: each polygon refers to its four sides; version 1 as of 1999, version 3 as of 2007."""
    sides: dict[tuple[tuple[float, float], tuple[float, float]], int] = {}
    lines, polygons = "LineBegin\n", "PolygonBegin\n"
    for number, shape in enumerate(truth().geometry, start=1):
        corners = list(shape.exterior.coords)
        references = []
        for a, b in itertools.pairwise(corners):
            known = sides.get((b, a)) or sides.get((a, b))
            if known is None:
                known = sides[a, b] = len(sides) + 101
                points = f"2\n{a[0]!r},{a[1]!r}\n{b[0]!r},{b[1]!r}\n"
                lines += f"{known}\n1000600200\nUnknown\n1\n" + (
                    f"1\n11\n{points}0\n" if version == 3 else points
                )
            references.append(str(known if (a, b) in sides else -known))
        label = shape.representative_point()
        kind, made, end = ("100\n", "21\n", "0\n") if version == 3 else ("", "", "")
        polygons += f"{number}\n1000600100\nUnknown\n{kind}{label.x},{label.y}\n{made}4\n{','.join(references)}\n{end}"
    rows = "".join(
        f"{i},{c},{n},{h}\n"
        for i, (c, n, h) in enumerate(zip(CODES, NAMES, HOUSES, strict=True), start=1)
    )
    head = VCT_HEAD.format(
        mark="CNSDTF-VCT", version=f"{version}.0", style="0," if version == 1 else ""
    )
    return f"{head}{lines}LineEnd\n\n{polygons}PolygonEnd\n\nAttributeBegin\nWG\n{rows}TableEnd\nAttributeEnd\n"


@pytest.mark.parametrize("version", [1, 3])
def test_vct_polygons_from_the_lines_they_refer_to(tmp_path: Path, version: int) -> None:
    path = tmp_path / "a.vct"
    path.write_bytes(vct(version).encode("gb18030"))
    raw = load(path, layer="网格", id="code")
    assert_is_truth(raw)
    assert (raw.source.driver, raw.source.encoding) == ("VCT", "GB18030")
    assert len(load(path).frame) == 4
    with pytest.raises(InputError, match='no layer "网络"; it has: 网格'):
        load(path, layer="网络")


def test_vct_polygon_whose_line_is_missing_is_reported(tmp_path: Path) -> None:
    text = vct(3).replace("101,", "999,", 1)
    (tmp_path / "a.vct").write_text(text, "utf-8")
    raw = load(tmp_path / "a.vct", id="code")
    assert len(raw.frame) == 3
    assert kinds(raw) == ["feature_unreadable", "vct_to_check"]


@pytest.mark.parametrize("end", ["AttributeEnd", "PolygonEnd", "LineEnd"])
def test_a_vct_cut_short_is_refused(tmp_path: Path, end: str) -> None:
    text = vct(3)
    (tmp_path / "a.vct").write_text(text[: text.index(end)], "utf-8")
    with pytest.raises(InputError, match="it is cut short"):
        load(tmp_path / "a.vct", id="code")


@pytest.mark.parametrize(
    ("spheroid", "easting", "code"),
    [
        ("西安(1980),6378.140,298.257", 39, "EPSG:2363"),
        ("克拉索夫斯基(1940),6378.245,298.3", 39, "EPSG:2415"),
        ("CGCS2000,6378137,298.257222101", 0, "EPSG:4548"),
    ],
)
def test_a_vct_head_that_describes_its_system(
    tmp_path: Path, spheroid: str, easting: int, code: str
) -> None:
    """The head of a land-use file as the standard's own samples have it; the extent tells a zone prefix."""
    west, south = easting * 1_000_000 + 429_645.026, 2_572_324.505
    head = (
        f"Spheroid:{spheroid}\nProjection:高斯-克吕格\nParameters:117,0,,,,1,500000,0,3,39\n"
        f"ExtentMin:{west},{south}\nExtentMax:{west + 6571},{south + 4702}\n"
    )
    text = "CommentBegin\nPolygonBegin 只是说明\nCommentEnd\n" + vct(3).replace(
        "HeadEnd", f"{head}HeadEnd"
    )
    (tmp_path / "a.vct").write_text(text, "utf-8")
    raw = load(tmp_path / "a.vct", id="code")
    assert identify_crs(raw.frame.crs) == CRS(code)
    (finding,) = raw.findings
    # the degrees of the sample are not where the head says
    assert "超出文件头所写" in finding.message("zh")


def test_a_pattern_takes_several_classes_of_a_vct(tmp_path: Path) -> None:
    """Polygons of a class the head does not know (a digit changed, say) are a class of their own: none is lost unseen."""
    text = vct(3).replace("2\n1000600100\nUnknown\n100\n", "2\n1000600900\nUnknown\n100\n", 1)
    (tmp_path / "a.vct").write_text(text, "utf-8")
    with pytest.raises(InputError, match="it has several layers: 网格, 1000600900"):
        load(tmp_path / "a.vct")
    frame = load(tmp_path / "a.vct", layer="*").frame
    assert (frame.geometry.geom_type == "Polygon").sum() == 4
    assert kinds(load(tmp_path / "a.vct", layer="网格")) == ["companion_disagrees", "vct_to_check"]


def test_a_vct_record_of_1999_of_an_unknown_class_is_told(tmp_path: Path) -> None:
    """Nothing ends a record there, so the one before seems to go on; it is said that something lies between."""
    text = vct(1)
    at = text.index("2\n1000600100\nUnknown", text.index("PolygonBegin"))
    (tmp_path / "a.vct").write_text(
        text[:at] + text[at:].replace("1000600100", "1000600900", 1), "utf-8"
    )
    raw = load(tmp_path / "a.vct", id="code")
    assert raw.frame["code"].tolist() == [CODES[0], CODES[2], CODES[3]]
    assert kinds(raw) == ["feature_unreadable", "vct_to_check"]


def test_vct_features_without_attributes_are_counted(tmp_path: Path) -> None:
    text = vct(3)
    start = text.index("\n3,", text.index("AttributeBegin"))
    (tmp_path / "a.vct").write_text(text[:start] + text[text.index("\n", start + 1) :], "utf-8")
    raw = load(tmp_path / "a.vct", id="code")
    assert kinds(raw) == ["companion_disagrees", "vct_to_check"]


def test_a_broken_vct_record_costs_only_itself(tmp_path: Path) -> None:
    good = vct(3)
    (start, end) = (good.index("PolygonBegin"), good.index("PolygonEnd"))
    records = good[start:end].replace("\n100\n", "\nxx\n", 1)
    records = records.replace(
        "2\n1000600100\nUnknown\n100\n", "2\n1000600100\nUnknown\n100\noops\n", 1
    )
    (tmp_path / "a.vct").write_text(good[:start] + records + good[end:], "utf-8")
    raw = load(tmp_path / "a.vct", id="code")
    assert raw.frame["code"].tolist() == [CODES[0], CODES[2], CODES[3]]
    assert kinds(raw) == ["feature_unreadable", "vct_to_check"]


ESCAPES = {
    r"\U+57CE\U+7BA1": "城管",
    r"\u+57ce管": "城管",
    r"\M+5B3C7\M+5B9DC": "城管",
    r"\M+1938C": "東",
    r"\M+2AABA": b"\xaa\xba".decode("cp950"),
    r"\U+D83D\U+DE00": "\U0001f600",
    r"\U+000A": r"\U+000A",
    r"\M+5FFFF": r"\M+5FFFF",
    r"C:\Users": r"C:\Users",
    "第1网格": "第1网格",
}


@pytest.mark.parametrize("written", ESCAPES)
def test_escapes_of_older_drawings_are_read(written: str) -> None:
    assert decode_escapes(written) == ESCAPES[written]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [(r"\U+57CE%%d1", "城°1"), (r"\U+57CE\U+7BA1%%u", "城管"), (r"\M+5B3C7", "城")],
)
def test_a_text_of_an_older_drawing_names_its_area(tmp_path: Path, text: str, wanted: str) -> None:
    drawing = ezdxf.new("R2000")
    space = drawing.modelspace()
    space.add_lwpolyline([(0, 0), (100, 0), (100, 100), (0, 100)], close=True)
    space.add_text("PLACEHOLDER", height=5).set_placement((50, 50))
    drawing.saveas(tmp_path / "b.dxf")
    raw = (tmp_path / "b.dxf").read_text("latin-1").replace("PLACEHOLDER", text)
    (tmp_path / "a.dxf").write_text(raw, "latin-1")
    assert load(tmp_path / "a.dxf").frame["name"].tolist() == [wanted]
