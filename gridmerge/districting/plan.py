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
from gridmerge.districting.constraints.lock_files import (
    PlanConstraints,
    PreviousPlan,
    read_constraints,
)
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
from gridmerge.model import GridPlan, Layer, Mosaic, Township, Weights
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
        The networks as mended: named where a face that is too heavy could be cut along the line of one. The plan does not
        depend on them.

    Returns
    -------
    GridPlan
        Every face in one grid, every grid in one village and in one piece (in each declared piece of a split village at
        most one), codes by position.
    """
    orders = read_constraints(sizes, township.crs)
    villages = list_villages(mosaic, weights, township, sizes, orders)
    return assemble_plan(
        villages,
        map_jobs(divide_village, villages, processes),
        mosaic,
        weights,
        orders.earlier,
        layers,
    )


def assemble_plan(
    villages: list[Village],
    divided: list[DividedVillage],
    mosaic: Mosaic,
    weights: Weights,
    earlier: PreviousPlan | None = None,
    layers: Sequence[Layer] = (),
) -> GridPlan:
    """Put the villages' divisions together: codes, names, geometry, figures, findings."""
    coded = [
        assign_grid_codes(village, part, earlier)
        for village, part in zip(villages, divided, strict=True)
    ]
    faces = pd.concat(
        [
            _face_codes(v, part, codes)
            for v, part, codes in zip(villages, divided, coded, strict=True)
        ],
        ignore_index=True,
    )
    grids = _build_grids(faces, mosaic, weights, {v.code: v.name for v in villages})
    findings: list[Finding] = [finding for part in divided for finding in part.findings]
    for village, part, codes in zip(villages, divided, coded, strict=True):
        findings += [
            *reason_findings(village, part, codes, layers),
            *_broken_lock_findings(village, part, codes),
        ]
    before = pd.concat(
        [_previous_grids(*one) for one in zip(villages, divided, coded, strict=True)],
        ignore_index=True,
    )
    plan_faces = faces[["face_id", "grid_code"]].sort_values("face_id", ignore_index=True)
    gone = find_heirs_elsewhere(earlier, grids)
    findings = _drop_idle_villages(findings, weights)
    findings += _villages_gone(earlier, {v.code for v in villages})
    retired = {
        **(earlier.retired if earlier else {}),
        **{c: s for codes in coded for c, s in codes.retired.items()},
        **gone,
    }
    figures = measure_plan(grids, plan_faces, villages, divided, mosaic)
    total = sum(float(v.size.sum()) for v in villages) or 1.0
    kept = (
        sum(codes.kept * float(v.size.sum()) for v, codes in zip(villages, coded, strict=True))
        / total
    )
    figures["codes"] = {"kept_share": round(kept, 6), "retired": dict(sorted(retired.items()))}
    return GridPlan(
        grids=grids,
        faces=plan_faces,
        sizes=villages[0].sizes if villages else Grids(),
        figures=figures,
        findings=sort_findings(findings),
        before=before.sort_values("face_id", ignore_index=True),
    )


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
    out = []
    for row in township.villages.sort_values("village_code").itertuples():
        faces = by_village.get(row.village_code)
        if faces is not None:
            out.append(_make_village(row, faces.reset_index(drop=True), borders, sizes))
    return apply_constraints(out, orders or PlanConstraints(), sizes)


def face_table(mosaic: Mosaic, weights: Weights, sizes: Grids) -> gpd.GeoDataFrame:
    """Faces with size, work and a point inside, sorted by that point: neither row order nor the look of ids can matter."""
    faces = mosaic.faces.merge(
        weights.faces.drop(
            columns=[c for c in ("village_code", "area_m2", "zone") if c in weights.faces]
        ),
        on="face_id",
        how="left",
        validate="one_to_one",
    )
    unit = sizes.unit or AREA_UNIT
    size = faces["area_m2"] / M2_PER_HA if unit == AREA_UNIT else faces[unit].fillna(0.0)
    points = geos.point_on_surface(np.asarray(faces.geometry.values))
    faces = faces.assign(
        size=size,
        work=faces["workload"].fillna(0.0),
        x=shapely.get_x(points),
        y=shapely.get_y(points),
    )
    return faces.sort_values(["village_code", "x", "y", "face_id"], ignore_index=True)


def priced_borders(mosaic: Mosaic, table: gpd.GeoDataFrame, sizes: Grids) -> pd.DataFrame:
    """Borders of positive length with their price per metre: dear where no department has a line, dearer through a base grid."""
    borders = mosaic.borders.loc[mosaic.borders["length_m"] > 0]
    price = (sizes.compact + sizes.agree * (1 - borders["agreement"])) * (
        1 - sizes.barrier * borders["barrier"]
    )
    base = sorted(
        key
        for key, layer in mosaic.figures.get("layers", {}).items()
        if layer.get("role") == "base"
    )
    if base:
        claims = mosaic.memberships.loc[mosaic.memberships["layer"].isin(base)]
        names = (claims["layer"] + "/" + claims["source_id"]).sort_values()
        owner = names.groupby(claims["face_id"]).agg("|".join)
        same = borders["face_a"].map(owner).eq(borders["face_b"].map(owner))
        price = price + sizes.whole * same.to_numpy()
    return borders.assign(price=price).sort_values(["face_a", "face_b"], ignore_index=True)


def typical_side(area_m2: float, size: float, sizes: Grids) -> float:
    """Metres: the side of a square as large as a typical grid of a village of this area and size."""
    return float(np.sqrt(area_m2 / max(1.0, size / float(sizes.target or 1.0))))


def _make_village(
    row: Any, faces: gpd.GeoDataFrame, borders: pd.DataFrame, sizes: Grids
) -> Village:
    place = pd.Series(np.arange(len(faces)), index=faces["face_id"])
    own = borders.loc[borders["face_a"].isin(place.index) & borders["face_b"].isin(place.index)]
    edges = np.column_stack(
        [place[own["face_a"]].to_numpy(), place[own["face_b"]].to_numpy()]
    ).reshape(-1, 2)
    # rows of the borders frame may come in any order
    order = np.lexsort(np.sort(edges, axis=1).T[::-1])
    side = typical_side(float(faces["area_m2"].sum()), float(faces["size"].sum()), sizes)
    geometry = np.asarray(faces.geometry.values)
    return Village(
        code=str(row.village_code),
        name=str(row.village_name),
        face_id=faces["face_id"].to_numpy(dtype=object),
        zone=faces["zone"].to_numpy(dtype=object),
        geometry=geometry,
        size=faces["size"].to_numpy(dtype=np.float64),
        work=faces["work"].to_numpy(dtype=np.float64),
        part=_village_pieces(row.geometry, faces),
        edges=np.sort(edges, axis=1)[order],
        costs=(own["price"] * own["length_m"]).to_numpy(dtype=np.float64)[order] / side,
        lengths=own["length_m"].to_numpy(dtype=np.float64)[order],
        agreement=own["agreement"].to_numpy(dtype=np.float64)[order],
        sizes=sizes,
        old=np.full(len(faces), "", dtype=object),
    )


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
    return pd.DataFrame(
        {
            "face_id": village.face_id[laid],
            "grid_code": np.where(part.home[laid] >= 0, codes.codes[part.home[laid]], ""),
            "price": part.leaving[laid],
        }
    )


def reason_findings(
    village: Village, part: DividedVillage, codes: VillageGridCodes, layers: Sequence[Layer] = ()
) -> list[Finding]:
    """A finding for each grid outside the limits, with its cause and remedies."""
    sizes, out = village.sizes, []
    for reason in part.reasons:
        where = (
            village.geometry[reason.face]
            if reason.face >= 0
            else village.geometry[part.labels == reason.grid][0]
        )
        point = geos.point_on_surface(where)
        out.append(
            make_finding(
                reason.kind,
                measure=reason.size,
                place=(point.x, point.y),
                grid=str(codes.codes[reason.grid]),
                village=village.name,
                min=format_figure(sizes.min or 0),
                max=format_figure(sizes.max or 0),
                amount=format_figure(reason.amount),
                remedies=_list_remedies(village, reason, layers),
            )
        )
    return out


def _drop_idle_villages(findings: list[Finding], weights: Weights) -> list[Finding]:
    """Leave out that grids of villages without any work are too small, where one finding says it of most villages."""
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
    rows = [text for _, text in village.against]
    more = len(rows) - MAX_LISTED_ROWS
    zh = "；".join(text.zh for text in rows[:MAX_LISTED_ROWS]) + (
        f"；等 {len(rows)} 条" if more > 0 else ""
    )
    en = "; ".join(text.en for text in rows[:MAX_LISTED_ROWS]) + (
        f"; and {more} more" if more > 0 else ""
    )
    point = geos.point_on_surface(village.geometry[village.against[0][0]])
    moved = int(((village.old != "") & (village.old != codes.codes[part.labels])).sum())
    place, locks = (point.x, point.y), Text(zh, en)
    return [
        make_finding(
            "earlier_not_kept", measure=moved, place=place, village=village.name, locks=locks
        )
    ]


def _villages_gone(earlier: PreviousPlan | None, villages: Collection[str]) -> list[Finding]:
    """One finding for each village of the earlier plan that has no grid now, with the number of its grids."""
    if earlier is None:
        return []
    gone = earlier.grids.loc[~earlier.grids["village_code"].isin(villages)]
    return [
        make_finding(
            "earlier_village_gone",
            measure=len(rows),
            village=rows["village_name"].iloc[0] or code,
            code=code,
        )
        for code, rows in gone.groupby("village_code", sort=True)
    ]


def _list_remedies(village: Village, reason: RangeReason, layers: Sequence[Layer]) -> Text:
    """The reason's remedies; before them, where a face binds, the layer along whose line it could be cut."""
    split = split_along(village.geometry[reason.face], layers) if reason.face >= 0 else None
    if split is None:
        return reason.remedies
    return Text(f"{split.zh}；{reason.remedies.zh}", f"{split.en}; {reason.remedies.en}")


def _build_grids(
    faces: pd.DataFrame, mosaic: Mosaic, weights: Weights, names: dict[str, str]
) -> gpd.GeoDataFrame:
    columns = [*weights.names, "workload"]
    table = faces.merge(weights.faces[["face_id", *columns]], on="face_id", how="left").merge(
        mosaic.faces[["face_id", "geometry"]], on="face_id"
    )
    table = table.sort_values(["grid_code", "face_id"])
    rows = []
    zones: dict[str, str] = mosaic.figures.get("zones", {})
    for code, members in table.groupby("grid_code", sort=True):
        village, exclusive = (
            str(members["village_code"].iloc[0]),
            bool(members["exclusive"].iloc[0]),
        )
        geometry = geos.coverage_union_all(np.asarray(members["geometry"].values))
        rows.append(
            {
                "grid_code": str(code),
                "grid_name": make_grid_name(
                    str(code),
                    names[village],
                    exclusive,
                    zones.get(str(members["zone"].iloc[0]), ""),
                ),
                "grid_type": "exclusive" if exclusive else "comprehensive",
                "village_code": village,
                "village_name": names[village],
                "area_m2": geometry.area,
                **{column: float(members[column].sum()) for column in ("workload", *weights.names)},
                "geometry": geometry,
            }
        )
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=mosaic.faces.crs)
