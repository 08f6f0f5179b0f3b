"""The room's door: a mosaic and its weights → a plan of unified grids."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridmerge.config.settings import AREA_UNIT, Grids
from gridmerge.districting.constraints.application import apply_constraints
from gridmerge.districting.diagnosis import RangeReason
from gridmerge.districting.face_splits import split_along
from gridmerge.districting.grid_codes import (
    VillageGridCodes,
    assign_grid_codes,
    find_heirs_elsewhere,
)
from gridmerge.districting.grid_names import make_grid_name
from gridmerge.districting.metrics import measure_plan
from gridmerge.districting.village import DividedVillage, Village
from gridmerge.districting.village_division import divide_village
from gridmerge.findings import HEADLINES, Finding, format_figure, make_finding, sort_findings
from gridmerge.geo import geos
from gridmerge.i18n.text import Text
from gridmerge.model import (
    GridPlan,
    Layer,
    Mosaic,
    PlanConstraints,
    PreviousPlan,
    Township,
    Weights,
)
from gridmerge.parallel import map_jobs

M2_PER_HA = 1e4
MAX_LISTED_ROWS = 3  # rows of locks.csv that one sentence names


def divide_township(
    mosaic: Mosaic,
    weights: Weights,
    township: Township,
    sizes: Grids,
    processes: int = 1,
    layers: Sequence[Layer] = (),
    constraints: PlanConstraints | None = None,
) -> GridPlan:
    """Divide every village into unified grids.

    Parameters
    ----------
    mosaic
        The faces, who claims them, and their borders.
    weights
        Workload of each face; `sizes.unit` names the column that sizes a grid (``area_ha`` needs no workload).
    township
        The villages; no grid crosses their lines.
    sizes
        `[grids]` of the project file, completed.
    processes
        Villages are divided in so many processes; the plan does not depend on it.
    layers
        The cleaned networks: named where a face that is too heavy could be cut along the line of one. The plan does not
        depend on them.
    constraints
        What is fixed beforehand: locks, links, an earlier plan.

    Returns
    -------
    GridPlan
        Every face in one grid, every grid in one village and in one piece (in each declared piece of a split village at
        most one), codes by position.
    """
    orders = constraints or PlanConstraints()
    villages = list_villages(mosaic, weights, township, sizes, orders)
    return assemble_plan(
        villages,
        map_jobs(divide_village, villages, processes),
        mosaic,
        weights,
        orders,
        layers,
    )


def assemble_plan(
    villages: list[Village],
    divided: list[DividedVillage],
    mosaic: Mosaic,
    weights: Weights,
    orders: PlanConstraints | None = None,
    layers: Sequence[Layer] = (),
) -> GridPlan:
    """Put the villages' divisions together: codes, names, geometry, figures, findings."""
    orders = orders or PlanConstraints()
    earlier = orders.earlier
    coded = [
        assign_grid_codes(village, part, earlier)
        for village, part in zip(villages, divided, strict=True)
    ]
    results = list(zip(villages, divided, coded, strict=True))
    face_tables = [_face_codes(*result) for result in results]
    faces = pd.concat(face_tables, ignore_index=True)
    plan_faces = faces[["face_id", "grid_code"]]
    plan_faces = plan_faces.sort_values("face_id", ignore_index=True)
    names = {village.code: village.name for village in villages}
    grids = _build_grids(faces, mosaic, weights, names)
    before_tables = [_previous_grids(*result) for result in results]
    before = pd.concat(before_tables, ignore_index=True)
    figures = measure_plan(grids, plan_faces, villages, divided, mosaic)
    figures["codes"] = {
        "kept_share": _kept_code_share(villages, coded),
        "retired": _list_retired(coded, earlier, grids),
    }
    findings = _drop_idle_villages(_village_findings(results, layers), weights)
    findings += _villages_gone(earlier, {v.code for v in villages})
    return GridPlan(
        grids=grids,
        faces=plan_faces,
        sizes=villages[0].sizes if villages else Grids(),
        figures=figures,
        findings=sort_findings(findings),
        constraints=orders,
        before=before.sort_values("face_id", ignore_index=True),
    )


def _village_findings(
    results: Sequence[tuple[Village, DividedVillage, VillageGridCodes]],
    layers: Sequence[Layer],
) -> list[Finding]:
    """Findings of the division, of grids out of range, and of locks the earlier plan breaks."""
    findings: list[Finding] = []
    for _, part, _ in results:
        findings += part.findings
    for village, part, codes in results:
        findings += reason_findings(village, part, codes, layers)
        findings += _broken_lock_findings(village, part, codes)
    return findings


def _kept_code_share(villages: list[Village], coded: list[VillageGridCodes]) -> float:
    """Share of the township's size that lies under the code it had before."""
    sizes = [float(village.size.sum()) for village in villages]
    total = sum(sizes) or 1.0
    kept = sum(codes.kept * size for size, codes in zip(sizes, coded, strict=True))
    return round(kept / total, 6)


def _list_retired(
    coded: list[VillageGridCodes], earlier: PreviousPlan | None, grids: gpd.GeoDataFrame
) -> dict[str, list[str]]:
    """Every code that no grid bears any more, with its successors, sorted by code."""
    retired: dict[str, list[str]] = {}
    if earlier is not None:
        retired |= earlier.retired
    for codes in coded:
        retired |= codes.retired
    retired |= find_heirs_elsewhere(earlier, grids)
    return dict(sorted(retired.items()))


def list_villages(
    mosaic: Mosaic,
    weights: Weights,
    township: Township,
    sizes: Grids,
    orders: PlanConstraints | None = None,
) -> list[Village]:
    """What each village has to divide, faces ordered by content."""
    table = face_table(mosaic, weights, sizes)
    borders = priced_borders(mosaic, table, sizes)
    by_village = dict(tuple(table.groupby("village_code", sort=True)))
    villages = []
    for row in township.villages.sort_values("village_code").itertuples():
        faces = by_village.get(row.village_code)
        if faces is None:
            continue
        faces = faces.reset_index(drop=True)
        villages.append(_make_village(row, faces, borders, sizes))
    return apply_constraints(villages, orders or PlanConstraints(), sizes)


def face_table(mosaic: Mosaic, weights: Weights, sizes: Grids) -> gpd.GeoDataFrame:
    """Faces with size, work and a point inside, sorted by that point.

    Neither row order nor the look of ids can matter.
    """
    given_twice = [c for c in ("village_code", "area_m2", "zone") if c in weights.faces]
    workload = weights.faces.drop(columns=given_twice)
    faces = mosaic.faces.merge(workload, on="face_id", how="left", validate="one_to_one")
    unit = sizes.unit or AREA_UNIT
    hectares = faces["area_m2"] / M2_PER_HA
    size = hectares if unit == AREA_UNIT else faces[unit].fillna(0.0)
    points = geos.point_on_surface(np.asarray(faces.geometry.values))
    faces = faces.assign(
        size=size,
        work=faces["workload"].fillna(0.0),
        x=shapely.get_x(points),
        y=shapely.get_y(points),
    )
    return faces.sort_values(["village_code", "x", "y", "face_id"], ignore_index=True)


def priced_borders(mosaic: Mosaic, table: gpd.GeoDataFrame, sizes: Grids) -> pd.DataFrame:
    """Borders of positive length with their price per metre.

    Dear where no department has a line, dearer through a base grid.
    """
    borders = mosaic.borders.loc[mosaic.borders["length_m"] > 0]
    disagreement = sizes.agree * (1 - borders["agreement"])
    barrier_discount = 1 - sizes.barrier * borders["barrier"]
    price = (sizes.compact + disagreement) * barrier_discount
    base = _list_base_layers(mosaic)
    if base:
        owner = _base_grid_of_faces(mosaic, base)
        owner_a = borders["face_a"].map(owner)
        inside = owner_a.eq(borders["face_b"].map(owner))
        price = price + sizes.whole * inside.to_numpy()
    borders = borders.assign(price=price)
    return borders.sort_values(["face_a", "face_b"], ignore_index=True)


def _list_base_layers(mosaic: Mosaic) -> list[str]:
    """Keys of the layers of role `base`, sorted."""
    layers = mosaic.figures.get("layers", {})
    return sorted(key for key, layer in layers.items() if layer.get("role") == "base")


def _base_grid_of_faces(mosaic: Mosaic, base: list[str]) -> pd.Series:
    """By face: the base grids that claim it, as one text."""
    claims = mosaic.memberships.loc[mosaic.memberships["layer"].isin(base)]
    names = (claims["layer"] + "/" + claims["source_id"]).sort_values()
    return names.groupby(claims["face_id"]).agg("|".join)


def typical_side(area_m2: float, size: float, sizes: Grids) -> float:
    """Metres: the side of a square as large as a typical grid of a village of this area and size."""
    grids = max(1.0, size / float(sizes.target or 1.0))
    return float(np.sqrt(area_m2 / grids))


def _make_village(
    row: Any, faces: gpd.GeoDataFrame, borders: pd.DataFrame, sizes: Grids
) -> Village:
    inner = _village_borders(faces, borders)
    side = typical_side(float(faces["area_m2"].sum()), float(faces["size"].sum()), sizes)
    costs = (inner["price"] * inner["length_m"]).to_numpy(dtype=np.float64)
    return Village(
        code=str(row.village_code),
        name=str(row.village_name),
        face_id=faces["face_id"].to_numpy(dtype=object),
        zone=faces["zone"].to_numpy(dtype=object),
        geometry=np.asarray(faces.geometry.values),
        size=faces["size"].to_numpy(dtype=np.float64),
        work=faces["work"].to_numpy(dtype=np.float64),
        part=_village_pieces(row.geometry, faces),
        edges=inner[["first", "second"]].to_numpy(dtype=np.int64),
        costs=costs / side,
        lengths=inner["length_m"].to_numpy(dtype=np.float64),
        agreement=inner["agreement"].to_numpy(dtype=np.float64),
        sizes=sizes,
        old=np.full(len(faces), "", dtype=object),
    )


def _village_borders(faces: gpd.GeoDataFrame, borders: pd.DataFrame) -> pd.DataFrame:
    """Borders inside the village with the numbers of their faces, `first` < `second`, sorted by them."""
    number = pd.Series(np.arange(len(faces)), index=faces["face_id"])
    inside_a = borders["face_a"].isin(number.index)
    inside_b = borders["face_b"].isin(number.index)
    inner = borders.loc[inside_a & inside_b]
    ends = [number[inner["face_a"]].to_numpy(), number[inner["face_b"]].to_numpy()]
    edges = np.sort(np.column_stack(ends).reshape(-1, 2), axis=1)
    inner = inner.assign(first=edges[:, 0], second=edges[:, 1])
    # rows of the borders frame may come in any order
    return inner.iloc[np.lexsort(edges.T[::-1])]


def _village_pieces(village: shapely.Geometry, faces: gpd.GeoDataFrame) -> np.ndarray:
    """The declared piece of the village each face lies in."""
    pieces = shapely.get_parts(village)
    points = shapely.points(faces["x"].to_numpy(), faces["y"].to_numpy())
    away = np.column_stack([shapely.distance(points, piece) for piece in pieces])
    return np.asarray(away.argmin(axis=1), dtype=np.int64)


def _face_codes(village: Village, part: DividedVillage, codes: VillageGridCodes) -> pd.DataFrame:
    """face_id, village_code, zone, grid_code, exclusive of a village's faces."""
    return pd.DataFrame(
        {
            "face_id": village.face_id,
            "village_code": village.code,
            "zone": village.zone,
            "grid_code": codes.codes[part.labels],
            "exclusive": part.exclusive[part.labels],
        }
    )


def _previous_grids(
    village: Village, part: DividedVillage, codes: VillageGridCodes
) -> pd.DataFrame:
    """face_id, grid_code, price of a village's faces that the earlier plan laid into a grid."""
    laid = part.leaving > 0
    home = part.home[laid]
    return pd.DataFrame(
        {
            "face_id": village.face_id[laid],
            "grid_code": np.where(home >= 0, codes.codes[home], ""),
            "price": part.leaving[laid],
        }
    )


def reason_findings(
    village: Village, part: DividedVillage, codes: VillageGridCodes, layers: Sequence[Layer] = ()
) -> list[Finding]:
    """A finding for each grid outside the limits, with its cause and remedies."""
    lower = format_figure(village.sizes.min or 0)
    upper = format_figure(village.sizes.max or 0)
    findings = []
    for reason in part.reasons:
        finding = make_finding(
            reason.kind,
            measure=reason.size,
            place=_locate_reason(village, part, reason),
            grid=str(codes.codes[reason.grid]),
            village=village.name,
            min=lower,
            max=upper,
            amount=format_figure(reason.amount),
            remedies=_list_remedies(village, reason, layers),
        )
        findings.append(finding)
    return findings


def _locate_reason(
    village: Village, part: DividedVillage, reason: RangeReason
) -> tuple[float, float]:
    """A point in the face that binds, or else in the grid's first face."""
    face = reason.face
    if face < 0:
        face = int(np.flatnonzero(part.labels == reason.grid)[0])
    point = geos.point_on_surface(village.geometry[face])
    return point.x, point.y


def _drop_idle_villages(findings: list[Finding], weights: Weights) -> list[Finding]:
    """Leave out that grids of villages without any work are too small.

    Only where one finding reports it of most villages.
    """
    if not any(finding.kind in HEADLINES for finding in weights.findings):
        return findings
    return [
        finding for finding in findings if finding.kind != "grid_small_village" or finding.measure
    ]


def _broken_lock_findings(
    village: Village, part: DividedVillage, codes: VillageGridCodes
) -> list[Finding]:
    """One finding for a village whose earlier plan breaks locks: which, and how many faces have another grid now."""
    if not village.against:
        return []
    first_face, _ = village.against[0]
    point = geos.point_on_surface(village.geometry[first_face])
    now = codes.codes[part.labels]
    moved = (village.old != "") & (village.old != now)
    finding = make_finding(
        "earlier_not_kept",
        measure=int(moved.sum()),
        place=(point.x, point.y),
        village=village.name,
        locks=_list_broken_locks([text for _, text in village.against]),
    )
    return [finding]


def _list_broken_locks(rows: list[Text]) -> Text:
    """The first locks in one sentence, and how many more there are."""
    listed = rows[:MAX_LISTED_ROWS]
    more = len(rows) - len(listed)
    zh = "；".join(text.zh for text in listed)
    en = "; ".join(text.en for text in listed)
    if more:
        zh += f"；等 {len(rows)} 条"
        en += f"; and {more} more"
    return Text(zh, en)


def _villages_gone(earlier: PreviousPlan | None, villages: Collection[str]) -> list[Finding]:
    """One finding for each village of the earlier plan that has no grid now, with the number of its grids."""
    if earlier is None:
        return []
    still_there = earlier.grids["village_code"].isin(villages)
    gone = earlier.grids.loc[~still_there]
    findings = []
    for code, grids in gone.groupby("village_code", sort=True):
        name = grids["village_name"].iloc[0] or code
        finding = make_finding("earlier_village_gone", measure=len(grids), village=name, code=code)
        findings.append(finding)
    return findings


def _list_remedies(village: Village, reason: RangeReason, layers: Sequence[Layer]) -> Text:
    """The reason's remedies; before them, where a face binds, the layer along whose line it could be cut."""
    if reason.face < 0:
        return reason.remedies
    split = split_along(village.geometry[reason.face], layers)
    if split is None:
        return reason.remedies
    others = reason.remedies
    return Text(f"{split.zh}；{others.zh}", f"{split.en}; {others.en}")


def _build_grids(
    faces: pd.DataFrame, mosaic: Mosaic, weights: Weights, names: dict[str, str]
) -> gpd.GeoDataFrame:
    """The grids: the union of their faces, the sums of their workloads, their first names."""
    workloads = weights.faces[["face_id", *weights.names, "workload"]]
    table = faces.merge(workloads, on="face_id", how="left")
    table = table.merge(mosaic.faces[["face_id", "geometry"]], on="face_id")
    table = table.sort_values(["grid_code", "face_id"])
    zones: dict[str, str] = mosaic.figures.get("zones", {})
    summed = ("workload", *weights.names)
    rows = []
    for code, members in table.groupby("grid_code", sort=True):
        geometry = geos.coverage_union_all(np.asarray(members["geometry"].values))
        sums = {column: float(members[column].sum()) for column in summed}
        row = _describe_grid(str(code), members.iloc[0], names, zones)
        rows.append({**row, "area_m2": geometry.area, **sums, "geometry": geometry})
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=mosaic.faces.crs)


def _describe_grid(
    code: str, face: pd.Series, names: dict[str, str], zones: dict[str, str]
) -> dict[str, str]:
    """Code, name, type and village of a grid, by any of its faces."""
    village = str(face["village_code"])
    exclusive = bool(face["exclusive"])
    zone = zones.get(str(face["zone"]), "")
    return {
        "grid_code": code,
        "grid_name": make_grid_name(code, names[village], exclusive, zone),
        "grid_type": "exclusive" if exclusive else "comprehensive",
        "village_code": village,
        "village_name": names[village],
    }
