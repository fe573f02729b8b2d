"""Agent without a meeting, as its app sees it: its sound, its words, its tool calls.

1. The session is kept as in a meeting: the app that calls `hear` paces the sound, a lost connection is
   dialled again with patience, and the next session knows the earlier words and the results of tools.
2. What it is asked to answer or say before a session is ready waits for that. So does the result of a call
   whose session was lost: the next session is told it between two replies.
3. Its memory is bounded: it keeps the last `REMEMBERED` characters of words and results. Its events are
   bounded, too: if more than `WAITING` wait for the app, the agent ends with `MailboxFull`.
4. The agent is over once it is closed, or has failed for good. Events that wait can still be taken; calls
   raise AlreadyOver.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar, cast, get_args

import orjson
import trio

from trialogue.actors.agent import Agent, AgentService
from trialogue.agent.events import AgentEvent, told_by
from trialogue.agent.functions import Functions, tools_of
from trialogue.agent.memory import Memory
from trialogue.agent.mouth import NAME, LoneMouth
from trialogue.errors import AlreadyOver, GaveUp, LocalProtocolError, ProviderRefused, SetupError
from trialogue.handles import given_by
from trialogue.mailbox import Mailbox, MailboxFull
from trialogue.meeting.app_requests import (
    LONGEST_ANSWER,
    LONGEST_TEXT,
    Loop,
    a_choice,
    a_mapping,
    a_sound,
    a_text,
    wrong_type,
)
from trialogue.meeting.settings import order_all, updates_for
from trialogue.model.commands import AnswerTool, Behavior, CancelTool, Cue, RollOver, RunTool, Speak, Update
from trialogue.model.events import (
    Event,
    InjectionRefused,
    Part,
    ReplyFailed,
    ReplySent,
    ReplyStarted,
    ReplyWithdrawn,
    SessionEnding,
    SessionFailed,
    SessionReady,
    ToolCallCancelled,
    ToolFinished,
    ToolRequested,
)
from trialogue.model.secrets import secrets_of
from trialogue.services.facts import Fact
from trialogue.services.json_values import Json
from trialogue.services.port import CloseUserTurn, Dialect, HandThrough, Order, SpeakFreely, StayAlive
from trialogue.services.sound_terms import SessionTerms
from trialogue.tools.executor import ToolExecutor

T = TypeVar("T")

WAITING = 4096
"""Most events and pieces of sound that may wait for the app to take them."""

EARLY = 128
"""Most calls and results that may wait for a session."""

_ANSWERS = (ReplyStarted, ReplyFailed, InjectionRefused, ToolRequested, SessionReady)
"""Events after which no answer to a question is awaited any more."""


@given_by("open_agent")
class LoneAgent:
    """Connected agent without a meeting; made by `open_agent`.

    Calls return at once. More than 256 unprocessed calls raise `MailboxFull`: let the agent run (`await`) in
    between. Any thread may call; a call from another thread waits until the agent's loop has accepted it. A
    wrong type raises TypeError and a wrong value ValueError, before anything else happens; calls after the
    end raise AlreadyOver. Only tasks of the agent's own loop can wait for its events.
    """

    def __init__(
        self, dialect: Dialect, service: AgentService, terms: SessionTerms, functions: Functions
    ) -> None:
        self._dialect = dialect
        self._terms = terms
        self._inbox: Mailbox[AgentEvent] = Mailbox("agent events", WAITING)
        self._memory = Memory()
        self._loop = Loop()
        self._turn = 0
        self._runs = 0
        self._running: dict[int, ToolRequested] = {}
        self._early: deque[Order] = deque()
        self._late: deque[str] = deque(maxlen=EARLY)
        self._ending: int | None = None
        self._is_replying = False
        self._is_asked = False
        self._is_over = False
        self._secrets = secrets_of(os.environ)
        self._scope = trio.CancelScope()
        self._tools = ToolExecutor(tools_of(functions), self._finished, self._secrets)
        self._registered = frozenset(functions)
        self._actor = Agent(
            NAME,
            (service,),
            context=self._memory.context,
            mouth=LoneMouth(self._played, terms.speaks),
            post=self._take,
            observe=self._observe,
        )

    # --- calls of the app -----------------------------------------------------------------------

    def hear(self, pcm: bytes) -> None:
        """Send sound to the agent, in real time; it is ignored before the session is ready.

        Linear16 mono in whole samples, or the format given to `open_agent`.
        """
        sound = a_sound(pcm) if self._terms.hears.sample_width == 2 else _some_bytes(pcm)
        if sound:
            self._ask_now(lambda: self._actor.hear(sound))

    def ask(self, text: str) -> None:
        """Give the agent a text as if it had heard it; the agent will answer.

        Before a session is ready, and while a lost one is dialled again, the text waits; so does that of
        `say`.
        """
        asked = a_text(text, "the text")
        self._ask_now(lambda: self._ask(asked))

    def _ask(self, text: str) -> None:
        self._turn += 1
        self._order_soon(Cue(NAME, self._turn, text))

    def say(self, text: str, behavior: Behavior = "default") -> None:
        """Make the agent say these words.

        By default they are refused while anyone speaks (`InjectionRefused`). With `queue` they wait until the
        agent has finished, and are refused only while the user speaks. With `interrupt` they interrupt the
        agent.
        """
        words = a_text(text, "the text")
        a_choice(behavior, "behavior", get_args(Behavior))
        self._ask_now(lambda: self._say(words, behavior))

    def _say(self, text: str, behavior: Behavior) -> None:
        self._turn += 1
        self._order_soon(Speak(NAME, self._turn, text, behavior))

    def speak_freely(self, behavior: Behavior = "default") -> None:
        """Make the agent say something in its own words (Think Live); `behavior` is as in `say`."""
        a_choice(behavior, "behavior", get_args(Behavior))
        self._ask_now(lambda: self._order_soon(SpeakFreely(behavior)))

    def end_turn(self) -> None:
        """End the user's turn now, without waiting for the recognizer; services that cannot do this warn."""
        self._order(CloseUserTurn())

    def keep_alive(self) -> None:
        """Keep an idle session open. This happens automatically, so you need not call it."""
        self._order(StayAlive())

    def hand_through(self, content: Json) -> None:
        """Pass JSON through to your own model; LocalProtocolError for a value that is not JSON."""
        try:
            orjson.dumps(content)
        except TypeError as error:
            raise LocalProtocolError(f"this is not JSON: {error}") from None
        self._ask_now(lambda: self._order_soon(HandThrough(content)))

    def answer(self, request: ToolRequested, content: str) -> None:
        """Give the result of a tool call.

        If the session is gone, the next session gets the result with the restored conversation, or as a text
        if it has begun.
        """
        if not isinstance(request, ToolRequested):  # pyright: ignore[reportUnnecessaryIsInstance] -- callers may not be typed
            raise wrong_type("the request", "a ToolRequested", request)
        told = a_text(content, "the content", longest=LONGEST_ANSWER, may_be_empty=True)
        self._ask_now(lambda: self._answer(request, told))

    def _answer(self, request: ToolRequested, content: str) -> None:
        if self._memory.answered(request, content):
            self._late.append(f"Your tool call {request.tool} has finished: {content}"[:LONGEST_TEXT])
            self._tell_late()
            return
        self._actor.orders.post(AnswerTool(NAME, request.session, request.call_id, request.tool, content))

    def update(
        self,
        *,
        prompt: str | None = None,
        listen: Mapping[str, object] | None = None,
        think: Mapping[str, object] | None = None,
        think_live: Mapping[str, object] | None = None,
        speak: Mapping[str, object] | None = None,
    ) -> None:
        """Change the agent's settings, now and in all later sessions; `SettingsChanged` reports the outcome.

        `prompt` is added to the prompt: all calls together can add 100,000 characters. The others are objects
        of the protocol. If `think` has no prompt or functions, the current ones stay. Raises
        LocalProtocolError for an invalid object.
        """
        if prompt is not None:
            prompt = a_text(prompt, "the prompt")
        parts: dict[Part, Mapping[str, object] | None] = {
            "listen": listen,
            "think": think,
            "think_live": think_live,
            "speak": speak,
        }
        for part, given in parts.items():
            if given is not None:
                a_mapping(given, part)
        orders = updates_for(NAME, prompt, parts, (self._dialect,))
        self._ask_now(lambda: self._update(orders))

    def _update(self, orders: Sequence[Update]) -> None:
        order_all(self._actor, orders, self._actor.orders.post)

    def close(self) -> None:
        """End the session now, and its events with it; a second call does nothing."""
        self._loop.ask(self._close)

    def _close(self) -> None:
        self._is_over = True
        self._scope.cancel(reason="the agent was closed")

    # --- events -----------------------------------------------------------------------------------

    @property
    def is_over(self) -> bool:
        """Whether the agent has ended: it was closed, or has failed for good."""
        return self._is_over

    async def next_event(self) -> AgentEvent:
        """The agent's next event, including sound, in order.

        Raises `ProviderRefused` if the service refuses permanently, and `GaveUp` after too many retries; both
        have the service's status, code and request id, and the last failure as their cause. Raises
        AlreadyOver after `close`.
        """
        self._loop.check()
        try:
            event = await self._inbox.take()
        except trio.EndOfChannel:
            raise self._end() from None
        if isinstance(event, SessionFailed):
            raise self._end()
        return event

    def __aiter__(self) -> LoneAgent:
        """Iterate over `next_event`; the iteration may be left and taken up again, and a close ends it."""
        return self

    async def __anext__(self) -> AgentEvent:
        try:
            return await self.next_event()
        except AlreadyOver:
            raise StopAsyncIteration from None

    def _end(self) -> ProviderRefused | GaveUp | SetupError | AlreadyOver:
        """Error that explains why no more events will come."""
        ended = self._actor.ended_by
        if ended is None:
            return AlreadyOver("the agent was closed")
        if isinstance(ended.cause, SetupError):
            return ended.cause
        error = (ProviderRefused if ended.refused else GaveUp)(
            ended.reason,
            status=getattr(ended.cause, "status", None),
            code=ended.cause.code,
            request_id=ended.cause.request_id,
        )
        error.__cause__ = ended.cause
        return error

    # --- life -------------------------------------------------------------------------------------

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Run the agent until it fails for good, is closed or is cancelled; called once, by `open_agent`."""
        try:
            with self._scope:
                async with trio.open_nursery() as nursery:
                    await nursery.start(self._tools.run)
                    task_status.started()
                    await self._actor.run()
                    nursery.cancel_scope.cancel(reason="the agent has failed")
        finally:
            self._is_over = True
            self._inbox.close()

    def _ask_now(self, question: Callable[[], None]) -> None:
        """Call on the agent's loop, as long as the agent has not ended."""
        self._loop.ask(lambda: self._ask_open(question))

    def _ask_open(self, question: Callable[[], None]) -> None:
        if self._is_over:
            raise AlreadyOver("the agent has ended: it was closed, its block was left, or it failed")
        question()

    def _order(self, order: Order) -> None:
        self._ask_now(lambda: self._actor.orders.post(order))

    def _order_soon(self, order: Order) -> None:
        """Give an order to the session, or to the next one once it is ready; MailboxFull where many wait."""
        if not self._actor.is_ready:
            if len(self._early) == EARLY:
                raise MailboxFull(f"{EARLY} calls wait for a session of the agent")
            self._early.append(order)
            return
        if isinstance(order, Cue):
            self._memory.heard(order.text)
            self._is_asked = True
        self._actor.orders.post(order)

    def _tell_late(self) -> None:
        """Tell the session a result that it was promised, between two replies: each of them is answered."""
        is_busy = self._is_asked or self._is_replying
        if self._late and self._actor.is_ready and not is_busy:
            self._ask(self._late.popleft())

    def _observe(self, fact: Fact) -> None:
        event = told_by(fact)
        if event is not None:
            self._inbox.post(self._secrets.hide_in(event))

    def _played(self, event: AgentEvent) -> None:
        """Take what the mouth tells; a reply that is cut is over."""
        if isinstance(event, ReplyWithdrawn):
            self._watch_age(event)
        self._inbox.post(event)

    def _take(self, event: Event) -> None:
        self._memory.take(event)
        if isinstance(event, _ANSWERS):
            self._is_asked = False
        self._watch_age(event)
        self._inbox.post(event)
        match event:
            case ToolRequested(ours=True, tool=tool) if tool in self._registered:
                self._runs += 1
                self._running[self._runs] = event
                self._tools.order(RunTool(NAME, event.call_id, tool, event.arguments, self._runs))
            case SessionReady():
                early, self._early = self._early, deque()
                for order in early:
                    self._order_soon(order)
            case SessionFailed():
                self._is_over = True
            case ToolCallCancelled(call_id=call_id):
                for run, request in self._running.items():
                    if request.call_id == call_id:
                        self._tools.order(CancelTool(NAME, call_id, run))
            case _:
                pass
        self._tell_late()

    def _finished(self, finished: Event) -> None:
        """Give the outcome of a registered function's call to the agent, and to the app."""
        if isinstance(finished, ToolFinished):
            request = self._running.pop(finished.run)
            self._inbox.post(finished)
            if finished.outcome != "cancelled":
                self._answer(request, finished.content)

    def _watch_age(self, event: Event) -> None:
        """Replace the session between replies, once it reaches its time limit."""
        match event:
            case SessionEnding(session=session):
                self._ending = session
            case SessionReady():
                self._ending = None
                self._is_replying = False
            case ReplyStarted():
                self._is_replying = True
            case ReplySent() | ReplyWithdrawn():
                self._is_replying = False
            case _:
                pass
        if self._ending is not None and not self._is_replying:
            self._actor.orders.post(RollOver(NAME, self._ending))
            self._ending = None

    def __repr__(self) -> str:
        """Status line."""
        return f"<LoneAgent: {'over' if self._is_over else repr(self._actor)}>"


def _some_bytes(value: object) -> bytes:
    """Compressed sound; WrongType for anything but bytes."""
    if not isinstance(value, bytes | bytearray | memoryview):
        raise wrong_type("pcm", "bytes", value)
    return bytes(cast("bytes", value))
