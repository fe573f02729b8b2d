"""Interruptions: speech within another's speech, by speaker and outcome.

1. An attempt is a beginning of speech while another participant is being heard that began before.
2. It is a backchannel where the meeting's rules class its length and its recorded words as one
   (`brain.interruptions.classify_speech`, as in the meeting) while the other continues. Backchannels and
   overlaps of the transcript count as backchannels, so that both use the same word.
3. It succeeds where the other falls silent within `YIELD_S` and before the interrupter; otherwise it fails
   (Full-Duplex-Bench; Talking Turns).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal

from trialogue.brain.interruptions import SpeechSort, classify_speech
from trialogue.model.plan import InterruptRules
from trialogue.model.transcript import Utterance
from trialogue.report.measures.spread import Rate, Spread, rate, spread
from trialogue.report.stretches import Stretch, joined
from trialogue.values import frozen

YIELD_S: Final = 3.0
"""Seconds within which a participant that yields is silent."""

NEAR_S: Final = 0.02
"""Seconds by which an utterance may exceed the speech that it belongs to: a frame."""

RULES: Final = InterruptRules()
"""Rules of a meeting whose own are not known."""

Outcome = Literal["backchannel", "succeeded", "failed"]
"""Outcome of an attempt."""


@frozen
class Attempt:
    """Beginning of speech within another's."""

    by: str
    """Participant who began."""

    of: str
    """Participant whose speech it was."""

    at: float
    """Place on the meeting's audio clock, in seconds."""

    outcome: Outcome
    """Outcome of the attempt."""

    yielded_s: float
    """Seconds for which the other continued."""


@frozen
class PairInterruptions:
    """Attempts of one participant against another, without backchannels."""

    by: str
    """Participant who interrupted."""

    of: str
    """Participant who was interrupted."""

    tried: int
    """Number of attempts."""

    succeeded: int
    """Number of attempts after which the other yielded."""

    failed: int
    """Number of attempts after which the other continued."""


@frozen
class Interruptions:
    """Counts of speech within another's speech."""

    tried: int
    """Number of attempts to interrupt, without backchannels."""

    succeeded: int
    """Number of attempts after which the other yielded."""

    failed: int
    """Number of attempts after which the other continued."""

    pairs: tuple[PairInterruptions, ...]
    """The same for each pair of participants that has any."""

    yielding: Rate
    """Rate at which the other yielded."""

    yield_latency: Spread
    """Time from the beginning of a successful attempt to the other's silence."""

    backchannels: int
    """Number of short remarks that let the other continue."""

    backchannels_of: Mapping[str, int]
    """The same by speaker."""


def interruptions(
    heard: Sequence[Stretch], utterances: Iterable[Utterance] = (), rules: InterruptRules = RULES
) -> Interruptions:
    """Counts for these stretches; words are those of utterances that begin with a stretch."""
    found = attempts(heard, utterances, rules)
    tries = [each for each in found if each.outcome != "backchannel"]
    small = Counter(by for by, _ in _small(found))
    succeeded = [each for each in tries if each.outcome == "succeeded"]
    return Interruptions(
        tried=len(tries),
        succeeded=len(succeeded),
        failed=len(tries) - len(succeeded),
        pairs=_pairs(tries),
        yielding=rate(each.outcome == "succeeded" for each in tries),
        yield_latency=spread(each.yielded_s for each in succeeded),
        backchannels=small.total(),
        backchannels_of=dict(small),
    )


def attempts(
    heard: Sequence[Stretch], utterances: Iterable[Utterance] = (), rules: InterruptRules = RULES
) -> tuple[Attempt, ...]:
    """Every attempt to interrupt, and every backchannel, in order.

    A participant whose turn ended without an interruption yielded to nobody: speech that began over its last
    words is a change of speakers with an overlap.
    """
    merged = joined(heard)
    said = list(utterances)
    whole = {each.turn for each in said if not each.beside and each.cause != "interrupted"}
    found = [
        attempt
        for new in _beginnings(merged)
        for old in _sounding(merged, new)
        if (attempt := _attempt(new, old, _said_in(new, said), rules)).outcome != "succeeded"
        or old.turn not in whole
    ]
    return tuple(sorted(found, key=lambda each: (each.at, each.by, each.of)))


def without_backchannels(
    heard: Sequence[Stretch], utterances: Iterable[Utterance] = (), rules: InterruptRules = RULES
) -> tuple[Stretch, ...]:
    """Stretches that make turns: without those that were backchannels to all participants beside them."""
    small = _small(attempts(heard, utterances, rules))
    return tuple(each for each in heard if (each.participant, each.start_s) not in small)


def _small(tries: Iterable[Attempt]) -> set[tuple[str, float]]:
    """Beginnings of stretches that were backchannels to all participants beside them, one each."""
    outcomes: dict[tuple[str, float], set[Outcome]] = {}
    for each in tries:
        outcomes.setdefault((each.by, each.at), set()).add(each.outcome)
    return {place for place, found in outcomes.items() if found == {"backchannel"}}


def _beginnings(merged: Sequence[Stretch]) -> Iterator[Stretch]:
    """Beginnings of speech; a speaker who continues its turn, after a pause or a tool, does not interrupt."""
    begun: set[tuple[str, int]] = set()
    for each in merged:
        if each.turn is None or (each.participant, each.turn) not in begun:
            yield each
        if each.turn is not None:
            begun.add((each.participant, each.turn))


def _sounding(merged: Sequence[Stretch], new: Stretch) -> Iterator[Stretch]:
    """Stretches that were being heard when this one began."""
    for old in merged:
        if old.participant != new.participant and old.start_s < new.start_s < old.end_s:
            yield old


def _attempt(new: Stretch, old: Stretch, said: Sequence[Utterance], rules: InterruptRules) -> Attempt:
    yielded = round(old.end_s - new.start_s, 6)
    goes_on = old.end_s > new.end_s
    words = sum(len(each.heard.split()) for each in said)
    found = classify_speech(round(new.length_s, 6), words, rules, is_over=True)
    beside = {each.beside for each in said}
    outcome: Outcome = "failed"
    # Beside an agent's turn a person's speech is also classified where the agent paused, or ended.
    is_classified = goes_on or (new.turn is None and old.turn is not None)
    if beside == {"backchannel"} or (is_classified and beside <= {""} and found is SpeechSort.BACKCHANNEL):
        outcome = "backchannel"
    elif "overlap" not in beside and not goes_on and yielded <= YIELD_S:
        outcome = "succeeded"
    return Attempt(new.participant, old.participant, new.start_s, outcome, yielded)


def _said_in(stretch: Stretch, said: Iterable[Utterance]) -> list[Utterance]:
    """Utterances that lie in a stretch; none where its words are not known, or not separately."""
    return [
        each
        for each in said
        if each.participant == stretch.participant
        and stretch.start_s <= each.start_s + 1e-6
        and each.start_s < stretch.end_s
        and not (each.beside and each.end_s > stretch.end_s + NEAR_S)
    ]


def _pairs(tries: Iterable[Attempt]) -> tuple[PairInterruptions, ...]:
    tried: Counter[tuple[str, str]] = Counter()
    succeeded: Counter[tuple[str, str]] = Counter()
    for each in tries:
        tried[each.by, each.of] += 1
        succeeded[each.by, each.of] += each.outcome == "succeeded"
    return tuple(
        PairInterruptions(by, of, count, succeeded[by, of], count - succeeded[by, of])
        for (by, of), count in sorted(tried.items())
    )
