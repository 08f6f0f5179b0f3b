"""Threads for work that shapely and scipy do without holding the interpreter: no start-up, no copies, the same answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.object_]
Item = TypeVar("Item")
Result = TypeVar("Result")


def map_threads(
    function: Callable[[Item], Result], items: Iterable[Item], threads: int
) -> list[Result]:
    """Return ``[function(item) for item in items]``, several at a time."""
    if threads <= 1:
        return [function(item) for item in items]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(function, items))


def map_pieces(
    function: Callable[[Array, npt.NDArray[np.float64]], Array],
    geometry: Array,
    metres: npt.NDArray[np.float64],
    threads: int,
) -> Array:
    """Return ``function(geometry, metres)``, which handles each geometry by itself, a part of them at a time."""
    geometry_parts = np.array_split(geometry, threads)
    metre_parts = np.array_split(metres, threads)
    parts = zip(geometry_parts, metre_parts, strict=True)
    results = map_threads(lambda part: function(*part), parts, threads)
    return np.concatenate(results)
