"""Measures as the page's tables show them: rows of plain text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from trialogue.model.plan import MeetingPlan
from trialogue.model.transcript import Cause
from trialogue.report.measures import Measures, ParticipantMeasures, Rate, Spread
from trialogue.report.measures.by_sound import SecondReckoning
from trialogue.report.result import Result
from trialogue.report.tools import ToolOutcome
from trialogue.values import frozen

__all__ = ["Table", "tables"]

_NONE: Final = "-"


@frozen
class Table:
    """A table with a head."""

    title: str
    """Title of the table."""

    head: tuple[str, ...]
    """Names of the columns; the first column names the row."""

    rows: tuple[tuple[str, ...], ...]
    """Cells, as text."""


def tables(plan: MeetingPlan, result: Result, by_sound: SecondReckoning | None = None) -> tuple[Table, ...]:
    """Tables of the page: participants, the meeting as a whole, and figures from its recordings."""
    labels = {each.name: each.label for each in plan.participants}
    rows = tuple(_row(labels.get(each.name, each.name), each) for each in result.measures.participants)
    head = ("Participant", "turns", "spoken", "share", "words", "wpm", "mean turn", "cut off", "backchannels")
    facts = (*_facts(result), *(_by_sound(by_sound) if by_sound else ()))
    whole = tuple((name, value) for name, value in facts if value != _NONE)
    return (
        Table("Participants", (*head, "response"), rows),
        Table("The meeting as a whole", ("measure", "value"), whole),
    )


def _row(label: str, each: ParticipantMeasures) -> tuple[str, ...]:
    return (
        label,
        str(each.turns + each.typed),
        f"{each.spoken_s:.1f} s",
        _percent(each.share),
        _number(each.words, ""),
        _number(each.words_per_minute, ""),
        _number(each.mean_turn_s, " s", 1),
        str(each.interruptions),
        str(each.backchannels),
        _spread(each.response),
    )


def _facts(result: Result) -> Iterator[tuple[str, str]]:
    measured = result.measures
    yield "Floor transfer offset", _spread(measured.timing.transfer)
    yield "Gaps, overlaps", f"{measured.timing.gaps}, {measured.timing.overlaps}"
    yield "Response, from a grant to the first sound", _spread(measured.timing.response)
    yield "Silence", _percent(measured.timing.silence_share)
    yield "Speech with two voices or more", _percent(measured.timing.overlap.ratio)
    yield "Pauses", _spread(measured.timing.silences.pauses)
    yield "Lapses", _spread(measured.timing.silences.lapses)
    yield "Inequality of speech (Gini)", _number(measured.balance.gini, "", 2)
    yield from _floor(measured)
    yield from _latency(measured)
    yield "Interruptions, and how often the speaker gave way", _rate(measured.interruptions.yielding)
    yield "Backchannels", str(measured.interruptions.backchannels)
    yield "Interruptions that stopped an agent", _rate(measured.selectivity.stopped)
    yield "From such an interruption to silence", _spread(measured.selectivity.latency)
    yield "Backchannels that stopped an agent (0 is right)", _rate(measured.selectivity.false_stops)
    yield "Sessions lost", str(measured.sessions.lost)
    yield "Tool calls", _counts(Counter(each.outcome for each in measured.tools))
    yield "Cost", f"{result.cost.usd:.2f} USD" if result.cost.usd else _NONE


def _by_sound(found: SecondReckoning) -> Iterator[tuple[str, str]]:
    """Figures from the recordings, with their difference from those of the records."""
    then, now = found.records, found.sound
    if then.transfer.p50 is not None and now.transfer.p50 is not None:
        apart = "" if found.agrees else ": these differ"
        told = f"{now.transfer.p50:.2f} s ({now.transfer.p50 - then.transfer.p50:+.2f} s{apart})"
        yield "Floor transfer offset by the sound, and from the records", told
    if then.silence is not None and now.silence is not None:
        told = f"{now.silence:.0%} ({now.silence - then.silence:+.0%})"
        yield "Silence by the sound, pauses within replies included", told


def _floor(measured: Measures) -> Iterator[tuple[str, str]]:
    yield "Grants", str(measured.floor.grants)
    yield "Turns ended by", _counts(measured.causes)
    yield "Requests for the floor", str(measured.floor.requests)
    yield "From a request to its grant", _spread(measured.floor.wait)
    yield "Whoever was named spoke next", _rate(measured.floor.addressee)


def _latency(measured: Measures) -> Iterator[tuple[str, str]]:
    parts = measured.latency
    yield "Recognition, as services report it", _spread(parts.listen)
    yield "To the first text, as services report it", _spread(parts.think)
    yield "To the first speech, as services report it", _spread(parts.speak)
    yield "From a cue to its reply", _spread(parts.reply)
    yield "From a decision to stop to silence", _spread(parts.silence)


def _spread(found: Spread) -> str:
    if found.p50 is None or found.p95 is None:
        return _NONE
    return f"{found.p50:.2f} s, p95 {found.p95:.2f} s (n={found.n})"


def _rate(found: Rate) -> str:
    return _NONE if found.rate is None else f"{found.hits} of {found.n} ({found.rate:.0%})"


def _percent(value: float | None) -> str:
    return _NONE if value is None else f"{value:.0%}"


def _number(value: float | None, unit: str, digits: int = 0) -> str:
    return _NONE if value is None else f"{value:.{digits}f}{unit}"


def _counts(found: Mapping[Cause, int] | Mapping[ToolOutcome, int]) -> str:
    if not found:
        return _NONE
    return ", ".join(f"{count} {name}" for name, count in found.items())
