"""Shares of speech: who spoke how much, and how evenly."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Final

from trialogue.model.events import TextTyped
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record
from trialogue.model.transcript import Utterance
from trialogue.report.measures.interruptions import Interruptions
from trialogue.report.measures.spread import Spread, ratio, spread
from trialogue.report.stretches import Stretch, spoken_s
from trialogue.values import frozen

_SPOKEN: Final = re.compile(r"\w")
"""A word has a letter or a digit; a dash between spaces is none."""


@frozen
class ParticipantMeasures:
    """One participant's part in the meeting."""

    name: str
    """Name of the participant."""

    turns: int
    """Turns in which it was heard; backchannels are none."""

    spoken_s: float
    """Seconds in which it was heard."""

    share: float | None
    """Share of its speech in everybody's (floor share); None while nobody was heard."""

    words: int | None
    """Words of it that were heard; None where it was heard and no word of it is known."""

    words_per_minute: float | None
    """Its words over its minutes of speech; None without speech, and where no word is known."""

    mean_turn_s: float | None
    """Mean speech of its turns, with `turns` as its n; None without turns."""

    interruptions: int
    """Turns of its that ended because somebody else began (`interrupted`)."""

    response: Spread
    """Time from its grants to its first sound."""

    backchannels: int = 0
    """Number of times that it spoke for less than a second while another went on."""

    backchannels_per_minute: float | None = None
    """The same a minute of the others' speech (Full-Duplex-Bench); None where they were not heard."""

    typed: int = 0
    """Turns that it took in writing: they have words and no sound, and are in no other measure of turns."""


@frozen
class Balance:
    """Balance of the floor among those who may speak."""

    n: int
    """Number of those who may speak."""

    gini: float | None
    """Inequality of their speech: 0 equal, (n - 1) / n all by one (Gini 1912); None without speech."""

    entropy: float | None
    """Entropy of their shares over its maximum, log n (Shannon 1948): 1 equal, 0 all by one; None
    without speech or for n < 2."""


@frozen
class Dominance:
    """The longest run of turns by one participant."""

    participant: str | None
    """Participant with the longest run, the first of several; None without turns."""

    turns: int
    """Number of turns in a row."""


@frozen
class RowParts:
    """Parts of a participant's row."""

    stretches: Sequence[Stretch]
    """Sound on the meeting's axis."""

    words: Mapping[str, int]
    """Words heard, by participant."""

    interrupted: Mapping[str, int]
    """Turns that ended `interrupted`, by participant."""

    responses: Sequence[tuple[str, float]]
    """Waits by participant, in seconds from grant to sound."""

    interruptions: Interruptions
    """Interruptions of the meeting."""

    taken: Sequence[Stretch]
    """Turns: what was heard less the backchannels, joined."""

    typed: Mapping[str, int]
    """Turns in writing, by participant."""


def count_words(utterances: Iterable[Utterance]) -> Counter[str]:
    """Words that were heard, by participant."""
    words: Counter[str] = Counter()
    for utterance in utterances:
        words[utterance.participant] += sum(1 for word in utterance.heard.split() if _SPOKEN.search(word))
    return words


def count_typed(
    records: Iterable[Record], utterances: Iterable[Utterance], heard: Sequence[Stretch]
) -> Counter[str]:
    """Turns in writing, by participant: words of its own turn beside which nothing of it was heard."""
    typists = {each.event.participant for each in records if isinstance(each.event, TextTyped)}
    return Counter(
        each.participant
        for each in utterances
        if each.participant in typists and not each.beside and _SPOKEN.search(each.heard)
        if not any(_is_within(each, sound) for sound in heard)
    )


def _is_within(said: Utterance, sound: Stretch) -> bool:
    """Whether some of an utterance is in this sound."""
    is_its_own = sound.participant == said.participant
    return is_its_own and sound.start_s < said.end_s and said.start_s < sound.end_s


def participants(plan: MeetingPlan, heard: RowParts) -> tuple[ParticipantMeasures, ...]:
    """Everybody, in the plan's order."""
    held = Counter(turn.participant for turn in heard.taken)
    spoken = {each.name: spoken_s(heard.stretches, each.name) for each in plan.participants}
    total = sum(spoken.values())
    small = heard.interruptions.backchannels_of
    words = {name: heard.words.get(name, 0) or (None if spoken[name] else 0) for name in spoken}
    return tuple(
        ParticipantMeasures(
            name=name,
            turns=held[name],
            spoken_s=seconds,
            share=ratio(seconds, total),
            words=count,
            words_per_minute=None if count is None else ratio(count * 60.0, seconds),
            mean_turn_s=ratio(seconds, held[name]),
            interruptions=heard.interrupted.get(name, 0),
            response=spread(wait for who, wait in heard.responses if who == name),
            backchannels=small.get(name, 0),
            backchannels_per_minute=ratio(small.get(name, 0) * 60.0, total - seconds),
            typed=heard.typed.get(name, 0),
        )
        for (name, seconds), count in zip(spoken.items(), words.values(), strict=True)
    )


def balance(spoken: Sequence[float]) -> Balance:
    """Balance of seconds of speech."""
    n, total = len(spoken), sum(spoken)
    if total <= 0:
        return Balance(n, None, None)
    shares = [each / total for each in spoken]
    gini = sum(abs(one - other) for one in shares for other in shares) / (2 * n)
    if n < 2:
        return Balance(n, gini, None)
    nats = -sum(share * math.log(share) for share in shares if share > 0)
    return Balance(n, gini, nats / math.log(n))


def dominance(taken: Iterable[Stretch]) -> Dominance:
    """The longest run of turns by one participant; what a person says is a turn too, a backchannel none."""
    runs = [(name, len(list(run))) for name, run in groupby(taken, key=lambda turn: turn.participant)]
    name, count = max(runs, key=lambda run: run[1], default=(None, 0))
    return Dominance(name, count)
