"""Muting, leaving and raising a hand, while somebody has the floor or waits for it."""

import pytest

from trialogue.brain.meeting import Brain
from trialogue.model.commands import Cue, EndTurn, GrantFloor, Speak, StopPlayout
from trialogue.model.events import (
    EarHeard,
    EarReady,
    FloorRequested,
    Joined,
    Left,
    MuteAsked,
    PlaybackFinished,
    PlaybackStarted,
    RevokeAsked,
    SayAsked,
    SessionFailed,
    SessionReady,
    SpeechStarted,
    SpeechStopped,
    VoiceFell,
)
from trialogue.model.plan import HoldRules
from trialogue.testing.casts import agent, opening, person, plan, played, reply
from trialogue.testing.playbooks import Player


def begun(*cast, **rules):
    """A meeting that is open."""
    wanted = plan(*cast, **rules)
    player = Player(Brain(wanted), wakes=True)
    for at, event in opening(wanted):
        player.tell(at, event)
    return player


def says(player, at, name, number, turn, words="Well."):
    """A whole turn of an agent's, of two seconds."""
    for when, event in (*reply(at, name, number, words), *played(at + 0.1, name, number, turn=turn)):
        player.tell(when, event)


def holders(player):
    return [grant.to for grant in player.decided(GrantFloor)]


def test_an_agent_that_is_muted_is_cut():
    """An agent that is muted in its turn is cut, and the next has the floor."""
    player = begun("tech", "biz")
    for at, event in reply(1.0, "tech", 1, "One two three. Four five six.", length_s=9.0):
        player.tell(at, event)
    player.tell(1.1, PlaybackStarted("tech", 1, 1, 1.1))
    decided = player.tell(3.0, MuteAsked("tech", muted=True))
    assert [each for each in decided if isinstance(each, StopPlayout | EndTurn)] == [
        StopPlayout("tech", 1),
        EndTurn("tech", 1, "interrupted"),
    ]
    assert holders(player) == ["tech", "biz"]
    assert player.tell(3.1, MuteAsked("tech", muted=True)) == []
    player.tell(3.1, PlaybackFinished("tech", 1, 1, 3.1, 1.9, "cut"))
    says(player, 4.0, "biz", 1, turn=2)
    assert holders(player)[:3] == ["tech", "biz", "biz"]


def test_an_agent_that_is_muted_beside_another_loses_nothing():
    """An agent that is muted and unmuted beside another's turn has its next turn as usual."""
    player = begun("tech", "biz")
    for at, event in reply(1.0, "tech", 1, "One two three.", length_s=4.0):
        player.tell(at, event)
    player.tell(1.1, PlaybackStarted("tech", 1, 1, 1.1))
    muted = player.tell(2.0, MuteAsked("biz", muted=True))
    heard = player.tell(3.0, MuteAsked("biz", muted=False))
    assert not [each for each in (*muted, *heard) if isinstance(each, EndTurn | StopPlayout)]
    player.tell(5.1, PlaybackFinished("tech", 1, 1, 5.1, 4.0, "complete"))
    assert holders(player) == ["tech", "biz"]


def test_words_for_an_agent_leave_with_it():
    """Words that the app wanted said are not said by an agent that left and came back."""
    player = begun("tech", "biz")
    for at, event in reply(1.0, "tech", 1, "One two three.", length_s=4.0):
        player.tell(at, event)
    player.tell(1.1, PlaybackStarted("tech", 1, 1, 1.1))
    player.tell(2.0, SayAsked("biz", "The bell rings."))
    player.tell(2.5, Left("biz"))
    player.tell(3.0, Joined(agent("biz")))
    player.tell(3.0, SessionReady("biz", 1))
    player.tell(5.1, PlaybackFinished("tech", 1, 1, 5.1, 4.0, "complete"))
    assert holders(player) == ["tech", "biz"]
    assert player.decided(Speak) == []
    assert player.decided(Cue)[-1].to == "biz"


def test_a_hand_of_who_has_the_floor_already_is_not_up_behind_its_turn():
    """A person with the floor who raises a hand is not granted a second turn for it."""
    player = begun("tech", person("dana"))
    player.tell(0.0, EarReady("dana", 1))
    says(player, 1.0, "tech", 1, turn=1)
    assert holders(player) == ["tech", "dana"]
    assert player.tell(3.5, FloorRequested("dana", 5)) == []
    player.tell(4.0, SpeechStarted("dana", 3.9))
    player.tell(6.0, SpeechStopped("dana", 5.8))
    player.tell(6.1, EarHeard("dana", 1, 1, "That is all I have to say.", 3.9, 5.8, "final"))
    assert holders(player) == ["tech", "dana", "tech"]
    says(player, 7.0, "tech", 2, turn=3)
    assert holders(player) == ["tech", "dana", "tech", "dana"]


def test_a_participant_who_was_stopped_at_its_limit_and_speaks_on_cuts_nobody():
    """A person stopped at its limit who speaks on does not interrupt the next holder."""
    player = begun("tech", person("dana"), hold=HoldRules(10.0))
    player.tell(0.0, EarReady("dana", 1))
    says(player, 1.0, "tech", 1, turn=1)
    player.tell(3.5, SpeechStarted("dana", 3.4))
    player.tell(4.0, FloorRequested("tech", 5))
    player.wait(13.5)
    assert player.decided(EndTurn)[-1] == EndTurn("dana", 2, "hold-limit")
    for at, event in reply(13.6, "tech", 2, "One two three.", length_s=8.0):
        player.tell(at, event)
    player.tell(13.7, PlaybackStarted("tech", 3, 2, 13.7))
    player.tell(17.1, VoiceFell("dana", 17.0))
    player.tell(17.6, SpeechStopped("dana", 17.0))
    player.tell(21.7, PlaybackFinished("tech", 3, 2, 21.7, 8.0, "complete"))
    assert player.decided(EndTurn)[-1] == EndTurn("tech", 3, "finished")
    assert player.decided(StopPlayout) == []


def test_unmuting_a_participant_that_is_not_muted_changes_nothing():
    """Unmuting an agent that is not muted does not end its turn."""
    player = begun("tech", "biz")
    for at, event in reply(1.0, "tech", 1):
        player.tell(at, event)
    player.tell(1.1, PlaybackStarted("tech", 1, 1, 1.1))
    assert player.tell(1.5, MuteAsked("tech", muted=False)) == []
    assert player.brain.holder == "tech"


def test_a_participant_who_has_left_cannot_leave_again():
    """A second leave is noted as stale, and nobody reads of it."""
    player = begun("tech", "biz", person("dana"))
    for name in ("dana", "biz"):
        player.tell(1.0, Left(name))
        assert [each.code for each in player.tell(2.0, Left(name))] == ["stale"]


def test_a_hand_of_an_agent_goes_with_its_last_session():
    """An agent that has failed has no hand up."""
    player = begun("tech", "biz", "law")
    player.tell(1.0, FloorRequested("law"))
    player.tell(1.5, SessionFailed("law", "no key"))
    assert player.brain.floor_view.queue == ()


@pytest.mark.parametrize(
    ("heard", "lines"),
    [
        (False, ["1 remark of yours was not heard.", "You were cut off."]),
        (True, ['You were cut off after: "One"']),
    ],
)
def test_a_participant_who_is_cut_before_its_first_sound_is_told_that_nobody_heard_it(heard, lines):
    """An agent that was cut reads after which word, or that its remark was not heard at all."""
    player = begun("tech", "biz")
    for at, event in reply(1.0, "tech", 1, "One two three.", length_s=3.0):
        player.tell(at, event)
    if heard:
        player.tell(1.1, PlaybackStarted("tech", 1, 1, 1.1))
    player.tell(2.2, RevokeAsked("tech"))
    if heard:
        player.tell(2.2, PlaybackFinished("tech", 1, 1, 2.2, 1.1, "cut"))
    says(player, 3.0, "biz", 1, turn=2)
    assert player.decided(Cue)[-1].text.split("\n") == ["Biz: Well.", *lines, "It is your turn."]
