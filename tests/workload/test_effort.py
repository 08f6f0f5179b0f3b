"""What a unit of work takes, and rows that have no coordinates: from the file to the faces."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridmerge.clean import clean_work
from gridmerge.clean.walking_distance import TOUR, walking_distances
from gridmerge.config.settings import Grids, WorkloadSpec
from gridmerge.errors import InputError
from gridmerge.io import read_input
from gridmerge.model import Work
from gridmerge.workload import weigh_faces
from tests import little

TOWN = little.township(3, 3)
MOSAIC = little.mosaic(3, 3)
CODES = [little.village_code(column) for column in range(3)]
NET = little.layer("police", little.squares(3, 3), ids=[f"P{n}" for n in range(9)])


def mended(tmp_path: Path, table: dict[str, list[object]], **spec: object) -> Work:
    pd.DataFrame(table).to_csv(tmp_path / "table.csv", index=False, encoding="utf-8-sig")
    one = WorkloadSpec(name="events", path="table.csv", crs="EPSG:4544", **spec)
    return clean_work(read_input(one, tmp_path, "workload:events"), one, TOWN, [NET])


def test_rows_with_only_a_village_are_shared_out_by_households_and_marked(tmp_path: Path) -> None:
    work = mended(
        tmp_path, {"所属村": [CODES[0], "村1", "没有村"], "件数": [30, 9, 4]}, field="件数"
    )
    (lost, nowhere) = work.findings
    assert "没有村" in lost.message("zh")
    assert nowhere.kind == "work_no_place"
    houses = little.work("households", [shapely.Point(50, 50), shapely.Point(50, 250)], [1, 2])
    weights = weigh_faces(MOSAIC, [work, houses], TOWN, Grids(unit="households", target=1))
    column = weights.faces.sort_values("face_id")["events"].to_numpy().reshape(3, 3)
    assert column[:, 0] == pytest.approx([10, 0, 20])  # by the households of the village
    assert column[:, 1] == pytest.approx([3, 3, 3])  # nobody lives there: by area
    assert weights.totals.set_index("name")["estimated"].to_dict() == {
        "events": True,
        "households": False,
    }
    (said,) = [finding for finding in weights.findings if finding.kind == "workload_listed"]
    assert "2 rows" in said.message("en")
    assert "households" in said.message("en")


def test_rows_without_coordinates_stand_beside_rows_with_them(tmp_path: Path) -> None:
    table = {"lon": [50, None], "lat": [50, None], "村": ["", "村2"]}
    work = mended(tmp_path, table, village="村")
    assert sorted(shapely.get_type_id(work.frame.geometry.to_numpy())) == [0, 3]
    weights = weigh_faces(MOSAIC, [work], TOWN)
    assert weights.faces.sort_values("face_id")["events"].tolist() == pytest.approx(
        [1, 0, 1 / 3, 0, 0, 1 / 3, 0, 0, 1 / 3]
    )


def test_rows_with_the_code_of_a_departmental_grid_lie_where_it_lies(tmp_path: Path) -> None:
    work = mended(
        tmp_path,
        {"警格编码": ["P4", "P8", "P99"], "件数": [5, 7, 1]},
        grids="police",
        id="警格编码",
        field="件数",
    )
    column = weigh_faces(MOSAIC, [work], TOWN).faces.sort_values("face_id")["events"]
    assert column.tolist() == pytest.approx([0, 0, 0, 0, 5, 0, 0, 0, 7])
    assert "P99" in work.findings[0].message("en")
    with pytest.raises(InputError, match='grids = "fire" is not the key of a usable'):
        mended(tmp_path, {"c": ["P4"]}, grids="fire", id="c")


def test_kinds_take_their_minutes_and_the_column_still_counts(tmp_path: Path) -> None:
    table = {"lon": [50, 150, 250, 250], "lat": [50] * 4, "kind": ["纠纷", "占道", "占道", "其他"]}
    work = mended(tmp_path, table, kind="kind", minutes={"纠纷": 60, "占道": 20})
    assert "其他" in work.findings[0].message("zh")  # 40 minutes, the mean of the two
    weights = weigh_faces(MOSAIC, [work], TOWN, Grids(unit="events", target=1))
    row = weights.faces.sort_values("face_id")
    assert row["events"].tolist()[:3] == [1, 1, 2]
    assert np.array(row["workload"].tolist()[:3]) / row["workload"].sum() == pytest.approx(
        [60 / 140, 20 / 140, 60 / 140]
    )
    assert row["workload"].sum() == pytest.approx(4)  # as many standard grids as the target says
    with pytest.raises(ValueError, match="needs kind"):
        WorkloadSpec(name="events", path="x.csv", minutes={"纠纷": 60})


def test_country_counts_more_than_town_and_unknown_codes_are_said() -> None:
    points = [shapely.Point(50, 50), shapely.Point(150, 50)]
    work = little.work("households", points, [10, 10])
    work = type(work)(**{**vars(work), "rural": 3.0})
    villages = TOWN.villages["village_code"].tolist()
    faces = MOSAIC.faces.assign(
        village_code=MOSAIC.faces["village_code"].replace({villages[0]: "510311104001"})
    )
    mosaic = type(MOSAIC)(faces=faces, memberships=MOSAIC.memberships, borders=MOSAIC.borders)
    weights = weigh_faces(mosaic, [work], TOWN, Grids(unit="households", target=10))
    assert weights.faces.sort_values("face_id")["workload"].tolist()[:2] == pytest.approx(
        [0.5, 1.5]
    )
    odd = faces.assign(village_code=faces["village_code"].replace({villages[1]: "7"}))
    said = weigh_faces(
        type(MOSAIC)(faces=odd, memberships=MOSAIC.memberships, borders=MOSAIC.borders),
        [work],
        TOWN,
    ).findings
    assert [finding.kind for finding in said] == ["work_unclassed"]


def test_spread_households_make_a_longer_way(tmp_path: Path) -> None:
    table = {"lon": [10, 20, 30, 30, 290], "lat": [10, 10, 10, 10, 10]}
    work = mended(tmp_path, table, walk=True)
    assert work.frame["value"].sum() == pytest.approx(TOUR * 280)
    assert work.frame["value"].max() == pytest.approx(TOUR * (260 + 10) / 2)
    with pytest.raises(InputError, match="walk = true is for points"):
        mended(tmp_path, {"村": ["村1"]}, walk=True)


places = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), min_size=1, max_size=25)


@settings(max_examples=60, deadline=None)
@given(places, st.randoms(use_true_random=False))
def test_the_way_is_that_of_the_shortest_tree_whatever_the_order(xy, random) -> None:
    metres = walking_distances(shapely.points(np.array(xy, dtype=float)), TOWN)
    apart = np.array(sorted(set(xy)), dtype=float)
    reached, left, length = [0], list(range(1, len(apart))), 0.0
    while left:  # Prim, written down
        step, at = min((float(np.hypot(*(apart[a] - apart[b]))), b) for a in reached for b in left)
        length += step
        reached.append(at)
        left.remove(at)
    assert metres.sum() == pytest.approx(TOUR * length)
    shuffled = random.sample(xy, len(xy))
    again = walking_distances(shapely.points(np.array(shuffled, dtype=float)), TOWN)
    assert again.sum() == pytest.approx(metres.sum())
