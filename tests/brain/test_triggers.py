"""Triggers: which moment of a meeting makes a clip play."""

import pytest

from trialogue.brain.triggers import Triggers
from trialogue.model.commands import AnswerTool, Attribute, EndTurn, GrantFloor, Play, RunTool
from trialogue.model.events import (
    Left,
    MeetingResumed,
    MeetingStarted,
    MuteAsked,
    PlaybackFinished,
    PlaybackStarted,
    ProcessSuspended,
    ReplySent,
    SentenceSaid,
    SpeechStarted,
    SpeechStopped,
    TextTyped,
    ToolFinished,
    ToolRequested,
    Woke,
)
from trialogue.model.expectations import (
    Happening,
    SeatPattern,
    SoundPattern,
    SpokenPattern,
    TimePattern,
    ToolPattern,
    Trigger,
)
from trialogue.model.patterns import PatternFault
from trialogue.model.plan import FloorRules
from trialogue.model.records import Record


def gone_off(triggers, *facts):
    """When which trigger goes off, where the fold is asked at every time that it wants and at each fact."""
    fold = Triggers.of(triggers)
    found = []

    def ask(until):
        while (at := fold.next_at) is not None and at <= until:
            found.extend((at, number) for number in fold.due(at))

    for seq, (at, event, *commands) in enumerate(facts, 1):
        ask(at)
        fold.take(Record(seq, at, event, tuple(commands)))
        ask(at)
    ask(1000.0)
    assert fold.next_at is None
    assert fold.due(1e9) == []
    return found


@pytest.mark.parametrize(
    ("outcome", "content"), [("succeeded", "0.08"), ("answered", "not allowed"), (None, "0.08")]
)
def test_a_call_that_is_answered_without_a_run_ends_what_waits_for_it(outcome, content):
    """An end or a clip that waits for Ben's call comes, also where Ann's result, or a refusal, answers it."""
    asked = ToolRequested("ann", 1, "c1", "prices", "{}"), ToolRequested("ben", 1, "c2", "prices", "{}")
    done = ToolFinished("ann", "c1", "succeeded", "0.08")
    found = gone_off(
        [Trigger(ToolPattern("prices", by="ben", outcome=outcome))],
        (1.0, asked[0], RunTool("ann", "c1", "prices", "{}")),
        (2.0, done, AnswerTool("ann", 1, "c1", "prices", "0.08")),
        (3.0, asked[1], AnswerTool("ben", 1, "c2", "prices", content)),
        (4.0, asked[1], AnswerTool("ben", 1, "c2", "prices", content)),
    )
    assert found == [(3.0, 0)]


@pytest.mark.parametrize(
    "end", [MuteAsked("dana", muted=True), Left("dana"), ProcessSuspended(60.0), MeetingResumed("1")]
)
def test_who_is_heard_no_more_speaks_no_longer(end):
    """A clip that waits for two seconds of Dana's speech does not come when Dana was muted after one."""
    speech = [Trigger(SoundPattern("dana", 2.0))]
    began = (1.0, SpeechStarted("dana", 1.0))
    assert gone_off(speech, began, (2.0, end), (9.0, Woke("t"))) == []
    assert gone_off(speech, began, (9.0, Woke("t"))) == [(3.0, 0)]


def test_nobody_speaks_while_the_process_is_stopped():
    """Speech of one second before a stop of a minute is not speech of thirty seconds."""
    fold = Triggers.of([Trigger(SoundPattern("dana", 30.0))])
    for seq, (at, event) in enumerate(
        [(10.0, SpeechStarted("dana", 10.0)), (71.0, ProcessSuspended(60.0, 60.0))], 1
    ):
        fold.take(Record(seq, at, event, ()))
    assert (fold.due(71.0), fold.next_at) == ([], None)


def typed(turn, at, text):
    """A turn of Dana in writing, which is read for a second."""
    words = Attribute("dana", turn, text, is_certain=True, begin_s=at, end_s=at + 1.0)
    return (
        (at, TextTyped("dana", text), GrantFloor("dana", turn, "asked for", 99.0), words),
        (at + 1.0, Woke("read"), EndTurn("dana", turn, "finished")),
    )


def heard(name, turn, start, end, reply=1):
    return (
        (start, PlaybackStarted(name, turn, reply, start)),
        (end, PlaybackFinished(name, turn, reply, end, end - start, "complete")),
    )


@pytest.mark.parametrize(("within", "found"), [(None, [(5.0, 0)]), (5.0, [(5.0, 0)]), (4.9, [])])
def test_late_matches_do_not_count(within, found):
    """A trigger goes off for a match until its last moment, and not for a later one."""
    trigger = Trigger(SoundPattern("tech", 3.0), within_s=within)
    assert gone_off([trigger], *heard("tech", 1, 2.0, 10.0)) == found


def test_speech_has_to_last():
    """`for` is measured from the first sound; what ends before is no match."""
    trigger = Trigger(SoundPattern("tech", 3.0))
    assert gone_off([trigger], *heard("tech", 1, 2.0, 4.0), *heard("tech", 2, 6.0, 10.0)) == [(9.0, 0)]


def test_speech_of_others_does_not_count():
    """A trigger on one participant's sound does not go off for another's."""
    assert gone_off([Trigger(SoundPattern("tech", 1.0))], *heard("biz", 1, 2.0, 9.0)) == []


def test_the_nth_turn_counts():
    """A turn with several replies counts once for `nth`."""
    facts = [
        *heard("tech", 1, 1.0, 3.0),
        *heard("tech", 1, 4.0, 6.0, reply=2),
        *heard("tech", 3, 8.0, 11.0, reply=3),
    ]
    assert gone_off([Trigger(SoundPattern("tech", 1.0), nth=2)], *facts) == [(9.0, 0)]


def test_a_persons_stretches_count_one_by_one():
    """`nth` counts each stretch of a person's speech, with a turn or without."""
    facts = [
        (1.0, SpeechStarted("dana", 0.9)),
        (2.0, SpeechStopped("dana", 1.6)),
        (5.0, SpeechStarted("dana", 4.9)),
    ]
    assert gone_off([Trigger(SoundPattern("dana"), nth=2)], *facts) == [(5.0, 0)]


def test_times_come_by_themselves():
    """`at` needs no record; `after` is added to any match."""
    triggers = [Trigger(TimePattern(12.0)), Trigger(TimePattern(3.0), after_s=2.0)]
    assert gone_off(triggers) == [(5.0, 1), (12.0, 0)]


def test_a_grant_is_seen_in_the_commands():
    """The floor going to one participant is no sign for another."""
    grant = GrantFloor("dana", 4, "asked", 90.0)
    dana, tech = (SeatPattern(name, Happening.GRANTED) for name in ("dana", "tech"))
    triggers = [Trigger(dana, after_s=0.3), Trigger(tech)]
    assert gone_off(triggers, (7.0, MeetingStarted(), grant)) == [(7.3, 0)]


def test_words_count_as_they_were_heard():
    """A pattern is searched in a turn's heard words at its end; what was cut off was not said."""
    facts = [
        (1.0, MeetingStarted(), GrantFloor("tech", 1, "next", 90.0), Play("tech", 1, 1)),
        (1.1, SentenceSaid("tech", 1, "The edge is near. It costs nothing.", 0.0)),
        (1.2, ReplySent("tech", 1, 4.0)),
        (1.3, PlaybackStarted("tech", 1, 1, 1.3)),
        (3.3, PlaybackFinished("tech", 1, 1, 3.3, 2.0, "cut"), EndTurn("tech", 1, "interrupted")),
    ]
    triggers = [
        Trigger(SpokenPattern(("(?i)edge",), "tech")),
        Trigger(SpokenPattern(("costs nothing",))),
        Trigger(SpokenPattern(("edge",), "biz")),
    ]
    assert gone_off(triggers, *facts) == [(3.3, 0)]


def test_typed_words_count():
    """A trigger on words also matches what a person types: once, when it has been read."""
    once, twice = (Trigger(SpokenPattern(("stop",)), nth=nth) for nth in (1, 2))
    assert gone_off([once, twice], *typed(1, 2.0, "please stop")) == [(3.0, 0)]


def test_a_trigger_goes_off_once():
    """A further match does not play the clip, or strike the fault, a second time."""
    facts = [fact for turn in (1, 2, 3) for fact in typed(turn, 2.0 * turn, "stop")]
    assert gone_off([Trigger(SpokenPattern(("stop",)), nth=2)], *facts) == [(5.0, 0)]


@pytest.mark.parametrize("source", ["(", "(a+)+(?=b)$"], ids=["none", "slow"])
def test_a_pattern_that_cannot_be_searched_is_told_at_once(source):
    """A pattern that could hold up a meeting is an error before it begins."""
    with pytest.raises(PatternFault):
        Triggers.of([Trigger(SpokenPattern((source,)))])


HANDS = FloorRules(policy="queue", otherwise="queue")


def test_speech_counts_when_it_has_lasted_though_nobody_asked_meanwhile():
    """A trigger on sound of some length goes off `after` its time, also without events between."""
    fold = Triggers.of([Trigger(SoundPattern("tech", 3.0), after_s=2.0)])
    fold.take(Record(1, 2.0, PlaybackStarted("tech", 1, 1, 2.0), ()))
    fold.take(Record(2, 6.0, PlaybackFinished("tech", 1, 1, 6.0, 4.0, "complete"), ()))
    assert (fold.next_at, fold.due(6.0), fold.due(7.0)) == (7.0, [], [0])
    late = Triggers.of([Trigger(SoundPattern("tech", 3.0), after_s=2.0)])
    late.take(Record(1, 2.0, PlaybackStarted("tech", 1, 1, 2.0), ()))
    assert (late.due(6.0), late.due(7.0)) == ([], [0])
