"""Measures from hand-made records, each by its definition."""

import math

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from report_values import MEETING, PLAN, UTTERANCES, grant, records

from trialogue.model.commands import EndTurn
from trialogue.model.events import (
    MeetingStarted,
    PlaybackFinished,
    PlaybackStarted,
    SessionLost,
    SessionReady,
    SpeechStarted,
    SpeechStopped,
    TextTyped,
    ToolCallCancelled,
    ToolFinished,
    ToolRequested,
    Woke,
)
from trialogue.model.participants import Kind, Participant, Role
from trialogue.model.plan import MeetingPlan
from trialogue.model.text import UNCLEAR, mask
from trialogue.model.transcript import Utterance
from trialogue.report.measures import (
    Balance,
    Dominance,
    FloorMeasures,
    Interruptions,
    LatencyMeasures,
    Measures,
    Overlaps,
    PairInterruptions,
    PairTransfer,
    ParticipantMeasures,
    QueueMeasures,
    Rate,
    Selectivity,
    SessionMeasures,
    Silences,
    Spread,
    Timing,
    measures,
    spread,
)
from trialogue.report.tools import ToolRecord, tool_calls

NONE = Spread(0, None, None, None)
NEVER = Rate(0, 0, None)


def test_whole_meeting_is_measured():
    """Every figure of a small meeting is the one reckoned by hand."""
    first, second, third = 4.0, 4.5, 2.0
    total = first + second + third
    shares = [first / total, second / total, third / total]
    assert measures(PLAN, MEETING, UTTERANCES) == Measures(
        duration_s=20.0,
        participants=(
            ParticipantMeasures("ada", 1, 4.0, shares[0], 5, 75.0, 4.0, 0, Spread(1, 1.0, 1.0, 1.0), 0, 0.0),
            ParticipantMeasures(
                "tech_lead", 1, 4.5, shares[1], 5, 5 * 60 / 4.5, 4.5, 1, Spread(1, 1.0, 1.0, 1.0), 0, 0.0
            ),
            ParticipantMeasures("eve", 0, 0.0, 0.0, 0, None, None, 0, NONE, 0, 0.0),
            ParticipantMeasures("kim", 1, 2.0, shares[2], 2, 60.0, 2.0, 0, NONE, 0, 0.0),
        ),
        balance=Balance(
            3,
            pytest.approx((0.5 + 2.0 + 2.5) / total / 3),
            pytest.approx(-sum(share * math.log(share, 3) for share in shares)),
        ),
        dominance=Dominance("ada", 1),
        timing=Timing(
            transfer=Spread(2, 0.25, 1.0, 1.0),
            pairs=(
                PairTransfer("ada", "tech_lead", Spread(1, 1.0, 1.0, 1.0)),
                PairTransfer("tech_lead", "kim", Spread(1, -0.5, -0.5, -0.5)),
            ),
            gaps=1,
            overlaps=1,
            response=Spread(2, 1.0, 1.0, 1.0),
            responding=Rate(2, 2, 1.0),
            takeover=Rate(1, 1, 1.0),
            silence_share=0.5,
            silences=Silences(NONE, Spread(1, 1.0, 1.0, 1.0), NONE),
            overlap=Overlaps(0, 0, 1, 0.5, 0.05),
        ),
        interruptions=Interruptions(
            tried=1,
            succeeded=1,
            failed=0,
            pairs=(PairInterruptions("kim", "tech_lead", 1, 1, 0),),
            yielding=Rate(1, 1, 1.0),
            yield_latency=Spread(1, 0.5, 0.5, 0.5),
            backchannels=0,
            backchannels_of={},
        ),
        selectivity=Selectivity(Rate(1, 1, 1.0), Spread(1, 0.5, 0.5, 0.5), NEVER, NONE),
        floor=FloorMeasures(
            grants=2,
            requests=0,
            wait=NONE,
            queue=QueueMeasures(0.0, 0),
            cancelled=0,
            refusals=1,
            revocations={"interrupted": 1},
            addressee=NEVER,
        ),
        latency=LatencyMeasures(NONE, NONE, NONE, NONE, NONE, NONE, Spread(1, 0.5, 0.5, 0.5)),
        sessions=SessionMeasures(1, Spread(1, 1.5, 1.5, 1.5), Spread(1, 4.0, 4.0, 4.0)),
        causes={"finished": 1, "interrupted": 1},
        refusals=1,
        tools=(
            ToolRecord("tech_lead", "c1", "search_it", 6.5, "succeeded", pytest.approx(0.3)),
            ToolRecord("ada", "c2", "give_floor", 14.0, "answered", 0.0),
        ),
    )


def test_nothing_is_measured_of_nothing():
    """A meeting without records has no rates, rather than made-up ones."""
    measured = measures(PLAN, ())
    assert measured.duration_s == 0.0
    assert measured.balance == Balance(3, None, None)
    assert measured.timing == Timing(
        NONE, (), 0, 0, NONE, NEVER, NEVER, None, Silences(NONE, NONE, NONE), Overlaps(0, 0, 0, 0, None)
    )
    assert measured.floor == FloorMeasures(0, 0, NONE, QueueMeasures(None, 0), 0, 0, {}, NEVER)
    assert measured.sessions == SessionMeasures(0, NONE, NONE)
    assert measured.dominance == Dominance(None, 0)
    assert [each.share for each in measured.participants] == [None] * 4


def test_meeting_without_an_end_lasts_until_its_last_record():
    """A meeting that crashed has a duration, and measures."""
    assert measures(PLAN, records((1.0, Woke("x")), (7.5, Woke("y")))).duration_s == 7.5


def monologue(*names):
    plan = MeetingPlan("x", (*map(Participant, names), Participant("eve", Role.OBSERVER)))
    heard = (
        (0.0, PlaybackStarted("ada", 1, 1, 0.0)),
        (4.0, PlaybackFinished("ada", 1, 1, 4.0, 4.0, "complete")),
    )
    return measures(plan, records(*heard)).balance


def test_balance_of_one_voice():
    """A meeting in which one participant says everything has the highest Gini and no entropy."""
    assert monologue("ada", "bob", "cid", "dan") == Balance(4, 0.75, 0.0)
    assert monologue("ada") == Balance(1, 0.0, None)


@given(st.lists(st.floats(0.1, 100), min_size=2, max_size=6))
def test_balance_stays_in_its_bounds(lengths):
    """Gini and entropy stay between 0 and 1, and equal shares give 0 and 1."""
    names = [f"p{index}" for index in range(len(lengths))]
    facts = []
    for index, (name, length) in enumerate(zip(names, lengths, strict=True)):
        at = index * 1000.0
        facts += [
            (at, PlaybackStarted(name, index, 1, at)),
            (at + length, PlaybackFinished(name, index, 1, at + length, length, "complete")),
        ]
    balance = measures(MeetingPlan("x", tuple(map(Participant, names))), records(*facts)).balance
    assert -1e-9 <= balance.gini <= (len(names) - 1) / len(names) + 1e-9
    assert -1e-9 <= balance.entropy <= 1 + 1e-9
    if len(set(lengths)) == 1:
        assert (balance.gini, balance.entropy) == (pytest.approx(0, abs=1e-9), pytest.approx(1))


def test_own_next_turn_is_no_transfer():
    """Only a change of speaker transfers the floor."""
    measured = measures(
        PLAN,
        records(
            (0.0, PlaybackStarted("ada", 1, 1, 0.0)),
            (1.0, PlaybackFinished("ada", 1, 1, 1.0, 1.0, "complete")),
            (2.0, PlaybackStarted("ada", 2, 2, 2.0)),
            (3.0, PlaybackFinished("ada", 2, 2, 3.0, 1.0, "complete")),
        ),
    )
    assert (measured.timing.transfer, measured.participants[0].turns) == (NONE, 2)


def test_silent_turn_has_no_response():
    """A turn in which nobody spoke has no latency, and a turn's second reply adds none."""
    measured = measures(
        PLAN,
        records(
            (0.0, Woke("x"), grant("ada", 1, 0.0)),
            (9.0, Woke("y"), EndTurn("ada", 1, "timeout"), grant("tech_lead", 2, 9.0)),
            (9.5, PlaybackStarted("tech_lead", 2, 1, 9.5)),
            (9.7, PlaybackStarted("tech_lead", 2, 2, 9.7)),
        ),
    )
    assert measured.timing.response == Spread(1, 0.5, 0.5, 0.5)
    assert measured.causes == {"timeout": 1}


def test_recovery_counts_from_the_first_loss():
    """A session that is lost twice before it is ready counts as one recovery, from the first loss."""
    measured = measures(
        PLAN,
        records(
            (0.0, SessionReady("ada", 1)),
            (1.0, SessionLost("ada", 1, "gone", 0.1)),
            (2.0, SessionLost("ada", 2, "gone", 0.1)),
            (4.0, SessionReady("ada", 3)),
            (5.0, SessionLost("tech_lead", 1, "gone", 0.1)),
        ),
    )
    assert measured.sessions == SessionMeasures(2, Spread(1, 3.0, 3.0, 3.0), NONE)


@pytest.mark.parametrize(
    ("observations", "expected"),
    [
        ([], NONE),
        ([3.0], Spread(1, 3.0, 3.0, 3.0)),
        ([2.0, 1.0], Spread(2, 1.5, 2.0, 2.0)),
        (range(1, 101), Spread(100, 50.5, 95, 99)),
    ],
)
def test_median_and_percentiles(observations, expected):
    """The percentiles in reports are those of the usual definition."""
    assert spread(observations) == expected


@pytest.mark.parametrize(("n", "enough"), [(0, False), (9, False), (10, True)])
def test_nothing_is_concluded_from_few(n, enough):
    """Fewer than ten observations give no verdict."""
    assert spread([1.0] * n).is_enough is enough


def test_tool_calls_end_once():
    """A repeated call counts once, with its first end."""
    calls = tool_calls(
        records(
            (1.0, ToolRequested("ada", 1, "a", "find", "{}")),
            (1.5, ToolRequested("ada", 1, "a", "find", "{}")),
            (2.0, ToolFinished("ada", "a", "timed-out", "late")),
            (3.0, ToolCallCancelled("ada", "a")),
            (4.0, ToolRequested("ada", 1, "b", "find", "{}")),
            (5.0, ToolCallCancelled("ada", "b")),
            (6.0, ToolRequested("ada", 1, "c", "find", "{}")),
            (7.0, ToolRequested("ada", 1, "d", "look", "{}", ours=False)),
            (8.0, ToolFinished("bob", "z", "failed", "")),
        )
    )
    assert [(call.call_id, call.outcome, call.duration_s) for call in calls] == [
        ("a", "timed-out", 1.0),
        ("b", "cancelled", 1.0),
        ("c", "unanswered", None),
        ("d", "not-ours", None),
    ]


def test_the_mark_of_unclear_speech_is_no_word():
    """A person without an ear was heard, and no word is known: it has no number of words, and no pace."""
    heard = records(
        (0.0, MeetingStarted()), (1.0, SpeechStarted("kim", 1.0)), (31.0, SpeechStopped("kim", 31.0))
    )
    known = Utterance("kim", 2, 21.0, 31.0, "That is all.", "That is all.", "finished")
    unclear = Utterance("kim", 1, 1.0, 11.0, UNCLEAR, UNCLEAR, "finished", is_certain=False)
    for said, words in (((unclear,), None), ((unclear, known), 3)):
        (row,) = [each for each in measures(PLAN, heard, said).participants if each.name == "kim"]
        assert (row.words, row.words_per_minute) == (words, words and words * 2.0)
        hidden = [evolve(each, heard=mask(each.heard), intended=mask(each.intended)) for each in said]
        (row,) = [each for each in measures(PLAN, heard, hidden).participants if each.name == "kim"]
        assert row.words == words  # as of a redacted journal


def test_turns_in_writing_are_counted_apart():
    """Typed turns count as turns with words, and not as speech."""
    plan = MeetingPlan("typed", (Participant("ada"), Participant("kim", kind=Kind.HUMAN)))
    typed = records(
        (1.0, TextTyped("kim", "I say yes."), grant("kim", 1, 1.0)),
        (3.0, Woke("read"), EndTurn("kim", 1, "finished")),
        (4.0, SpeechStarted("kim", 4.0), grant("kim", 2, 4.0)),
        (6.0, SpeechStopped("kim", 6.0), EndTurn("kim", 2, "finished")),
    )
    said = [
        Utterance("kim", 1, 1.0, 3.0, "I say yes.", "I say yes.", "finished"),
        Utterance("kim", 2, 4.0, 6.0, "And no more.", "And no more.", "finished"),
    ]
    kim = measures(plan, typed, said).participants[1]
    assert (kim.turns, kim.typed, kim.mean_turn_s, kim.words) == (1, 1, 2.0, 6)
    assert kim.words_per_minute == 90.0
