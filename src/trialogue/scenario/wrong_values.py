"""Faults of single values, in words: the kind, the unit, the form, and the probable intention."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import TypeAlias, assert_never

from trialogue.model import kinds, patterns
from trialogue.model.text import stream_safe
from trialogue.scenario.did_you_mean import meant_word
from trialogue.scenario.problems import Code, shown
from trialogue.scenario.quantities import dollars, meant_duration, percent
from trialogue.scenario.tree import Entries, Items, Node, Scalar

Fault: TypeAlias = tuple[Code, str]
"""Fault, with its text."""

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_NO_SPACE = re.compile(r"[\w-]+:\S")


def said(node: Node) -> str:
    """Description of a node for a message, such as "a list" or "a number"."""
    match node:
        case Items():
            return "a list"
        case Entries():
            return "a map"
        case Scalar(value=None):
            return "empty"
        case Scalar(value=bool()):
            return "true or false"
        case Scalar(value=int()):
            return "a number"
        case Scalar(value=float()):
            return "a fraction"
        case _:
            return "text"


def why_text(node: Node) -> str:
    """Likely reason why a text was found instead of another type; begins with `; `, or is empty."""
    text = node.value if isinstance(node, Scalar) else None
    if isinstance(text, str) and _NO_SPACE.match(text):
        return "; is a space missing after the colon?"
    if isinstance(text, str) and text.startswith("-"):
        return "; is a space missing after the dash?"
    return ""


def why_not_text(kind: kinds.Words, node: Node) -> str:
    """Hint at how to turn the node into a text."""
    match node:
        case Scalar(value=None) | Items():
            return ""
        case Entries(pairs=pairs) if len(pairs) == 1:
            return "; a colon and a space turn it into a map: put the whole text in quotes"
        case Scalar(value=bool()):
            return "; put it in quotes"
        case Scalar(value=int() | float() as number):
            match kind:
                case kinds.Money():
                    return f"; an amount needs its unit: {number:.2f} USD"
                case kinds.Percent():
                    part = number * 100 if number <= 1 else number
                    return f"; write it as a percentage: {part:g}%"
                case _:
                    return "; put it in quotes"
        case _:
            return ""


def text_fault(kind: kinds.Words, text: str, names: Sequence[str] | None = None) -> Fault | None:
    """Fault of a text of this kind, or None; `names` are those to which it can refer."""
    match kind:
        case kinds.Text():
            return None
        case kinds.OneLine():
            good = text == text.strip() != "" and text.isprintable() and ":" not in text and len(text) <= 80
            return None if good else (Code.LINE, "must be one line of at most 80 characters without a colon")
        case kinds.Name():
            return None if _NAME.fullmatch(text) else (Code.NAME, _name_fault(text, names))
        case kinds.PatternText():
            fault = pattern_fault(text)
            return None if fault is None else (Code.PATTERN, fault)
        case kinds.Money():
            good = dollars(text) is not None
            return None if good else (Code.LIMIT_COST, "must be US dollars such as 1.50 USD")
        case kinds.Percent():
            good = percent(text) is not None
            return None if good else (Code.FLOOR_SHARE, "must be a percentage such as 50%")
        case _:
            assert_never(kind)


def probable_name(text: str) -> str | None:
    """Valid name that a text probably means; None if it means none."""
    plain = unicodedata.normalize("NFKD", stream_safe(text)).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9_-]+", "-", plain).strip("-_0123456789")[:64].strip("-_")
    return name if _NAME.fullmatch(name) else None


def _among(text: str, names: Sequence[str]) -> str | None:
    """Name that a text means, or contains as a word; None for none."""
    probable = probable_name(text)
    if probable is None or probable in names:
        return probable
    found = (each for each in names if re.search(rf"(?<![\w-]){re.escape(each)}(?![\w-])", text))
    return next(found, None) or meant_word(probable, names)


def _name_fault(text: str, names: Sequence[str] | None) -> str:
    if len(text) > 64 and _NAME.fullmatch(text[:64]):
        return f"is longer than 64 characters ({len(text)})"
    name = probable_name(text) if names is None else _among(text, names)
    hint = f'; did you mean "{name}"?' if name is not None else ""
    if text == "*":
        hint = "; leave it out for anybody"
    return (
        f'"{shown(text)}" is not a valid name: use small letters, digits, _ and -, and start with a '
        f"letter{hint}"
    )


def pattern_fault(pattern: str) -> str | None:
    """Fault of a regular expression, or None."""
    try:
        patterns.compile(pattern)
    except patterns.PatternFault as fault:
        return str(fault)
    return None


def duration_fault(kind: kinds.Duration | kinds.DurationRange, read: object, value: object) -> Fault | None:
    """Fault of a duration, or None."""
    if read is not None:
        zero = isinstance(kind, kinds.Duration) and not kind.may_be_zero and read == 0
        return (Code.RANGE, "must be longer than 0s") if zero else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Code.DURATION, f"a duration needs its unit; did you mean {value:g}s?"
    forms = "must be a duration such as 900ms, 20s, 4m or 1h30m"
    if isinstance(kind, kinds.DurationRange):
        return Code.DURATION, f"{forms}, or a range such as 500ms..8s, smaller value first"
    if not isinstance(value, str):
        return Code.DURATION, forms
    if value.startswith("-"):
        return Code.DURATION, f"{forms}: it cannot be negative"
    probable = meant_duration(value)
    return Code.DURATION, forms if probable is None else f"{forms}; did you mean {probable}?"


def number_fault(kind: kinds.Number, value: float) -> Fault | None:
    """Fault of a number outside its bounds, or None."""
    low, high = kind.low, kind.high
    if (low is None or value >= low) and (high is None or value <= high):
        return None
    if low is not None and high is not None:
        return Code.RANGE, f"must be from {low:g} to {high:g}"
    return Code.RANGE, f"must be at least {low:g}" if low is not None else f"must be at most {high:g}"
