"""Shares of speech: each participant's part, and its evenness."""

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
from trialogue.model.sums import summed
from trialogue.model.text import UNCLEAR, masked_words, without_masks
from trialogue.model.transcript import Utterance
from trialogue.report.measures.interruptions import Interruptions
from trialogue.report.measures.latency import MeasuredDelay
from trialogue.report.measures.spread import Spread, ratio, spread
from trialogue.report.stretches import Stretch, spoken_by
from trialogue.values import frozen

_SPOKEN: Final = re.compile(r"\w")
"""Pattern of a word: it has a letter or a digit; a dash between spaces is none."""


@frozen
class ParticipantMeasures:
    """Measures of one participant."""

    name: str
    """Name of the participant."""

    turns: int
    """Number of turns in which it was heard, without backchannels."""

    spoken_s: float
    """Seconds in which it was heard."""

    share: float | None
    """Its share of all speech (floor share); None while nobody was heard."""

    words: int | None
    """Number of its heard words; None where it was heard without any known word."""

    words_per_minute: float | None
    """Its spoken words over its minutes of speech; None without speech, and without known spoken words."""

    mean_turn_s: float | None
    """Mean speech of its turns, with `turns` as its n; None without turns."""

    interruptions: int
    """Number of its turns that ended because somebody else began (`interrupted`)."""

    response: Spread
    """Seconds from its grants to its first sound."""

    backchannels: int = 0
    """Number of its backchannels: remarks of less than a second while another continued."""

    backchannels_per_minute: float | None = None
    """Its backchannels for each minute of the others' speech (Full-Duplex-Bench); None without such speech.
    """

    typed: int = 0
    """Number of its typed turns: they have words and no sound, and count in no other measure of turns."""


@frozen
class Balance:
    """Balance of the floor among those who may speak."""

    n: int
    """Number of participants who may speak."""

    gini: float | None
    """Inequality of their speech: 0 equal, (n - 1) / n all by one (Gini 1912); None without speech."""

    entropy: float | None
    """Entropy of their shares over its maximum, log n (Shannon 1948): 1 equal, 0 all by one; None
    without speech or for n < 2."""


@frozen
class Dominance:
    """Longest run of turns by one participant."""

    participant: str | None
    """Participant with the longest run, the first of several; None without turns."""

    turns: int
    """Number of turns in a row."""


@frozen
class RowParts:
    """Inputs of the measures of a participant."""

    stretches: Sequence[Stretch]
    """Stretches of sound on the meeting's axis."""

    said: Sequence[Utterance]
    """Utterances, spoken and typed."""

    typed: Sequence[Utterance]
    """Those of them that are typed turns."""

    interrupted: Mapping[str, int]
    """Numbers of turns that ended `interrupted`, by participant."""

    responses: Sequence[MeasuredDelay]
    """Times from grant to sound."""

    interruptions: Interruptions
    """Interruptions of the meeting."""

    taken: Sequence[Stretch]
    """Turns: heard sound without backchannels, joined."""


def count_words(utterances: Iterable[Utterance]) -> Counter[str]:
    """Number of heard words, by participant; absent where some of masked words were not heard.

    The mark of speech without recognized words is no word.
    """
    words, unknown = Counter[str](), set[str]()
    for each in utterances:
        masked = masked_words(each.intended)
        if masked and each.was_cut:
            unknown.add(each.participant)
        known = without_masks(each.heard).replace(UNCLEAR, " ").split()
        words[each.participant] += masked or sum(1 for word in known if _SPOKEN.search(word))
    return Counter({name: count for name, count in words.items() if name not in unknown})


def typed_turns(
    records: Iterable[Record], utterances: Iterable[Utterance], heard: Sequence[Stretch]
) -> tuple[Utterance, ...]:
    """Typed turns: turns with words and without sound."""
    typists = {each.event.participant for each in records if isinstance(each.event, TextTyped)}
    sounds: dict[str, list[Stretch]] = {name: [] for name in typists}
    for sound in heard:
        if sound.participant in sounds:
            sounds[sound.participant].append(sound)
    return tuple(
        each
        for each in utterances
        if each.participant in typists and not each.beside and _SPOKEN.search(each.heard)
        if not any(_is_within(each, sound) for sound in sounds.get(each.participant, ()))
    )


def _is_within(said: Utterance, sound: Stretch) -> bool:
    """Whether a part of an utterance lies in this sound of the same participant."""
    return sound.start_s < said.end_s and said.start_s < sound.end_s


def participants(plan: MeetingPlan, heard: RowParts) -> tuple[ParticipantMeasures, ...]:
    """Measures of all participants, in the plan's order."""
    held = Counter(turn.participant for turn in heard.taken)
    lengths, waits = spoken_by(heard.stretches), dict[str, list[float]]()
    for each in heard.responses:
        waits.setdefault(each.participant, []).append(each.seconds)
    spoken = {each.name: lengths.get(each.name, 0.0) for each in plan.participants}
    total = summed(spoken.values())
    small = heard.interruptions.backchannels_of
    counted, typed = count_words(heard.said), Counter(each.participant for each in heard.typed)
    written = {(each.participant, each.turn) for each in heard.typed}
    aloud = count_words(e for e in heard.said if e.beside or (e.participant, e.turn) not in written)
    words = {name: counted.get(name, 0) or (None if spoken[name] else 0) for name in spoken}
    return tuple(
        ParticipantMeasures(
            name=name,
            turns=held[name],
            spoken_s=seconds,
            share=ratio(seconds, total),
            words=count,
            words_per_minute=_pace(aloud[name], seconds),
            mean_turn_s=ratio(seconds, held[name]),
            interruptions=heard.interrupted.get(name, 0),
            response=spread(waits.get(name, ())),
            backchannels=small.get(name, 0),
            backchannels_per_minute=ratio(small.get(name, 0) * 60.0, total - seconds),
            typed=typed[name],
        )
        for (name, seconds), count in zip(spoken.items(), words.values(), strict=True)
    )


def _pace(words: int, seconds: float) -> float | None:
    return ratio(words * 60.0, seconds) if words else None


def heard_turns(rows: Iterable[ParticipantMeasures]) -> int:
    """Number of turns of all participants, spoken and typed: the sum of what their rows say."""
    return sum(each.turns + each.typed for each in rows)


def balance(spoken: Sequence[float]) -> Balance:
    """Balance of seconds of speech."""
    n, total = len(spoken), summed(spoken)
    if total <= 0:
        return Balance(n, None, None)
    shares = sorted(each / total for each in spoken)
    gini = summed((2 * place - n + 1) * share for place, share in enumerate(shares)) / n
    if n < 2:
        return Balance(n, gini, None)
    nats = -summed(share * math.log(share) for share in shares if share > 0)
    return Balance(n, gini, nats / math.log(n))


def dominance(taken: Iterable[Stretch]) -> Dominance:
    """Longest run of turns by one participant; a person's speech counts as a turn, a backchannel does not."""
    runs = [(name, len(list(run))) for name, run in groupby(taken, key=lambda turn: turn.participant)]
    name, count = max(runs, key=lambda run: run[1], default=(None, 0))
    return Dominance(name, count)
