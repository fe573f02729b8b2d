"""`Meeting`: the handle of a running meeting, with which an app observes and controls it.

1. A call is checked first, with errors that name the argument; then it is an event like all others.
2. Answers are read from the brain, the router and the sequencer at the moment of the call.
3. After the meeting has ended, every call is `AlreadyOver`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import trio

from trialogue.actors.loudness import level_dbfs
from trialogue.errors import LocalProtocolError
from trialogue.handles import given_by, make
from trialogue.mailbox import Mailbox
from trialogue.meeting.advising import advice_on
from trialogue.meeting.app_requests import (
    a_mapping,
    a_number,
    a_reason,
    a_text,
    a_truth,
    wrong_value,
)
from trialogue.meeting.outputs import FAILURES, MeetingResult, write_outputs, write_what_can_be
from trialogue.meeting.run_files import seal
from trialogue.meeting.settings import order_all, updates_for, written
from trialogue.meeting.stage import Stage
from trialogue.meeting.table_calls import TableCalls
from trialogue.meeting.watching import WATCHER_S, Callback, Observing, Records, observing
from trialogue.model.commands import Update
from trialogue.model.events import (
    FloorRequestCancelled,
    FloorRequested,
    GrantAsked,
    MuteAsked,
    NoteGiven,
    Part,
    RevokeAsked,
    SayAsked,
    TextTyped,
    UpdateAsked,
)
from trialogue.model.participants import Kind
from trialogue.model.records import Record
from trialogue.model.state import MeetingState

OTHERS_S = 3.0
"""Seconds for the other actors to stop once one has not stopped within its grace."""

_SECRETIVE = ('"endpoint":', '"credentials":')
"""Keys that hold secrets, at any place in an update."""


@given_by("open_meeting")
class Meeting(TableCalls):
    """A running meeting, as an app observes and controls it.

    Calls return at once. More than 8,192 unprocessed calls raise `MailboxFull`: let the meeting run (`await`)
    in between. Any thread may call; a call from another thread waits until the meeting's loop has accepted
    it. A wrong argument raises `WrongType`, `WrongValue` or `UnknownName` before anything else happens. After
    the meeting has ended, calls raise `AlreadyOver`. Only tasks of the meeting's own loop can await
    `finished` and `records`; others get `WrongLoop`.
    """

    def __init__(self, stage: Stage, nursery: trio.Nursery) -> None:
        super().__init__(stage)
        self._nursery = nursery
        self._from_start: Mailbox[Record] | None = stage.sequencer.subscribe()
        self._result: MeetingResult | None = None
        self._over = trio.Event()
        self._watching: list[trio.CancelScope] = []

    @property
    def folder(self) -> Path:
        """Folder of the run's files."""
        return self._stage.folder

    @property
    def state(self) -> MeetingState:
        """Current state: the phase, the floor's holder, and what each participant is doing and why."""
        return self._loop.ask(lambda: self._stage.brain.state(self._stage.sequencer.now))

    @property
    def now(self) -> float:
        """Seconds since the meeting's start; 0 before it."""
        return self._loop.ask(lambda: self._stage.sequencer.now)

    def records(self) -> Records:
        """Iterate over all records until the meeting's end: every event with its commands, in order.

        The first call starts at the meeting's start, later calls start at the time of the call. The iteration
        ends when the meeting is over. The buffer holds 4,096 records; if it overflows, you get those, and
        then `RecordsMissed`.
        """
        return self._loop.ask(self._records)

    def _records(self) -> Records:
        mailbox, self._from_start = self._from_start, None
        if mailbox is None:
            self._check_open()
            mailbox = self._stage.sequencer.subscribe()
        return make(Records, mailbox, self._loop)

    def on(self, kind: type, callback: Callback) -> Callable[[], None]:
        """Call `callback` for each event or command of one type; returns a function that stops it.

        `kind` is a type of `trialogue.events`, or `Record` for every record. The callback gets everything
        from now on, in order; if it is added in the block's first step, from the meeting's start. An async
        callback is awaited; a plain one runs on the meeting's loop and must not block. An exception in it
        ends the meeting and is raised from the block. A callback that is too slow causes `RecordsMissed`.
        After the end of the meeting and of the block, it has five seconds to return.
        """
        observer = observing(kind, callback)
        return self._loop.ask(lambda: self._observe(observer))

    def _observe(self, observer: Observing) -> Callable[[], None]:
        self._check_open()
        scope = trio.CancelScope()
        self._watching.append(scope)
        records = make(Records, self._stage.sequencer.subscribe(), self._loop)
        self._nursery.start_soon(observer.run, records, scope)
        return lambda: self._loop.ask(lambda: scope.cancel(reason="the app watches no longer"))

    def levels(self) -> Mapping[str, float]:
        """Current levels of all participants who are heard, in dB relative to full scale (0 is loudest)."""
        sounding = self._loop.ask(lambda: dict(self._stage.router.sounding))
        return {name: level_dbfs(pcm) for name, pcm in sounding.items()}

    def say(self, participant: str, text: str) -> None:
        """Make an agent say these words when the floor is next free."""
        self._check_agent(participant)
        self._check_speaker(participant)
        self._post(SayAsked(participant, a_text(text, "the text")))

    def grant(self, participant: str, about: str = "") -> None:
        """Give a participant the next turn; `about` is what it is asked."""
        self._check_speaker(participant)
        self._post(GrantAsked(participant, a_text(about, "about", may_be_empty=True)))

    def inject(self, participant: str, text: str) -> None:
        """Tell a participant something at its next turn."""
        self._seat(participant)
        self._post(NoteGiven(participant, a_text(text, "the text")))

    def revoke(self, participant: str) -> None:
        """Take the floor from a participant: it is cut off at once, and its turn ends as `interrupted`.

        If it does not hold the floor any more, nothing happens; the journal notes it.
        """
        self._check_speaker(participant)
        self._post(RevokeAsked(participant))

    def interrupt(self) -> str | None:
        """Take the floor from its holder; returns the holder's name, or None if the floor is free."""
        return self._loop.ask(self._interrupt)

    def _interrupt(self) -> str | None:
        self._check_open()
        holder = self._stage.brain.holder
        if holder is not None:
            self._stage.sequencer.ask(RevokeAsked(holder))
        return holder

    def update(
        self,
        participant: str,
        *,
        prompt: str | None = None,
        listen: Mapping[str, object] | None = None,
        think: Mapping[str, object] | None = None,
        speak: Mapping[str, object] | None = None,
    ) -> None:
        """Change an agent's settings, now and in all its later sessions.

        `prompt` is added to its prompt: all calls together can add 100,000 characters. The others are objects
        of the protocol. If `think` has no prompt or functions, the current ones stay. The journal records the
        change, so secrets (an `endpoint`, `credentials`) belong in the scenario. Raises LocalProtocolError
        for an invalid object.
        """
        self._check_agent(participant)
        if prompt is not None:
            prompt = a_text(prompt, "the prompt")
        parts: dict[Part, Mapping[str, object] | None] = {"listen": listen, "think": think, "speak": speak}
        texts = [written(part, a_mapping(given, part)) for part, given in parts.items() if given is not None]
        if any(word in text for text in texts for word in _SECRETIVE):
            raise LocalProtocolError("endpoints and credentials belong in the scenario, not in an update")
        updates = updates_for(participant, prompt, parts, self._stage.dialects(participant))
        self._loop.ask(lambda: order_all(self._stage.seats.agents.get(participant), updates, self._update))

    def _update(self, update: Update) -> None:
        self._ask(UpdateAsked(update.participant, update.part, update.content))

    def type(self, participant: str, text: str) -> None:
        """Have a person say this in writing."""
        if self._seat(participant).kind is Kind.AGENT:
            raise wrong_value("participant", f"{participant} is an agent: only people can type")
        self._post(TextTyped(participant, a_text(text, "the text")))

    def raise_hand(self, participant: str, priority: int = 0) -> None:
        """Ask for the floor, from -2 (lowest) to 2 (highest)."""
        self._check_speaker(participant)
        self._post(FloorRequested(participant, a_number(priority, "the priority", -2, 2)))

    def lower_hand(self, participant: str) -> None:
        """Lower a raised hand."""
        self._seat(participant)
        self._post(FloorRequestCancelled(participant))

    def mute(self, participant: str, muted: bool = True) -> None:  # noqa: FBT001, FBT002 - mute("ann", False)
        """Mute a participant, or unmute it."""
        self._seat(participant)
        self._post(MuteAsked(participant, a_truth(muted, "muted")))

    def stop(self, reason: str = "stopped") -> None:
        """End the meeting now and cut off current speech; never raises MailboxFull.

        `reason` is one line of at most 200 characters; the result contains it.
        """
        asked = a_reason(reason)
        self._loop.ask(lambda: self._stop(asked))

    def _stop(self, reason: str) -> None:
        self._check_open()
        self._stage.sequencer.stop(reason)

    async def finished(self) -> MeetingResult:
        """Wait until the meeting is over and its files are written."""
        self._loop.check()
        await self._over.wait()
        assert self._result is not None  # noqa: S101 - set before the event
        return self._result

    async def left_behind(self) -> tuple[str, MeetingResult]:
        """Wait until an actor outlives the meeting; returns its name and the result without it.

        The other actors have `OTHERS_S` to stop; then the files are written and closed, and the process can
        exit. An actor that does not stop cannot be killed; if the process does not exit, the meeting waits
        for it.
        """
        self._loop.check()
        stage = self._stage
        await stage.has_overrun.wait()
        await trio.sleep(OTHERS_S)
        stage.close()
        result = write_outputs(stage)
        seal(stage.folder)
        return stage.overrun, result

    async def let_go(self) -> None:
        """Cancel callbacks and watchers that still run `WATCHER_S` after the meeting's end.

        Called by `open_meeting`.
        """
        await self._over.wait()
        for scope in self._watching:
            scope.deadline = trio.current_time() + WATCHER_S

    async def hold(self) -> None:
        """Run the meeting from its first event to its last file; called once, by `open_meeting`."""
        try:
            await self._stage.run()
        except trio.Cancelled:
            write_outputs(self._stage)
            raise
        finally:
            self._fall_silent()
            if self._stage.end_reason in FAILURES:
                write_what_can_be(self._stage)
        try:
            advice = await advice_on(self._stage.resolved, self._stage.brain.utterances())
        except trio.Cancelled:
            write_outputs(self._stage)
            raise
        self._result = write_outputs(self._stage, advice)
        self._over.set()

    def __repr__(self) -> str:
        """Give a status line."""
        return f"<Meeting {self.plan.name}: {self._stage.sequencer!r}>"
