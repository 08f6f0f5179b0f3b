"""Commands that write one file (map, atlas, init): it is whole or it is the old one, and what stops them is a sentence."""

from __future__ import annotations

import os
import resource
import signal

import pytest
from click.testing import CliRunner

from gridmerge.cli import main
from gridmerge.products import transaction
from tests.small_project import write_small_project


def run(*arguments):
    return CliRunner().invoke(main, [*map(str, arguments), "--lang", "en"])


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = write_small_project(tmp_path_factory.mktemp("一个文件") / "青山 镇")
    assert run("build", folder, "--processes", "1").exit_code == 0
    return folder


def command(name, project):
    """A command, and the one file it writes, which is there already."""
    out = project / "out"
    if name == "map":
        return ("map", out), out / "map.html"
    if name == "map --to":
        return ("map", out, "--to", project / "会议" / "图.html"), project / "会议" / "图.html"
    if name == "atlas":
        return ("atlas", out, project / "index.html"), project / "index.html"
    return ("init", project, "--force"), project / "gridmerge.toml"


COMMANDS = ("map", "map --to", "atlas", "init")


@pytest.fixture
def old(project, request):
    words, file = command(request.param, project)
    kept = (project / "gridmerge.toml").read_bytes()
    file.parent.mkdir(exist_ok=True)
    before = b"an older file" if request.param != "init" else kept
    file.write_bytes(before)
    yield words, file, before
    (project / "gridmerge.toml").write_bytes(kept)


def left_over(file):
    return list(file.parent.glob(".gridmerge-*"))


@pytest.mark.parametrize("old", COMMANDS, indirect=True)
def test_the_file_is_replaced_whole(old):
    words, file, before = old
    done = run(*words)
    assert done.exit_code == 0, done.output
    assert file.read_bytes() != before and not left_over(file)


@pytest.mark.parametrize("old", COMMANDS, indirect=True)
def test_a_disk_that_fills_up_leaves_the_old_file(old):
    """The limit on file sizes acts like a full disk, and needs no privileges."""
    words, file, before = old
    pid = os.fork()
    if not pid:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        done = run(*words)
        told = (
            "cannot be written" in done.stderr
            and "space" in done.stderr
            and "Traceback" not in done.stderr
        )
        os._exit(0 if done.exit_code == 1 and told else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert file.read_bytes() == before and not left_over(file)


@pytest.mark.parametrize("old", COMMANDS, indirect=True)
def test_a_file_held_open_is_one_sentence_that_names_it(old, monkeypatch):
    """On Windows a program that shows a file holds it; here the move into place is refused as it would be there."""
    words, file, before = old

    def refuse(targets):
        for target in targets:
            raise transaction._held_error(target)

    monkeypatch.setattr(transaction, "_refuse_held", refuse)
    done = run(*words)
    assert done.exit_code == 1 and file.name in done.stderr and "holds it open" in done.stderr
    assert file.read_bytes() == before and not left_over(file)


@pytest.mark.parametrize("old", COMMANDS, indirect=True)
def test_a_kill_before_the_move_leaves_the_old_file(old, monkeypatch):
    words, file, before = old
    pid = os.fork()
    if not pid:
        transaction._write_journal = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
        run(*words)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL
    assert file.read_bytes() == before
    assert run(*words).exit_code == 0
    assert file.read_bytes() != before and not left_over(file)
