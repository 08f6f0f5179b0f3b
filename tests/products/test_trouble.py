"""A disk that fills up, a file held open, a run that is killed, a path with blanks: one sentence, nothing half written."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import signal
import subprocess
from pathlib import Path

import pyogrio
import pytest
from click.testing import CliRunner

from gridmerge.cli import main
from gridmerge.errors import GridmergeError, OutputError
from gridmerge.products import export_grids, publish_build
from gridmerge.products.map import read_map_data
from gridmerge.products.poster import draw_posters
from gridmerge.products.publication import BUILD_FILES
from tests.products.killing import killed
from tests.products.map_town import town_data
from tests.products.readers import FORMATS


def state(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


def on_a_full_disk(work, room: int) -> str:
    """Do `work` in a process whose files cannot grow beyond `room` bytes, as on a full disk; return what it said."""
    read, write = os.pipe()
    pid = os.fork()
    if not pid:
        said = "no error"
        try:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
            work()
        except GridmergeError as error:
            said = str(error)
        except BaseException as error:  # whatever else escapes is a traceback to a user
            said = f"traceback: {error!r}"
        finally:
            os.write(write, said.encode()[:4000])
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        said = pipe.read().decode()
    os.waitpid(pid, 0)
    return said


@pytest.mark.parametrize(("ending", "profile"), FORMATS)
def test_a_disk_that_fills_up_in_an_export_is_said(out, tmp_path, ending, profile):
    folder = tmp_path / "导出 结果"
    folder.mkdir()
    file = folder / f"网格.{ending}"
    export_grids(out, file, profile=profile)
    before = state(folder)
    (folder / "mine.txt").write_text("mine")
    largest = max(map(len, before.values()))
    for room in (0, largest // 3, largest - 1):
        said = on_a_full_disk(lambda: export_grids(out, file, profile=profile), room)
        assert "cannot be written" in said and "space" in said, said
        assert state(folder) == {**before, "mine.txt": b"mine"}
        assert sorted(path.name for path in folder.iterdir()) == sorted([*before, "mine.txt"])


def test_a_disk_that_fills_up_at_each_file_of_a_build_is_said(build, out, tmp_path):
    """Room for all files smaller than one of them: each in turn is the one that does not fit."""
    target = tmp_path / "成果 一"
    publish_build(build, target)
    before = state(target)
    for size in sorted({len(content) for content in before.values()}):
        said = on_a_full_disk(lambda: publish_build(build, target), max(size - 1, 0))
        assert "unchanged" in said and "space" in said, (size, said)
        assert state(target) == before
        assert {path.name for path in target.iterdir()} == set(before)


def test_a_disk_that_fills_up_while_posters_are_drawn_is_said(out, tmp_path):
    folder = tmp_path / "挂图 A3"
    said = on_a_full_disk(lambda: draw_posters(read_map_data(out), folder), 40_000)
    assert "cannot be written" in said and "space" in said, said
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("ending", ["geojson", "shp", "gpkg"])
def test_a_file_held_open_is_named_and_left(out, tmp_path, monkeypatch, ending):
    file = tmp_path / f"网格 表.{ending}"
    export_grids(out, file)
    before, real = state(tmp_path), Path.open

    def held(self, mode="r", *args, **kwargs):
        if self.name == file.name and mode == "r+b" and self.parent == tmp_path:
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(self, mode, *args, **kwargs)

    monkeypatch.setattr(Path, "open", held)
    with pytest.raises(
        OutputError, match=rf"网格 表\.{ending} cannot be replaced: another program"
    ) as caught:
        export_grids(out, file)
    assert "请关闭后重新运行" in caught.value.in_("zh")
    monkeypatch.undo()
    assert state(tmp_path) == before


def test_a_poster_held_open_is_named_and_left(tmp_path, monkeypatch):
    data = town_data(villages=1, layers=2, blocks=4)
    draw_posters(data, tmp_path)
    before, real = state(tmp_path), Path.open

    def held(self, mode="r", *args, **kwargs):
        if self.name == "全镇.pdf" and mode == "r+b" and self.parent == tmp_path:
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(self, mode, *args, **kwargs)

    monkeypatch.setattr(Path, "open", held)
    with pytest.raises(OutputError, match=r"全镇\.pdf cannot be replaced"):
        draw_posters(data, tmp_path, audience="public")
    monkeypatch.undo()
    assert state(tmp_path) == before


def test_an_export_killed_at_work_leaves_the_earlier_file(out, tmp_path):
    file = tmp_path / "网格 一.gpkg"
    export_grids(out, file)
    before = state(tmp_path)
    script = (
        "import os, signal, sys\n"
        "from gridmerge.products import export_grids\n"
        "vector = sys.modules['gridmerge.products.export.gis']\n"
        "write = vector.pyogrio.write_dataframe\n"
        "def killed(*a, **k):\n"
        "    write(*a, **k)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "vector.pyogrio.write_dataframe = killed\n"
        f"export_grids({str(out)!r}, {str(file)!r})\n"
    )
    killed(script)
    assert state(tmp_path) == before
    export_grids(out, file)
    assert [path.name for path in tmp_path.iterdir()] == [file.name]
    assert pyogrio.read_info(file)["features"] > 0


@pytest.mark.skipif(os.geteuid() != 0, reason="a file system of its own needs root")
def test_a_disk_that_is_truly_full(build, out, tmp_path):
    """A disk of one megabyte: the build and every export stop with one sentence; what lay there stays."""
    disk = tmp_path / "小 盘"
    disk.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], capture_output=True, check=False
    ).returncode:
        pytest.skip("mount is not permitted here")
    try:
        (disk / "old.geojson").write_text("old")
        (disk / "ballast").write_bytes(b"x" * ((1 << 20) - 5 * 4096))  # five pages are left
        for ending, profile in FORMATS:
            with pytest.raises(OutputError, match="space"):
                export_grids(out, disk / f"old.{ending}", profile=profile)
        with pytest.raises(OutputError, match=r"space"):
            publish_build(build, disk / "out")
        with pytest.raises(OutputError, match=r"space"):
            draw_posters(read_map_data(out), disk / "posters")
        left = sorted(path.relative_to(disk).as_posix() for path in disk.rglob("*"))
        assert left == ["ballast", "old.geojson", "out", "posters"]
        assert (disk / "old.geojson").read_text() == "old"
    finally:
        subprocess.run(["umount", disk], check=True)


def test_every_product_opens_from_a_chinese_path_with_blanks(out, tmp_path):
    """The folder is moved there by hand after the build, as people do."""
    moved = shutil.copytree(out, tmp_path / "青山镇 综合网格（第 2 稿）" / "成果")
    assert set(BUILD_FILES) <= {file.name for file in moved.iterdir()}
    for ending, profile in FORMATS:
        export_grids(moved, tmp_path / "转 出（平台）" / f"网格 图.{ending}", profile=profile)
    assert pyogrio.read_info(tmp_path / "转 出（平台）" / "网格 图.shp")["features"] > 0
    for command in (["posters", moved], ["map", moved]):
        run = CliRunner().invoke(main, [str(part) for part in command])
        assert run.exit_code == 0, run.output
    assert (moved / "posters" / "全镇.pdf").exists()
