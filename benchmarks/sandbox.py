"""Load files that may hang or crash: worker processes with a time and a memory limit, and a verdict for each file."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import sys
import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

SECONDS = 60.0  # one file; the slowest honest one takes 3
MEMORY = 6 << 30  # bytes of address space one worker may take
VERDICTS = ("loaded", "refused", "traceback", "hang", "crash")


@dataclass(frozen=True)
class Verdict:
    """What became of one file: `words` is the sentence of a refusal, or the last line of a traceback."""

    path: Path
    verdict: str
    words: str = ""
    features: int = 0
    findings: int = 0
    seconds: float = 0.0
    megabytes: float = 0.0


def judge(paths: Sequence[Path], workers: int = 2, seconds: float = SECONDS) -> list[Verdict]:
    """Load each file in a worker process; returns verdicts in the order of `paths`."""
    verdicts: dict[int, Verdict] = {}
    queue = iter(range(len(paths)))
    lock = threading.Lock()

    def serve() -> None:
        with contextlib.ExitStack() as stack:
            worker = stack.enter_context(_Worker())
            while True:
                with lock:
                    number = next(queue, None)
                if number is None:
                    return
                verdicts[number] = worker.load(paths[number], seconds)

    threads = [threading.Thread(target=serve) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [verdicts[number] for number in range(len(paths))]


class _Worker:
    """One process that loads files one after another; killed and started anew when it hangs or dies."""

    def __init__(self) -> None:
        self._start()

    def __enter__(self) -> _Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, other = context.Pipe()
        self._process = context.Process(target=_serve, args=(other,), daemon=True)
        self._process.start()
        other.close()
        self._pipe.recv()  # imports are done: they do not count as loading

    def _stop(self) -> None:
        self._process.kill()
        self._process.join()

    def load(self, path: Path, seconds: float) -> Verdict:
        started = time.perf_counter()
        self._pipe.send(path)
        try:
            if self._pipe.poll(seconds):
                return self._pipe.recv()
            verdict = Verdict(path, "hang", f"over {seconds:g} s")
        except (EOFError, OSError):
            self._process.join(5)
            verdict = Verdict(path, "crash", f"exit code {self._process.exitcode}")
        self._stop()
        self._start()
        return Verdict(path, verdict.verdict, verdict.words, seconds=time.perf_counter() - started)


def _serve(pipe: Connection) -> None:
    import gridmerge.io  # noqa: F401, PLC0415 - imported here so that the parent stays light

    if sys.platform != "win32":
        import resource  # noqa: PLC0415

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    with (
        Path(os.devnull).open("w") as nowhere,
        contextlib.redirect_stderr(nowhere),
        contextlib.redirect_stdout(nowhere),
    ):
        pipe.send("ready")
        while True:
            pipe.send(_load(pipe.recv()))


def _load(path: Path) -> Verdict:
    started = time.perf_counter()
    verdict, words, features, findings = "loaded", "", 0, 0
    try:
        features, findings = _read(path)
    except Exception as error:
        refused = type(error).__module__ == "gridmerge.errors"
        verdict = "refused" if refused else "traceback"
        words = str(error) if refused else "".join(traceback.format_exception(error)[-3:]).strip()
        if refused and (path.name not in words or "\n" in words):
            verdict, words = "traceback", f"a sentence that does not name the file: {words}"
    return Verdict(path, verdict, words, features, findings, time.perf_counter() - started, _peak())


def _read(path: Path) -> tuple[int, int]:
    """Load a file, all its layers if it has several; returns how many features, and how many warnings and errors, it gave."""
    from gridmerge.config.settings import LayerSpec  # noqa: PLC0415
    from gridmerge.errors import InputError  # noqa: PLC0415
    from gridmerge.io import read_input  # noqa: PLC0415

    try:
        raw = read_input(LayerSpec(key="k", path=path.name), path.parent, "k")
    except InputError as error:
        if "several layers" not in str(error):
            raise
        raw = read_input(LayerSpec(key="k", path=path.name, layer="*"), path.parent, "k")
    return len(raw.frame), sum(finding.severity != "note" for finding in raw.findings)


def _peak() -> float:
    if sys.platform == "win32":
        return 0.0
    import resource  # noqa: PLC0415

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def files_in(folder: Path) -> Iterator[Path]:
    """Every file below a folder, and every .gdb folder as one more input."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() or path.suffix.lower() == ".gdb":
            yield path
