"""A full temporary folder is told from a full OUT, and a read-only OUT is no broken one."""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections import namedtuple

import pytest

from gridmerge.errors import OutputError
from gridmerge.products.transaction import stage_output

Usage = namedtuple("Usage", "total used free")


def fill_up(out):
    with stage_output(out, ("a.txt",)):
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    ("temporary", "blamed"),
    [(0, "temporary folder .* is full"), (1 << 30, "output folder .* cannot be written")],
)
def test_what_is_full_is_what_is_blamed(tmp_path, monkeypatch, temporary, blamed):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(1 << 40, 0, temporary))
    with pytest.raises(OutputError, match=blamed) as told:
        fill_up(tmp_path / "out")
    assert ("临时文件夹" in told.value.in_("zh")) == (temporary == 0)


def test_no_temporary_folder_at_all_is_said_as_such(tmp_path, monkeypatch):
    def nowhere():
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    out = tmp_path / "out"
    monkeypatch.setattr(tempfile, "gettempdir", nowhere)
    monkeypatch.setenv("TMPDIR", "/tmp/没有")
    with pytest.raises(OutputError, match="temporary folder /tmp/没有"):
        fill_up(out)
    assert list(out.iterdir()) == []


def test_another_error_is_blamed_on_out(tmp_path):
    with pytest.raises(OutputError, match="output folder"), stage_output(tmp_path / "out", ()):
        raise OSError(errno.EIO, "Input/output error")
