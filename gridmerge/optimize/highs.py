"""The solver HiGHS, without what its C++ prints: a line of its own on stdout would spoil the JSON others read there."""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from scipy import optimize

STDOUT = 1  # the file descriptor: C++ knows nothing of sys.stdout
# a second thread would take the silence for the terminal, and restore that
_ONE_AT_A_TIME = threading.Lock()


def solve_milp(*args: Any, **options: Any) -> Any:
    """Solve as `scipy.optimize.milp` does, in silence.

    With whole and broken unknowns in one programme HiGHS prints a line whenever it mends a solution, whatever `disp` says.
    """
    with silence_stdout():
        return optimize.milp(*args, **options)


@contextmanager
def silence_stdout() -> Iterator[None]:
    """Send what C code of this process writes to stdout nowhere; a process without a stdout is left as it is."""
    with _ONE_AT_A_TIME:
        try:
            kept = os.dup(STDOUT)
        except OSError:
            yield
            return
        try:
            _flush_streams()
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, STDOUT)
            os.close(nowhere)
            yield
        finally:
            # C keeps lines back where stdout is no terminal: they would come out later
            _flush_streams()
            os.dup2(kept, STDOUT)
            os.close(kept)


def _flush_streams() -> None:
    """Empty C's own buffers of every stream."""
    library = ctypes.CDLL("ucrtbase" if sys.platform == "win32" else None)
    library.fflush(None)
