"""Check of a recognizer's words: only as many count as fit into the detected speech.

Whisper writes words for any sound. Words that pass its own measure of doubt (`recognition`) are compared with
the length of the detected speech and, where that is short or doubtful, with the sentences that Whisper is
known to write for noise: the ends of the films that it was trained on.
"""

from __future__ import annotations

import re
from typing import Final

from trialogue.speech.ports import Recognized

WORDS_A_SECOND: Final = 6.0
"""People speak 2 to 5 words a second."""

_BRIEF_S: Final = 0.4
"""Seconds below which speech may be a knock; a spoken "thank you" takes longer."""

_DOUBTFUL: Final = 0.2
"""Whisper's probability of no speech from which a film's ending is rejected. Speech stays below 0.1."""

_OF_NOISE: Final = frozenset(
    {
        "you",
        "thank you",
        "thank you very much",
        "thanks for watching",
        "thank you for watching",
        "please subscribe",
        "bye",
        "bye bye",
        "the end",
        "i'm sorry",
    }
)
"""Sentences that Whisper writes for noise, in small letters without punctuation."""

_LETTERS: Final = re.compile(r"[^\w' ]+")


def most_words(speech_s: float) -> int:
    """Most words that so much speech can hold: six a second, and one more."""
    return int(WORDS_A_SECOND * speech_s) + 1


def believable(recognized: Recognized, speech_s: float) -> str:
    """Words that fit into `speech_s` seconds of detected speech; empty where none do.

    >>> believable(Recognized("Thank you.", no_speech=0.1), 0.1)
    ''
    >>> believable(Recognized("Yes, of course.", no_speech=0.01), 0.7)
    'Yes, of course.'
    """
    words = recognized.text.split()
    if not words or speech_s <= 0.0:
        return ""
    is_doubtful = speech_s < _BRIEF_S or recognized.no_speech > _DOUBTFUL
    plain = " ".join(_LETTERS.sub(" ", recognized.text.lower()).split())
    if is_doubtful and plain in _OF_NOISE:
        return ""
    most = most_words(speech_s)
    if len(words) <= most:
        return recognized.text
    # Far too many words are invented as a whole; a few too many are a sentence with an invented end.
    return "" if len(words) > 2 * most or speech_s < _BRIEF_S else " ".join(words[:most])
