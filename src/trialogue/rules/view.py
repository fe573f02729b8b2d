"""What a policy sees and what it may answer: frozen values, so that it cannot keep or change anything."""

from __future__ import annotations

from typing import Protocol, TypeAlias

from attrs import frozen

from trialogue.model.commands import Cause
from trialogue.model.plan import AgendaItem, MeetingPlan


@frozen
class TurnTaken:
    """One turn that is over."""

    turn: int
    """Its number, from 1."""

    participant: str
    """Who held the floor."""

    cause: Cause
    """Why it ended."""

    chosen_by: str
    """Who chose: a policy's name, `asked` (the app, or a lost turn taken again), or `silence`."""

    heard: str
    """The words that were heard. Personal."""

    began_at: float
    """When the floor was granted, in seconds since the meeting's start."""

    ended_at: float
    """When it was free again, in seconds since the meeting's start."""

    spoken_s: float
    """How many seconds of sound were heard."""

    @property
    def was_silent(self) -> bool:
        """Whether nothing was heard in it."""
        return self.spoken_s <= 0


@frozen
class Waiting:
    """One accepted floor request."""

    participant: str
    """Who waits."""

    priority: int
    """-2 lowest to 2 highest (RFC 8855)."""

    since: float
    """When it asked, in seconds since the meeting's start."""

    is_prepared: bool
    """Whether a reply of it is held and can be played at once."""

    words: str = ""
    """The prepared reply's words, as far as they have arrived. Personal."""


@frozen
class Named:
    """Whom the chair gave the floor by its tool; it stands until the next grant to another."""

    to: str
    """Who shall speak."""

    about: str
    """What is asked of it. Personal."""

    by: str
    """Which chair said so."""


@frozen
class FloorView:
    """The meeting at a moment when the floor is free."""

    plan: MeetingPlan
    """All that was known before the meeting."""

    now: float
    """Seconds since the meeting's start."""

    free_since: float
    """When the last turn ended, or the meeting opened."""

    present: tuple[str, ...]
    """Who can be granted the floor, in the cast's order."""

    away: tuple[str, ...] = ()
    """Who could speak but has no session now."""

    queue: tuple[Waiting, ...] = ()
    """Who waits: by priority, then first come."""

    turns: tuple[TurnTaken, ...] = ()
    """All turns so far, in order."""

    named: Named | None = None
    """Whom the chair gave the floor by its tool."""

    item: AgendaItem | None = None
    """The point of the agenda at hand."""

    draw: float = 0.0
    """A number in [0, 1), drawn anew for each turn by the meeting's seed."""

    @property
    def last(self) -> TurnTaken | None:
        """The turn that ended last."""
        return self.turns[-1] if self.turns else None

    @property
    def passed(self) -> frozenset[str]:
        """Who held the floor in vain (`yielded`, `timeout`, ...) since somebody was last heard."""
        names: set[str] = set()
        for taken in reversed(self.turns):
            if not taken.was_silent:
                break
            names.add(taken.participant)
        return frozenset(names)

    def spoken_s(self, participant: str) -> float:
        """Seconds of sound that were heard of a participant."""
        return sum(taken.spoken_s for taken in self.turns if taken.participant == participant)

    def is_prepared(self, participant: str) -> bool:
        """Whether a participant waits with a reply that can be played at once."""
        return any(waiting.is_prepared for waiting in self.queue if waiting.participant == participant)


@frozen
class Next:
    """Grant the floor to somebody."""

    to: str
    """Who is present."""

    reason: str
    """Why this one, in words without speech."""

    about: str = ""
    """What is asked of it. Personal."""


@frozen
class Wait:
    """Leave the floor free for a while; a policy that still waits after `until` has nobody to name."""

    until: float
    """Seconds since the meeting's start."""

    reason: str
    """What is waited for."""


@frozen
class Nobody:
    """There is nobody to name."""

    reason: str
    """Why, as a code: `chair-timeout`, `all-passed`, `order-done`..."""

    is_final: bool = False
    """Whether there never will be again: the meeting ends for this reason."""


Decision: TypeAlias = Next | Wait | Nobody
"""All that a policy can say."""


class Policy(Protocol):
    """A replaceable rule that chooses who speaks next: a pure function of what it sees."""

    def choose(self, view: FloorView, /) -> Decision:
        """Choose; called whenever the floor is free and something has happened."""
        ...
