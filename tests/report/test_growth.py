"""Work of a page grows with its meeting, not with its square: one of a changed journal ends, too."""

import sys
from types import FrameType

import pytest

from trialogue.brain.words.transcript import utterances
from trialogue.expect import HeldRecords, judge
from trialogue.model.commands import Attribute, EndTurn, GrantFloor, Play
from trialogue.model.events import (
    EarHeard,
    MeetingStarted,
    PlaybackFinished,
    PlaybackStarted,
    ReplyStarted,
    SentenceSaid,
    SpeechStarted,
    SpeechStopped,
)
from trialogue.model.expectations import Bound, EndPattern, Expectations, Expected, SoundPattern, Whenever
from trialogue.model.participants import Kind, Participant
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record
from trialogue.report.page import PageSource, content
from trialogue.report.result import Run, result

N = 40


def agents_in_turn(n):
    """Each turn another agent's, each by its own name."""
    yield 0.0, MeetingStarted(), ()
    for turn in range(1, n + 1):
        name, at = f"p{turn}", turn * 4.0
        yield at, ReplyStarted(name, turn), (GrantFloor(name, turn, "next", at), Play(name, turn, turn))
        yield at, SentenceSaid(name, turn, f"I think as p{turn - 1} does.", 0.0), ()
        yield at, PlaybackStarted(name, turn, turn, at), ()
        yield (
            at + 1,
            PlaybackFinished(name, turn, turn, at + 1, 1.0, "complete"),
            (EndTurn(name, turn, "finished"),),
        )


def people_beside(n):
    """Backchannels beside one long turn."""
    yield 0.0, PlaybackStarted("p0", 1, 1, 0.0), (GrantFloor("p0", 1, "next", 0.0),)
    for number in range(1, n + 1):
        name, at = f"p{number}", number * 1.0
        yield at, SpeechStarted(name, at), ()
        yield at + 0.4, SpeechStopped(name, at + 0.4), ()
        words = Attribute(name, 1, "Mhm.", is_certain=True, beside="backchannel", begin_s=at, end_s=at + 0.4)
        yield at + 0.5, EarHeard(name, 1, number, "Mhm.", at, at + 0.4, "final"), (words,)


def voices_without_an_end(n):
    """A few who begin again and again, whose sound never ends: its ends were deleted."""
    for number in range(n):
        yield float(number), PlaybackStarted(f"p{number % 4}", number, number, float(number)), ()


def page(plan, records):
    """Make the page of a meeting."""
    said = utterances(records)
    content(PageSource(plan, records, said, result(plan, records, said, Run("virtual"))))


def verdict(plan, records):
    """Look at the shares of one participant and of all after each turn, and at what follows each sound."""
    when, then = Expected(SoundPattern("p1"), "", ""), Expected(SoundPattern("p0"), "", "")
    bounds = (
        Whenever(when, then, "expect.always[2]"),
        Bound("overlap-ratio", "max", 0.9, (), "", "expect.always[0]"),
        Bound("floor-share", "max", 0.9, ("p1",), "", "expect.always[1]"),
    )
    held = HeldRecords(records, result(plan, records, utterances(records), Run("virtual")))
    judge(Expectations(always=bounds, at_end=(Expected(EndPattern("unfinished"), "", ""),)), held)


def steps(make, n, use=page):
    """Opcodes that one use of a meeting of `n` takes."""
    seats = 2 if make is two_in_turn else n + 1
    plan = MeetingPlan("grown", tuple(Participant(f"p{number}", kind=Kind.HUMAN) for number in range(seats)))
    records = tuple(Record(seq, *fact) for seq, fact in enumerate(make(n), 1))
    taken = 0

    def count(frame: FrameType, event: str, _: object):
        nonlocal taken
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        taken += event == "opcode"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        use(plan, records)
    finally:
        sys.settrace(before)
    return taken


@pytest.mark.parametrize("make", [agents_in_turn, people_beside, voices_without_an_end])
def test_twice_the_meeting_is_twice_the_work(make):
    """The work for a report grows no faster than its meeting, counted in steps of the interpreter."""
    steps(make, 2)  # what is made at the first use is made
    assert steps(make, 2 * N) < 2.5 * steps(make, N)


def two_in_turn(n):
    """The turns of two agents, one after the other."""
    for turn in range(1, n + 1):
        name, at = f"p{turn % 2}", turn * 4.0
        yield at, ReplyStarted(name, turn), (GrantFloor(name, turn, "next", at), Play(name, turn, turn))
        yield at, PlaybackStarted(name, turn, turn, at), ()
        finished = PlaybackFinished(name, turn, turn, at + 1, 1.0, "complete")
        yield at + 1, finished, (EndTurn(name, turn, "finished"),)


def test_twice_the_turns_are_twice_the_work_of_a_verdict():
    """Each turn is looked up where the one before was, not from the start of the meeting again."""
    steps(two_in_turn, 2, verdict)
    assert steps(two_in_turn, 4 * N, verdict) < 2.5 * steps(two_in_turn, 2 * N, verdict)
