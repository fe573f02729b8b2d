"""Turns of agents: what they wait for, and what ends them."""

from __future__ import annotations

from attrs import evolve
from playbook import BIZ, CHAIR, EAR, GUEST, LAW, TECH, Noted, Table, moderated, of, opened, timers

from trialogue.brain.replies import Replies
from trialogue.model.commands import (
    Cue,
    Drop,
    EndTurn,
    Play,
    Speak,
)
from trialogue.model.events import (
    FloorRequested,
    GrantAsked,
    InjectionRefused,
    ReplyStarted,
    SayAsked,
    SpeechStarted,
    ToolFinished,
    ToolRequested,
    Woke,
    WordsHeard,
)
from trialogue.model.plan import (
    Filler,
    FloorRules,
    HoldRules,
    ToolRules,
)

SOUND = evolve(TECH, hears=EAR.hears)
ORDER = ToolRequested("tech", 1, "c1", "order", '{"id": 7}')
HANDS = FloorRules(policy="queue", otherwise="queue")


def test_a_grant_ends_the_waits_for_one():
    """Neither the silence ladder nor a policy's wait comes up in the middle of a turn."""
    table = opened(TECH, BIZ, floor=HANDS)
    assert timers(table, "ladder") == [4.0]
    table.at(1, FloorRequested("tech"))
    assert timers(table, "silence", "think", "hold", "warn") == [None, 21.0, 91.0, None]
    waiting = Table(moderated(CHAIR, TECH))
    waiting.open()
    waiting.says("mod", "Well.")
    assert timers(waiting, "choose") == [8.0]
    waiting.at(3, GrantAsked("tech"))
    assert timers(waiting, "choose") == [None]


def test_each_kind_of_holder_has_its_own_time_to_begin():
    """A person has ten seconds to begin a turn, a greeting agent six, and a long turn its warning."""
    assert timers(opened(GUEST, TECH), "think") == [10.0]
    assert timers(opened(evolve(TECH, greets=True), BIZ), "ear") == [6.0]
    warned = opened(TECH, BIZ, floor=FloorRules(hold=HoldRules(90.0, warn_s=30.0)))
    assert timers(warned, "warn", "hold") == [30.0, 90.0]


def test_an_agent_that_greets_does_so_once():
    """An agent that has greeted is cued at its next turn like any other."""
    table = opened(evolve(TECH, greets=True), BIZ)
    table.says("tech", "Hello, I am Tech.")
    assert of(table.says("biz"), Cue) == [Cue("tech", 3, "Biz: Well.\nIt is your turn.")]


def test_words_elsewhere_do_not_end_the_wait_for_a_greeting():
    """An agent's greeting is still waited for after it has heard words of somebody else."""
    table = opened(evolve(TECH, greets=True), GUEST)
    table.at(1, WordsHeard("tech", "Hm."))
    assert timers(table, "ear") == [6.0]


def test_a_name_by_tool_is_used_up_by_the_turn_it_made():
    """A name that the chair gave by a tool makes one turn, and after it the chair has the floor again."""
    table = Table(moderated(CHAIR, TECH, BIZ))
    table.open()
    table.at(0, ToolRequested("mod", 1, "c1", "give_floor", '{"to": "biz"}'))
    for _ in range(3):
        table.says(table.meeting.holder, "Well.")
    assert table.grants() == ["mod", "biz", "mod"]
    assert table.meeting.holder is None


def test_a_denied_remark_leaves_no_request():
    """An agent whose remark was denied is not granted the floor later for words that are gone."""
    table = opened(BIZ, SOUND, LAW, floor=HANDS)
    table.at(0, FloorRequested("biz"))
    table.begins("tech", "Aha.")
    table.at(0.5, GrantAsked("law"))
    table.says("biz")
    assert Drop("tech", 1, "denied") in table.commands(Drop)
    assert table.meeting.holder == "law"
    table.says("law")
    assert (table.meeting.holder, table.meeting.floor_view.queue) == (None, ())


def test_a_reply_that_is_known_is_not_played_again():
    """A second report that a reply began is stale: the reply is played once, and its turn ends with it."""
    table = opened(TECH, BIZ)
    table.begins("tech")
    assert [command.code for command in table.at(0.5, ReplyStarted("tech", 1))] == ["stale"]
    table.plays("tech")
    assert of(table.ends("tech"), EndTurn) == [EndTurn("tech", 1, "finished")]
    assert table.commands(Play) == [Play("tech", 1, 1)]


def test_an_answer_to_an_old_question_asks_for_nothing():
    """An answer that comes after its turn was given up is dropped, and raises no hand."""
    table = opened(TECH, BIZ, LAW)
    table.at(20, Woke("think"))
    assert table.at(21, ReplyStarted("tech", 1)) == [
        Drop("tech", 1, "denied"),
        Noted("stale", "tech"),
    ]
    assert table.meeting.floor_view.queue == ()


def test_a_short_sound_without_words_is_no_silence():
    """A turn of which half a second was heard does not count as silent."""
    table = opened(TECH, BIZ)
    table.says("tech", "", 0.5)
    table.begins("biz", "", 0.5)
    table.ends("biz", 0.5)
    assert [(taken.was_silent, taken.cause) for taken in table.meeting.turns] == [(False, "finished")] * 2


def test_a_person_cannot_be_made_to_say_words():
    """An app that asks a person to say words reads in a report that this is invalid."""
    table = opened(TECH, GUEST)
    assert table.at(1, SayAsked("dana", "I agree.")) == [Noted("stale", "dana")]
    assert table.meeting.floor_view.queue == ()


def test_replies_leave_nothing_behind():
    """Words are personal: those of a reply that is taken or discarded are gone."""
    replies = Replies()
    for reply in (1, 2):
        replies.hold("tech", reply)
        replies.add_words("tech", reply, "Aha.")
    replies.discard("tech", 1)
    assert replies.take("tech") == [2]
    assert replies._words == {}


def test_a_name_by_tool_waits_for_the_one_who_gave_it():
    """A chair that names somebody beside another's turn speaks first, and then the one that it named."""
    table = Table(moderated(CHAIR, TECH, BIZ))
    table.open()
    table.says("mod", "Tech?")
    table.at(table.now, ToolRequested("mod", 1, "c1", "give_floor", '{"to": "biz"}'))
    table.says("tech")
    table.says("mod", "Well.")
    assert (table.meeting.holder, table.meeting.floor_view.named) == ("biz", None)


def test_a_chairs_question_is_asked_after_a_greeting():
    """A chair's question is in the cue of the agent it named, though that agent greets first."""
    table = Table(moderated(CHAIR, TECH, BIZ))
    table.open()
    table.begins("biz", "I am Biz.")
    table.at(0, ToolRequested("mod", 1, "c1", "give_floor", '{"to": "biz", "about": "the price"}'))
    table.begins("mod", "", 0.0)
    table.plays("biz")
    (cue,) = of(table.ends("biz"), Cue)
    assert (cue.to, cue.text.splitlines()[-1]) == ("biz", 'It is your turn. You are asked: "the price"')


def test_a_turn_that_filled_a_silence_may_be_refused_later():
    """A cue that is refused in a turn with filling words is tried again after half a second."""
    rules = (ToolRules("order", filler=Filler(2.0, "One moment.")),)
    table = opened(BIZ, TECH, tools=rules)
    table.begins("tech", "I am Tech.")
    table.at(0, GrantAsked("tech", "the price"))
    table.says("biz")
    table.plays("tech")
    table.at(table.now, ORDER)
    assert of(table.ends("tech"), EndTurn, Speak) == [Speak("tech", 2, "One moment.", "queue")]
    table.begins("tech", "One moment.")
    table.plays("tech")
    table.at(table.now, ToolFinished("tech", "c1", "succeeded", "sent"))
    table.ends("tech")
    table.begins("tech", "It is sent.")
    table.plays("tech")
    assert of(table.ends("tech"), Cue) != []
    table.at(table.now, InjectionRefused("tech", 2, "busy"))
    assert timers(table, "retry") == [table.now + 0.5]


def test_a_turn_behind_its_limit_is_cut_where_somebody_cuts_in_or_it_has_ended():
    """The hold limit ends a turn at once if a person speaks beside it or its sound is over."""
    for speaks, length in ((True, 33.0), (False, 30.0)):
        table = opened(TECH, BIZ, GUEST, floor=FloorRules(hold=HoldRules(30.0)))
        table.begins("tech", "A long one.", length)
        table.plays("tech")
        if speaks:
            table.at(29.5, SpeechStarted("dana", 29.5))
        assert of(table.at(30, Woke("hold")), EndTurn) == [EndTurn("tech", 1, "hold-limit")]
