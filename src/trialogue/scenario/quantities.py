"""Quantities with a unit: durations (`900ms`, `1h30m`, `500ms..8s`), `50%`, `1.50 USD`."""

from __future__ import annotations

import math
import re

_UNITS = {"h": 3_600_000_000, "m": 60_000_000, "s": 1_000_000, "ms": 1_000}
"""Microseconds in each unit, as whole numbers, so that a text and its seconds convert exactly."""

_DURATION = re.compile(
    r"(?:(?P<h>\d{1,6}(?:\.\d{1,6})?)h)?"
    r"(?:(?P<m>\d{1,6}(?:\.\d{1,6})?)m(?!s))?"
    r"(?:(?P<s>\d{1,6}(?:\.\d{1,6})?)s)?"
    r"(?:(?P<ms>\d{1,9}(?:\.\d{1,3})?)ms)?",
    re.ASCII,
)


def read_duration(text: str) -> float | None:
    """The seconds of the duration `text`, to the microsecond; None if it is invalid."""
    match = _DURATION.fullmatch(text)
    if match is None or not text:
        return None
    micros = sum(_micros(number, _UNITS[unit]) for unit, number in match.groupdict().items() if number)
    return micros / 1_000_000


def _micros(number: str, unit: int) -> int:
    whole, _, part = number.partition(".")
    return int(whole) * unit + (int(part) * unit // 10 ** len(part) if part else 0)


def read_range(text: str) -> tuple[float, float] | None:
    """The two ends of a range `a..b`; `a` alone gives it twice. None if invalid or decreasing."""
    first, dots, second = text.partition("..")
    low = read_duration(first)
    high = read_duration(second) if dots else low
    return None if low is None or high is None or high < low else (low, high)


def write_duration(seconds: float) -> str:
    """The shortest text for these seconds."""
    if math.isinf(seconds):
        return "none"
    rest = round(seconds * 1_000_000)
    parts: list[str] = []
    for unit, size in _UNITS.items():
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    if rest:
        parts = [*(part for part in parts if not part.endswith("ms")), _thousandths(seconds)]
    return "".join(parts) or "0s"


def _thousandths(seconds: float) -> str:
    """The fraction of a second, in milliseconds with three decimal places."""
    millis, micros = divmod(round(seconds * 1_000_000) % 1_000_000, 1_000)
    return f"{millis}.{micros:03d}ms"


def write_range(ends: tuple[float, float]) -> str:
    """The text for a range."""
    low, high = ends
    return write_duration(low) if low == high else f"{write_duration(low)}..{write_duration(high)}"


_SPELLED = re.compile(
    r"(?P<number>\d{1,6}(?:[.,]\d{1,3})?)\s*"
    r"(?P<unit>ms|msecs?|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?)\.?",
    re.ASCII | re.IGNORECASE,
)
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})", re.ASCII)


def meant_duration(text: str) -> str | None:
    """The duration that an invalid text probably means: `10 min` is `10m`, `1:30` is `1m30s`."""
    text = text.strip()
    spelled = _SPELLED.fullmatch(text)
    if spelled is not None:
        unit = spelled["unit"].lower()
        short = "ms" if unit.startswith(("ms", "milli")) else unit[0]
        return spelled["number"].replace(",", ".") + short
    clock = _CLOCK.fullmatch(text)
    if clock is not None:
        return write_duration(int(clock[1] or 0) * 3600 + int(clock[2]) * 60 + int(clock[3]))
    joined = text.replace(" ", "").lower()
    return joined if joined != text and read_duration(joined) is not None else None


def percent(text: str) -> float | None:
    """The value of a percentage: 0.5 for `50%`; None if it is invalid."""
    found = re.fullmatch(r"\s*(\d{1,3}(?:\.\d+)?)\s*%\s*", text, re.ASCII)
    part = float(found[1]) / 100 if found else 0.0
    return part if 0 < part <= 1 else None


def dollars(text: str) -> float | None:
    """The value of an amount in US dollars: 1.5 for `1.50 USD`; None if it is invalid."""
    found = re.fullmatch(r"\s*(\d{1,6}(?:\.\d{1,4})?)\s*USD\s*", text, re.ASCII)
    return float(found[1]) if found and float(found[1]) > 0 else None
