"""Everything that one meeting runs on, made from its scenario: the actors, and the tree they live in."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import trio
from attrs import define, field, frozen

from trialogue.actors.agent import Agent
from trialogue.actors.clocks import ClockWatch
from trialogue.actors.dispatch import Dispatch
from trialogue.actors.recorder import Recorder
from trialogue.actors.router import AudioGrid, Router
from trialogue.actors.sequencer import Beginning, Sequencer
from trialogue.actors.timers import AlarmClock
from trialogue.brain.meeting import Brain
from trialogue.compute import is_virtual
from trialogue.errors import IntensityExceeded, JournalError
from trialogue.journal.records import EPOCH
from trialogue.journal.writer import Journal
from trialogue.meeting.edges import Exchange
from trialogue.meeting.folder import taken
from trialogue.meeting.keeping import keep_scenario, open_journal, seal, secrets_for
from trialogue.meeting.people import NOBODY, ActorLife, Prepared, Room, seat_people
from trialogue.meeting.policies import brain_for
from trialogue.meeting.resumption import Resumption
from trialogue.meeting.seams import NO_SEAMS, Seams
from trialogue.meeting.sessions import Seats, Switchboard, make_agents, make_ears
from trialogue.model.commands import EndMeeting
from trialogue.model.events import ActorCrashed, ActorOverran, Event, MeetingResumed, ProcessSuspended
from trialogue.model.secrets import NO_SECRETS, Secrets
from trialogue.scenario.resolve import Resolved
from trialogue.scenario.variables import reveal
from trialogue.services import service_of
from trialogue.services.port import Dialect
from trialogue.supervise import (
    ChildSpec,
    Exited,
    Intensity,
    Observation,
    Overrun,
    Restart,
    Strategy,
    open_supervisor,
    supervisor_spec,
)
from trialogue.tools.executor import Tool, ToolExecutor
from trialogue.tools.toolbox import NOTHING_MORE, Permissions, open_tools

AGENT_RESTARTS = Intensity(max_restarts=5, within_s=60.0)
"""How many crashes (bugs, not lost connections) of all agents together are borne."""

PEOPLE_RESTARTS = Intensity(max_restarts=5, within_s=60.0)
"""The same for the actors behind people's seats."""

SYNC_S = 1.0
"""How much of a meeting a power cut may take."""


@define
class Stage:
    """The actors of one meeting."""

    resolved: Resolved
    """What it was made from."""

    folder: Path
    """Where its files are."""

    started: datetime
    """When it began, UTC."""

    brain: Brain
    """Decides."""

    sequencer: Sequencer
    """Stamps, asks, records, dispatches."""

    router: Router
    """Carries sound."""

    agents: Mapping[str, Agent]
    """One a participant that is an agent."""

    people: Mapping[str, ActorLife]
    """The actors behind people's seats, by what they are."""

    tools: ToolExecutor
    """Runs tool calls."""

    timers: AlarmClock
    """Wakes the brain."""

    recorder: Recorder
    """Keeps what was heard."""

    journal: Journal
    """Keeps what happened."""

    secrets: Secrets = NO_SECRETS
    """What may stand in none of its files."""

    resumption: Resumption | None = None
    """What an earlier process of the same meeting left, if this is not its first."""

    began: float = 0.0
    """When the meeting began, on the machine's own clock; for its speed alone."""

    overrun: str = ""
    """The first actor that had not stopped within its grace once the meeting was over."""

    has_overrun: trio.Event = field(factory=trio.Event)
    """There is one."""

    def dialects(self, participant: str) -> list[Dialect]:
        """How an agent's own service and its fallback's are spoken to."""
        specs = (spec for spec in self.resolved.agents if spec.name == participant)
        return [service_of(seat.via).dialect for spec in specs for seat in spec.seats]

    async def run(self) -> EndMeeting:
        """Hold the meeting: its first event, its actors, its end; then record what they still report.

        Cancelled, it ends as `left`. Raises `JournalError` where it cannot be recorded any longer, whatever
        the brain raises, and what an actor raised whose crash ends a meeting.
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

    def close(self) -> None:
        """Close the recordings and the journal, and seal all files that are there."""
        self.recorder.close()
        self.journal.close(self.end_reason)
        seal(self.folder)

    @property
    def end_reason(self) -> str:
        """Why it ended; `unfinished` where nobody decided so and nothing failed: it was cut off."""
        ended = self.sequencer.ended
        return self.sequencer.failure or (ended.reason if ended else "unfinished")

    async def _run(self) -> EndMeeting:
        dispatch = Dispatch(self.router, self.agents, self.tools, self.timers, self.journal.sync)
        self.began = time.perf_counter()
        epoch = self._begin(dispatch)
        async with open_supervisor(
            self._tree(epoch),
            name="meeting",
            strategy=Strategy.REST_FOR_ONE,
            intensity=Intensity(max_restarts=0),
            observer=self,
        ):
            ended = await self.sequencer.run()
        self.sequencer.settle()
        return ended

    def _begin(self, dispatch: Dispatch) -> float:
        """Record the first event of this process; the trio time of the meeting's zero."""
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
        """Report what the machine's clocks tell; people's ears do not outlive its sleep."""
        if isinstance(event, ProcessSuspended):
            self.router.sleep()
        self.sequencer.post(event)

    def observe(self, observation: Observation) -> None:
        """Report an actor's crash: a bug, so an event; restarts follow by the tree's rules.

        After the meeting's end an overrun is recorded at once: nobody knows how long its task still lives.
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

    def _tree(self, epoch: float) -> list[ChildSpec]:
        """The meeting's children in their order; a crash takes those after it along."""
        agents = [
            ChildSpec(f"agent:{name}", each.run, Restart.TRANSIENT)
            for name, each in self.agents.items()
            if name not in self.brain.gone()
        ]
        people = [
            ChildSpec(name, partial(live, epoch), Restart.TRANSIENT) for name, live in self.people.items()
        ]
        seats = [supervisor_spec(people, name="people", intensity=PEOPLE_RESTARTS, observer=self)]
        return [
            ChildSpec("journal", self._keep_synced),
            *([] if is_virtual() else [ChildSpec("clocks", ClockWatch(self._note_clocks).run)]),
            ChildSpec("timers", partial(self.timers.run, epoch)),
            ChildSpec("tools", self.tools.run),
            supervisor_spec(agents, name="agents", intensity=AGENT_RESTARTS, observer=self),
            *(seats if people else ()),
            ChildSpec("router", partial(self.router.run, epoch)),
        ]

    async def _keep_synced(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Bring the journal to the disk once a second; virtual seconds are too short to be lost."""
        task_status.started()
        if is_virtual():
            await trio.sleep_forever()
        while True:
            await trio.sleep(SYNC_S)
            self.journal.sync()


@asynccontextmanager
async def open_stage(
    resolved: Resolved,
    *,
    out: Path | None,
    edges: AbstractAsyncContextManager[Mapping[str, Exchange]],
    seams: Seams = NO_SEAMS,
    people: Prepared = NOBODY,
    permissions: Permissions = NOTHING_MORE,
    resumption: Resumption | None = None,
) -> AsyncGenerator[Stage]:
    """Prepare all that a meeting needs; leaving the block closes its recordings and its journal."""
    started = EPOCH if is_virtual() else datetime.now(UTC)
    began = resumption.header.started if resumption else started
    brain = resumption.brain if resumption else brain_for(resolved.plan, permissions.imports)
    async with open_tools(resolved, permissions) as box, edges as exchanges:
        blocks = {
            spec.name: tuple(box.block(seat.via, reveal(seat.block, os.environ)) for seat in spec.seats)
            for spec in resolved.agents
        }
        with taken(out, resolved.plan.name) as folder:
            keep_scenario(folder, resolved, secrets_for(resolved, seams.secrets))
            made = Made(folder, began, brain, exchanges, box.tools, blocks, seams, people, resumption)
            stage = _set(resolved, made)
        box.crashes.post = stage.sequencer.post
        try:
            yield stage
        finally:
            stage.close()


@frozen
class Made:
    """What is there before the actors are."""

    folder: Path
    """Where the meeting's files go."""

    started: datetime
    """When it begins, UTC."""

    brain: Brain
    """What decides: a new one, or one that knows all that was before."""

    exchanges: Mapping[str, Exchange]
    """How each service is dialled, by `via`."""

    tools: Mapping[str, Tool]
    """What runs when a tool is called, by its name."""

    blocks: Mapping[str, tuple[Mapping[str, object], ...]] = field(repr=False)
    """The wire's `agent` object of each agent and of its fallback, references revealed."""

    seams: Seams = NO_SEAMS
    """What stands in the place of each part."""

    people: Prepared = NOBODY
    """What people's seats need."""

    resumption: Resumption | None = None
    """What an earlier process of the same meeting left."""


def _set(resolved: Resolved, made: Made) -> Stage:
    """Make the journal and the actors; nothing runs yet."""
    past, secrets = made.resumption, secrets_for(resolved, made.seams.secrets)
    journal = open_journal(made.folder, resolved, secrets, started=made.started, past=past)
    try:
        return _set_actors(resolved, made, journal)
    except BaseException:
        journal.discard()
        raise


def _set_actors(resolved: Resolved, made: Made, journal: Journal) -> Stage:
    past, secrets = made.resumption, secrets_for(resolved, made.seams.secrets)
    brain, seams = made.brain, made.seams
    sequencer = Sequencer(seams.brain(brain), seams.journal(journal), secrets)
    speakers = [p.name for p in resolved.plan.participants if p.may_speak]
    grid = AudioGrid(frame_ms=resolved.frame_ms)
    # An observer has a mouth like any agent; nobody ever lets it be heard.
    router = Router(grid, [p.name for p in resolved.plan.participants], sequencer.post)
    recorder = Recorder(made.folder / "audio", grid, speakers, sequencer.post)
    router.record(seams.sink(recorder))
    seats = Seats(resolved, router, sequencer.post, Switchboard(made.exchanges, seams))
    agents = make_agents(seats, made.blocks, brain.context, brain.lines_given)
    ears = make_ears(seats)
    if past is not None:
        router.begin_at(past.at)
        recorder.adopt(past.folder / "audio", router.position)
        journal.adopt(past.journal)  # the last step: from now on this is the run to be resumed
        for name, agent in agents.items():
            agent.restore(past.pasts[name])
        for name, ear in ears.items():
            ear.restore(past.ears[name])
    return Stage(
        resumption=past,
        secrets=secrets,
        resolved=resolved,
        folder=made.folder,
        started=made.started,
        brain=brain,
        sequencer=sequencer,
        router=router,
        agents=agents,
        people=seat_people(resolved, Room(made.people, router, sequencer, ears)),
        tools=ToolExecutor(seams.tools(made.tools), sequencer.post),
        timers=AlarmClock(sequencer.post),
        recorder=recorder,
        journal=journal,
    )
