"""A turn that a person cut off for nothing: kept for a while, given back, or over for good."""

import pytest
from playbook import Noted

from trialogue.brain.meeting import Brain
from trialogue.model.commands import Cue, Drop, EndTurn, GrantFloor, Play, Report, StopPlayout
from trialogue.model.events import (
    EarHeard,
    EarReady,
    Left,
    MuteAsked,
    PlaybackFinished,
    PlaybackPaused,
    PlaybackStarted,
    ReplyStarted,
    ReplyWithdrawn,
    RevokeAsked,
    SessionLost,
    SpeechStarted,
    SpeechStopped,
    TextTyped,
)
from trialogue.model.plan import InterruptRules
from trialogue.testing.casts import opening, person, plan, reply
from trialogue.testing.playbooks import Player

SAID = "One two three. Four five six. Seven eight nine."


def cut(*people, **rules):
    """Dana has cut tech off at 4.0 s by a sound of which no words have come."""
    names = ("dana", *people)
    wanted = plan("tech", "biz", *map(person, names), **rules)
    player = Player(Brain(wanted), wakes=True)
    heard = [
        *[(0.0, EarReady(name, 1)) for name in names],
        *reply(1.0, "tech", 1, SAID, length_s=10.0),
        (1.1, PlaybackStarted("tech", 1, 1, 1.1)),
        (3.1, SpeechStarted("dana", 3.0)),
    ]
    for at, event in (*opening(wanted), *heard):
        player.tell(at, event)
    player.wait(4.0)
    player.tell(4.02, PlaybackPaused("tech", 1, 1, 4.0, 2.9))
    return player


def decided(player, kind, since=4.1):
    """The commands of a class that were decided since a moment, with the moment."""
    return [
        (round(at, 3), command)
        for at, _, commands in player.log
        if at >= since
        for command in commands
        if isinstance(command, kind)
    ]


GOES_ON = Noted("false-interruption", "tech")


@pytest.mark.parametrize("resume_s", [1.5, 2.5])
def test_it_waits_for_as_long_as_the_rules_say(resume_s):
    """The floor stays free after a noise until the turn that it cut off goes on."""
    player = cut(interrupt=InterruptRules(resume_s=resume_s))
    player.tell(4.7, SpeechStopped("dana", 4.5))
    player.tell(4.9, EarHeard("dana", 1, 1, "", 3.0, 4.5, "final"))
    assert EndTurn("dana", 2, "finished") in [command for _, command in decided(player, EndTurn)]
    assert decided(player, GrantFloor) == []
    player.wait(20.0)
    at = round(4.5 + resume_s, 3)
    assert decided(player, Report)[-1] == (at, GOES_ON)
    assert decided(player, Play) == [(at, Play("tech", 1, 3))]
    assert [(when, grant.to) for when, grant in decided(player, GrantFloor)] == [(at, "tech")]


def test_a_participant_who_speaks_meanwhile_has_the_floor():
    """A turn that was cut off is over for good once another participant has spoken in the meantime."""
    player = cut("eve")
    player.tell(4.2, ReplyStarted("tech", 2))
    player.tell(4.7, SpeechStopped("dana", 4.5))
    player.tell(4.9, EarHeard("dana", 1, 1, "", 3.0, 4.5, "final"))
    player.tell(5.3, SpeechStarted("eve", 5.2))
    player.wait(5.6)
    assert [grant.to for _, grant in decided(player, GrantFloor)] == ["eve"]
    assert [command for _, command in decided(player, StopPlayout)] == [StopPlayout("tech", 1)]
    player.tell(8.0, SpeechStopped("eve", 7.8))
    player.tell(8.1, EarHeard("eve", 1, 1, "I would like to say something.", 5.2, 7.8, "final"))
    player.wait(9.0)
    assert GOES_ON not in [command for _, command in decided(player, Report)]


def test_a_second_reply_is_dropped_with_its_turn():
    """A second reply of the cut turn is dropped once the turn is over for good."""
    wanted = plan("tech", "biz", person("dana"))
    player = Player(Brain(wanted), wakes=True)
    heard = [
        (0.0, EarReady("dana", 1)),
        *reply(1.0, "tech", 1, SAID, length_s=10.0),
        (1.1, PlaybackStarted("tech", 1, 1, 1.1)),
        *reply(1.2, "tech", 2, "Ten eleven.", length_s=3.0),
        (3.1, SpeechStarted("dana", 3.0)),
    ]
    for at, event in (*opening(wanted), *heard):
        player.tell(at, event)
    player.wait(4.0)
    decided = player.tell(4.3, EarHeard("dana", 1, 1, "But", 3.0, 4.2, "interim"))
    dropped = [each for each in (*player.decided(Drop), *decided) if isinstance(each, Drop)]
    assert StopPlayout("tech", 1) in decided
    assert ("tech", 2) in {(each.participant, each.reply) for each in dropped}


@pytest.mark.parametrize(
    "gone", [Left("tech"), MuteAsked("tech", muted=True), SessionLost("tech", 1, "reset", 1.0)]
)
def test_a_participant_who_is_gone_does_not_go_on(gone):
    """A turn that was cut off is not waited for when its holder is gone: the next has the floor."""
    player = cut()
    player.tell(4.3, gone)
    player.tell(4.7, SpeechStopped("dana", 4.5))
    player.tell(4.9, EarHeard("dana", 1, 1, "", 3.0, 4.5, "final"))
    player.wait(8.0)
    grants = [(at, grant.to) for at, grant in decided(player, GrantFloor)]
    assert grants[0][1] == "biz"
    assert grants[0][0] < 6.0
    assert GOES_ON not in [command for _, command in decided(player, Report)]


def test_a_participant_who_types_has_said_something():
    """A cut turn does not go on when the person who cut it off has typed words."""
    player = cut()
    player.tell(4.3, TextTyped("dana", "Stop please."))
    player.tell(4.7, SpeechStopped("dana", 4.5))
    player.wait(9.0)
    assert [command for _, command in decided(player, StopPlayout)] == [StopPlayout("tech", 1)]
    assert GOES_ON not in [command for _, command in decided(player, Report)]
    assert [grant.to for _, grant in decided(player, GrantFloor)] == ["biz"]


def test_a_participant_who_has_the_floor_taken_from_it_gives_the_turn_back():
    """A turn that was cut off by a noise goes on when the app takes the floor from who made it."""
    player = cut()
    player.tell(4.3, RevokeAsked("dana"))
    player.tell(4.7, SpeechStopped("dana", 4.5))
    player.wait(9.0)
    assert next(grant.to for _, grant in decided(player, GrantFloor)) == "tech"
    assert GOES_ON in [command for _, command in decided(player, Report)]


@pytest.mark.parametrize(
    ("gone", "at"),
    [
        (Left("tech"), 4.3),
        (SessionLost("tech", 1, "reset", 1.0), 4.3),
        (MuteAsked("tech", muted=True), 4.9),  # it might be let be heard again before its turn goes on
    ],
)
def test_the_sound_of_who_is_gone_is_stopped_though_nobody_else_speaks(gone, at):
    """The paused sound of a holder who is gone is stopped, not left paused."""
    player = cut(policy="queue", otherwise="queue")
    player.tell(4.3, gone)
    player.tell(4.7, SpeechStopped("dana", 4.5))
    player.tell(4.9, EarHeard("dana", 1, 1, "", 3.0, 4.5, "final"))
    player.wait(6.5)
    assert decided(player, StopPlayout) == [(at, StopPlayout("tech", 1))]
    assert decided(player, GrantFloor) == []


def test_a_participant_who_goes_on_is_not_told_that_it_was_cut():
    """An agent that went on after a noise and was heard whole does not read that it was interrupted."""
    player = cut()
    player.tell(4.7, SpeechStopped("dana", 4.5))
    player.tell(4.9, EarHeard("dana", 1, 1, "", 3.0, 4.5, "final"))
    player.wait(6.5)
    player.tell(6.6, PlaybackStarted("tech", 3, 1, 6.6))
    player.tell(13.7, PlaybackFinished("tech", 3, 1, 13.7, 10.0, "complete"))
    for at, event in reply(14.0, "biz", 1, "Indeed.", length_s=1.0):
        player.tell(at, event)
    player.tell(14.1, PlaybackStarted("biz", 4, 1, 14.1))
    player.tell(15.1, PlaybackFinished("biz", 4, 1, 15.1, 1.0, "complete"))
    player.wait(40.0)
    cues = [each.text for each in player.decided(Cue) if each.to == "tech"]
    assert len(cues) > 1
    assert not any("One two" in text or "interrupted" in text for text in cues)


def test_a_participant_who_cut_it_off_and_types_has_said_something():
    """Words typed after the cut also end the cut turn for good."""
    player = cut()
    player.tell(4.7, SpeechStopped("dana", 4.5))
    player.tell(4.8, TextTyped("dana", "I meant to say this."))
    player.wait(30.0)
    assert GOES_ON not in [command for _, command in decided(player, Report)]
    assert [command for _, command in decided(player, StopPlayout)] == [StopPlayout("tech", 1)]


def test_a_reply_that_is_withdrawn_while_it_is_kept_does_not_go_on():
    """A turn that was cut off is over for good, at once, when its service withdraws the reply."""
    player = cut()
    told = player.tell(4.3, ReplyWithdrawn("tech", 1, "interrupted"))
    assert [each for each in told if isinstance(each, StopPlayout)] == [StopPlayout("tech", 1)]
    player.tell(4.7, SpeechStopped("dana", 4.5))
    player.tell(4.9, EarHeard("dana", 1, 1, "", 3.0, 4.5, "final"))
    player.wait(8.0)
    assert GOES_ON not in [command for _, command in decided(player, Report)]
