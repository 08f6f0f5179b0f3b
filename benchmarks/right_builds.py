"""No false alarm: small right projects, each odd in other ways, built and verified; prints what was wrongly called wrong.

``python -m benchmarks.right_builds 60``
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from gridmerge.pipeline import build
from gridmerge.verify import prove_build
from tests.verify.right import write_right_project


def main(count: int) -> int:
    """Build and verify `count` projects; return how many were called wrong."""
    wrong, started, gate, whole = 0, time.perf_counter(), 0.0, 0.0
    for seed in range(count):
        with tempfile.TemporaryDirectory() as folder:
            project = write_right_project(Path(folder) / "镇", seed)
            seconds = build(project, project / "out").seconds
            proof = prove_build(project / "out")
        gate, whole = gate + seconds["promises"], whole + sum(seconds.values())
        wrong += bool(proof.broken or proof.notes)
        for failure in proof.broken:
            print(f"{seed}: {failure.text.en}", flush=True)
        for note in proof.notes:
            print(f"{seed}: {note.en}", flush=True)
        print(f"{seed}: done, {wrong} called wrong so far", flush=True)
    print(
        f"{count} builds, {wrong} called wrong, {time.perf_counter() - started:.0f} s; gate {gate / whole:.1%} of a build"
    )
    return wrong


if __name__ == "__main__":
    sys.exit(1 if main(int(sys.argv[1])) else 0)
