"""Interruptions: who spoke into whose speech, and what came of it.

1. An attempt: somebody begins while another is being heard who began before.
2. It is a backchannel where the meeting's rules say so of its length and of the words that the records know
   (`brain.interruptions.classify_speech`, which decides in the meeting, too), while the other goes on. What
   the transcript has as a backchannel, or as an overlap, is one: the same word here as there.
3. It has succeeded where the other falls silent within `YIELD_S` and before the one who cut in; else it
   has failed (Full-Duplex-Bench; Talking Turns).
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
"""Seconds within which one who gives way is silent."""

NEAR_S: Final = 0.02
"""Seconds by which an utterance may go beyond the speech that it lies in: a frame."""

RULES: Final = InterruptRules()
"""The rules of a meeting that is not known to have others."""

Outcome = Literal["backchannel", "succeeded", "failed"]
"""Outcome of an attempt."""


@frozen
class Attempt:
    """One beginning of speech within another's."""

    by: str
    """Participant who began."""

    of: str
    """Into whose speech."""

    at: float
    """Place in seconds on the meeting's audio clock."""

    outcome: Outcome
    """Outcome of the attempt."""

    yielded_s: float
    """Seconds for which the other went on."""


@frozen
class PairInterruptions:
    """Attempts of one participant upon another; backchannels are none."""

    by: str
    """Participant who cut in."""

    of: str
    """Upon whom."""

    tried: int
    """Number of attempts."""

    succeeded: int
    """Number of attempts at which the other gave way."""

    failed: int
    """Number of attempts at which the other went on."""


@frozen
class Interruptions:
    """Speech within another's speech."""

    tried: int
    """Attempts to cut in; backchannels are none."""

    succeeded: int
    """Those to which the other gave way."""

    failed: int
    """Those to which it did not."""

    pairs: tuple[PairInterruptions, ...]
    """The same by who cut in upon whom; pairs without any are left out."""

    yielding: Rate
    """Rate at which the other gave way."""

    yield_latency: Spread
    """Time from the beginning of a successful attempt to the other's silence."""

    backchannels: int
    """Short speech that let the other go on."""

    backchannels_of: Mapping[str, int]
    """The same by who spoke."""


def interruptions(
    heard: Sequence[Stretch], utterances: Iterable[Utterance] = (), rules: InterruptRules = RULES
) -> Interruptions:
    """Count what the stretches say; words are those of utterances that begin with a stretch."""
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
    """Every beginning within another's speech that is a try to cut in, or a backchannel, in order.

    Whose turn ended without being interrupted gave way to nobody: what began over its last words is a change
    of speakers with an overlap, and no interruption.
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
    """Stretches that turns are made of: less the backchannels to all beside whom they were said."""
    small = _small(attempts(heard, utterances, rules))
    return tuple(each for each in heard if (each.participant, each.start_s) not in small)


def _small(tries: Iterable[Attempt]) -> set[tuple[str, float]]:
    """Beginnings of stretches that were backchannels to all beside whom they were said: one each."""
    outcomes: dict[tuple[str, float], set[Outcome]] = {}
    for each in tries:
        outcomes.setdefault((each.by, each.at), set()).add(each.outcome)
    return {place for place, found in outcomes.items() if found == {"backchannel"}}


def _beginnings(merged: Sequence[Stretch]) -> Iterator[Stretch]:
    """Beginnings: a speaker who goes on with its turn, after a pause or a tool, cuts in upon nobody."""
    begun: set[tuple[str, int]] = set()
    for each in merged:
        if each.turn is None or (each.participant, each.turn) not in begun:
            yield each
        if each.turn is not None:
            begun.add((each.participant, each.turn))


def _sounding(merged: Sequence[Stretch], new: Stretch) -> Iterator[Stretch]:
    """Stretches that were being heard when this began."""
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
    # Beside an agent's turn a person's speech is classified also where the agent paused, or came to its end.
    is_classified = goes_on or (new.turn is None and old.turn is not None)
    if beside == {"backchannel"} or (is_classified and beside <= {""} and found is SpeechSort.BACKCHANNEL):
        outcome = "backchannel"
    elif "overlap" not in beside and not goes_on and yielded <= YIELD_S:
        outcome = "succeeded"
    return Attempt(new.participant, old.participant, new.start_s, outcome, yielded)


def _said_in(stretch: Stretch, said: Iterable[Utterance]) -> list[Utterance]:
    """The utterances that lie in a stretch; none where no words of it are known, or of it alone."""
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
