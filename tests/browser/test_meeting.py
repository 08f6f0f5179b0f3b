"""What people do in the meeting, done in a real browser."""

from __future__ import annotations

import json
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gridmerge.config.settings import Grids
from gridmerge.geo.crs import lonlat_transformer
from gridmerge.i18n.text import Text
from gridmerge.model import Meeting, Note, Vote
from gridmerge.products import publish_build
from gridmerge.products.map import make_township_index_page, render_map_data
from gridmerge.products.map.data import MapLayer
from tests.products.naive import naive_build
from tests.towns import draw_town

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(scope="module")
def borders(data):
    """The graph of faces that share a line inside one village, worked out apart from the page."""
    shapes = data.faces.geometry.to_numpy()
    a, b = shapely.STRtree(shapes).query(shapes, predicate="touches")
    length = shapely.length(shapely.intersection(shapes[a], shapes[b]))
    ids, villages = data.faces["face_id"].to_numpy(), data.faces["village_code"].to_numpy()
    next_to = {face: set() for face in ids}
    for i, j in zip(a[length > 1], b[length > 1], strict=True):
        if villages[i] == villages[j]:
            next_to[ids[i]].add(ids[j])
    return next_to


def whole(faces, borders):
    """Whether faces hang together."""
    left, open_ = set(faces), [faces[0]]
    while open_:
        reached = borders[open_.pop()] & left
        left -= reached
        open_ += reached
    return not left - {faces[0]}


@pytest.fixture(scope="module")
def grid_of(data):
    return dict(zip(data.faces["face_id"], data.faces["grid_code"], strict=True))


@pytest.fixture(scope="module")
def lawful(data, borders, grid_of):
    """(face, to): a move that leaves both grids whole."""
    for face in borders:
        rest = [other for other in borders if grid_of[other] == grid_of[face] and other != face]
        targets = sorted({grid_of[other] for other in borders[face]} - {grid_of[face]})
        if len(rest) > 2 and targets and whole(rest, borders):
            return face, targets[0]
    raise AssertionError("the town has no lawful move")


def test_every_face_is_drawn_inside_its_grid_whichever_way_its_ring_runs(meet, data, grid_of):
    faces = data.faces.copy()
    faces.geometry = [shape.reverse() if n % 3 else shape for n, shape in enumerate(faces.geometry)]
    meeting = meet(replace(data, faces=faces))
    drawn = meeting.page.evaluate(
        "ids => ids.map(id => window.gridmerge.drawnIn(id))", list(grid_of)
    )
    assert drawn == [[grid] for grid in grid_of.values()]


def start_editing(meeting, target_face):
    meeting.page.click("[data-tab=edit]")
    meeting.page.click("#gm-edit-switch")
    meeting.click_face(target_face)


def a_face_in(grid_of, grid):
    return next(face for face, code in grid_of.items() if code == grid)


def test_a_click_tells_who_is_responsible_here(meet, data):
    meeting = meet()
    face = data.faces.iloc[5]
    meeting.click_face(face["face_id"])
    grid = data.grids.set_index("grid_code").loc[face["grid_code"]]
    card = meeting.text("#gm-card")
    assert grid["grid_name"] in card and face["grid_code"] in card and grid["village_name"] in card
    assert f"{int(grid['households'])} 户" in card
    held = data.assignments[data.assignments["grid_code"] == face["grid_code"]].merge(
        data.members, on="member_id"
    )
    for name, phone in zip(held["name"], held["phone"], strict=True):
        assert name in card and phone in card
    here = data.memberships[data.memberships["face_id"] == face["face_id"]]
    for layer, source in zip(here["layer"], here["source_id"], strict=True):
        frame = (
            next(one.frame for one in data.layers if one.key == layer)
            .set_index("source_id")
            .loc[source]
        )
        assert frame["name"] in card and frame["holder"] in card
    assert meeting.errors == []


def test_the_page_asks_for_nothing_but_itself(meet, data):
    meeting = meet()
    meeting.click_face(data.faces["face_id"].iloc[0])
    for button in (
        "#gm-compare",
        "#gm-language",
        "#gm-big",
        "[data-tab=check]",
        "[data-tab=layers]",
        "[data-colour=member] >> nth=0",
    ):
        meeting.page.click(button)
    meeting.page.wait_for_timeout(200)
    assert [url for url in meeting.requests if not url.startswith(("data:", "blob:"))] == [
        meeting.file.as_uri()
    ]
    assert meeting.errors == []


def test_the_policy_stops_whatever_would_leave_the_page(meet):
    meeting = meet()
    got_out = meeting.page.evaluate(
        "() => fetch('https://example.org/').then(() => true, () => false)"
    )
    assert got_out is False
    assert any("Content Security Policy" in error for error in meeting.errors)


def test_a_face_moves_with_its_work_and_comes_back(meet, data, grid_of, lawful):
    face, to = lawful
    meeting = meet()
    start_editing(meeting, a_face_in(grid_of, to))
    meeting.click_face(face)
    assert meeting.grid_of(face) == to
    row = data.faces.set_index("face_id").loc[face]
    before = data.grids.set_index("grid_code").loc[to, "households"]
    assert f"{int(before + row['households'])} 户" in meeting.text(".target").replace(
        "\n", " "
    ).replace(",", "").replace("  ", " ")
    assert meeting.edits()["moves"] == [{"face": face, "from": grid_of[face], "to": to}]
    meeting.page.click("#gm-undo")
    assert meeting.grid_of(face) == grid_of[face] and meeting.edits()["moves"] == []
    meeting.page.keyboard.press("Control+y")
    assert meeting.grid_of(face) == to
    meeting.page.keyboard.press("Control+z")
    assert meeting.grid_of(face) == grid_of[face]
    assert meeting.errors == []


def refused(meeting, face):
    meeting.click_face(face)
    meeting.page.wait_for_selector(".gm-toast.bad.show")
    return meeting.text("#gm-toast")


def test_no_grid_may_cross_a_village_line(meet, data, grid_of):
    meeting = meet()
    target = data.faces["face_id"].iloc[0]
    other = data.faces[data.faces["village_code"] != data.faces["village_code"].iloc[0]][
        "face_id"
    ].iloc[0]
    start_editing(meeting, target)
    names = data.villages.set_index("village_code")["village_name"]
    said = refused(meeting, other)
    assert (
        names[grid_of[target][:12]] in said
        and names[grid_of[other][:12]] in said
        and "网格不得跨村" in said
    )
    assert meeting.grid_of(other) == grid_of[other]


def test_no_grid_may_fall_in_two(meet, borders, grid_of):
    for face in borders:
        rest = [other for other in borders if grid_of[other] == grid_of[face] and other != face]
        targets = sorted({grid_of[other] for other in borders[face]} - {grid_of[face]})
        if rest and targets and not whole(rest, borders):
            break
    meeting = meet()
    start_editing(meeting, a_face_in(grid_of, targets[0]))
    assert f"网格 {grid_of[face][-3:]} 会断成两截" in refused(meeting, face)
    assert meeting.edits()["moves"] == []


def test_land_that_does_not_touch_cannot_join(meet, borders, grid_of):
    face, target = next(
        (face, other)
        for face in borders
        for other in borders
        if grid_of[face][:12] == grid_of[other][:12]
        and grid_of[face] != grid_of[other]
        and len([f for f in borders if grid_of[f] == grid_of[face]]) > 1
        and not any(grid_of[near] == grid_of[other] for near in borders[face])
    )
    meeting = meet()
    start_editing(meeting, target)
    assert "不相连" in refused(meeting, face)


def test_no_grid_may_be_emptied(meet, data, borders, grid_of):
    lone = data.faces["face_id"].iloc[0]
    code = grid_of[lone][:12] + "799"
    faces = data.faces.assign(
        grid_code=data.faces["grid_code"].where(data.faces["face_id"] != lone, code)
    )
    row = data.grids[data.grids["grid_code"] == grid_of[lone]].assign(grid_code=code)
    meeting = meet(
        replace(data, faces=faces, grids=pd.concat([data.grids, row], ignore_index=True))
    )
    near = next(iter(sorted(borders[lone])))
    start_editing(meeting, near)
    assert "最后一个最小面" in refused(meeting, lone)


def test_an_exclusive_zone_stays_whole(meet, data, grid_of, lawful):
    face, to = lawful
    faces = data.faces.assign(
        zone=["special/ZS01" if f == face else "" for f in data.faces["face_id"]]
    )
    meeting = meet(replace(data, faces=faces))
    start_editing(meeting, a_face_in(grid_of, to))
    assert "专属网格整块划定" in refused(meeting, face)


def test_what_was_moved_survives_a_reload(meet, grid_of, lawful):
    face, to = lawful
    meeting = meet()
    start_editing(meeting, a_face_in(grid_of, to))
    meeting.click_face(face)
    meeting.open()
    assert meeting.grid_of(face) == to
    assert "已恢复上次未导出的 1 处调整" in meeting.text("#gm-toast")


def test_edits_go_out_as_a_file_and_come_in_again(meet, data, grid_of, lawful, tmp_path):
    face, to = lawful
    meeting = meet()
    start_editing(meeting, a_face_in(grid_of, to))
    meeting.click_face(face)
    meeting.page.fill("#gm-by", "王主任")
    with meeting.page.expect_download() as waiting:
        meeting.page.click("#gm-download")
    waiting.value.save_as(tmp_path / "edits.json")
    edits = json.loads((tmp_path / "edits.json").read_text("utf-8"))
    assert edits["format"] == "gridmerge-edits/1" and edits["by"] == "王主任"
    assert edits["moves"] == [{"face": face, "from": grid_of[face], "to": to}]
    meeting.page.click("#gm-reset")
    assert meeting.grid_of(face) == grid_of[face]
    meeting.page.set_input_files("#gm-edits-file", tmp_path / "edits.json")
    meeting.page.wait_for_function(
        "() => document.getElementById('gm-toast').textContent.includes('已导入 1 处调整')"
    )
    assert meeting.grid_of(face) == to


def test_a_file_for_another_build_is_matched_and_what_fails_is_told(
    meet, grid_of, lawful, tmp_path
):
    face, to = lawful
    moves = [
        {"face": face, "from": grid_of[face], "to": to},
        {"face": "F<b>gone", "from": grid_of[face], "to": to},
        {"face": a_face_in(grid_of, to), "from": "999999999999999", "to": to},
    ]
    (tmp_path / "edits.json").write_text(
        json.dumps({"format": "gridmerge-edits/1", "base": "0000", "moves": moves}), "utf-8"
    )
    meeting = meet()
    meeting.page.click("[data-tab=edit]")
    meeting.page.set_input_files("#gm-edits-file", tmp_path / "edits.json")
    meeting.page.wait_for_selector(".gm-toast.bad.show")
    assert "已导入 1 处，2 处未能应用" in meeting.text("#gm-toast")
    panel = meeting.text("#gm-tab")
    assert (
        "该文件是为另一次成果做的" in panel
        and "最小面 F<b>gone 在本图中不存在" in panel
        and "不是 999999999999999" in panel
    )


def test_a_file_of_something_else_is_refused(meet, tmp_path):
    (tmp_path / "other.json").write_text('{"type": "FeatureCollection"}', "utf-8")
    meeting = meet()
    meeting.page.click("[data-tab=edit]")
    meeting.page.set_input_files("#gm-edits-file", tmp_path / "other.json")
    meeting.page.wait_for_selector(".gm-toast.bad.show")
    assert "这不是 gridmerge 的调整文件" in meeting.text("#gm-toast")


@pytest.mark.parametrize("by", ["grid_code", "name", "holder"])
def test_search_finds_grids_members_and_departmental_grids(meet, data, by):
    meeting = meet()
    wanted = {
        "grid_code": data.grids["grid_code"].iloc[2],
        "name": data.assignments.merge(data.members, on="member_id")["name"].iloc[0],
        "holder": data.layers[0].frame["holder"].iloc[0],
    }[by]
    meeting.page.fill("#gm-search", wanted)
    assert wanted in meeting.text("#gm-found")
    meeting.page.press("#gm-search", "Enter")
    if by != "holder":
        assert wanted in meeting.text("#gm-card")
    assert meeting.errors == []


def test_an_address_leads_to_who_is_responsible_there(meet, data):
    points = data.faces.geometry.representative_point()
    names = [f"幸福路{n}号" for n in range(len(points) - 2)] + [
        "幸福路😀巷",
        "<img src=x onerror=alert(1)>路",
    ]
    meeting = meet(
        replace(data, addresses=gpd.GeoDataFrame({"address": names}, geometry=points, crs=data.crs))
    )
    for face, name in zip(
        data.faces.iloc[[7, -1, -2]].itertuples(), [names[7], names[-1], names[-2]], strict=True
    ):
        meeting.page.fill("#gm-search", name)
        meeting.page.locator("#gm-found li", has_text=name).first.click()
        meeting.page.wait_for_timeout(400)
        assert face.grid_code in meeting.text("#gm-card") and in_sight(meeting, face.face_id)
    assert meeting.errors == []


def test_the_search_knows_departments_in_both_languages(meet, data):
    meeting = meet()
    layer = data.layers[0]
    for wanted in (layer.title.zh, layer.title.en, layer.key, layer.frame["source_id"].iloc[0]):
        meeting.page.fill("#gm-search", wanted)
        assert meeting.text("#gm-found").count("部门") > 0, wanted


def test_a_note_is_pinned_and_a_vote_is_counted(meet, data):
    meeting = meet()
    meeting.page.click("[data-tab=edit]")
    meeting.page.click("#gm-note")
    meeting.click_face(data.faces["face_id"].iloc[3])
    meeting.page.fill("#gm-note-text", "菜市场归哪边？<b>")
    meeting.page.click("#gm-note-save")
    assert meeting.edits()["notes"][0]["text"] == "菜市场归哪边？<b>"
    meeting.page.click("[data-tab=check]")
    item = meeting.page.get_attribute(".docket [data-item] >> nth=0", "data-item")
    meeting.page.click(".docket [data-item] >> nth=0")
    meeting.page.fill("[data-vote=yes]", "7")
    meeting.page.press("[data-vote=yes]", "Tab")
    meeting.open()
    assert meeting.edits()["votes"] == [{"item": item, "yes": 7, "no": 0, "abstain": 0}]
    assert meeting.edits()["notes"][0]["text"] == "菜市场归哪边？<b>"


def test_the_switch_turns_every_label_to_english(meet, data):
    meeting = meet()
    meeting.click_face(data.faces["face_id"].iloc[0])
    meeting.page.click("#gm-language")
    labels = meeting.page.evaluate(
        "() => [...document.querySelectorAll('[data-t], .eyebrow, h3, .tile .name, .badge, [role=tab]')].map(e => e.textContent)"
    )
    chinese = [
        label
        for label in labels
        if any("\u4e00" <= c <= "\u9fff" for c in label) and label != "中文"
    ]
    assert chinese == []


HOSTILE = {
    "img": "<img src=x onerror=alert(1)>",
    "script": "</script><script>alert(1)</script>",
    "long": "长" * 10_000,
    "rtl": "\u202e\u0627\u0644\u0645\u062f\u064a\u0646\u0629",
    "emoji": "网格👩‍👩‍👧🏳️‍🌈",
    "jinja": "{{7*7}}{%raw%}",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_name_is_shown_as_text(meet, data, kind):
    name = HOSTILE[kind]
    layers = tuple(
        replace(one, frame=one.frame.assign(name=name, holder=name)) for one in data.layers
    )
    shown = replace(
        data,
        name=name,
        grids=data.grids.assign(grid_name=name),
        members=data.members.assign(name=name),
        villages=data.villages.assign(village_name=name),
        layers=layers,
    )
    meeting = meet(shown)
    meeting.click_face(data.faces["face_id"].iloc[0])
    meeting.page.fill("#gm-search", name[:12])
    for tab in ("check", "layers", "edit", "overview"):
        meeting.page.click(f"[data-tab={tab}]")
    assert name[:40] in meeting.page.text_content("#gm-card h2")
    assert meeting.page.locator("#gm-card img, #gm-card script, .gm-side img").count() == 0
    assert meeting.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert meeting.errors == []


def test_a_phone_shows_the_card_as_a_sheet_and_keeps_the_place_in_sight(meet, data):
    meeting = meet(width=390, height=844)
    face = data.faces["face_id"].iloc[-1]
    meeting.click_face(face)
    meeting.page.wait_for_timeout(400)
    card = meeting.page.locator("#gm-card").bounding_box()
    assert card["x"] == 0 and card["width"] == 390 and card["y"] + card["height"] == 844
    _, y = meeting.page.evaluate("face => window.gridmerge.spot(face)", face)
    assert y < card["y"]


def test_a_browser_that_knows_no_gap_between_boxes_still_spaces_them(chromium, data, tmp_path):
    html = render_map_data(data)
    assert html.count("gap:") > 10
    file = tmp_path / "map.html"
    file.write_text(html.replace("row-gap", "x-gap").replace("gap:", "x-gap:"), "utf-8")
    page = chromium.new_page()
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-ready]")
    first, second = (page.locator("nav .tool").nth(n).bounding_box() for n in (0, 1))
    assert second["x"] - first["x"] - first["width"] >= 6
    page.close()


def test_rivers_and_roads_are_no_departments(meet, data):
    river = MapLayer(
        key="rivers",
        title=Text("水利", "Water"),
        role="barrier",
        frame=gpd.GeoDataFrame(
            {"source_id": ["1"], "name": ["清溪"], "holder": [""]},
            geometry=[shapely.LineString(data.faces.total_bounds.reshape(2, 2))],
            crs=data.crs,
        ),
    )
    meeting = meet(replace(data, layers=(*data.layers, river)))
    meeting.page.click("[data-tab=layers]")
    lists = meeting.page.locator(".networks").all_inner_texts()
    assert (
        "水利" in lists[0] and "水利" not in lists[1] and "河流、道路等" in meeting.text("#gm-tab")
    )
    meeting.page.locator(".tick", has_text="水利").click()
    assert "水利" in meeting.text("#gm-legend")
    meeting.click_face(data.faces["face_id"].iloc[5])
    assert "水利" not in meeting.text("#gm-card")
    assert meeting.errors == []


def test_on_a_phone_the_docket_makes_way_for_the_land_it_is_about(meet, data):
    face = data.faces["face_id"].iloc[9]
    meeting = meet(docketed(data, "gaps", face, layer=data.layers[0].key), width=390, height=844)
    meeting.page.click("#gm-panel-button")
    meeting.page.wait_for_timeout(400)
    meeting.page.click("[data-tab=check]")
    meeting.page.click("[data-item^='gaps/']")
    meeting.page.wait_for_timeout(400)
    side = meeting.page.locator(".gm-side").bounding_box()
    assert side["x"] + side["width"] <= 0 and in_sight(meeting, face)


def test_a_note_from_a_map_of_another_datum_is_kept_but_not_put_in_the_wrong_place(
    meet, data, tmp_path
):
    meeting = meet()
    base = meeting.page.evaluate(
        "() => JSON.parse(document.getElementById('gm-data').textContent).base"
    )
    notes = [
        {"lon": 105.0, "lat": 29.0, "text": "偏移图上的意见", "datum": "gcj02"},
        {"lon": 105.0, "lat": 29.0, "text": "旧文件"},
    ]
    file = tmp_path / "edits.json"
    file.write_text(
        json.dumps(
            {"format": "gridmerge-edits/1", "base": base, "moves": [], "notes": notes, "votes": []}
        ),
        "utf-8",
    )
    meeting.page.click("[data-tab=edit]")
    meeting.page.set_input_files("#gm-edits-file", file)
    meeting.page.wait_for_selector("text=偏移图上的意见")
    meeting.page.click("text=偏移图上的意见")
    assert "另一种坐标" in meeting.text("#gm-toast")
    assert [note["datum"] for note in meeting.edits()["notes"]] == ["gcj02", "wgs84"]
    assert meeting.errors == []


def on_a_phone(meet, tab):
    """The page on a phone, with its panel open at a tab."""
    meeting = meet(width=390, height=844)
    meeting.page.click("#gm-panel-button")
    meeting.page.wait_for_timeout(400)
    meeting.page.click(f"[data-tab={tab}]")
    return meeting


def test_a_phone_can_compare_before_and_after_too(meet):
    meeting = on_a_phone(meet, "layers")
    meeting.page.click("#gm-compare-too")
    meeting.page.wait_for_timeout(400)
    assert (
        meeting.page.locator("#gm-slider").is_visible()
        and meeting.page.locator(".gm-side").bounding_box()["x"] < -300
    )
    assert meeting.errors == []


def test_nobody_edits_on_a_map_for_the_platform(meet):
    meeting = meet(audience="platform")
    assert meeting.page.locator("[data-tab=edit]").count() == 0


def test_tiles_come_from_the_host_that_was_named_and_nothing_else_does(meet):
    meeting = meet(basemap="http://tiles.invalid/{z}/{x}/{y}.png")
    meeting.page.wait_for_timeout(300)
    hosts = {url.split("/")[2] for url in meeting.requests if url.startswith("http")}
    assert hosts == {"tiles.invalid"}


def test_the_slider_shows_before_on_one_side_and_after_on_the_other(meet):
    meeting = meet()
    meeting.page.click("#gm-compare")
    left, right = (
        meeting.page.evaluate(
            """value => {
              const slider = document.getElementById('gm-slider');
              slider.value = value;
              slider.dispatchEvent(new Event('input'));
              return document.querySelector('.leaflet-gm-before-pane').style.clip;
            }""",
            value,
        )
        for value in (100, 900)
    )
    edge = [float(clip.split(",")[1].strip().removesuffix("px")) for clip in (left, right)]
    assert edge[1] - edge[0] == pytest.approx(
        0.8 * meeting.page.locator(".folium-map").bounding_box()["width"], abs=2
    )
    meeting.page.click("#gm-compare")
    assert meeting.page.locator("#gm-compare-box").is_hidden()
    assert meeting.errors == []


def docketed(data, kind, face, **columns):
    """The town with one item on its docket."""
    row = {
        "item": "X1",
        "village_code": "",
        "area_m2": 1.0,
        "faces": face,
        "key": f"{kind}/one/{face}",
        **columns,
    }
    row |= dict.fromkeys(("yes", "no", "abstain"), float("nan"))
    return replace(data, docket={kind: pd.DataFrame([row])})


def in_sight(meeting, face):
    x, y = meeting.page.evaluate("face => window.gridmerge.spot(face)", face)
    box = meeting.page.locator(".folium-map").bounding_box()
    return box["x"] < x < box["x"] + box["width"] and box["y"] < y < box["y"] + box["height"]


@pytest.mark.parametrize("layer", [0, None])
def test_nobodys_land_is_on_the_docket_with_what_is_at_stake_and_flies_there(meet, data, layer):
    face = data.faces.sort_values("households").iloc[-1]
    key = "" if layer is None else data.layers[layer].key
    meeting = meet(docketed(data, "gaps", face["face_id"], layer=key))
    meeting.page.click("[data-tab=check]")
    before = meeting.page.evaluate("() => window.gridmerge.map.getZoom()")
    item = f"[data-item='gaps/one/{face['face_id']}']"
    told = meeting.text(item)
    assert "X1" in told and f"户数 {face['households']:.0f}户" in told
    assert ("所有部门都无人认领" if layer is None else f"{data.layers[0].title.zh}：") in told
    meeting.page.click(item)
    assert in_sight(meeting, face["face_id"])
    assert meeting.page.evaluate("() => window.gridmerge.map.getZoom()") > before
    assert meeting.errors == []


def test_land_claimed_twice_names_both_claimants(meet, data):
    layer = data.layers[0]
    own = (
        data.memberships[data.memberships["layer"] == layer.key].drop_duplicates("face_id").iloc[4]
    )
    other = next(source for source in layer.frame["source_id"] if source != own["source_id"])
    twice = pd.DataFrame({"face_id": [own["face_id"]], "layer": [layer.key], "source_id": [other]})
    shown = replace(data, memberships=pd.concat([data.memberships, twice], ignore_index=True))
    meeting = meet(docketed(shown, "claims", own["face_id"], layer=layer.key))
    meeting.page.click("[data-tab=check]")
    told = meeting.text("[data-item^='claims/']")
    names = layer.frame.set_index("source_id")["name"]
    assert "被重复认领" in told and names[other] in told and names[own["source_id"]] in told
    meeting.click_face(own["face_id"])
    assert "重复认领" in meeting.text("#gm-card")


def test_a_line_in_dispute_tells_who_stands_on_which_side_and_moves_the_land_there(
    meet, data, grid_of, lawful
):
    face, to = lawful
    keys = [layer.key for layer in data.layers]
    beside, own = (
        a_face_in(grid_of, to),
        next(f for f in grid_of if grid_of[f] == grid_of[face] and f != face),
    )
    sides = {"layers_a": ";".join(keys[:2]), "layers_b": keys[2], "faces_a": beside, "faces_b": own}
    meeting = meet(docketed(data, "disputes", face, length_m=254.3, width_m=22.6, **sides))
    meeting.page.click("[data-tab=check]")
    meeting.page.click("[data-item^='disputes/']")
    told = meeting.text(".item.on")
    assert "长 254 米、宽 23 米" in told and "2 个部门与 1 个部门划法不同" in told
    side_a, side_b = meeting.page.locator(".side").all_inner_texts()
    assert (
        data.layers[0].title.zh in side_a
        and data.layers[1].title.zh in side_a
        and to[-3:] in side_a
    )
    assert data.layers[2].title.zh in side_b and grid_of[face][-3:] in side_b
    assert meeting.page.locator("[data-move]").count() == 1, "the land is on side b already"
    for number, listed in ((0, 1), (2, 1), (3, 0)):
        meeting.page.select_option("#gm-docket-of", str(number))
        assert meeting.page.locator("[data-item^='disputes/']").count() == listed, number
    meeting.page.select_option("#gm-docket-of", "-1")
    meeting.page.click(f"[data-to='{to}']")
    assert meeting.grid_of(face) == to
    assert meeting.errors == []


def test_what_an_earlier_meeting_voted_and_noted_is_shown_and_goes_on(meet, data):
    face = data.faces["face_id"].iloc[3]
    shown = docketed(data, "gaps", face, layer=data.layers[0].key)
    point = shapely.transform(
        data.faces.geometry.iloc[3].representative_point(),
        lambda xy: np.column_stack(lonlat_transformer(data.crs).transform(*xy.T)),
    )
    note = Note(lon=point.x, lat=point.y, text="上次会议：先征求居民意见", by="王主任")
    vote = Vote(key=f"gaps/one/{face}", yes=9, no=2, abstain=1)
    shown = replace(shown, meeting=Meeting(votes=(vote,), notes=(note,)))
    meeting = meet(shown)
    assert [row["text"] for row in meeting.edits()["notes"]] == [note.text]
    assert meeting.edits()["votes"] == [{"item": vote.key, "yes": 9, "no": 2, "abstain": 1}]
    meeting.page.click("[data-tab=check]")
    assert "同意 9 · 反对 2 · 弃权 1" in meeting.text(f"[data-item='{vote.key}']")
    meeting.page.click("[data-tab=edit]")
    assert note.text in meeting.text(".notes") and note.by in meeting.text(".notes")
    platform = meet(shown, audience="platform")
    platform.page.click("[data-tab=check]")
    assert (
        note.text in platform.text("#gm-tab") and platform.page.locator("[data-vote]").count() == 0
    )
    assert platform.text(".stamp") == "内部资料"
    public = meet(shown, audience="public")
    assert public.text(".stamp") == "公众版（未经审图，不得公开）"
    assert meet(shown, audience="public", review_number="川S(2026)001号").text(".stamp") == "公众版"
    assert note.text not in public.page.content() and "gaps/one" not in public.page.content()


def test_an_index_of_townships_links_the_map_of_each(chromium, tmp_path):
    folders = [tmp_path / "青山镇 成果", tmp_path / "two"]
    for number, folder in enumerate(folders):
        build = naive_build(tmp_path, draw_town(seed=1, villages=2, layers=3, blocks=8))
        project = build.settings.project.model_copy(update={"name": f"镇<b>{number}"})
        settings = build.settings.model_copy(update={"project": project})
        publish_build(
            replace(build, settings=settings, township=replace(build.township, name=project.name)),
            folder,
        )
    (tmp_path / "index.html").write_text(make_township_index_page(folders, tmp_path), "utf-8")
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    page.goto((tmp_path / "index.html").as_uri())
    page.wait_for_selector("html[data-ready]")
    names = page.locator(".town-name").all_text_contents()
    assert names == ["镇<b>0", "镇<b>1"] and page.locator(".town-name b").count() == 0
    shown = page.locator(".town-name span").evaluate_all(
        "all => all.map(one => one.style.visibility)"
    )
    assert shown.count("hidden") == 1, "the two towns lie on one spot: one name waits"
    page.click("#gm-panel-button")
    page.wait_for_timeout(400)
    assert page.locator("a.town").count() == 2
    assert "2026-01-02" in page.inner_text(
        "a.town >> nth=0"
    ) and "争议界线 1 处" in page.inner_text("a.town >> nth=0")
    page.fill("#gm-search", "<B>1")
    assert (
        page.locator("a.town").all_inner_texts()[0].startswith("镇<b>1")
        and page.locator("a.town").count() == 1
    )
    page.click("a.town >> nth=0")
    page.wait_for_selector("#gm-card", state="attached")
    assert page.url == (folders[1] / "map.html").as_uri()
    page.close()


def test_a_project_without_workload_is_drawn_by_area(meet, data):
    shown = replace(
        data,
        works=(),
        sizes=Grids(unit="area_ha", target=50, min=10, max=200),
        members=data.members.iloc[:0],
        assignments=data.assignments.iloc[:0],
    )
    meeting = meet(shown)
    meeting.click_face(data.faces["face_id"].iloc[5])
    assert "公顷" in meeting.text("#gm-tab") and "未提供人员名册" in meeting.text("#gm-card")
    grid = data.grids.set_index("grid_code").loc[data.faces["grid_code"].iloc[5]]
    assert f"{grid['area_m2'] / 1e4:.0f}" in meeting.text(".bar.on").replace(",", "")
    assert meeting.errors == []


def test_in_large_letters_on_a_small_projector_the_card_covers_neither_the_legend_nor_its_grid(
    meet, data, grid_of
):
    meeting = meet(width=1280, height=720)
    face = data.faces["face_id"].iloc[5]
    meeting.click_face(face)
    meeting.page.click("#gm-big")
    meeting.page.wait_for_timeout(800)
    card, legend = (meeting.page.locator(one).bounding_box() for one in ("#gm-card", "#gm-legend"))
    assert legend["x"] + legend["width"] <= card["x"] or legend["y"] >= card["y"] + card["height"]
    x, _ = meeting.page.evaluate("id => window.gridmerge.spot(id)", face)
    assert x < card["x"]
    meeting.page.click("#gm-compare")
    assert meeting.page.locator("#gm-card").is_hidden()  # it would lie on the unified side
    assert meeting.errors == []


def test_a_town_without_departments_still_opens(meet, data):
    meeting = meet(replace(data, layers=(), memberships=data.memberships.iloc[:0], remarks=()))
    for tab in ("check", "layers", "edit", "overview"):
        meeting.page.click(f"[data-tab={tab}]")
    assert meeting.page.locator("#gm-compare").is_hidden()
    assert meeting.errors == []


def test_on_a_phone_the_panel_makes_way_for_the_map(meet, data, grid_of):
    meeting = on_a_phone(meet, "edit")
    meeting.page.click("#gm-edit-switch")
    meeting.page.wait_for_timeout(400)
    face = data.faces["face_id"].iloc[5]
    meeting.click_face(face)
    assert grid_of[face] == meeting.page.get_attribute(".bar.on", "data-code")
    assert meeting.errors == []


def test_land_that_most_departments_keep_next_door_is_on_the_docket_and_can_be_moved(
    meet, data, grid_of, lawful
):
    face, to = lawful
    rows = []
    for layer in data.layers:
        here, there = layer.frame["source_id"].iloc[:2]
        claims = [there if grid == to or one == face else here for one, grid in grid_of.items()]
        rows.append(
            pd.DataFrame({"face_id": list(grid_of), "layer": layer.key, "source_id": claims})
        )
    meeting = meet(replace(data, memberships=pd.concat(rows, ignore_index=True)))
    meeting.page.click("[data-tab=check]")
    item = f"[data-item='dispute/{to}/{face}']"
    assert f"{len(data.layers)}/{len(data.layers)} 个部门划在 {to[-3:]} 一侧" in meeting.text(item)
    assert meeting.page.locator("[data-item^=dispute]").count() == 1
    meeting.page.click(item)
    meeting.page.click(f"[data-move='dispute/{to}/{face}']")
    assert meeting.grid_of(face) == to
    assert meeting.errors == []
