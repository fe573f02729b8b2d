"""Two runs of a meeting, compared byte by byte: what counts as the same, and what does not."""

import json
import runpy
from pathlib import Path

import pytest

SCRIPT = runpy.run_path(str(Path(__file__).with_name("same_runs.py")))


@pytest.fixture
def runs(tmp_path):
    """Two folders of runs, and how a file of theirs differs once each has this content."""

    def differ(name, older, newer):
        for folder, content in (("older", older), ("newer", newer)):
            file = tmp_path / folder / name
            file.parent.mkdir(exist_ok=True)
            if content is not None:
                file.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return SCRIPT["difference"](name, tmp_path / "older", tmp_path / "newer")

    return differ


def test_one_byte_is_a_difference(runs):
    """It is shown with its line in both runs."""
    told = runs("journal.jsonl", b"one\ntwo\n", b"one\ntwO\n")
    assert told == "journal.jsonl, line 2:\n      b'two'\n      b'twO'"


def test_a_file_of_one_run_alone_is_a_difference(runs):
    """Nothing may be missing, and nothing be there in addition."""
    assert runs("transcript.srt", b"", None) == "transcript.srt is missing in the newer run"


def test_the_machines_speed_is_none(runs):
    """Two runs that differ only in the machine's speed count as the same."""
    assert runs("result.json", {"speed": 3.0, "turns": 4}, {"speed": 9.0, "turns": 4}) is None


def test_a_result_is_one(runs):
    """Beside the speed a result is compared as everything else."""
    assert "turns" in runs("result.json", {"speed": 3.0, "turns": 4}, {"speed": 3.0, "turns": 5})


def test_digests_of_what_holds_the_speed_are_none(runs):
    """A manifest has the digest of each file, and of itself."""

    def manifest(result, journal):
        files = {
            "result.json": {"size": 5, "blake2b": result},
            "journal.jsonl": {"size": 5, "blake2b": journal},
        }
        return {"files": files, "digest": result}

    assert runs("manifest.json", manifest("a", "j"), manifest("b", "j")) is None
    assert runs("manifest.json", manifest("a", "j"), manifest("a", "k")) is not None
