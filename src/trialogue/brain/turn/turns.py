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
"""Current turn of an agent or a person."""


@frozen
class Kept:
    """Cut turn of an agent, with its sound: it continues if its interrupter said nothing after all."""

    name: str
    """Agent that was cut off."""

    turn: int
    """Number of the cut turn."""

    replies: tuple[int, ...]
    """Numbers of the heard reply, which is paused, and of those that were to follow it."""

    by: str
    """Person who cut it off."""

    ended_s: float | None = None
    """Position where the interrupter's speech ended; None while its turn lasts."""


@define
class Turns:
    """All turns of the meeting."""

    current: Turn | None = None
    """Current turn; None while the floor is free."""

    taken: tuple[TurnTaken, ...] = ()
    """Completed turns."""

    tally: Tally = Factory(Tally)
    """Sums over the completed turns."""

    just_ended: TurnTaken | None = None
    """Turn that has just ended and is not checked yet; None without one."""

    free_since: float = 0.0
    """Time at which the floor became free, in seconds since the meeting's start."""

    heard: int = 0
    """Number of turns that were heard."""

    nominee: str | None = None
    """Participant whom the chair named and who has not had the floor since; None without one."""

    kept: Kept | None = None
    """Cut turn that may continue; None without one."""

    collecting: Collecting | None = None
    """Round that is being prepared or heard; None without one."""

    vain: Counter[str] = Factory(Counter[str])
    """Silent turns of each participant since one was last heard."""

    recent: deque[TurnTaken] = Factory(lambda: deque[TurnTaken](maxlen=8))
    """Last turns that were heard."""

    # --- changes ------------------------------------------------------------------------------------

    def begin(self, turn: Turn) -> None:
        """Begin a turn."""
        self.current = turn
        if self.nominee == turn.holder.name:
            self.nominee = None

    def end(self, taken: TurnTaken, plan: MeetingPlan) -> None:
        """Complete the current turn."""
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
        """Take the turn that has just ended, to check it once."""
        taken, self.just_ended = self.just_ended, None
        return taken

    def free(self, now: float) -> None:
        """Note that the floor is free from now on."""
        self.free_since = now

    def nominate(self, name: str) -> None:
        """Note the participant whom the chair has named."""
        self.nominee = name

    def keep(self, kept: Kept) -> None:
        """Keep a cut turn that may continue."""
        self.kept = kept

    def release(self) -> Kept | None:
        """Stop keeping the cut turn; returns it."""
        kept, self.kept = self.kept, None
        return kept

    def interrupter_ended(self, position_s: float) -> None:
        """Note where the speech of the kept turn's interrupter ended."""
        if self.kept is not None:
            self.kept = evolve(self.kept, ended_s=position_s)

    def collect(self, now: float) -> None:
        """Begin a round in which all agents prepare at once."""
        self.collecting = Collecting(now, (), was_heard=False)

    # --- views --------------------------------------------------------------------------------------

    def agent(self, name: str) -> AgentTurn | None:
        """Current turn if this agent holds it; None otherwise."""
        turn = self.current
        return turn if isinstance(turn, AgentTurn) and turn.holder.name == name else None

    def person(self, name: str) -> PersonTurn | None:
        """Current turn if this person holds it; None otherwise."""
        turn = self.current
        return turn if isinstance(turn, PersonTurn) and turn.holder.name == name else None

    def times_in_vain(self, name: str) -> int:
        """Number of a participant's silent turns since one was last heard."""
        return self.vain[name]

    def last_heard(self) -> TurnTaken | None:
        """Last turn that was heard; None before the first."""
        return self.recent[-1] if self.recent else None
