"""Safe writing: all files or none, whatever happens when."""

from __future__ import annotations

import json
import multiprocessing
import os
import pickle
import resource
import signal
from pathlib import Path

import pytest

from gridmerge.errors import OutputError
from gridmerge.products import publish_build, transaction
from gridmerge.products.transaction import prepare_output, recover_output, stage_output
from tests.products.killing import killed

OURS = ("a.txt", "b.txt", "gone.txt")


def write(folder: Path, word: str, names=("a.txt", "b.txt")) -> None:
    with stage_output(folder, OURS) as aside:
        for name in names:
            (aside / name).write_text(word)


def read(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in sorted(folder.iterdir())}


@pytest.fixture
def out(tmp_path):
    folder = tmp_path / "有 空格"
    write(folder, "old", names=("a.txt", "b.txt", "gone.txt"))
    (folder / "foreign.txt").write_text("mine")
    return folder


def test_a_second_run_replaces_ours_and_leaves_foreign_files(out):
    write(out, "new")
    assert read(out) == {"a.txt": "new", "b.txt": "new", "foreign.txt": "mine"}


def test_an_error_while_writing_leaves_everything_as_it_was(out):
    before = read(out)
    with pytest.raises(RuntimeError), stage_output(out, OURS) as aside:
        (aside / "a.txt").write_text("new")
        raise RuntimeError
    assert read(out) == before


def test_a_held_file_is_named_before_anything_is_changed(out, monkeypatch):
    before, real = read(out), Path.open

    def held(self, mode="r", *args, **kwargs):
        if self.name == "b.txt" and mode == "r+b":
            raise PermissionError(13, "Permission denied")
        return real(self, mode, *args, **kwargs)

    monkeypatch.setattr(Path, "open", held)
    with pytest.raises(
        OutputError, match=r"b\.txt cannot be replaced: another program \(Excel\?\) holds it open"
    ) as caught:
        write(out, "new")
    assert "请关闭后重新运行" in caught.value.in_("zh")
    monkeypatch.undo()
    assert read(out) == before


def test_a_file_that_becomes_held_in_mid_move_puts_the_others_back(out, monkeypatch):
    before, real = read(out), Path.replace

    def held(self, target):
        if self.name == "b.txt" and self.read_text() == "new":
            raise PermissionError(13, "Permission denied")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", held)
    with pytest.raises(OutputError, match=r"b\.txt cannot be replaced"):
        write(out, "new")
    assert read(out) == before


def test_a_new_file_disappears_again_when_the_move_fails(tmp_path, monkeypatch):
    real = Path.replace

    def held(self, target):
        if self.name == "b.txt":
            raise PermissionError(13, "Permission denied")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", held)
    with pytest.raises(OutputError):
        write(tmp_path, "new")
    assert read(tmp_path) == {}


def _die(folder: Path, step: int) -> None:
    """Write, and kill this very process before the n-th move or removal."""
    real_replace, real_unlink, count = Path.replace, Path.unlink, iter(range(99))

    def replace(self, target):
        if next(count) == step:
            os.kill(os.getpid(), signal.SIGKILL)
        return real_replace(self, target)

    def unlink(self, **kwargs):
        if next(count) == step:
            os.kill(os.getpid(), signal.SIGKILL)
        return real_unlink(self, **kwargs)

    Path.replace, Path.unlink = replace, unlink
    write(folder, "new")


@pytest.mark.parametrize("step", range(6))
def test_killed_at_any_step_the_next_command_finds_all_old_or_all_new(out, step):
    before = read(out)
    killed = multiprocessing.get_context("fork").Process(target=_die, args=(out, step))
    killed.start()
    killed.join()
    recover_output(out)
    after = {"a.txt": "new", "b.txt": "new", "foreign.txt": "mine"}
    # step 0 is the journal itself: before it stands, nothing has begun
    assert read(out) == (before if step == 0 else after)
    assert killed.exitcode == (-signal.SIGKILL if step < 5 else 0)


def test_killed_while_writing_aside_leaves_the_earlier_results_and_is_swept_next_time(out):
    before = read(out)
    aside = out / ".gridmerge-staging-abc"
    aside.mkdir()
    (aside / "a.txt").write_text("half")
    prepare_output(out)
    assert read(out) == before


def test_what_a_living_run_is_writing_is_left_alone(out):
    with stage_output(out, OURS) as aside:
        (aside / "a.txt").write_text("new")
        recover_output(out)  # as `gridmerge locate OUT` does meanwhile
        assert (aside / "a.txt").read_text() == "new"
    assert read(out) == {"a.txt": "new", "foreign.txt": "mine"}


def test_an_interrupted_putting_back_is_finished(out):
    aside = out / ".gridmerge-staging-abc"
    (aside / "old").mkdir(parents=True)
    (aside / "old" / "a.txt").write_text("older")
    undo = {"move": ["a.txt", "new.txt"], "remove": [], "existed": ["a.txt"]}
    (aside / "undo.json").write_text(json.dumps(undo))
    (out / "new.txt").write_text("half")
    recover_output(out)
    assert read(out) == {"a.txt": "older", "b.txt": "old", "foreign.txt": "mine", "gone.txt": "old"}


def test_a_file_in_the_way_is_said(tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(OutputError, match="is a file, not a folder"):
        prepare_output(tmp_path / "out")


def test_a_folder_that_cannot_be_written_is_said(tmp_path, monkeypatch):
    def refuse(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(transaction.tempfile, "mkdtemp", refuse)
    with pytest.raises(
        OutputError, match=r"cannot be written \(Permission denied\); check its permissions"
    ):
        prepare_output(tmp_path)


def test_a_disk_that_fills_up_is_said_and_leaves_the_earlier_results(build, out, tmp_path):
    """The limit on file sizes acts like a full disk, and needs no privileges."""
    target = tmp_path / "out"
    publish_build(build, target)
    before = {file.name: file.read_bytes() for file in target.iterdir()}
    pid = os.fork()
    if not pid:
        code = 1
        try:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))
            publish_build(build, target)
        except OutputError as error:
            code = 0 if "unchanged" in str(error) and "space" in str(error) else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert {file.name: file.read_bytes() for file in target.iterdir()} == before


def test_sigkill_in_the_middle_of_a_publish_leaves_the_earlier_results(build, tmp_path):
    target = tmp_path / "out"
    publish_build(build, target)
    before = {file.name: file.read_bytes() for file in target.iterdir()}
    (tmp_path / "build.pickle").write_bytes(pickle.dumps(build))
    script = (
        "import pickle, sys, pathlib, os, signal\n"
        "from gridmerge.products import publish_build\n"
        "writers = sys.modules['gridmerge.products.publication']._WRITERS\n"
        "writers['members.csv'] = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"publish_build(pickle.load(open({str(tmp_path / 'build.pickle')!r}, 'rb')), pathlib.Path({str(target)!r}))\n"
    )
    killed(script)
    assert {file.name: file.read_bytes() for file in target.iterdir() if file.is_file()} == before
    publish_build(build, target)
    assert not list(target.glob(".gridmerge-*"))
