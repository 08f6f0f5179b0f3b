"""Posters: A3, selectable Chinese, round scales, names masked for the public, and a sentence when there is no font."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely

pytest.importorskip("matplotlib", reason="posters are an extra")

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch

from gridmerge.errors import OutputError
from gridmerge.products.poster import draw_posters, lettering, map_sheet
from gridmerge.products.poster.contents import township_sheet, village_sheet
from gridmerge.products.poster.layout import draw_sheet
from gridmerge.products.poster.lettering import free_spot
from gridmerge.products.poster.map_sheet import round_scale
from gridmerge.products.poster.paper_units import (
    WITHHELD_COLOUR,
    choose_fill_step,
    fill_of,
    make_outline_path,
    measure_text_mm,
)
from gridmerge.products.poster.poster_files import _save_figure, chinese_font
from gridmerge.products.provenance import Imprint
from tests.products.map_town import town_data


@pytest.fixture(scope="module")
def data():
    return town_data(villages=2, layers=4, blocks=10)


@pytest.fixture(scope="module")
def drawn(data, tmp_path_factory):
    try:
        return draw_posters(data, tmp_path_factory.mktemp("海报 A3"))
    except OutputError as error:
        pytest.skip(str(error))


def imprint(data, **more):
    return Imprint(name=data.name, date=data.date, networks=len(data.layers), crs=data.crs, **more)


def words(pdf):
    if shutil.which("pdftotext") is None:
        pytest.skip("no pdftotext on this machine")
    return subprocess.run(
        ["pdftotext", "-layout", pdf, "-"], capture_output=True, check=True
    ).stdout.decode()


def test_there_is_a_sheet_for_the_township_and_one_a_village(data, drawn):
    names = [file.name for file in drawn]
    assert names[:2] == ["全镇.pdf", "全镇.png"]
    assert [name[:12] for name in names[2::2]] == list(data.villages["village_code"])


def test_the_paper_is_a3_and_the_chinese_can_be_selected(data, drawn):
    text = words(drawn[0])
    assert (
        "青山镇" in text
        and "综合网格图" in text
        and "内部资料" in text
        and "审图号" in text
        and data.date in text
    )
    for name in data.villages["village_name"]:
        assert name in text
    box = next(line for line in drawn[0].read_bytes().split(b"\n") if b"/MediaBox" in line)
    wide, high = (
        float(number) * 25.4 / 72 for number in box.split(b"[")[1].split(b"]")[0].split()[2:]
    )
    assert (round(wide), round(high)) == (420, 297)


def test_a_village_sheet_names_every_grid_and_who_holds_it(data, drawn):
    code = data.villages["village_code"].iloc[0]
    text = words(drawn[2])
    here = data.assignments[data.assignments["grid_code"].str.startswith(code)].merge(
        data.members, on="member_id"
    )
    assert len(here)
    for name in here["name"]:
        assert name in text
    for grid in data.grids.loc[data.grids["village_code"] == code, "grid_code"]:
        assert grid[-3:] in text


def test_the_table_adds_up(data):
    rows = township_sheet(data, "zh").rows
    sums = [sum(float(row[column].replace(",", "")) for row in rows[:-1]) for column in (1, 2, 3)]
    assert sums == [float(rows[-1][column].replace(",", "")) for column in (1, 2, 3)]
    assert sums[0] == len(data.grids) and sums[1] == data.grids["households"].sum()


def test_a_withheld_count_leaves_its_sum_out_too(data):
    grids = data.grids.assign(households=[np.nan, *data.grids["households"].iloc[1:]])
    rows = township_sheet(replace(data, grids=grids), "zh").rows
    assert rows[-1][2] == "—" and rows[0][2] == "—" and rows[1][2].replace(",", "").isdigit()


def test_the_public_sees_masked_names(data, tmp_path):
    if shutil.which("pdftotext") is None:
        pytest.skip("no pdftotext on this machine")
    files = draw_posters(data, tmp_path, audience="public", review_number="川S（2026）001号")
    text = "".join(words(file) for file in files if file.suffix == ".pdf")
    assert "川S（2026）001号" in text
    assert not [name for name in data.members["name"] if name in text]


@pytest.mark.parametrize("audience", ["meeting", "public"])
def test_a_town_without_a_roster_has_sheets_too(data, tmp_path, audience):
    alone = replace(data, members=data.members.iloc[:0], assignments=data.assignments.iloc[:0])
    assert len(draw_posters(alone, tmp_path, audience=audience)) == 2 * (1 + len(data.villages))
    for sheet in (
        township_sheet(alone, "zh"),
        village_sheet(alone, data.villages["village_code"].iloc[0], "zh"),
    ):
        assert not {"人员", "网格长", "网格员"} & {column[0] for column in sheet.columns}
        assert {len(row) for row in sheet.rows} == {len(sheet.columns)}


def test_the_imprint_counts_the_networks_even_where_they_are_not_shown(data, tmp_path):
    files = draw_posters(data, tmp_path, audience="public")
    text = words(files[0])
    assert f"{len(data.layers)} 个部门网格图层" in text and len(data.layers) > 0
    assert "公众版（未经审图，不得公开）" in text and "内部资料" not in text


def test_the_same_sheet_gives_the_same_bytes(data, tmp_path):
    sheet = village_sheet(data, data.villages["village_code"].iloc[0], "zh")
    with mpl.rc_context({"font.family": chinese_font()}):
        again = []
        for n in range(2):
            folder = tmp_path / str(n)
            folder.mkdir()
            figure = draw_sheet(sheet, data, "zh", imprint(data))[0]
            names = _save_figure(figure, folder, sheet.file)
            again.append([(folder / name).read_bytes() for name in names])
    assert len(again[0]) == 2 and again[0] == again[1]


def test_a_dollar_or_a_slash_in_a_name_is_only_text(data, tmp_path):
    village = data.villages["village_name"].iloc[0]
    villages = data.villages.assign(
        village_name=["$x_{1$/..\\a:b", *data.villages["village_name"].iloc[1:]]
    )
    files = draw_posters(replace(data, villages=villages), tmp_path)
    assert all(file.parent == tmp_path for file in files) and village not in {
        file.stem for file in files
    }


def test_without_a_chinese_font_it_says_what_to_install(data, tmp_path, monkeypatch):
    monkeypatch.setattr(font_manager, "get_font_names", lambda: ["DejaVu Sans"])
    with pytest.raises(OutputError, match="No Chinese font is installed") as stopped:
        draw_posters(data, tmp_path)
    assert "微软雅黑" in stopped.value.in_("zh")
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_told(data, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="is a file, not a folder"):
        draw_posters(data, tmp_path / "file")


@pytest.mark.parametrize(
    ("least", "round_"), [(910, 1000), (1001, 1250), (33_000, 35_000), (76_000, 80_000)]
)
def test_scales_are_round(least, round_):
    assert round_scale(least) == round_


def test_the_fill_says_which_side_of_the_limits_a_grid_is(data):
    assert [choose_fill_step(size, data) for size in (149, 150, 300, 301, 450, 451)] == [
        0,
        1,
        2,
        3,
        4,
        5,
    ]
    assert fill_of(np.nan, data) == WITHHELD_COLOUR


def test_a_hole_stays_a_hole():
    figure = Figure(figsize=(1, 1), dpi=100)
    paper = figure.add_axes((0, 0, 1, 1))
    paper.set(xlim=(0, 10), ylim=(0, 10))
    paper.axis("off")
    around = shapely.box(0, 0, 10, 10).difference(shapely.box(4, 4, 6, 6))
    paper.add_patch(PathPatch(make_outline_path(around), facecolor="#000000", edgecolor="none"))
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())
    assert pixels[50, 50, 0] == 255 and pixels[20, 20, 0] == 0


def test_a_village_name_keeps_clear_of_the_labels_of_its_grids():
    village = shapely.box(0, 0, 100, 100)
    spot = free_spot(village, "盐店坝社区", 12.0, [(50.0, 50.0, 40.0, 20.0)])
    assert spot.clear >= 1
    assert abs(spot.x - 50) > 20 or abs(spot.y - 50) > 10
    assert village.contains(shapely.Point(spot.x, spot.y))


def test_a_village_name_is_smaller_where_there_is_less_room(data, monkeypatch):
    written = []
    monkeypatch.setattr(
        map_sheet,
        "draw_text",
        lambda paper, spot, text, points, ink: written.append((text, points)),
    )
    full = [(float(x), float(y), 11.0, 4.0) for x in range(0, 30, 12) for y in range(0, 30, 8)]
    map_sheet._name_villages(
        None,
        ["空村", "满村"],
        np.array([shapely.box(50, 0, 90, 40), shapely.box(0, 0, 24, 24)]),
        full,
    )
    assert dict(written)["空村"] == 12.0
    assert dict(written)["满村"] < 12.0


def test_labels_stay_inside_their_grids(data, monkeypatch):
    """Every line is narrower than the grid where it stands; what has no room is left to the table."""
    written = []
    monkeypatch.setattr(
        lettering,
        "draw_text",
        lambda paper, spot, text, points, *_: written.append((spot, text, points)),
    )
    slim = shapely.box(0, 0, 9, 60)
    lettering.label_grid(
        None, slim, [("001", None), ("365", None), ("欧阳明日香", None)], dark=False
    )
    assert [text for _, text, _ in written][:2] == ["001", "365"]
    for (x, _), text, points in written:
        assert measure_text_mm(text, points) / 2 <= min(x, 9 - x)


def test_every_piece_of_a_grid_bears_its_code(monkeypatch):
    written = []
    monkeypatch.setattr(
        lettering, "draw_text", lambda paper, spot, text, points, *_: written.append(text)
    )
    apart = shapely.union_all(
        [shapely.box(0, 0, 40, 40), shapely.box(60, 0, 80, 20), shapely.box(90, 0, 91, 1)]
    )
    lettering.label_grid(None, apart, [("001", None), ("365", None)], dark=False)
    assert written == ["001", "365", "001"]


@pytest.mark.parametrize(
    ("names", "lines"),
    [
        ("", []),
        ("张三", ["张三"]),
        ("张三、李四", ["张三", "李四"]),
        ("张三、李四、王五", ["张三等3人"]),
    ],
)
def test_many_holders_are_counted(names, lines):
    assert [text for text, _ in lettering._holder_lines(names, "zh")] == lines


@pytest.mark.parametrize(("rows", "sheets"), [(29, 1), (41, 1), (42, 2), (154, 2), (155, 3)])
def test_a_long_table_goes_on_on_further_sheets_and_no_row_is_lost(data, rows, sheets):
    sheet = village_sheet(data, data.villages["village_code"].iloc[0], "zh")
    sheet = replace(sheet, rows=tuple((f"行{n:03d}", *sheet.rows[0][1:]) for n in range(rows)))
    with mpl.rc_context({"font.family": chinese_font()}):
        figures = draw_sheet(sheet, data, "zh", imprint(data))
    texts = [[text.get_text() for text in figure.axes[0].texts] for figure in figures]
    assert len(figures) == sheets
    assert [text for page in texts for text in page if text.startswith("行")] == [
        row[0] for row in sheet.rows
    ]
    said = [text for text in texts[0] if "见续页" in text]
    assert said == ([] if sheets == 1 else [f"另有 {rows - 40} 行见续页"])
    assert all(sum("续 " in text for text in page) == (n > 0) for n, page in enumerate(texts))


def test_the_files_of_further_sheets_are_numbered(data, tmp_path):
    many = pd.concat(
        [data.villages.assign(village_code=f"{n:012d}") for n in range(1, 50)], ignore_index=True
    )
    files = draw_posters(replace(data, villages=many, grids=data.grids.iloc[:0]), tmp_path)
    assert [file.name for file in files] == ["全镇.pdf", "全镇.png", "全镇_2.pdf", "全镇_2.png"]


def test_every_row_has_a_cell_a_column(data):
    sheet = village_sheet(data, data.villages["village_code"].iloc[0], "zh")
    assert len(sheet.rows[0]) == len(sheet.columns)
