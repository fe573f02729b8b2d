"""Measures for bounds, each with the moments of its observations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, Literal

from trialogue.model.commands import EndTurn, GrantFloor
from trialogue.model.records import Record
from trialogue.report.measures.borders import borders
from trialogue.report.measures.latency import MeasuredDelay, responses, stops
from trialogue.report.measures.shares import ParticipantMeasures
from trialogue.report.result import Result
from trialogue.report.stretches import Stretch, joined, spoken_by, stretches, time_with
from trialogue.values import frozen

Unit = Literal["time", "share", "count", "money"]
"""Unit of a measure."""


@frozen
class Observed:
    """Observation of a measure."""

    at: float
    """Moment, in seconds since the meeting's start."""

    value: float
    """Observed value."""

    participant: str | None = None
    """Participant concerned."""

    is_known: bool = True
    """Whether it is the whole value; else it may be more, as of one whose words nobody knows."""


@frozen
class Measured:
    """Sources of a measure."""

    records: Sequence[Record]
    """Records."""

    result: Result
    """Outcome of the meeting."""


@frozen
class Measure:
    """Measure that an expectation can bound."""

    name: str
    """Name in scenarios."""

    about: str
    """Meaning, in words."""

    unit: Unit
    """Unit of counting."""

    each: bool
    """Whether single participants have it."""

    many: bool
    """Whether it has many observations, so that `p50`, `p95` and `p99` apply."""

    observe: Callable[[Measured], list[Observed]]
    """Function that gives all observations; one at the meeting's end for a measure without many."""


# --- many observations ------------------------------------------------------------------------------


def _responses(found: Measured) -> list[Observed]:
    """Time from each grant to the first sound of its turn, observed at that sound."""
    return _delays(responses(found.records).waits)


def _stops(found: Measured) -> list[Observed]:
    """Time from each decision to stop a turn to its last sound."""
    return _delays(stops(found.records))


def _delays(found: Iterable[MeasuredDelay]) -> list[Observed]:
    return [Observed(each.at, each.seconds, each.participant) for each in found]


def turn_lengths(found: Measured) -> list[Observed]:
    """Lengths of turns, from grant to end."""
    granted: dict[int, float] = {}
    seen: list[Observed] = []
    for record in found.records:
        for command in record.commands:
            match command:
                case GrantFloor(turn=turn):
                    granted[turn] = record.at
                case EndTurn(participant=name, turn=turn) if turn in granted:
                    seen.append(Observed(record.at, record.at - granted.pop(turn), name))
                case _:
                    pass
    return seen


def silences(found: Measured) -> list[Observed]:
    """Length of each stretch without a voice, between the first sound and the last, observed at its end."""
    seen: list[Observed] = []
    last: float | None = None
    for each in joined(stretches(found.records)):
        if last is not None and each.start_s > last:
            seen.append(Observed(each.start_s, each.start_s - last))
        last = each.end_s if last is None else max(last, each.end_s)
    return seen


def transfers(found: Measured) -> list[Observed]:
    """Offset of each floor transfer, as `measures.timing.transfer` counts them."""
    changes = (each for each in borders(stretches(found.records)) if each.is_transfer)
    return [Observed(each.start_s, each.offset_s, each.after) for each in changes]


# --- one observation, or one a participant ----------------------------------------------------------


def overlap_ratio(heard: Sequence[Stretch]) -> float | None:
    """Time with two voices or more, divided by time with one or more."""
    one, two = time_with(heard)
    return two / one if one > 0 else None


def floor_shares(heard: Sequence[Stretch], names: Iterable[str]) -> Mapping[str, float]:
    """Share of each participant in all speech; empty without speech."""
    lengths = spoken_by(heard)
    spoken = {name: lengths.get(name, 0.0) for name in names}
    total = sum(spoken.values())
    return {name: each / total for name, each in spoken.items()} if total > 0 else {}


def _overlap(found: Measured) -> list[Observed]:
    value = overlap_ratio(stretches(found.records))
    return [] if value is None else [Observed(found.result.duration_s, value)]


def _shares(found: Measured) -> list[Observed]:
    shares = floor_shares(stretches(found.records), found.result.participants)
    return [Observed(found.result.duration_s, share, name) for name, share in shares.items()]


def _silent(found: Measured) -> list[Observed]:
    value = found.result.measures.timing.silence_share
    return [] if value is None else [Observed(found.result.duration_s, value)]


def _each(count_of: Callable[[ParticipantMeasures], int | None]) -> Callable[[Measured], list[Observed]]:
    """Figure of each participant's measures; where it is not known, at least 0."""

    def observe(found: Measured) -> list[Observed]:
        figures = [(each.name, count_of(each)) for each in found.result.measures.participants]
        at = found.result.duration_s
        return [Observed(at, count or 0, name, is_known=count is not None) for name, count in figures]

    return observe


def _one(value_of: Callable[[Result], float | None]) -> Callable[[Measured], list[Observed]]:
    """Figure of the result."""

    def observe(found: Measured) -> list[Observed]:
        value = value_of(found.result)
        return [] if value is None else [Observed(found.result.duration_s, value)]

    return observe


MEASURES: Final = {
    each.name: each
    for each in (
        Measure("response-latency", "from a grant to the first sound", "time", True, True, _responses),
        Measure("stop-latency", "from the decision to stop to the last sound", "time", True, True, _stops),
        Measure("turn-length", "how long the floor was held", "time", True, True, turn_lengths),
        Measure("silence", "a stretch without a voice", "time", False, True, silences),
        Measure("floor-transfer", "from one's last sound to another's first", "time", True, True, transfers),
        Measure("overlap-ratio", "speech of two at once, of all speech", "share", False, False, _overlap),
        Measure("floor-share", "one's part of all speech", "share", True, False, _shares),
        Measure("silence-share", "time without a voice", "share", False, False, _silent),
        Measure(
            "turns",
            "turns in which one was heard, or typed",
            "count",
            True,
            False,
            _each(lambda row: row.turns + row.typed),
        ),
        Measure("words", "words that were heard of one", "count", True, False, _each(lambda row: row.words)),
        Measure(
            "interruptions",
            "attempts to cut in, backchannels aside",
            "count",
            False,
            False,
            _one(lambda result: result.measures.interruptions.tried),
        ),
        Measure("duration", "how long the meeting was", "time", False, False, _one(lambda r: r.duration_s)),
        Measure(
            "cost", "what the services cost", "money", False, False, _one(lambda result: result.cost.usd)
        ),
    )
}
"""Measures that an expectation can bound, by name."""
