"""Tasks of one connection: a reader, an ear, a voice, a thinker, a clock, and the conversation.

1. The reader decodes, hands on and reads again. It waits only for the socket, and for a thread that decodes a
   long message, so that other connections need not wait for it.
2. Every task reports events by `tell`: the conversation decides, and its commands are carried out at once, in
   order, without a checkpoint. So text and audio go out in the order decided.
3. All output goes through the socket, which faults on demand can replace by one of their own.
4. A connection that crashes ends alone, with `Error INTERNAL_SERVER_ERROR` and one line of diagnostics.
"""

from __future__ import annotations

import traceback
from functools import partial
from pathlib import Path
from typing import Final, assert_never, cast

import trio

from trialogue.diagnostics import Log
from trialogue.errors import ConnectionLost, RemoteProtocolError
from trialogue.machine_limits import lack_of, leaves
from trialogue.server import commands as cmd
from trialogue.server.closing import close_whole
from trialogue.server.conversation import Conversation
from trialogue.server.dates import read_client
from trialogue.server.ear import AgentEar
from trialogue.server.equipment import Equipment
from trialogue.server.events import (
    AudioReceived,
    AudioSent,
    DeadlineReached,
    Event,
    MessageReceived,
    NonsenseReceived,
)
from trialogue.server.seams import StrikableSocket
from trialogue.server.session_log import SessionLog
from trialogue.server.terms import STRANGER, Terms
from trialogue.server.think.stand_in import Caller
from trialogue.server.thinking import Thinker
from trialogue.server.voice import AgentVoice
from trialogue.services.deepgram.codec import encode
from trialogue.services.deepgram.messages import AgentError, ServerMessage
from trialogue.transport.connection import link_of, receive_beside
from trialogue.transport.socket import WebSocket

_DIAGNOSTICS: Final = Log("trialogue.server")

_LONG_CHARS: Final = 16_384
"""Length in characters from which a thread decodes a message; a shorter one takes at most a millisecond."""

_OURS = Path(__file__).parents[1]


async def converse(
    socket: WebSocket, equipment: Equipment, *, request_id: str, caller: Caller = STRANGER
) -> None:
    """Act as the agent at the other end of `socket` until either side closes it.

    An error of its own closes the connection and is not raised.
    """
    try:
        await Connection(socket, equipment, request_id, caller).run()
    except Exception as crash:  # noqa: BLE001 the supervisor of this server: one connection falls, not all
        tell_crash(_DIAGNOSTICS, "connection crashed", crash, request_id)
        error = AgentError(code="INTERNAL_SERVER_ERROR", description=_blamed(crash))
        _send(socket, error)
        await socket.aclose(code=None)


def _blamed(crash: Exception) -> str:
    """Description of a crash for the client: what the machine lacks, else an error of the server."""
    lacks = (lack_of(each) for each in leaves(crash) if not isinstance(each, ImportError))
    lack = next((each for each in lacks if each), None)
    return f"The server is at fault: {lack}." if lack else "The server is at fault."


def tell_crash(diagnostics: Log, event: str, crash: Exception, request_id: str) -> None:
    """Log a crash: its place, and for developers its traceback, whose text may hold speech.

    Without it, the author of an engine of one's own would not learn what that engine raised.
    """
    diagnostics.error(event, request_id=request_id, where=where(crash))
    diagnostics.debug("traceback of a crash", crash, request_id=request_id)


def where(crash: Exception) -> str:
    """Innermost place of our code in a crash, without the error's text, which may hold speech.

    A place in another library does not show which call of ours failed; it is given only where no place is
    ours.
    """
    if isinstance(crash, ExceptionGroup):
        return where(cast("ExceptionGroup[Exception]", crash).exceptions[0])
    frames = traceback.extract_tb(crash.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(_OURS)]
    at = next(reversed(ours or frames), None)
    return f"{type(crash).__name__} at {at.filename}:{at.lineno}" if at else ""


def _send(socket: WebSocket, message: ServerMessage) -> None:
    try:
        socket.send_text(encode(message))
    except ConnectionLost:
        # The reader learns of the end, too, and it alone acts on it.
        return


class Connection:
    """One connection; made and run by `converse`."""

    def __init__(self, socket: WebSocket, equipment: Equipment, request_id: str, caller: Caller) -> None:
        self._socket = socket
        self._equipment = equipment
        self._conversation = Conversation(equipment.options, request_id, caller)
        self._log = SessionLog(equipment.options, request_id)
        self._nursery: trio.Nursery
        self._thinking: Thinker
        self._ear: AgentEar | None = None
        self._voice: AgentVoice | None = None
        self._is_over = trio.Event()
        self._alarm = trio.Event()
        self._waking = trio.CancelScope()
        self._wakes_at = float("inf")

    def __repr__(self) -> str:
        return f"<Connection: {self._conversation!r}>"

    # --- sound before its time (see `transport.link.Listener`) ---

    def rests(self) -> bool:
        """Whether silence of any length changes nothing here."""
        return self._ear is not None and self._conversation.is_hearing and self._ear.rests()

    def foresee(self, audio: bytes) -> bool:
        """Take a frame before its time; False where it must also be given in its time."""
        return self._ear is not None and self._conversation.is_hearing and self._ear.foresee(audio)

    def has_taken(self) -> None:
        """Note that the frames taken before their time are now past."""
        if self._ear is not None:
            self._ear.has_taken()

    def was_fed(self, audio: bytes, frames: int, at: float) -> None:
        """Note how much sound was taken before its time: the client's silence counts from its end."""
        self._log.heard(audio, frames)
        self._conversation.note_sound(at)
        self._wakes_at = self._waking.deadline = self._conversation.next_deadline()

    # --- its life ---

    async def run(self) -> None:
        """Serve the client until either side closes."""
        self._log.began()
        link = link_of(self._socket)
        if link is not None:
            link.listener = self
        try:
            async with trio.open_nursery() as nursery:
                await self._converse(nursery)
        finally:
            if link is not None:
                link.listener = None
            self._log.ended()
            with trio.CancelScope(shield=True):  # closing waits for nobody
                await self._thinking.aclose()

    async def _converse(self, nursery: trio.Nursery) -> None:
        self._nursery = nursery
        self._thinking = Thinker(self._equipment.options, self._conversation.request_id, nursery, self.tell)
        self._perform(self._conversation.open(trio.current_time()))
        nursery.start_soon(self._watch_deadlines)
        nursery.start_soon(self._close_when_over)
        await self._read()
        nursery.cancel_scope.cancel()

    def tell(self, event: Event) -> None:
        """Let the conversation decide about an event, and carry out its commands."""
        self._handle(event, trio.current_time())

    def sent(self, event: AudioSent, at: float) -> None:
        """Report to the conversation audio that goes out at `at`."""
        self._log.spoke(event.duration_s)
        self._handle(event, at)

    def _handle(self, event: Event, now: float) -> None:
        self._perform(self._conversation.handle(event, now))
        if self._conversation.next_deadline() < self._wakes_at:
            self._alarm.set()

    async def _read(self) -> None:
        while True:
            try:
                text = await receive_beside(self._socket, self._hear)
            except ConnectionLost:
                return
            await self._read_text(text)

    def _hear(self, audio: bytes) -> None:
        self._log.heard(audio)
        self.tell(AudioReceived(audio))

    async def _read_text(self, text: str) -> None:
        read = partial(read_client, text, self._equipment.options)
        try:
            found = await self._equipment.compute.run(read) if len(text) > _LONG_CHARS else read()
        except RemoteProtocolError as error:
            self._log.nonsense(str(error))
            self.tell(NonsenseReceived(error.path, str(error)))
        else:
            self._log.received(found[0])
            self.tell(MessageReceived(*found))

    async def _watch_deadlines(self) -> None:
        while True:
            self._alarm = trio.Event()
            self._wakes_at = self._conversation.next_deadline()
            with trio.CancelScope(deadline=self._wakes_at) as self._waking:
                await self._alarm.wait()
            if trio.current_time() >= self._conversation.next_deadline():
                self.tell(DeadlineReached())

    async def _close_when_over(self) -> None:
        await self._is_over.wait()
        await close_whole(self._socket, code=None)
        self._nursery.cancel_scope.cancel()

    def _perform(self, commands: list[cmd.Command]) -> None:
        for command in commands:
            match command:
                case cmd.Send():
                    self._log.sent(command.message)
                    _send(self._socket, command.message)
                case cmd.OpenEarAndVoice():
                    self._prepare(command.terms)
                case cmd.UseThink():
                    self._log.thinks(command.think)
                    self._thinking.use(command.think)
                case cmd.BeginPass():
                    self._thinking.begin(command)
                case cmd.StopPass():
                    self._thinking.cut()
                case cmd.ReturnEntry() | cmd.GoBack():
                    self._thinking.go_back(command)
                case cmd.CutReply():
                    self._cut(command.reply)
                case cmd.LetFaultStrike():
                    if isinstance(self._socket, StrikableSocket):
                        self._socket.strike(command.fault)
                case cmd.Close():
                    self._is_over.set()
                case cmd.HearAudio() | cmd.EndUserTurn():
                    self._listen(command)
                case cmd.SpeakSentence() | cmd.FinishReply():
                    self._speak(command)
                case _ as never:
                    assert_never(never)

    def _prepare(self, terms: Terms) -> None:
        self._ear = AgentEar(terms, self._equipment, self.tell)
        self._voice = AgentVoice(terms, self._equipment, self._socket, self.tell, sent=self.sent)
        self._nursery.start_soon(self._ear.run)
        self._nursery.start_soon(self._voice.run)

    def _listen(self, command: cmd.HearAudio | cmd.EndUserTurn) -> None:
        if self._ear is None:
            return
        if isinstance(command, cmd.HearAudio):
            self._ear.put(command.audio)
        else:
            self._ear.end_turn()

    def _speak(self, order: cmd.SpeakSentence | cmd.FinishReply) -> None:
        if self._voice is not None:
            self._voice.order(order)

    def _cut(self, reply: int) -> None:
        self._thinking.cut()
        if self._voice is not None:
            self._voice.cut(reply)
