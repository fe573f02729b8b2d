"""People beside others' turns: the moments that decide, and what is left when they have passed."""

from __future__ import annotations

import pytest
from attrs import evolve
from playbook import BIZ, GUEST, LAW, TECH, Table, plan, quick

from trialogue.model.commands import Attribute, Cue, EndMeeting, EndTurn, GrantFloor, Report, ResumePlayout
from trialogue.model.events import (
    FloorRequestCancelled,
    GrantAsked,
    MeetingStarted,
    MuteAsked,
    ReplyStarted,
    SpeechStarted,
    SpeechStopped,
    TextTyped,
    Woke,
    WordsHeard,
)
from trialogue.model.participants import Hears, Kind, Role
from trialogue.model.plan import FloorRules, SilenceStep

ERIN = evolve(GUEST, name="erin", kind=Kind.RECORDING)
FINN = evolve(GUEST, name="finn")


def of(commands, *kinds):
    """The commands of these classes."""
    return [command for command in commands if isinstance(command, kinds)]


def opened(*cast, **more):
    """An open meeting."""
    table = Table(plan(*cast, **more))
    table.open()
    return table


def interrupted(*cast):
    """Tech has been heard since 1 s, and dana speaks beside it since 5 s."""
    table = opened(*(cast or (TECH, BIZ, GUEST, ERIN)))
    table.now = 1.0
    table.begins("tech", "One two three. Four five six. Seven eight nine.", 20.0)
    table.plays("tech")
    table.at(5, SpeechStarted("dana", 5.0))
    return table


def timers(table, *wanted):
    """Until when these timers are set; None for one that is not."""
    found = table.meeting._state.timers.all()
    return [found.get(timer) for timer in wanted]


# --- the moments ------------------------------------------------------------------------------------------


def test_a_second_of_speech_makes_an_interruption():
    """From its first sound; and half a second more than that without anything more makes none."""
    table = interrupted()
    assert timers(table, "barge:1", "resume:1") == [6.0, None]
    table.at(5.5, SpeechStopped("dana", 5.5))
    assert timers(table, "barge:1", "resume:1") == [None, 7.0]


def test_a_pause_of_a_person_is_longer_than_between_its_words():
    """Its turn hangs for 1.2 s; where it was its words that interrupted, from those on."""
    table = opened(GUEST, TECH)
    table.at(1, SpeechStarted("dana", 1.0))
    table.at(4, SpeechStopped("dana", 4.0))
    assert timers(table, "hang:1") == [5.2]
    table = interrupted()
    table.at(5.5, SpeechStopped("dana", 5.5))
    table.at(6, WordsHeard("biz", "No, that is wrong."))
    assert table.meeting.holder == "dana"
    assert timers(table, "hang:2", "hold:2") == [7.2, 96.0]


def test_who_else_speaks_when_one_has_fallen_silent_may_interrupt():
    """It has a second of its own, from then on."""
    table = interrupted()
    table.at(5.2, SpeechStarted("erin", 5.2))
    table.at(5.5, SpeechStopped("dana", 5.5))
    answer = table.at(6, WordsHeard("biz", "Yes."))
    assert of(answer, ResumePlayout) == []
    assert timers(table, "barge:1", "resume:1") == [7.0, None]
    assert of(table.at(7, Woke("barge:1")), GrantFloor)[0].to == "erin"


def test_who_else_speaks_may_interrupt_by_its_words():
    """They are its own, as those of whoever spoke beside first are."""
    table = interrupted()
    table.at(5.2, SpeechStarted("erin", 5.2))
    table.at(5.5, SpeechStopped("dana", 5.5))
    table.at(7, Woke("resume:1"))
    answer = table.at(7.5, WordsHeard("biz", "No, that is wrong, all of it, entirely."))
    assert of(answer, GrantFloor)[0].to == "erin"
    assert [attributed.participant for attributed in of(answer, Attribute)] == ["erin"]


def test_half_a_second_may_hold_words():
    """What is shorter is not waited for: a cough has none."""
    for length, ends in ((0.5, False), (0.4375, True)):
        table = opened(GUEST, TECH)
        table.at(1, SpeechStarted("dana", 1.0))
        table.at(1 + length, SpeechStopped("dana", 1 + length))
        assert bool(of(table.at(4, Woke("hang:1")), EndTurn)) is ends
        assert timers(table, "hang:1") == [None if ends else 8.0]


def test_nobody_is_quiet_while_a_person_speaks():
    """The limit on silence is off until the last of them has fallen silent."""
    table = opened(GUEST, ERIN, evolve(TECH, role=Role.OBSERVER))
    assert timers(table, "limit-silence") == [30.0]
    table.at(1, SpeechStarted("dana", 1.0))
    assert timers(table, "limit-silence") == [None]
    table.at(2, SpeechStarted("erin", 2.0))
    table.at(3, SpeechStopped("dana", 3.0))
    assert timers(table, "limit-silence") == [None]
    table.at(40, SpeechStopped("erin", 40.0))
    assert timers(table, "limit-silence") == [70.0]


def test_a_persons_speech_puts_the_ladder_back():
    """Whatever was tried against silence before is tried again from the first rung."""
    rules = evolve(quick(SilenceStep.NEXT_SPEAKER, SilenceStep.END), policy="queue", otherwise="queue")
    table = opened(TECH, GUEST, floor=rules)
    table.at(4, Woke("silence"))
    assert table.meeting.holder == "tech"
    table.begins("tech", "", 0.0)
    table.at(5, SpeechStarted("dana", 5.0))
    table.at(5.2, SpeechStopped("dana", 5.2))
    table.at(7, Woke("hang:2"))
    assert table.meeting.holder is None
    answer = table.at(11, Woke("silence"))
    assert of(answer, EndMeeting) == []
    assert of(answer, GrantFloor) != []


# --- two at once ------------------------------------------------------------------------------------------


def test_three_tenths_of_a_second_are_at_once():
    """Then they collide; a third that starts with them waits until they have sorted it out."""
    table = opened(GUEST, ERIN, FINN, TECH)
    table.at(0, SpeechStarted("dana", 0.0))
    table.at(0.3, SpeechStarted("erin", 0.3))
    table.at(0.3, SpeechStarted("finn", 0.3))
    assert table.commands(Report) == [
        Report("collision", "dana and erin started at once; dana goes first", "erin")
    ]
    assert [waiting.participant for waiting in table.meeting.floor_view.queue] == ["erin"]


def test_whoever_gave_way_waits_with_its_hand_up():
    """Which it may take down again; and who came first is not taken on by a third."""
    chair = evolve(ERIN, role=Role.CHAIR)
    table = opened(GUEST, chair, FINN, TECH)
    table.at(0, SpeechStarted("dana", 0.0))
    table.at(0.1, SpeechStarted("erin", 0.1))
    table.at(0.2, SpeechStarted("finn", 0.2))
    assert table.commands(Report) == [
        Report("collision", "dana and erin started at once; erin goes first", "dana")
    ]
    table.at(1, SpeechStopped("dana", 1.0))
    table.at(1, FloorRequestCancelled("dana"))
    assert table.reports() == ["collision"]
    assert table.meeting.floor_view.queue == ()
    assert of(table.at(2, WordsHeard("tech", "Both.")), Attribute) == [Attribute("erin", 2, "Both.", False)]


# --- words that come late, or to nobody -------------------------------------------------------------------


def heard_late(at):
    """Dana's turn ended at 3 s without words; those come at `at`, from the ear that still listens."""
    cast = (GUEST, TECH, BIZ, evolve(LAW, hears=Hears.AUDIO))
    table = opened(*cast, floor=FloorRules(order=("dana", "biz", "tech", "law")))
    table.at(0.5, SpeechStarted("dana", 0.5))
    table.at(0.75, SpeechStopped("dana", 0.75))
    table.at(3, Woke("hang:1"))
    assert table.meeting.holder == "biz"
    return table, of(table.at(at, WordsHeard("tech", "Late words.")), Attribute)


def test_late_words_are_told_to_those_who_read():
    """Not to whoever made them out, nor to an agent that heard them with its own ear."""
    table, attributed = heard_late(7.0)
    assert attributed == [Attribute("dana", 1, "Late words.", is_certain=False)]
    lines = {name: len(table.meeting._state.inboxes.of(name).lines) for name in ("tech", "biz", "law")}
    assert lines == {"tech": 0, "biz": 1, "law": 0}
    table.says("biz")
    table.says("tech")
    table.says("law")
    table.at(table.now, Woke("think:5"))
    table.now += 10
    table.at(table.now, Woke("think:5"))
    assert "Dana (uncertain): Late words." in table.commands(Cue)[-1].text


def test_words_that_come_later_than_that_are_nobodys():
    """Four seconds behind the turn."""
    assert heard_late(7.1)[1] == []


@pytest.mark.parametrize("holder", [True, False])
def test_words_without_anybody_who_spoke_are_nobodys(holder):
    """An ear may make words out of noise: an agent's turn is not a person's, and a free floor is nobody's."""
    policy = "round-robin" if holder else "queue"
    table = opened(TECH, BIZ, GUEST, floor=FloorRules(policy=policy, otherwise=policy))
    assert table.at(1, WordsHeard("biz", "Hm?")) == []
    assert table.at(1, WordsHeard("tech", "Hm?")) == []
    assert table.meeting.holder == ("tech" if holder else None)


def test_words_before_a_person_has_begun_do_not_end_its_turn():
    """It was granted the floor, and will speak."""
    table = opened(GUEST, TECH)
    table.at(1, WordsHeard("tech", "Hm."))
    assert table.meeting.holder == "dana"


# --- what makes no sense ----------------------------------------------------------------------------------


def test_speech_begins_once():
    """A second beginning is stale, and does not make it younger."""
    table = interrupted()
    table.at(5.4, SpeechStarted("dana", 5.4))
    assert (table.reports(), table.meeting._state.speaking) == (["stale"], {"dana": 5})
    quiet = opened(GUEST, TECH)
    quiet.at(1, SpeechStopped("dana", 1.0))
    assert (quiet.reports(), timers(quiet, "hang:1")) == (["stale"], [None])


def test_people_may_speak_before_the_meeting_is_open():
    """While the agents are still dialled nobody has the floor; and nobody is quiet either."""
    table = Table(plan(GUEST, TECH))
    table.at(0, MeetingStarted())
    table.at(1, SpeechStarted("dana", 1.0))
    table.at(2, SpeechStopped("dana", 2.0))
    assert (table.grants(), table.reports(), timers(table, "limit-silence")) == ([], [], [None])


def test_typing_nothing_leaves_all_as_it_was():
    """No words wait, and nobody hangs."""
    table = opened(GUEST, TECH)
    before = table.meeting._state.timers.all()
    table.at(1, TextTyped("dana", " \n"))
    assert (table.meeting._state.typed, table.meeting._state.timers.all()) == ({}, before)
    table.at(2, TextTyped("dana", "Hello."))
    assert timers(table, "think:1", "hang:1") == [None, 2.0]


# --- mutes ------------------------------------------------------------------------------------------------


def test_a_mute_takes_the_words_that_were_typed_before_it():
    """They are not said when it is over."""
    table = interrupted()
    table.at(5.1, SpeechStopped("dana", 5.1))
    table.at(5.2, TextTyped("erin", "I object."))
    table.at(5.3, MuteAsked("erin", muted=True))
    table.at(5.4, MuteAsked("erin", muted=False))
    assert table.meeting._state.typed == {}


def test_a_mute_of_one_is_none_of_another():
    """Who is still interrupting goes on with it; the muted one's own speech is not heard of."""
    table = interrupted()
    assert of(table.at(5.2, MuteAsked("erin", muted=True)), ResumePlayout) == []
    assert [command.code for command in of(table.at(5.3, SpeechStarted("erin", 5.3)), Report)] == ["stale"]
    assert table.meeting._state.speaking == {"dana": 5}
    assert of(table.at(6, Woke("barge:1")), GrantFloor)[0].to == "dana"


# --- agents that are addressed ----------------------------------------------------------------------------


def addressed(*cast, text="Law knows. What do you say, Biz?"):
    """Tech has been heard naming somebody, and its sound has not ended yet."""
    by_ear = tuple(evolve(p, hears=Hears.AUDIO) for p in (TECH, BIZ, LAW))
    table = opened(*(cast or (*by_ear, GUEST)), floor=FloorRules(policy="free", otherwise="round-robin"))
    table.at(0, GrantAsked("tech"))
    table.begins("tech", text, 9.5)
    table.plays("tech")
    table.now = 9.9
    return table


def test_who_is_addressed_may_cut_in():
    """Its reply is heard at once, and why is told."""
    table = addressed()
    answer = table.at(9.9, ReplyStarted("biz", 1))
    assert of(answer, Report) == [Report("interruption", "cuts off tech: named in its last sentence", "biz")]
    assert [(grant.to, grant.reason) for grant in of(answer, GrantFloor)] == [
        ("biz", "interrupts, being addressed")
    ]


def test_who_was_named_before_the_last_sentence_may_not():
    """Nor while a person speaks beside: it is not known yet whose the floor is."""
    assert of(addressed().at(9.9, ReplyStarted("law", 1)), EndTurn) == []
    table = addressed()
    table.at(9.9, SpeechStarted("dana", 9.9))
    assert of(table.at(9.9, ReplyStarted("biz", 1)), EndTurn) == []


def test_an_agent_that_reads_interrupts_nobody():
    """What it says unasked is a greeting, and no answer to its name."""
    table = addressed(evolve(TECH, hears=Hears.AUDIO), BIZ)
    assert of(table.at(9.9, ReplyStarted("biz", 1)), EndTurn) == []
    assert [waiting.participant for waiting in table.meeting.floor_view.queue] == ["biz"]


# --- remarks to people ------------------------------------------------------------------------------------


def remark(table, at):
    """Whether tech's reply at this time asks for the floor."""
    table.at(at, ReplyStarted("tech", 1))
    return [waiting.participant for waiting in table.meeting.floor_view.queue] == ["tech"]


def test_an_answer_to_a_person_asks_for_no_floor():
    """Whoever only listened answers what it heard: during the person's turn, and until the next one's."""
    hands = FloorRules(policy="queue", otherwise="queue")
    table = opened(GUEST, TECH, BIZ, floor=hands)
    table.at(1, SpeechStarted("dana", 1.0))
    table.at(1.25, SpeechStopped("dana", 1.25))
    assert remark(table, 1.5) is False
    behind = opened(GUEST, TECH, BIZ, floor=hands)
    behind.at(1, SpeechStarted("dana", 1.0))
    behind.at(1.25, SpeechStopped("dana", 1.25))
    behind.at(3, Woke("hang:1"))
    assert behind.meeting.holder is None
    assert remark(behind, 3.5) is False
    assert behind.meeting.holder is None


def test_a_greeting_beside_people_who_are_silent_asks_for_it():
    """Nobody has spoken: it can be no answer."""
    table = opened(BIZ, GUEST, TECH)
    assert remark(table, 1) is True
    listener = opened(BIZ, TECH, GUEST)
    assert listener.meeting._state.listener == "tech"
    assert remark(listener, 1) is True


def test_who_listens_while_somebody_cuts_in_does_not_ask_for_the_floor():
    """Its remark is on the words that it listened to."""
    table = opened(BIZ, TECH, GUEST)
    table.begins("biz", "One two three.", 20.0)
    table.plays("biz")
    table.at(5, SpeechStarted("dana", 5.0))
    table.at(5.5, SpeechStopped("dana", 5.5))
    assert remark(table, 5.75) is False
