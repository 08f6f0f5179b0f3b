"""Workers ended at random in builds of a project with two processes; prints what became of each build.

``python -m benchmarks.kills 20``, or ``python -m benchmarks.kills 20 sample_layers 7`` with another project and another seed.
A worker is ended at a moment drawn from the whole time that workers ran in the untouched build, whichever of them is there then.
Moments are processor time of the build, so that a busy machine does not put them all at its beginning.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

_COMMAND = "from gridmerge.cli import main; main()"
# Told with the seconds of the run: no two builds have the same.
_OF_THE_RUN = frozenset({"report.json", "report.html", "manifest.json"})
_LONGEST = 900.0  # seconds of a build


@dataclass(frozen=True, kw_only=True)
class End:
    """How a build ended: exit code, what it said on stderr, and what lies in OUT."""

    code: int
    said: str
    files: dict[str, bytes]
    # processor time of the build when the first and the last worker was seen
    worked: tuple[float, float]
    ended: int = 0  # the worker that was ended


def main(count: int, project: Path, seed: int) -> int:
    """Build `count` times, a worker of each ended at random; return how many builds neither finished nor stopped well."""
    rng, bad = random.Random(seed), 0
    with tempfile.TemporaryDirectory(prefix="gridmerge-kills-") as folder:
        copy, out = shutil.copytree(project, Path(folder) / "project"), Path(folder) / "out"
        usual = built(copy, out, None)
        ended = 0
        while ended < count:
            moment = rng.uniform(*usual.worked)
            end = built(copy, out, moment, rng)
            ended += bool(end.ended)
            bad += not _well(end, usual)
            print(f"{ended}: {_told(end, usual)}, a worker ended after {moment:.1f} s", flush=True)
    print(f"{count} builds of {project.name}, {bad} ended badly")
    return bad


def built(project: Path, out: Path, moment: float | None, rng: random.Random | None = None) -> End:
    """Build with two processes and end one of its workers after so much processor time, or as soon as there is one."""
    run = start_build(project, out)
    started, seen, ended = time.monotonic(), [], 0
    while run.poll() is None and time.monotonic() - started < _LONGEST:
        workers = workers_of(run.pid)
        now = sum(map(_spent, [run.pid, *workers]))
        seen += [now] if workers else []
        if workers and moment is not None and now >= moment and not ended:
            ended = (rng or random).choice(workers)
            with contextlib.suppress(ProcessLookupError):
                os.kill(ended, signal.SIGKILL)
        time.sleep(0.05)
    said = run.communicate(timeout=_LONGEST)[1]
    files = {
        file.name: file.read_bytes()
        for file in sorted(out.iterdir())
        if file.name not in _OF_THE_RUN
    }
    worked = (seen[0], seen[-1]) if seen else (0.0, 0.0)
    return End(code=run.returncode, said=said, files=files, worked=worked, ended=ended)


def _well(end: End, usual: End) -> bool:
    """Whether the files are the usual ones, and the build finished or said in one sentence why it did not."""
    stopped = (
        end.code == 1 and "Traceback" not in end.said and len(end.said.strip().splitlines()) == 1
    )
    return end.files == usual.files and (end.code == 0 or stopped)


def _told(end: End, usual: End) -> str:
    other = sorted(
        name for name in {*end.files, *usual.files} if end.files.get(name) != usual.files.get(name)
    )
    bytes_ = f"other bytes in {', '.join(other)}" if other else "the usual bytes"
    said = f" ({end.said.strip()})" if end.code else ""
    return f"exit {end.code}{said}, {bytes_}{'' if end.ended else ', no worker was ended'}"


def start_build(project: Path, out: Path) -> subprocess.Popen[str]:
    """Start a build with two processes, whose day is always the same."""
    words = ["build", str(project), "--out", str(out), "--processes", "2", "--quiet"]
    command = [sys.executable, "-c", _COMMAND, *words, "--lang", "en"]
    env = {**os.environ, "SOURCE_DATE_EPOCH": "0"}
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=env)


def workers_of(process: int) -> list[int]:
    """Return the ids of the workers that a run has started; from /proc, so on Linux only."""
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
        return [
            int(child)
            for child in children
            if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
        ]
    except OSError:
        return []


def _spent(process: int) -> float:
    """Processor time of a process and of those it has waited for, seconds."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    arguments: list[str] = sys.argv[1:]
    wanted = Path(arguments[1]) if len(arguments) > 1 else Path("sample_layers")
    sys.exit(
        1 if main(int(arguments[0]), wanted, int(arguments[2]) if len(arguments) > 2 else 7) else 0
    )
