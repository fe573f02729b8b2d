"""`open_agent`: one agent alone, without a meeting: its sound, its words, its tool calls.

The session is kept as in a meeting: sound is paced by whoever calls `hear`, a lost connection is dialled
again with patience, and the next session knows what was said before, and what its tools have answered.

What is kept is bounded: of what was said and answered, the last `REMEMBERED` characters; of what nobody has
iterated over yet, `WAITING` events: one more ends the agent with `MailboxFull`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Literal, TypeAlias, get_args

import trio
from attrs import field, frozen

from trialogue.actors.agent import Agent, AgentService
from trialogue.actors.dialling import Connect
from trialogue.agent.memory import Memory
from trialogue.errors import GaveUp, ProviderRefused
from trialogue.mailbox import Mailbox
from trialogue.meeting.asking import LONGEST_ANSWER, Loop, a_choice, a_number, a_sound, a_text
from trialogue.meeting.edges import hosted_exchange
from trialogue.meeting.settings import updates_for
from trialogue.model.commands import AnswerTool, Behavior, Cue, RollOver, Speak, Update
from trialogue.model.events import (
    Event,
    Part,
    ReplySent,
    ReplyStarted,
    ReplyWithdrawn,
    SessionEnding,
    SessionFailed,
    SessionReady,
    ToolRequested,
)
from trialogue.services import HOSTED, service_of
from trialogue.services.port import AgentOffer, Dialect
from trialogue.supervise import lone_error

NAME = "agent"
"""What a lone agent is called in its events."""

WAITING = 4096
"""Events and stretches of sound that may wait for whoever iterates."""


@frozen
class Sound:
    """A stretch of what the agent says: linear16 mono at the rate that was asked for."""

    reply: int
    """To which reply it belongs; replies count from 1."""

    pcm: bytes = field(repr=lambda pcm: f"{len(pcm)} bytes")
    """The samples, faster than life: play them at their own pace, drop them on `ReplyWithdrawn`."""


AgentEvent: TypeAlias = Event | Sound


class _Mouth:
    """What the agent says, on its way to whoever iterates (see `actors.replies.Mouth`)."""

    def __init__(self, inbox: Mailbox[AgentEvent], sample_rate: int) -> None:
        self._inbox = inbox
        self._rate = sample_rate
        self._open: dict[int, int] = {}

    def open(self, reply: int) -> None:
        """Expect sound of a new reply."""
        self._open = {reply: 0}

    def arrive(self, reply: int, pcm: bytes) -> None:
        """Take sound of a reply."""
        self._open[reply] += len(pcm)
        self._inbox.post(Sound(reply, pcm))

    def expect(self, reply: int) -> None:
        """Nothing runs dry here: whoever plays the sound knows best."""

    def has_dried(self, reply: int) -> bool:
        """Never: a reply is over when its service says so."""
        del reply
        return False

    def finish(self, reply: int) -> float:
        """Note that the reply's last byte has arrived; returns its length in seconds."""
        return self.arrived_s(reply)

    def is_open(self, reply: int) -> bool:
        """Whether it is the latest reply: whoever plays it may still be at it."""
        return reply in self._open

    def arrived_s(self, reply: int) -> float:
        """Seconds of its sound that have arrived."""
        return self._open[reply] / (2 * self._rate)

    def withdraw(self, reply: int, reason: Literal["interrupted", "lost", "overflow"]) -> None:
        """Tell whoever plays it to stop."""
        del self._open[reply]
        self._inbox.post(ReplyWithdrawn(NAME, reply, reason))


class LoneAgent:
    """One agent, connected; made by `open_agent`.

    Asking never waits. More than 256 orders that it had no moment to take are `MailboxFull`: let it run
    (`await`) between them. Any thread may ask: another than the agent's waits for the moment that its loop
    takes the question in. What is asked with a wrong type is TypeError, with a wrong value ValueError, before
    anything else happens. Only tasks of the agent's own loop can wait for its events.
    """

    def __init__(self, dialect: Dialect, offer: AgentOffer, connect: Connect) -> None:
        self._dialect = dialect
        self._inbox: Mailbox[AgentEvent] = Mailbox("agent events", WAITING)
        self._memory = Memory()
        self._loop = Loop()
        self._turn = 0
        self._failed: SessionFailed | None = None
        self._ending: int | None = None
        self._is_replying = False
        self.actor = Agent(
            NAME,
            (AgentService(connect, offer),),
            context=self._memory.context,
            mouth=_Mouth(self._inbox, offer.sample_rate),
            post=self._take,
        )

    # --- what an app asks -----------------------------------------------------------------------

    def hear(self, pcm: bytes) -> None:
        """Let the agent hear sound, at the pace of life; before its session is ready it hears nothing."""
        sound = a_sound(pcm)
        self._loop.ask(lambda: self.actor.hear(sound))

    def ask(self, text: str) -> None:
        """Let the agent read this as if it had heard it; it will answer."""
        asked = a_text(text, "the text")
        self._loop.ask(lambda: self._ask(asked))

    def _ask(self, text: str) -> None:
        self._turn += 1
        self._memory.heard(text)
        self.actor.orders.post(Cue(NAME, self._turn, text))

    def say(self, text: str, behavior: Behavior = "default") -> None:
        """Have the agent say these words.

        By default they are refused while anybody speaks (`InjectionRefused`); `queue` lets them wait for the
        agent to finish, and refuses them only while the user speaks; `interrupt` cuts the agent off.
        """
        words = a_text(text, "the text")
        a_choice(behavior, "behavior", get_args(Behavior))
        self._loop.ask(lambda: self._say(words, behavior))

    def _say(self, text: str, behavior: Behavior) -> None:
        self._turn += 1
        self.actor.orders.post(Speak(NAME, self._turn, text, behavior))

    def answer(self, request: ToolRequested, content: str) -> None:
        """Give the result of a tool call.

        If its session is gone by then, the agent is told it with what it remembers, in its next session.
        """
        if not isinstance(request, ToolRequested):  # pyright: ignore[reportUnnecessaryIsInstance] -- callers may not be typed
            raise TypeError(f"a ToolRequested is answered, not a {type(request).__name__}")
        told = a_text(content, "the content", longest=LONGEST_ANSWER, may_be_empty=True)
        self._loop.ask(lambda: self._answer(request, told))

    def _answer(self, request: ToolRequested, content: str) -> None:
        self._memory.answered(request, content)
        self.actor.orders.post(AnswerTool(NAME, request.session, request.call_id, request.tool, content))

    def update(
        self,
        *,
        prompt: str | None = None,
        listen: Mapping[str, object] | None = None,
        think: Mapping[str, object] | None = None,
        speak: Mapping[str, object] | None = None,
    ) -> None:
        """Change its settings, from now on and in every later session; `SettingsChanged` tells the outcome.

        `prompt` is added to the prompt; the others are the wire's objects. What `think` leaves out of prompt
        and functions stays. Raises LocalProtocolError for an object that is none.
        """
        if prompt is not None:
            a_text(prompt, "the prompt")
        parts: dict[Part, Mapping[str, object] | None] = {"listen": listen, "think": think, "speak": speak}
        orders = updates_for(NAME, prompt, parts, (self._dialect,))
        self._loop.ask(lambda: self._update(orders))

    def _update(self, orders: Sequence[Update]) -> None:
        for order in orders:
            self.actor.orders.post(order)

    async def next_event(self) -> AgentEvent:
        """The next thing that the agent reports, sound among it, in order.

        Raises `ProviderRefused` when the service refuses for good and `GaveUp` when retries are used up.
        """
        self._loop.check()
        if self._failed is None:
            event = await self._inbox.take()
            if not isinstance(event, SessionFailed):
                return event
            self._failed = event
        failed = self._failed
        raise ProviderRefused(failed.reason) if failed.refused else GaveUp(failed.reason)

    def __aiter__(self) -> LoneAgent:
        """Iterate over `next_event`; the iteration may be left and taken up again."""
        return self

    async def __anext__(self) -> AgentEvent:
        return await self.next_event()

    def _take(self, event: Event) -> None:
        self._memory.take(event)
        self._watch_age(event)
        self._inbox.post(event)

    def _watch_age(self, event: Event) -> None:
        """Between replies, go on in a new session when the old one has become too old."""
        match event:
            case SessionEnding(session=session):
                self._ending = session
            case SessionReady():
                self._ending = None
            case ReplyStarted():
                self._is_replying = True
            case ReplySent() | ReplyWithdrawn():
                self._is_replying = False
            case _:
                pass
        if self._ending is not None and not self._is_replying:
            self.actor.orders.post(RollOver(NAME, self._ending))
            self._ending = None

    def __repr__(self) -> str:
        """Give a status line."""
        return f"<LoneAgent: {self.actor!r}>"


@asynccontextmanager
async def open_agent(
    agent: Mapping[str, object],
    *,
    via: str = HOSTED,
    url: str | None = None,
    connect: Connect | None = None,
    sample_rate: int = 24_000,
) -> AsyncGenerator[LoneAgent]:
    """Hold one agent's session beside the block; leaving the block ends it.

    `agent` is what the service `via` calls an agent, in its own words (listen, think, speak, greeting). Sound
    is linear16 mono at `sample_rate` both ways. The service is dialled at its own address, or at `url`, with
    the key of the environment; `connect` dials elsewhere, for example an embedded server. Raises `SetupError`
    without a key, `RemoteProtocolError` for an agent object that is none, KeyError for an unknown service.
    """
    a_number(sample_rate, "the sample rate", 8_000, 192_000)
    service = service_of(via)
    offer = service.dialect.offer(agent, sample_rate)
    lone = LoneAgent(service.dialect, offer, connect or hosted_exchange(service, url).agents)
    with lone_error():
        async with trio.open_nursery() as nursery:
            await nursery.start(lone.actor.run)
            yield lone
            nursery.cancel_scope.cancel(reason="the block has ended")
