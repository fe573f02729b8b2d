"""Trial of a meeting under faults: a `FaultInjector` strikes it by a plan, a `Trial` is the result.

1. All faults strike at the seams of a meeting (`Seams`), so the meeting does not know of them.
2. A trial takes place in memory, on the clock that the scenario names; engines murmur if none are given.
3. A meeting that does not end some time after its limit is hung, which breaks the first promise.
"""

from __future__ import annotations

import os
import random
import signal
import socket
from collections.abc import AsyncGenerator, Callable, Generator, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import Final, Never, assert_never, cast

import trio
import trio.testing
from attrs import evolve, field

from trialogue.actors.dialling import Connect
from trialogue.arguments import checks_arguments
from trialogue.chaos.catalogue import BadAddress, Part, Signal
from trialogue.chaos.failing_parts import FailingBrain, FailingJournal, FaultOnDemand, spoiled_tool
from trialogue.chaos.faulty_socket import FaultySocket, SessionFault, WrongAnswer, answer_wrongly
from trialogue.chaos.plan import FaultPlan, Planned
from trialogue.chaos.toxics import HalfOpen, ToxicStream
from trialogue.errors import SetupError, TrialogueError
from trialogue.meeting.edges import Edges, Seams, local_equipment
from trialogue.meeting.meeting import Meeting
from trialogue.meeting.outputs import MeetingResult
from trialogue.meeting.run import run_meeting
from trialogue.model.plan import MeetingPlan
from trialogue.model.secrets import Secrets
from trialogue.scenario.resolve import Resolved
from trialogue.server.equipment import Equipment
from trialogue.server.listener import PATH, serve_stream
from trialogue.server.seams import Converse, ServerSeams, Visitor
from trialogue.speech.engines import Engines
from trialogue.speech.murmur import murmuring_engines
from trialogue.tools.executor import Tool
from trialogue.tools.permissions import NOTHING_MORE, Permissions
from trialogue.transport.dial import HeaderValue, in_memory, open_websocket
from trialogue.transport.socket import WebSocket
from trialogue.values import frozen

CANARY: Final = "canary-0f1e2d3c4b5a6978"
"""Key of every dial in a trial: no file of the trial may contain it."""

OVERTIME_S: Final = 120.0
"""Seconds beyond its own limit before a meeting counts as hung."""

ASLEEP_S: Final = 60.0
"""Seconds for which a suspended machine sleeps."""

EARLY_S: Final = 5.0
"""Default second at which faults of the meeting's own parts strike."""

UPDATED_S: Final = 1.0
"""Default second at which a change of settings is requested."""


class Hung(TrialogueError):
    """The meeting did not end: it waits for something that never comes."""


@frozen
class Strike:
    """Fault that has struck."""

    planned: Planned
    """Planned fault that struck."""

    at: float
    """Moment, in seconds of the meeting."""


@frozen
class Trial:
    """Result of a meeting under faults."""

    plan: FaultPlan
    """Plan of the faults."""

    strikes: tuple[Strike, ...]
    """Strikes, in order."""

    folder: Path
    """Directory of its files."""

    held: MeetingResult | None = None
    """Outcome; None where it raised an error."""

    error: Exception | None = field(default=None, repr=False)
    """Error that it raised; None without one."""

    @property
    def exit_code(self) -> int:
        """Exit code of a command that holds this meeting."""
        if self.held is not None:
            return self.held.exit_code
        return self.error.exit_code if isinstance(self.error, TrialogueError) else 70


# --- the injector -----------------------------------------------------------------------------------


class FaultInjector:
    """Actor that strikes one meeting by a plan, and keeps the strikes."""

    def __init__(
        self, plan: FaultPlan, engines: Engines, limit_s: float, hosts: tuple[str, ...] = ()
    ) -> None:
        self._plan = plan
        self._engines = engines
        self._hosts = hosts
        self._limit_s = limit_s
        self._equipment: Equipment | None = None
        self._dials: dict[str, int] = {}
        self._began = 0.0
        self._strikes: list[tuple[Planned, float]] = []
        self._followed: list[Planned] = []
        self._streams: list[ToxicStream] = []
        self.folder: Path | None = None

    def __repr__(self) -> str:
        """Status line."""
        return f"<FaultInjector: {len(self._strikes)} of {len(self._plan.planned)} faults have struck>"

    @property
    def strikes(self) -> tuple[Strike, ...]:
        """Strikes so far."""
        return tuple(Strike(each, round(at, 6)) for each, at in self._strikes)

    def seams(self) -> Seams:
        """Seams of its faults."""
        return Seams(
            secrets=Secrets((CANARY,)),
            connect=self._connect,
            brain=lambda brain: FailingBrain(brain, self._of(Part.BRAIN_FAILS)),
            journal=lambda journal: FailingJournal(journal, self._of(Part.JOURNAL_FAILS)),
            tool=self._tool,
        )

    async def watch(self, meeting: Meeting) -> None:
        """Beside the meeting, strike the machine's faults; raises `Hung` for a meeting without an end."""
        self.folder = meeting.folder
        self._began = trio.current_time() - meeting.now
        async with trio.open_nursery() as nursery:
            for each in self._plan.planned:
                nursery.start_soon(self._strike_machine, each, meeting)
                if each.fault.needs_update:
                    nursery.start_soon(self._ask_update, each, meeting)
            with trio.move_on_after(self._limit_s + OVERTIME_S) as patience:
                await meeting.finished()
            if patience.cancelled_caught:
                raise Hung(f"the meeting was still running {OVERTIME_S:g} s after its limit")
            nursery.cancel_scope.cancel(reason="the meeting is over")

    def strike(self, planned: Planned) -> bool:
        """Note that a fault strikes now; False where it is too early, or it has struck."""
        now = max(0.0, trio.current_time() - self._began)
        struck = sum(each is planned for each, _ in self._strikes)
        if now < planned.after_s or struck >= planned.fault.dials:
            return False
        self._strikes.append((planned, now))
        return True

    def _of(self, *parts: Part) -> list[tuple[Part, Callable[[], bool]]]:
        return self._spoiling(self._plan.of(*parts))

    def _spoiling(self, planned: Iterable[Planned]) -> list[tuple[Part, Callable[[], bool]]]:
        return [(cast("Part", each.fault.effect), partial(self.strike, each)) for each in planned]

    def _tool(self, participant: str, tool: Tool) -> Tool:
        """Tool for a participant's call, which meets its fault."""
        of_tools = self._plan.of(Part.TOOL_HANGS, Part.TOOL_RAISES, Part.TOOL_FLOODS)
        number = self._dials.get(participant, 0)
        return spoiled_tool(tool, self._spoiling(e for e in of_tools if e.is_for(participant, number)))

    # --- the machine ---

    async def _strike_machine(self, planned: Planned, meeting: Meeting) -> None:
        match planned.fault.effect:
            case Signal(name, times):
                await self._until_its_time(planned)
                for _ in range(times):
                    os.kill(os.getpid(), signal.Signals[name])
            case Part.WATCHER_SLEEPS:
                meeting.records()
                self.strike(planned)
            case Part.SUSPENDED:
                clock = trio.lowlevel.current_clock()
                if isinstance(clock, trio.testing.MockClock):
                    await self._until_its_time(planned)
                    for stream in self._streams:  # their peers have left long ago
                        stream.add(HalfOpen())
                    clock.jump(ASLEEP_S)
            case _:
                return  # other faults strike in the connection, the server or the tool

    async def _until_its_time(self, planned: Planned) -> None:
        await trio.sleep_until(self._began + max(planned.after_s, EARLY_S))
        self.strike(planned)

    async def _ask_update(self, planned: Planned, meeting: Meeting) -> None:
        """Request a change of settings, so that there is one to confirm."""
        await trio.sleep_until(self._began + max(planned.after_s, UPDATED_S))
        meeting.update(planned.participant, prompt="Be brief.")

    # --- sessions ---

    def _connect(self, participant: str, _own: Connect) -> Connect:
        if self._equipment is None:
            self._equipment = local_equipment(self._engines, self._plan.seed, self._hosts)
        return partial(self._dial, participant)

    def _dial(self, participant: str) -> AbstractAsyncContextManager[WebSocket]:
        number = self._dials[participant] = self._dials.get(participant, 0) + 1
        chosen = [each for each in self._plan.planned if each.is_for(participant, number)]
        for each in chosen:
            if isinstance(each.fault.effect, BadAddress) and self.strike(each):
                return dial_nowhere(each.fault.effect)
        serve = partial(self._serve, participant, chosen)
        return in_memory(serve)(f"ws://embedded{PATH}", headers=_HEADERS)

    async def _serve(self, participant: str, chosen: list[Planned], stream: trio.abc.Stream) -> None:
        answer = next(filter(None, map(self._answer, chosen)), None)
        if answer is not None:
            await answer_wrongly(stream, answer)
            return
        chance = random.Random(f"{self._plan.seed}/{participant}")  # noqa: S311 - jitter
        toxic = ToxicStream(stream, chance=chance)
        self._streams.append(toxic)

        async def attend(_: Visitor, socket: WebSocket, converse: Converse) -> None:
            faulty = FaultySocket(socket, toxic)
            for each in chosen:
                if isinstance(each.fault.effect, SessionFault):
                    faulty.arm(each.fault.effect, partial(self.strike, each))
            await converse(faulty)

        assert self._equipment is not None  # noqa: S101 - made by `_connect`, before any dial
        await serve_stream(toxic, self._equipment, ServerSeams(attend))

    def _answer(self, planned: Planned) -> WrongAnswer | None:
        """Answer to a dial in the place of an upgrade, by one fault of the plan."""
        fault = planned.fault
        if isinstance(fault.effect, WrongAnswer):
            return fault.effect if self.strike(planned) else None
        has_struck = any(each is planned for each, _ in self._strikes)
        if fault.then is None or not has_struck or any(each is planned for each in self._followed):
            return None
        self._followed.append(planned)
        return fault.then


_HEADERS: Final[dict[str, HeaderValue]] = {"Authorization": lambda: f"Token {CANARY}"}


class _NoNames(trio.abc.HostnameResolver):
    """Name service that knows no name."""

    async def getaddrinfo(self, *_: object, **__: object) -> Never:
        await trio.lowlevel.checkpoint()
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    async def getnameinfo(self, *_: object, **__: object) -> Never:
        await trio.lowlevel.checkpoint()
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


@asynccontextmanager
async def dial_nowhere(how: BadAddress) -> AsyncGenerator[WebSocket]:
    """Dial a bad address."""
    match how:
        case BadAddress.REFUSED:
            url, before = f"ws://127.0.0.1:1{PATH}", None
        case BadAddress.UNKNOWN_HOST:
            url, before = f"wss://voice.invalid{PATH}", trio.socket.set_custom_hostname_resolver(_NoNames())
        case _ as never:
            assert_never(never)
    try:
        async with open_websocket(url, headers=_HEADERS) as opened:
            yield opened
    finally:
        if how is BadAddress.UNKNOWN_HOST:
            trio.socket.set_custom_hostname_resolver(before)


# --- the trial --------------------------------------------------------------------------------------


@contextmanager
def _hearing(plan: FaultPlan) -> Generator[None, None, None]:
    """Have signals of a plan their usual effect where they are ignored, as SIGHUP behind `nohup`."""
    effects = [each.fault.effect for each in plan.planned]
    numbers = {signal.Signals[each.name] for each in effects if isinstance(each, Signal)}
    ignored = [number for number in numbers if signal.getsignal(number) is signal.SIG_IGN]
    for number in ignored:
        signal.signal(number, signal.SIG_DFL)
    try:
        yield
    finally:
        for number in ignored:
            signal.signal(number, signal.SIG_IGN)


@checks_arguments
def try_meeting(
    resolved: Resolved,
    plan: FaultPlan,
    *,
    out: str | Path | None = None,
    engines: Engines | None = None,
    permissions: Permissions = NOTHING_MORE,
) -> Trial:
    """Hold the meeting under the plan's faults, to any end; raises only errors that are bugs of trialogue."""
    engines = engines or murmuring_engines()
    # The plan's faults strike, not the scenario's own.
    resolved = evolve(
        resolved,
        plan=evolve(resolved.plan, faults=()),
        document=evolve(resolved.document, faults=None),
    )
    injector = FaultInjector(plan, engines, _limit_s(resolved.plan), permissions.hosts)
    edges = Edges(engines=engines, permissions=permissions, seams=injector.seams())
    held: MeetingResult | None = None
    error: Exception | None = None
    try:
        with _hearing(plan):
            held = run_meeting(resolved, out=out, edges=edges, watch=injector.watch)
    except (TrialogueError, FaultOnDemand) as raised:
        error = raised
    if injector.folder is None:
        raise error or SetupError("the meeting was never opened")
    return Trial(plan, injector.strikes, injector.folder, held, error)


def _limit_s(plan: MeetingPlan) -> float:
    return plan.limits.time_s if plan.limits.time_s is not None else 24 * 3600.0
