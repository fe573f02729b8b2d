"""Timing of turns: transfers, silences, overlaps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise, takewhile
from typing import Final

from trialogue.model.commands import EndTurn, GrantFloor
from trialogue.model.records import Record
from trialogue.model.sums import summed
from trialogue.report.measures.borders import Border, borders
from trialogue.report.measures.latency import Responses
from trialogue.report.measures.spread import Rate, Spread, rate, ratio, spread
from trialogue.report.stretches import Stretch, joined, time_with
from trialogue.values import frozen

LAPSE_S: Final = 2.0
"""Seconds of silence without a selected speaker that make a lapse."""


@frozen
class PairTransfer:
    """Floor transfers from one participant to another."""

    before: str
    """Participant heard first."""

    after: str
    """Participant heard next."""

    offset: Spread
    """Offsets: gaps above 0, overlaps below 0."""


@frozen
class Silences:
    """Stretches without a voice, between the first sound and the last (Sacks et al. 1974)."""

    pauses: Spread
    """Silences within one speaker's talk."""

    gaps: Spread
    """Silences between two speakers."""

    lapses: Spread
    """Silences in which nobody held the floor for two seconds or more, whoever spoke before and after."""


@frozen
class Overlaps:
    """Overlaps of two participants (Heldner and Edlund 2010); of three voices at once, each pair counts."""

    within: int
    """Number of overlaps after which the speaker was the same."""

    within_s: float
    """Sum of their seconds, each pair's for itself."""

    between: int
    """Number of overlaps with a change of speaker."""

    between_s: float
    """Sum of their seconds, each pair's for itself."""

    ratio: float | None
    """Time with two voices or more, divided by time with one or more, as diarization counts it; None without
    speech.
    """


@frozen
class SoundTimes:
    """Times of sound, on the time line and as turns."""

    heard: Sequence[Stretch]
    """All stretches, including backchannels."""

    taken: Sequence[Stretch]
    """Turns: heard sound without backchannels, joined."""


@frozen
class Timing:
    """Timing of turns."""

    transfer: Spread
    """Floor transfer offsets: the silence (above 0) or the overlap (below 0) between two stretches with
    exactly one speaker each, who differ (Heldner and Edlund 2010; Stivers et al. 2009).
    """

    pairs: tuple[PairTransfer, ...]
    """The same for each ordered pair of participants that has any."""

    gaps: int
    """Transfers with an offset above 0."""

    overlaps: int
    """Transfers with an offset below 0."""

    response: Spread
    """Response latency: seconds from a grant to the first sound of its turn."""

    responding: Rate
    """Rate at which sound followed a grant."""

    takeover: Rate
    """Share of turns heard to their end, except the last, that another's turn followed (Full-Duplex-Bench).
    """

    silence_share: float | None
    """Time without a voice, divided by the meeting's; None for a meeting of no time."""

    silences: Silences
    """Pauses, gaps and lapses."""

    overlap: Overlaps
    """Time with more than one voice."""


def timing(records: Sequence[Record], sound: SoundTimes, answered: Responses, duration: float) -> Timing:
    """Timing of turns; `answered` has the responses to the grants."""
    heard = sound.heard
    changes = [border for border in borders(heard) if border.is_transfer]
    one, two = time_with(heard)
    waits, grants = answered.waits, answered.grants
    return Timing(
        transfer=spread(change.offset_s for change in changes),
        pairs=_pairs(changes),
        gaps=sum(1 for change in changes if change.offset_s > 0),
        overlaps=sum(1 for change in changes if change.offset_s < 0),
        response=spread(each.seconds for each in waits),
        responding=Rate(grants, len(waits), ratio(len(waits), grants)),
        takeover=_takeover(records, sound.taken),
        silence_share=ratio(max(0.0, duration - one), duration),
        silences=silences(records, heard),
        overlap=overlaps(heard, ratio(two, one)),
    )


def _pairs(changes: Iterable[Border]) -> tuple[PairTransfer, ...]:
    offsets: dict[tuple[str, str], list[float]] = {}
    for change in changes:
        offsets.setdefault((change.before, change.after), []).append(change.offset_s)
    return tuple(PairTransfer(*names, spread(found)) for names, found in sorted(offsets.items()))


def _takeover(records: Iterable[Record], taken: Sequence[Stretch]) -> Rate:
    """Turns that were heard to their end, and whether the next one is another participant's."""
    causes = {
        command.turn: command.cause
        for record in records
        for command in record.commands
        if isinstance(command, EndTurn)
    }
    whole = [move for move in pairwise(taken) if causes.get(move[0].turn or 0, "finished") == "finished"]
    return rate(before.participant != after.participant for before, after in whole)


# --- silence ----------------------------------------------------------------------------------------


def silences(records: Iterable[Record], heard: Sequence[Stretch]) -> Silences:
    """Class of every silence between two sounds."""
    free, first = list(_free(records)), 0
    pauses, gaps, lapses = list[float](), list[float](), list[float]()
    for before, after in _around(heard):
        length = after.start_s - before.end_s
        while first < len(free) and free[first][1] <= before.end_s:  # nor does it touch a later silence
            first += 1
        touching = takewhile(lambda each: each[0] < after.start_s, islice(free, first, None))  # noqa: B023 - used before the next pass
        unheld = summed(min(end, after.start_s) - max(start, before.end_s) for start, end in touching)
        if round(unheld, 6) >= LAPSE_S:
            lapses.append(length)
        elif before.participant == after.participant:
            pauses.append(length)
        else:
            gaps.append(length)
    return Silences(spread(pauses), spread(gaps), spread(lapses))


def _around(heard: Sequence[Stretch]) -> Iterator[tuple[Stretch, Stretch]]:
    """Stretches around each silence: the last before it, and the first after it."""
    last: Stretch | None = None
    for each in joined(heard):
        if last is not None and each.start_s > last.end_s:
            yield last, each
        if last is None or each.end_s >= last.end_s:
            last = each


def _free(records: Iterable[Record]) -> Iterator[tuple[float, float]]:
    """Times in which nobody held the floor."""
    since: float | None = 0.0
    at = 0.0
    for record in records:
        at = record.at
        for command in record.commands:
            match command:
                case GrantFloor() if since is not None:
                    yield since, at
                    since = None
                case EndTurn():
                    since = at
                case _:
                    pass
    if since is not None:
        yield since, at


# --- overlap ----------------------------------------------------------------------------------------


def overlaps(heard: Sequence[Stretch], part: float | None) -> Overlaps:
    """Class of every overlap of two participants: whether the speaker changed with it."""
    within, between = list[float](), list[float]()
    merged = joined(heard)
    for place, first in enumerate(merged):
        for second in merged[place + 1 :]:
            if second.start_s >= first.end_s:
                break
            if second.participant != first.participant:
                together = min(first.end_s, second.end_s) - second.start_s
                (within if second.end_s <= first.end_s else between).append(together)
    return Overlaps(len(within), summed(within), len(between), summed(between), part)
