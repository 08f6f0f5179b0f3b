"""Posters: A3, selectable Chinese, round scales, names masked for the public, and a sentence when there is no font."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace

import numpy as np
import pytest
import shapely

pytest.importorskip("matplotlib", reason="posters are an extra")

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch

from gridmerge.errors import OutputError
from gridmerge.publish.poster import posters
from gridmerge.publish.poster.posters import _save, chinese_font
from gridmerge.publish.poster.sheet import _free_spot, _outline, _round_scale, _step, draw
from gridmerge.publish.poster.tables import township_sheet, village_sheet
from tests.publish.map_town import town_data


@pytest.fixture(scope="module")
def data():
    return town_data(villages=2, layers=4, blocks=10)


@pytest.fixture(scope="module")
def drawn(data, tmp_path_factory):
    try:
        return posters(data, tmp_path_factory.mktemp("海报 A3"))
    except OutputError as error:
        pytest.skip(str(error))


def words(pdf):
    if shutil.which("pdftotext") is None:
        pytest.skip("no pdftotext on this machine")
    return subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, check=True).stdout.decode()


def test_there_is_a_sheet_for_the_township_and_one_a_village(data, drawn):
    names = [file.name for file in drawn]
    assert names[:2] == ["全镇.pdf", "全镇.png"]
    assert [name[:12] for name in names[2::2]] == list(data.villages["village_code"])


def test_the_paper_is_a3_and_the_chinese_can_be_selected(data, drawn):
    text = words(drawn[0])
    assert "青山镇" in text and "综合网格图" in text and "内部资料" in text and "审图号" in text and data.date in text
    for name in data.villages["village_name"]:
        assert name in text
    box = next(line for line in drawn[0].read_bytes().split(b"\n") if b"/MediaBox" in line)
    wide, high = (float(number) * 25.4 / 72 for number in box.split(b"[")[1].split(b"]")[0].split()[2:])
    assert (round(wide), round(high)) == (420, 297)


def test_a_village_sheet_names_every_grid_and_who_holds_it(data, drawn):
    code = data.villages["village_code"].iloc[0]
    text = words(drawn[2])
    here = data.assignments[data.assignments["grid_code"].str.startswith(code)].merge(data.members, on="member_id")
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
    assert rows[-1][2] == "<5" and rows[0][2] == "<5" and rows[1][2] != "<5"


def test_the_public_sees_masked_names(data, tmp_path):
    if shutil.which("pdftotext") is None:
        pytest.skip("no pdftotext on this machine")
    files = posters(data, tmp_path, audience="public", review_number="川S（2026）001号")
    text = "".join(words(file) for file in files if file.suffix == ".pdf")
    assert "川S（2026）001号" in text
    assert not [name for name in data.members["name"] if name in text]


def test_the_same_sheet_gives_the_same_bytes(data, tmp_path):
    sheet = village_sheet(data, data.villages["village_code"].iloc[0], "zh")
    with mpl.rc_context({"font.family": chinese_font()}):
        again = [_save(draw(sheet, data, "zh", ""), tmp_path / str(n), "a") for n in range(2)]
    assert [file.read_bytes() for file in again[0]] == [file.read_bytes() for file in again[1]]


def test_a_dollar_or_a_slash_in_a_name_is_only_text(data, tmp_path):
    village = data.villages["village_name"].iloc[0]
    villages = data.villages.assign(village_name=["$x_{1$/..\\a:b", *data.villages["village_name"].iloc[1:]])
    files = posters(replace(data, villages=villages), tmp_path)
    assert all(file.parent == tmp_path for file in files) and village not in {file.stem for file in files}


def test_without_a_chinese_font_it_says_what_to_install(data, tmp_path, monkeypatch):
    monkeypatch.setattr(font_manager, "get_font_names", lambda: ["DejaVu Sans"])
    with pytest.raises(OutputError, match="No Chinese font is installed") as stopped:
        posters(data, tmp_path)
    assert "微软雅黑" in stopped.value.in_("zh")
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_told(data, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="posters cannot be written"):
        posters(data, tmp_path / "file")


@pytest.mark.parametrize(("least", "round_"), [(900, 1000), (1001, 1250), (33_000, 35_000), (76_000, 100_000)])
def test_scales_are_round(least, round_):
    assert _round_scale(least) == round_


def test_the_fill_says_which_side_of_the_limits_a_grid_is(data):
    assert [_step(size, data) for size in (149, 150, 300, 301, 450, 451, np.nan)] == [0, 1, 2, 3, 4, 5, 0]


def test_a_hole_stays_a_hole():
    figure = Figure(figsize=(1, 1), dpi=100)
    paper = figure.add_axes((0, 0, 1, 1))
    paper.set(xlim=(0, 10), ylim=(0, 10))
    paper.axis("off")
    around = shapely.box(0, 0, 10, 10).difference(shapely.box(4, 4, 6, 6))
    paper.add_patch(PathPatch(_outline(around), facecolor="#000000", edgecolor="none"))
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())
    assert pixels[50, 50, 0] == 255 and pixels[20, 20, 0] == 0


def test_a_village_name_keeps_clear_of_the_labels_of_its_grids():
    village = shapely.box(0, 0, 100, 100)
    x, y = _free_spot(village, "盐店坝社区", [(50.0, 50.0)])
    assert abs(x - 50) > 10 or abs(y - 50) > 7
    assert village.contains(shapely.Point(x, y))


def test_every_row_has_a_cell_a_column(data):
    sheet = village_sheet(data, data.villages["village_code"].iloc[0], "zh")
    assert len(sheet.rows[0]) == len(sheet.columns)
