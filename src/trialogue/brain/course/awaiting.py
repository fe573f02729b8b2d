"""Awaited patterns: events that end the meeting or a point of its agenda, except words at a turn's end.

1. Only the plan's `Trigger`s are watched; a plan without one costs nothing.
2. The pattern of a point counts from the point's own beginning.
3. A match ends the meeting, or moves its agenda, after the current turn.
"""

from __future__ import annotations

from collections.abc import Sequence

from trialogue.brain.recorded_times import SLACK_S
from trialogue.brain.triggers import Triggers
from trialogue.model.commands import Command, MoveAgenda
from trialogue.model.events import Event
from trialogue.model.expectations import SpokenPattern, Trigger
from trialogue.model.plan import MeetingPlan
from trialogue.values import define

HAPPENED = "happened"
"""Reason for an end by any event other than words."""


@define
class Awaiting:
    """Patterns of the plan that end the meeting or a point of its agenda."""

    _reasons: tuple[str | None, ...]
    """Reason for the meeting's end, by number of the pattern; None where a point ends."""

    _points: tuple[str | None, ...]
    """Id of the point that ends, by number of the pattern; None where the meeting ends."""

    _triggers: Triggers
    _taken: int = 0
    """Number of commands of the current decision that were noted."""

    @classmethod
    def of(cls, plan: MeetingPlan) -> Awaiting:
        """Wait for the patterns of a plan; `PatternFault` for an invalid regular expression."""
        ends = [(each, None) for each in plan.end if isinstance(each, Trigger)]
        done = [(item.done_when, item.id) for item in plan.agenda if isinstance(item.done_when, Trigger)]
        awaited = [*ends, *done]
        triggers = Triggers.of(trigger for trigger, _ in awaited)
        reasons = tuple(_reason(trigger) if point is None else None for trigger, point in awaited)
        return cls(reasons, tuple(point for _, point in awaited), triggers)

    @property
    def next_at(self) -> float | None:
        """Time at which a pattern may match without an event; None for never."""
        return self._triggers.next_at

    def take_event(self, event: Event, now: float) -> None:
        """Note the current event."""
        self._taken = 0
        if self._points:
            self._triggers.take_event(event, now)

    def take_commands(self, decided: Sequence[Command], now: float) -> None:
        """Note the commands since the last call."""
        if self._points:
            for command in decided[self._taken :]:
                self._triggers.take_command(command, now)
                if isinstance(command, MoveAgenda) and command.item is not None:
                    self._triggers.renew(n for n, point in enumerate(self._points) if point == command.item)
            self._taken = len(decided)

    def due(self, now: float, item: str | None) -> tuple[str | None, bool]:
        """Reason for the meeting's end now, None for no end; and whether the current point is done."""
        numbers = self._triggers.due(now + SLACK_S)
        reasons = [reason for reason in (self._reasons[number] for number in numbers) if reason is not None]
        is_done = any(self._points[number] == item for number in numbers if self._points[number] is not None)
        return (reasons[0] if reasons else None), is_done


def _reason(trigger: Trigger) -> str:
    return "said" if isinstance(trigger.when, SpokenPattern) else HAPPENED
