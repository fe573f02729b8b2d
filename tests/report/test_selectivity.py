"""Whether agents stop for interruptions, and for nothing else."""

import pytest

from trialogue.brain.words.transcript import utterances
from trialogue.model.commands import Attribute, EndTurn, GrantFloor
from trialogue.model.events import (
    MeetingStarted,
    PlaybackFinished,
    PlaybackPaused,
    PlaybackResumed,
    PlaybackStarted,
    SpeechStarted,
    SpeechStopped,
    Woke,
)
from trialogue.model.participants import Kind, Participant
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record
from trialogue.report.measures import measures

PLAN = MeetingPlan(
    "m", (Participant("ada"), Participant("kim", kind=Kind.HUMAN), Participant("lee", kind=Kind.HUMAN))
)


def told(*facts):
    """The selectivity of a meeting of these facts."""
    ordered = sorted(facts, key=lambda fact: fact[0])
    records = [
        Record(seq, at, event, tuple(commands)) for seq, (at, event, *commands) in enumerate(ordered, 1)
    ]
    return measures(PLAN, records, utterances(records)).selectivity


def ada(end, cause="finished", outcome="complete"):
    """Ada's turn from 0 s to `end`."""
    return [
        (0.0, MeetingStarted(), GrantFloor("ada", 1, "first", 90.0)),
        (0.0, PlaybackStarted("ada", 1, 1, 0.0)),
        (end, PlaybackFinished("ada", 1, 1, end, end, outcome), EndTurn("ada", 1, cause)),
    ]


def speech(name, begin, end):
    return [(begin, SpeechStarted(name, begin)), (end, SpeechStopped(name, end))]


def small(name, begin, end):
    """Speech that the meeting took for a backchannel."""
    said = Attribute(name, 1, "mm-hm", is_certain=True, beside="backchannel", begin_s=begin, end_s=end)
    return [*speech(name, begin, end), (end + 0.001, Woke("x"), said)]


def paused(begin, end):
    return [
        (begin, PlaybackPaused("ada", 1, 1, begin, begin)),
        (end, PlaybackResumed("ada", 1, 1, end)),
    ]


def test_an_interruption_that_cut_the_turn_stopped_it():
    """An interruption that cut a turn counts as a stop, with the time until silence."""
    found = told(*ada(5.2, "interrupted", "cut"), *speech("kim", 4.0, 9.0))
    assert (found.stopped.hits, found.stopped.n) == (1, 1)
    assert found.latency.p50 == pytest.approx(1.2)
    assert found.false_stops.n == 0


def test_one_that_was_talked_down_stopped_nobody():
    """An interruption during which the agent came to its own end counts as no stop."""
    found = told(*ada(9.0), *speech("kim", 4.0, 8.0))
    assert (found.stopped.hits, found.stopped.n) == (0, 1)


def test_a_backchannel_beside_speech_that_goes_on_is_no_stop():
    """An agent that talks on beside a backchannel counts as right: 0 of 1 stopped."""
    found = told(*ada(9.0), *small("kim", 4.0, 4.4))
    assert (found.false_stops.hits, found.false_stops.n) == (0, 1)


def test_a_backchannel_that_paused_the_agent_is_a_false_stop():
    """A backchannel that paused an agent counts as a false stop, though it went on."""
    found = told(*ada(9.0), *small("kim", 4.0, 4.4), *paused(4.2, 5.0))
    assert (found.false_stops.hits, found.false_stops.n) == (1, 1)
    assert found.false_latency.p50 == pytest.approx(0.2)


def test_sound_that_ended_by_itself_stopped_for_nobody():
    """A backchannel over an agent's last words does not count as a stop."""
    found = told(*ada(4.3), *small("kim", 4.0, 4.4))
    assert (found.false_stops.hits, found.stopped.hits) == (0, 0)


def test_one_silence_has_one_cause():
    """A turn that an interruption cut is not counted as stopped by another's backchannel, too."""
    found = told(*ada(5.0, "interrupted", "cut"), *speech("kim", 4.0, 9.0), *small("lee", 4.2, 4.6))
    assert (found.stopped.hits, found.stopped.n) == (1, 1)
    assert (found.false_stops.hits, found.false_stops.n) == (0, 1)


def test_a_cut_by_a_limit_is_no_stop():
    """A turn that the hold's limit ended does not count as stopped by a backchannel."""
    found = told(*ada(5.0, "hold-limit", "cut"), *small("kim", 4.8, 5.1))
    assert (found.false_stops.hits, found.false_stops.n) == (0, 1)
