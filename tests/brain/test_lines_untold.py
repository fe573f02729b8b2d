"""Remarks that were not heard: counted by lines, told before anything else of the agent's is heard."""

import pytest

from trialogue.brain.meeting import Brain
from trialogue.brain.words.lines import Lines
from trialogue.model.commands import Cue, Drop, Play
from trialogue.model.events import (
    InjectionRefused,
    LineTaken,
    PlaybackFinished,
    PlaybackStarted,
    ReplyStarted,
    ReplyWithdrawn,
    RevokeAsked,
)
from trialogue.testing.casts import agent, opening, plan, reply
from trialogue.testing.playbooks import Player


@pytest.fixture
def table():
    """Two agents, one of them by ear, whose first line was heard."""
    made = plan("ann", agent("bob", by_ear=True), policy="round-robin")
    player = Player(Brain(made), wakes=True)
    for at, event in opening(made):
        player.tell(at, event)
    return player


def heard(player, at, by, number):
    """A line is heard from its beginning to its end; the next holder is asked."""
    turn = player.brain.turn
    answers = [cue.prompt for cue in player.decided(Cue) if (cue.to, cue.turn) == (by, turn)]
    player.tell(at, LineTaken(by, number, number - 1))
    player.tell(at, ReplyStarted(by, number, *answers))
    for moment, event in reply(at, by, number, f"Line {number} of {by}.", length_s=1.0)[1:]:
        player.tell(moment, event)
    player.tell(at, PlaybackStarted(by, turn, number, at))
    player.tell(at + 1.0, PlaybackFinished(by, turn, number, at + 1.0, 1.0, "complete"))


def cued(player, to):
    """The last cue of an agent."""
    return [cue for cue in player.decided(Cue) if cue.to == to][-1]


def test_a_reply_that_used_no_line_is_not_counted(table):
    """A late empty reply moves no script back: the next line is played at once."""
    heard(table, 1.0, "ann", 1)
    heard(table, 3.0, "bob", 1)
    late = cued(table, "ann").prompt
    table.tell(5.0, RevokeAsked("ann"))
    heard(table, 6.0, "bob", 2)
    table.tell(8.0, ReplyStarted("ann", 2, late))
    table.tell(8.1, LineTaken("ann", 3, 1))
    decided = table.tell(8.1, ReplyStarted("ann", 3, cued(table, "ann").prompt))
    assert [type(command) for command in decided] == [Play]


def test_an_own_remark_waits_until_the_one_before_is_told(table):
    """An agent's lines stay in order although the cue about an unheard one was refused."""
    heard(table, 1.0, "ann", 1)
    heard(table, 3.0, "bob", 1)
    heard(table, 5.0, "ann", 2)
    table.wait(15.0)
    late = cued(table, "bob").prompt
    table.tell(16.0, RevokeAsked("bob"))
    table.tell(16.1, LineTaken("bob", 2, 1))
    table.tell(16.1, ReplyStarted("bob", 2, late))
    heard(table, 17.0, "ann", 3)
    table.wait(30.0)
    cue = cued(table, "bob")
    assert "1 remark of yours was not heard." in cue.text.splitlines()
    table.tell(30.1, InjectionRefused("bob", cue.turn, "busy", cue.prompt))
    table.tell(30.2, LineTaken("bob", 3, 2))
    decided = table.tell(30.2, ReplyStarted("bob", 3))
    assert Drop("bob", 3, "denied") in decided
    assert not [command for command in decided if isinstance(command, Play)]


def test_an_own_remark_is_no_answer_to_a_cue_that_is_told_again(table):
    """A remark that names no prompt is not heard ahead of an agent's earlier, unheard line."""
    heard(table, 1.0, "ann", 1)
    table.tell(2.1, RevokeAsked("bob"))
    table.tell(2.2, LineTaken("bob", 1, 0))
    table.tell(2.2, ReplyStarted("bob", 1))
    table.tell(2.3, ReplyWithdrawn("bob", 1, "interrupted"))
    heard(table, 3.0, "ann", 2)
    cue = cued(table, "bob")
    assert "1 remark of yours was not heard." in cue.text.splitlines()
    table.tell(4.1, InjectionRefused("bob", cue.turn, "busy", cue.prompt))
    table.wait(5.0)
    assert len([each for each in table.decided(Cue) if each.to == "bob"]) == 2
    table.tell(5.1, LineTaken("bob", 2, 1))
    decided = table.tell(5.1, ReplyStarted("bob", 2))
    assert Drop("bob", 2, "denied") in decided
    assert not [command for command in decided if isinstance(command, Play)]


@pytest.mark.parametrize(
    "behind", [PlaybackStarted("biz", 1, 1, 1.0), PlaybackFinished("biz", 1, 1, 1.2, 0.2, "cut")]
)
def test_a_line_that_is_told_behind_its_sound_was_given(behind):
    """A scripted line counts as given once it was heard, though its entry was reported later."""
    for order in ((LineTaken("biz", 1, 0), behind), (behind, LineTaken("biz", 1, 0))):
        lines = Lines()
        for event in order:
            assert lines.given("biz") == ()
            lines.take_event(event)
        assert lines.given("biz") == (0,)
