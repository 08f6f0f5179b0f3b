"""A program that kills itself at work, as the power cut or the system would."""

from __future__ import annotations

import signal
import subprocess
import sys


def killed(script: str) -> None:
    """Run a Python program that must end by SIGKILL."""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert run.returncode == -signal.SIGKILL, run.stderr.decode()
