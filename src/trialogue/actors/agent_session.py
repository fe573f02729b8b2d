"""Session of an agent: the part of a session's life (`session`) that an ear does not have.

1. Sound goes straight to the mouth; facts go to the sequencer.
2. It never stops sending sound: where nobody feeds its ear, it feeds silence in real time. `KeepAlive` is
   only added to that, since not every service waits for `KeepAlive` alone. A session whose input is
   compressed sends `KeepAlive` alone.
3. No logic depends on optional messages: thoughts, announcements, histories, latencies.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import ClassVar, Literal

import trio

from trialogue.actors.prompt_matching import Asking
from trialogue.actors.replies import ReplyCounter
from trialogue.actors.session import LiveSession, SessionContext
from trialogue.actors.session_ends import UPDATE_REFUSED
from trialogue.actors.updates import Pending, Updates
from trialogue.errors import ConnectionLost, ProviderRefused
from trialogue.model.commands import AnswerTool, Cue, Speak
from trialogue.model.events import (
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
from trialogue.services.close_codes import Recovery
from trialogue.services.port import (
    AgentOffer,
    AgentWire,
    CloseUserTurn,
    HandThrough,
    Message,
    Order,
    SpeakFreely,
    StayAlive,
)
from trialogue.transport.connection import link_of
from trialogue.transport.link import Listener
from trialogue.transport.socket import WebSocket

FAILURE_LIMIT = 3
"""Failed replies in a row after which the session is given up for a new one."""

QUIET_S = 1.0
"""Seconds without sound for the ear after which the session feeds it silence."""

SILENCE_S = 0.1
"""Seconds of silence that are fed at a time, in real time."""

CALLS_LIMIT = 200
"""Most open calls of one session, so that all may be answered or cancelled at once."""

ALLOWED_S = 110 * 60.0
"""Seconds after which a session is rolled over; services end one at two hours."""


class AgentSession(LiveSession[AgentWire]):
    """Session over one open websocket."""

    SILENT: ClassVar[str] = "the service did not apply the settings in time"
    WORDS_LIMIT: ClassVar[int] = 250_000  # `say` takes 100,000 at once, and the service repeats them

    def __init__(
        self, context: SessionContext, socket: WebSocket, offer: AgentOffer, replies: ReplyCounter
    ) -> None:
        super().__init__(context, socket, offer.open(trio.current_time()))
        self._replies = replies
        self._is_observed = context.is_observed
        self._silence = offer.silence(SILENCE_S)
        self._failures = 0
        self._fed_at = self._silent_at = -inf
        self._looks_at = -inf
        self._is_set_out = False
        self._ends_at = inf
        self._link = link_of(socket)
        self._updates = Updates(self._tell_change, self._changed)

    @property
    def _asking(self) -> Asking:
        """Prompts of this session."""
        return self._replies.asking

    @property
    def is_running(self) -> bool:
        """Whether the settings are applied."""
        return self._wire.is_running

    # --- what it takes --------------------------------------------------------------------------

    def hear(self, pcm: bytes) -> None:
        """Feed the agent a frame; without applied settings it is dropped."""
        if self._wire.is_running:
            self._fed_at = trio.current_time()
            self._put(self._wire.hear(pcm, self._fed_at))
            if self._fed_at > self._looks_at:  # moving the deadline costs less than a needless wake
                self._looks_at = self._fed_at + QUIET_S / 2
                self._look_again()

    def rests(self) -> bool:
        """Whether silence of any length changes nothing at the other end."""
        return not self.is_running or (self._listener is not None and self._listener.rests())

    def foresee(self, pcm: bytes) -> bool:
        """Let the other end take a frame before its time; False where it must also be sent in time."""
        return not self.is_running or (self._listener is not None and self._listener.foresee(pcm))

    def has_taken(self) -> None:
        """Note that the frame taken before its time is now past."""
        if self.is_running and self._listener is not None:
            self._listener.has_taken()

    def set_out(self) -> None:
        """Stop counting the time without sound, until `was_fed` is called."""
        if self._fed_at != self._silent_at:
            self._is_set_out = True
            self._look_again()

    def was_fed(self, pcm: bytes, frames: int, at: float) -> None:
        """Note that the other end took frames without their being sent, the last of them at `at`."""
        if frames and self.is_running and self._listener is not None:
            self._fed_at = at
            self._wire.hear(pcm, at)
            self._listener.was_fed(pcm, frames, at)
        self._is_set_out = False
        self._look_again()

    def untold_s(self) -> float:
        """Seconds of sound that can arrive without an event (see `transport.link.Taker`)."""
        return 0.0 if self._is_observed or not self.is_running else self._replies.untold_s()

    def take(self, audio: bytes, at: float) -> None:
        """Take sound before its time."""
        sound = self._wire.receive_sound(audio)
        if sound is not None:
            self._replies.sound(sound)
            return
        for fact in self._wire.receive(audio, at):
            self._take(fact)

    @property
    def _listener(self) -> Listener | None:
        """Listener at the other end, where that is in memory with nothing between."""
        return None if self._link is None else self._link.listener

    def carry_out(self, order: Order) -> bool:
        """Carry out an order; False where it is for a session that is over."""
        match order:
            case Cue() | Speak():
                self._asking.tell(order)
            case AnswerTool():
                if order.session != self._context.number or order.call_id not in self._wire.open_calls:
                    return False
                self._replies.has_result()
            case SpeakFreely() | CloseUserTurn() | StayAlive() | HandThrough():
                pass
        if isinstance(order, Cue | Speak | AnswerTool | SpeakFreely):
            self._replies.expect()
        if self.is_running:
            self._send_all(self._wire.order(order, trio.current_time()))
        return True

    @property
    def takes_updates(self) -> bool:
        """Whether one more change of the settings can wait to be sent."""
        return not self._updates.is_full

    def update(self, part: Part, messages: Sequence[Message]) -> None:
        """Send these messages to change a part of the settings, after the changes before it."""
        self._updates.add(Pending(part, messages), trio.current_time())
        self._look_again()

    # --- its life ---------------------------------------------------------------------------------

    async def run(self) -> None:
        """See `LiveSession`; its sound may come before its time meanwhile."""
        if self._link is not None:
            self._link.taker = self
        try:
            await super().run()
        finally:
            if self._link is not None:
                self._link.taker = None

    def _begin(self) -> None:
        self._send_all(self._wire.start(trio.current_time()))

    def _receive(self, data: Message) -> None:
        facts = self._wire.receive(data, trio.current_time())
        for fact in _with_words_first(facts):
            self._facts.count(_recorded(fact))
            self._words.count(_spoken(fact))
            self._context.observe(fact)
            self._take(fact)
        self._look_again()

    def _receive_sound(self, data: bytes) -> None:
        """Take sound, which causes no record but a beginning, and moves no deadline forward."""
        sound = None if self._is_observed else self._wire.receive_sound(data)
        if sound is not None:
            self._replies.sound(sound)
            return
        for fact in self._wire.receive(data, trio.current_time()):
            self._context.observe(fact)
            self._take(fact)

    def _end(self, close_code: int) -> None:
        self._wire.receive_close(close_code)

    def _next_due(self) -> float:
        # Sound keeps moving most deadlines: a look at the former one then does nothing.
        wire = self._wire.next_deadline()
        silence = inf if self._is_set_out else self._silence_due()
        return min(inf if wire is None else wire, silence, self._ends_at, self._updates.next_deadline())

    def _tick(self, now: float) -> None:
        for due in self._wire.tick(now):
            if isinstance(due, told.Timeout):
                self._scope.cancel(reason=f"no {due.what} in time")
                return
            self._send(due.message)
        if now >= self._silence_due():
            self.hear(self._silence)
            self._silent_at = self._fed_at
        if now >= self._ends_at:
            self._ending()
        self._updates.tick(now)

    def _silence_due(self) -> float:
        """Moment at which the ear is fed silence; at once at first, as some services require."""
        if not (self._silence and self.is_running):
            return inf
        return self._fed_at + (SILENCE_S if self._fed_at == self._silent_at else QUIET_S)

    def _ending(self) -> None:
        self._ends_at = inf
        if not self._is_ending:
            self._is_ending = True
            self._context.post(SessionEnding(self._context.participant, self._context.number))

    def _tell_change(self, messages: Sequence[Message]) -> None:
        if self.is_running:
            self._send_all(messages)

    def _changed(self, part: Part, outcome: Literal["applied", "unconfirmed"]) -> None:
        self._context.post(SettingsChanged(self._context.participant, self._context.number, part, outcome))

    # --- from the service -----------------------------------------------------------------

    def _take(self, fact: told.Fact) -> None:
        replies, name = self._replies, self._context.participant
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
                self._ends_at = trio.current_time() + ALLOWED_S
                self._context.post(SessionReady(name, self._context.number, self._named(request_id)))
            case told.ToolCalls(calls):
                if len(self._wire.open_calls) > CALLS_LIMIT:
                    raise ConnectionLost(f"the service has more than {CALLS_LIMIT} calls open at once")
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
            case told.Refused():
                self._replies.refused()
                asked = self._asking.refused()
                reason = self._secrets.hide(fact.reason)
                self._complaints.refuse(InjectionRefused(name, asked.turn, reason, asked.prompt))
            case told.Updated(part):
                self._updates.confirm(part, trio.current_time())
            case _:
                self._take_complaint(fact)

    def _heard(self, text: str) -> None:
        """Take words that the agent's recognizer made; the echo of a cue is read, not heard."""
        self._replies.asked()
        if self._asking.repeats(text):
            return
        self._replies.expect()
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

    # --- failures -------------------------------------------------------------------------------

    def _warned(self, recovery: Recovery) -> None:
        if recovery is Recovery.ROLL_OVER:
            self._ending()

    def _refusal(self, failure: told.Failed, text: str) -> ConnectionLost | ProviderRefused:
        """Error for a refusal of the settings; a change under way is undone."""
        part = self._updates.open_part
        if part is None:
            return super()._refusal(failure, text)
        self._context.post(SettingsChanged(self._context.participant, self._context.number, part, "refused"))
        return ConnectionLost(f"{text} ({failure.hint})", close_code=1005, code=UPDATE_REFUSED)

    def _lose_turn(self, failure: told.Failed, text: str) -> None:
        """Give up a reply that does not come; the session continues, but not after too many of them."""
        self._replies.failed()
        asked = self._asking.failed()
        self._context.post(ReplyFailed(self._context.participant, asked.turn, failure.code, asked.prompt))
        self._failures += 1
        if self._failures >= FAILURE_LIMIT:
            raise ConnectionLost(f"{self._failures} in a row: {text}", close_code=1005, code=failure.code)


def _recorded(fact: told.Fact) -> int:
    """Number of records that a fact of the conversation makes; 0 for facts with limits of their own."""
    match fact:
        case told.ToolCalls(calls):
            return len(calls)
        case told.ToolCallsCancelled(ids):
            return len(ids)
        case told.ReplyBegun() | told.Sentence() | told.ReplyDone() | told.Heard() | told.SpeechAtEar():
            return 1
        case told.EntryTaken() | told.Ready():
            return 1
        case _:
            return 0


def _spoken(fact: told.Fact) -> int:
    """Number of characters that a fact tells of what was said or heard."""
    return len(fact.text) if isinstance(fact, told.Sentence | told.Heard) else 0


def _with_words_first(facts: Sequence[told.Fact]) -> Sequence[told.Fact]:
    """Facts of one message, without a beginning that its words imply: the words name the reply."""
    match facts:
        case [told.ReplyBegun(), told.Sentence() as sentence, *rest]:
            return [sentence, *rest]
        case _:
            return facts
