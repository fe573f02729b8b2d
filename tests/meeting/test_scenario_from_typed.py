"""A scenario and a what-if from a meeting in which somebody typed."""

import json

import pytest

from trialogue import Edges, Scenario, open_meeting, run_virtual
from trialogue.brain.words.transcript import utterances
from trialogue.cli.what_if import WhatIfTold, ask_what_if
from trialogue.journal.reader import read
from trialogue.meeting.run import run_meeting
from trialogue.meeting.scenario_from import retell
from trialogue.model.events import FloorRequested, TextTyped
from trialogue.scenario import prepare
from trialogue.testing import murmuring_engines

EDGES = Edges(engines=murmuring_engines())
CAST = {
    "ann": {"lines": ["Hello to all of you.", "That is all for today."]},
    "dana": {"role": "human", "via": "app"},
}


async def beside(meeting):
    """Words that are typed while another speaks wait for the next turn."""
    async for record in meeting.records():
        if type(record.event).__name__ == "PlaybackStarted" and record.event.turn == 1:
            meeting.type("dana", "May I ask something?")


async def in_turn(meeting):
    """Words are typed with the floor, a moment after it was asked for and granted."""
    async for record in meeting.records():
        if type(record.event).__name__ == "PlaybackStarted" and record.event.turn == 1:
            meeting.raise_hand("dana")
        if any(type(each).__name__ == "GrantFloor" and each.to == "dana" for each in record.commands):
            meeting.type("dana", "I pay ${5} and {{more}} of $HOME.")


async def twice(meeting):
    """Two lines are typed while another speaks, and a third one later."""
    async for record in meeting.records():
        if type(record.event).__name__ == "PlaybackStarted" and record.event.turn in {1, 2, 3}:
            meeting.type("dana", f"This is line {record.event.turn}.")
            meeting.type("dana", f"It is still line {record.event.turn}.")


TYPISTS = [beside, in_turn, twice]


def held(typing, out):
    """Hold the meeting of a typing person; returns its run."""
    scenario = Scenario.build("typed", CAST, run={"limits": {"turns": 4, "time": "20s"}})

    async def main():
        async with open_meeting(scenario, out=out, edges=EDGES) as meeting:
            await typing(meeting)

    run_virtual(main)
    return out


def said(run):
    """Each turn's speaker, its words, and whether they were written."""
    reading = read(run / "journal.jsonl")
    records = tuple(reading)
    typed = [record.event.text for record in records if isinstance(record.event, TextTyped)]
    return [
        (each.participant, each.heard, any(text in each.heard for text in typed))
        for each in utterances(records)
    ]


@pytest.mark.parametrize("typing", TYPISTS)
def test_what_was_typed_is_typed_again(typing, tmp_path):
    """The scenario of such a run gives the same turns in the same order, and nothing typed gets a voice."""
    run = held(typing, tmp_path / "run")
    path = retell(read(run / "journal.jsonl"), tmp_path / "again" / "scenario.yaml")
    again = run_meeting(prepare(path), out=tmp_path / "second", edges=EDGES)
    again.check_whole()
    assert said(tmp_path / "second") == said(run)
    assert any(was_typed for _, _, was_typed in said(run))
    assert "typed" not in path.read_text().partition("trialogue:")[0]


@pytest.mark.parametrize("typing", TYPISTS)
def test_a_setting_that_changes_nothing_changes_no_measure(typing, tmp_path, capsys):
    """Shares, overlap and silence of a what-if differ by the setting alone, not by how words came."""
    run = held(typing, tmp_path / "run")
    assert ask_what_if(run, ["floor.policy=round-robin"], WhatIfTold(as_json=True), EDGES) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["horizon"] is None
    assert told["made"]["measures"]["timing"] == told["recorded"]["measures"]["timing"]
    shares = [
        [each["share"] for each in told[side]["measures"]["participants"]] for side in ("recorded", "made")
    ]
    assert shares[0] == shares[1]


def test_a_hand_before_typed_words_is_raised_again(tmp_path):
    """The hand is in the queue for as long as it was, and the words come with the floor."""
    run = held(in_turn, tmp_path / "run")
    path = retell(read(run / "journal.jsonl"), tmp_path / "again" / "scenario.yaml")
    run_meeting(prepare(path), out=tmp_path / "second", edges=EDGES)
    hands = [
        [record.at for record in read(each / "journal.jsonl") if isinstance(record.event, FloorRequested)]
        for each in (run, tmp_path / "second")
    ]
    assert len(hands[0]) == len(hands[1]) == 1
