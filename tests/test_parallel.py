"""Many jobs in several processes: the same answers in the same order, and nobody left behind by a killed run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gridmerge.parallel import each

SLEEPERS = """
from pathlib import Path
from gridmerge.parallel import each
from tests.test_parallel import stay
if __name__ == "__main__":
    each(stay, [Path(r"{folder}") / name for name in "ab"], processes=2)
"""


def stay(file: Path) -> None:
    """A long job: says who does it, then takes a minute."""
    file.write_text(str(os.getpid()), "utf-8")
    time.sleep(60)


def square(number: int) -> int:
    return number * number


@pytest.mark.parametrize("processes", [1, 2])
def test_answers_come_in_the_order_of_the_jobs(processes: int) -> None:
    assert each(square, range(7), processes) == [0, 1, 4, 9, 16, 25, 36]


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
