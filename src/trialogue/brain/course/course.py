"""The course of a meeting: its phase, the length of the silence, its patience, and why it ends."""

from __future__ import annotations

from enum import Enum

from attrs import Factory

from trialogue.brain.course.agenda import AgendaCourse
from trialogue.brain.course.ladder import SilenceLadder
from trialogue.brain.floor.view import FloorView
from trialogue.values import define


class Phase(Enum):
    """Phase of the meeting."""

    NEW = "new"
    OPENING = "opening"
    OPEN = "open"
    OVER = "over"


@define
class Course:
    """Course of the meeting, except for what other owners have."""

    agenda: AgendaCourse
    """Course of the agenda."""

    ladder: SilenceLadder
    """Steps that were tried against silence."""

    phase: Phase = Phase.NEW
    """Phase of the meeting."""

    started_at: float = 0.0
    """Moment at which it was started."""

    slept_s: float = 0.0
    """Seconds for which its process stood still, all together: limits of time are moved by as much."""

    quiet_since: float | None = None
    """Since when nobody is heard; None while somebody is, and before the opening."""

    closing: str | None = None
    """Reason why the meeting ends after the current turn."""

    asked_of: FloorView | None = None
    """View of the policies when they were asked last, and had nobody to name."""

    waits_until: float | None = None
    """Moment until which they said that they wait; None where they have nobody to name."""

    gathers_until: float | None = None
    """Time until which the meeting waits for agents that all reconnect; None if they never did."""

    warned_of: str | None = None
    """The point of the agenda whose end the chair was told to announce."""

    unknown: set[str] = Factory(set[str])
    """Names that a policy gave and nobody has: each was told once."""

    has_stalled: bool = False
    """Whether it was told that a step blocked the process."""

    def start(self, now: float) -> None:
        """The meeting has started: it waits for its sessions."""
        self.phase, self.started_at = Phase.OPENING, now

    def open(self, now: float) -> None:
        """The meeting is open."""
        self.phase, self.quiet_since = Phase.OPEN, now

    def end(self) -> None:
        """The meeting is over."""
        self.phase = Phase.OVER

    def close(self, reason: str) -> None:
        """Let the meeting end after the current turn."""
        self.closing = reason

    def sleep(self, for_s: float, now: float) -> None:
        """Note that the process stood still: the time of the gap does not count."""
        self.slept_s += max(0.0, for_s)
        self.agenda.shift(max(0.0, for_s))
        if self.quiet_since is not None:
            self.quiet_since = min(now, self.quiet_since + max(0.0, for_s))

    def listen(self, now: float, *, is_audible: bool) -> None:
        """Note whether anybody is heard."""
        if self.phase is not Phase.OPEN:
            return
        if is_audible:
            self.quiet_since = None
            self.ladder.reset()
        elif self.quiet_since is None:
            self.quiet_since = now

    def ask(self, view: FloorView, waits_until: float | None) -> None:
        """Remember what the policies saw, and until when they wait."""
        self.asked_of, self.waits_until = view, waits_until

    def forget_asked(self) -> None:
        """The policies are asked anew, whatever they see."""
        self.asked_of = self.waits_until = None

    def gather(self, until: float) -> None:
        """All agents reconnect: nobody is chosen before the first of them is back."""
        self.forget_asked()
        self.gathers_until = until

    def warn(self, item: str) -> None:
        """The end of a point was announced."""
        self.warned_of = item

    def learn_unknown(self, name: str) -> bool:
        """Whether it is the first time that a policy gave this name, which nobody has."""
        is_first = name not in self.unknown
        self.unknown.add(name)
        return is_first

    def stall(self) -> bool:
        """Whether a step that blocked the process was told before; it was, from now on."""
        before, self.has_stalled = self.has_stalled, True
        return before
