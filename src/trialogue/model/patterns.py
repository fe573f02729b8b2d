"""Regular expressions from outside, searched in time that grows with the text and with nothing else.

1. A pattern comes from a scenario, from a client of the server, from a tool's schema or from a journal.
   Python's `re` may take without end over a short text (`(a+)+$`), and nothing can interrupt it. RE2 always
   takes linear time.
2. A pattern has the meaning that it has in `re`: `re`'s own parser reads it, and it is rewritten for RE2 with
   the character classes and letter case of this Python; see `Translation`.
3. Searches only ask whether a text matches, never where, so greedy and lazy repeats are equal.
4. What no search in linear time can do (looking around, referring back, atomic groups) is refused with
   another way to write it. So is such a pattern in a journal: no journal of the current rules can hold one,
   since each scenario was checked before, and those of other rules are not decided again.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from typing import Any, Final, Protocol, cast

from attrs import field

from trialogue.model.translation import PatternFault, Translation, read
from trialogue.values import frozen

__all__ = [
    "LARGEST",
    "LONGEST",
    "LinearPattern",
    "PatternFault",
    "compile",
]

LONGEST: Final = 1_000
"""Most characters of a pattern."""

LARGEST: Final = 5_000
"""Most instructions of one program: the cost of a search for each character of the text."""

_MEMORY: Final = 2 << 20
"""Bytes for one pattern in RE2."""

_re2: Any = import_module("re2")
"""RE2 from `google-re2`, which has no types."""

_TOO_LARGE: Final = "is too large: repeat less (at most 1,000 times), or split the pattern"


class _Engine(Protocol):
    """Part of RE2 that this module uses."""

    programsize: int

    def search(self, text: str) -> object | None: ...


@frozen
class LinearPattern:
    """Pattern that RE2 searches."""

    source: str
    """Source in the syntax of Python's `re`."""

    size: int
    """Instructions of its program: the cost of making and searching it."""

    _translation: Translation = field(repr=False)
    _engine: _Engine = field(repr=False)
    _engine_of_nothing: _Engine | None = field(repr=False)

    def search(self, text: str) -> bool:
        """Whether the text matches; a lone surrogate in the text counts as U+FFFD."""
        if not text and self._engine_of_nothing is not None:
            return self._engine_of_nothing.search("") is not None
        return self._engine.search(self._translation.prepared(text)) is not None


@lru_cache(maxsize=2_048)
def compile(pattern: str) -> LinearPattern:  # noqa: A001 - like `re.compile`: always called as `patterns.compile`
    """Pattern, ready for searches; `PatternFault` says in words what is wrong and how to write it."""
    if len(pattern) > LONGEST:
        raise PatternFault(f"is longer than {LONGEST:,} characters")
    translation = read(pattern)
    engine = _engine(translation.text)
    of_nothing = _engine(translation.text_of_nothing) if translation.text_of_nothing is not None else None
    if engine.programsize > LARGEST:
        raise PatternFault(_TOO_LARGE)
    return LinearPattern(pattern, engine.programsize, translation, engine, of_nothing)


def _engine(text: str) -> _Engine:
    options = _re2.Options()
    options.never_capture = True
    options.log_errors = False
    options.max_mem = _MEMORY
    try:
        return cast("_Engine", _re2.compile(text, options))
    except _re2.error as error:
        raise PatternFault(_TOO_LARGE) from error
