"""One bad row costs itself: exchanged, mistyped, impossible; in every kind of input, and no other row with it."""

import tracemalloc
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pytest
import shapely

from gridmerge.clean import clean_layer, clean_roster, clean_township, clean_work
from gridmerge.clean.georeference import datum_fit, offset
from gridmerge.config.settings import LayerSpec, RosterSpec, WorkloadSpec
from gridmerge.errors import InputError
from gridmerge.io import read_input
from tests.clean.conftest import CRS, box, kinds, one, raw, settings, table, village_frame

KEY = "workload:households"
N = 40
# what a slip of the pen makes of longitude and latitude
SLIPS = {
    "exchanged": (lambda x, y: (y, x), "rows_exchanged"),
    "a digit too many": (lambda x, y: (x, y + 100), "rows_impossible"),
    "0, 0": (lambda x, y: (0.0, 0.0), "rows_impossible"),
    "metres": (lambda x, y: (500100.0, 3250100.0), "rows_impossible"),
    "no data": (lambda x, y: (-1.797e308, -1.797e308), None),
    "huge": (lambda x, y: (x, 1e300), None),
    "infinite": (lambda x, y: (np.inf, y), None),
    "blank": (lambda x, y: (np.nan, np.nan), None),
}


@pytest.fixture(scope="module")
def homes(town):
    """Forty places in the township, degrees."""
    x0, y0, x1, y1 = town.villages.total_bounds
    spots = gpd.GeoSeries(
        gpd.points_from_xy(np.linspace(x0 + 900, x1 - 900, N), np.full(N, (y0 + y1) / 2)),
        crs=town.crs,
    )
    degrees = spots.to_crs(4490)
    return degrees.x.to_numpy(), degrees.y.to_numpy()


def slipped(homes, slip, row=5):
    x, y = homes[0].copy(), homes[1].copy()
    x[row], y[row] = SLIPS[slip][0](x[row], y[row])
    return x, y


@pytest.mark.parametrize("slip", SLIPS)
def test_one_bad_row_of_a_workload_costs_itself(town, homes, slip):
    x, y = slipped(homes, slip)
    work = clean_work(
        table(KEY, lon=x, lat=y, hs=range(N)),
        WorkloadSpec(name="households", path="b.csv", field="hs"),
        town,
    )
    assert len(work.frame) == N - 1 and work.frame.value.sum() == sum(range(N)) - 5
    assert one(work, "work_no_place").measure == 1
    if SLIPS[slip][1] is not None:
        finding = one(work, SLIPS[slip][1])
        assert finding.measure == 1 and "第 6 条记录" in finding.message("zh")


@pytest.mark.parametrize("slip", ["exchanged", "a digit too many", "0, 0", "metres"])
def test_one_bad_home_of_a_roster_costs_itself_and_is_told(town, homes, slip):
    x, y = slipped(homes, slip)
    frame = table("roster", 编号=[f"M{i:02d}" for i in range(N)], 姓名=["甲"] * N, 经度=x, 纬度=y)
    roster = clean_roster(frame, RosterSpec(path="r.csv"), town)
    assert len(roster.members) == N and roster.members.geometry.isna().sum() == 1
    assert roster.members.geometry.isna()[5] and one(roster, SLIPS[slip][1]).measure == 1


def test_a_home_of_which_one_digit_is_wrong_is_not_used_and_told(town, homes):
    x, y = homes[0].copy(), homes[1].copy()
    x[5], x[6] = x[5] + 3, x[6] + 0.3  # a city away; and thirty kilometres, which people do commute
    frame = table("roster", 编号=[f"M{i:02d}" for i in range(N)], 姓名=["甲"] * N, 经度=x, 纬度=y)
    roster = clean_roster(frame, RosterSpec(path="r.csv"), town)
    assert np.flatnonzero(roster.members.geometry.isna()).tolist() == [5]
    told = one(roster, "home_far")
    assert told.source_id == "M05" and 280 < told.measure < 300


INVISIBLE = ["\u200b", "\ufeff", "\u00a0", " ", "\u3000", "\u200e"]


@pytest.mark.parametrize("sign", INVISIBLE)
def test_names_and_codes_that_differ_in_what_nobody_sees_are_the_same(sign):
    codes = [f"51031110420{i}" for i in (1, 2, 3, 4, 5, 5)]
    codes[5] += sign
    names = ["甲村", "乙村", "丙村", f"{sign}丁村", "戊村", f"戊村{sign}"]
    town = clean_township(raw(village_frame(BOXES, codes=codes, names=names)), settings())
    assert town.villages.village_code.tolist() == [f"51031110420{i}" for i in (1, 2, 3, 4, 5)]
    assert town.villages.village_name.tolist() == ["甲村", "乙村", "丙村", "丁村", "戊村"]
    assert "village_code_clash" not in kinds(town)


def test_where_most_rows_are_exchanged_the_file_is_and_the_odd_one_costs_itself(town, homes):
    x, y = slipped(homes, "exchanged")
    work = clean_work(table(KEY, lon=y, lat=x), WorkloadSpec(name="households", path="b.csv"), town)
    assert len(work.frame) == N - 1 and {"axes_swapped", "rows_exchanged"} <= set(kinds(work))


@pytest.mark.parametrize("order", ["x east", "x north"])
def test_metres_in_either_order_are_placed_and_one_row_the_other_way_round_costs_itself(
    town, order
):
    x0, y0, x1, y1 = town.villages.total_bounds
    x, y = np.linspace(x0 + 900, x1 - 900, N), np.full(N, (y0 + y1) / 2)
    x[7], y[7] = y[7], x[7]
    x, y = (x, y) if order == "x east" else (y, x)
    work = clean_work(table(KEY, X=x, Y=y), WorkloadSpec(name="households", path="b.csv"), town)
    assert len(work.frame) == N - 1 and one(work, "rows_exchanged").measure == 1
    assert ("axes_swapped" in kinds(work)) == (order == "x north")


def bad_shape(what, shape):
    ring = shapely.get_coordinates(shape)
    if what == "exchanged":
        return shapely.transform(shape, lambda points: points[:, ::-1])
    ring[1] = {
        "no number": (np.nan, ring[1][1]),
        "infinite": (np.inf, ring[1][1]),
        "no data": (-1.797e308, -1.797e308),
    }[what]
    return shapely.Polygon(ring)


@pytest.mark.parametrize("what", ["exchanged", "no number", "infinite", "no data"])
def test_one_bad_grid_of_a_network_costs_itself(town, what):
    x0, y0, x1, y1 = town.villages.total_bounds
    edges = np.linspace(x0, x1, N + 1)
    cells = [shapely.box(west, y0, east, y1) for west, east in pairwise(edges)]
    cells[5] = bad_shape(what, cells[5])
    network = raw(
        gpd.GeoDataFrame({"bm": [f"A{i:02d}" for i in range(N)]}, geometry=cells, crs=CRS), "k"
    )
    layer = clean_layer(
        network, LayerSpec(key="k", department="police", path="k.shp", id="bm"), town
    )
    assert len(layer.frame) == N - 1 and "A05" not in set(layer.frame.source_id)
    assert one(layer, "rows_exchanged" if what == "exchanged" else "rows_impossible").measure == 1
    assert one(layer, "geometry_missing").source_id == "A05" and "off_territory" not in kinds(layer)


BOXES = [box(i, j) for j in range(2) for i in range(3)]


def degrees(shapes):
    return list(gpd.GeoSeries(shapes, crs=CRS).to_crs(4490))


def villages(shapes, crs=CRS):
    return clean_township(raw(village_frame(shapes, crs=crs)), settings())


@pytest.mark.parametrize("where", [(0.0, 0.0), (980_000.0, 3_240_000.0), (480_000.0, 2_600_000.0)])
def test_a_piece_far_off_is_left_out_and_told(where):
    good = villages(BOXES)
    piece = shapely.box(*where, where[0] + 50, where[1] + 50)
    town = villages([shapely.MultiPolygon([BOXES[0], piece]), *BOXES[1:]])
    assert town.crs == good.crs and town.villages.geometry.equals(good.villages.geometry)
    told = one(town, "village_piece_astray")
    assert told.source_id == "510311104201" and told.measure > 100


def test_a_piece_at_nought_moves_no_zone():
    shapes = degrees(BOXES)
    town = villages(
        [shapely.MultiPolygon([shapes[0], shapely.box(0, 0, 0.001, 0.001)]), *shapes[1:]], crs=4490
    )
    assert town.crs == CRS and one(town, "village_piece_astray").measure > 10_000


def test_an_exclave_of_the_next_county_stays():
    away = shapely.transform(BOXES[0], lambda points: np.add(points, (60_000, 0)))
    town = villages([shapely.MultiPolygon([BOXES[0], away]), *BOXES[1:]])
    assert "village_piece_astray" not in kinds(town) and town.villages.area.sum() == pytest.approx(
        7e6, rel=1e-3
    )


@pytest.mark.parametrize("crs", [4490, None])
def test_a_village_with_exchanged_axes_stops_with_its_name_and_distance(crs):
    shapes = degrees(BOXES)
    shapes[2] = shapely.transform(shapes[2], lambda points: points[:, ::-1])
    with pytest.raises(
        InputError, match=r"510311104203.*km away, most likely with x and y exchanged"
    ):
        villages(shapes, crs=crs)


def test_of_two_villages_far_apart_both_are_named():
    with pytest.raises(InputError, match=r"510311104201.*510311104202"):
        villages(
            [BOXES[0], shapely.transform(BOXES[1], lambda points: np.add(points, (900_000, 0)))]
        )


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, -1.797e308, 1e300])
def test_a_corner_that_is_no_number_stops_with_the_village(value):
    ring = shapely.get_coordinates(BOXES[1])
    ring[2] = value
    with pytest.raises(InputError, match=r"510311104202.*corner 3"):
        villages([BOXES[0], shapely.Polygon(ring), *BOXES[2:]])


def test_a_corner_far_off_stops_with_place_and_distance():
    ring = shapely.get_coordinates(BOXES[1])
    ring[2] = (0.0, 0.0)
    with pytest.raises(
        InputError, match=r"a corner of 510311104202 lies at 0, 0, some 3[0-9]{3} km"
    ):
        villages([BOXES[0], shapely.Polygon(ring), *BOXES[2:]])


@pytest.mark.parametrize("reach", [3e5, 9e7])
def test_a_corner_far_off_costs_a_network_no_memory(town, reach):
    """Points are laid along lines every few metres: not along those that leave the township."""
    x0, y0, x1, y1 = town.villages.total_bounds
    spike = shapely.Polygon([(x0, y0), (x1, y0), (x1 + reach, (y0 + y1) / 2), (x1, y1), (x0, y1)])
    tracemalloc.start()
    datum_fit.measure_datum_fits(gpd.GeoSeries([spike] * 20, crs=town.crs), town.villages, "wgs84")
    offset.estimate_offset(gpd.GeoSeries([spike] * 20, crs=town.crs), town.villages)
    assert tracemalloc.get_traced_memory()[1] < 60e6
    tracemalloc.stop()


CORNERS = {
    "exchanged": (lambda lon, lat: (lat, lon), "corners_astray"),
    "a digit wrong": (lambda lon, lat: (f"{float(lon) + 3}", lat), "corners_astray"),
    "0, 0": (lambda lon, lat: ("0", "0"), "corners_astray"),
    "not to be read": (lambda lon, lat: ("约105", lat), "coordinates_unread"),
    "blank": (lambda lon, lat: ("", ""), "corners_blank"),
}


@pytest.mark.parametrize("slip", CORNERS)
def test_one_bad_corner_of_a_table_costs_itself_and_is_told(tmp_path, slip):
    """Ten grids of eight corners; grid 3 loses the middle of a side, which it can spare."""
    cells = [shapely.segmentize(box(i * 0.3, 0, 0.3, 0.3), 150) for i in range(10)]
    rings = [shapely.get_coordinates(cell)[:-1] for cell in degrees(cells)]
    rows = [
        [f"W{i}", str(k), *map(str, point)]
        for i, ring in enumerate(rings)
        for k, point in enumerate(ring, 1)
    ]
    rows[25][2:] = CORNERS[slip][0](*rows[25][2:])
    lines = [",".join(row) for row in [["网格编码", "点号", "经度", "纬度"], *rows]]
    (tmp_path / "界址点.csv").write_text("\n".join(lines), "utf-8")
    read_ = read_input(LayerSpec(key="k", path="界址点.csv", id="网格编码"), tmp_path, "k")
    areas = gpd.GeoSeries(read_.frame.geometry, crs=4490).to_crs(CRS).area
    assert areas.tolist() == pytest.approx([90_000] * 10, rel=1e-4)
    told = next(one for one in read_.findings if one.kind == CORNERS[slip][1])
    assert told.measure == 1 and "第 27 行" in told.message("zh")
