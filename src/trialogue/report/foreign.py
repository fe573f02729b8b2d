"""Readers of other tools' recordings of meetings: the times of speech in RTTM, WebVTT, TextGrid and CHAT.

Each reader takes a file's text and returns its stretches by their beginning; a `ValueError` names the place
that is not of its format. Words are read only from WebVTT: in the other formats a label may be anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from html import unescape
from pathlib import Path
from types import MappingProxyType
from typing import Final

from trialogue.model.transcript import Utterance
from trialogue.regular_files import read_bounded
from trialogue.report.rttm import read_rttm
from trialogue.report.stretches import Stretch
from trialogue.values import frozen

__all__ = [
    "READERS",
    "VoicedCue",
    "read_chat",
    "read_cues",
    "read_foreign",
    "read_textgrid",
    "read_webvtt",
    "read_words",
    "text_of",
]

MOST_MIB: Final = 64
"""Most MiB of a file: weeks of speech."""

_CUE: Final = re.compile(r"((?:(?<!\d)\d+:)?\d\d:\d\d\.\d{3})[ \t]++-->[ \t]++((?:\d+:)?\d\d:\d\d\.\d{3})")
_VOICE: Final = re.compile(r"<v(?:\.[^\s<>]*+)?\s++([^<>]++)>")
_TAG: Final = re.compile(r"<[^<>]*+>")
_TEXTGRID: Final = re.compile(r'"(?:[^"]|"")*"|\[\d*\]|-?\d+(?:\.\d+)?(?:[eE]-?\d+)?')
"""Texts, numbers, and the bracketed indices of the long format."""

_INTERVAL: Final = 3
_TIERS: Final = MappingProxyType({'"IntervalTier"': _INTERVAL, '"TextTier"': 2})
"""Number of values in an element of each kind of tier: an interval has two times and a label, a point one
time.
"""

_DIGITS: Final = 12
"""Most digits of a whole number in a time."""

_CHAT: Final = re.compile(r"\x15(\d+)_(\d+)\x15")


def text_of(path: Path) -> str:
    """Text of a file.

    Raises OSError as `open` does and for more than `MOST_MIB` MiB, ValueError if it is not UTF-8.
    """
    text = read_bounded(path, MOST_MIB).decode("utf-8-sig")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_foreign(path: Path) -> tuple[Stretch, ...]:
    """Stretches of a file, read by its ending.

    ValueError for another ending or content, OSError as from `open`.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise ValueError(f"its suffix is not one of {', '.join(READERS)}")
    return reader(text_of(path))


def read_words(path: Path) -> tuple[Utterance, ...]:
    """Utterances of a file, if it has words: one for each cue of WebVTT; errors as from `read_foreign`."""
    if path.suffix.lower() != ".vtt":
        return ()
    cues = read_cues(text_of(path))
    return tuple(
        Utterance(each.speaker, number, each.start_s, each.end_s, each.text, each.text, "finished")
        for number, each in enumerate(cues, 1)
    )


def read_webvtt(text: str) -> tuple[Stretch, ...]:
    """Stretches of the cues that have a voice span (W3C WebVTT, section 3.4); others have no speaker."""
    return _ordered(Stretch(each.speaker, None, each.start_s, each.end_s) for each in read_cues(text))


@frozen
class VoicedCue:
    """Words of one speaker in a WebVTT file."""

    speaker: str
    """Participant, by the file's name for it."""

    start_s: float
    """Beginning, in seconds."""

    end_s: float
    """End, in seconds."""

    text: str
    """Words, in one line. Personal."""


def read_cues(text: str) -> tuple[VoicedCue, ...]:
    """Cues of a WebVTT file that have a speaker, by their beginning; one for each voice span."""
    if not text.startswith("WEBVTT"):
        raise ValueError("it does not start with WEBVTT")
    found: list[VoicedCue] = []
    for block in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n")):
        times = _CUE.search(block)
        if times is None:
            continue
        voices = list(_VOICE.finditer(block))
        bounds = [*(each.start() for each in voices), len(block)]
        for voice, end in zip(voices, bounds[1:], strict=True):
            words = " ".join(unescape(_TAG.sub("", block[voice.end() : end])).split())
            found.append(VoicedCue(unescape(voice[1]).strip(), _seconds(times[1]), _seconds(times[2]), words))
    return tuple(sorted(found, key=lambda each: (each.start_s, each.end_s, each.speaker)))


def read_textgrid(text: str) -> tuple[Stretch, ...]:
    """Stretches of the intervals with a label, a tier for each speaker (Praat's long and short format)."""
    words = [each for each in _TEXTGRID.findall(text) if not each.startswith("[")]
    if words[:2] != ['"ooTextFile"', '"TextGrid"']:
        raise ValueError("it does not start like a TextGrid")
    found: list[Stretch] = []
    place = next((place for place, word in enumerate(words) if word in _TIERS), len(words))
    while place < len(words):
        try:
            tier, count, size = words[place + 1], int(words[place + 4]), _TIERS[words[place]]
            place += 5
            for _ in range(min(count, len(words))):
                if size == _INTERVAL and words[place + 2].strip('" \t\n'):
                    start_s, end_s = float(words[place]), float(words[place + 1])
                    found.append(Stretch(_unquoted(tier), None, start_s, end_s))
                place += size
        except (IndexError, KeyError, ValueError) as error:
            raise ValueError("one of its tiers is incomplete") from error
        if place > len(words):
            raise ValueError("one of its tiers is incomplete")
    return _ordered(found)


def read_chat(text: str) -> tuple[Stretch, ...]:
    """Stretches of the main lines with times (the CHAT manual of TalkBank, part 1)."""
    if "@Begin" not in text:
        raise ValueError("it has no @Begin")
    found: list[Stretch] = []
    who = ""
    for line in text.splitlines():
        if line[:1] in {"*", "%", "@"}:
            who = line[1:].partition(":")[0] if line.startswith("*") else ""
        if who and (times := _CHAT.search(line)):
            found.append(Stretch(who, None, _whole(times[1]) / 1000, _whole(times[2]) / 1000))
    return _ordered(found)


READERS: Final[Mapping[str, Callable[[str], tuple[Stretch, ...]]]] = MappingProxyType(
    {".rttm": read_rttm, ".vtt": read_webvtt, ".textgrid": read_textgrid, ".cha": read_chat}
)
"""Functions that read a file, by its ending."""


def _seconds(stamp: str) -> float:
    *hours, minutes, seconds = stamp.split(":")
    return 3600 * _whole(hours[0] if hours else "0") + 60 * _whole(minutes) + float(seconds)


def _whole(digits: str) -> int:
    """Number of a time; ValueError for one that no meeting can have."""
    if len(digits) > _DIGITS:
        raise ValueError(f"it has a time of {len(digits):,} digits")
    return int(digits)


def _unquoted(word: str) -> str:
    return word[1:-1].replace('""', '"')


def _ordered(found: Iterable[Stretch]) -> tuple[Stretch, ...]:
    return tuple(sorted(found, key=lambda each: (each.start_s, each.end_s, each.participant)))
