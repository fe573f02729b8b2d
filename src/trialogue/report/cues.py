"""Cues of subtitles, for all formats: the words and times of each.

1. A cue is a sentence, or a part of one: at most two lines and seven seconds, cut after a clause or a word.
2. Sentences have the times of their sound, as far as the journal has them; within one, time is spread evenly
   over the characters.
3. Words without a length, such as typed ones, are shown for the time that it takes to read them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import ceil
from textwrap import wrap
from typing import Final

from trialogue.model.clock_time import bounded, milliseconds
from trialogue.model.plan import MeetingPlan
from trialogue.model.text import safe_text
from trialogue.model.transcript import Passage, Utterance
from trialogue.speech.sentences import split_sentences
from trialogue.values import frozen

CUT: Final = "[interrupted]"
"""Mark after words that were cut off."""

LINE: Final = 42
"""Characters of a line, as broadcasters use them."""

LONGEST: Final = 2 * LINE - 8
"""Most characters of a cue, with room for a line break."""

LONGEST_S: Final = 7.0
"""Most seconds for which a cue is shown."""

READ_A_SECOND: Final = 17.0
"""Characters that are read in a second."""

SHORTEST_S: Final = 1.0
"""Fewest seconds for which words without a length are shown."""

_ENDS: Final = (". ", "! ", "? ", "… ", "; ", ": ", ", ", " \u2013 ", " \u2014 ")


@frozen
class Subtitle:
    """Words with the time in which they are shown."""

    start_ms: int
    """Beginning, in milliseconds since the meeting's start."""

    end_ms: int
    """End; always later than `start_ms`."""

    participant: str
    """Participant who says them."""

    text: str
    """One safe line, not yet escaped for any format. Personal."""


def subtitles(utterances: Iterable[Utterance]) -> tuple[Subtitle, ...]:
    """Utterances with at least one heard word, each whole, by their beginning."""
    made = [_whole(each) for each in utterances if safe_text(each.heard)]
    return tuple(sorted(made, key=lambda each: (each.start_ms, each.end_ms)))


def captions(utterances: Iterable[Utterance]) -> tuple[Subtitle, ...]:
    """The same words in cues of readable length, by their beginning."""
    made = [cue for each in utterances if safe_text(each.heard) for cue in _cues(each)]
    return tuple(sorted(made, key=lambda each: (each.start_ms, each.end_ms)))


def lines(text: str) -> str:
    """Text in one line, or in two of about equal length."""
    if len(text) <= LINE:
        return text
    for width in range(ceil(len(text) / 2), len(text)):
        broken = wrap(text, width, break_long_words=False, break_on_hyphens=False)
        if len(broken) <= 2:
            return "\n".join(broken)
    return text


def stamp(milliseconds: int, point: str) -> str:
    """Time as `HH:MM:SS`, with milliseconds after a point or a comma."""
    seconds, rest = divmod(max(0, milliseconds), 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{point}{rest:03}"


def labels(plan: MeetingPlan) -> dict[str, str]:
    """Display names of participants, by name."""
    return {each.name: safe_text(each.label) for each in plan.participants}


def _whole(utterance: Utterance) -> Subtitle:
    passage = Passage(utterance.start_s, utterance.end_s, safe_text(utterance.heard))
    return _shown(passage, utterance, is_last=True)


def _cues(utterance: Utterance) -> Iterator[Subtitle]:
    passages = [part for whole in _passages(utterance) for part in _parts(whole)]
    last = len(passages) - 1
    yield from (_shown(each, utterance, is_last=at == last) for at, each in enumerate(passages))


def _shown(passage: Passage, utterance: Utterance, *, is_last: bool) -> Subtitle:
    start = milliseconds(passage.start_s)
    end = max(start + 1, milliseconds(passage.end_s))
    text = f"{passage.text} {CUT}" if utterance.was_cut and is_last else passage.text
    return Subtitle(start, end, utterance.participant, text)


def _passages(utterance: Utterance) -> list[Passage]:
    """Sentences of an utterance with their places; one passage where these are not known."""
    heard = safe_text(utterance.heard)
    known = [Passage(p.start_s, p.end_s, safe_text(p.text)) for p in utterance.passages]
    if " ".join(each.text for each in known if each.text) != heard:
        known = [Passage(utterance.start_s, utterance.end_s, heard)]
    return [_readable(each) for each in known if each.text]


def _readable(passage: Passage) -> Passage:
    start_s, end_s = bounded(passage.start_s), bounded(passage.end_s)
    length_s = max(SHORTEST_S, len(passage.text) / READ_A_SECOND)
    return Passage(start_s, end_s if end_s > start_s else start_s + length_s, passage.text)


def _parts(passage: Passage) -> Iterator[Passage]:
    """Passage in cues: of about equal length, where it is too long for one."""
    length_s, size = passage.end_s - passage.start_s, len(passage.text)
    sentences = _sentences(passage)
    if len(sentences) > 1:
        for sentence in sentences:
            yield from _parts(sentence)
        return
    count = max(ceil(size / LONGEST), ceil(length_s / LONGEST_S))
    if count <= 1 or " " not in passage.text:
        yield passage
        return
    cut = _cut(passage.text, size / count)
    at = passage.start_s + length_s * cut / size
    yield from _parts(Passage(passage.start_s, at, passage.text[:cut].rstrip()))
    yield from _parts(Passage(at, passage.end_s, passage.text[cut:].lstrip()))


def _sentences(passage: Passage) -> list[Passage]:
    texts = split_sentences(passage.text)
    found: list[Passage] = []
    at = passage.start_s
    for text in texts:
        end = at + (passage.end_s - passage.start_s) * len(text) / max(1, sum(map(len, texts)))
        found.append(Passage(at, end, text))
        at = end
    return found


def _cut(text: str, about: float) -> int:
    """Place to cut a long text: after a clause near a place, else after a word."""
    low, high = int(about * 0.6), min(len(text) - 1, LONGEST)
    ends = [at + len(end) for end in _ENDS for at in _all(text, end) if low <= at + len(end) <= high]
    words = [at + 1 for at in _all(text, " ") if at + 1 <= high] or [text.index(" ") + 1]
    return min(ends or words, key=lambda at: abs(at - about))


def _all(text: str, part: str) -> Iterator[int]:
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)
