"""Threads for work that shapely and scipy do without holding the interpreter: no start-up, no copies, the same answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def together(function: Callable[[Item], Result], items: Iterable[Item], threads: int) -> list[Result]:
    """Return ``[function(item) for item in items]``, several at a time."""
    if threads <= 1:
        return [function(item) for item in items]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(function, items))
