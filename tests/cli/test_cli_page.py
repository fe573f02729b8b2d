"""`trialogue report --html`, `trialogue run --html`: where pages are written, and what vouches for them."""

import json
import re
import shutil
from pathlib import Path

import orjson
import pytest

from trialogue.cli import main
from trialogue.cli.run import RunOptions, hold
from trialogue.journal.files import FileState, verify_files


def data_of(page):
    """What a page says."""
    return orjson.loads(re.search(rb'id="data">(.*?)</script>', page.read_bytes(), re.DOTALL)[1])


def test_a_page_is_written_beside_the_journal_and_vouched_for(run_folder, capsys):
    """`report --html` writes a page with lanes, waveforms and sound, and the run still verifies."""
    assert main(["report", str(run_folder), "--html"]) == 0
    page = run_folder / "report.html"
    assert capsys.readouterr().out == f"{page}\n"
    said = data_of(page)
    assert [mark["label"] for mark in said["marks"] if mark["k"] == "lane"] == ["Ann", "Bobby"]
    assert set(said["waves"]) == {"ann", "bob"}
    assert b'class="sound"' in page.read_bytes()
    verified = verify_files(run_folder)
    assert (verified.files["report.html"], verified.is_whole) == (FileState.WHOLE, True)


def test_a_page_may_be_elsewhere_with_its_sound_linked(run_folder, tmp_path, capsys):
    """A page outside its run links to the run's sound."""
    page = tmp_path / "pages" / "small.html"
    page.parent.mkdir()
    assert main(["report", str(run_folder), "--html", "--out", str(page), "--sound", "linked", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"page": str(page)}
    assert data_of(page)["sound"]["href"] == "../run/audio/mix.wav"


def test_a_run_without_its_recordings_has_a_page(run_folder):
    """`report --html` of a run without recordings writes a page without sound."""
    shutil.rmtree(run_folder / "audio")
    assert main(["report", str(run_folder), "--html"]) == 0
    assert data_of(run_folder / "report.html")["sound"] is None


def test_a_run_that_was_killed_has_a_page(run_folder):
    """`report --html` of a killed run writes a page that calls it unfinished."""
    journal = (run_folder / "journal.jsonl").read_bytes()
    (run_folder / "journal.jsonl").write_bytes(journal[: len(journal) * 2 // 3])
    (run_folder / "manifest.json").unlink()
    assert main(["report", str(run_folder), "--html"]) == 0
    assert data_of(run_folder / "report.html")["meeting"]["reason"] == "unfinished"


def test_a_meeting_writes_its_page_at_its_end(small, hold_it, tmp_path, capsys):
    """`run --html` leaves `report.html` in the run."""
    out = tmp_path / "held"
    assert hold(small, RunOptions(out=out, shown="line", html=True), hold_it) == 0
    assert verify_files(out).files["report.html"] is FileState.WHOLE


def test_a_folder_of_runs_is_a_table(run_folder, tmp_path, capsys):
    """A folder of runs is a table with damaged ones, too, and links to existing pages."""
    runs = tmp_path / "runs"
    shutil.copytree(run_folder, runs / "first")
    shutil.copytree(run_folder, runs / "second")
    (runs / "second" / "journal.jsonl").write_text("nonsense")
    (runs / "second" / "result.json").unlink()
    main(["report", str(runs / "first"), "--html"])
    capsys.readouterr()
    assert main(["report", str(runs), "--html"]) == 0
    assert capsys.readouterr().out == f"{runs / 'report.html'}\n"
    page = (runs / "report.html").read_text()
    assert '<a href="first/report.html">report</a>' in page
    assert "second/journal.jsonl is not a journal" in page


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ["report", "x", "--out", "y.html"],
            "trialogue: --out and --sound need --html",
        ),
        (
            ["report", "x.rttm", "--html"],
            "trialogue: --html needs a run",
        ),
        (["report", "nowhere", "--html"], "trialogue: no journal at nowhere"),
    ],
)
def test_wrong_use_is_told_in_one_line(arguments, told, capsys):
    """A wrong use of a page's options is one line that says what to do."""
    assert main(arguments) in {2, 4}
    assert told in capsys.readouterr().err


def test_a_scenario_may_want_its_page(small, hold_it, tmp_path):
    """`run.page: true` writes the page at the run's end, and the manifest has it."""
    small.write_text(small.read_text().replace("run: {", "run: {page: true, "))
    assert hold(small, RunOptions(out=tmp_path / "run", shown="json"), hold_it) == 0
    assert verify_files(tmp_path / "run").files["report.html"] is FileState.WHOLE


def test_a_run_of_another_user_has_a_row(run_folder, tmp_path, monkeypatch, capsys):
    """A folder in which one run may not be read has a page of the others, and a row that says so."""
    runs = tmp_path / "runs"
    for name in ("good", "shut"):
        shutil.copytree(run_folder, runs / name)
    stat = Path.stat

    def shut(self, **asked):
        if self.parent == runs / "shut":
            raise PermissionError(13, "Permission denied", str(self))
        return stat(self, **asked)

    monkeypatch.setattr(Path, "stat", shut)
    assert main(["report", str(runs), "--html"]) == 0
    page = (runs / "report.html").read_text()
    assert "2 runs" in page
    assert "shut/journal.jsonl: Permission denied" in page
    capsys.readouterr()
    assert main(["replay", str(runs), "--verify"]) == 4
    assert "2 runs: 1 verified, 1 not" in capsys.readouterr().out


@pytest.mark.parametrize("command", [["report"], ["report", "--html"], ["replay"], ["why"]])
def test_a_run_of_another_user_has_one_exit_code(run_folder, monkeypatch, capsys, command):
    """A run that this user may not read ends each command with 4, the code of a journal."""
    stat = Path.stat

    def shut(self, **asked):
        if self.parent == run_folder:
            raise PermissionError(13, "Permission denied", str(self))
        return stat(self, **asked)

    monkeypatch.setattr(Path, "stat", shut)
    assert main([command[0], str(run_folder), *command[1:]]) == 4
    assert f"cannot read {run_folder}" in capsys.readouterr().err
