"""Lines of text for any screen: spans with a meaning, and their plain form.

All foreign text goes through `safe_text`, or through `steerless` with a line of our own around it, on its way
into a span, and is never read as markup.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from trialogue.model.text import safe_text, steerless
from trialogue.values import frozen

EIGHTHS: Final = " ▏▎▍▌▋▊▉█"
"""Blocks that fill no, one, ... eight eighths of a cell (Unicode block elements)."""


class Tone(Enum):
    """Tone of a span: its emphasis."""

    NORMAL = "normal"
    STRONG = "strong"
    FAINT = "faint"
    WARNING = "warning"


@frozen
class Span:
    """Text with one style."""

    text: str
    """Text, safe for a terminal, without line breaks."""

    tone: Tone = Tone.NORMAL
    """Emphasis."""

    seat: int | None = None
    """Place in the cast of the participant whose colour it has, from 0; None for the terminal's own colour.
    """


@frozen
class Line:
    """Spans beside each other."""

    spans: tuple[Span, ...] = ()
    """Spans from left to right."""

    hang: int = 0
    """Cells by which further rows of a broken line are indented."""


def span(text: str, tone: Tone = Tone.NORMAL, seat: int | None = None) -> Span:
    """A span of untrusted text, without line breaks and control characters; spaces at its edges are kept."""
    safe = safe_text(text)
    lead = " " * (len(text) - len(text.lstrip(" ")))
    trail = " " * (len(text) - len(text.rstrip(" "))) if safe else ""
    return Span(f"{lead}{safe}{trail}", tone, seat)


def line(*spans: Span | str, hang: int = 0) -> Line:
    """A line of spans; a plain string keeps its spaces, and loses control characters and line breaks."""
    return Line(tuple(Span(steerless(each)) if isinstance(each, str) else each for each in spans), hang)


def plain(shown: Line) -> str:
    """The line without styles and without trailing blanks."""
    return "".join(each.text for each in shown.spans).rstrip()


def width(text: str) -> int:
    """Width of `text` on a terminal, in cells, by rich's rules.

    >>> width("日本"), width("e\u0301"), width("👩‍👩‍👧")
    (4, 1, 2)
    """
    if text.isascii() and text.isprintable():
        return len(text)
    from rich.cells import cell_len  # noqa: PLC0415 - its tables, for letters beyond ASCII

    return cell_len(text)


def padded(text: str, cells: int) -> str:
    """`text` in exactly that many cells: padded with blanks, or cut with an ellipsis."""
    missing = cells - width(text)
    if missing >= 0:
        return text + " " * missing
    while text and width(text) > cells - 1:
        text = text[:-1]
    return padded(f"{text}…", cells) if cells > 0 else ""


def bar(part: float, cells: int) -> str:
    """A bar that fills `part` (0 to 1) of the given cells, in steps of an eighth of a cell."""
    eighths = round(min(1.0, max(0.0, part)) * cells * 8)
    full, rest = divmod(eighths, 8)
    return (EIGHTHS[8] * full + (EIGHTHS[rest] if rest else "")).ljust(cells)


def counted(number: int, noun: str) -> str:
    """`1 turn`, `2 turns`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def shortened(text: str, cells: int) -> str:
    """The text, cut with an ellipsis if it is too long."""
    if width(text) <= cells:
        return text
    while text and width(text) >= cells:
        text = text[:-1]
    return f"{text}…"
