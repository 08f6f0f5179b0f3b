"""The docket is what a meeting can finish: ranked by what a decision changes, noise counted beneath, nothing lost."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely

from gridmerge.model import DISPUTES, GAPS
from gridmerge.products.data.docket import build_docket, summarize_discrepancies
from gridmerge.products.data.docket_folding import LITTLE_WORK_SHARE, MAX_OPEN_ITEMS
from gridmerge.products.report.brief import list_open_matters

COUNT = 40


def strips(build, shapes, **columns):
    """A dispute for each shape, all on the first faces that have work."""
    faces = build.mosaic.faces
    busy = build.weights.faces.nlargest(3, "households")["face_id"].tolist()
    return gpd.GeoDataFrame(
        {
            "village_code": faces["village_code"].iloc[0],
            "layers_a": build.layers[0].key,
            "layers_b": build.layers[1].key,
            "faces_a": busy[1],
            "faces_b": busy[2],
            "faces": busy[0],
            "length_m": 100.0,
            "width_m": 20.0,
            "area_m2": shapely.area(shapes),
            **columns,
        },
        geometry=list(shapes),
        crs=faces.crs,
    )[list(DISPUTES)]


def disputed(build, frame):
    return replace(build, mosaic=replace(build.mosaic, disputes=frame))


def boxes(count, width=40.0, long=200.0):
    """Strips far from any village line."""
    return np.array(
        [shapely.box(1000.0 * n, 0, 1000.0 * n + long, width) for n in range(count)], dtype=object
    )


def idle_face(build):
    """A face without any work."""
    works = build.weights.faces
    return works.loc[works["households"].idxmin(), "face_id"]


@pytest.mark.parametrize("kind", ["gaps", "claims", "disputes"])
def test_a_short_docket_is_shown_whole(build, kind):
    assert (build_docket(build, kind)["set_aside"] == "").all()


def test_of_a_long_docket_a_dozen_is_open_and_the_rest_is_counted(build):
    many = disputed(build, strips(build, boxes(COUNT)))
    told = build_docket(many, "disputes")
    assert told["set_aside"].value_counts().to_dict() == {
        "further": COUNT - MAX_OPEN_ITEMS,
        "": MAX_OPEN_ITEMS,
    }
    assert (told["set_aside"].iloc[:MAX_OPEN_ITEMS] == "").all()
    assert summarize_discrepancies(many)["disputes"]["count"] == COUNT
    assert summarize_discrepancies(many)["disputes"]["to_settle"] == MAX_OPEN_ITEMS


@pytest.mark.parametrize("width", [3.0, 9.9])
def test_what_is_narrower_than_the_lines_are_known_is_set_aside(build, width):
    shapes = np.concatenate([boxes(20), boxes(20, width=width / 2)])
    told = build_docket(disputed(build, strips(build, shapes)), "disputes")
    narrow = told["area_m2"] < 200 * width
    assert (told.loc[narrow, "set_aside"] == "narrow").all()
    assert narrow.sum() == 20
    assert not (told.loc[~narrow, "set_aside"] == "narrow").any()


def test_what_has_no_work_comes_after_what_has_and_is_set_aside(build):
    frame = strips(build, boxes(COUNT))
    works = build.weights.faces.set_index("face_id")[["households", "people"]]
    idle = idle_face(build)
    middling = works.sum() / len(build.plan.grids)
    assert (works.loc[idle] < LITTLE_WORK_SHARE * middling).all()
    frame.loc[: COUNT - 6, "faces"] = idle
    told = build_docket(disputed(build, frame), "disputes")
    assert (told["set_aside"].iloc[:5] == "").all()
    assert (told["households"].iloc[:5] > 0).all()
    assert (told["set_aside"].iloc[5:] == "little_work").all()


def test_a_strip_along_a_village_line_is_set_aside_and_wide_land_beside_it_is_not(build):
    outline = shapely.get_parts(shapely.boundary(build.township.villages.geometry.iloc[0]))[0]
    line = shapely.LineString(shapely.get_coordinates(outline)[:12])
    beside = [line.buffer(width, single_sided=True) for width in (15.0, 400.0)]
    told = build_docket(
        disputed(build, strips(build, np.array([*boxes(COUNT), *beside], dtype=object))), "disputes"
    )
    along = told["area_m2"].between(beside[0].area - 1, beside[0].area + 1)
    wide = told["area_m2"].between(beside[1].area - 1, beside[1].area + 1)
    assert told.loc[along, "set_aside"].tolist() == ["village_line"]
    assert told.loc[wide, "set_aside"].tolist() != ["village_line"]


def test_what_changes_a_unified_grid_comes_before_what_changes_none(build):
    plan = build.plan.faces
    grid_of = plan.set_index("face_id")["grid_code"]
    frame = strips(build, boxes(3))
    one = plan.groupby("grid_code")["face_id"].agg(list)
    within = next(faces for faces in one if len(faces) >= 3)
    other = next(face for face in grid_of.index if grid_of[face] != grid_of[within[0]])
    frame[["faces", "faces_a", "faces_b"]] = [[within[0], within[1], within[2]]] * 3
    frame.loc[2, "faces_b"] = other
    assert build_docket(disputed(build, frame), "disputes")["faces_b"].iloc[0] == other


def test_nobodys_land_has_a_dozen_of_its_own_beside_what_departments_leave_out(build):
    faces = build.mosaic.faces
    busy = build.weights.faces.nlargest(1, "households")["face_id"].iloc[0]
    columns = {"village_code": faces["village_code"].iloc[0], "faces": busy}
    shapes = boxes(2 * COUNT)
    layers = ["", build.layers[0].key] * COUNT
    frame = gpd.GeoDataFrame(
        {**columns, "layer": layers, "area_m2": shapely.area(shapes)},
        geometry=list(shapes),
        crs=faces.crs,
    )[list(GAPS)]
    told = build_docket(replace(build, mosaic=replace(build.mosaic, gaps=frame)), "gaps")
    open_ = told[told["set_aside"] == ""]
    assert (open_["layer"] == "").sum() == MAX_OPEN_ITEMS
    assert (open_["layer"] != "").sum() == MAX_OPEN_ITEMS


def test_the_summary_lists_open_items_and_counts_the_others(build):
    many = disputed(build, strips(build, boxes(COUNT)))
    rows, more = list_open_matters(many)
    assert sum(row["item"].startswith("D") for row in rows) == 5
    assert more == COUNT - 5


def test_a_docket_without_work_to_go_by_sets_nothing_aside_for_it(build):
    bare = replace(build.weights, totals=build.weights.totals.assign(weight=0.0))
    frame = strips(build, boxes(COUNT), faces=idle_face(build))
    told = build_docket(replace(disputed(build, frame), weights=bare), "disputes")
    assert set(told["set_aside"]) == {"", "further"}
