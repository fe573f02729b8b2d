"""Course of a meeting: its phase, the length of the silence, its patience, and the reason for its end."""

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
    """Course of the meeting, except for facts that other owners have."""

    agenda: AgendaCourse
    """Course of the agenda."""

    ladder: SilenceLadder
    """Silence ladder: the steps that were tried against silence."""

    phase: Phase = Phase.NEW
    """Phase of the meeting."""

    started_at: float = 0.0
    """Time of the meeting's start."""

    slept_s: float = 0.0
    """Seconds for which the process stood still, in total; time limits are moved by as much."""

    quiet_since: float | None = None
    """Time since which no participant is heard; None while one is heard, and before the opening."""

    closing: str | None = None
    """Reason for which the meeting ends after the current turn; None if it does not."""

    asked_of: FloorView | None = None
    """View with which the policies were asked last without naming a speaker."""

    waits_until: float | None = None
    """Time until which the policies wait; None if they do not wait."""

    gathers_until: float | None = None
    """Time until which the meeting waits for agents that all reconnect; None if they never did."""

    warned_of: str | None = None
    """Id of the point whose end the chair was told to announce."""

    unknown: set[str] = Factory(set[str])
    """Names that a policy gave and no participant has: each is reported once."""

    has_stalled: bool = False
    """Whether it was reported that a step blocked the process."""

    def start(self, now: float) -> None:
        """Start the meeting: it waits for its sessions."""
        self.phase, self.started_at = Phase.OPENING, now

    def open(self, now: float) -> None:
        """Open the meeting."""
        self.phase, self.quiet_since = Phase.OPEN, now

    def end(self) -> None:
        """Note that the meeting is over."""
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
        """Note whether any participant is heard."""
        if self.phase is not Phase.OPEN:
            return
        if is_audible:
            self.quiet_since = None
            self.ladder.reset()
        elif self.quiet_since is None:
            self.quiet_since = now

    def ask(self, view: FloorView, waits_until: float | None) -> None:
        """Remember the view that the policies saw, and the time until which they wait."""
        self.asked_of, self.waits_until = view, waits_until

    def forget_asked(self) -> None:
        """Forget the view that the policies saw, so that they are asked again."""
        self.asked_of = self.waits_until = None

    def gather(self, until: float) -> None:
        """Wait until a time for agents that all reconnect: none is chosen before the first is back."""
        self.forget_asked()
        self.gathers_until = until

    def warn(self, item: str) -> None:
        """Note that the end of a point was announced."""
        self.warned_of = item

    def learn_unknown(self, name: str) -> bool:
        """Note a name that a policy gave and no participant has; returns whether it is new."""
        is_first = name not in self.unknown
        self.unknown.add(name)
        return is_first

    def stall(self) -> bool:
        """Note a step that blocked the process; returns whether one was reported before."""
        before, self.has_stalled = self.has_stalled, True
        return before
