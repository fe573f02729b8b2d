"""Carries out passes of thinking: providers in order, one pass at a time, cancellable at any moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

import trio

from trialogue.server.commands import Think
from trialogue.server.events import (
    CallsThought,
    Event,
    SentenceThought,
    ThinkFailed,
    ThinkStumbled,
    ThoughtEnded,
)
from trialogue.server.options import ServerOptions
from trialogue.server.terms import OpenAiTerms, ScriptedTerms, ThinkTerms, chance
from trialogue.server.think.ports import (
    Calls,
    Sentence,
    StreamCutShort,
    ThinkProvider,
    ThinkRefused,
    Thought,
)
from trialogue.server.think.scripted import ScriptedThink


def open_provider(terms: ThinkTerms, options: ServerOptions, request_id: str) -> ThinkProvider:
    """A provider for one connection; ids of its calls begin with a part of the connection's own."""
    match terms:
        case ScriptedTerms():
            return ScriptedThink(terms.script, chance(options, terms), f"call_{request_id[:8]}")
        case OpenAiTerms():
            # httpx is only wanted where an endpoint is asked.
            from trialogue.server.think.open_ai import OpenAiThink  # noqa: PLC0415

            headers = terms.endpoint.headers or {}
            return OpenAiThink(terms.endpoint.url, headers, terms.model, terms.temperature)
        case _ as never:
            assert_never(never)


class Thinking:
    """Thinks for one connection; `tell` takes its events at once."""

    def __init__(
        self, options: ServerOptions, request_id: str, nursery: trio.Nursery, tell: Callable[[Event], None]
    ) -> None:
        self._options = options
        self._request_id = request_id
        self._nursery = nursery
        self._tell = tell
        self._opened: dict[ThinkTerms, ThinkProvider] = {}
        self._providers: tuple[ThinkProvider, ...] = ()
        self._scope = trio.CancelScope()

    def use(self, think: tuple[ThinkTerms, ...]) -> None:
        """Ask these from the next pass on; those that were in use keep their place in their script."""
        opened = {
            terms: self._opened.get(terms) or open_provider(terms, self._options, self._request_id)
            for terms in think
        }
        self._opened = opened
        self._providers = tuple(opened[terms] for terms in think)

    def begin(self, order: Think) -> None:
        """Begin a pass; the one before is over or cut."""
        self._scope = trio.CancelScope()
        self._nursery.start_soon(self._pass, order, self._providers, self._scope)

    def cut(self) -> None:
        """Stop the pass under way."""
        self._scope.cancel()

    async def _pass(
        self, order: Think, providers: tuple[ThinkProvider, ...], scope: trio.CancelScope
    ) -> None:
        with scope:
            if await self._think(order, providers):
                self._tell(ThoughtEnded(order.reply))
            else:
                self._tell(ThinkFailed(order.reply))

    async def _think(self, order: Think, providers: tuple[ThinkProvider, ...]) -> bool:
        """Ask one provider after another; what one has said already stays said, so it ends the pass."""
        for provider in providers:
            told = 0

            def pass_on(thought: Thought) -> None:
                nonlocal told
                told += 1
                self._pass_on(order.reply, thought)

            try:
                await provider.think(order.request, pass_on)
            except ThinkRefused as refusal:
                self._tell(ThinkStumbled(order.reply, "THINK_REQUEST_FAILED", str(refusal)))
                if told:
                    return True
            else:
                return True
        return False

    def _pass_on(self, reply: int, thought: Thought) -> None:
        match thought:
            case Sentence():
                self._tell(SentenceThought(reply, thought.text))
            case Calls():
                self._tell(CallsThought(reply, thought.calls))
            case StreamCutShort():
                reason = "The think stream ended without a terminator."
                self._tell(ThinkStumbled(reply, "GPT_4O_STREAM_END_ERROR", reason))
            case _ as never:
                assert_never(never)
