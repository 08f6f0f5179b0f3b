"""One town: drawn, written, built and verified by the command line in a process of its own with limits, and judged."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sys
import time
import traceback
import warnings
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pyogrio

from benchmarks.soak.draw import Drawn, draw
from benchmarks.soak.judge import Score, score, zones_bent
from benchmarks.soak.settings import Settings
from benchmarks.soak.writing import write

MEMORY = 6 << 30  # bytes of address space
# dirt up to which a town should reach an F1
BARS = ((1.0, 0.95), (2.0, 0.85))
OUTCOMES = ("ok", "low", "bent", "unverified", "refused", "traceback", "hang", "crash", "undrawn")


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What became of a town: one of `OUTCOMES`, and the last words of what went wrong."""

    settings: Settings
    outcome: str
    words: str = ""
    verified: bool = False
    # of the processor, for the build
    seconds: float = 0.0
    score: Score | None = None


def attempt(settings: Settings, folder: Path, seconds: float, processes: int = 1) -> Trial:
    """Try one town in an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            drawn = draw(settings)
            write(drawn, settings, folder)
    except Exception:
        return Trial(settings=settings, outcome="undrawn", words=traceback.format_exc(limit=-3))
    code = _run(
        ["build", str(folder), "--out", str(folder / "out"), *_processes(processes)],
        folder / "build.log",
        seconds,
    )
    taken = _seconds(folder / "build.log")
    if code != 0:
        return _failed(settings, folder / "build.log", code, taken)
    code = _run(["verify", str(folder / "out")], folder / "verify.log", seconds)
    return _judged(settings, drawn, folder, code == 0, taken)


def _processes(count: int) -> list[str]:
    return ["--processes", str(count)]


def _judged(settings: Settings, drawn: Drawn, folder: Path, verified: bool, taken: float) -> Trial:
    faces = _layer(folder, "faces").geometry.to_numpy()
    grids = _layer(folder, "grids")
    bent, least = zones_bent(
        drawn.zones, grids.geometry.to_numpy()[(grids["grid_type"] == "exclusive").to_numpy()]
    )
    result = score(faces, drawn.truth, drawn.excused)
    bar = next((least for dirt, least in BARS if settings.dirt <= dirt), 0.0)
    outcome = "ok" if result.f1 >= bar else "low"
    words = "" if outcome == "ok" else f"F1 {result.f1:.3f} below {bar}"
    if bent:
        outcome, words = (
            "bent",
            f"{bent} of {len(drawn.zones)} zones not as drawn, least IoU {least:.3f}",
        )
    if not verified:
        outcome, words = "unverified", _last_words(folder / "verify.log")
    return Trial(
        settings=settings,
        outcome=outcome,
        words=words,
        verified=verified,
        seconds=taken,
        score=result,
    )


def _layer(folder: Path, name: str) -> gpd.GeoDataFrame:
    return pyogrio.read_dataframe(folder / "out" / "gridmerge.gpkg", layer=name)


def _failed(settings: Settings, log: Path, code: int | None, taken: float) -> Trial:
    text = log.read_text("utf-8", errors="replace")
    if code is None:
        outcome = "hang"
    elif "Traceback (most recent call last)" in text:
        outcome = "traceback"
    else:
        outcome = "refused" if code == 1 else "crash"
    return Trial(settings=settings, outcome=outcome, words=_last_words(log), seconds=taken)


def _last_words(log: Path) -> str:
    lines = [
        line.strip()
        for line in log.read_text("utf-8", errors="replace").splitlines()
        if line.strip()
    ]
    place = [line for line in lines if line.startswith("File ") and "gridmerge" in line][-1:]
    return " | ".join([*place, *lines[-1:]])[:400]


def _run(arguments: list[str], log: Path, seconds: float) -> int | None:
    """Run the command line in a process; returns its exit code, None where the time ran out."""
    context = multiprocessing.get_context("spawn" if sys.platform == "win32" else "forkserver")
    process = context.Process(target=_command, args=(arguments, str(log)))
    process.start()
    process.join(seconds)
    if process.exitcode is not None:
        return process.exitcode
    if sys.platform == "win32" or process.pid is None:
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)
    process.join()
    return None


def _command(arguments: list[str], log: str) -> None:
    """What the child does: all that is printed goes into the log, tracebacks too."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415

        os.setsid()
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    stream = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(stream, 1)
    os.dup2(stream, 2)
    from gridmerge.cli import main  # noqa: PLC0415 - the preloaded server has it already

    try:
        main(arguments)
    finally:
        Path(f"{log}.seconds").write_text(str(time.process_time()))


def _seconds(log: Path) -> float:
    """Processor seconds of a finished command: what others do on the machine does not count."""
    told = Path(f"{log}.seconds")
    return float(told.read_text()) if told.exists() else 0.0


def preload() -> None:
    """Let every child start with the imports done."""
    if sys.platform != "win32":
        multiprocessing.set_forkserver_preload(
            ["gridmerge.cli", "gridmerge.pipeline", "gridmerge.verify"]
        )
