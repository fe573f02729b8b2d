"""Observers of a meeting: an iterator over its records, and callbacks by type. None of them changes it.

1. Each observer has its own mailbox, which it reads at its own pace: the meeting waits for none.
2. One with more than 4,096 unread records gets those, and then `RecordsMissed`.
3. A callback gets its events in order, one after the other; an exception in it ends the meeting.
4. At its end, the app's block waits at most `WATCHER_S` for its callbacks; later ones are abandoned.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterator
from typing import Final, TypeAlias, cast, get_args

import trio

from trialogue.diagnostics import Log
from trialogue.errors import AuthorFailed, RecordsMissed
from trialogue.handles import given_by
from trialogue.mailbox import Mailbox
from trialogue.meeting.app_requests import Loop, a_function, wrong_type, wrong_value
from trialogue.model.commands import Command
from trialogue.model.events import Event
from trialogue.model.records import Record
from trialogue.supervise.cancellations import is_cancelled
from trialogue.values import frozen

WATCHER_S: Final = 5.0
"""Seconds for which an observer may continue after the meeting's end."""

_DIAGNOSTICS: Final = Log("trialogue.watching")

Callback: TypeAlias = Callable[..., object]
"""Function for each event, command or record of one type; an async function is awaited."""

KINDS: Final = frozenset({Record, *get_args(Event), *get_args(Command)})
"""Types that a callback can have."""


@given_by("Meeting.records")
class Records:
    """Async iterator over the records of a running meeting; you can stop iterating at any time.

    It ends when the meeting is over, and raises `RecordsMissed` if the buffer of 4,096 records overflows.
    """

    def __init__(self, mailbox: Mailbox[Record], loop: Loop) -> None:
        self._mailbox = mailbox
        self._loop = loop

    def __aiter__(self) -> Records:
        return self

    async def __anext__(self) -> Record:
        self._loop.check()
        try:
            return await self._mailbox.take()
        except trio.EndOfChannel:
            if self._mailbox.has_overflowed:
                size = self._mailbox.statistics().size
                raise RecordsMissed(
                    f"the buffer of {size:,} unread records is full: newer records were dropped"
                ) from None
            raise StopAsyncIteration from None

    def __repr__(self) -> str:
        """Give a status line."""
        return f"<Records: {self._mailbox.statistics().waiting} waiting>"


@frozen
class Observing:
    """Callback, and its events."""

    kind: type
    """Type of its events: an event, a command, or `Record` for everything."""

    callback: Callback
    """Callback to call."""

    async def run(self, records: Records, scope: trio.CancelScope) -> None:
        """Call it for each event, until the meeting is over or the scope is cancelled."""
        with scope:
            async for record in records:
                for found in self._of(record):
                    await self._tell(found)
        if scope.cancelled_caught and scope.deadline <= trio.current_time():
            _DIAGNOSTICS.warning("a callback was still running when its meeting ended", of=self.kind.__name__)

    async def _tell(self, found: object) -> None:
        try:
            told = self.callback(found)
            if inspect.isawaitable(told):
                await cast("Awaitable[object]", told)
        except trio.Cancelled as failure:
            if is_cancelled():
                raise
            failed = AuthorFailed("a callback raised trio.Cancelled, though nothing was cancelled")
            raise failed from failure  # noqa: ASYNC104 - it cancels nothing

    def _of(self, record: Record) -> Iterator[object]:
        for each in (record, record.event, *record.commands):
            if isinstance(each, self.kind):
                yield each


def observing(kind: object, callback: object) -> Observing:
    """Callback after its check; WrongType or WrongValue for an invalid one."""
    if not isinstance(kind, type):
        raise wrong_type("kind", "a type of event, a type of command, or Record", kind)
    if kind not in KINDS:
        raise wrong_value(
            "kind", f"must be a type of event, a type of command, or Record, not {kind.__name__}"
        )
    a_function(callback, "callback")
    return Observing(kind, cast("Callback", callback))
