"""Measures of a meeting, from its records alone; every rate has its n, and n < 10 supports no conclusion.

Each is defined in `docs/reference/measures.md`, with its formula and its source.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from trialogue.arguments import checks_arguments
from trialogue.model.commands import Cause, EndMeeting, EndTurn
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record
from trialogue.model.transcript import Utterance
from trialogue.report.cast import with_everybody
from trialogue.report.measures.floor import FloorMeasures, QueueMeasures, floor
from trialogue.report.measures.interruptions import (
    Interruptions,
    PairInterruptions,
    attempts,
    interruptions,
    without_backchannels,
)
from trialogue.report.measures.latency import LatencyMeasures, latency, responses
from trialogue.report.measures.selectivity import Selectivity, selectivity
from trialogue.report.measures.sessions import SessionMeasures, sessions
from trialogue.report.measures.shares import (
    Balance,
    Dominance,
    ParticipantMeasures,
    RowParts,
    balance,
    dominance,
    participants,
    typed_turns,
)
from trialogue.report.measures.spread import ENOUGH, Rate, Spread, rate, spread
from trialogue.report.measures.timing import Overlaps, PairTransfer, Silences, SoundTimes, Timing, timing
from trialogue.report.stretches import spoken_by, stretches, turns
from trialogue.report.tools import ToolRecord, tool_calls
from trialogue.values import frozen

__all__ = [
    "ENOUGH",
    "Balance",
    "Dominance",
    "FloorMeasures",
    "Interruptions",
    "LatencyMeasures",
    "Measures",
    "Overlaps",
    "PairInterruptions",
    "PairTransfer",
    "ParticipantMeasures",
    "QueueMeasures",
    "Rate",
    "Selectivity",
    "SessionMeasures",
    "Silences",
    "Spread",
    "Timing",
    "measures",
    "rate",
    "spread",
]


@frozen
class Measures:
    """Measures of a meeting as a whole, and of each participant."""

    duration_s: float
    """Seconds from the start to the end, or to the last record without an end."""

    participants: tuple[ParticipantMeasures, ...]
    """All participants, in the plan's order and then in that of their joining, also those never heard."""

    balance: Balance
    """Shares of the speech."""

    dominance: Dominance
    """Longest run of turns by one participant."""

    timing: Timing
    """Gaps and overlaps between turns."""

    interruptions: Interruptions
    """Interruptions and backchannels."""

    selectivity: Selectivity
    """Stops of agents: for interruptions, and without need for backchannels."""

    floor: FloorMeasures
    """Grants, requests, waits and revocations."""

    latency: LatencyMeasures
    """Times before sound, and before silence."""

    sessions: SessionMeasures
    """Losses and recoveries of sessions."""

    causes: Mapping[Cause, int]
    """Number of turns by the cause that ended them; other causes are absent."""

    refusals: int
    """Number of cues and injected messages that a service refused."""

    tools: tuple[ToolRecord, ...]
    """Every tool call, in order."""


@checks_arguments
def measures(plan: MeetingPlan, records: Sequence[Record], utterances: Iterable[Utterance] = ()) -> Measures:
    """Measures of a meeting; `utterances` is the fold of the same records, for the words."""
    plan = with_everybody(plan, records)
    heard, said = stretches(records), tuple(utterances)
    tries = attempts(heard, said, plan.floor.interrupt)
    taken = turns(without_backchannels(heard, tries))
    duration = _duration(records)
    ends = [command for record in records for command in record.commands if isinstance(command, EndTurn)]
    answered = responses(records)
    cut_in = interruptions(tries)
    cut_off = Counter(end.participant for end in ends if end.cause == "interrupted")
    held = floor(plan, records, said, duration)
    spoken = spoken_by(heard)
    parts = RowParts(
        stretches=heard,
        said=said,
        typed=typed_turns(records, said, heard),
        interrupted=cut_off,
        responses=answered.waits,
        interruptions=cut_in,
        taken=taken,
    )
    return Measures(
        duration_s=duration,
        participants=participants(plan, parts),
        balance=balance([spoken.get(each.name, 0.0) for each in plan.participants if each.may_speak]),
        dominance=dominance(taken),
        timing=timing(records, SoundTimes(heard, taken), answered, duration),
        interruptions=cut_in,
        selectivity=selectivity(plan, records, tries),
        floor=held,
        latency=latency(records),
        sessions=sessions(records),
        causes=Counter(end.cause for end in ends),
        refusals=held.refusals,
        tools=tool_calls(records),
    )


def _duration(records: Sequence[Record]) -> float:
    for record in records:
        if any(isinstance(command, EndMeeting) for command in record.commands):
            return record.at
    return records[-1].at if records else 0.0
