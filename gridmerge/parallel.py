"""One function over many jobs, a village each: in this process, or in several. The answer is the same either way.

A worker may end at any moment: the system takes its memory, a virus scanner stops it. Then what others have finished stays,
the job that it had in hand runs once more, alone, and the rest goes on with new workers. Each worker has a pipe of its own,
whose other end nobody else holds: a worker that ends in the middle of an answer cannot leave anyone waiting for the rest of it,
as one queue for all would.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar, cast

from gridmerge.errors import WorkerError
from gridmerge.i18n.text import Text

# Seconds until a worker that let go of its pipe has an exit code.
_LAST_WORDS = 5.0
# Of a worker that ended by an error outside its job: a script that starts itself anew in every worker.
_FAILED = 1
_NO_MEMORY = 70

Job = TypeVar("Job")
Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True)
class _Outcome:
    """What became of a job: its answer, or what it raised."""

    answer: Any = None
    error: Exception | None = None


def map_jobs(
    function: Callable[[Job], Result], jobs: Sequence[Job], processes: int = 1
) -> list[Result]:
    """Return ``[function(job) for job in jobs]``, in the order of the jobs.

    Parameters
    ----------
    function
        A module-level function: it must be picklable.
    jobs
        Picklable values, one task each.
    processes
        How many worker processes; 1 runs everything here.

    Raises
    ------
    WorkerError
        A worker ended on a job, and another on the same job when it ran alone.
    Exception
        What `function` raised, of the first job that failed.
    """
    workers = min(processes, len(jobs))
    if workers <= 1:
        return [function(job) for job in jobs]
    outcomes: dict[int, _Outcome] = {}
    left = list(range(len(jobs)))
    while left and not any(outcome.error for outcome in outcomes.values()):
        for number in _run_jobs(function, jobs, left[:], workers, outcomes):
            if again := _run_jobs(function, jobs, [number], 1, outcomes):
                raise _ended_twice(workers, again[number])
        left = [number for number in left if number not in outcomes]
    return [_unwrap_outcome(outcomes[number]) for number in range(len(jobs))]


def _run_jobs(
    function: Callable[[Job], Result],
    jobs: Sequence[Job],
    numbers: Iterable[int],
    workers: int,
    outcomes: dict[int, _Outcome],
) -> dict[int, int | None]:
    """Do jobs, by number, with new workers; return those on which a worker ended, with its exit code.

    After one that ended, no more are handed out.
    """
    left = iter(numbers)
    crew = _Crew(function, workers)
    try:
        for pipe, number in zip(crew.pipes, left, strict=False):
            crew.give(pipe, number, jobs[number])
        while crew.busy:
            for pipe in crew.ready():
                number, outcome = crew.take(pipe)
                if outcome is not None:
                    outcomes[number] = outcome
                well = outcome is not None and outcome.error is None and not crew.lost
                if well and (more := next(left, None)) is not None:
                    crew.give(pipe, more, jobs[more])
    finally:
        crew.dismiss()
    return dict(sorted(crew.lost.items()))


class _Crew:
    """Workers, each with a pipe; what each has in hand, and what was lost with those that ended."""

    def __init__(self, function: Callable[[Any], Any], workers: int) -> None:
        self.busy: dict[Connection, int] = {}
        self.lost: dict[int, int | None] = {}
        self._workers: list[tuple[BaseProcess, Connection]] = [
            _start_worker(function) for _ in range(workers)
        ]

    @property
    def pipes(self) -> list[Connection]:
        return [pipe for _, pipe in self._workers]

    def give(self, pipe: Connection, number: int, job: object) -> None:
        try:
            pipe.send(job)
            self.busy[pipe] = number
        except OSError:  # it has ended meanwhile
            self._lose(pipe, number)

    def ready(self) -> list[Connection]:
        """Wait until a worker has an answer, or has ended."""
        return cast("list[Connection]", wait(list(self.busy)))

    def take(self, pipe: Connection) -> tuple[int, _Outcome | None]:
        """Take what a worker answers; None where it has ended before, or in the middle of it."""
        number = self.busy.pop(pipe)
        try:
            return number, pipe.recv()
        except (EOFError, OSError):
            self._lose(pipe, number)
            return number, None

    def _lose(self, pipe: Connection, number: int) -> None:
        worker = next(worker for worker, its in self._workers if its is pipe)
        worker.join(_LAST_WORDS)
        self.lost[number] = worker.exitcode

    def dismiss(self) -> None:
        """End the workers, whatever they are at; nobody is left behind."""
        for worker, pipe in self._workers:
            pipe.close()
            worker.terminate()
        for worker, _ in self._workers:
            worker.join()
            worker.close()


def _start_worker(function: Callable[[Any], Any]) -> tuple[BaseProcess, Connection]:
    # spawn, not fork: GEOS, GDAL and PROJ hold state that a fork copies half-way, and Windows knows nothing else.
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    worker = context.Process(target=_serve_jobs, args=(there, function), daemon=True)
    worker.start()
    there.close()  # the worker's alone, so that its end is the pipe's end
    return worker, here


def _serve_jobs(pipe: Connection, function: Callable[[Any], Any]) -> None:
    """Be a worker: take a job, give its outcome, until the run lets go of the pipe."""
    # who interrupts a run means the run, which then ends its workers
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        while True:
            job = pipe.recv()
            pipe.send(_run_job(function, job))
    except (EOFError, OSError):
        return


def _run_job(function: Callable[[Any], Any], job: Any) -> _Outcome:
    try:
        return _Outcome(answer=function(job))
    except MemoryError:
        os._exit(_NO_MEMORY)  # as if the system had ended it: alone, the job may find room
    except Exception as error:  # it is raised again in the run itself, with where it came from
        error.add_note(traceback.format_exc())
        return _Outcome(error=error)


def _end_with_parent() -> None:
    """Let a worker end when the process that started it is gone: a killed run must leave nothing behind that fills memory."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _unwrap_outcome(outcome: _Outcome) -> Any:
    if outcome.error is not None:
        raise outcome.error
    return outcome.answer


def _ended_twice(workers: int, code: int | None) -> WorkerError:
    fewer = max(1, workers // 2)
    hint = Text("", "")
    if code == _FAILED:
        hint = Text(
            '在自己的脚本中调用时，请写在 if __name__ == "__main__": 之下。',
            ' A script of your own must call gridmerge below if __name__ == "__main__".',
        )
    return WorkerError(
        f"一个工作进程两次中途退出（多因内存不足，或被杀毒软件终止）；请关闭其他程序，用更少的进程重新运行，如 --processes {fewer}。"
        f"{hint.zh}原有成果未改动。",
        f"A worker process ended twice on one piece of work (out of memory, or stopped by a virus scanner?);"
        f" close other programs and run again with fewer processes: --processes {fewer}.{hint.en}"
        " What was there is unchanged.",
    )
