"""Meetings that repeat themselves: how each trouble is detected; the remedies are in `remedies.py`.

1. Livelock: two participants have alternated in the last `PING_PONG` turns while a third waits with its hand
   up; if the speaker names the next one, the same holds for more than two.
2. Politeness loop: the last `LOOP` turns say nearly the same, or are only closings.
3. Dead chair: the chair is gone permanently, or was silent in its last `DEAD` turns.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from trialogue.brain.floor.view import TurnTaken
from trialogue.values import define

PING_PONG = 6
"""Turns of others, one after another, that make a livelock where somebody waits."""

LOOP = 4
"""Turns in a row that make a loop."""

ALIKE = 0.8
"""Turns are alike where they have so much of their words in common (Jaccard)."""

WORDS = 4
"""Turns of fewer words are alike only as closings."""

DEAD = 3
"""Silent turns of the chair, one after another, that make it a dead one."""

MOVE_ON = "The last turns said the same again. Go on to something else, or end the meeting."
"""Words that the chair is asked in a politeness loop."""

_WORD = re.compile(r"\w+")
_CLOSING = re.compile(
    r"\b(?:thanks|thank you|bye|goodbye|good night|take care|see you|talk soon|have a (?:great|nice|good)|"
    r"you'?re welcome|likewise|my pleasure|until next time)\b",
    re.IGNORECASE,
)
_CLOSING_WORDS = 12


@define
class Troubles:
    """Troubles of the meeting so far."""

    deputy: str | None = None
    """Deputy of a dead chair."""

    dead_turns: int = 0
    """Number of the chair's turns, one after another, that ended with nothing said."""

    loops: int = 0
    """Number of times that the meeting was found to go round in circles."""

    loop_until: int = 0
    """The last turn of the last loop."""

    def take(self, taken: TurnTaken, chair: str | None) -> None:
        """A turn is over."""
        if taken.participant == chair:
            is_dead = taken.was_silent and taken.cause == "timeout"
            self.dead_turns = self.dead_turns + 1 if is_dead else 0

    def promote(self, deputy: str) -> None:
        """Put a deputy into the chair's place."""
        self.deputy, self.dead_turns = deputy, 0

    def loop(self, until: int) -> bool:
        """Note a loop; whether there was one before."""
        self.loops += 1
        self.loop_until = until
        return self.loops > 1

    @property
    def is_chair_dead(self) -> bool:
        """Whether the chair was silent for as long as makes it a dead one."""
        return self.dead_turns >= DEAD


def ping_pong(recent: Sequence[TurnTaken]) -> frozenset[str]:
    """Two who have had the last heard turns by turns; none where that is not so."""
    last = recent[-PING_PONG:]
    names = frozenset(taken.participant for taken in last)
    takes_turns = all(a.participant != b.participant for a, b in pairwise(last))
    return names if len(last) == PING_PONG and len(names) == 2 and takes_turns else frozenset()


def circle(recent: Sequence[TurnTaken]) -> frozenset[str]:
    """Participants who have had the last heard turns, however many; none where there were too few."""
    last = recent[-PING_PONG:]
    return frozenset(taken.participant for taken in last) if len(last) == PING_PONG else frozenset()


def is_loop(recent: Sequence[TurnTaken]) -> bool:
    """Whether the last heard turns say nearly the same, or are nothing but closings."""
    last = recent[-LOOP:]
    if len(last) < LOOP or len({taken.participant for taken in last}) < 2:
        return False
    if all(_is_closing(taken.heard) for taken in last):
        return True
    words = [frozenset(_WORD.findall(taken.heard.casefold())) for taken in last]
    return all(len(each) >= WORDS for each in words) and all(_alike(a, b) for a, b in pairwise(words))


def _is_closing(text: str) -> bool:
    return len(text.split()) <= _CLOSING_WORDS and _CLOSING.search(text) is not None


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= ALIKE * len(one | other)
