"""What HiGHS prints from C stays off stdout, where others read our JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.small_project import write_small_project

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="puts by ctypes.CDLL(None) is POSIX"
)

TALK = """
import ctypes
import scipy.optimize
import gridmerge.pipeline
from gridmerge.cli import main
from gridmerge.optimize.highs import silence_stdout, solve_milp

solve, asked = scipy.optimize.milp, []

def talking(*arguments, **options):
    asked.append(ctypes.CDLL(None).puts(b"HighsMipSolverData::transformNewIntegerFeasibleSolution tmpSolver.run();"))
    return solve(*arguments, **options)

scipy.optimize.milp = talking
"""


def told(program: str, *, closed: bool = False) -> str:
    """What a program of its own writes to stdout; its stdout may be closed from the start."""
    command = [sys.executable, "-c", TALK + program]
    if closed:
        command = ["sh", "-c", 'exec "$0" "$@" >&-', *command]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_build_speaks_one_json_document_and_nothing_else(tmp_path: Path) -> None:
    project = write_small_project(tmp_path / "town")
    file = project / "gridmerge.toml"
    file.write_text(file.read_text("utf-8") + "\n[staffing]\nsplit = true\n", "utf-8")
    out = told(
        f"main(['build', {str(project)!r}, '--json'], standalone_mode=False)\nassert asked, 'nobody asked HiGHS'\n"
    )
    assert json.loads(out)["members"]["split"] is True


def test_what_is_written_before_and_after_a_solve_is_kept_and_in_its_order() -> None:
    program = """
import os
ctypes.CDLL(None).puts(b"before")
solve_milp([1.0])
os.write(1, b"after\\n")
ctypes.CDLL(None).puts(b"last")
"""
    assert told(program).splitlines() == ["before", "after", "last"]


def test_a_process_without_a_stdout_can_solve() -> None:
    assert told("assert solve_milp([1.0]).x[0] == 0\n", closed=True) == ""


def test_threads_take_turns_and_leave_stdout_as_it_was() -> None:
    program = """
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(4) as pool:
    list(pool.map(lambda _: solve_milp([1.0]), range(40)))
print("done")
"""
    assert told(program) == "done\n"
