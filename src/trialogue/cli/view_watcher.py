"""Watcher of a meeting for the screen: the only task of the command line.

1. In real time the picture is drawn ten times a second, in a thread, so a terminal that is stopped (Ctrl-S)
   or slow delays nothing else.
2. In virtual time only records drive it, with the same steps on any machine and for any output, so that a
   meeting is equal with or without a watcher.
3. The keyboard works only in real time: a typed line is carried out at once, or answered by a line. A virtual
   clock cannot wait for a person's typing.
4. Where the output is closed (a pipe, a terminal), a meeting that runs here goes on unseen; for one that runs
   elsewhere, or is over, watching ends.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing
from functools import partial
from typing import Final, Protocol

import trio
from attrs import field

from trialogue.cli.controls import Control, Give, Raise, Steered, Unclear, done, read_control, steer
from trialogue.cli.view_desk import Desk, TurnLines
from trialogue.cli.view_lines import Line, Tone, line, span
from trialogue.cli.view_live import LiveView, Sounds, meters, no_sounds
from trialogue.cli.view_screens import NoScreen, Screen
from trialogue.errors import AlreadyOver, AskedWrongly
from trialogue.mailbox import MailboxFull
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record
from trialogue.values import define

PICTURE_S: Final = 0.1
"""Seconds from one picture to the next."""


class Viewed(Protocol):
    """Meeting that can be watched: it runs here, runs elsewhere, or is over."""

    @property
    def plan(self) -> MeetingPlan:
        """Plan of the meeting."""
        ...

    @property
    def now(self) -> float:
        """Seconds since its start."""
        ...

    def records(self) -> AsyncIterator[Record]:
        """Records until its end."""
        ...

    def levels(self) -> Mapping[str, float]:
        """Levels of the participants heard now, in dBFS."""
        ...


class Watched(Viewed, Steered, Protocol):
    """Meeting that can be watched and controlled."""


@define
class Watcher:
    """Shows a meeting on a screen; `await watcher(meeting)` lasts as long as the meeting."""

    screen: Screen
    """Screen of the meeting."""

    is_virtual: bool
    """Whether the meeting's clock is virtual."""

    begins: Callable[[], None] = lambda: None
    """Function that is called once, before anything is drawn."""

    desk: Desk | None = None
    """Keyboard of a person who takes part, or who steers; None without one."""

    sounds: Sounds = no_sounds
    """Fold of the records into the recordings that clips play."""

    goes_on_unseen: bool = True
    """Whether it continues after the output is closed; else it raises the OSError. A meeting that runs here
    needs its watcher; a meeting that is only shown does not.
    """

    _told: list[Line] = field(factory=list[Line], init=False)
    _levels: dict[str, float] = field(factory=dict[str, float], init=False)
    _began: float = field(factory=time.perf_counter, init=False)
    _drawn: float = field(default=0.0, init=False)

    async def __call__(self, meeting: Viewed) -> None:
        """Watch until the records end."""
        view = LiveView(meeting.plan, self.screen.columns is None, self.sounds)
        records = meeting.records()
        self._began = time.perf_counter()
        self.begins()
        with self.screen:
            if self.is_virtual:
                await self._by_records(meeting, view, records)
            else:
                await self._by_time(meeting, view, records)

    async def _by_records(self, meeting: Viewed, view: LiveView, records: AsyncIterator[Record]) -> None:
        async for record in records:
            view.take(record)
            heard = view.heard(record.at)
            if heard or time.perf_counter() - self._drawn >= PICTURE_S:
                self._drawn = time.perf_counter()
                self._draw(heard, self._picture(meeting, view))

    async def _by_time(self, meeting: Viewed, view: LiveView, records: AsyncIterator[Record]) -> None:
        over = trio.Event()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._follow, view, records, over)
            nursery.start_soon(self._type, meeting, view)
            while not over.is_set():
                await self._draw_in_thread(self._news(meeting, view), self._picture(meeting, view))
                with trio.move_on_after(PICTURE_S):
                    await over.wait()
            nursery.cancel_scope.cancel(reason="the meeting is over")
        await self._draw_in_thread(self._news(meeting, view), self._picture(meeting, view))

    async def _type(self, meeting: Viewed, view: LiveView) -> None:
        """Carry out typed lines until the keyboard is closed."""
        if self.desk is None or not isinstance(meeting, Steered):
            return
        with self.desk.opened(has_picture=self.screen.columns is not None):
            async with aclosing(self.desk.keyboard.lines()) as lines:
                async for typed in lines:
                    told = await _done_in_turn(
                        meeting, read_control(typed, meeting.plan, self.desk.own), view
                    )
                    self._told.extend([line(span(told, Tone.FAINT))] if told else [])

    async def _follow(self, view: LiveView, records: AsyncIterator[Record], over: trio.Event) -> None:
        turns = None if self.desk is None else TurnLines(self.desk)
        async for record in records:
            view.take(record)
            if turns is not None:
                self._told.extend(turns.take(record, view.plan))
        over.set()

    def _news(self, meeting: Viewed, view: LiveView) -> Sequence[Line]:
        """New lines of the transcript, and answers to typed lines."""
        told, self._told = self._told, []
        return [*view.heard(meeting.now), *told]

    def _picture(self, meeting: Viewed, view: LiveView) -> Sequence[Line]:
        columns = self.screen.columns
        if columns is None:
            return ()
        self._levels = meters(self._levels, meeting.levels())
        passed = time.perf_counter() - self._began
        speed = meeting.now / passed if self.is_virtual and passed > PICTURE_S else None
        picture = view.at(meeting.now, self._levels, columns=columns, speed=speed)
        return picture if self.desk is None or self.is_virtual else [*picture, self.desk.prompt(columns)]

    async def _draw_in_thread(self, heard: Sequence[Line], picture: Sequence[Line]) -> None:
        await trio.to_thread.run_sync(partial(self._draw, heard, picture), abandon_on_cancel=True)

    def _draw(self, heard: Sequence[Line], picture: Sequence[Line]) -> None:
        try:
            self.screen.draw(heard, picture)
        except OSError:
            if not self.goes_on_unseen:
                raise
            self.screen = NoScreen()


async def _done_in_turn(meeting: Steered, control: Control | Unclear, view: LiveView) -> str:
    """Carry out a typed line when the meeting has room for it; returns what `_do` does.

    Pasted lines come faster than a meeting decides: the meeting gets a step for each of them, and the rest
    waits in the terminal.
    """
    while True:
        await trio.lowlevel.checkpoint()
        try:
            return _do(meeting, control, view)
        except MailboxFull:
            await trio.sleep(PICTURE_S)


def _do(meeting: Steered, control: Control | Unclear, view: LiveView) -> str:
    """Carry out a typed line; returns the acknowledgement, or why it is not possible."""
    match control:
        case Unclear(text):
            return text
        case Give(name) | Raise(name) if view.awaits(name):
            return f"{view.plan.participant(name).label} has the floor already"
        case _:
            pass
    try:
        steer(meeting, control)
    except (AskedWrongly, AlreadyOver) as refused:
        return str(refused)
    return done(control, view.plan)
