"""Measures of a meeting, from its records alone; every rate with its n, no verdict when n < 10."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final

from attrs import frozen

from trialogue.model.commands import Cause, EndMeeting, EndTurn, GrantFloor
from trialogue.model.events import (
    InjectionRefused,
    PlaybackStarted,
    SessionLost,
    SessionReady,
)
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record
from trialogue.model.transcript import Utterance
from trialogue.report.stretches import Stretch, spoken_s, stretches, time_with, turns
from trialogue.report.tools import ToolCall, tool_calls

_SPOKEN: Final = re.compile(r"\w")
"""A word has a letter or a digit; a dash between spaces is none."""

ENOUGH: Final = 10
"""Fewer observations than this are told, and nothing is concluded from them."""


@frozen
class Spread:
    """How observations of one kind are spread, in seconds."""

    n: int
    """How many there are."""

    p50: float | None
    """The median, by nearest rank; None for none."""

    p95: float | None
    """The 95th percentile, by nearest rank; None for none."""

    @property
    def is_enough(self) -> bool:
        """Whether anything may be concluded from it."""
        return self.n >= ENOUGH


@frozen
class ParticipantMeasures:
    """One participant's part in the meeting."""

    name: str
    """Who."""

    turns: int
    """Turns in which it was heard."""

    spoken_s: float
    """Seconds in which it was heard."""

    share: float | None
    """Its speech over the sum of everybody's (floor share); None while nobody was heard."""

    words: int
    """Words of it that were heard."""

    words_per_minute: float | None
    """Its words over its minutes of speech; None without speech."""

    mean_turn_s: float | None
    """Mean speech of its turns, with `turns` as its n; None without turns."""

    interruptions: int
    """Turns of its that ended because somebody else began (`interrupted`)."""

    response: Spread
    """From its grants to its first sound."""


@frozen
class Balance:
    """How evenly those who may speak shared the floor."""

    n: int
    """How many may speak."""

    gini: float | None
    """Inequality of their speech: 0 equal, (n - 1) / n all by one (Gini 1912); None without speech."""

    entropy: float | None
    """Entropy of their shares over its maximum, log n (Shannon 1948): 1 equal, 0 all by one; None
    without speech or for n < 2."""


@frozen
class Timing:
    """How turns followed each other."""

    transfer: Spread
    """Floor transfer offsets: the start of a turn less the end of the one before it, where the speaker
    changes; above 0 a gap, below 0 an overlap (Heldner and Edlund 2010; Stivers et al. 2009)."""

    gaps: int
    """Transfers with an offset above 0."""

    overlaps: int
    """Transfers with an offset below 0."""

    response: Spread
    """Response latency: from a grant to the first sound of its turn."""

    silence_share: float | None
    """Time in which nobody was heard over the meeting's; None for a meeting of no time."""

    overlap_ratio: float | None
    """Time with two voices or more over time with one or more, as diarization counts it; None without
    speech."""


@frozen
class SessionMeasures:
    """How the sessions held."""

    lost: int
    """Sessions that ended and should not have."""

    recovery: Spread
    """From a lost session to the participant's next that was ready; its n is how many came back."""


@frozen
class Measures:
    """What the records say about a meeting as a whole, and about each participant."""

    duration_s: float
    """From the start to the end, or to the last record where there is none."""

    participants: tuple[ParticipantMeasures, ...]
    """Everybody, in the plan's order; those who were never heard too."""

    balance: Balance
    """How evenly the floor was shared."""

    timing: Timing
    """How turns followed each other."""

    sessions: SessionMeasures
    """How the sessions held."""

    causes: Mapping[Cause, int]
    """How many turns ended by which cause; causes that ended none are absent."""

    refusals: int
    """Cues and injected messages that a service did not take."""

    tools: tuple[ToolCall, ...]
    """Every tool call, in order."""


def measures(plan: MeetingPlan, records: Sequence[Record], utterances: Iterable[Utterance] = ()) -> Measures:
    """Measure a meeting; `utterances` is the fold of the same records, for the words alone."""
    heard = stretches(records)
    duration = _duration(records)
    return Measures(
        duration_s=duration,
        participants=_participants(plan, records, heard, utterances),
        balance=_balance([spoken_s(heard, each.name) for each in plan.participants if each.may_speak]),
        timing=_timing(records, heard, duration),
        sessions=_sessions(records),
        causes=Counter(end.cause for end in _ends(records)),
        refusals=sum(1 for record in records if isinstance(record.event, InjectionRefused)),
        tools=tool_calls(records),
    )


def _participants(
    plan: MeetingPlan, records: Sequence[Record], heard: Sequence[Stretch], utterances: Iterable[Utterance]
) -> tuple[ParticipantMeasures, ...]:
    words: Counter[str] = Counter()
    for utterance in utterances:
        words[utterance.participant] += sum(1 for word in utterance.heard.split() if _SPOKEN.search(word))
    held = Counter(turn.participant for turn in turns(heard))
    interrupted = Counter(end.participant for end in _ends(records) if end.cause == "interrupted")
    responses = _responses(records)
    spoken = {each.name: spoken_s(heard, each.name) for each in plan.participants}
    return tuple(
        ParticipantMeasures(
            name=name,
            turns=held[name],
            spoken_s=seconds,
            share=_ratio(seconds, sum(spoken.values())),
            words=words[name],
            words_per_minute=_ratio(words[name] * 60.0, seconds),
            mean_turn_s=_ratio(seconds, held[name]),
            interruptions=interrupted[name],
            response=spread(wait for who, wait in responses if who == name),
        )
        for name, seconds in spoken.items()
    )


def _timing(records: Sequence[Record], heard: Sequence[Stretch], duration: float) -> Timing:
    offsets = [
        after.start_s - before.end_s
        for before, after in pairwise(turns(heard))
        if before.participant != after.participant
    ]
    one, two = time_with(heard)
    return Timing(
        transfer=spread(offsets),
        gaps=sum(1 for offset in offsets if offset > 0),
        overlaps=sum(1 for offset in offsets if offset < 0),
        response=spread(wait for _, wait in _responses(records)),
        silence_share=_ratio(max(0.0, duration - one), duration),
        overlap_ratio=_ratio(two, one),
    )


def _sessions(records: Sequence[Record]) -> SessionMeasures:
    lost, recoveries = 0, list[float]()
    since: dict[str, float] = {}
    for record in records:
        match record.event:
            case SessionLost(participant=name):
                lost += 1
                since.setdefault(name, record.at)
            case SessionReady(participant=name) if name in since:
                recoveries.append(record.at - since.pop(name))
            case _:
                pass
    return SessionMeasures(lost, spread(recoveries))


def _responses(records: Sequence[Record]) -> list[tuple[str, float]]:
    """Who began to be heard how long after each grant; turns that stayed silent have none."""
    granted: dict[tuple[str, int], float] = {}
    waits: list[tuple[str, float]] = []
    for record in records:
        match record.event:
            case PlaybackStarted(participant=name, turn=turn) if (name, turn) in granted:
                waits.append((name, record.at - granted.pop((name, turn))))
            case _:
                pass
        for command in record.commands:
            if isinstance(command, GrantFloor):
                granted[command.to, command.turn] = record.at
    return waits


def _ends(records: Sequence[Record]) -> list[EndTurn]:
    return [command for record in records for command in record.commands if isinstance(command, EndTurn)]


def _duration(records: Sequence[Record]) -> float:
    for record in records:
        if any(isinstance(command, EndMeeting) for command in record.commands):
            return record.at
    return records[-1].at if records else 0.0


def _balance(spoken: Sequence[float]) -> Balance:
    n, total = len(spoken), sum(spoken)
    if total <= 0:
        return Balance(n, None, None)
    shares = [each / total for each in spoken]
    gini = sum(abs(one - other) for one in shares for other in shares) / (2 * n)
    if n < 2:
        return Balance(n, gini, None)
    bits = -sum(share * math.log(share) for share in shares if share > 0)
    return Balance(n, gini, bits / math.log(n))


def spread(observations: Iterable[float]) -> Spread:
    """Count, median and 95th percentile of some observations, by nearest rank."""
    ordered = sorted(observations)
    if not ordered:
        return Spread(0, None, None)
    return Spread(len(ordered), _rank(ordered, 0.5), _rank(ordered, 0.95))


def _rank(ordered: Sequence[float], part: float) -> float:
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)]


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None
