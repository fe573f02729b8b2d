"""Turns: the current one, completed ones, and a cut one that may continue."""

from __future__ import annotations

from collections import Counter, deque
from typing import TypeAlias

from attrs import Factory, evolve

from trialogue.brain.floor.view import Collecting, Tally, TurnTaken
from trialogue.brain.turn.agent import AgentTurn
from trialogue.brain.turn.person import PersonTurn
from trialogue.model.plan import MeetingPlan
from trialogue.values import define, frozen

Turn: TypeAlias = AgentTurn | PersonTurn
"""A current turn."""


@frozen
class Kept:
    """An agent's turn that was cut, with its sound: it continues if nobody said anything after all."""

    name: str
    """The agent that was cut off."""

    turn: int
    """The number of the turn that was cut."""

    replies: tuple[int, ...]
    """The reply that was heard, paused, and those that were to follow it."""

    by: str
    """The person who cut it off."""

    ended_s: float | None = None
    """Position where that person's speech ended; None while its turn lasts."""


@define
class Turns:
    """All turns of the meeting."""

    current: Turn | None = None
    """The current turn."""

    taken: tuple[TurnTaken, ...] = ()
    """Turns that are over."""

    tally: Tally = Factory(Tally)
    """Those in sums."""

    just_ended: TurnTaken | None = None
    """A turn that has just ended, before the course of the meeting looked at it."""

    free_since: float = 0.0
    """Moment at which the floor became free."""

    heard: int = 0
    """Number of turns that were heard."""

    nominee: str | None = None
    """Participant whom the chair named and who has not had the floor since."""

    kept: Kept | None = None
    """A turn that was cut and may continue."""

    collecting: Collecting | None = None
    """The round that is being prepared or heard."""

    vain: Counter[str] = Factory(Counter[str])
    """Number of times that each held the floor in vain since somebody was last heard."""

    recent: deque[TurnTaken] = Factory(lambda: deque[TurnTaken](maxlen=8))
    """The last turns that were heard."""

    # --- what changes them --------------------------------------------------------------------------

    def begin(self, turn: Turn) -> None:
        """A turn begins."""
        self.current = turn
        if self.nominee == turn.holder.name:
            self.nominee = None

    def end(self, taken: TurnTaken, plan: MeetingPlan) -> None:
        """The current turn is over."""
        self.current, self.just_ended, self.free_since = None, taken, taken.ended_at
        self.taken = (*self.taken, taken)
        self.tally = self.tally.after(taken, plan)
        if taken.was_silent:
            self.vain[taken.participant] += 1
            return
        self.vain.clear()
        self.heard += 1
        self.recent.append(taken)
        if self.collecting is not None:
            self.collecting = evolve(self.collecting, was_heard=True)

    def take_ended(self) -> TurnTaken | None:
        """Take the turn that has just ended, to be looked at once."""
        taken, self.just_ended = self.just_ended, None
        return taken

    def free(self, now: float) -> None:
        """The floor is free from now on."""
        self.free_since = now

    def nominate(self, name: str) -> None:
        """The chair has named somebody."""
        self.nominee = name

    def keep(self, kept: Kept) -> None:
        """Remember a turn that was cut."""
        self.kept = kept

    def release(self) -> Kept | None:
        """Forget the turn that was cut."""
        kept, self.kept = self.kept, None
        return kept

    def interrupter_ended(self, position_s: float) -> None:
        """The turn of the person who cut the kept one is over."""
        if self.kept is not None:
            self.kept = evolve(self.kept, ended_s=position_s)

    def collect(self, now: float) -> None:
        """All prepare at once, from now on."""
        self.collecting = Collecting(now, (), was_heard=False)

    # --- what they tell -----------------------------------------------------------------------------

    def agent(self, name: str) -> AgentTurn | None:
        """The current turn if this agent holds it."""
        turn = self.current
        return turn if isinstance(turn, AgentTurn) and turn.holder.name == name else None

    def person(self, name: str) -> PersonTurn | None:
        """The current turn if this person holds it."""
        turn = self.current
        return turn if isinstance(turn, PersonTurn) and turn.holder.name == name else None

    def times_in_vain(self, name: str) -> int:
        """Number of times that one held the floor in vain since somebody was last heard."""
        return self.vain[name]

    def last_heard(self) -> TurnTaken | None:
        """The last turn that was heard."""
        return self.recent[-1] if self.recent else None
