"""What a command is told to write over: a file of its own kind, and no other."""

import os
from pathlib import Path

import pytest

from trialogue.batch.jobs import BatchRequest
from trialogue.cli.batch import BatchOptions, hold_batch
from trialogue.cli.export import export_run
from trialogue.cli.report import print_page
from trialogue.cli.voices import say
from trialogue.errors import SetupError
from trialogue.server.tls import self_signed
from trialogue.testing import Murmur

NOTES = "Three weeks of work.\n"


def junit(path, run_folder):
    """A batch that tells what came of it; nothing is held."""
    small = run_folder.parent / "small.yaml"
    hold_batch([small], BatchOptions(BatchRequest(), path.parent / "runs", junit=path, dry_run=True))


WRITES = {
    "--junit": junit,
    "report --out": lambda path, run: print_page(run, out=path, sound="none", as_json=False),
    "report --out of runs": lambda path, run: print_page(run.parent, out=path, sound="none", as_json=False),
    "voices --out": lambda path, _: say("Good morning.", "ben", path, Murmur()),
    "--tls-ca": lambda path, _: self_signed((), path),
}


def baseline(path, run_folder):
    """A batch whose figures are kept; no meeting runs."""
    small = run_folder.parent / "small.yaml"
    hold_batch([small], BatchOptions(BatchRequest(), path.parent / "runs", save_baseline=path, dry_run=True))


UNWRITABLE = {
    "a pipe": ("results", getattr(os, "mkfifo", Path.mkdir), "it is a named pipe, not a file"),
    "a directory": ("results", Path.mkdir, "it is a directory, not a file"),
    "in no folder": ("none/results", lambda _: None, "No such file or directory"),
}
"""What a user may name by mistake: its name, how it comes to be there, and what is told."""


@pytest.mark.parametrize("write", [*WRITES.values(), baseline], ids=[*WRITES, "--save-baseline"])
@pytest.mark.parametrize(("name", "make", "told"), UNWRITABLE.values(), ids=UNWRITABLE)
def test_unwritable_paths_are_refused_first(write, name, make, told, run_folder, tmp_path):
    """A path that cannot be written is an error before any meeting is held."""
    path = tmp_path / name
    make(path)
    with pytest.raises(SetupError, match=f"cannot write .*results: {told}$"):
        write(path, run_folder)
    assert not (tmp_path / "runs").exists()


def test_results_go_into_what_another_program_has_opened(small, tmp_path):
    """`--junit >(...)` works: an open pipe is no file to protect."""
    reading, writing = os.pipe()
    say("Good morning.", "ben", Path(f"/dev/fd/{writing}"), Murmur())
    os.close(writing)
    assert os.read(reading, 4) == b"RIFF"
    os.close(reading)


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_file_of_another_kind_stays_as_it_is(write, run_folder, tmp_path):
    """A command does not overwrite a file of another kind, and does one of its own kind or an empty one."""
    path = tmp_path / "notes.txt"
    path.write_text(NOTES)
    with pytest.raises(SetupError, match=r"notes.txt already exists and is not a .*: choose another file"):
        write(path, run_folder)
    assert path.read_text() == NOTES
    path.write_text("")
    write(path, run_folder)
    write(path, run_folder)


def test_a_page_goes_into_what_is_no_file(run_folder, tmp_path):
    """A page is written through a link, and into `/dev/null` without replacing it."""
    device, link = tmp_path / "pipe", tmp_path / "link.html"
    link.symlink_to(tmp_path / "page.html")
    print_page(run_folder, out=link, sound="none", as_json=False)
    assert link.is_symlink()
    assert (tmp_path / "page.html").read_bytes().startswith(b"<!doctype html>")
    device.symlink_to("/dev/null")
    print_page(run_folder, out=device, sound="none", as_json=False)
    assert device.is_char_device()


def test_an_export_writes_over_nothing_but_itself(run_folder, tmp_path, capsys):
    """`export` does not overwrite a file of its name with other contents, and writes nothing then."""
    out = tmp_path / "out"
    for _ in range(2):
        assert export_run(run_folder, ["csv"], out=out, as_json=False) == 0
    (out / "labels.txt").write_text(NOTES)
    (out / "turns.csv").unlink()
    with pytest.raises(SetupError, match=r"labels.txt already exists with other contents"):
        export_run(run_folder, ["csv", "audacity"], out=out, as_json=False)
    assert (out / "labels.txt").read_text() == NOTES
    assert not (out / "turns.csv").exists()
