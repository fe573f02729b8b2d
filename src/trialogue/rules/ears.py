"""Whose words an ear made out: of one stream of sound, those that an agent is known to have said.

1. An ear makes one text of an agent that was cut off and the person who cut it off, or began just behind it.
2. What agents said is known. The words since the ear's last text are laid along the beginning of its new
   one, and what they cover is theirs; the rest is the person's.
3. They are laid as a fragment: recognizers miss words, mistake them, and begin late; a cut is known to a
   few words only. Some words must agree, and half of what is covered.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import Factory, define, frozen

LAG_S = 0.5
"""A text ends at least so long before it is told: what was said since belongs to the next."""

BEYOND_S = 3.0
"""How far behind a cut words may still have been made out: the place of a cut is an estimate."""

NEEDED = 3
"""So many words must agree, where so many were said: fewer may be a chance."""

SHORT = 4
"""So many of the last known words may be missing before somebody else's begin."""

LONGEST = 240
"""As many words are compared: a minute and a half of speech without a pause."""

_AGREES, _DIFFERS, _MISSING = 2, -2, -2


@frozen
class Words:
    """Words that are taken to be a person's."""

    text: str
    """What was made out. Personal."""

    is_certain: bool = True
    """Whether they are that person's alone, as far as is known."""

    def then(self, more: Words) -> Words:
        """These, and more behind them."""
        return Words(f"{self.text} {more.text}", self.is_certain and more.is_certain)


@define
class Ears:
    """When each ear last made words out."""

    _told: dict[str, float] = Factory(dict[str, float])

    def since(self, listener: str) -> float:
        """From when on an ear's next text may be, in seconds since the meeting's start."""
        return max(0.0, self._told.get(listener, 0.0) - LAG_S)

    def told(self, listener: str, at: float) -> None:
        """Note that an ear has made words out."""
        self._told[listener] = at


def behind(known: str, text: str, *, unsure: int = 0) -> Words:
    """What is left of `text` behind the words at its beginning that are `known`; maybe nothing.

    The last `unsure` of the known words may not have been said. All of the text is left where no known ones
    stand there; it is uncertain where it is long enough to hold them nevertheless.
    """
    heard, before = text.split(), known.split()[-LONGEST:]
    covered = _covered(_plain(before), _plain(heard[:LONGEST]), len(before) - unsure)
    could_hold = 0 < len(before) - unsure <= len(heard)
    return Words(" ".join(heard[covered:]), is_certain=covered > 0 or not could_hold)


def _plain(words: Sequence[str]) -> list[str]:
    return ["".join(filter(str.isalnum, word.casefold())) for word in words]


def _covered(known: Sequence[str], heard: Sequence[str], said: int) -> int:
    """How many of the words heard a fragment of the known ones covers best; 0 for none worth it.

    Semi-global alignment (Needleman and Wunsch 1970): the known may begin and end anywhere, the heard must
    begin at the beginning. A fragment that does not reach the last of the `said` ones must cover all.
    """
    needed = max(2, min(NEEDED, said))
    best, covered = 0, 0
    row = [(0, 0)] * (len(known) + 1)
    for number, word in enumerate(heard, start=1):
        row = _next_row(row, known, word)
        score, agreed = max(row if number == len(heard) else row[max(0, said - SHORT) :])
        if score > best and agreed >= needed:  # a score above 0 is one of which more than half agrees
            best, covered = score, number
    return covered


def _next_row(above: Sequence[tuple[int, int]], known: Sequence[str], word: str) -> list[tuple[int, int]]:
    """Score and number of agreeing words, for each end of the fragment, with one more word heard."""
    row = [(above[0][0] + _MISSING, 0)]
    for place, other in enumerate(known):
        score, agreed = above[place]
        agrees = _alike(word, other)
        row.append(
            max(
                (score + (_AGREES if agrees else _DIFFERS), agreed + agrees),
                (above[place + 1][0] + _MISSING, above[place + 1][1]),
                (row[place][0] + _MISSING, row[place][1]),
            )
        )
    return row


def _alike(one: str, other: str) -> bool:
    """Whether two words may be the same, heard well or cut short."""
    if one == other:
        return True
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) >= 4 and longer.startswith(shorter[: max(4, len(longer) * 2 // 3)])
