"""View that a policy decides by, and its answers: frozen values, so that a policy can change nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import reduce
from itertools import takewhile
from math import inf
from types import MappingProxyType
from typing import Protocol, TypeAlias

from trialogue.model.participants import Kind
from trialogue.model.plan import AgendaItem, MeetingPlan
from trialogue.model.sums import summed
from trialogue.model.transcript import Cause
from trialogue.values import frozen

COLLISION_S = 0.3
"""Greatest time between two starts that collide, in seconds."""


@frozen
class TurnTaken:
    """Completed turn."""

    turn: int
    """Number of the turn, from 1."""

    participant: str
    """Participant who held the floor."""

    cause: Cause
    """Cause of the turn's end."""

    chosen_by: str
    """Chooser: a policy's name, `asked` (the app, or a lost turn taken again), or `silence`."""

    heard: str
    """Words that were heard. Personal."""

    began_at: float
    """Time at which the floor was granted, in seconds since the meeting's start."""

    ended_at: float
    """Time at which the floor was free again, in seconds since the meeting's start."""

    spoken_s: float
    """Seconds of sound that were heard."""

    is_forced: bool = False
    """Whether all its words were given by the app or by the meeting itself."""

    @property
    def was_silent(self) -> bool:
        """Whether nothing was heard in the turn."""
        return self.spoken_s <= 0 and not self.heard


@frozen
class Waiting:
    """Accepted floor request that waits."""

    participant: str
    """Participant who waits."""

    priority: int
    """Priority, from -2 (lowest) to 2 (highest) (RFC 8855)."""

    since: float
    """Time of the request, in seconds since the meeting's start."""

    is_prepared: bool
    """Whether a reply of the participant is held and can be played at once."""

    words: str = ""
    """Words of the prepared reply, as far as they have arrived. Personal."""

    urgency: int = 5
    """Urgency of its bid, from 0 to 10; 5 if the bid gives none."""

    about: str = ""
    """Topic of its bid. Personal."""

    is_raised: bool = False
    """Whether a hand is up; a prepared reply alone does not count."""


COUNTED = frozenset({"round-robin", "silence"})
"""Choosers whose turns move the position in the order."""


@frozen
class Tally:
    """Sums over all turns so far, updated with each turn (`after`): no policy goes through all turns."""

    spoken: Mapping[str, float] = MappingProxyType({})
    """Seconds of sound heard, by participant."""

    began: Mapping[str, float] = MappingProxyType({})
    """Time at which the last turn began, by participant."""

    turned: tuple[str, ...] = ()
    """Order of the participants, rotated so that the next position comes first; empty before the first turn.
    """

    place: int = 0
    """Number of used positions in a script's order."""

    def after(self, taken: TurnTaken, plan: MeetingPlan) -> Tally:
        """Sums with one more turn."""
        who = taken.participant
        order, place = self.order(plan), self.place
        if taken.chosen_by in COUNTED and who in order:
            order = order[order.index(who) + 1 :] + order[: order.index(who) + 1]
        if taken.chosen_by == "scripted":
            rest = plan.floor.order[place:]  # a hook may give a turn to one who has no more of its own there
            place += rest.index(who) + 1 if who in rest else 1
        spoken = {**self.spoken, who: self.spoken.get(who, 0.0) + taken.spoken_s}
        return Tally(spoken, {**self.began, who: taken.began_at}, order, place)

    def order(self, plan: MeetingPlan) -> tuple[str, ...]:
        """Current order; participants who have joined since come last."""
        whole = plan.floor.order or tuple(p.name for p in plan.participants)
        known = self.turned or whole
        return known + tuple(name for name in dict.fromkeys(whole) if name not in known)


@frozen
class Named:
    """Participant to whom a tool call gave the floor; kept until the next grant to another."""

    to: str
    """Participant who is to speak."""

    about: str
    """Question to the participant; empty for none. Personal."""

    by: str
    """Participant who made the call: the chair, or the speaker of that turn."""


@frozen
class Collecting:
    """Round in which all agents prepare at once."""

    since: float
    """Time at which they were asked, in seconds since the meeting's start."""

    missing: tuple[str, ...]
    """Agents that have not begun their reply."""

    was_heard: bool
    """Whether a turn was heard since the round began."""


@frozen
class FloorView:
    """View of the meeting for a policy, at a moment when the floor is free."""

    plan: MeetingPlan
    """Plan with the current cast."""

    now: float
    """Current time, in seconds since the meeting's start."""

    free_since: float
    """Time at which the last turn ended, or the meeting opened, in seconds since the meeting's start."""

    present: tuple[str, ...]
    """Participants who can be granted the floor, in the cast's order."""

    away: tuple[str, ...] = ()
    """Agents that could speak but have no session now."""

    queue: tuple[Waiting, ...] = ()
    """Waiting requests: by priority, then first come."""

    turns: tuple[TurnTaken, ...] = ()
    """Completed turns, in order."""

    named: Named | None = None
    """Participant to whom the chair, or the last speaker, gave the floor by a tool; None without one."""

    item: AgendaItem | None = None
    """Current point of the agenda; None without one."""

    item_since: float = 0.0
    """Time at which the point began, in seconds since the meeting's start."""

    chair: str | None = None
    """Chair of the cast, or its deputy once the chair is gone; None without one."""

    collecting: Collecting | None = None
    """Round that is being prepared or heard; None without one."""

    draw: float = 0.0
    """Random number in [0, 1), a new one for each turn, from the meeting's seed."""

    tally: Tally | None = None
    """Sums over all turns; None for a view that is made without them."""

    @property
    def sums(self) -> Tally:
        """Sums over all turns."""
        if self.tally is not None:
            return self.tally
        return reduce(lambda tally, taken: tally.after(taken, self.plan), self.turns, Tally())

    @property
    def last(self) -> TurnTaken | None:
        """Turn that ended last; None before the first."""
        return self.turns[-1] if self.turns else None

    @property
    def passed(self) -> frozenset[str]:
        """Participants whose turns stayed silent (`yielded`, `timeout`, ...) since speech was last heard."""
        names: set[str] = set()
        for taken in reversed(self.turns):
            if not taken.was_silent:
                break
            names.add(taken.participant)
        return frozenset(names)

    @property
    def agents(self) -> tuple[str, ...]:
        """Agents among the present participants."""
        kinds = {p.name: p.kind for p in self.plan.participants}
        return tuple(name for name in self.present if kinds[name] is Kind.AGENT)

    def would_speak(self, participant: str) -> bool:
        """Whether a participant would speak with the floor: an agent always, a person only after asking."""
        return participant in self.agents or any(each.participant == participant for each in self.queue)

    def able(self) -> tuple[str, ...]:
        """Participants who can speak next: not those who just passed, or just spoke if another can."""
        able = tuple(name for name in self.present if name not in self.passed)
        last = self.last.participant if self.last is not None else None
        return tuple(name for name in able if name != last) or able

    def heard_s(self, window_s: float) -> float:
        """Seconds of sound in the turns that ended within the window."""
        return summed(taken.spoken_s for taken in self._recent(window_s))

    def _recent(self, window_s: float) -> Iterator[TurnTaken]:
        """Turns that ended within the window, the last first."""
        return takewhile(lambda taken: taken.ended_at > self.now - window_s, reversed(self.turns))

    def share(self, participant: str, window_s: float = inf) -> float:
        """Share of one participant in all speech of the turns that ended within the window, from 0 to 1."""
        if window_s == inf:
            total = summed(self.sums.spoken.values())
            return self.spoken_s(participant) / total if total > 0 else 0.0
        recent = list(self._recent(window_s))
        total = summed(taken.spoken_s for taken in recent)
        own = summed(taken.spoken_s for taken in recent if taken.participant == participant)
        return own / total if total > 0 else 0.0

    def spoken_s(self, participant: str) -> float:
        """Seconds of sound heard from a participant."""
        return self.sums.spoken.get(participant, 0.0)

    def is_prepared(self, participant: str) -> bool:
        """Whether a participant has a prepared reply that can be played at once."""
        return any(waiting.is_prepared for waiting in self.queue if waiting.participant == participant)


@frozen
class Next:
    """Answer: grant the floor to a participant."""

    to: str
    """Participant who is granted the floor; it must be present."""

    reason: str
    """Reason for the choice, in words without speech."""

    about: str = ""
    """Question to the participant; empty for none. Personal."""


@frozen
class Wait:
    """Answer: leave the floor free until `until`; a policy that still waits then counts as naming no one."""

    until: float
    """End of the wait, in seconds since the meeting's start."""

    reason: str
    """Reason for the wait."""


@frozen
class Nobody:
    """Answer: name no one."""

    reason: str
    """Reason as a code: `chair-timeout`, `all-passed`, `order-done`..."""

    is_final: bool = False
    """Whether the policy will never name a speaker again: the meeting ends for this reason."""


@frozen
class Collect:
    """Answer: all present agents prepare a reply at the same time; each reply is held until it is granted."""

    reason: str
    """Purpose of the round."""


Decision: TypeAlias = Next | Wait | Nobody | Collect
"""Answers of a policy."""


class Policy(Protocol):
    """Rule that chooses the next speaker: a pure function of its view."""

    def choose(self, view: FloorView, /) -> Decision:
        """Choose the next speaker; called after each event while the floor is free."""
        ...
