"""Little townships and layers for the overlay's tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from gridmerge.config.settings import Coverage, LayerSpec, Role
from gridmerge.model import Layer, Mosaic, Source, Township
from gridmerge.overlay.linework import rectangle_width
from gridmerge.overlay.registration import MAX_TOLERANCE_M
from tests.towns import Town

WORKING = CRS.from_epsg(4544)
NOWHERE = Source(key="made", path="made", sha256="")


def township(villages: Mapping[str, shapely.Geometry] | Sequence[shapely.Geometry]) -> Township:
    """A township of these villages, by code or numbered."""
    if not isinstance(villages, Mapping):
        villages = {f"{510311104201 + n}": village for n, village in enumerate(villages)}
    frame = gpd.GeoDataFrame(
        {"village_code": list(villages), "village_name": [f"村{n}" for n in range(len(villages))]},
        geometry=shapely.set_precision(np.array(list(villages.values()), dtype=object), 0.001),
        crs=WORKING,
    )
    return Township(
        name="青山镇",
        code=None,
        crs=WORKING,
        villages=frame.sort_values("village_code", ignore_index=True),
        source=NOWHERE,
    )


def layer(
    key: str,
    polygons: Mapping[str, shapely.Geometry] | Sequence[shapely.Geometry],
    *,
    role: Role = "grid",
    rank: float | None = None,
    weight: float = 1.0,
    coverage: Coverage | None = None,
) -> Layer:
    """A layer of these grids, by id or numbered."""
    if not isinstance(polygons, Mapping):
        polygons = {f"{key}{n:03d}": polygon for n, polygon in enumerate(polygons)}
    frame = gpd.GeoDataFrame(
        {"source_id": list(polygons), "name": "", "holder": ""},
        geometry=list(polygons.values()),
        crs=WORKING,
    )
    spec = LayerSpec(path="made", key=key, role=role, rank=rank, weight=weight, coverage=coverage)
    return Layer(
        key=key,
        department=key,
        title=key,
        frame=frame.sort_values("source_id", ignore_index=True),
        spec=spec,
        rank=rank or 5.0,
        source=NOWHERE,
    )


def of_town(town: Town) -> tuple[Township, list[Layer]]:
    """A drawn town as the overlay gets it: mended the plain way."""
    villages = dict(zip(town.villages["village_code"], town.villages.geometry, strict=True))
    layers = []
    for key, drawn in town.layers.items():
        valid = shapely.buffer(shapely.make_valid(drawn.frame.geometry.to_numpy()), 0)
        grids = dict(zip(drawn.frame["source_id"], valid, strict=True))
        layers.append(layer(key, grids, role=drawn.role))  # type: ignore[arg-type]
    return township(villages), layers


def promises(mosaic: Mosaic, town: Township) -> None:
    """Assert what always holds of a mosaic."""
    faces = mosaic.faces.geometry.to_numpy()
    villages = town.villages.geometry.to_numpy()
    assert shapely.coverage_is_valid(faces)
    assert shapely.is_valid(faces).all()
    assert (shapely.get_type_id(faces) == shapely.GeometryType.POLYGON).all()
    assert mosaic.faces["face_id"].is_unique
    row = dict(zip(town.villages["village_code"], range(len(villages)), strict=True))
    home = villages[[row[code] for code in mosaic.faces["village_code"]]]
    # faces are noded at 1 mm: a node on a village line may stand half a millimetre beside it
    slack = 0.001 * shapely.length(faces) + 1e-6
    assert (shapely.area(shapely.difference(faces, home)) <= slack).all()
    whole = shapely.area(villages).sum()
    assert abs(shapely.area(faces).sum() - whole) <= 0.001 * shapely.length(villages).sum()
    assert set(mosaic.memberships["face_id"]) <= set(mosaic.faces["face_id"])
    assert not mosaic.memberships.duplicated().any()
    assert (mosaic.borders["face_a"] < mosaic.borders["face_b"]).all()
    assert mosaic.borders["agreement"].between(0, 1).all()
    assert mosaic.borders["barrier"].between(0, 1).all()


def lattice(
    columns: int, rows: int, size: float = 200.0, at: tuple[float, float] = (500_000.0, 3_200_000.0)
) -> list[shapely.Polygon]:
    """Square blocks, row by row."""
    return [
        shapely.box(
            at[0] + size * i, at[1] + size * j, at[0] + size * (i + 1), at[1] + size * (j + 1)
        )
        for j in range(rows)
        for i in range(columns)
    ]


def none_thin(mosaic: Mosaic, town: Township, layers: Sequence[Layer]) -> None:
    """Assert that no face is thinner than the tolerance unless the village or a departmental grid is so itself, or a zone forces it."""
    width = mosaic.figures["tolerance"]
    faces = mosaic.faces[mosaic.faces["zone"] == ""]
    inner = shapely.buffer(faces.geometry.to_numpy(), -width / 2 * 0.98)
    thin = faces[shapely.is_empty(inner)]
    villages = town.villages.set_index("village_code").geometry
    drawn = np.concatenate([one.frame.geometry.to_numpy() for one in layers])
    # a narrow grid stands where its lines were agreed, which may be beside where it was drawn
    narrow = shapely.union_all(
        drawn[rectangle_width(drawn) < 2 * max(width, MAX_TOLERANCE_M)]
    ).buffer(MAX_TOLERANCE_M)
    for code, face in zip(thin["village_code"], thin.geometry, strict=True):
        alone = (mosaic.faces["village_code"] == code).sum() == 1
        # land of the village that no circle of the tolerance's width reaches: its own arms and necks
        forced = villages[code].difference(
            villages[code].buffer(-width / 2).buffer(width / 2 + 0.01)
        )
        assert (
            alone
            or face.intersection(narrow).area > 0.5 * face.area
            or face.intersection(forced).area > 0.05 * face.area
        ), face.wkt
