"""Interruptions: speech within another's speech, by speaker and outcome.

1. An attempt is a beginning of speech while another participant is being heard that began before.
2. It is a backchannel where the meeting's rules class its length and its recorded words as one
   (`brain.interruptions.classify_speech`, as in the meeting) while the other continues. Backchannels and
   overlaps of the transcript count as backchannels, so that both use the same word.
3. It succeeds where the other falls silent within `YIELD_S` and before the interrupter; otherwise it fails
   (Full-Duplex-Bench; Talking Turns).
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final, Literal, Self

from trialogue.brain.interruptions import SpeechSort, classify_speech
from trialogue.model.plan import InterruptRules
from trialogue.model.text import masked_words
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


def interruptions(found: Sequence[Attempt]) -> Interruptions:
    """Counts for the attempts of a meeting."""
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
    merged, said = joined(heard), tuple(utterances)
    whole = {each.turn for each in said if not each.beside and each.cause != "interrupted"}
    words, found = _Words.of(said), list[Attempt]()
    for new, sounding in _beginnings(merged):
        own = words.within(new) if sounding else []
        is_short = _is_short(new, own, rules)
        beside = {each.beside for each in own}
        for old in sounding:
            attempt = _attempt(new, old, beside, is_short=is_short)
            if attempt.outcome != "succeeded" or old.turn not in whole:
                found.append(attempt)
    return tuple(sorted(found, key=lambda each: (each.at, each.by, each.of)))


def without_backchannels(heard: Iterable[Stretch], found: Iterable[Attempt]) -> tuple[Stretch, ...]:
    """Stretches that make turns: without those that were backchannels to all participants beside them."""
    small = _small(found)
    return tuple(each for each in heard if (each.participant, each.start_s) not in small)


def _small(tries: Iterable[Attempt]) -> set[tuple[str, float]]:
    """Beginnings of stretches that were backchannels to all participants beside them, one each."""
    outcomes: dict[tuple[str, float], set[Outcome]] = {}
    for each in tries:
        outcomes.setdefault((each.by, each.at), set()).add(each.outcome)
    return {place for place, found in outcomes.items() if found == {"backchannel"}}


def _beginnings(merged: Sequence[Stretch]) -> Iterator[tuple[Stretch, list[Stretch]]]:
    """Beginnings of speech, each with the stretches of others that were being heard.

    A speaker who continues its turn, after a pause or a tool, does not interrupt.
    """
    begun: set[tuple[str, int]] = set()
    heard: list[Stretch] = []
    for each in merged:
        heard = [old for old in heard if old.end_s > each.start_s]
        if each.turn is None or (each.participant, each.turn) not in begun:
            yield each, [old for old in heard if old.start_s < each.start_s]
        if each.turn is not None:
            begun.add((each.participant, each.turn))
        heard.append(each)


@frozen
class _Words:
    """Utterances by participant, by their beginning."""

    by_name: Mapping[str, list[Utterance]]

    @classmethod
    def of(cls, said: Sequence[Utterance]) -> Self:
        by_name: dict[str, list[Utterance]] = {}
        for each in sorted(said, key=lambda each: each.start_s):
            by_name.setdefault(each.participant, []).append(each)
        return cls(by_name)

    def within(self, stretch: Stretch) -> list[Utterance]:
        """Utterances that lie in a stretch; none where its words are not known, or not separately."""
        own = self.by_name.get(stretch.participant, [])
        first = bisect_left(own, stretch.start_s, key=lambda each: each.start_s + 1e-6)
        behind = bisect_left(own, stretch.end_s, key=lambda each: each.start_s)
        return [
            each for each in own[first:behind] if not (each.beside and each.end_s > stretch.end_s + NEAR_S)
        ]


def _is_short(new: Stretch, said: Iterable[Utterance], rules: InterruptRules) -> bool:
    """Whether speech with these words is a backchannel by its length."""
    words = sum(masked_words(each.heard) or len(each.heard.split()) for each in said)
    return classify_speech(round(new.length_s, 6), words, rules, is_over=True) is SpeechSort.BACKCHANNEL


def _attempt(new: Stretch, old: Stretch, beside: AbstractSet[str], *, is_short: bool) -> Attempt:
    yielded = round(old.end_s - new.start_s, 6)
    goes_on = old.end_s > new.end_s
    outcome: Outcome = "failed"
    # Beside an agent's turn a person's speech is also classified where the agent paused, or ended.
    is_classified = goes_on or (new.turn is None and old.turn is not None)
    if beside == {"backchannel"} or (is_classified and beside <= {""} and is_short):
        outcome = "backchannel"
    elif "overlap" not in beside and not goes_on and yielded <= YIELD_S:
        outcome = "succeeded"
    return Attempt(new.participant, old.participant, new.start_s, outcome, yielded)


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
