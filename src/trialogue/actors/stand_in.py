"""Actor that stands in for a person: it follows the meeting, and plays clips or types on cue.

It knows only the records of the meeting, so a run under a virtual clock is equal every time. When a clip is
played is decided in `brain.clip_cues`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final, Protocol

import trio

from trialogue.brain.clip_cues import ClipCue, ClipCues
from trialogue.mailbox import Mailbox
from trialogue.model.events import Event, FloorRequested, TextTyped
from trialogue.model.records import Record

GRAIN_S = 1e-6
"""Resolution of times in records, in seconds: a trigger that is due within it is due."""


_NOTHING: Final[Mapping[int, str]] = MappingProxyType({})


class PlaysClips(Protocol):
    """Player of clips, by their numbers."""

    def play(self, number: int) -> None:
        """Play a clip from the next tick on. Never waits."""
        ...


class StandIn:
    """Actor in one person's place; `typed` are the words of the clips that are typed, by their numbers."""

    def __init__(
        self,
        participant: str,
        cues: Iterable[ClipCue],
        player: PlaysClips,
        *,
        typed: Mapping[int, str] = _NOTHING,
        records: Mailbox[Record],
        post: Callable[[Event], None],
    ) -> None:
        self.participant = participant
        listed = tuple(cues)
        self._clips = len(listed)
        self._cues = ClipCues.of(participant, listed)
        self._player = player
        self._typed = typed
        self._records = records
        self._post = post

    async def run(
        self, epoch: float, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
    ) -> None:
        """Follow the meeting that began at the trio time `epoch` to its end."""
        task_status.started()
        while True:
            next_at = self._cues.next_at
            with trio.move_on_at(math.inf if next_at is None else epoch + next_at):
                try:
                    record = await self._records.take()
                except trio.EndOfChannel:
                    return
                for number in self._cues.take(record):
                    self._play(number)
            for number, plays in self._cues.due(trio.current_time() - epoch + GRAIN_S):
                if plays:
                    self._play(number)
                else:
                    self._post(FloorRequested(self.participant))

    def _play(self, number: int) -> None:
        if (text := self._typed.get(number)) is None:
            self._player.play(number)
        else:
            self._post(TextTyped(self.participant, text))

    def __repr__(self) -> str:
        """Status line."""
        return f"<StandIn {self.participant}: {self._clips} clips, {self._cues.waiting} waiting>"
