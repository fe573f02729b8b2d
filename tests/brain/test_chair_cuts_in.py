"""The chair that takes the floor."""

from __future__ import annotations

import pytest
from attrs import evolve
from playbook import BIZ, CHAIR, EAR, TECH, Noted, of, opened

from trialogue.brain.meeting import Brain
from trialogue.model.commands import (
    AnswerTool,
    Cue,
    EndTurn,
    GrantFloor,
    Report,
)
from trialogue.model.events import (
    EarReady,
    FloorRequestCancelled,
    SpeechStarted,
    SpeechStopped,
    ToolRequested,
)
from trialogue.model.plan import (
    FloorRules,
)
from trialogue.testing.casts import chair, opening, person, played, reply
from trialogue.testing.casts import plan as made
from trialogue.testing.playbooks import Player

SOUND = evolve(TECH, hears=EAR.hears)
ORDER = ToolRequested("tech", 1, "c1", "order", '{"id": 7}')
HANDS = FloorRules(policy="queue", otherwise="queue")


def cut_in(chair):
    """The chair asks for the floor with the highest priority while tech speaks."""
    table = opened(TECH, chair, BIZ)
    table.begins("tech", "A long one.", 20.0)
    table.plays("tech")
    answer = table.at(5, ToolRequested("mod", 1, "c1", "request_floor", '{"priority": "highest"}'))
    return table, answer


def test_a_chair_that_cuts_in_speaks_at_once():
    """A chair by ear that interrupts is cued at once, and its turn ends with its words."""
    table, answer = cut_in(EAR)
    assert of(answer, Report, EndTurn, GrantFloor)[0] == Noted("interruption", "mod", "tech")
    assert [(grant.to, grant.reason) for grant in of(answer, GrantFloor)] == [("mod", "the chair interrupts")]
    assert of(answer, Cue)[0].to == "mod"
    assert of(table.says("mod", "Stop."), EndTurn) == [EndTurn("mod", 2, "finished")]


def test_a_chair_cuts_off_neither_itself_nor_nobody():
    """In its own turn, a chair's request with the highest priority only raises its hand."""
    table = opened(CHAIR, TECH, floor=HANDS)
    ask = ToolRequested("mod", 1, "c1", "request_floor", '{"priority": "highest"}')
    answer = table.at(1, ask)
    assert [command.content for command in of(answer, AnswerTool)] == ["Your hand is up."]
    assert table.meeting.holder == "mod"
    answer = table.at(2, evolve(ask, call_id="c2"))
    assert [command.content for command in of(answer, AnswerTool)] == ["Your hand is up."]
    assert (table.meeting.holder, table.meeting.turn) == ("mod", 1)
    assert [waiting.participant for waiting in table.meeting.floor_view.queue] == ["mod"]


@pytest.mark.parametrize("arguments", ["{", "[7]", "", "[" * 100_000])
def test_a_hand_goes_up_whatever_was_written(arguments):
    """A `bid` with arguments that cannot be read raises the hand all the same."""
    table = opened(TECH, BIZ)
    answer = table.at(1, ToolRequested("biz", 1, "c1", "bid", arguments))
    assert [command.content for command in of(answer, AnswerTool)] == ["Your hand is up."]
    assert table.at(2, FloorRequestCancelled("biz")) == []
    assert table.meeting.floor_view.queue == ()


def test_a_person_whom_the_chair_cuts_off_speaks_on_in_vain():
    """A person whom the chair cut off has to pause before its speech can take the floor again."""
    wanted = made(chair("mod"), person("dana"), policy="queue", otherwise="queue")
    player = Player(Brain(wanted), wakes=True)
    for at, event in (*opening(wanted), (0.0, EarReady("dana", 1)), (1.1, SpeechStarted("dana", 1.0))):
        player.tell(at, event)
    player.tell(5.0, ToolRequested("mod", 1, "c1", "request_floor", '{"priority": "highest"}'))
    for at, event in (*reply(5.5, "mod", 1, "Stop, please."), *played(5.6, "mod", 1, turn=2)):
        player.tell(at, event)
    assert [(each.turn, each.cause) for each in player.decided(EndTurn)] == [
        (1, "interrupted"),
        (2, "finished"),
    ]
    player.tell(8.0, SpeechStopped("dana", 7.8))
    player.tell(9.0, SpeechStarted("dana", 8.9))
    player.wait(10.0)
    assert [grant.to for grant in player.decided(GrantFloor)][-1] == "dana"
