"""Faults of a scenario, which strike in its own meeting, on any clock.

1. An agent with a fault dials an embedded server of its own, in memory, over a line and a socket that can
   fail; other agents dial as usual.
2. The scenario gives each fault a trigger, a pattern over the meeting's records. After the trigger, a fault
   of dialling waits for the agent's next dial, a fault of a call for the next call, and a fault of a
   session's beginning or of a certain message for the next one. All others strike at once, and those that
   last go on to the end of the session.
3. A fault is recorded when it strikes (`FaultStruck`). It strikes once: a resumed meeting has no faults left.
"""

from __future__ import annotations

import math
import random
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial

import trio
from attrs import evolve, field

from trialogue.actors.dialling import Connect
from trialogue.brain.recorded_times import SLACK_S
from trialogue.brain.triggers import Triggers
from trialogue.chaos.catalogue import BadAddress, Part, Signal, fault_named
from trialogue.chaos.failing_parts import spoiled_tool
from trialogue.chaos.faulty_socket import (
    SOUND,
    AddToxic,
    Double,
    FaultySocket,
    HoldBack,
    OddSound,
    Refuse,
    SessionFault,
    WrongAnswer,
    answer_wrongly,
)
from trialogue.chaos.late_socket import heard_late
from trialogue.chaos.toxics import Reset, Toxic, ToxicStream
from trialogue.chaos.trial import dial_nowhere
from trialogue.mailbox import Mailbox
from trialogue.meeting.edges import Edges, Seams, local_equipment
from trialogue.model.events import Event, FaultStruck
from trialogue.model.fault_names import LINE_FAULTS
from trialogue.model.plan import PlannedFault
from trialogue.model.records import Record
from trialogue.scenario.resolve import Resolved
from trialogue.server.equipment import Equipment
from trialogue.server.listener import PATH, serve_stream
from trialogue.server.seams import Converse, ServerSeams, Visitor
from trialogue.speech.engines import open_engines
from trialogue.tools.executor import Tool
from trialogue.transport.dial import in_memory
from trialogue.transport.socket import WebSocket
from trialogue.values import define

__all__ = ["MeetingFaults"]


@define
class _Wanted:
    """Fault of the scenario, with its effects."""

    spec: PlannedFault
    effect: BadAddress | WrongAnswer | SessionFault | Part
    dials: int = 1
    is_due: bool = False

    @classmethod
    def of(cls, spec: PlannedFault) -> _Wanted:
        """Fault by its name; `disconnect` and `delay` are words of scenarios only."""
        match spec.kind:
            case "disconnect":
                return cls(spec, SessionFault(SOUND, (AddToxic(Reset()),)))
            case "delay":
                return cls(spec, SessionFault(SOUND, ()))  # its effect is at the receiving end (`_late`)
            case name:
                fault = fault_named(name)
                effect = fault.effect
                assert not isinstance(effect, Signal)  # noqa: S101 - a scenario cannot name a signal
                own = _from_now_on(effect) if isinstance(effect, SessionFault) else effect
                return cls(spec, own, fault.dials)

    @property
    def toxics(self) -> list[Toxic]:
        """Toxics that it puts on a line."""
        happenings = self.effect.happenings if isinstance(self.effect, SessionFault) else ()
        return [each.toxic for each in happenings if isinstance(each, AddToxic)]

    @property
    def waits_for_message(self) -> bool:
        """Whether it belongs to a certain message of its session, before which it cannot strike."""
        is_of_message = isinstance(self.effect, SessionFault) and self.effect.when != SOUND
        return is_of_message and self.spec.kind not in LINE_FAULTS


def _from_now_on(effect: SessionFault) -> SessionFault:
    """Fault of a session that lasts to its end, from now on or from its message on, not from a beginning.

    Doubles of one kind of message begin with the next of that kind.
    """
    match effect.happenings:
        case (Double(kinds=(kind,)),):
            return evolve(effect, when=kind)
        case (Double() | HoldBack() | OddSound() | Refuse(),):
            return evolve(effect, when=SOUND)
        case _:
            return effect


@define
class _Live:
    """Session of one agent that can be struck."""

    socket: FaultySocket
    stream: ToxicStream


@define
class MeetingFaults:
    """Faults of one meeting: `seams` puts them in front of its parts, `run` strikes them."""

    _resolved: Resolved
    _edges: Edges
    _wanted: list[_Wanted] = field(init=False)
    _late: list[PlannedFault] = field(init=False, factory=list[PlannedFault])
    """Delays that last, the newest last."""

    _live: dict[str, _Live] = field(init=False, factory=dict[str, _Live])
    _equipment: Equipment | None = field(init=False, default=None)
    _post: Callable[[Event], None] | None = field(init=False, default=None)
    _nursery: trio.Nursery | None = field(init=False, default=None)

    def __attrs_post_init__(self) -> None:
        """Look up the effects of each fault."""
        self._wanted = [_Wanted.of(spec) for spec in self._resolved.plan.faults]

    def seams(self, own: Seams) -> Seams:
        """Seams of the meeting, with these faults behind its own."""

        def connect(participant: str, dial: Connect) -> Connect:
            return own.connect(participant, self._connect(participant, dial))

        def tool(participant: str, given: Tool) -> Tool:
            return own.tool(participant, self._tool(participant, given))

        return evolve(own, connect=connect, tool=tool)

    async def run(
        self,
        records: Mailbox[Record],
        post: Callable[[Event], None],
        epoch: float,
        *,
        task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        """Follow the meeting that began at the trio time `epoch` to its end, and strike at the triggers."""
        self._post = post
        triggers = Triggers.of(each.spec.trigger for each in self._wanted)
        task_status.started()
        async with trio.open_nursery() as nursery:
            self._nursery = nursery
            while True:
                next_at = triggers.next_at
                with trio.move_on_at(math.inf if next_at is None else epoch + next_at):
                    try:
                        triggers.take(await records.take())
                    except trio.EndOfChannel:
                        break
                for number in triggers.due(trio.current_time() - epoch + SLACK_S):
                    self._go(self._wanted[number])
            nursery.cancel_scope.cancel(reason="the meeting is over")

    # --- striking ---------------------------------------------------------------------------------------

    def _go(self, wanted: _Wanted) -> None:
        """Strike now, or when the condition of the fault occurs."""
        wanted.is_due = True
        live = self._live.get(wanted.spec.to)
        if isinstance(wanted.effect, SessionFault) and live is not None and not wanted.waits_for_message:
            self._hit(wanted, wanted.effect, live)

    def _hit(self, wanted: _Wanted, effect: SessionFault, live: _Live) -> None:
        """Strike a session at once."""
        if self._nursery is None or not self._strike(wanted):
            return
        if wanted.spec.kind == "delay":
            self._late.append(wanted.spec)
        live.socket.apply(effect.happenings)
        self._nursery.start_soon(live.socket.flush)
        if wanted.spec.for_s is not None:
            self._nursery.start_soon(self._relieve, live.stream, wanted, wanted.spec.for_s)

    async def _relieve(self, stream: ToxicStream, wanted: _Wanted, for_s: float) -> None:
        await trio.sleep(for_s)
        if wanted.spec.kind == "delay":
            self._late.remove(wanted.spec)
        for toxic in wanted.toxics:
            stream.remove(type(toxic))

    def _strike(self, wanted: _Wanted) -> bool:
        """Note that a fault strikes now; False where it is not due, or has struck."""
        if not wanted.is_due or wanted.dials < 1 or self._post is None:
            return False
        wanted.dials -= 1
        spec = wanted.spec
        self._post(FaultStruck(spec.to, spec.id, spec.kind, spec.for_s))
        return True

    def _of(self, participant: str) -> list[_Wanted]:
        return [each for each in self._wanted if each.spec.to == participant]

    def _tool(self, participant: str, tool: Tool) -> Tool:
        """Tool for a participant's call, which meets its fault that is due."""
        spoiling = [
            (each.effect, partial(self._strike, each))
            for each in self._of(participant)
            if isinstance(each.effect, Part)
        ]
        return spoiled_tool(tool, spoiling)

    # --- sessions ---------------------------------------------------------------------------------------

    def _connect(self, participant: str, own: Connect) -> Connect:
        return partial(self._dial, participant) if self._of(participant) else own

    def _dial(self, participant: str) -> AbstractAsyncContextManager[WebSocket]:
        for each in self._of(participant):
            if isinstance(each.effect, BadAddress) and self._strike(each):
                return dial_nowhere(each.effect)
        return self._dial_well(participant)

    @asynccontextmanager
    async def _dial_well(self, participant: str) -> AsyncGenerator[WebSocket]:
        serve = partial(self._serve, participant)
        async with (
            in_memory(serve)(f"ws://embedded{PATH}", headers={}) as socket,
            heard_late(socket, lambda: self._late_s(participant)) as late,
        ):
            yield late

    def _late_s(self, participant: str) -> float:
        """Seconds by which an agent's messages are late now: those of its newest delay that lasts."""
        return next((each.by_s for each in reversed(self._late) if each.to == participant), 0.0)

    async def _serve(self, participant: str, stream: trio.abc.Stream) -> None:
        for each in self._of(participant):
            if isinstance(each.effect, WrongAnswer) and self._strike(each):
                await answer_wrongly(stream, each.effect)
                return
        chance = random.Random(f"{self._resolved.plan.seed}/{participant}")  # noqa: S311 - jitter
        toxic = ToxicStream(stream, chance=chance)

        async def attend(_: Visitor, socket: WebSocket, converse: Converse) -> None:
            faulty = FaultySocket(socket, toxic)
            live = self._live[participant] = _Live(faulty, toxic)
            # a delay without a duration lasts until its session's end
            self._late = [each for each in self._late if each.to != participant or each.for_s is not None]
            for each in self._of(participant):
                if isinstance(each.effect, SessionFault) and each.waits_for_message:
                    faulty.arm(evolve(each.effect, nth=1), partial(self._strike, each))
                elif isinstance(each.effect, SessionFault) and each.is_due:
                    self._hit(each, each.effect, live)  # there was no session when it was due
            try:
                await converse(faulty)
            finally:
                if self._live.get(participant) is live:
                    del self._live[participant]

        await serve_stream(toxic, self._own_equipment(), ServerSeams(attend))

    def _own_equipment(self) -> Equipment:
        if self._equipment is None:
            engines, hosts = self._edges.engines or open_engines(), self._edges.permissions.hosts
            self._equipment = local_equipment(engines, self._resolved.plan.seed, hosts)
        return self._equipment
