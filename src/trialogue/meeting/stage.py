"""All parts of one meeting, made from its scenario: the actors, and their supervision tree."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final, Protocol, cast

import trio
from attrs import evolve

from trialogue.actors.clocks import ClockWatch
from trialogue.actors.dispatch import Dispatch
from trialogue.actors.hooks import NO_HOOKS, Hook, HookRunner
from trialogue.actors.phases import wait_for_phase
from trialogue.actors.recorder import Recorder
from trialogue.actors.router import AudioGrid, Router
from trialogue.actors.sequencer import Beginning, Sequencer
from trialogue.actors.timers import AlarmClock
from trialogue.brain.meeting import Brain
from trialogue.compute import is_virtual
from trialogue.errors import IntensityExceeded, JournalError
from trialogue.importing import import_named
from trialogue.journal.records import EPOCH
from trialogue.journal.writer import Journal
from trialogue.mailbox import Mailbox
from trialogue.meeting.edges import NO_SEAMS, Edges, Seams, open_edges
from trialogue.meeting.folder import place_of, taken
from trialogue.meeting.people import hear_out, needs_engines, prepare_people
from trialogue.meeting.policy_loading import brain_for
from trialogue.meeting.resumption import Resumption
from trialogue.meeting.run_files import keep_earlier_clips, keep_scenario, open_journal, seal, secrets_for
from trialogue.meeting.seats import SeatNeeds, Seats, Supplies, only
from trialogue.model.commands import EndMeeting
from trialogue.model.events import ActorCrashed, ActorOverran, Event, MeetingResumed, ProcessSuspended
from trialogue.model.plan import HookPoint
from trialogue.model.records import Record
from trialogue.model.secrets import Secrets
from trialogue.scenario.resolve import Resolved
from trialogue.services import service_of
from trialogue.services.port import Dialect
from trialogue.speech.engines import open_engines
from trialogue.supervise import (
    ChildSpec,
    Exited,
    Intensity,
    Observation,
    Overrun,
    Restart,
    Strategy,
    open_supervisor,
)
from trialogue.tools.executor import Tool, ToolExecutor
from trialogue.tools.toolbox import open_tools

SYNC_S = 1.0
"""Seconds of a meeting that a power cut may lose."""


class Faults(Protocol):
    """The scenario's faults, from `trialogue.chaos`, a higher layer than meetings that is only named here."""

    def seams(self, own: Seams) -> Seams:
        """Seams of the faults, in front of the meeting's own parts."""
        ...

    async def run(
        self,
        records: Mailbox[Record],
        post: Callable[[Event], None],
        epoch: float,
        *,
        task_status: trio.TaskStatus[None],
    ) -> None:
        """Strike each fault in its time."""
        ...


FAULTS: Final = "trialogue.chaos.in_meeting:MeetingFaults"
"""Module that only a meeting with faults loads."""


class Stage:
    """Parts of one running meeting, and its run.

    `brain` is a new one or, with a `resumption` (the state of an earlier process of the meeting), one that
    has decided all earlier events. Nothing runs, and there are no participants, until `seat`.
    """

    resolved: Resolved
    journal: Journal
    brain: Brain
    resumption: Resumption | None
    folder: Path
    started: datetime
    secrets: Secrets
    sequencer: Sequencer
    router: Router
    recorder: Recorder
    timers: AlarmClock
    hooks: HookRunner
    tools: ToolExecutor
    seats: Seats

    faults: Faults | None
    """Actor of the scenario's faults; None without any."""

    began: float
    """Moment of the meeting's beginning on the machine's own clock, only for its speed."""

    overrun: str
    """First actor that had not stopped within its grace after the meeting's end."""

    has_overrun: trio.Event
    """Event that is set once there is such an actor."""

    def __init__(
        self,
        resolved: Resolved,
        journal: Journal,
        brain: Brain,
        tools: Mapping[str, Tool],
        *,
        seams: Seams = NO_SEAMS,
        hooks: Mapping[HookPoint, Hook] = NO_HOOKS,
        resumption: Resumption | None = None,
    ) -> None:
        self.resolved, self.journal, self.brain, self.resumption = resolved, journal, brain, resumption
        self.folder, self.started = journal.path.parent, journal.header.started
        self.secrets = secrets_for(resolved, seams.secrets)
        self.sequencer = Sequencer(seams.brain(brain), seams.journal(journal), self.secrets)
        grid, participants = AudioGrid(frame_ms=resolved.frame_ms), brain.seats.participants
        # An observer has a mouth like any agent, but it is never heard.
        self.router = Router(grid, [each.name for each in participants], self.sequencer.post)
        self.sequencer.watch(lambda: self.router.lag_s)
        heard = [each.name for each in participants if each.may_speak]
        self.recorder = Recorder(self.folder / "audio", grid, heard, self.sequencer.post)
        self.router.record(seams.sink(self.recorder))
        post = self.sequencer.post
        self.timers, self.hooks = AlarmClock(post), HookRunner(hooks, post)
        self.tools = ToolExecutor(tools, post, self.secrets, seams.tool)
        self.seats = Seats(brain, self.router, self.sequencer, self)
        self.faults = None
        self.began, self.overrun, self.has_overrun = 0.0, "", trio.Event()

    def seat(self, needs: SeatNeeds) -> None:
        """Seat all participants."""
        past = self.resumption
        if past is not None:
            self.seats.go_on(past.pasts, past.ears)
        self.seats.take(needs)
        if past is not None:  # set every part to its state at the end of the earlier process
            self.router.begin_at(past.at)
            self.recorder.adopt(past.folder / "audio", self.router.position)
            self.journal.adopt(past.journal)  # the last step: from now on this is the run to resume

    def hide(self, secrets: Secrets) -> None:
        """Hide these secrets, too, in all output from now on."""
        self.secrets = self.secrets.beside(secrets)
        self.sequencer.hide(secrets)
        self.journal.hide(secrets)
        self.tools.hide(secrets)
        if self.seats.supplies is not None:
            self.seats.supplies.switchboard.hide(secrets)

    def dialects(self, participant: str) -> list[Dialect]:
        """Dialects of an agent's own service and its fallback's."""
        specs = (spec for spec in self.resolved.agents if spec.name == participant)
        return [service_of(seat.via).dialect for spec in specs for seat in spec.seats]

    async def run(self) -> EndMeeting:
        """Hold the meeting: its first event, its actors, its end; then record the actors' last events.

        Cancelled, it ends as `left`. Raises `JournalError` where it cannot be recorded any longer, any error
        of the brain, and the error of an actor whose crash ends a meeting.
        """
        try:
            return await self._run()
        except trio.Cancelled:
            self.sequencer.stop("left", first=True)
            self.sequencer.settle()
            raise
        except JournalError:
            self.sequencer.failure = "journal-failed"
            raise
        except IntensityExceeded as exceeded:
            cause = exceeded.failure
            if isinstance(cause, JournalError):
                self.sequencer.failure = "journal-failed"
                raise cause from None
            self.sequencer.stop("actor-failed")
            self.sequencer.settle()
            raise cause from exceeded
        finally:
            self.sequencer.close()
            self.seats.end()

    def close(self) -> None:
        """Close the recordings and the journal, and seal all existing files."""
        self.recorder.close()
        self.journal.close(self.end_reason)
        seal(self.folder)

    @property
    def end_reason(self) -> str:
        """Reason for its end; `unfinished` where it was cut off without a decision or a failure."""
        ended = self.sequencer.ended
        return self.sequencer.failure or (ended.reason if ended else "unfinished")

    async def _run(self) -> EndMeeting:
        parts = (self.router, self.seats.agents, self.tools, self.timers, self.journal.sync)
        dispatch = Dispatch(*parts, ask=self.hooks.ask)
        with trio.CancelScope(shield=True):  # a tick at most: a meeting that is left before has begun
            await wait_for_phase(0.0 if self.resumption is None else self.resumption.at)
        self.began = time.perf_counter()
        epoch = self._begin(dispatch)
        async with open_supervisor(
            self._children(epoch),
            name="meeting",
            strategy=Strategy.REST_FOR_ONE,
            intensity=Intensity(max_restarts=0),
            observer=self,
        ) as tree:
            self.seats.begin(tree)
            ended = await self.sequencer.run()
            await hear_out(self.seats.ears)
        self.sequencer.settle()
        return ended

    def _begin(self, dispatch: Dispatch) -> float:
        """Record the first event of this process; returns the trio time of the meeting's zero."""
        past = self.resumption
        if past is None:
            return self.sequencer.start(dispatch)
        if past.hearing is not None:
            dispatch(past.hearing)
        event = MeetingResumed(past.continues)
        epoch = self.sequencer.start(dispatch, Beginning(event, past.seq, past.at))
        for over in past.over:
            self.sequencer.post(over)
        return epoch

    def _note_clocks(self, event: Event) -> None:
        """Report jumps of the machine's clocks; people's ears do not survive its sleep."""
        if isinstance(event, ProcessSuspended):
            self.router.sleep()
        self.sequencer.post(event)

    def observe(self, observation: Observation) -> None:
        """Report an actor's crash as an event; restarts follow the tree's rules.

        After the meeting's end an overrun is recorded at once, since its task may live for any time.
        """
        match observation:
            case Exited(child=child, error=error, reason=reason) if error is not None:
                self.sequencer.post(ActorCrashed(child, reason))
            case Overrun(child=child, shutdown_s=grace_s):
                self.sequencer.post(ActorOverran(child, grace_s))
                if self.sequencer.ended is not None:
                    self.sequencer.settle()
                    self.journal.sync()
                    self.overrun = self.overrun or child
                    self.has_overrun.set()
            case _:
                pass

    def _children(self, epoch: float) -> list[ChildSpec]:
        """Children of the meeting in order; a crash also restarts those after it."""
        return [
            ChildSpec("journal", self._keep_synced),
            *([] if is_virtual() else [ChildSpec("clocks", ClockWatch(self._note_clocks).run)]),
            ChildSpec("timers", partial(self.timers.run, epoch)),
            ChildSpec("tools", self.tools.run),
            *self._struck(epoch),
            *([ChildSpec("hooks", partial(self.hooks.run, epoch))] if self.hooks.are_there else []),
            *self.seats.specs(epoch),
            ChildSpec("router", partial(self.router.run, epoch)),
        ]

    def _struck(self, epoch: float) -> list[ChildSpec]:
        """Specs of the actor that strikes faults; none in a resumed meeting, since each strikes once."""
        if self.faults is None or self.resumption is not None:
            return []
        run = partial(self.faults.run, self.sequencer.subscribe(), self.sequencer.post, epoch)
        return [ChildSpec("faults", run, Restart.TEMPORARY)]

    async def _keep_synced(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Write the journal to the disk once a second; virtual seconds are too short to lose."""
        task_status.started()
        if is_virtual():
            await trio.sleep_forever()
        while True:
            await trio.sleep(SYNC_S)
            self.journal.sync()


@asynccontextmanager
async def open_stage(
    resolved: Resolved, edges: Edges, *, out: Path | None = None, resumption: Resumption | None = None
) -> AsyncGenerator[Stage]:
    """Prepare all parts of a meeting; leaving the block closes its recordings and its journal."""
    out, runs = place_of(out)
    if needs_engines(resolved):  # people's seats and the embedded server share the engines
        edges = evolve(edges, engines=edges.engines or open_engines())
    allowed = edges.permissions
    brain = resumption.brain if resumption else brain_for(resolved.plan, allowed.imports, allowed.policies)
    people = await prepare_people(only(resolved, brain.here()), edges)
    faults = _faults(resolved, edges)
    edges = evolve(edges, seams=faults.seams(edges.seams)) if faults else edges
    chances = resumption.chances if resumption else resolved
    async with open_tools(resolved, edges.permissions) as box, open_edges(chances, edges) as switchboard:
        needs = SeatNeeds.of(only(resolved, brain.here()), people, box, switchboard)
        with (
            taken(out, resolved.plan.name, runs) as folder,
            _journal(folder, resolved, edges.seams, resumption) as journal,
        ):
            make = partial(Stage, seams=edges.seams, hooks=edges.hooks, resumption=resumption)
            stage = make(resolved, journal, brain, box.tools)
            stage.seat(needs)
            stage.faults, stage.seats.supplies = faults, Supplies(edges, box, switchboard)
        box.crashes.post = stage.sequencer.post
        try:
            yield stage
        finally:
            stage.close()


def _faults(resolved: Resolved, edges: Edges) -> Faults | None:
    """Faults of the scenario that its operator permits; None without any."""
    if not resolved.plan.faults or not edges.permissions.faults:
        return None
    make = cast("Callable[[Resolved, Edges], Faults]", import_named("faults", FAULTS))
    return make(resolved, edges)


@contextmanager
def _journal(folder: Path, resolved: Resolved, seams: Seams, past: Resumption | None) -> Generator[Journal]:
    """Journal of the run in a folder, beside its scenario; no run is left where the block fails."""
    secrets = secrets_for(resolved, seams.secrets)
    keep_scenario(folder, past.begun if past else resolved, secrets)
    if past is not None:
        keep_earlier_clips(folder, past.folder)
    now = EPOCH if is_virtual() else datetime.now(UTC)
    started = past.header.started if past else now
    journal = open_journal(folder, resolved, secrets, started=started, past=past)
    try:
        yield journal
    except BaseException:
        journal.discard()
        raise
