"""The map as text: offline, safe, the same every time, and the same land as the data."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path
from typing import get_type_hints

import esprima
import geopandas as gpd
import numpy as np
import pytest
import shapely
from folium.plugins import MiniMap

import gridmerge
from gridmerge.errors import OutputError
from gridmerge.findings import make_finding
from gridmerge.geo.crs import lonlat_transformer
from gridmerge.geo.gcj02 import SHIFTS
from gridmerge.model import Addresses, Meeting, Note, Vote
from gridmerge.products import publish_build
from gridmerge.products.labels import VALUE_LABELS
from gridmerge.products.map import (
    MapOptions,
    build_hash,
    inline_assets,
    make_map_figure,
    read_map_data,
    render_map,
    render_map_data,
)
from gridmerge.products.map.folium_page import Page, make_offline_figure
from gridmerge.products.map.inlining import UnknownAssetError
from gridmerge.products.map.labels import LABELS
from gridmerge.products.map.page_types import Duties, Faces, Figures, Grids, MapPayload, Remarks
from gridmerge.products.map.topology_arcs import (
    UNITS_PER_DEGREE,
    Display,
    encode_deltas,
    shared_arcs,
)
from tests.products.map_town import town_data
from tests.products.naive import naive_build

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "{{7*7}}{% raw %}{#",
    "<!--",
    "\u202egnp.exe",
    "村" * 10_000,
    "\u2028",
]

WEB = Path(__file__).parents[2] / "web"
ASSETS = Path(str(resources.files("gridmerge.products.map") / "assets"))
SOURCES = sorted((*(WEB / "src").glob("*.ts"), *ASSETS.glob("*.html")))


@pytest.fixture(scope="module")
def data():
    return town_data()


@pytest.fixture(scope="module")
def page(data):
    return render_map_data(data)


class Elements(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.tags = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))


def value_of(html):
    return json.loads(re.search(r'id="gm-data">(.*?)</script>', html, re.S)[1])


def test_the_page_links_nothing(page):
    for tag, attributes in Elements(page).tags:
        assert not {"src", "href", "srcset", "action"} & attributes.keys(), (tag, attributes)
    assert not re.search(r"url\(\s*(?!['\"]?(?:data:|#))", page), "a style sheet asks for a file"
    assert "@import" not in page


def test_the_browser_is_told_to_let_nothing_out(page):
    policy = [
        a["content"]
        for tag, a in Elements(page).tags
        if a.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy == [
        "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; "
        "font-src data:; connect-src 'none'; form-action 'none'; base-uri 'none'"
    ]


def test_a_base_map_opens_its_own_host_only(data):
    page = render_map_data(
        data, options=MapOptions(basemap="https://{s}.tiles.example/{z}/{x}/{y}.png")
    )
    assert "img-src data: blob: https://*.tiles.example;" in page


def test_an_asset_that_is_not_on_board_is_an_error_that_names_it(data):
    drawn = make_map_figure(data, MapOptions())
    MiniMap().add_to(next(iter(drawn._children.values())))
    with pytest.raises(UnknownAssetError, match=r"Control\.MiniMap\.js"):
        inline_assets(drawn)


def test_the_same_town_gives_the_same_bytes_in_whatever_order_rows_come(data, page):
    shuffled = replace(
        data,
        memberships=data.memberships.sample(frac=1, random_state=3),
        layers=tuple(
            replace(layer, frame=layer.frame.sample(frac=1, random_state=4))
            for layer in data.layers
        ),
    )
    assert render_map_data(shuffled) == page


@pytest.mark.parametrize(
    "name", HOSTILE, ids=["img", "script", "jinja", "comment", "rtl", "long", "separator"]
)
def test_a_hostile_name_arrives_as_the_text_it_is(data, name):
    grids = data.grids.assign(grid_name=name)
    page = render_map_data(replace(data, grids=grids, name=name))
    assert set(value_of(page)["grids"]["name"]) == {name}
    tags = [tag for tag, _ in Elements(page).tags]
    assert tags.count("img") == 0
    assert tags.count("script") == [tag for tag, _ in Elements(render_map_data(data)).tags].count(
        "script"
    )


def test_faces_come_back_from_their_arcs(data, page):
    """Every face, rebuilt from shared arcs, covers the ground it covers in the data."""
    value = value_of(page)
    xs = [np.cumsum(np.array(arc).reshape(-1, 2), axis=0) for arc in value["faces"]["arcs"]]
    for rings, face in zip(value["faces"]["rings"], data.faces.geometry, strict=True):
        rebuilt = [
            shapely.Polygon(np.vstack([xs[n] if n >= 0 else xs[~n][::-1] for n in ring]))
            for ring in rings
        ]
        rebuilt = shapely.transform(
            shapely.union_all(rebuilt), lambda xy: xy / UNITS_PER_DEGREE + value["origin"]
        )
        true = shapely.transform(
            face,
            lambda xy: np.column_stack(lonlat_transformer(data.crs).transform(xy[:, 0], xy[:, 1])),
        )
        assert rebuilt.intersection(true).area / rebuilt.union(true).area > 0.99


def test_each_border_is_written_once(data):
    square = [shapely.box(x, y, x + 1, y + 1) for x in range(2) for y in range(2)]
    arcs = shared_arcs(square)
    used = [n if n >= 0 else ~n for rings in arcs.rings for ring in rings for n in ring]
    assert len(arcs.lines) == 8  # four inner borders, four corners of the rim
    assert sorted(np.bincount(used)) == [1, 1, 1, 1, 2, 2, 2, 2]


def test_an_island_is_shared_with_the_sea_around_it():
    island = shapely.box(4, 4, 6, 6)
    arcs = shared_arcs([shapely.box(0, 0, 10, 10).difference(island), island])
    assert len(arcs.lines) == 2
    assert arcs.rings[1][0][0] in (arcs.rings[0][1][0], ~arcs.rings[0][1][0])


def test_an_arc_shorter_than_the_unit_keeps_two_points(data):
    tiny = [np.array([[480_000.0, 3_236_000.0], [480_000.001, 3_236_000.0]])]
    assert len(encode_deltas(tiny, Display(crs=data.crs, origin=(105.0, 29.0)))[0]) == 4


def test_the_build_hash_names_the_plan_and_not_the_order_of_rows(data):
    faces = data.faces[["face_id", "grid_code"]]
    assert build_hash(faces) == build_hash(faces.sample(frac=1, random_state=1))
    other = faces.assign(grid_code=[faces["grid_code"].iloc[-1], *faces["grid_code"].iloc[1:]])
    assert build_hash(faces) != build_hash(other)


def test_the_page_never_writes_markup_from_data():
    for asset in ASSETS.iterdir():
        text = asset.read_text("utf-8")
        for verb in (
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "new Function",
            "bindPopup",
            "bindTooltip",
        ):
            # an element that h made holds text as text
            elements = text.replace("bindPopup(()=>h(", "")
            assert verb not in elements, f"{asset.name} uses {verb}"


def scripts_of(html):
    return re.findall(r"<script>(.*?)</script>", html, re.S)


def test_every_script_of_the_page_is_es2018(data, page):
    """Offices keep browsers for ten years. The parser knows the language of 2018 and refuses whatever came later."""
    index = inline_assets(make_offline_figure(Page("{}", "atlas"), "x"))
    findings = inline_assets(make_offline_figure(Page("{}", "trouble"), "x"))
    for html in (page, index, findings):
        scripts = scripts_of(html)
        assert (
            len(scripts) >= 2
            and any("gm-data" in script for script in scripts)
            and any("L.map" in s for s in scripts)
        )
        for script in scripts:
            esprima.parseScript(script)


@pytest.mark.parametrize(
    "newer", ["a?.b", "a ?? b", "try {} catch {}", "class A { #x = 1 }", "1n", "a ||= b", "1_000"]
)
def test_the_parser_refuses_what_is_newer(newer):
    with pytest.raises(esprima.Error):
        esprima.parseScript(newer)


LATER = (  # in the libraries of browsers since 2019
    r"\.flatMap\(|\.flat\(|\.at\(-|fromEntries|replaceAll|matchAll|replaceChildren|structuredClone|allSettled|Object\.hasOwn"
    r"|\.trimStart|\.trimEnd|globalThis|queueMicrotask|randomUUID|\.findLast|toSorted|showPicker|\.inert\b"
)


def test_scripts_call_nothing_that_browsers_learned_later():
    for asset in ASSETS.iterdir():
        if asset.name.endswith(".js"):
            newer = re.search(LATER, asset.read_text("utf-8"))
            assert newer is None, f"{asset.name}: {newer and newer[0]}"


def test_a_map_from_the_written_files_equals_the_map_of_the_build(tmp_path):
    build = naive_build(tmp_path)
    publish_build(build, tmp_path / "out")
    written = value_of((tmp_path / "out" / "map.html").read_text("utf-8"))
    again = value_of(render_map_data(read_map_data(tmp_path / "out")))
    busy = set(written["duties"]["member"])
    for page in (
        written,
        again,
    ):  # the written files have the phones of those who hold a grid, and no others
        page["members"]["phone"] = [
            phone if n in busy else "" for n, phone in enumerate(page["members"]["phone"])
        ]
    for part in (
        "base",
        "name",
        "date",
        "crs",
        "works",
        "sizes",
        "villages",
        "grids",
        "members",
        "duties",
        "sources",
    ):
        assert again[part] == written[part], part
    assert [layer["claims"] for layer in again["layers"]] == [
        layer["claims"] for layer in written["layers"]
    ]
    assert [layer["title"]["zh"] for layer in again["layers"]] == [
        layer["title"]["zh"] for layer in written["layers"]
    ]
    assert (
        again["faces"]["id"] == written["faces"]["id"]
        and again["faces"]["zone"] == written["faces"]["zone"]
    )


def test_a_folder_without_a_build_says_what_to_do(tmp_path):
    with pytest.raises(
        OutputError, match=r"does not hold a finished build .* run gridmerge build again"
    ):
        read_map_data(tmp_path)


def test_no_phone_of_the_roster_is_in_the_page(tmp_path):
    build = naive_build(tmp_path)
    page = render_map(build)
    phones = [phone for phone in build.roster.members["phone"] if phone]
    assert phones and not [phone for phone in phones if phone in page]
    assert not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", page)


def test_the_public_sees_no_name_no_phone_no_small_count_and_no_department(data):
    grids = data.grids.assign(households=[3.0, *data.grids["households"].iloc[1:]])
    page = render_map_data(replace(data, grids=grids), options=MapOptions(audience="public"))
    value = value_of(page)
    full_names = set(data.members["name"])
    assert not full_names & set(value["members"]["name"]) and not [
        name for name in full_names if name in page
    ]
    assert not re.search(r"1[3-9]\d(?:\*{4}|\d{4})\d{4}", page), "a phone, masked or not"
    holders = {
        holder for layer in data.layers for holder in layer.frame["holder"] if len(holder) > 1
    }
    assert not [holder for holder in holders if holder in page]
    assert set(value["duties"]["load"]) == {None}, "a load that is withheld is not nought"
    assert value["layers"] == [] and value["remarks"]["kind"] == [] and value["sources"] == []
    assert set(value["figures"].values()) == {None}
    assert value["grids"]["work"][0][0] is None and value["grids"]["load"][0] is None
    assert len(value["faces"]["id"]) == len(data.grids), (
        "pieces of land are nobody's business outside"
    )


SECRETS = (
    "13900001234",
    "139-0000-1234",
    "+86 139 0000 1234",
    "１３９００００１２３４",
    "0813-8201234",
    "11010519491231002X",
)


@pytest.mark.parametrize("audience", ["meeting", "platform", "public"])
def test_no_phone_or_id_number_survives_wherever_it_hid(tmp_path, audience):
    """In a holder's cell, a grid's name, a member's name, a finding's blank, a town's name."""
    build = naive_build(tmp_path)
    secret = "、".join(SECRETS)
    layers = tuple(
        replace(layer, frame=layer.frame.assign(name=secret, holder=f"张三 {secret}"))
        for layer in build.layers
    )
    build = replace(
        build,
        layers=layers,
        plan=replace(build.plan, grids=build.plan.grids.assign(grid_name=secret)),
        township=replace(
            build.township, villages=build.township.villages.assign(village_name=secret)
        ),
        roster=replace(
            build.roster, members=build.roster.members.assign(name=secret, phone=SECRETS[0])
        ),
        assignment=replace(build.assignment, members=build.assignment.members.assign(name=secret)),
        findings=(make_finding("encoding_chosen", layer="party", encoding=secret, file=secret),),
        meeting=Meeting(
            notes=(Note(lon=105.0, lat=29.0, text=secret, by=secret),),
            votes=(Vote(key=f"gap/{secret}", yes=1, no=0, abstain=0),),
        ),
        addresses=Addresses(
            frame=gpd.GeoDataFrame(
                {"address": [secret]}, geometry=build.township.villages.centroid[:1]
            ),
            source=build.sources[0],
        ),
    )
    build = replace(build, township=replace(build.township, name=f"青山镇{secret}"))
    page = render_map(build, options=MapOptions(audience=audience))
    assert not [secret for secret in SECRETS if secret in page]
    plain = json.dumps(value_of(page), ensure_ascii=False)
    assert not [secret for secret in SECRETS if secret in plain]
    assert not re.search(r"(?<![\d.])1[3-9]\d{9}(?![\d.])", plain) and not re.search(
        r"(?<!\d)\d{17}[\dXx](?!\d)", plain
    )


AMAP = "https://webrd0{s}.is.autonavi.com/appmaptile?style=8&x={x}&y={y}&z={z}"


def test_over_shifted_tiles_everything_is_drawn_shifted(data):
    """AMap's tiles are GCJ-02 whatever the option says; the grids must lie where the tiles think they are."""
    data = replace(
        addressed(data, ["幸福路1号"]),
        meeting=Meeting(notes=(Note(lon=105.0, lat=29.0, text="x"),)),
    )
    true, shifted = (
        value_of(render_map_data(data, options=MapOptions(basemap=url))) for url in (None, AMAP)
    )
    assert shifted["basemap"]["datum"] == "gcj02" and true["basemap"]["datum"] == "wgs84"
    first = [
        np.array(value["origin"]) + np.array(value["faces"]["arcs"][0][:2]) / UNITS_PER_DEGREE
        for value in (true, shifted)
    ]
    lon, lat = SHIFTS["gcj02"](*first[0].reshape(2, 1))
    assert np.allclose([lon[0], lat[0]], first[1], atol=2 / UNITS_PER_DEGREE)
    assert not np.allclose(first[0], first[1], atol=1e-3)
    assert abs(true["meeting"]["notes"][0]["lon"] - shifted["meeting"]["notes"][0]["lon"]) > 1e-3
    house = [
        np.array(value["origin"]) + np.array(value["addresses"]["at"][:2]) / UNITS_PER_DEGREE
        for value in (true, shifted)
    ]
    assert np.abs(house[0] - house[1]).max() > 1e-3
    for one, other in zip(true["remarks"]["lon"], shifted["remarks"]["lon"], strict=True):
        assert (one is None) == (other is None) and (one is None or abs(one - other) > 1e-3)


def test_the_policy_opens_the_hosts_of_the_tiles(data):
    assert "img-src data: blob: https://*.is.autonavi.com;" in render_map_data(
        data, options=MapOptions(basemap=AMAP)
    )


def test_tianditu_takes_its_key_from_the_environment(data, monkeypatch):
    monkeypatch.setenv("TIANDITU_KEY", "abc123")
    urls = value_of(render_map_data(data, options=MapOptions(basemap="tianditu")))["basemap"][
        "urls"
    ]
    assert ["vec_w" in url and "tk=abc123" in url for url in urls] == [
        True,
        False,
    ] and "cva_w" in urls[1]
    monkeypatch.delenv("TIANDITU_KEY")
    with pytest.raises(OutputError, match="set the environment variable TIANDITU_KEY") as stopped:
        render_map_data(data, options=MapOptions(basemap="tianditu"))
    assert "密钥" in stopped.value.in_("zh")


@pytest.mark.parametrize(
    "url",
    [
        "tiles/{z}.png",
        "javascript:alert({z})",
        "https://a.b;script-src *;/{z}",
        "https://a.b/x.png",
    ],
)
def test_an_address_that_is_no_tile_address_is_refused(data, url):
    with pytest.raises(OutputError, match="cannot be used"):
        render_map_data(data, options=MapOptions(basemap=url))


def test_every_warning_is_listed_and_a_flood_of_notes_is_counted(data):
    warning, note = data.remarks
    page = value_of(render_map_data(replace(data, remarks=(*[note] * 1500, *[warning] * 1500))))
    assert page["remarks"]["severity"].count("warning") == 1500
    assert len(page["remarks"]["kind"]) + page["unlisted"] == 3000 and page["unlisted"] == 1480
    assert page["counts"] == {f"{note.kind}/{note.layer}": 1500}


def test_an_input_that_is_no_network_is_not_taken_for_one(tmp_path):
    build = naive_build(tmp_path)
    listed = replace(build.sources[0], key="matters")
    publish_build(replace(build, sources=(*build.sources, listed)), tmp_path / "out")
    assert [layer.key for layer in read_map_data(tmp_path / "out").layers] == sorted(
        layer.key for layer in build.layers
    )


def messages_of(page):
    remarks = value_of(page)["remarks"]
    return list(zip(remarks["zh"], remarks["en"], strict=True))


def test_a_map_redrawn_in_the_other_language_says_its_findings_in_it(tmp_path):
    build = naive_build(tmp_path)
    publish_build(build, tmp_path / "out")
    said = messages_of(render_map(build))
    assert (
        messages_of(
            render_map_data(read_map_data(tmp_path / "out"), options=MapOptions(language="en"))
        )
        == said
    )
    assert all(zh != en and not re.search(r"[\u4e00-\u9fff]", en) for zh, en in said)


def test_the_docket_of_the_written_files_is_that_of_the_build(tmp_path):
    build = naive_build(tmp_path)
    publish_build(build, tmp_path / "out")
    written = value_of((tmp_path / "out" / "map.html").read_text("utf-8"))
    again = value_of(render_map_data(read_map_data(tmp_path / "out")))
    assert again["docket"] == written["docket"]
    assert {item["kind"] for item in written["docket"]} == {"gap", "double", "line"}


def unpacked(packed):
    text, texts = "", []
    for shared, rest in zip(packed["shared"], packed["rest"], strict=True):
        text = text[:shared] + rest
        texts.append(text)
    return texts


def addressed(data, names):
    spots = shapely.points(
        np.column_stack([np.linspace(0, 900, len(names)), np.zeros(len(names))])
        + data.faces.total_bounds[:2]
    )
    return replace(
        data, addresses=gpd.GeoDataFrame({"address": names}, geometry=spots, crs=data.crs)
    )


def test_addresses_are_written_short_and_come_back_whole(data):
    names = sorted(["幸福路1号", "幸福路12号", "幸福街", "😀巷1号", "😀巷2号", "A", "A" * 60])
    packed = value_of(render_map_data(addressed(data, names)))["addresses"]
    assert unpacked(packed) == names and not packed["coarse"]
    shown = addressed(data, names).addresses.geometry
    lon, lat = lonlat_transformer(data.crs).transform(shown.x.to_numpy(), shown.y.to_numpy())
    at = np.cumsum(np.array(packed["at"]).reshape(-1, 2), axis=0) / UNITS_PER_DEGREE
    origin = value_of(render_map_data(data))["origin"]
    assert np.allclose(at + origin, np.column_stack([lon, lat]), atol=1 / UNITS_PER_DEGREE)


def test_too_many_addresses_lose_their_house_numbers_and_stay_small(data):
    names = [
        f"第{street}大道{number}号{building}栋"
        for street in range(60)
        for number in range(100)
        for building in range(5)
    ]
    plain, many = render_map_data(data), render_map_data(addressed(data, names))
    packed = value_of(many)["addresses"]
    assert packed["coarse"] and unpacked(packed) == sorted(
        {f"第{street}大道" for street in range(60)}
    )
    full = [name for name in names if name.endswith(("0栋", "1栋", "2栋"))]
    assert len(render_map_data(addressed(data, full)).encode()) - len(plain.encode()) < 700_000


def test_the_public_cannot_search_addresses_and_no_secret_hides_in_one(data):
    shown = addressed(data, ["幸福路 13900001234", "红旗路"])
    assert (
        value_of(render_map_data(shown, options=MapOptions(audience="public")))["addresses"]["rest"]
        == []
    )
    for audience in ("meeting", "platform"):
        assert "13900001234" not in render_map_data(shown, options=MapOptions(audience=audience))


def test_the_map_calls_severities_what_the_report_calls_them():
    for severity in ("error", "warning", "note"):
        assert LABELS[severity].zh == VALUE_LABELS[severity].zh


def test_every_word_of_the_pages_is_asked_for_and_in_both_languages():
    code = "".join(source.read_text("utf-8") for source in SOURCES if source.name != "labels.ts")
    asked = set(re.findall(r"data-t(?:-title|-placeholder)?=\"(\w+)\"", code))
    composed = {key for key in LABELS if key.startswith(("duty_", "aside_"))} | {
        "comprehensive",
        "exclusive",
    }
    assert asked <= LABELS.keys()
    assert not {
        key for key in LABELS.keys() - composed if f'"{key}"' not in code and f"{key}:" not in code
    }
    for key, text in LABELS.items():
        assert sorted(re.findall(r"\{\d\}", text.zh)) == sorted(re.findall(r"\{\d\}", text.en)), key


def chinese_texts(file):
    """Every Chinese text of a Python file that is long enough to be more than a word."""
    nodes = (
        node.value
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Constant)
    )
    return {
        text
        for text in nodes
        if isinstance(text, str) and len(re.findall(r"[\u4e00-\u9fff]", text)) >= 6
    }


def test_no_sentence_of_the_pages_stands_anywhere_else():
    package = Path(gridmerge.__file__).parent
    mine = package / "products" / "map" / "labels.py"
    assert len(chinese_texts(mine)) > 50
    for file in package.rglob("*.py"):
        if file != mine:
            assert not chinese_texts(file) & chinese_texts(mine), file
    scripts = [
        source for source in SOURCES if source.suffix == ".ts" and source.name != "labels.ts"
    ]
    said = [
        line
        for source in scripts
        for line in code_of(source)
        if re.search(r"[\u4e00-\u9fff]", line)
    ]
    assert said == []


def code_of(source):
    """Lines of a script that are no comments."""
    return [
        line
        for line in source.read_text("utf-8").splitlines()
        if not line.lstrip().startswith("//")
    ]


def test_what_the_scripts_take_from_python_is_generated_from_it():
    spec = importlib.util.spec_from_file_location("generate", WEB / "generate.py")
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    for name, text in generate.FILES.items():
        assert (WEB / "src" / name).read_text("utf-8") == text(), (
            f"run: python web/generate.py ({name})"
        )


def test_the_map_tells_each_field_that_its_type_names(page):
    value = value_of(page)
    assert list(value) == list(MapPayload.__annotations__)
    for name, of in (
        ("grids", Grids),
        ("faces", Faces),
        ("duties", Duties),
        ("remarks", Remarks),
        ("figures", Figures),
    ):
        assert set(value[name]) == set(get_type_hints(of)), name
