"""Control of a running server, for an operator or a test: inspect, wait, speak, play, order faults, reset.

1. Every session of the server goes through `Control`, whether or not anybody inspects it.
2. All calls run in the server's own loop; `in_thread` and `routes` make them for other callers.
3. A session is named by its id, or by `last` for the newest.
"""

from __future__ import annotations

import errno
import os
import random
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final, Protocol, TypeAlias

import orjson
import trio
from attrs import evolve, field

from trialogue.chaos.catalogue import Fault
from trialogue.chaos.catalogue.dialling import http as wrong_http
from trialogue.chaos.faulty_socket import WrongAnswer, answer_wrongly
from trialogue.chaos.toxics import HalfOpen, ToxicStream
from trialogue.diagnostics import Log
from trialogue.errors import JournalError, SetupError
from trialogue.fixed_paths import fixed
from trialogue.model.audio import AudioFormat
from trialogue.server.equipment import Equipment
from trialogue.server.injections import BEHAVIORS
from trialogue.server.seams import Converse, ServerSeams, Visitor, answer_nothing
from trialogue.server.think.scripted import read_script
from trialogue.server.think.stand_in import StandInAgent, ThinkStandIn
from trialogue.serving.attended import Attended, Witness
from trialogue.serving.ledger import Ledger, Session, SessionMessage, Wanted
from trialogue.serving.orders import FaultOrder, check_faults, orders_of
from trialogue.serving.recording import SessionRecord
from trialogue.serving.running_session import Noting, RunningSession
from trialogue.serving.speech import frames_of, recorded, spoken, write_wav
from trialogue.serving.understudies import Understudy, relaying, replaying
from trialogue.transport.accept import Instead
from trialogue.transport.http import HttpRequest, HttpResponse, Taken
from trialogue.transport.socket import WebSocket
from trialogue.values import define

__all__ = ["LONGEST_WAIT_S", "Control", "Recorder"]

_DIAGNOSTICS: Final = Log("trialogue.server")

LONGEST_WAIT_S: Final = 60.0
"""Most seconds that a wait for a message may take."""

_MOST_LINGERING: Final = 64
"""Most streams that stay open after their session, as if the peer had vanished."""

MOST_HELD_S: Final = 600.0
"""Most seconds for which a fault holds a connection in the place of an upgrade; no dial waits as long."""

_GOING_AWAY: Final = 1001
"""Close code of a server that ends (RFC 6455)."""


class Writing(Witness, Protocol):
    """Writer of one session's record."""

    def finish(self) -> None:
        """Write the files that are made after the end; may take seconds, and is called in a thread."""
        ...


Recorder: TypeAlias = Callable[[Visitor], Writing]
"""Function that begins the record of a session."""


AnswerHttp: TypeAlias = Callable[[HttpRequest], Taken | HttpResponse | None]
"""Function that answers a plain request; None leaves it to the server."""


def misfit(why: str) -> WrongAnswer:
    """Response to an address that asks for an unknown fault."""
    body = orjson.dumps({"err_code": "INVALID_QUERY_PARAMETER", "err_msg": why}).decode()
    return wrong_http("400 Bad Request", "Content-Type: application/json", body=body)


@define(eq=False)
class Control:
    """Control of one server."""

    equipment: Equipment
    """Equipment of the sessions."""

    understudy: Understudy | None = None
    """Understudy that holds the conversations in the server's place; None for the server itself."""

    recorders: tuple[Recorder, ...] = ()
    """Recorders that record each session, beside the ledger."""

    ledger: Ledger = field(factory=Ledger)
    """Ledger of all messages."""

    running: dict[str, RunningSession] = field(factory=dict[str, RunningSession])
    """Running sessions, by id."""

    ordered: deque[FaultOrder] = field(factory=deque[FaultOrder])
    """Faults that wait for later sessions, one for each."""

    latency_s: float = 0.0
    """Seconds of delay of everything that the server sends."""

    _first: Equipment = field(init=False, repr=False)
    _recorders: tuple[Recorder, ...] = field(init=False, repr=False)
    _understudy: Understudy | None = field(init=False, repr=False)
    _spoiled: deque[WrongAnswer] = field(factory=deque[WrongAnswer], init=False, repr=False)
    _streams: int = field(default=0, init=False)
    _attending: set[str] = field(factory=set[str], init=False)
    _left: trio.Event = field(factory=trio.Event, init=False, repr=False)
    _lingering: deque[ToxicStream] = field(factory=deque[ToxicStream], init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        self._first, self._recorders = self.equipment, self.recorders
        self._understudy = self.understudy

    def seams(self, http: AnswerHttp = answer_nothing) -> ServerSeams:
        """Seams for a server with this control; `http` answers plain requests before the server does."""
        return ServerSeams(
            attend=self.attend,
            through=self.through,
            equip=lambda _: self.equipment,
            http=http,
            instead=self.instead,
        )

    # --- inspecting ------------------------------------------------------------------------------------

    def session(self, name: str | None = None) -> Session:
        """Session of this id, or the last one; `SetupError` where there is none."""
        sessions = self.ledger.sessions
        if name in {None, "last"}:
            if not sessions:
                raise SetupError("no client has connected yet")
            return list(sessions.values())[-1]
        if name not in sessions:
            raise SetupError(f"unknown session {name!r}")
        return sessions[name]

    async def wait_for(self, wanted: Wanted, within_s: float) -> SessionMessage:
        """Wait for a message, which may already have come; `NothingCame` after the timeout."""
        return await self.ledger.wait_for(wanted, min(within_s, LONGEST_WAIT_S))

    # --- speaking and playing -----------------------------------------------------------------------

    def speak(self, text: str, session: str | None = None, behavior: str = "queue") -> None:
        """Make the agent say something; `SetupError` for a behaviour that the protocol lacks."""
        if behavior not in BEHAVIORS:
            raise SetupError(f"behavior must be one of {', '.join(BEHAVIORS)}, not {behavior!r}")
        self.running_session(session).speak(text, behavior)

    def write(self, text: str, session: str | None = None) -> None:
        """Make the user write something."""
        self.running_session(session).write(text)

    async def say(
        self, text: str, session: str | None = None, *, voice: str = "heart", at_once: bool = False
    ) -> None:
        """Make the user say something aloud."""
        make = partial(spoken, self.equipment.synthesizer, text, voice)
        await self._heard(make, session, at_once=at_once)

    async def speech(self, text: str, path: Path, *, voice: str = "heart", sample_rate: int = 24_000) -> None:
        """Write speech that this server's recognizer understands to a WAV file, for a client's microphone."""
        plain = AudioFormat("linear16", sample_rate)
        sound = await self.equipment.compute.run(
            partial(spoken, self.equipment.synthesizer, text, voice, plain)
        )
        write_wav(path, sound, sample_rate)

    async def play(self, path: Path, session: str | None = None, *, at_once: bool = False) -> None:
        """Play a recording as the user's voice."""
        await self._heard(partial(recorded, path), session, at_once=at_once)

    async def _heard(
        self, make: Callable[[AudioFormat], bytes], session: str | None, *, at_once: bool
    ) -> None:
        running = self.running_session(session)
        sound = await self.equipment.compute.run(partial(make, running.input_format))
        await running.hear(frames_of(sound, running.input_format), at_once=at_once)

    # --- faults -----------------------------------------------------------------------------------

    def order(self, order: FaultOrder, session: str | None = None) -> None:
        """Order a fault for a running session, or for the next one."""
        if session is not None:
            self.running_session(session).order(order)
        else:
            self.ordered.extend([order] * order.fault.dials)

    def delay(self, seconds: float) -> None:
        """Delay everything that the server sends, from now on and in every session."""
        if not 0.0 <= seconds <= LONGEST_WAIT_S:
            raise SetupError(f"a latency must be from 0 to {LONGEST_WAIT_S:g} seconds, not {seconds:g}")
        self.latency_s = seconds
        for running in self.running.values():
            running.delay(seconds)

    def record(self, runs: Path) -> None:
        """Record each later session as a run in this directory.

        `SetupError` where it is a file; `JournalError` where it cannot be made or written.
        """
        try:
            runs.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not os.access(runs, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        except (FileExistsError, NotADirectoryError) as error:
            raise SetupError(f"cannot record in {runs}: {error.strerror}") from error
        except OSError as error:
            raise JournalError(f"cannot record in {runs}: {error.strerror}", path=str(runs)) from error
        self.recorders = (*self.recorders, partial(SessionRecord.begin, fixed(runs)))

    def script(self, entries: Sequence[Mapping[str, object]], greeting: str | None = None) -> None:
        """Let a script answer in later sessions; `ScriptError` for an invalid one."""
        read = read_script(entries)
        check_faults(read)
        agent = StandInAgent("script", read, greeting=greeting)
        self.equip(stand_in=ThinkStandIn((agent,)))

    def replay(self, run: Path, participant: str | None = None, *, is_strict: bool = False) -> None:
        """Replay the session of a run to later clients; raises the errors of `remembered`."""
        self.understudy = replaying(run, self.equipment, participant=participant, is_strict=is_strict)

    def relay(self, url: str) -> None:
        """Let another service hold later conversations."""
        self.understudy = relaying(url)

    async def reset(self) -> None:
        """Reset the server: end all sessions, and drop them with all messages and orders.

        A session that begins meanwhile, as of a client that connects again at once, goes on.
        """
        self.recorders, self.understudy = self._recorders, self._understudy
        self.ordered.clear()
        self._spoiled.clear()
        self.equipment = self._first
        self.latency_s = 0.0
        before = frozenset(self.ledger.sessions)
        await self._end_all()
        self.ledger.forget(before)

    async def _end_all(self) -> None:
        ending, attending = tuple(self.running.values()), frozenset(self._attending)
        async with trio.open_nursery() as nursery:
            for running in ending:
                nursery.start_soon(running.attended.aclose, _GOING_AWAY)
        for running in ending:
            running.nursery.cancel_scope.cancel(reason="the server was reset")
        while attending & self._attending:
            await self._left.wait()

    # --- sessions ----------------------------------------------------------------------------------

    def through(self, stream: trio.abc.Stream) -> ToxicStream:
        """Wrap a connection's stream so that faults can strike it."""
        self._streams += 1
        seed = f"{self.equipment.options.seed}/{self._streams}"
        return ToxicStream(stream, chance=random.Random(seed))  # noqa: S311 - jitter

    def instead(self, received: bytes) -> Instead | None:
        """Response to a request to upgrade in the server's place: a fault, or why there is none such.

        An ordered fault waits on until the response is begun: a client that is refused does not use it up.
        """
        _, _, query = received.split(b"\r\n", 1)[0].partition(b"?")
        try:
            asked = [each.answer for each in orders_of(query.split(b" ", 1)[0].decode("latin-1"))]
        except SetupError as fault:
            asked = [misfit(str(fault))]
        by_address = next(filter(None, asked), None)
        waits = any(each.answer for each in self.ordered) or bool(self._spoiled)
        return partial(self._spoil, received, by_address) if by_address or waits else None

    async def _spoil(self, received: bytes, by_address: WrongAnswer | None, stream: trio.abc.Stream) -> None:
        with trio.move_on_after(MOST_HELD_S):
            await answer_wrongly(stream, by_address or self._next_answer(), received)
        await trio.aclose_forcefully(stream)

    def _next_answer(self) -> WrongAnswer:
        """Response that waits: the oldest order, else the second part of a fault that has struck."""
        for each in self.ordered:
            if each.answer:
                self.ordered.remove(each)
                return each.answer
        return self._spoiled.popleft()

    async def attend(self, visitor: Visitor, socket: WebSocket, converse: Converse) -> None:
        """Control one session, from its upgrade to its end."""
        asked = visitor.request
        session = self.ledger.open(visitor.request_id, asked.path, asked.query)
        writers = [*self._records_of(visitor)]
        attended = Attended(socket, Noting(self.ledger, session), *writers)
        self._attending.add(session.id)
        try:
            await self._hold(session, attended, visitor, converse)
        finally:
            attended.finish()
            try:
                with trio.CancelScope(shield=True):  # the messages are kept, in whatever way the server ends
                    for each in writers:
                        await trio.to_thread.run_sync(each.finish)
            finally:  # `reset` waits for this, even after a failed record
                self._attending.discard(session.id)
                self._left.set()
                self._left = trio.Event()
        await self._let_linger(visitor.stream)

    def _records_of(self, visitor: Visitor) -> Iterator[Writing]:
        """Records of a session that begins; one that cannot be begun is left out, and told."""
        for record in self.recorders:
            try:
                yield record(visitor)
            except JournalError as error:
                _DIAGNOSTICS.warning(
                    "a session is not recorded", request_id=visitor.request_id, reason=str(error)
                )

    async def _hold(self, session: Session, attended: Attended, visitor: Visitor, converse: Converse) -> None:
        stream = visitor.stream
        if not isinstance(stream, ToxicStream):
            raise TypeError("the session's stream must be the one that `through` gave")
        async with trio.open_nursery() as nursery:
            running = RunningSession(session, attended, stream, nursery, self._struck)
            with self._going_on(running):
                running.delay(self.latency_s)
                for each in (*orders_of(visitor.request.query), *self._next_orders()):
                    if each.session is not None:
                        running.order(each)
                if self.understudy is None:
                    await converse(running.socket)
                else:
                    await self.understudy(running.socket, visitor, session)
                nursery.cancel_scope.cancel()

    def _struck(self, fault: Fault) -> None:
        """Note the effect on the next upgrade of a fault in two parts."""
        if fault.then is not None:
            self._spoiled.append(fault.then)

    @contextmanager
    def _going_on(self, running: RunningSession) -> Generator[None]:
        self.running[running.session.id] = running
        try:
            yield
        finally:
            del self.running[running.session.id]

    async def _let_linger(self, stream: trio.abc.Stream) -> None:
        """Keep the stream of a vanished peer open for a while, as its client would see it."""
        if isinstance(stream, ToxicStream) and stream.has(HalfOpen):
            self._lingering.append(stream)
        if len(self._lingering) > _MOST_LINGERING:
            await self._lingering.popleft().release()

    def _next_orders(self) -> Sequence[FaultOrder]:
        taken = [each for each in self.ordered if each.session is not None]
        self.ordered = deque(each for each in self.ordered if each.session is None)
        return taken

    def running_session(self, session: str | None = None) -> RunningSession:
        """Running session of this id, or the last one; `SetupError` where there is none."""
        if session in {None, "last"}:
            if not self.running:
                raise SetupError("no client is connected")
            return list(self.running.values())[-1]
        if session not in self.running:
            raise SetupError(f"no session {session!r} is running")
        return self.running[session]

    def equip(self, **changes: object) -> None:
        """Change options of later sessions, by their names."""
        options = evolve(self.equipment.options, **changes)  # type: ignore[arg-type]
        self.equipment = evolve(self.equipment, options=options)
