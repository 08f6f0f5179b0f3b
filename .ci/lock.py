"""Write requirements-dev.lock: the exact version of everything that development and the manual install.

It asks pip what it would install into an empty environment. No addresses are written, so that any index can serve it.
"""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).parents[1]
LOCK = ROOT / "requirements-dev.lock"
EXTRAS = "dev,docs"
HEAD = """\
# Exact versions for development, on Linux with Python {version}: pip install --constraint requirements-dev.lock -e ".[{extras}]"
# Written by .ci/lock.py (`just lock`).
"""
COMMAND = [
    *(sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed"),
    *("--report", "-", f"{ROOT}[{EXTRAS}]"),
]


def locked() -> list[str]:
    """Return one line a package, by name; gridmerge itself is none of them."""
    answer = subprocess.run(COMMAND, check=True, stdout=subprocess.PIPE)  # noqa: S603 - our own words
    packages = [entry["metadata"] for entry in json.loads(answer.stdout)["install"]]
    lines = [f"{package['name'].lower()}=={package['version']}" for package in packages]
    return sorted(line for line in lines if not line.startswith("gridmerge=="))


def main() -> None:
    """Write the lock file."""
    head = HEAD.format(version=f"{sys.version_info.major}.{sys.version_info.minor}", extras=EXTRAS)
    LOCK.write_text(head + "".join(f"{line}\n" for line in locked()), "utf-8")


if __name__ == "__main__":
    main()
