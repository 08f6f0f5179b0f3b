"""The four ways to make faces of many networks, on the same layers."""

from __future__ import annotations

import multiprocessing
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from gridmerge.config.settings import Overlay
from gridmerge.model import Layer, Township
from gridmerge.overlay import overlay_layers

# metres of mean width (twice the area over the outline) below which a face is nobody's land
SLIVER = 5.0


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a contender made of the layers."""

    name: str
    seconds: float
    faces: gpd.GeoSeries | None
    note: str = ""

    @property
    def slivers(self) -> int:
        """How many faces are slivers."""
        if self.faces is None:
            return 0
        faces = self.faces.to_numpy()
        return int((2 * shapely.area(faces) / shapely.length(faces) < SLIVER).sum())


def timed(work: Callable[[], gpd.GeoSeries | None], name: str, repeat: int = 1) -> Result:
    """Run `work`, the best of `repeat`."""
    best, faces = float("inf"), None
    for _ in range(repeat):
        start = time.perf_counter()
        faces = work()
        best = min(best, time.perf_counter() - start)
    return Result(name=name, seconds=best, faces=faces)


def ours(township: Township, layers: Sequence[Layer], processes: int) -> gpd.GeoSeries:
    """(a) The whole overlay stage: register, agree, cut, label, borders, figures, docket."""
    return overlay_layers(township, layers, Overlay(), processes).faces.geometry


def linework(township: Township, layers: Sequence[Layer]) -> np.ndarray:
    """The lines of all layers and villages, those that touch the township."""
    villages = township.villages.geometry.to_numpy()
    land = shapely.box(*shapely.total_bounds(villages))
    drawn = np.concatenate([villages, *(layer.frame.geometry.to_numpy() for layer in layers)])
    return shapely.boundary(drawn[shapely.intersects(land, drawn)])


def noded(lines: np.ndarray) -> None:
    """(b) Merely noding the linework."""
    shapely.union_all(lines)


def plain(township: Township, layers: Sequence[Layer], lines: np.ndarray) -> gpd.GeoSeries:
    """(c) Noding, polygonising, labelling each piece by a point inside it."""
    pieces = shapely.get_parts(shapely.polygonize(shapely.get_parts(shapely.union_all(lines))))
    inner = shapely.point_on_surface(pieces)
    tree = shapely.STRtree(inner)
    kept = np.unique(tree.query(township.villages.geometry.to_numpy(), predicate="contains")[1])
    for layer in layers:
        tree.query(layer.frame.geometry.to_numpy(), predicate="contains")
    return gpd.GeoSeries(pieces[kept], crs=township.crs)


def one_after_another(township: Township, layers: Sequence[Layer], cap: float) -> Result:
    """(d) `geopandas.overlay`, layer after layer, stopped after `cap` seconds."""
    context = multiprocessing.get_context("spawn")
    channel = context.Queue()
    worker = context.Process(
        target=_one_after_another,
        args=(
            township.villages,
            [layer.frame[["source_id", "geometry"]] for layer in layers],
            channel,
        ),
    )
    worker.start()
    start, done, faces, failure = time.perf_counter(), 0, 0, ""
    while done < len(layers) and not failure:
        left = cap - (time.perf_counter() - start)
        try:
            done, faces, failure = channel.get(timeout=max(left, 0.01))
        except Exception:  # queue.Empty: the time is up
            break
    seconds = time.perf_counter() - start
    worker.terminate()
    note = f"{done} of {len(layers)} layers, {faces:,} faces" + (f"; {failure}" if failure else "")
    return Result(name="(d) geopandas.overlay", seconds=seconds, faces=None, note=note)


def _one_after_another(
    villages: gpd.GeoDataFrame, frames: list[gpd.GeoDataFrame], channel: multiprocessing.Queue
) -> None:
    warnings.simplefilter("ignore")
    sofar = villages[["village_code", "geometry"]]
    for n, frame in enumerate(frames, 1):
        named = frame.rename(columns={"source_id": f"source_{n}"})
        try:
            sofar = gpd.overlay(sofar, named, how="identity", keep_geom_type=True)
        except Exception as error:  # whatever it is, it is the result
            channel.put((n - 1, len(sofar), type(error).__name__))
            return
        channel.put((n, len(sofar), ""))
