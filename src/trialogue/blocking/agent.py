"""`LoneAgent` for threads; made by docs/mirror.py from `trialogue.agent.lone`."""

from __future__ import annotations

from collections.abc import Mapping

from trialogue.agent import lone as native
from trialogue.agent.events import AgentEvent
from trialogue.blocking.stream import Stream
from trialogue.bridge.into_trio import CallsIntoTrio
from trialogue.handles import given_by, make
from trialogue.model.commands import Behavior
from trialogue.model.events import ToolRequested
from trialogue.services.json_values import Json


@given_by("trialogue.blocking.open_agent")
class LoneAgent:
    """Like `trialogue.LoneAgent`, for threads: the same calls and errors."""

    def __init__(self, held: CallsIntoTrio, native: native.LoneAgent) -> None:
        self._held = held
        self._native = native
        self._events = make(Stream, held, native.__anext__)

    def hear(self, pcm: bytes) -> None:
        """Send sound to the agent, in real time; it is ignored before the session is ready."""
        self._native.hear(pcm)

    def ask(self, text: str) -> None:
        """Give the agent a text as if it had heard it; the agent will answer."""
        self._native.ask(text)

    def say(self, text: str, behavior: Behavior = "default") -> None:
        """Make the agent say these words."""
        self._native.say(text, behavior)

    def speak_freely(self, behavior: Behavior = "default") -> None:
        """Make the agent say something in its own words (Think Live); `behavior` is as in `say`."""
        self._native.speak_freely(behavior)

    def end_turn(self) -> None:
        """End the user's turn now, without waiting for the recognizer; services that cannot do this warn."""
        self._native.end_turn()

    def keep_alive(self) -> None:
        """Keep an idle session open. This happens automatically, so you need not call it."""
        self._native.keep_alive()

    def hand_through(self, content: Json) -> None:
        """Pass JSON through to your own model; LocalProtocolError for a value that is not JSON."""
        self._native.hand_through(content)

    def answer(self, request: ToolRequested, content: str) -> None:
        """Give the result of a tool call."""
        self._native.answer(request, content)

    def update(
        self,
        *,
        prompt: str | None = None,
        listen: Mapping[str, object] | None = None,
        think: Mapping[str, object] | None = None,
        think_live: Mapping[str, object] | None = None,
        speak: Mapping[str, object] | None = None,
    ) -> None:
        """Change the agent's settings, now and in all later sessions.

        `SettingsChanged` reports the outcome.
        """
        self._native.update(prompt=prompt, listen=listen, think=think, think_live=think_live, speak=speak)

    def close(self) -> None:
        """End the session now, and its events with it; a second call does nothing."""
        self._native.close()

    @property
    def is_over(self) -> bool:
        """Whether the agent has ended: it was closed, or has failed for good."""
        return self._native.is_over

    def next_event(self, *, timeout_s: float | None = None) -> AgentEvent:
        """The agent's next event, including sound, in order. TimeoutError after `timeout_s`."""
        return self._events.following(timeout_s)

    def __iter__(self) -> Stream[AgentEvent]:
        """Iterate over its events; the iteration may be left and taken up again, and a close ends it."""
        return self._events

    def __repr__(self) -> str:
        """Give a status line."""
        return repr(self._native)
