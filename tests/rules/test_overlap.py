"""Speech beside an agent's turn that is let pass for a while: cooperative overlap."""

from __future__ import annotations

from attrs import evolve
from playbook import BIZ, EAR, GUEST, TECH, Table, plan

from trialogue.model.commands import Attribute, EndTurn, GrantFloor, PausePlayout, ResumePlayout
from trialogue.model.events import (
    MuteAsked,
    PlaybackFinished,
    PlaybackPaused,
    SpeechStarted,
    SpeechStopped,
    ToolRequested,
    Woke,
    WordsHeard,
)
from trialogue.model.participants import Hears
from trialogue.model.plan import FloorRules, InterruptRules

BY_EAR = evolve(TECH, hears=Hears.AUDIO)
ERIN = evolve(GUEST, name="erin")


def of(commands, *kinds):
    """The commands of these classes."""
    return [command for command in commands if isinstance(command, kinds)]


def speaking(*cast, overlap_s=0.8, phases=("plays",)):
    """Tech has been heard since 1 s; Dana speaks beside it since 5 s, as it may for a while."""
    rules = FloorRules(interrupt=InterruptRules(overlap_s=overlap_s))
    table = Table(plan(*(cast or (TECH, BIZ, GUEST)), floor=rules))
    table.open()
    table.now = 1.0
    table.begins("tech", "One two three. Four five six. Seven eight nine.", 10.0)
    for phase in phases:
        getattr(table, phase)("tech")
    assert of(table.at(5, SpeechStarted("dana", 5.0)), PausePlayout) == []
    return table


def test_both_are_heard_for_as_long_as_is_allowed():
    """Then the agent falls silent, and a second after the speech began the floor is the person's."""
    table = speaking()
    assert of(table.at(5.8, Woke("overlap:1")), PausePlayout, EndTurn) == [PausePlayout("tech", 1)]
    table.at(5.8, PlaybackPaused("tech", 1, 1, 5.8, 4.8))
    answer = table.at(6, Woke("barge:1"))
    assert of(answer, EndTurn) == [EndTurn("tech", 1, "interrupted")]
    assert of(answer, GrantFloor)[0].to == "dana"


def test_an_overlap_longer_than_a_backchannel_puts_the_interruption_off():
    """Nobody is cut off within the time that is allowed."""
    table = speaking(overlap_s=2.0)
    assert table.at(6, Woke("barge:1")) == []
    assert table.at(6.5, WordsHeard("biz", "Right, and one more thing.")) == []
    answer = table.at(7, Woke("overlap:1"))
    assert of(answer, PausePlayout, EndTurn) == [
        PausePlayout("tech", 1),
        EndTurn("tech", 1, "interrupted"),
    ]
    assert of(answer, Attribute) == [Attribute("dana", 2, "Right, and one more thing.", True)]


def test_speech_that_is_over_in_time_changes_nothing():
    """However many words it had: they are noted as an overlap, and the turn was never stopped."""
    table = speaking()
    table.at(5.6, SpeechStopped("dana", 5.6))
    assert table.at(5.8, Woke("overlap:1")) == []
    table.at(6.2, WordsHeard("biz", "Quite right, all of it."))
    table.at(7.1, Woke("resume:1"))
    assert table.reports() == ["overlap"]
    assert table.commands(PausePlayout) == table.commands(ResumePlayout) == table.commands(Attribute) == []
    table.at(11, PlaybackFinished("tech", 1, 1, 11.0, 10.0, "complete"))
    assert not table.meeting.utterances()[0].was_cut


def test_speech_without_words_passes_as_well():
    """It is over when nothing follows."""
    table = speaking()
    table.at(5.6, SpeechStopped("dana", 5.6))
    table.at(7.1, Woke("resume:1"))
    assert table.reports() == ["overlap"]


def test_speech_that_begins_again_may_overlap_again():
    """Each stretch has its own time."""
    table = speaking(TECH, BIZ, GUEST, ERIN)
    table.at(5.6, SpeechStopped("dana", 5.6))
    table.at(6.5, SpeechStarted("erin", 6.5))
    assert table.at(7.1, Woke("resume:1")) == []
    assert of(table.at(7.3, Woke("overlap:1")), PausePlayout) == [PausePlayout("tech", 1)]
    assert table.reports() == ["overlap"]


def test_who_begins_again_at_once_does_not_gain_time():
    """The time of its new stretch counts from there, not from when the last one is forgotten."""
    table = speaking()
    table.at(5.2, SpeechStopped("dana", 5.2))
    table.at(5.4, SpeechStarted("dana", 5.4))
    assert of(table.at(6.2, Woke("overlap:1")), PausePlayout) == [PausePlayout("tech", 1)]
    assert of(table.at(6.4, Woke("barge:1")), EndTurn) == [EndTurn("tech", 1, "interrupted")]


def test_a_second_person_does_not_gain_time_for_the_first():
    """As long as the first goes on, the overlap is its own."""
    table = speaking(TECH, BIZ, GUEST, ERIN)
    table.at(5.4, SpeechStarted("erin", 5.4))
    assert of(table.at(5.8, Woke("overlap:1")), PausePlayout) == [PausePlayout("tech", 1)]
    assert table.reports() == []


def test_a_turn_that_waits_for_its_tool_by_then_is_not_stopped_again():
    """It is silent already, and its next reply begins silent."""
    table = speaking()
    table.at(5.1, ToolRequested("tech", 1, "c1", "prices", "{}"))
    table.at(5.4, PlaybackFinished("tech", 1, 1, 5.4, 4.4, "complete"))
    assert table.at(5.8, Woke("overlap:1")) == []
    table.now = 5.9
    assert of(table.begins("tech"), PausePlayout) == [PausePlayout("tech", 1)]


def test_the_words_of_two_texts_are_counted_together():
    """Few words of one that still speaks decide nothing; more of them do."""
    table = speaking()
    table.at(5.8, Woke("overlap:1"))
    assert table.at(5.85, WordsHeard("biz", "Stop there,")) == []
    answer = table.at(5.9, WordsHeard("biz", "if you please."))
    assert of(answer, EndTurn, Attribute) == [
        EndTurn("tech", 1, "interrupted"),
        Attribute("dana", 2, "Stop there, if you please.", True),
    ]


def test_a_reply_that_begins_beside_speech_starts_silent():
    """Only what is heard already may overlap."""
    rules = FloorRules(interrupt=InterruptRules(overlap_s=0.8))
    table = Table(plan(TECH, BIZ, GUEST, floor=rules))
    table.open()
    table.at(1, SpeechStarted("dana", 1.0))
    assert of(table.begins("tech"), PausePlayout) == [PausePlayout("tech", 1)]


def test_a_person_that_is_muted_overlaps_nothing():
    """The turn goes on as if nothing had been."""
    table = speaking()
    table.at(5.2, MuteAsked("dana", muted=True))
    assert table.at(5.8, Woke("overlap:1")) == []
    assert table.commands(PausePlayout) == []


def test_the_end_of_the_turn_leaves_the_floor_to_who_speaks():
    """As without an overlap."""
    table = speaking()
    answer = table.at(5.4, PlaybackFinished("tech", 1, 1, 5.4, 4.4, "complete"))
    assert of(answer, GrantFloor)[0].to == "dana"


def test_words_from_an_ear_that_heard_both_are_uncertain():
    """One ear cannot tell two voices at once apart; one that hears people alone can."""
    for cast, listener, is_certain in (
        ((BY_EAR, EAR, GUEST), "mod", False),
        ((TECH, BIZ, GUEST), "biz", True),
    ):
        table = speaking(*cast)
        table.at(5.8, Woke("overlap:1"))
        table.at(6, Woke("barge:1"))
        table.at(7, SpeechStopped("dana", 7.0))
        table.at(8, WordsHeard(listener, "Stop there, please, and listen."))
        assert [each.is_certain for each in table.commands(Attribute)] == [is_certain]
