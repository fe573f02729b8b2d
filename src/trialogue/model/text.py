"""Text from a model, a service or a person, made safe to show on a line."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_CONTROLS = [*range(0x20), *range(0x7F, 0xA0)]
_SPACES = [*range(0x09, 0x0E), 0x85, 0x2028, 0x2029]
_BIDI = [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
_SAFE: dict[int, str | None] = {
    **dict.fromkeys(_CONTROLS + _BIDI),
    **dict.fromkeys(_SPACES, " "),
    **dict.fromkeys(range(0xD800, 0xE000), "\N{REPLACEMENT CHARACTER}"),
}
_STEERING = re.compile(rb"\x7f|\xc2[\x80-\x9f]|\xd8\x9c|\xe2\x80[\x8e\x8f\xa8-\xae]|\xe2\x81[\xa6-\xa9]")
"""UTF-8 forms of DEL, C1, line separators and Bidi_Control characters."""

_RUN_OF_SPACES = re.compile(" {2,}")
_MASK: Final = re.compile(r"<(\d+) words>")

UNCLEAR: Final = "(unclear)"
"""Text of speech that nobody could recognize."""

MOST_MARKS: Final = 30
"""Most combining marks on one letter, more than any writing has (the Stream-Safe Text Format of UAX #15)."""


def safe_text(text: str) -> str:
    """One line of `text` that can control neither a terminal nor the order of reading.

    C0, C1, DEL and the Unicode Bidi_Control characters (UAX 9) are removed; line breaks, tabs and runs of
    spaces become one space; lone surrogates, which UTF-8 cannot encode, become U+FFFD.
    """
    return _RUN_OF_SPACES.sub(" ", text.translate(_SAFE)).strip()


def mask(text: str) -> str:
    """Length of a text in its place: `<12 words>`; the mark of unclear speech is no word, and stays."""
    words = text.split()
    known = [word for word in words if word != UNCLEAR]
    length = f"<{len(known)} words>"
    if len(known) == len(words):
        return length
    return f"{length} {UNCLEAR}" if known else UNCLEAR


def masked_words(text: str) -> int:
    """Number of the words whose masks a text has."""
    return sum(int(number) for number in _MASK.findall(text))


def without_masks(text: str) -> str:
    """Text with a space in the place of each mask."""
    return _MASK.sub(" ", text)


def steerless(text: str) -> str:
    """One line of `text` like that of `safe_text`, with all of its spaces: they may be part of a path."""
    return text if text.isascii() and text.isprintable() else text.translate(_SAFE)


def steerless_lines(text: str) -> str:
    """`text` with each of its lines as `steerless` makes it."""
    return "\n".join(map(steerless, text.split("\n")))


def brief(text: str, longest: int) -> str:
    """Text, or its first `longest` characters and the number of the rest."""
    return text if len(text) <= longest else f"{text[:longest]}… ({len(text) - longest} more characters)"


def stream_safe(text: str) -> str:
    """Text without the marks on a letter beyond the thirtieth.

    Normal forms sort the marks of each letter, in a time that grows with the square of their number.
    """
    if len(text) <= MOST_MARKS or text.isascii():
        return text
    kept: list[str] = []
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def steerless_json(encoded: bytes) -> bytes:
    """JSON of the same value with all characters escaped that control a terminal or the order of reading.

    JSON's writers escape only C0; U+009B begins a control sequence as well as ESC [ does.
    """
    if encoded.isascii() and b"\x7f" not in encoded:
        return encoded
    return _STEERING.sub(lambda found: b"\\u%04x" % ord(found[0].decode()), encoded)


def well_formed(text: str) -> str:
    """Text with `?` for each lone surrogate, which UTF-8 cannot encode; TypeError for no text."""
    if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance] -- callers may not be typed
        raise TypeError(f"expected a text, not a {type(text).__name__}")
    return text.encode(errors="replace").decode()
