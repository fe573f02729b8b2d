"""Names of files that are no UTF-8, as archives leave them: bytes on disk, surrogates in Python."""

import json
import os
import sys
from pathlib import Path

import pytest

from trialogue.cli import main
from trialogue.cli.starting import open_streams

ODD = os.fsdecode(b"r\xff\xfen")


@pytest.fixture
def odd_run(run_folder, monkeypatch):
    """A run in a directory with such a name."""
    if sys.platform == "darwin":
        pytest.skip("its file systems hold only UTF-8")
    folder = run_folder.rename(run_folder.with_name(ODD))
    monkeypatch.chdir(folder.parent)
    open_streams()
    return folder


def test_paths_in_json_have_substitutes(odd_run, capsys):
    """A path that is not UTF-8 is in the JSON with U+FFFD, and the JSON is valid."""
    assert main(["export", ODD, "csv", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["files"] == ["r\ufffd\ufffdn/turns.csv"]
    assert (odd_run / "turns.csv").exists()


def test_a_page_links_to_the_bytes_of_a_name(odd_run):
    """A page beside a recording whose name is not UTF-8 can still play it."""
    page = odd_run.with_name("page.html")
    assert main(["report", ODD, "--html", "--out", str(page), "--sound", "linked"]) == 0
    assert "r%FF%FEn/audio/mix.wav" in page.read_text()


def test_a_table_of_runs_shows_and_links_them(odd_run):
    """The table of runs shows and links a directory whose name is not UTF-8."""
    page = odd_run.with_name("table.html")
    assert main(["report", ".", "--html", "--out", str(page)]) == 0
    assert "r??n" in page.read_text()
    assert "r%FF%FEn" in page.read_text()


def test_a_topic_is_written_with_substitutes(tmp_path: Path):
    """A topic that is not UTF-8 is written with substitutes, in a valid file."""
    file = tmp_path / "new.yaml"
    assert main(["new", str(file), "--topic", ODD]) == 0
    assert "r??n" in file.read_text()
