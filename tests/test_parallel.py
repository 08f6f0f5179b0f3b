"""Many jobs in several processes: the same answers in the same order, and nobody left behind by a killed run."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from benchmarks.kills import start_build, workers_of
from gridmerge.errors import InputError, WorkerError
from gridmerge.parallel import map_jobs
from tests.small_project import write_small_project

LATEST = 4.0  # seconds after the first worker appears
# builds; 20 were tried, each takes some seconds
KILLS = int(os.environ.get("GRIDMERGE_KILLS", "4"))

SLEEPERS = """
from pathlib import Path
from gridmerge.parallel import map_jobs
from tests.test_parallel import stay
if __name__ == "__main__":
    map_jobs(stay, [Path(r"{folder}") / name for name in "ab"], processes=2)
"""


def stay(file: Path) -> None:
    """A long job: says who does it, then takes a minute."""
    file.write_text(str(os.getpid()), "utf-8")
    time.sleep(60)


def square(number: int) -> int:
    return number * number


@pytest.mark.parametrize("processes", [1, 2])
def test_answers_come_in_the_order_of_the_jobs(processes: int) -> None:
    assert map_jobs(square, range(7), processes) == [0, 1, 4, 9, 16, 25, 36]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_the_workers_of_a_killed_run_end(tmp_path: Path) -> None:
    script = tmp_path / "run.py"
    script.write_text(SLEEPERS.format(folder=tmp_path), "utf-8")
    root = Path(__file__).resolve().parents[1]
    run = subprocess.Popen([sys.executable, script], env={**os.environ, "PYTHONPATH": str(root)})
    told = [tmp_path / name for name in "ab"]
    assert within(30, lambda: all(file.is_file() and file.read_text("utf-8") for file in told)), (
        "the workers never began"
    )
    workers = [int(file.read_text("utf-8")) for file in told]
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert within(10, lambda: not any(map(alive, workers)))


def within(seconds: float, done) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if done():
            return True
        time.sleep(0.05)
    return False


def alive(process: int) -> bool:
    """Whether a process runs; one that has ended and waits to be collected does not."""
    try:
        os.kill(process, 0)
        state = Path(f"/proc/{process}/stat")
        return not (state.is_file() and state.read_text().rpartition(")")[2].split()[0] == "Z")
    except (ProcessLookupError, FileNotFoundError):
        return False


def end_on(job: tuple[Path, int]) -> int:
    """Ends its own worker on one number: the first time, or, without a place to remember it, every time."""
    memory, number = job
    if number == 2 and not memory.exists():
        if memory.parent.exists():
            memory.write_text("once")
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def out_of_memory(job: tuple[Path, int]) -> int:
    memory, number = job
    if number == 2 and not memory.exists():
        memory.write_text("once")
        raise MemoryError
    return number * number


def long_answer(job: tuple[Path, int]) -> bytes:
    """An answer longer than a pipe holds; whoever gives it the first time ends in the middle of it."""
    memory, number = job
    if number == 2 and not memory.exists():
        memory.write_text("once")
        threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGKILL)).start()
        return bytes(1 << 27)
    return bytes(number)


def fail_on(number: int) -> int:
    if number in (3, 5):
        raise InputError(f"第 {number} 个", f"number {number}")
    if number == 9:
        raise ValueError(number)
    return number


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("function", [end_on, out_of_memory])
def test_a_worker_that_ends_once_costs_nothing(tmp_path: Path, function) -> None:
    jobs = [(tmp_path / "memory", number) for number in range(6)]
    assert map_jobs(function, jobs, processes=2) == [0, 1, 4, 9, 16, 25]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_worker_that_ends_in_the_middle_of_an_answer_keeps_nobody_waiting(tmp_path: Path) -> None:
    jobs = [(tmp_path / "memory", number) for number in range(4)]
    assert [len(answer) for answer in map_jobs(long_answer, jobs, processes=2)] in (
        [0, 1, 2, 3],
        [0, 1, 1 << 27, 3],
    )


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_what_ends_two_workers_is_one_sentence_and_nobody_is_left(tmp_path: Path) -> None:
    jobs = [(tmp_path / "nowhere" / "memory", number) for number in range(6)]
    with pytest.raises(WorkerError, match=r"ended twice .* fewer processes: --processes 1"):
        map_jobs(end_on, jobs, processes=2)
    assert not multiprocessing.active_children()


def test_a_script_that_starts_itself_in_every_worker_is_told_how_to_call(tmp_path: Path) -> None:
    script = tmp_path / "run.py"
    script.write_text(
        "from gridmerge.parallel import map_jobs\nfrom tests.test_parallel import square\nmap_jobs(square, [1, 2], 2)\n"
    )
    root = Path(__file__).resolve().parents[1]
    run = subprocess.run(
        [sys.executable, script],
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1 and "WorkerError" in run.stderr
    assert 'must call gridmerge below if __name__ == "__main__"' in run.stderr.splitlines()[-1]


def test_the_first_job_that_fails_is_the_one_that_is_told() -> None:
    for _ in range(2):
        with pytest.raises(InputError, match="number 3") as told:
            map_jobs(fail_on, range(8), processes=2)
        assert told.value.in_("zh") == "第 3 个"
    with pytest.raises(ValueError, match="9") as bug:
        map_jobs(fail_on, [0, 9, 1], processes=2)
    assert "in fail_on" in bug.value.__notes__[0]  # a bug keeps its traceback
    assert not multiprocessing.active_children()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_workers_killed_at_random_change_no_byte(tmp_path: Path) -> None:
    """Builds, a worker of each killed somewhere: each ends with the usual bytes, or says so and leaves OUT whole."""
    project = write_small_project(tmp_path / "青山镇")
    usual = built(project, tmp_path / "out", None)
    assert usual[0] == 0
    rng = random.Random(7)
    ends = []
    for _ in range(KILLS):
        code, said, bytes_ = built(project, tmp_path / "out", rng.uniform(0.0, LATEST))
        assert bytes_ == usual[2]
        assert code == 0 or (code == 1 and "ended twice" in said and "Traceback" not in said)
        ends.append(code)
    print("ended with", ends)
    assert 0 in ends


def built(project: Path, out: Path, kill_after: float | None) -> tuple[int, str, dict[str, bytes]]:
    """Build with two processes, end a worker so many seconds after the first appears; code, what was said, the data files."""
    run = start_build(project, out)
    if kill_after is not None:
        within(60, lambda: run.poll() is not None or workers_of(run.pid))
        time.sleep(kill_after)
        within(10, lambda: run.poll() is not None or workers_of(run.pid))
        for worker in workers_of(run.pid)[:1]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
    said = run.communicate(timeout=400)[1]
    assert not workers_of(run.pid)
    data = {
        path.name: path.read_bytes()
        for path in sorted(out.iterdir())
        if path.suffix in (".geojson", ".csv", ".gpkg")
    }
    return run.returncode, said, data
