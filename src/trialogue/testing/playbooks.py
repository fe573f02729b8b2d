"""Playbooks: a meeting as a list of `(at, event, [commands])`, compared whole and in order.

A playbook drives any object that decides, and fails at the first event that caused other commands:

>>> from trialogue.model.commands import EndMeeting
>>> from trialogue.model.events import MeetingStarted, StopAsked
>>> class Obedient:
...     def handle(self, event, now):
...         return [EndMeeting(event.reason)] if isinstance(event, StopAsked) else []
>>> play(Obedient(), [(0.0, MeetingStarted(), []), (5.0, StopAsked("noon"), [EndMeeting("noon")])])
>>> play(Obedient(), [(5.0, StopAsked("noon"), [EndMeeting("night")])])
Traceback (most recent call last):
trialogue.testing.playbooks.PlaybookFailed: step 1 caused other commands
    at 5: StopAsked(reason='noon')
--- expected
+++ decided
-EndMeeting(reason='night')
+EndMeeting(reason='noon')
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import unified_diff
from typing import Protocol, TypeAlias, TypeVar

from trialogue.arguments import checks_arguments
from trialogue.model.commands import CancelWake, Command, WakeAt
from trialogue.model.events import Event, Woke

__all__ = ["Decides", "Playbook", "PlaybookFailed", "Player", "Step", "play"]

Step: TypeAlias = tuple[float, Event, Sequence[Command]]
"""Event with its time, in seconds since the meeting's start, and all commands that it must cause."""

Playbook: TypeAlias = Sequence[Step]
"""Playbook: steps in order of their time."""

SHOWN = 3
"""Number of steps before the failed one that a failure shows."""

T = TypeVar("T")


class Decides(Protocol):
    """State machine that answers events with commands, such as a brain."""

    def handle(self, event: Event, now: float, /) -> list[Command]:
        """Decide on an event that happened at `now`."""
        ...


class PlaybookFailed(AssertionError):
    """An event caused other commands than the playbook says; the text contains the difference."""


@checks_arguments
def play(brain: Decides, book: Playbook, *, wakes: bool = False) -> None:
    """Play a playbook; PlaybookFailed at the first step that causes other commands, or another order.

    With `wakes`, timers run automatically: the playbook leaves out `WakeAt` and `CancelWake`, and each `Woke`
    without commands. A `Woke` that causes commands is a step like any other event.
    """
    player = Player(brain, wakes=wakes)
    for number, (at, event, expected) in enumerate(book, 1):
        unforeseen = [step for step in player.wait(at, but=event) if step[2]]
        if unforeseen:
            raise PlaybookFailed(
                _failure(player, number, f"a timer caused commands before step {number}", [])
            )
        if player.tell(at, event) != list(expected):
            raise PlaybookFailed(_failure(player, number, f"step {number} caused other commands", expected))


class Player:
    """Player of events: gives them to a brain, runs its timers and keeps its decisions.

    With `wakes`, timers run automatically, in the order of their times, and are left out of the log.
    """

    @checks_arguments
    def __init__(self, brain: Decides, *, wakes: bool = False) -> None:
        self.brain = brain
        self.now: float = 0.0
        self.log: list[Step] = []
        self.timers: dict[str, float] = {}
        self._wakes = wakes

    def __repr__(self) -> str:
        """Status line."""
        return f"<Player at {self.now:g}: {len(self.log)} steps, {len(self.timers)} timers>"

    @checks_arguments
    def tell(self, at: float, event: Event) -> list[Command]:
        """Play one event, after the timers that are due before it; returns its commands."""
        if self._wakes:
            self.wait(at, but=event)
        return self._hand(at, event)

    @checks_arguments
    def wait(self, until: float, *, but: Event | None = None) -> list[Step]:
        """Run the timers due at or before `until`, if they run automatically; returns their steps.

        A timer whose `Woke` is `but` is left to the caller.
        """
        steps: list[Step] = []
        while self._wakes and (due := self._due(until, but)) is not None:
            timer, at = due
            steps.append((at, Woke(timer), self._hand(max(at, self.now), Woke(timer))))
        return steps

    @checks_arguments
    def decided(self, kind: type[T]) -> list[T]:
        """All commands of a class so far, in order."""
        return [command for _, _, commands in self.log for command in commands if isinstance(command, kind)]

    def book(self) -> str:
        """All steps so far as lines of a playbook, for reading and copying."""
        return "\n".join(_lines(self.log))

    def _due(self, until: float, but: Event | None) -> tuple[str, float] | None:
        waiting = [(at, timer) for timer, at in self.timers.items() if at <= until and Woke(timer) != but]
        if not waiting:
            return None
        at, timer = min(waiting)
        return timer, at

    def _hand(self, at: float, event: Event) -> list[Command]:
        self.now = at
        if isinstance(event, Woke):
            self.timers.pop(event.timer, None)
        commands = self.brain.handle(event, at)
        for command in commands:
            if isinstance(command, WakeAt):
                self.timers[command.timer] = command.at
            elif isinstance(command, CancelWake):
                self.timers.pop(command.timer, None)
        if self._wakes:
            commands = [*filter(_is_no_wake, commands)]
        self.log.append((at, event, commands))
        return commands


def _lines(steps: Iterable[Step]) -> list[str]:
    lines: list[str] = []
    for at, event, commands in steps:
        lines.append(f"({at:g}, {event}, [" + ("" if commands else "]),"))
        lines += [f"    {command}," for command in commands] + (["]),"] if commands else [])
    return lines


def _failure(player: Player, number: int, what: str, expected: Sequence[Command]) -> str:
    """Failure of a playbook in words: the steps before, the event, and the difference of both answers."""
    *before, (at, event, decided) = player.log[-SHOWN - 1 :] if number > 1 else player.log[-1:]
    diff = unified_diff(
        [str(command) for command in expected],
        [str(command) for command in decided],
        "expected",
        "decided",
        lineterm="",
        n=len(expected) + len(decided),
    )
    shown = [f"    {line}" for line in [*_lines(before), f"at {at:g}: {event}"]]
    return "\n".join([what, *shown, *(line for line in diff if not line.startswith("@@"))])


def _is_no_wake(command: Command) -> bool:
    return not isinstance(command, WakeAt | CancelWake)
