"""Place in a script: its used entries, and its way back over replies that nobody heard.

1. A reply uses an entry when it begins. `given` are the entries that were heard in earlier sessions.
2. A reply of which nothing was sent when it was cut gives its entry back.
3. A client reports the number of remarks that were not heard, and the script goes back by as many begun
   replies, the newest first. The words that they answered count as heard again, so their rules fit once more.
4. A session that repeats a lost turn is told the words that the turn answered: they count as heard again.
5. The place does not depend on time: the server does not guess how long a reply played at the client.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from attrs import field

from trialogue.values import define, frozen

__all__ = ["ScriptPlace", "split_denial"]

_KEPT: Final = 1024
"""Begun replies that the script can go back over; an older one counts as given."""

_DENIAL: Final = re.compile(
    r"(?m)^(?:1 remark of yours was|([2-9]|[1-9]\d{1,3}) remarks of yours were) not heard\.$"
)


def split_denial(text: str) -> tuple[int, str]:
    r"""Number of unheard remarks in a text, from a line of its own, and the text without that line.

    >>> split_denial("Ada: Hello.\n2 remarks of yours were not heard.\nPlease go on.")
    (2, 'Ada: Hello.\nPlease go on.')
    >>> split_denial("Ada: 2 remarks of yours were not heard.")
    (0, 'Ada: 2 remarks of yours were not heard.')
    """
    found = _DENIAL.search(text)
    if found is None:
        return 0, text
    rest = [part.strip("\n") for part in (text[: found.start()], text[found.end() :])]
    return int(found[1] or 1), "\n".join(filter(None, rest))


@frozen
class _Begun:
    """Reply that was begun."""

    reply: int
    """Number of the reply."""

    entry: int
    """Index of its entry in the script's list."""

    heard: str = field(repr=False)
    """Words that it answers, except recalled ones. Personal."""

    recalled: str = field(repr=False)
    """Words that it answers a second time. Personal."""


@define
class ScriptPlace:
    """Place in one script in one session."""

    given: frozenset[int] = frozenset()
    """Entries that were heard in earlier sessions."""

    recalled: str = field(default="", repr=False)
    """Words that count as heard again, before what is heard next. Personal."""

    _begun: list[_Begun] = field(factory=list[_Begun], init=False)

    def is_used(self, entry: int) -> bool:
        """Whether the entry with this index is used up."""
        return entry in self.given or any(begun.entry == entry for begun in self._begun)

    def count(self, entries: Collection[int]) -> int:
        """Number of times that these entries were used."""
        return len(self.given & set(entries)) + sum(begun.entry in entries for begun in self._begun)

    def begin(self, reply: int, entry: int, heard: str) -> None:
        """Note that a reply uses an entry."""
        self._begun.append(_Begun(reply, entry, heard, self.recalled))
        self.recalled = ""
        if len(self._begun) > _KEPT:
            self.given |= {self._begun.pop(0).entry}

    def give_back(self, reply: int) -> None:
        """Note that a reply was cut before any of it was sent."""
        for begun in [begun for begun in self._begun if begun.reply == reply]:
            self._begun.remove(begun)
            self.recalled = begun.recalled

    def go_back(self, count: int) -> None:
        """Note that the newest `count` begun replies were not heard."""
        first = max(0, len(self._begun) - count)
        denied = self._begun[first:]
        del self._begun[first:]
        heard = [begun.recalled for begun in denied[:1]]
        for begun in denied:
            # An interrupted agent hears its last input again, together with the next.
            if heard and heard[-1] and begun.heard.startswith(heard[-1]):
                heard.pop()
            heard.append(begun.heard)
        self.recalled = " ".join(filter(None, [*heard, self.recalled]))
