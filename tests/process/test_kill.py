"""What only a process of its own shows: it is killed, or asked to end, and its files are there."""

import json
import re
import signal

import pytest
from process_values import seconds_of, shown

from trialogue.brain.meeting import Brain
from trialogue.cli import main
from trialogue.journal.reader import read
from trialogue.journal.repair import repair
from trialogue.journal.verify import verify


def test_a_killed_meeting_is_resumed(command, endless, out, tmp_path):
    """A killed run has all its acknowledged records, and `resume` continues its meeting."""
    with command("run", endless, "--out", out) as process:
        shown(process, "This goes on")
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=8)
    assert process.returncode == -signal.SIGKILL
    left = list(read(out / "journal.jsonl"))
    assert verify(out / "journal.jsonl", Brain).records == len(left) > 5
    assert seconds_of(out / "audio" / "mix.wav") >= 0.0
    with command("resume", out, "--out", tmp_path / "again") as process:
        assert "resumed" in shown(process, "! resumed")
        shown(process, "This goes on")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=8)
    assert process.returncode == 143
    records = list(read(tmp_path / "again" / "journal.jsonl"))
    assert records[: len(left)] == left
    assert main(["replay", str(tmp_path / "again"), "--verify"]) == 0


def test_a_second_interrupt_ends_it_at_once(command, endless, out):
    """Ctrl-C twice ends the run with 130 and a closed journal."""
    with command("run", endless, "--out", out) as process:
        shown(process, "This goes on")
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=8)
    assert process.returncode == 130
    reading = read(out / "journal.jsonl")
    assert verify(out / "journal.jsonl", Brain).records == len(list(reading))
    assert reading.problems == []


@pytest.fixture
def killed(command, endless, out):
    """The words that a meeting of short sentences had shown when it was killed, sentence by sentence."""
    words = []
    endless.write_text(re.sub(r"(This goes \w+ \w+)[^\"]*", r"\1.", endless.read_text()))
    with command("run", endless, "--out", out) as process:
        for line in process.stdout:
            words.append(line.split("  ")[-1].strip())
            if len(words) > 6:
                break
        process.send_signal(signal.SIGKILL)
        rest, _ = process.communicate(timeout=8)
    return [*words, *(line.split("  ")[-1].strip() for line in rest.splitlines())]


def test_replay_of_a_killed_run_shows_every_word_that_was_shown(killed, out, capsys):
    """`replay` of a killed run shows all words that the run had shown, before and after a repair."""
    assert main(["replay", str(out)]) == 0
    shown, told = capsys.readouterr()
    assert [words for words in killed if words not in shown] == []
    assert "never closed" in told
    assert main(["replay", str(out), "--json"]) == 0
    heard = " ".join(each["heard"] for each in json.loads(capsys.readouterr().out))
    said = [words for words in killed if words.startswith("This goes")]
    # The last one had just begun; that the one before was heard to its end may be a record not yet written.
    assert [words for words in said[:-2] if words not in heard] == []
    repair(out / "journal.jsonl")
    assert main(["replay", str(out)]) == 0
    shown = capsys.readouterr().out
    assert [words for words in killed if words not in shown] == []
