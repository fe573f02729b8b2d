"""People on the floor: granted, speaking, typing, cutting in, overlapping, muted."""

from __future__ import annotations

import pytest
from attrs import evolve
from playbook import BIZ, CHAIR, EAR, GUEST, TECH, Table, plan

from trialogue.model.commands import (
    Attribute,
    Cue,
    Drop,
    EndTurn,
    GrantFloor,
    Hearing,
    PausePlayout,
    ResumePlayout,
    SetHearing,
    StopPlayout,
)
from trialogue.model.events import (
    FloorRequested,
    GrantAsked,
    MuteAsked,
    PlaybackFinished,
    PlaybackPaused,
    PlaybackResumed,
    ReplyStarted,
    ReplyWithdrawn,
    SentenceSaid,
    SpeechStarted,
    SpeechStopped,
    TextTyped,
    Woke,
    WordsHeard,
)
from trialogue.model.participants import Hears, Kind, Role

ERIN = evolve(GUEST, name="erin", kind=Kind.RECORDING)
BY_EAR = evolve(TECH, hears=Hears.AUDIO)


def of(commands, *kinds):
    """The commands of these classes."""
    return [command for command in commands if isinstance(command, kinds)]


def speaking(*cast, text="One two three. Four five six. Seven eight nine.", length=10.0, **more):
    """A table at which the first of the cast has been heard since 1 s."""
    table = Table(plan(*(cast or (TECH, BIZ, GUEST)), **more))
    table.open()
    table.now = 1.0
    table.begins("tech", text, length)
    table.plays("tech")
    return table


def due(table, what):
    """The timer of this turn that is set: let it come."""
    at = [
        c.at
        for _, _, out in table.log
        for c in out
        if getattr(c, "timer", None) == f"{what}:{table.meeting.turn}"
    ]
    return table.at(at[-1], Woke(f"{what}:{table.meeting.turn}"))


def test_a_person_who_speaks_has_a_free_floor():
    """At once; and its turn ends when its words have come."""
    table = Table(plan(GUEST, evolve(TECH, role=Role.OBSERVER)))
    table.open()
    table.at(0, FloorRequested("dana"))
    due(table, "think")
    assert table.meeting.holder is None
    assert of(table.at(11, SpeechStarted("dana", 11.0)), GrantFloor)[0].reason == "speaks already"
    table.at(13, SpeechStopped("dana", 13.0))
    assert table.at(14, WordsHeard("tech", "Good morning.")) == [Attribute("dana", 2, "Good morning.", True)]
    assert of(due(table, "hang"), EndTurn) == [EndTurn("dana", 2, "finished")]
    (said,) = table.meeting.utterances()
    assert (said.participant, said.start_s, said.end_s, said.heard) == ("dana", 11.0, 13.0, "Good morning.")


def test_a_person_that_says_nothing_loses_the_floor():
    """It has ten seconds to begin."""
    table = Table(plan(GUEST, TECH))
    table.open()
    assert table.meeting.holder == "dana"
    answer = table.at(10, Woke("think:1"))
    assert of(answer, EndTurn, StopPlayout) == [EndTurn("dana", 1, "timeout")]
    assert table.meeting.holder == "tech"


def test_a_person_that_begins_in_time_is_waited_for():
    """Nothing but its silence ends its turn; a pause shorter than the hang does not."""
    table = Table(plan(GUEST, TECH))
    table.open()
    table.at(9, SpeechStarted("dana", 9.0))
    assert table.at(10, Woke("think:1")) == []
    table.at(12, SpeechStopped("dana", 12.0))
    table.at(12.5, SpeechStarted("dana", 12.5))
    assert table.at(13.2, Woke("hang:1")) == []
    assert table.meeting.holder == "dana"


def test_words_are_waited_for_and_late_ones_are_uncertain():
    """Four seconds behind the hang; what comes after that still stands in the transcript."""
    table = Table(plan(GUEST, TECH, BIZ))
    table.open()
    table.at(1, SpeechStarted("dana", 1.0))
    table.at(4, SpeechStopped("dana", 4.0))
    assert due(table, "hang") == []
    assert table.meeting.holder == "dana"
    assert of(due(table, "hang"), EndTurn) == [EndTurn("dana", 1, "finished")]
    answer = table.at(10, WordsHeard("tech", "Late words."))
    assert of(answer, Attribute) == [Attribute("dana", 1, "Late words.", is_certain=False)]
    (said,) = table.meeting.utterances()
    assert (said.heard, said.is_certain) == ("Late words.", False)


def test_words_that_come_behind_the_hang_end_the_turn():
    """Nothing else is waited for then."""
    table = Table(plan(GUEST, TECH, BIZ))
    table.open()
    table.at(1, SpeechStarted("dana", 1.0))
    table.at(4, SpeechStopped("dana", 4.0))
    due(table, "hang")
    answer = table.at(6, WordsHeard("tech", "Now they come."))
    assert of(answer, Attribute, EndTurn) == [
        Attribute("dana", 1, "Now they come.", True),
        EndTurn("dana", 1, "finished"),
    ]


def test_the_words_of_people_reach_the_digests_of_the_others():
    """Who listened with its own ear is not told them again."""
    table = Table(plan(GUEST, TECH, BIZ))
    table.open()
    table.at(1, SpeechStarted("dana", 1.0))
    table.at(4, SpeechStopped("dana", 4.0))
    table.at(5, WordsHeard("tech", "What does it cost?"))
    answer = due(table, "hang")
    assert of(answer, Cue) == [Cue("tech", 2, "It is your turn.")]
    assert of(table.says("tech"), Cue) == [
        Cue("biz", 3, "Dana: What does it cost?\nTech: Well.\nIt is your turn.")
    ]


def test_the_answer_of_whoever_only_listened_is_not_played():
    """It is told that its remark was not heard when it is cued."""
    table = Table(plan(GUEST, TECH, BIZ))
    table.open()
    table.at(1, SpeechStarted("dana", 1.0))
    table.at(4, SpeechStopped("dana", 4.0))
    table.at(5, WordsHeard("tech", "What does it cost?"))
    table.at(5, ReplyStarted("tech", 1))
    table.at(5, SentenceSaid("tech", 1, "It is free.", 0.0))
    answer = due(table, "hang")
    assert of(answer, Drop, Cue) == [
        Drop("tech", 1, "denied"),
        Cue("tech", 2, 'Your remark was not heard: "It is free."\nIt is your turn.'),
    ]


def test_a_short_noise_is_not_waited_for():
    """A cough has no words."""
    table = Table(plan(GUEST, TECH))
    table.open()
    table.at(1, SpeechStarted("dana", 1.0))
    table.at(1.2, SpeechStopped("dana", 1.2))
    assert of(due(table, "hang"), EndTurn) == [EndTurn("dana", 1, "finished")]


# --- typing -----------------------------------------------------------------------------------------------


def test_typed_words_are_an_utterance_without_sound():
    """They wait for the floor, take it for no time, and stand in digests and transcripts."""
    table = speaking()
    assert table.at(2, TextTyped("dana", "Is it free?")) == []
    grant = of(table.ends("tech", 9.0), GrantFloor)
    assert (grant[0].to, grant[0].reason) == ("dana", "asked for")
    answer = due(table, "hang")
    assert of(answer, Attribute, EndTurn, Cue) == [
        Attribute("dana", 2, "Is it free?", True),
        EndTurn("dana", 2, "finished"),
        Cue(
            "biz",
            3,
            "Tech: One two three. Four five six. Seven eight nine.\nDana: Is it free?\nIt is your turn.",
        ),
    ]
    said = table.meeting.utterances()[-1]
    assert (said.heard, said.end_s - said.start_s) == ("Is it free?", 0.0)


def test_typing_at_ones_turn_ends_it():
    """And typing nothing does nothing."""
    table = Table(plan(GUEST, TECH))
    table.open()
    assert table.at(1, TextTyped("dana", "  ")) == []
    table.at(2, TextTyped("dana", "Hello."))
    assert of(table.at(2, Woke("hang:1")), EndTurn) == [EndTurn("dana", 1, "finished")]


def test_an_agent_by_ear_reads_what_was_typed():
    """No ear hears it."""
    table = Table(plan(GUEST, BY_EAR))
    table.open()
    table.at(2, TextTyped("dana", "Hello."))
    answer = table.at(2, Woke("hang:1"))
    assert of(answer, Cue) == [Cue("tech", 2, "Dana: Hello.\nIt is your turn.")]


# --- cutting in -------------------------------------------------------------------------------------------


def test_an_agent_falls_silent_at_once_and_is_cut_off_when_the_person_speaks_on():
    """The floor is the person's after a second; what was heard ends at a word; the agent is told."""
    table = speaking()
    assert table.at(5, SpeechStarted("dana", 4.8)) == [PausePlayout("tech", 1)]
    table.at(5, PlaybackPaused("tech", 1, 1, 5.0, 4.5))
    answer = table.at(6, Woke("barge:1"))
    assert of(answer, StopPlayout, EndTurn) == [StopPlayout("tech", 1), EndTurn("tech", 1, "interrupted")]
    assert of(answer, GrantFloor)[0].to == "dana"
    table.at(6, PlaybackFinished("tech", 1, 1, 5.0, 4.5, "cut"))
    assert "interruption" in table.reports()
    cut = table.meeting.utterances()[0]
    assert (cut.heard, cut.was_cut, cut.end_s) == ("One two three. Four", True, 5.0)
    table.at(8, SpeechStopped("dana", 8.0))
    table.at(9, WordsHeard("biz", "Stop there."))
    answer = due(table, "hang")
    assert of(answer, Cue) == [Cue("biz", 3, "Tech (interrupted): One two three. Four\nIt is your turn.")]
    table.at(10, GrantAsked("tech"))
    assert of(table.says("biz"), Cue) == [
        Cue(
            "tech",
            4,
            'Dana: Stop there.\nBiz: Well.\nYou were cut off after: "One two three. Four"\nIt is your turn.',
        )
    ]


def test_a_false_interruption_is_made_good():
    """Where nothing follows, the turn goes on from the cut, and counts as heard whole."""
    table = speaking()
    table.at(5, SpeechStarted("dana", 4.8))
    table.at(5, PlaybackPaused("tech", 1, 1, 5.0, 4.5))
    assert table.at(5.3, SpeechStopped("dana", 5.3)) == []
    assert table.at(6, Woke("barge:1")) == []
    answer = table.at(6.8, Woke("resume:1"))
    assert of(answer, ResumePlayout) == [ResumePlayout("tech", 1)]
    assert table.reports() == ["false-interruption"]
    table.at(6.8, PlaybackResumed("tech", 1, 1, 6.8))
    table.at(12.8, PlaybackFinished("tech", 1, 1, 12.8, 10.0, "complete"))
    assert not table.meeting.utterances()[0].was_cut


def test_a_backchannel_does_not_take_the_floor():
    """Three words at most: the turn goes on as soon as they are known."""
    table = speaking()
    table.at(5, SpeechStarted("dana", 4.8))
    table.at(5.5, SpeechStopped("dana", 5.5))
    answer = table.at(6, WordsHeard("biz", "Yes, quite right."))
    assert of(answer, ResumePlayout) == [ResumePlayout("tech", 1)]
    assert table.reports() == ["backchannel", "false-interruption"]
    assert table.at(7, Woke("resume:1")) == []


def test_many_words_in_a_short_time_are_an_interruption():
    """They are the person's first words in its turn."""
    table = speaking()
    table.at(5, SpeechStarted("dana", 4.8))
    table.at(5.9, SpeechStopped("dana", 5.9))
    answer = table.at(6, WordsHeard("biz", "No, that is wrong."))
    assert of(answer, EndTurn, Attribute) == [
        EndTurn("tech", 1, "interrupted"),
        Attribute("dana", 2, "No, that is wrong.", True),
    ]
    assert of(due(table, "hang"), EndTurn) == [EndTurn("dana", 2, "finished")]


def test_speech_that_begins_again_keeps_the_turn_silent():
    """Two short stretches are judged by the second."""
    table = speaking()
    table.at(5, SpeechStarted("dana", 4.8))
    table.at(5.3, SpeechStopped("dana", 5.3))
    table.at(6.0, SpeechStarted("dana", 6.0))
    table.at(6.8, Woke("resume:1"))
    assert of(due(table, "barge"), EndTurn) == [EndTurn("tech", 1, "interrupted")]


def test_an_agent_that_was_granted_and_is_thinking_starts_silent():
    """Its reply is played when it is known that nobody interrupts."""
    table = Table(plan(TECH, BIZ, GUEST))
    table.open()
    assert of(table.at(1, SpeechStarted("dana", 1.0)), PausePlayout) == []
    assert of(table.begins("tech"), PausePlayout) == [PausePlayout("tech", 1)]
    table.at(1.5, SpeechStopped("dana", 1.5))
    assert of(table.at(3.0, Woke("resume:1")), ResumePlayout) == [ResumePlayout("tech", 1)]


def test_a_turn_that_ends_while_a_person_speaks_leaves_it_the_floor():
    """Whoever speaks has a free floor."""
    table = speaking()
    table.at(5, SpeechStarted("dana", 4.8))
    answer = table.at(5.1, PlaybackFinished("tech", 1, 1, 5.1, 4.1, "complete"))
    assert of(answer, GrantFloor)[0].to == "dana"


# --- more than one person ---------------------------------------------------------------------------------


def test_two_who_start_at_once_collide():
    """The first goes on; the other has the floor next; words are uncertain."""
    table = Table(plan(TECH, GUEST, ERIN, CHAIR))
    table.open()
    table.at(20, Woke("think:1"))
    table.at(20.1, SpeechStarted("dana", 20.1))
    table.at(20.3, SpeechStarted("erin", 20.3))
    assert (table.meeting.holder, table.reports()) == ("dana", ["collision"])
    table.at(21, SpeechStopped("erin", 21.0))
    table.at(22, SpeechStopped("dana", 22.0))
    assert of(table.at(23, WordsHeard("tech", "Both.")), Attribute) == [Attribute("dana", 2, "Both.", False)]
    assert table.meeting.floor_view.queue[0].participant == "erin"


def test_a_chair_that_starts_with_another_goes_first():
    """The other stops, and is first in the queue."""
    chair = evolve(ERIN, role=Role.CHAIR)
    table = Table(plan(TECH, GUEST, chair))
    table.open()
    table.at(20, Woke("think:1"))
    table.at(20.1, SpeechStarted("dana", 20.1))
    answer = table.at(20.3, SpeechStarted("erin", 20.3))
    assert of(answer, EndTurn) == [EndTurn("dana", 2, "interrupted")]
    assert table.meeting.holder == "erin"
    assert [waiting.participant for waiting in table.meeting.floor_view.queue] == ["dana"]


def test_speech_that_overlaps_later_is_no_collision():
    """But its words are uncertain."""
    table = Table(plan(GUEST, ERIN, TECH))
    table.open()
    table.at(1, SpeechStarted("dana", 1.0))
    table.at(2, SpeechStarted("erin", 2.0))
    assert (table.reports(), table.meeting.holder) == ([], "dana")
    assert of(table.at(3, WordsHeard("tech", "Who?")), Attribute)[0].is_certain is False


# --- ears and mutes ---------------------------------------------------------------------------------------


def test_the_holder_by_ear_does_not_hear_people():
    """Its service would fall silent at a cough; whoever was cut off reads what cut it off."""
    table = Table(plan(BY_EAR, EAR, GUEST))
    table.open()
    rows = {row.listener: row.speakers for row in table.commands(SetHearing)[-1].table}
    assert rows == {"tech": ("mod",), "mod": ("tech", "dana")}
    table.begins("tech", "A long remark about it.", 10.0)
    table.plays("tech")
    table.at(3, SpeechStarted("dana", 3.0))
    table.at(4, Woke("barge:1"))
    assert {row.listener: row.speakers for row in table.commands(SetHearing)[-1].table} == rows
    table.at(5, SpeechStopped("dana", 5.0))
    table.at(6, WordsHeard("mod", "Stop."))
    due(table, "hang")
    table.at(7, GrantAsked("tech"))
    table.says("mod")
    assert "Dana: Stop." in table.commands(Cue)[-1].text


def test_an_agent_alone_with_people_always_hears_them():
    """Nobody else could."""
    table = Table(plan(BY_EAR, GUEST))
    table.open()
    assert table.commands(SetHearing) == [SetHearing((Hearing("tech", ("dana",)),))]


def test_the_muted_are_heard_by_nobody_and_hold_nothing():
    """A muted holder's turn is cut, and it is not granted the floor until it is heard again."""
    table = speaking()
    answer = table.at(3, MuteAsked("tech", muted=True))
    assert of(answer, EndTurn) == [EndTurn("tech", 1, "interrupted")]
    assert of(answer, SetHearing)[0].muted == ("tech",)
    assert table.at(3, MuteAsked("tech", muted=True)) == []
    assert "tech" not in table.meeting.floor_view.present
    assert of(table.at(4, MuteAsked("tech", muted=False)), SetHearing)[0].muted == ()
    assert "tech" in table.meeting.floor_view.present


def test_a_muted_person_interrupts_nobody():
    """A turn that it has stopped goes on; what it says and types is nothing."""
    table = speaking()
    table.at(5, SpeechStarted("dana", 4.8))
    assert of(table.at(5.2, MuteAsked("dana", muted=True)), ResumePlayout) == [ResumePlayout("tech", 1)]
    table.at(5.3, SpeechStopped("dana", 5.3))
    table.at(5.4, SpeechStarted("dana", 5.4))
    assert table.at(5.5, TextTyped("dana", "Hello?")) == []
    assert table.reports() == ["false-interruption", "stale", "stale"]


@pytest.mark.parametrize(
    "event", [SpeechStarted("tech", 1.0), SpeechStopped("tech", 1.0), TextTyped("tech", "x")]
)
def test_agents_do_none_of_this(event):
    """Their speech is known otherwise."""
    table = speaking()
    table.at(2, event)
    assert table.reports() == ["stale"]


def test_a_person_has_no_replies():
    """What says so makes no sense."""
    table = speaking()
    table.at(2, ReplyStarted("dana", 1))
    table.at(2, ReplyWithdrawn("dana", 1, "lost"))
    assert table.reports() == ["stale", "stale"]


def test_whoever_had_its_hand_up_goes_first_of_two():
    """Priority comes before the first start; a hand that is not up counts as normal."""
    table = Table(plan(TECH, GUEST, ERIN))
    table.open()
    table.at(0, FloorRequested("erin", 1))
    table.at(20, Woke("think:1"))
    assert table.meeting.holder == "dana"
    table.at(20.1, SpeechStarted("dana", 20.1))
    table.at(20.2, SpeechStarted("erin", 20.2))
    assert table.meeting.holder == "erin"


def test_words_are_a_turns_own_for_four_seconds():
    """Behind that they are nobody's."""
    for late, found in ((3.9, 1), (4.1, 0)):
        table = Table(plan(GUEST, TECH, BIZ))
        table.open()
        table.at(1, SpeechStarted("dana", 1.0))
        table.at(1.2, SpeechStopped("dana", 1.2))
        table.at(2.4, Woke("hang:1"))
        answer = table.at(2.4 + late, WordsHeard("tech", "Late words."))
        assert len(of(answer, Attribute)) == found
