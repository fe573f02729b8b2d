"""`open_meeting`: a whole meeting as a block of an app's code.

1. Entering loads the voices, makes the run's directory and opens the journal; then the meeting's clock
   starts, and the block runs beside it.
2. The meeting ends by its own rules, by `stop`, or by leaving the block; it always ends through the
   brain, so its journal always says why.
3. After the end the actors stop in reverse order, what they still report is recorded, and the files are
   written. Only then does `finished` return.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import trio
from attrs import evolve

from trialogue.actors.loudness import level_dbfs
from trialogue.actors.sources import JitterBuffer
from trialogue.compute import is_virtual
from trialogue.errors import LocalProtocolError, SetupError
from trialogue.mailbox import Mailbox
from trialogue.meeting.advising import advice_on
from trialogue.meeting.asking import Loop, a_number, a_reason, a_text, a_truth
from trialogue.meeting.edges import Edges
from trialogue.meeting.endpoints import check_endpoints
from trialogue.meeting.folder import check_folder
from trialogue.meeting.keeping import seal
from trialogue.meeting.leave import check_leave
from trialogue.meeting.outputs import FAILURES, MeetingResult, write_outputs, write_what_can_be
from trialogue.meeting.people import guard_for
from trialogue.meeting.resumption import Resumption
from trialogue.meeting.settings import updates_for, written
from trialogue.meeting.stage import Stage, open_stage
from trialogue.model.events import (
    Event,
    FloorRequestCancelled,
    FloorRequested,
    GrantAsked,
    MuteAsked,
    NoteGiven,
    Part,
    SayAsked,
    TextTyped,
    UpdateAsked,
)
from trialogue.model.participants import Kind
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.resolve import Resolved, prepare
from trialogue.scenario.schema import Clock
from trialogue.supervise import lone_error

DEFAULT_EDGES = Edges()

OTHERS_S = 3.0
"""How long the other actors have to stop once one has not stopped within its grace."""

_SECRETIVE = ('"endpoint":', '"credentials":')
"""Keys that hold secrets, wherever they stand in an update."""


class Records:
    """The records of a meeting as they are made: an async iterator, which may be left at any time."""

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
            raise StopAsyncIteration from None


class Meeting:
    """A meeting that runs: what an app sees of it, and what it can ask for.

    Asking never waits. More than 8,192 things that it had no moment to take are `MailboxFull`: let it run
    (`await`) between them. Any thread may ask: another than the meeting's waits for the moment that its loop
    takes the question in. What is asked with a wrong type is TypeError, with a wrong value ValueError, before
    anything else happens. Only tasks of the meeting's own loop can wait for it (`finished`, `records`).
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._from_start: Mailbox[Record] | None = stage.sequencer.subscribe()
        self._result: MeetingResult | None = None
        self._over = trio.Event()
        self._loop = Loop()

    @property
    def folder(self) -> Path:
        """Where its files are."""
        return self._stage.folder

    @property
    def plan(self) -> MeetingPlan:
        """What was decided before it began: its cast, its rules, its agenda."""
        return self._stage.brain.plan

    @property
    def now(self) -> float:
        """Seconds since the meeting's start; 0 before it."""
        return self._loop.ask(lambda: self._stage.sequencer.now)

    def records(self) -> Records:
        """Every event with the decision that answered it, in order, to the meeting's end.

        The first call gets them from the meeting's start, later calls from then on. Whoever leaves more
        than 4,096 of them waiting sees the iteration end early.
        """
        return self._loop.ask(self._records)

    def _records(self) -> Records:
        mailbox, self._from_start = self._from_start, None
        return Records(mailbox or self._stage.sequencer.subscribe(), self._loop)

    def levels(self) -> Mapping[str, float]:
        """How loud those are who are being heard at this moment: dB below full scale (0 is loudest)."""
        sounding = self._loop.ask(lambda: dict(self._stage.router.sounding))
        return {name: level_dbfs(pcm) for name, pcm in sounding.items()}

    def say(self, participant: str, text: str) -> None:
        """Have an agent say these words at the next free floor; KeyError for an unknown participant."""
        self._check_agent(participant)
        self._check_speaker(participant)
        self._post(SayAsked(participant, a_text(text, "the text")))

    def grant(self, participant: str, about: str = "") -> None:
        """Have a participant speak next; `about` is what is asked of it. KeyError for an unknown one."""
        self._check_speaker(participant)
        self._post(GrantAsked(participant, a_text(about, "about", may_be_empty=True)))

    def inject(self, participant: str, text: str) -> None:
        """Let a participant know something at its next turn. KeyError for an unknown one."""
        self.plan.participant(participant)
        self._post(NoteGiven(participant, a_text(text, "the text")))

    def update(
        self,
        participant: str,
        *,
        prompt: str | None = None,
        listen: Mapping[str, object] | None = None,
        think: Mapping[str, object] | None = None,
        speak: Mapping[str, object] | None = None,
    ) -> None:
        """Change an agent's settings, from now on and in every later session of its.

        `prompt` is added to its prompt; the others are the wire's objects. What `think` leaves out of prompt
        and functions stays. The journal keeps them: what may hold a secret, an `endpoint` or `credentials`,
        belongs into the scenario. KeyError for an unknown participant, LocalProtocolError for what is no
        such object.
        """
        self._check_agent(participant)
        if prompt is not None:
            a_text(prompt, "the prompt")
        parts: dict[Part, Mapping[str, object] | None] = {"listen": listen, "think": think, "speak": speak}
        texts = [written(part, given) for part, given in parts.items() if given is not None]
        if any(word in text for text in texts for word in _SECRETIVE):
            raise LocalProtocolError("endpoints and credentials belong into the scenario, not into an update")
        for update in updates_for(participant, prompt, parts, self._stage.dialects(participant)):
            self._post(UpdateAsked(participant, update.part, update.content))

    def type(self, participant: str, text: str) -> None:
        """Let a person say this in writing. KeyError for an unknown participant, ValueError for an agent."""
        if self.plan.participant(participant).kind is Kind.AGENT:
            raise ValueError(f"{participant} is an agent: people type")
        self._post(TextTyped(participant, a_text(text, "the text")))

    def raise_hand(self, participant: str, priority: int = 0) -> None:
        """Ask for the floor, from -2 (lowest) to 2 (highest). KeyError for an unknown participant."""
        self._check_speaker(participant)
        self._post(FloorRequested(participant, a_number(priority, "the priority", -2, 2)))

    def lower_hand(self, participant: str) -> None:
        """Take a raised hand down. KeyError for an unknown participant."""
        self.plan.participant(participant)
        self._post(FloorRequestCancelled(participant))

    def mute(self, participant: str, muted: bool = True) -> None:  # noqa: FBT001, FBT002 - mute("ann", False)
        """Let nobody hear a participant, or hear it again. KeyError for an unknown one."""
        self.plan.participant(participant)
        self._post(MuteAsked(participant, a_truth(muted, "muted")))

    def source(self, participant: str, *, hears_loudspeaker: bool = False) -> JitterBuffer:
        """Where to push a person's sound, who takes part `via: app`; KeyError for everybody else.

        It takes linear16 mono at `sample_rate`, at the pace of life, a frame or so at a time. Where the
        person's microphone may hear a loudspeaker that plays the meeting, say so: what it gives of that is
        no speech then.
        """
        router = self._stage.router
        source = router.source(participant)
        feed = source.feed
        if not isinstance(feed, JitterBuffer):
            raise KeyError(participant)
        if hears_loudspeaker:
            source.guard(guard_for(router, (participant,)))
        return feed

    @property
    def sample_rate(self) -> int:
        """Samples a second of everything that is heard in the meeting."""
        return self._stage.router.grid.sample_rate

    def stop(self, reason: str = "stopped") -> None:
        """End the meeting now; what is being said is cut off. This is never too much to ask.

        `reason` is one line of at most 200 characters; it is the result's.
        """
        asked = a_reason(reason)
        self._loop.ask(lambda: self._stage.sequencer.stop(asked))

    async def finished(self) -> MeetingResult:
        """Wait until the meeting is over and its files are written."""
        self._loop.check()
        await self._over.wait()
        assert self._result is not None  # noqa: S101 - set before the event
        return self._result

    async def left_behind(self) -> tuple[str, MeetingResult]:
        """Wait until an actor outlives the meeting and its grace: which, and what is there without it.

        The other actors have `OTHERS_S` to stop; then the files are closed and written, and the process can
        be left. What does not stop cannot be killed: without leaving, the meeting waits for it.
        """
        self._loop.check()
        stage = self._stage
        await stage.has_overrun.wait()
        await trio.sleep(OTHERS_S)
        stage.close()
        result = write_outputs(stage)
        seal(stage.folder)
        return stage.overrun, result

    async def hold(self) -> None:
        """Be the meeting, from its first event to its last file; `open_meeting` calls it, once."""
        try:
            await self._stage.run()
        except trio.Cancelled:
            write_outputs(self._stage)
            raise
        finally:
            if self._stage.end_reason in FAILURES:
                write_what_can_be(self._stage)
        try:
            advice = await advice_on(self._stage.resolved, self._stage.brain.utterances())
        except trio.Cancelled:
            write_outputs(self._stage)
            raise
        self._result = write_outputs(self._stage, advice)
        self._over.set()

    def _post(self, event: Event) -> None:
        self._loop.ask(lambda: self._stage.sequencer.post(event))

    def _check_agent(self, participant: str) -> None:
        if self.plan.participant(participant).kind is not Kind.AGENT:
            raise ValueError(f"{participant} is no agent")

    def _check_speaker(self, participant: str) -> None:
        if not self.plan.participant(participant).may_speak:
            raise ValueError(f"{participant} is an observer: it never has the floor")

    def __repr__(self) -> str:
        """Give a status line."""
        return f"<Meeting {self.plan.name}: {self._stage.sequencer!r}>"


def prepared(scenario: str | Path | Resolved, overrides: Overrides | None) -> Resolved:
    """A scenario that is ready to run; TypeError for overrides that are none."""
    if overrides is not None and not isinstance(overrides, Overrides):  # pyright: ignore[reportUnnecessaryIsInstance] -- callers may not be typed
        raise TypeError(f"overrides are Overrides, not a {type(overrides).__name__}")
    return scenario if isinstance(scenario, Resolved) else prepare(scenario, overrides)


@asynccontextmanager
async def open_meeting(
    scenario: str | Path | Resolved,
    *,
    overrides: Overrides | None = None,
    out: str | Path | None = None,
    edges: Edges = DEFAULT_EDGES,
    tools: Mapping[str, Callable[..., object]] | None = None,
    resumption: Resumption | None = None,
) -> AsyncGenerator[Meeting]:
    """Hold the meeting that a scenario describes, beside the block; leaving the block ends it.

    `out` is its directory, made if absent; else one under `runs/` is. `tools` are functions that the scenario
    may name: `python: NAME`. Raises `ScenarioError`, `SetupError` or `JournalError` before anything is said,
    and `JournalError` if it cannot be recorded any longer.
    With a `resumption` the meeting is not begun but gone on with (`trialogue.meeting.run`).
    """
    resolved = prepared(scenario, overrides)
    out = None if out is None else Path(out)
    _check_clock(resolved)
    check_leave(resolved, edges.permissions)
    check_endpoints(resolved, edges.permissions.hosts)
    check_folder(out)
    opening = open_stage(resolved, _with_tools(edges, tools or {}), out=out, resumption=resumption)
    with lone_error():
        async with opening as stage, trio.open_nursery() as nursery:
            meeting = Meeting(stage)
            nursery.start_soon(meeting.hold)
            try:
                yield meeting
            finally:
                if stage.sequencer.ended is None:
                    meeting.stop("left")


def _check_clock(resolved: Resolved) -> None:
    if (resolved.clock is Clock.VIRTUAL) != is_virtual():
        raise SetupError(f"{resolved.plan.name} runs on the {resolved.clock.value} clock: use run_meeting")


def _with_tools(edges: Edges, tools: Mapping[str, Callable[..., object]]) -> Edges:
    registered = {**edges.permissions.registered, **tools}
    return evolve(edges, permissions=evolve(edges.permissions, registered=registered))
