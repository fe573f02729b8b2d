"""Troubles of a meeting that repeats itself, and their detection; the remedies are in `remedies.py`.

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
"""Heard turns in a row that make a livelock while another participant waits."""

LOOP = 4
"""Heard turns in a row that make a politeness loop."""

ALIKE = 0.8
"""Least share of common words in two turns that are alike (Jaccard)."""

WORDS = 4
"""Least number of words in turns that are compared; shorter turns are alike only as closings."""

DEAD = 3
"""Silent turns of the chair in a row that make a dead chair."""

MOVE_ON = "The last turns said the same again. Go on to something else, or end the meeting."
"""Question to the chair in a politeness loop."""

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
    """Deputy of a dead chair; None without one."""

    dead_turns: int = 0
    """Number of the chair's last turns in a row that timed out in silence."""

    loops: int = 0
    """Number of politeness loops so far."""

    loop_until: int = 0
    """Number of the last turn of the last loop."""

    def take(self, taken: TurnTaken, chair: str | None) -> None:
        """Note a turn that is over."""
        if taken.participant == chair:
            is_dead = taken.was_silent and taken.cause == "timeout"
            self.dead_turns = self.dead_turns + 1 if is_dead else 0

    def promote(self, deputy: str) -> None:
        """Put a deputy in the chair's place."""
        self.deputy, self.dead_turns = deputy, 0

    def loop(self, until: int) -> bool:
        """Note a politeness loop; returns whether there was one before."""
        self.loops += 1
        self.loop_until = until
        return self.loops > 1

    @property
    def is_chair_dead(self) -> bool:
        """Whether the chair has had so many silent turns that it is dead."""
        return self.dead_turns >= DEAD


def ping_pong(recent: Sequence[TurnTaken]) -> frozenset[str]:
    """Two participants who alternated in the last heard turns; empty if none did."""
    last = recent[-PING_PONG:]
    names = frozenset(taken.participant for taken in last)
    takes_turns = all(a.participant != b.participant for a, b in pairwise(last))
    return names if len(last) == PING_PONG and len(names) == 2 and takes_turns else frozenset()


def circle(recent: Sequence[TurnTaken]) -> frozenset[str]:
    """Participants of the last `PING_PONG` heard turns; empty if there were fewer turns."""
    last = recent[-PING_PONG:]
    return frozenset(taken.participant for taken in last) if len(last) == PING_PONG else frozenset()


def is_loop(recent: Sequence[TurnTaken]) -> bool:
    """Whether the last heard turns say nearly the same, or are only closings."""
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
