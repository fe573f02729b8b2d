"""The kit of whole meetings: what a test is told of one, and how it fails."""

import doctest
import random

import pytest

from trialogue import (
    EndTurn,
    Next,
    Overrides,
    PlaybackFinished,
    ReplayDivergence,
    Scenario,
    SentenceSaid,
    WrongValue,
)
from trialogue.testing import MeetingFailed, hold_meeting, meetings

CAST = {"ann": {"lines": ["Who takes the notes?", "Thank you."]}, "bob": {"lines": ["I do."]}}
SILENT = {"role": "human", "via": {"clips": [{"say": "Mhm.", "when": {"speaking": "ann", "for": "300ms"}}]}}


def talk(**keys):
    """A scenario of three turns."""
    return Scenario.build("talk", CAST, **{"run": {"limits": {"turns": 3}}, **keys})


@pytest.fixture
def held(tmp_path):
    """A meeting of three turns that was held."""
    return hold_meeting(talk(), tmp_path / "run")


def test_the_examples_of_the_kit():
    """The examples in the documentation of whole meetings do what they show."""
    assert doctest.testmod(meetings).failed == 0


def test_results_of_a_whole_meeting(held, tmp_path):
    """Who got the floor, what was heard, why it ended, and where its files are."""
    assert held.granted == ["ann", "bob", "ann"]
    assert held.said == [("ann", "Who takes the notes?"), ("bob", "I do."), ("ann", "Thank you.")]
    assert held.reason == "limit-turns"
    assert held.exit_code == 0
    assert held.result.clock == "virtual"
    assert held.folder == tmp_path / "run"
    assert repr(held) == f"<WholeMeeting talk: 3 turns, {held.result.duration_s:.1f} s, limit-turns>"


def test_events_and_commands_by_their_class(held):
    """Each in order; a class that nothing can be of is told, for a test by it would always pass."""
    assert [said.participant for said in held.all(SentenceSaid)] == ["ann", "bob", "ann"]
    assert [end.cause for end in held.all(EndTurn)] == ["finished"] * 3
    assert len(held.all(PlaybackFinished)) == 3
    with pytest.raises(WrongValue, match="a type of event or of command, not str"):
        held.all(str)


def test_words_of_a_person_stand_behind_the_turn_that_they_were_said_beside(tmp_path):
    """A backchannel is an utterance, and no turn."""
    held = hold_meeting(
        Scenario.build("nod", {**CAST, "dana": SILENT}, run={"limits": {"turns": 3}}), tmp_path / "run"
    )
    assert held.said[:2] == [("ann", "Who takes the notes?"), ("dana", "Mhm.")]
    assert held.transcript[1].beside == "backchannel"
    assert "backchannel" in held.reports


def test_the_journal_is_decided_again(held):
    """`verify()` uses the policies that the meeting had, so a sound run passes."""
    assert held.verify().records == len(held.records)


def test_a_policy_that_draws_a_chance_of_its_own_is_found(tmp_path):
    """A policy that is not pure fails `verify()`: it decides otherwise the second time."""
    chance = random.Random(1)

    def dice(view):
        return Next(chance.choice(view.present), "the dice")

    held = hold_meeting(talk(floor={"custom": "dice"}), tmp_path / "run", policies={"dice": dice})
    with pytest.raises(ReplayDivergence):
        held.verify()


def test_a_meeting_that_does_not_pass_fails_its_test(tmp_path):
    """With the expectation's place and the page; unless the test judges it."""
    slow = talk(expect={"at_end": [{"said": {"by": "bob", "match": "never"}}]})
    with pytest.raises(MeetingFailed) as failed:
        hold_meeting(slow, tmp_path / "run")
    assert "expect.at_end[0], behaviour: expected /never/ said by bob" in str(failed.value)
    assert f"page: {tmp_path / 'run' / 'report.html'}" in str(failed.value)
    assert hold_meeting(slow, tmp_path / "judged", must_pass=False).exit_code == 1


def test_an_app_steers_it(tmp_path):
    """What it watches by runs beside the meeting."""

    async def app(running):
        running.grant("bob")
        await running.finished()

    held = hold_meeting(talk(), tmp_path / "run", watch=app)
    assert "bob" in held.granted[:2]


def test_it_is_the_same_meeting_each_time(tmp_path):
    """And another by another seed, where anything is drawn."""
    drawn = talk(floor={"policy": "random"})
    first, again = (hold_meeting(drawn, tmp_path / name) for name in ("first", "again"))
    assert first.records == again.records
    seeds = [hold_meeting(drawn, tmp_path / f"{k}", overrides=Overrides(seed=k)).granted for k in range(6)]
    assert len({tuple(granted) for granted in seeds}) > 1
