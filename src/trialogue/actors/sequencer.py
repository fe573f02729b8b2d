"""Sequencer of a meeting: puts its events in order.

1. All events of a meeting go through one mailbox, which one task reads.
2. That task alone stamps an event (`seq`, `at`), asks the brain, and writes one record: the event and its
   commands.
3. Commands are dispatched after the record is written, never before.
4. An event on which the brain fails is recorded without commands, so that a replay shows the failure, too.
5. A meeting that cannot be recorded ends with an error.
6. The lag of the meeting's sound behind its clock is checked before each event, and a change is recorded:
   rules about the length of speech need to know up to where it is known.
7. Secrets are removed from an event first, so the brain decides on the same event that is recorded.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final, Literal, Protocol

import trio

from trialogue.diagnostics import Log
from trialogue.errors import JournalError
from trialogue.journal.verify import Decider
from trialogue.mailbox import Mailbox, MailboxFull
from trialogue.model.commands import Command, EndMeeting
from trialogue.model.events import Event, MeetingResumed, MeetingStarted, SoundLagged, StopAsked
from trialogue.model.records import Record
from trialogue.model.secrets import NO_SECRETS, Secrets
from trialogue.values import frozen

SUBSCRIBER_RECORDS = 4096

REQUESTS: Final = 8192
"""Number of waiting events from which an app's request is refused; the rest of the mailbox is for actors."""

LAG_S = 0.05
"""Seconds by which the lag of the sound must grow to be recorded again."""

Failure = Literal["journal-failed", "brain-failed"]
"""Failure that ends a meeting without a decision."""

diagnostics: Final = Log("trialogue.sequencer")


_START = MeetingStarted()


@frozen
class Beginning:
    """Beginning of a meeting, or of its continuation in a new process."""

    event: MeetingStarted | MeetingResumed = _START
    """Event that is recorded first."""

    seq: int = 0
    """Number of earlier records."""

    at: float = 0.0
    """Beginning of the meeting's clock, in seconds."""


class RecordKeeper(Protocol):
    """Journal, as the sequencer uses it."""

    def append(self, record: Record) -> None:
        """Write one record; `JournalError` if it cannot be kept."""
        ...


class Sequencer:
    """Sequencer: takes events, stamps, asks the brain, records, publishes, dispatches."""

    def __init__(self, brain: Decider, journal: RecordKeeper, secrets: Secrets = NO_SECRETS) -> None:
        self._brain = brain
        self._journal = journal
        self._secrets = secrets
        self._lag_s: Callable[[], float] = float
        self._told_lag_s = 0.0
        self._dispatch: Callable[[Command], None]
        self._mailbox: Mailbox[Event] = Mailbox("sequencer", 2 * REQUESTS)
        self._subscribers: list[Mailbox[Record]] = []
        self._stop: StopAsked | None = None
        self._told: dict[int, trio.Event] = {}
        self._epoch: float | None = None
        self._seq = 0
        self._is_closed = False
        self.failure: Failure | None = None
        self.ended: EndMeeting | None = None
        self.ended_at: float = 0.0

    def post(self, event: Event) -> None:
        """Report an event. Never waits."""
        self._mailbox.post(event)

    def ask(self, event: Event) -> None:
        """Report an app's request; `MailboxFull` if it asks faster than the meeting decides."""
        if self._mailbox.statistics().waiting >= REQUESTS:
            raise MailboxFull(f"mailbox sequencer is full ({REQUESTS} items)")
        self._mailbox.post(event)

    async def tell(self, event: Event) -> bool:
        """Report an event, and wait until it is decided on; False where the meeting had ended before."""
        decided = self._told[id(event)] = trio.Event()
        try:
            self._mailbox.post(event)
            await decided.wait()
        finally:
            self._told.pop(id(event), None)
        return not self.is_over

    def hide(self, secrets: Secrets) -> None:
        """Remove these secrets, too, from events from now on."""
        self._secrets = self._secrets.beside(secrets)

    def stop(self, reason: str, *, first: bool = False) -> None:
        """Request the end, with `first` before all waiting events; a full mailbox has a place for it."""
        asked = StopAsked(reason)
        if not first:
            try:
                self._mailbox.post(asked)
            except MailboxFull:
                first = True
        if first and self._stop is None:
            self._stop = asked

    def subscribe(self) -> Mailbox[Record]:
        """Mailbox that gets every record from now on and closes after the last.

        A subscriber with more than 4,096 unread records is closed, since the meeting does not wait for it.
        """
        mailbox: Mailbox[Record] = Mailbox("subscriber", SUBSCRIBER_RECORDS)
        self._subscribers.append(mailbox)
        return mailbox

    @property
    def is_over(self) -> bool:
        """Whether the meeting has ended, by a decision or by a failure."""
        return self.ended is not None or self._is_closed

    @property
    def now(self) -> float:
        """Seconds since the meeting's start, to the microsecond; 0 before it."""
        return 0.0 if self._epoch is None else round(trio.current_time() - self._epoch, 6)

    def watch(self, lag_s: Callable[[], float]) -> None:
        """Ask this function from now on for the lag of the meeting's sound behind its clock, in seconds."""
        self._lag_s = lag_s

    def start(self, dispatch: Callable[[Command], None], beginning: Beginning | None = None) -> float:
        """Begin now: record the first event, and carry out commands by `dispatch`.

        Returns the trio time of the meeting's zero; without a `beginning` that is now.
        """
        since = beginning or Beginning()
        self._dispatch, self._seq = dispatch, since.seq
        self._epoch = trio.current_time() - since.at
        self._step(since.event, since.at)
        return self._epoch

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> EndMeeting:
        """Handle events until the brain ends the meeting; returns how it ended."""
        task_status.started()
        while self.ended is None:
            event = await self._mailbox.take()
            self._note_lag()
            self._step(event, self.now)
            self._take_stop()
        return self.ended

    def _note_lag(self) -> None:
        """Record the lag of the sound if it has grown, or has shrunk by half or more."""
        lag_s, told_s = self._lag_s(), self._told_lag_s
        if told_s / 2 <= lag_s <= told_s + LAG_S:
            return
        self._told_lag_s = math.ceil(10 * lag_s) / 10 if lag_s > LAG_S else 0.0
        if self._told_lag_s != told_s:
            self._step(SoundLagged(self._told_lag_s), self.now)

    def settle(self) -> None:
        """Record the events that the actors report after the end, while they stop."""
        self._take_stop()
        while True:
            try:
                event = self._mailbox.take_nowait()
            except trio.WouldBlock:
                return
            self._step(event, self.now)

    def _take_stop(self) -> None:
        """End the meeting, if that was requested beside the mailbox."""
        asked, self._stop = self._stop, None
        if asked is not None and self.ended is None:
            self._step(asked, self.now)

    def close(self) -> None:
        """Close all subscriptions: there are no more records."""
        self._is_closed = True
        for decided in self._told.values():
            decided.set()
        for subscriber in self._subscribers:
            subscriber.close()
        self._subscribers.clear()

    def _step(self, event: Event, at: float) -> None:
        decided = self._told.get(id(event))
        event = self._secrets.hide_in(event)
        self._seq += 1
        record = Record(self._seq, at, event, self._decide(event, at))
        self._keep(record)
        self._publish(record)
        for command in record.commands:
            if isinstance(command, EndMeeting):
                self.ended, self.ended_at = command, at
            self._dispatch(command)
        if decided is not None:
            decided.set()

    def _decide(self, event: Event, at: float) -> tuple[Command, ...]:
        decided = False
        try:
            commands = tuple(self._brain.handle(event, at))
            decided = True
        finally:
            if not decided:
                self.failure = "brain-failed"
                self._keep(Record(self._seq, at, event, ()))
                diagnostics.error("the brain failed", seq=self._seq, event_type=type(event).__name__)
        return commands

    def _keep(self, record: Record) -> None:
        try:
            self._journal.append(record)
        except JournalError:
            self.failure = "journal-failed"
            raise

    def _publish(self, record: Record) -> None:
        for subscriber in tuple(self._subscribers):
            try:
                subscriber.post(record)
            except MailboxFull:
                self._subscribers.remove(subscriber)
                subscriber.close()

    def __repr__(self) -> str:
        """Status line."""
        state = f"ended ({self.ended.reason})" if self.ended else "running"
        return f"<Sequencer: {state}, {self._seq} records, {len(self._subscribers)} subscribers>"
