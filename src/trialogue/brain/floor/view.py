"""View of a policy and its answers: frozen values, so that it cannot keep or change anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import reduce
from itertools import takewhile
from math import inf
from types import MappingProxyType
from typing import Protocol, TypeAlias

from trialogue.model.participants import Kind
from trialogue.model.plan import AgendaItem, MeetingPlan
from trialogue.model.transcript import Cause
from trialogue.values import frozen

COLLISION_S = 0.3
"""Those who start within this many seconds of each other collide."""


@frozen
class TurnTaken:
    """One completed turn."""

    turn: int
    """Number of the turn, from 1."""

    participant: str
    """Participant who held the floor."""

    cause: Cause
    """Reason for its end."""

    chosen_by: str
    """Chooser: a policy's name, `asked` (the app, or a lost turn taken again), or `silence`."""

    heard: str
    """The words that were heard. Personal."""

    began_at: float
    """Moment at which the floor was granted, in seconds since the meeting's start."""

    ended_at: float
    """Moment at which it was free again, in seconds since the meeting's start."""

    spoken_s: float
    """Seconds of sound that were heard."""

    is_forced: bool = False
    """Whether only words were said in it that the app or the meeting itself wanted said."""

    @property
    def was_silent(self) -> bool:
        """Whether nothing was heard in the turn."""
        return self.spoken_s <= 0 and not self.heard


@frozen
class Waiting:
    """One accepted floor request."""

    participant: str
    """Participant who waits."""

    priority: int
    """-2 lowest to 2 highest (RFC 8855)."""

    since: float
    """Moment at which it asked, in seconds since the meeting's start."""

    is_prepared: bool
    """Whether a reply of it is held and can be played at once."""

    words: str = ""
    """The prepared reply's words, as far as they have arrived. Personal."""

    urgency: int = 5
    """Urgency of its wish to speak, 0 to 10: what its bid says, 5 where it says nothing."""

    about: str = ""
    """Topic of its bid. Personal."""

    is_raised: bool = False
    """Whether a hand is up; a prepared reply alone does not count."""


COUNTED = frozenset({"round-robin", "silence"})
"""Choosers whose turns move the place in the order."""


@frozen
class Tally:
    """Sums over all turns so far, so that no policy has to go through them: one step per turn (`after`)."""

    spoken: Mapping[str, float] = MappingProxyType({})
    """Seconds of sound heard of each participant."""

    began: Mapping[str, float] = MappingProxyType({})
    """Moment at which each participant's last turn began."""

    turned: tuple[str, ...] = ()
    """The order of the table, turned so that it begins with the place that is next; empty before a turn."""

    place: int = 0
    """Places of a script's order that are used."""

    def after(self, taken: TurnTaken, plan: MeetingPlan) -> Tally:
        """The sums with one more turn."""
        who = taken.participant
        order, place = self.order(plan), self.place
        if taken.chosen_by in COUNTED and who in order:
            order = order[order.index(who) + 1 :] + order[: order.index(who) + 1]
        if taken.chosen_by == "scripted":
            place = plan.floor.order.index(who, place) + 1
        spoken = {**self.spoken, who: self.spoken.get(who, 0.0) + taken.spoken_s}
        return Tally(spoken, {**self.began, who: taken.began_at}, order, place)

    def order(self, plan: MeetingPlan) -> tuple[str, ...]:
        """The current order, with participants who have joined since at its end."""
        whole = plan.floor.order or tuple(p.name for p in plan.participants)
        known = self.turned or whole
        return known + tuple(name for name in dict.fromkeys(whole) if name not in known)


@frozen
class Named:
    """Participant to whom a tool call gave the floor; kept until the next grant to another."""

    to: str
    """Participant who shall speak."""

    about: str
    """Question to it. Personal."""

    by: str
    """Participant who named it: the chair, or the speaker of that turn."""


@frozen
class Collecting:
    """A round in which all prepare at once."""

    since: float
    """Moment at which they were asked, in seconds since the meeting's start."""

    missing: tuple[str, ...]
    """Participants who have not begun to answer."""

    was_heard: bool
    """Whether anybody of this round was granted the floor since."""


@frozen
class FloorView:
    """The meeting at a moment when the floor is free, as a policy sees it."""

    plan: MeetingPlan
    """All that was known before the meeting."""

    now: float
    """Seconds since the meeting's start."""

    free_since: float
    """Moment at which the last turn ended, or the meeting opened."""

    present: tuple[str, ...]
    """Participants who can be granted the floor, in the cast's order."""

    away: tuple[str, ...] = ()
    """Participants who could speak but have no session now."""

    queue: tuple[Waiting, ...] = ()
    """Requests that wait: by priority, then first come."""

    turns: tuple[TurnTaken, ...] = ()
    """All turns so far, in order."""

    named: Named | None = None
    """Participant to whom the chair, or the last speaker, gave the floor by a tool."""

    item: AgendaItem | None = None
    """The point of the agenda at hand."""

    item_since: float = 0.0
    """Moment at which it was taken, in seconds since the meeting's start."""

    chair: str | None = None
    """Participant who chairs: the chair of the cast, or its deputy once it is gone."""

    collecting: Collecting | None = None
    """The round that is being prepared or heard."""

    draw: float = 0.0
    """A number in [0, 1), drawn anew for each turn by the meeting's seed."""

    tally: Tally | None = None
    """All turns in sums; None for a view that was made without."""

    @property
    def sums(self) -> Tally:
        """Totals over all turns."""
        if self.tally is not None:
            return self.tally
        return reduce(lambda tally, taken: tally.after(taken, self.plan), self.turns, Tally())

    @property
    def last(self) -> TurnTaken | None:
        """The turn that ended last."""
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
        """The agents among the present participants."""
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
        return sum(taken.spoken_s for taken in self._recent(window_s))

    def _recent(self, window_s: float) -> Iterator[TurnTaken]:
        """The turns that ended in the window, the last first."""
        return takewhile(lambda taken: taken.ended_at > self.now - window_s, reversed(self.turns))

    def share(self, participant: str, window_s: float = inf) -> float:
        """A participant's share of all speech in the turns that ended within the window, 0 to 1."""
        if window_s == inf:
            total = sum(self.sums.spoken.values())
            return self.spoken_s(participant) / total if total > 0 else 0.0
        recent = list(self._recent(window_s))
        total = sum(taken.spoken_s for taken in recent)
        own = sum(taken.spoken_s for taken in recent if taken.participant == participant)
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
    """Participant who is present."""

    reason: str
    """Reason for this one, in words without speech."""

    about: str = ""
    """Question to it. Personal."""


@frozen
class Wait:
    """Answer: leave the floor free until `until`; a policy that then still waits counts as naming nobody."""

    until: float
    """Seconds since the meeting's start."""

    reason: str
    """Reason for the wait."""


@frozen
class Nobody:
    """Answer: name nobody."""

    reason: str
    """Reason as a code: `chair-timeout`, `all-passed`, `order-done`..."""

    is_final: bool = False
    """Whether there never will be again: the meeting ends for this reason."""


@frozen
class Collect:
    """Answer: all present agents prepare a reply at the same time; each is held until granted."""

    reason: str
    """Purpose of the round."""


Decision: TypeAlias = Next | Wait | Nobody | Collect
"""All that a policy can say."""


class Policy(Protocol):
    """A rule that chooses the next speaker: a pure function of its view."""

    def choose(self, view: FloorView, /) -> Decision:
        """Choose the next speaker; called after each event while the floor is free."""
        ...
