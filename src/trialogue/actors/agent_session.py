"""One session: a connection's life from its settings to its end.

1. The reader does nothing else: decode, hand on, read again. What it hands on is taken without waiting.
2. Sound goes straight to the mouth; facts go to the sequencer.
3. The session ends by raising `ConnectionLost`, which the agent judges, or `ProviderRefused` where the
   settings were not taken; it returns only where it was closed to go on in a new one.
4. It never falls silent of its own: where nobody feeds its ear, it feeds silence at the pace of life.
   `KeepAlive` is the fallback of the fallback: alone, it does not keep every service waiting.
5. No logic depends on optional messages: thoughts, announcements, histories, latencies.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from typing import Literal

import trio
from attrs import frozen

from trialogue.actors.asking import Asking
from trialogue.actors.complaints import Complaints
from trialogue.actors.in_a_row import MalformedCount
from trialogue.actors.replies import ReplyCounter
from trialogue.actors.updates import Pending, Updates
from trialogue.actors.verdicts import UPDATE_REFUSED
from trialogue.errors import ConnectionLost, ProviderRefused
from trialogue.model.commands import AnswerTool, Cue, Speak
from trialogue.model.events import (
    Event,
    InjectionRefused,
    LatencyMeasured,
    Part,
    ReplyFailed,
    SessionEnding,
    SessionReady,
    SettingsChanged,
    ToolCallCancelled,
    ToolRequested,
    WordsHeard,
)
from trialogue.services import facts as told
from trialogue.services.port import AgentOffer, Message, Order
from trialogue.services.verdicts import Verdict
from trialogue.transport.socket import WebSocket

FAILURE_LIMIT = 3
"""Replies that may fail in a row; then the session is given up for a new one."""

QUIET_S = 1.0
"""How long an ear may be fed nothing before the session feeds it silence."""

SILENCE_S = 0.1
"""How much silence is fed at a time, at the pace of life."""

ALLOWED_S = 110 * 60.0
"""A session's age at which it is to be gone on with in a new one; services end it at two hours."""


@frozen
class SessionContext:
    """What a session needs from the agent that it belongs to."""

    participant: str
    """Whose session it is."""

    number: int
    """Counts the participant's sessions from 1."""

    replies: ReplyCounter
    """Where its replies go."""

    post: Callable[[Event], None]
    """Where its facts go."""


class AgentSession:
    """Converses over one open websocket."""

    def __init__(self, context: SessionContext, socket: WebSocket, offer: AgentOffer) -> None:
        self._context = context
        self._socket = socket
        self._wire = offer.open(trio.current_time())
        self._rate = offer.sample_rate
        self._malformed = MalformedCount()
        self._complaints = Complaints(context.participant, context.post)
        self._failures = 0
        self._fed_at = 0.0
        self._is_ready = trio.Event()
        self._is_ending = False
        self._scope = trio.CancelScope()
        self._updates = Updates(self._tell_change, self._changed)
        self.has_rolled_over = False

    @property
    def _asking(self) -> Asking:
        """The prompts of this session."""
        return self._context.replies.asking

    @property
    def is_running(self) -> bool:
        """Whether the settings hold."""
        return self._wire.is_running

    # --- what it is told --------------------------------------------------------------------------

    def hear(self, pcm: bytes) -> None:
        """Let the agent hear a frame; before the settings hold it hears nothing."""
        if self.is_running:
            self._fed_at = trio.current_time()
            self._put(self._wire.hear(pcm, self._fed_at))

    def carry_out(self, order: Order) -> bool:
        """Carry out an order; False where it is for a session that is over."""
        match order:
            case Cue() | Speak():
                self._asking.tell(order)
            case AnswerTool():
                if order.session != self._context.number or order.call_id not in self._wire.open_calls:
                    return False
        self._context.replies.expect()
        if self.is_running:
            self._send_all(self._wire.order(order, trio.current_time()))
        return True

    @property
    def takes_updates(self) -> bool:
        """Whether one more change of the settings can wait to be told."""
        return not self._updates.is_full

    def update(self, part: Part, messages: Sequence[Message]) -> None:
        """Change a part of the settings by these messages, after the changes before it."""
        self._updates.add(Pending(part, messages))

    def roll_over(self) -> None:
        """End on purpose, without a failure."""
        self.has_rolled_over = True
        self._scope.cancel(reason="the session is gone on with in a new one")

    # --- its life ---------------------------------------------------------------------------------

    async def run(self) -> None:
        """Converse until the connection ends, which raises, or until it is rolled over."""
        failure: ConnectionLost | ProviderRefused | None = None
        with closing(self._complaints), self._scope:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._keep_deadlines)
                nursery.start_soon(self._feed_silence, bytes(2 * round(self._rate * SILENCE_S)))
                nursery.start_soon(self._watch_age)
                nursery.start_soon(self._updates.run)
                self._send_all(self._wire.start(trio.current_time()))
                try:
                    await self._read()
                except (ConnectionLost, ProviderRefused) as ended:
                    failure = ended
                nursery.cancel_scope.cancel(reason="the session has ended")
        if failure is not None:
            raise failure
        if not self.has_rolled_over:
            raise ConnectionLost("the service did not apply the settings in time")

    async def _read(self) -> None:
        while True:
            try:
                data = await self._socket.receive()
            except ConnectionLost as lost:
                raise self._closed(lost) from lost.__cause__
            facts = self._wire.receive(data, trio.current_time())
            for fact in _with_words_first(facts):
                self._take(fact)

    def _closed(self, lost: ConnectionLost) -> ConnectionLost:
        """The end of the connection, with what the service last said before it."""
        self._wire.receive_close(lost.close_code)
        error = self._wire.last_error
        if error is None or error.verdict is Verdict.TURN_LOST:
            return lost
        return ConnectionLost(f"{error.code}: {error.text}", close_code=lost.close_code, code=error.code)

    async def _keep_deadlines(self) -> None:
        while True:
            deadline = self._wire.next_deadline()
            # Sound moves the deadline on all the time: look again when the last known one has come.
            await trio.sleep_until(deadline if deadline is not None else trio.current_time() + 1.0)
            for due in self._wire.tick(trio.current_time()):
                if isinstance(due, told.Timeout):
                    self._scope.cancel(reason=f"no {due.what} in time")
                    return
                self._send(due.message)

    async def _feed_silence(self, silence: bytes) -> None:
        """Feed the ear where nobody else does; the first frame at once, as some services count from it."""
        await self._is_ready.wait()
        while True:
            self.hear(silence)
            fed_at = self._fed_at
            await trio.sleep(SILENCE_S)
            while self._fed_at != fed_at:
                fed_at = self._fed_at
                await trio.sleep_until(fed_at + QUIET_S)

    async def _watch_age(self) -> None:
        await self._is_ready.wait()
        await trio.sleep(ALLOWED_S)
        self._ending()

    def _ending(self) -> None:
        if not self._is_ending:
            self._is_ending = True
            self._context.post(SessionEnding(self._context.participant, self._context.number))

    def _tell_change(self, messages: Sequence[Message]) -> None:
        if self.is_running:
            self._send_all(messages)

    def _send_all(self, messages: Sequence[Message]) -> None:
        for message in messages:
            self._send(message)

    def _send(self, message: Message) -> None:
        with suppress(ConnectionLost):  # the reader meets the same end, and tells it with its reason
            self._put(message)

    def _put(self, message: Message) -> None:
        if isinstance(message, str):
            self._socket.send_text(message)
        else:
            self._socket.send_bytes(message)

    def _changed(self, part: Part, outcome: Literal["applied", "unconfirmed"]) -> None:
        self._context.post(SettingsChanged(self._context.participant, self._context.number, part, outcome))

    # --- what the service tells -----------------------------------------------------------------

    def _take(self, fact: told.Fact) -> None:
        replies, name = self._context.replies, self._context.participant
        match fact:
            case told.ReplyAudio(data):
                replies.sound(data)
            case told.ReplyBegun():
                replies.begin()
            case told.Sentence(text=text, behavior=behavior):
                replies.sentence(text, is_backchannel=behavior == "backchannel")
            case told.ReplyDone():
                if replies.done() > 0.0:
                    self._failures = 0
            case told.SpeechAtEar():
                replies.interrupted()
            case told.Heard(text):
                self._heard(text)
            case told.EntryTaken(entry):
                replies.takes(entry)
            case told.Ready(request_id):
                self._is_ready.set()
                self._context.post(SessionReady(name, self._context.number, request_id))
            case told.ToolCalls(calls):
                for call in calls:
                    self._requested(call)
            case told.ToolCallsCancelled(ids):
                for call_id in ids:
                    self._context.post(ToolCallCancelled(name, call_id))
            case _:
                self._take_about_session(fact)

    def _take_about_session(self, fact: told.Fact) -> None:
        name = self._context.participant
        match fact:
            case told.Latency():
                self._complaints.measure(
                    LatencyMeasured(name, fact.listen_s, fact.think_s, fact.speak_s, fact.total_s)
                )
            case told.Refused(reason):
                self._context.replies.refused()
                asked = self._asking.refused()
                self._complaints.refuse(InjectionRefused(name, asked.turn, reason, asked.prompt))
            case told.Updated(part):
                self._updates.confirm(part)
            case told.Warned(code, text, verdict):
                self._complaints.warn(code, text)
                if verdict is Verdict.ROLL_OVER:
                    self._ending()
            case told.Failed():
                self._failed(fact)
            case told.Unknown(kind):
                self._complaints.warn("unknown-message", kind)
            case told.Malformed(reason):
                self._complaints.warn("malformed-message", reason)
                self._malformed.count()
            case _:
                pass  # informational: memories, thoughts, results of the service's own calls

    def _heard(self, text: str) -> None:
        """Words at the agent's ear; the echo of a cue is not heard but read."""
        self._context.replies.asked()
        if self._asking.repeats(text):
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
                thought_signature=call.thought_signature,
            )
        )

    # --- what fails -------------------------------------------------------------------------------

    def _failed(self, failure: told.Failed) -> None:
        name, request_id = self._context.participant, self._wire.request_id or None
        self._complaints.warn(failure.code, failure.text)
        text = f"{failure.code}: {failure.text} ({failure.hint})"
        part = self._updates.open_part
        if failure.verdict is Verdict.FATAL and part is not None:
            self._context.post(SettingsChanged(name, self._context.number, part, "refused"))
            raise ConnectionLost(text, close_code=1005, code=UPDATE_REFUSED)
        if failure.verdict is Verdict.FATAL:
            raise ProviderRefused(text, code=failure.code, request_id=request_id)
        if failure.verdict is Verdict.TURN_LOST:
            self._lose_turn(failure, text)
        elif failure.verdict is not Verdict.GO_ON:
            raise ConnectionLost(text, close_code=1005, code=failure.code)

    def _lose_turn(self, failure: told.Failed, text: str) -> None:
        """A reply that does not come: the session may go on, but not for ever like this."""
        self._context.replies.failed()
        asked = self._asking.failed()
        self._context.post(ReplyFailed(self._context.participant, asked.turn, failure.code, asked.prompt))
        self._failures += 1
        if self._failures >= FAILURE_LIMIT:
            raise ConnectionLost(f"{self._failures} in a row: {text}", close_code=1005, code=failure.code)


def _with_words_first(facts: Sequence[told.Fact]) -> Sequence[told.Fact]:
    """The facts of one message, without a beginning that its words tell as well: they say what begins."""
    match facts:
        case [told.ReplyBegun(), told.Sentence() as sentence, *rest]:
            return [sentence, *rest]
        case _:
            return facts
