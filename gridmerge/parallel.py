"""One function over many jobs, a village each: in this process, or in several. The answer is the same either way."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")


def each(function: Callable[[Job], Result], jobs: Sequence[Job], processes: int = 1) -> list[Result]:
    """Return ``[function(job) for job in jobs]``, in the order of the jobs.

    Parameters
    ----------
    function
        A module-level function: it must be picklable.
    jobs
        Picklable values, one task each.
    processes
        How many worker processes; 1 runs everything here.
    """
    workers = min(processes, len(jobs))
    if workers <= 1:
        return [function(job) for job in jobs]
    # spawn, not fork: GEOS, GDAL and PROJ hold state that a fork copies half-way, and Windows knows nothing else.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_end_with_parent) as pool:
        return list(pool.map(function, jobs))


def _end_with_parent() -> None:
    """Let a worker end when the process that started it is gone: a killed run must leave nothing behind that fills memory."""
    threading.Thread(target=_wait_and_end, daemon=True).start()


def _wait_and_end() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
