"""OUT → the grids with everything that goes out with them."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from gridmerge.errors import OutputError
from gridmerge.geo.datum import Datum
from gridmerge.geo.gcj02 import SHIFTS
from gridmerge.geo.layer_errors import LAYER_ERRORS
from gridmerge.i18n.text import Language
from gridmerge.products.data.geojson import DEGREE_DECIMALS, in_lonlat
from gridmerge.products.map.audience import MIN_PUBLIC_COUNT
from gridmerge.products.masking import Audience, contacts_for, mask_name, mask_phone
from gridmerge.products.provenance import Imprint, is_chinese
from gridmerge.products.transaction import recover_output

_SHIFTED = (
    'GEOGCRS["{name}",DATUM["{name}: WGS 84 shifted, not a datum",ELLIPSOID["WGS 84",6378137,298.257223563]],'
    'CS[ellipsoidal,2],AXIS["longitude",east],AXIS["latitude",north],ANGLEUNIT["degree",0.0174532925199433]]'
)
_DATUM_NAMES = {"gcj02": "GCJ-02", "bd09": "BD-09"}


@dataclass(frozen=True, kw_only=True)
class FinishedGrids:
    """The unified grids, ready to be written in any format.

    Parameters
    ----------
    imprint
        What the product says of itself.
    language
        Of the project.
    works
        Workload names, in the order of the project.
    rows
        The properties of grids.geojson, in the order of the codes.
    metres, degrees
        The same polygons in the working CRS and in longitude and latitude of `coord`.
    crs
        The working CRS.
    coord
        What `degrees` are in.
    """

    imprint: Imprint
    language: Language
    works: tuple[str, ...]
    rows: list[dict[str, Any]]
    metres: NDArray[np.object_]
    degrees: NDArray[np.object_]
    crs: CRS
    coord: Datum = "wgs84"

    @property
    def layer_name(self) -> str:
        """What formats with named layers call the grids: a shifted layer says so."""
        return "grids" if self.coord == "wgs84" else f"grids_{self.coord}"

    @property
    def geographic(self) -> CRS:
        """The CRS of `degrees`: CGCS2000 or WGS 84, or one that says it is shifted."""
        if self.coord != "wgs84":
            return CRS.from_wkt(_SHIFTED.format(name=_DATUM_NAMES[self.coord]))
        return CRS.from_epsg(4490 if is_chinese(self.crs) else 4326)


def read_finished_grids(out: Path) -> FinishedGrids:
    """Read the grids of a finished build.

    Raises
    ------
    OutputError
        OUT holds no finished build.
    """
    recover_output(out)
    try:
        report = json.loads((out / "report.json").read_text("utf-8"))
        features = json.loads((out / "grids.geojson").read_text("utf-8"))["features"]
        grids: gpd.GeoDataFrame = pyogrio.read_dataframe(out / "gridmerge.gpkg", layer="grids")
        rows = [feature["properties"] for feature in features]
        shapes = (
            grids.set_index("grid_code").geometry.loc[[row["grid_code"] for row in rows]].to_numpy()
        )
        project = report["project"]
        return FinishedGrids(
            imprint=Imprint(
                name=project["name"],
                date=project["date"],
                networks=report["counts"]["networks"],
                crs=grids.crs,
            ),
            language=project["language"],
            works=tuple(str(work["name"]) for work in report["work"]),
            rows=rows,
            metres=shapes,
            degrees=in_lonlat(shapes, grids.crs),
            crs=grids.crs,
        )
    except LAYER_ERRORS as error:
        raise OutputError(
            f"{out} 中没有完整的成果，或由旧版本生成；请重新运行 gridmerge build。",
            f"{out} does not hold a finished build of this version; run gridmerge build again.",
        ) from error


def shift_grids(grids: FinishedGrids, coord: Datum) -> FinishedGrids:
    """Return the grids with their degrees in `coord`, each record saying so; vertices that neighbours share stay shared."""
    if coord == "wgs84":
        return grids
    forward = SHIFTS[coord]

    def shift(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        moved: NDArray[np.float64] = np.column_stack(forward(xy[:, 0], xy[:, 1])).round(
            DEGREE_DECIMALS
        )
        return moved

    return replace(
        grids,
        degrees=np.asarray(shapely.transform(grids.degrees, shift), dtype=object),
        coord=coord,
        rows=[{**row, "coord": coord} for row in grids.rows],
        imprint=replace(grids.imprint, coord=coord),
    )


def restrict_grids(
    grids: FinishedGrids, audience: Audience, review_number: str = ""
) -> FinishedGrids:
    """Return the grids as an audience may see them."""
    grids = replace(
        grids, imprint=replace(grids.imprint, audience=audience, review_number=review_number)
    )
    rows = [_with_phones_for(audience, row) for row in grids.rows]
    if audience != "public":
        return replace(grids, rows=rows)
    ids = sorted({person["member_id"] for row in rows for person in row["members"]})
    # an id may be a staff number
    aliases = {member: f"W{number:03d}" for number, member in enumerate(ids, 1)}
    return replace(grids, rows=[_public_row(row, grids.works, aliases) for row in rows])


def _with_phones_for(audience: Audience, row: dict[str, Any]) -> dict[str, Any]:
    # the phones are written as the project wants them: less is to be shown, never more
    contacts = contacts_for(audience, "full")
    return {
        **row,
        "members": [
            {**person, "phone": mask_phone(person["phone"], contacts)} for person in row["members"]
        ],
    }


def _public_row(
    row: dict[str, Any], works: tuple[str, ...], aliases: dict[str, str]
) -> dict[str, Any]:
    small = {
        name for name in works if row.get(name) is not None and 0 < row[name] < MIN_PUBLIC_COUNT
    }
    members = [
        {**person, "member_id": aliases[person["member_id"]], "name": mask_name(person["name"])}
        for person in row["members"]
    ]
    hidden: dict[str, Any] = dict.fromkeys(small) | ({"workload": None} if small else {})
    leader = "、".join(mask_name(name) for name in row["leader"].split("、"))
    return {**row, **hidden, "leader": leader, "members": members}
