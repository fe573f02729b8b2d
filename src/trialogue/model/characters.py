r"""Sets of characters as Python's `re` understands them: ranges of code points, which any engine can read.

`re` reads `\d`, `\s` and upper and lower case by the Unicode tables of the running Python. The sets here are
made from those tables, so that another engine need not have the same ones.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import Final, TypeAlias

Ranges: TypeAlias = tuple[tuple[int, int], ...]
"""Ranges of code points: ascending, neither touching nor overlapping, first and last included."""

LAST: Final = 0x10FFFF
EVERYTHING: Final[Ranges] = ((0, LAST),)
ASCII_WORDS: Final[Ranges] = ((0x30, 0x39), (0x41, 0x5A), (0x61, 0x7A))
"""ASCII letters and digits, without `_`."""

_LAST_DIGIT: Final = 0x1FFFF
_LAST_SPACE: Final = 0x3FFF
_LAST_CASED: Final = 0x1FFFF
"""Code point after which there is no digit, space or cased letter; a test checks it against all characters.
"""

_ASCII_ORBITS: Final = {"i": "\u0130\u0131", "k": "\N{KELVIN SIGN}", "s": "\u017f"}
"""Letters beyond ASCII that equal an ASCII letter where case is ignored."""


def union(*sets: Ranges) -> Ranges:
    """Characters of any of the sets."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted(each for one in sets for each in one):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)


def complement(ranges: Ranges) -> Ranges:
    """All other characters."""
    edges = [(-2, -1), *ranges, (LAST + 1, LAST + 2)]
    return tuple(
        (before[1] + 1, after[0] - 1) for before, after in pairwise(edges) if before[1] + 1 < after[0]
    )


def without(ranges: Ranges, code: int) -> Ranges:
    """The same characters but one."""
    return complement(union(complement(ranges), ((code, code),)))


@cache
def digits(*, is_ascii: bool) -> Ranges:
    r"""Characters that `\d` matches."""
    return ((0x30, 0x39),) if is_ascii else _found(r"\d+", _LAST_DIGIT)


@cache
def spaces(*, is_ascii: bool) -> Ranges:
    r"""Characters that `\s` matches."""
    return ((0x09, 0x0D), (0x20, 0x20)) if is_ascii else _found(r"\s+", _LAST_SPACE)


@lru_cache(maxsize=1_024)
def in_any_case(low: int, high: int, *, is_ascii: bool) -> Ranges:
    """Range of characters, with all that equal one of them where case is ignored."""
    more: set[int] = set()
    for code in range(low, min(high, 0x7F) + 1):
        more.update(_ascii_orbit(chr(code), is_ascii=is_ascii))
    if not is_ascii and high > 0x7F:
        codes, orbits = _orbits()
        mates = set[int]().union(*orbits[bisect_left(codes, low) : bisect_right(codes, high)])
        more.update(code for code in mates if code < low or code > high)
    return union(((low, high),), tuple((code, code) for code in more))


def _ascii_orbit(letter: str, *, is_ascii: bool) -> Iterable[int]:
    if not letter.isalpha():
        return ()
    others = "" if is_ascii else _ASCII_ORBITS.get(letter.lower(), "")
    return [ord(each) for each in letter.lower() + letter.upper() + others]


@cache
def _orbits() -> tuple[Sequence[int], Sequence[frozenset[int]]]:
    """Characters that equal others where case is ignored, ascending; beside each, all that are equal.

    Two characters are equal if they share a lower-case letter, or if their lower-case letters share an
    upper-case one.
    """
    by_small: defaultdict[str, set[int]] = defaultdict(set)
    for code in range(_LAST_CASED + 1):
        letter = chr(code)
        small = letter.lower()[0]
        if small != letter or letter.upper() != letter:
            by_small[small].update((code, ord(small)))
    by_large: defaultdict[str, set[int]] = defaultdict(set)
    for small, group in by_small.items():
        by_large[small.upper()].update(group)
    orbit_of = {code: frozenset(group) for group in by_large.values() if len(group) > 1 for code in group}
    codes = sorted(orbit_of)
    return codes, [orbit_of[code] for code in codes]


def _found(pattern: str, last: int) -> Ranges:
    """Characters up to `last` that a pattern matches, according to `re` itself."""
    text = "".join(map(chr, range(last + 1)))
    return tuple((found.start(), found.end() - 1) for found in re.finditer(pattern, text))
