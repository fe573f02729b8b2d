"""One session: a connection's life from its settings to its end.

1. The reader does nothing else: decode, hand on, read again. What it hands on is taken without waiting.
2. Sound goes straight to the mouth; facts go to the supervisor.
3. The session ends by raising: `ConnectionLost` for what may pass, `ProviderRefused` for what will not.
4. Orders for a session that is not running any more are dropped by whoever owns the mailbox.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TypeAlias

import trio
from attrs import frozen

from trialogue.actors.mailbox import Mailbox
from trialogue.actors.replies import Replies
from trialogue.deepgram import events as told
from trialogue.deepgram.codes import Verdict
from trialogue.deepgram.messages import FunctionCallResponse, InjectAgentMessage, InjectUserMessage
from trialogue.deepgram.session import ClientSession, SessionState
from trialogue.deepgram.settings import Settings
from trialogue.errors import ConnectionLost, ProviderRefused, RemoteProtocolError
from trialogue.model.commands import AnswerTool, Cue, Replace, RollOver, Speak, Update
from trialogue.model.events import (
    Event,
    InjectionRefused,
    LatencyMeasured,
    ServiceWarned,
    SessionReady,
    ToolCallCancelled,
    ToolRequested,
    WordsHeard,
)
from trialogue.transport.socket import WebSocket

Order: TypeAlias = Cue | Speak | AnswerTool | RollOver | Replace | Update
"""What the brain orders of an agent."""

MALFORMED_LIMIT = 5
MALFORMED_WITHIN_S = 10.0

_LASTING = (Verdict.GO_ON, Verdict.TURN_LOST, Verdict.ROLL_OVER)


@frozen
class SessionContext:
    """What a session needs from the agent that it belongs to."""

    participant: str
    """Whose session it is."""

    number: int
    """Counts the participant's sessions from 1."""

    replies: Replies
    """Where its replies go."""

    post: Callable[[Event], None]
    """Where its facts go."""

    orders: Mailbox[Order]
    """Where its orders come from."""


class AgentSession:
    """Converses over one open websocket."""

    def __init__(self, context: SessionContext, socket: WebSocket) -> None:
        self._context = context
        self._socket = socket
        self._wire = ClientSession(trio.current_time())
        self._turn = 0
        self._echo: str | None = None
        self._malformed: list[float] = []

    @property
    def is_running(self) -> bool:
        """Whether the settings hold."""
        return self._wire.state is SessionState.RUNNING

    def hear(self, pcm: bytes) -> None:
        """Let the agent hear a frame; before the settings hold it hears nothing."""
        if self.is_running:
            self._socket.send_bytes(self._wire.send_audio(pcm, trio.current_time()))

    async def run(self, settings: Settings) -> None:
        """Converse until the connection ends, which raises."""
        failure: ConnectionLost | ProviderRefused | None = None
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._take_orders)
            nursery.start_soon(self._keep_deadlines, nursery.cancel_scope)
            self._send(self._wire.send(settings, trio.current_time()))
            try:
                await self._read()
            except (ConnectionLost, ProviderRefused) as ended:
                failure = ended
            nursery.cancel_scope.cancel(reason="the session has ended")
        raise failure or ConnectionLost("the service did not apply the settings in time")

    async def _read(self) -> None:
        while True:
            try:
                data = await self._socket.receive()
            except ConnectionLost as lost:
                raise self._closed(lost) from lost
            now = trio.current_time()
            if isinstance(data, bytes):
                facts = self._wire.receive_audio(data, now)
            else:
                facts = self._wire.receive_text(data, now)
            for fact in facts:
                self._take(fact)

    def _closed(self, lost: ConnectionLost) -> ConnectionLost | ProviderRefused:
        """The end of the connection, judged by what the service last said."""
        ours = isinstance(lost.__cause__, RemoteProtocolError)
        facts = self._wire.receive_close(lost.close_code, ours=ours)
        error = self._wire.last_error
        why = f"{error.code}: {error.text}" if error else str(lost)
        for fact in facts:
            if isinstance(fact, told.Closed) and fact.verdict is Verdict.FATAL:
                return ProviderRefused(
                    f"{why} ({fact.hint})",
                    code=error.code if error else str(lost.close_code),
                    request_id=self._wire.request_id or None,
                )
        return ConnectionLost(why, close_code=lost.close_code, reason=lost.reason)

    async def _take_orders(self) -> None:
        while True:
            order = await self._context.orders.take()
            if self.is_running:
                self._carry_out(order)

    def _carry_out(self, order: Order) -> None:
        message: InjectUserMessage | InjectAgentMessage | FunctionCallResponse
        match order:
            case Cue():
                self._turn, self._echo = order.turn, order.text
                self._context.replies.expect()
                message = InjectUserMessage(content=order.text)
            case Speak():
                self._turn = order.turn
                self._context.replies.expect()
                message = InjectAgentMessage(message=order.text)
            case AnswerTool():
                if order.session != self._context.number or order.call_id not in self._wire.open_calls:
                    return
                self._context.replies.expect()
                message = FunctionCallResponse(id=order.call_id, name=order.tool, content=order.content)
            case RollOver() | Replace() | Update():
                return
        self._send(self._wire.send(message, trio.current_time()))

    def _send(self, text: str) -> None:
        with suppress(ConnectionLost):  # the reader meets the same end, and tells it with its reason
            self._socket.send_text(text)

    async def _keep_deadlines(self, scope: trio.CancelScope) -> None:
        while True:
            deadline = self._wire.next_deadline()
            # Sound moves the deadline on all the time: look again when the last known one has come.
            await trio.sleep_until(deadline if deadline is not None else trio.current_time() + 1.0)
            for due in self._wire.tick(trio.current_time()):
                if isinstance(due, told.Timeout):
                    scope.cancel(reason=f"no {due.what} in time")
                    return
                self._send(due.text)

    # --- what the service tells -----------------------------------------------------------------

    def _take(self, fact: told.SessionEvent) -> None:
        replies, name = self._context.replies, self._context.participant
        match fact:
            case told.ReplyAudio(data):
                replies.sound(data)
            case told.ReplyStarted():
                replies.begin()
            case told.Sentence(text):
                replies.sentence(text)
            case told.ReplyDone():
                replies.done()
            case told.SpeechAtEar():
                replies.interrupted()
            case told.Heard(text):
                self._heard(text)
            case told.Ready(request_id):
                self._context.post(SessionReady(name, self._context.number, request_id))
            case told.ToolCalls(calls):
                for call in calls:
                    self._requested(call)
            case told.ToolCallsCancelled(ids):
                for call_id in ids:
                    self._context.post(ToolCallCancelled(name, call_id))
            case _:
                self._take_about_session(fact)

    def _take_about_session(self, fact: told.SessionEvent) -> None:
        name, post = self._context.participant, self._context.post
        match fact:
            case told.Latency():
                post(LatencyMeasured(name, fact.listen_s, fact.think_s, fact.speak_s, fact.total_s))
            case told.Refused(reason):
                post(InjectionRefused(name, self._turn, reason))
            case told.Warned(code, text):
                post(ServiceWarned(name, code, text[:1024]))
            case told.Failed():
                self._failed(fact)
            case told.Unknown(kind):
                post(ServiceWarned(name, "unknown-message", kind[:1024]))
            case told.Malformed(reason):
                post(ServiceWarned(name, "malformed-message", reason[:1024]))
                self._count_malformed()
            case _:
                pass  # informational: acks, memories, thoughts, results of the service's own calls

    def _heard(self, text: str) -> None:
        """Words at the agent's ear; the echo of a cue is not heard but read."""
        if self._echo is not None and text.strip() == self._echo.strip():
            self._echo = None
            return
        self._context.replies.expect()
        self._context.post(WordsHeard(self._context.participant, text))

    def _requested(self, call: told.ToolCall) -> None:
        self._context.post(
            ToolRequested(
                participant=self._context.participant,
                session=self._context.number,
                call_id=call.id,
                tool=call.name,
                arguments=call.arguments,
                ours=call.ours,
            )
        )

    def _failed(self, failure: told.Failed) -> None:
        self._context.post(ServiceWarned(self._context.participant, failure.code, failure.text[:1024]))
        if failure.verdict in _LASTING:
            return
        message = f"{failure.code}: {failure.text} ({failure.hint})"
        if failure.verdict is Verdict.FATAL:
            raise ProviderRefused(message, code=failure.code, request_id=self._wire.request_id or None)
        raise ConnectionLost(message, close_code=1005)

    def _count_malformed(self) -> None:
        now = trio.current_time()
        self._malformed = [at for at in self._malformed if now - at < MALFORMED_WITHIN_S] + [now]
        if len(self._malformed) >= MALFORMED_LIMIT:
            raise ConnectionLost("the service sent five malformed messages in ten seconds")
