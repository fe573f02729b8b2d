"""Actor of a recording that stands in for a person: it follows the meeting and plays clips on cue.

1. A clip that interrupts is played at its trigger.
2. A clip that waits raises a hand at its trigger, and is played when the floor is granted, or at once if the
   participant already holds it. A grant without a request plays nothing.
3. It knows only the records of the meeting, so a run under a virtual clock is equal every time.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

import trio

from trialogue.brain.triggers import Triggers
from trialogue.mailbox import Mailbox
from trialogue.model.commands import EndTurn, GrantFloor
from trialogue.model.events import Event, FloorRequested
from trialogue.model.expectations import Trigger
from trialogue.model.records import Record
from trialogue.values import frozen

GRAIN_S = 1e-6
"""Resolution of times in records, in seconds: a trigger that is due within it is due."""


@frozen
class Cued:
    """Cue of one clip: when and how it is played."""

    trigger: Trigger
    """Trigger of the cue."""

    waits: bool
    """Whether it raises a hand and waits for the floor instead of interrupting."""


class PlaysClips(Protocol):
    """Player of clips, by their numbers."""

    def play(self, number: int) -> None:
        """Play a clip from the next tick on. Never waits."""
        ...


class StandIn:
    """Actor of one recording."""

    def __init__(
        self,
        participant: str,
        cues: Sequence[Cued],
        player: PlaysClips,
        *,
        records: Mailbox[Record],
        post: Callable[[Event], None],
    ) -> None:
        self.participant = participant
        self._cues = tuple(cues)
        self._player = player
        self._records = records
        self._post = post
        self._triggers = Triggers.of(cue.trigger for cue in cues)
        self._waiting: deque[int] = deque()
        self._holds_floor = False

    async def run(
        self, epoch: float, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
    ) -> None:
        """Follow the meeting that began at the trio time `epoch` to its end."""
        task_status.started()
        while True:
            next_at = self._triggers.next_at
            with trio.move_on_at(math.inf if next_at is None else epoch + next_at):
                try:
                    self._take(await self._records.take())
                except trio.EndOfChannel:
                    return
            for number in self._triggers.due(trio.current_time() - epoch + GRAIN_S):
                self._go(number)

    def _take(self, record: Record) -> None:
        self._triggers.take(record)
        for command in record.commands:
            match command:
                case EndTurn(participant=self.participant):
                    self._holds_floor = False
                case GrantFloor(to=self.participant):
                    self._holds_floor = True
                    if self._waiting:
                        self._player.play(self._waiting.popleft())
                case _:
                    pass

    def _go(self, number: int) -> None:
        if self._cues[number].waits and not self._holds_floor:
            self._waiting.append(number)
            self._post(FloorRequested(self.participant))
        else:
            self._player.play(number)

    def __repr__(self) -> str:
        """Status line."""
        return f"<StandIn {self.participant}: {len(self._cues)} clips, {len(self._waiting)} waiting>"
