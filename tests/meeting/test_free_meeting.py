"""Two agents by ear and one person by clip hold a `free` meeting for five minutes."""

from itertools import pairwise

import pytest

from trialogue.brain.meeting import Brain
from trialogue.journal.reader import read
from trialogue.journal.verify import verify
from trialogue.model.commands import Attribute, EndTurn, GrantFloor, Report
from trialogue.model.events import SpeechStarted

SCENARIO = """
trialogue: 1
name: free-table
run: {seed: 11, frame: 60ms, limits: {time: 5m}}
floor: {policy: free, otherwise: least-spoken}
cast:
  ada:
    hears: audio
    think:
      provider: scripted
      script:
        - {think: 300ms..1500ms}
        - {when: {heard: "(?i)europe"}, say: "For Europe we keep the data in Frankfurt.", again: true}
        - {when: {heard: "(?i)price"}, say: "The price is one thing. What of the delay?", again: true}
        - {when: {heard: "(?i)delay"}, say: "The delay is what our customers feel.", again: true}
        - {otherwise: "Let us speak about the delay of the cache."}
  ben:
    hears: audio
    think:
      provider: scripted
      script:
        - {think: 300ms..1500ms}
        - {when: {heard: "(?i)europe|frankfurt"}, say: "Frankfurt has its price, too.", again: true}
        - {when: {heard: "(?i)delay"}, say: "And I say that the price matters more.", again: true}
        - {otherwise: "Nobody has told me the price so far."}
  dana:
    role: human
    via:
      clips:
        - {say: "And what about Europe, please?", when: {speaking: ada, for: 1s, nth: 3}}
        - {say: "Yes.", when: {speaking: ben, for: 1s, nth: 6}}
        - {say: "I have another question about Europe.", when: {at: 2m}, mode: wait}
        - {say: "Stop, stop, that is not what I asked you.", when: {speaking: ben, for: 1s, nth: 12}}
        - {say: "Thank you, I understand it now.", when: {at: 4m}, mode: wait}
"""


@pytest.mark.long  # five minutes; test_any_order tries `free` in any order, and scenarios hold it shorter
def test_they_talk_to_the_end_without_a_livelock(tmp_path, hold):
    """A free meeting of five minutes has no livelock, and a person's words are its own."""
    path = tmp_path / "free.yaml"
    path.write_text(SCENARIO)
    result = hold(path)
    assert result.result.reason == "limit-time"
    journal = result.folder / "journal.jsonl"
    records = list(read(journal))
    assert verify(journal, Brain).records == len(records)

    commands = [(record.at, command) for record in records for command in record.commands]
    codes = {command.code for _, command in commands if isinstance(command, Report)}
    assert not codes & {"livelock", "politeness-loop", "all-passed", "silence"}
    holders = [command.to for _, command in commands if isinstance(command, GrantFloor)]
    assert min(holders.count(name) for name in ("ada", "ben", "dana")) >= 3
    ends = [at for at, command in commands if isinstance(command, EndTurn)]
    assert max(after - before for before, after in pairwise([0.0, *ends, 300.0])) < 30

    words = [command for _, command in commands if isinstance(command, Attribute)]
    assert sum(isinstance(record.event, SpeechStarted) for record in records) == 5
    assert {command.participant for command in words} == {"dana"}
    assert [(command.text, command.beside) for command in words if command.beside] == [
        ("Yes.", "backchannel")
    ]
    assert [(command.text, command.is_certain) for command in words if not command.beside] == [
        ("And what about Europe, please?", True),
        ("Stop, stop, that is not what I asked you.", True),
        ("I have another question about Europe.", True),
        ("Thank you, I understand it now.", True),
    ]
