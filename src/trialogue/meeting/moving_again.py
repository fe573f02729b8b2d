"""Joining, leaving and requests of the app in a repeated meeting, as in the recorded one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Final, assert_never

import trio
from attrs import field

from trialogue.errors import AlreadyOver
from trialogue.meeting.meeting import Meeting
from trialogue.meeting.scenario_from import AskedAgain, Move, Request, changes_floor
from trialogue.model.events import (
    FloorRequestCancelled,
    FloorRequested,
    GrantAsked,
    MuteAsked,
    NoteGiven,
    RevokeAsked,
    SayAsked,
    StopAsked,
)
from trialogue.model.records import Record
from trialogue.values import define

__all__ = ["move_again"]

LATE_S: Final = 1.0
"""Seconds after its recorded moment until which a move waits for the change of the floor before it."""


async def move_again(moves: Sequence[Move | AskedAgain], meeting: Meeting) -> None:
    """Let participants join and leave, and ask what was asked, at the recorded moments.

    Events of one moment keep their order: a move comes after the same change of the floor.
    """
    changes = _FloorChanges()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(changes.follow, meeting.records())
        await changes.has_begun.wait()
        for move in moves:
            await trio.sleep(max(0.0, move.at - meeting.now))
            with trio.move_on_after(max(0.0, move.at + LATE_S - meeting.now)):
                await changes.reach(move.behind)
            try:
                await _make(move, meeting)
            except AlreadyOver:
                break
        nursery.cancel_scope.cancel(reason="everybody has come and left")


async def _make(move: Move | AskedAgain, meeting: Meeting) -> None:
    match move:
        case AskedAgain(event=event):
            _ask(event, meeting)
        case Move(participant=name, leaves=True):
            await meeting.leave(name)
        case Move(participant=name, seat=seat):
            await meeting.join(name, seat)


def _ask(event: Request, meeting: Meeting) -> None:
    match event:
        case GrantAsked(participant=name, about=about):
            meeting.grant(name, about)
        case RevokeAsked(participant=name):
            meeting.revoke(name)
        case SayAsked(participant=name, text=text):
            meeting.say(name, text)
        case NoteGiven(participant=name, text=text):
            meeting.inject(name, text)
        case MuteAsked(participant=name, muted=muted):
            meeting.mute(name, muted)
        case FloorRequested(participant=name, priority=priority):
            meeting.raise_hand(name, priority)
        case FloorRequestCancelled(participant=name):
            meeting.lower_hand(name)
        case StopAsked(reason=reason):
            meeting.stop(reason)
        case _:
            assert_never(event)


@define
class _FloorChanges:
    """Changes of the floor in a running meeting."""

    has_begun: trio.Event = field(factory=trio.Event)
    _count: int = 0
    _came: trio.Event = field(factory=trio.Event)

    async def follow(self, records: AsyncIterator[Record]) -> None:
        """Count them, until the meeting is over."""
        async for record in records:
            self.has_begun.set()
            if changes_floor(record):
                self._count += 1
                self._came.set()
                self._came = trio.Event()

    async def reach(self, count: int) -> None:
        """Wait until there were so many changes."""
        while self._count < count:
            await self._came.wait()
