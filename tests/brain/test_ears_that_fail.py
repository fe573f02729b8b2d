"""Ears that come, are lost and fail: what is waited for meanwhile, and what is stale."""

import pytest

from trialogue.brain.meeting import Brain
from trialogue.model.commands import EndTurn, Report
from trialogue.model.events import (
    EarFailed,
    EarHeard,
    EarLost,
    EarReady,
    PlaybackFinished,
    PlaybackStarted,
    SpeechStarted,
    SpeechStopped,
)
from trialogue.testing.casts import opening, person, plan, reply
from trialogue.testing.playbooks import Player


def speaking(*ear):
    """Dana has the floor and speaks from 3.2 s on; its ear has gone through these events."""
    wanted = plan("tech", person("dana"))
    player = Player(Brain(wanted), wakes=True)
    heard = [
        *[(0.5, event) for event in ear],
        *reply(1.0, "tech", 1, "One two three.", length_s=2.0),
        (1.1, PlaybackStarted("tech", 1, 1, 1.1)),
        (3.1, PlaybackFinished("tech", 1, 1, 3.1, 2.0, "complete")),
        (3.3, SpeechStarted("dana", 3.2)),
    ]
    for at, event in (*opening(wanted), (0.0, EarReady("dana", 1)), *heard):
        player.tell(at, event)
    return player


def ended_at(player):
    player.wait(30.0)
    return [round(at, 3) for at, _, commands in player.log if EndTurn("dana", 2, "finished") in commands]


@pytest.mark.parametrize(
    ("ear", "end_s"),
    [
        ((), 10.2),
        ((EarLost("dana", 1, "1006", 1.0),), 6.2),
        ((EarLost("dana", 1, "1006", 1.0), EarReady("dana", 2)), 10.2),
        ((EarFailed("dana", "no such model"),), 6.2),
    ],
)
def test_words_are_waited_for_only_where_an_ear_may_give_them(ear, end_s):
    """A person's turn ends with its hang without an ear, and four seconds later where one may give words."""
    player = speaking(*ear)
    player.tell(5.6, SpeechStopped("dana", 5.0))
    assert ended_at(player) == [end_s]


def test_a_session_of_old_is_stale():
    """Reports and words of an ear's earlier session are stale once the next one is ready."""
    player = speaking(EarLost("dana", 1, "1006", 1.0), EarReady("dana", 2))
    stale = [
        player.tell(4.0, EarLost("dana", 1, "1006", 1.0)),
        player.tell(4.1, EarReady("dana", 1)),
        player.tell(4.2, EarHeard("dana", 1, 1, "Old words.", 3.2, 4.0, "final")),
    ]
    assert [[each.code for each in commands if isinstance(each, Report)] for commands in stale] == [
        ["stale"]
    ] * 3


def test_news_of_an_ear_is_not_stale():
    """A loss and a return of an ear are not reported as stale."""
    player = speaking(EarLost("dana", 1, "1006", 1.0), EarReady("dana", 2), EarLost("dana", 2, "1006", 1.0))
    assert [each.code for each in player.decided(Report)] == []


def test_an_ear_that_failed_is_told_of_once():
    """A failed ear is reported once, and its second failure is stale."""
    player = speaking(EarFailed("dana", "no such model"))
    assert [each.code for each in player.decided(Report)] == ["ear-failed"]
    again = player.tell(4.0, EarFailed("dana", "no such model"))
    assert [each.code for each in again] == ["stale"]
