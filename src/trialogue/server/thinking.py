"""Passes of thinking: asks providers in order, one pass at a time; a pass can be cancelled at any moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, assert_never

import trio

from trialogue.server.commands import BeginPass, GoBack, ReturnEntry
from trialogue.server.events import (
    CallsThought,
    EntryChosen,
    Event,
    SentenceThought,
    ThinkFailed,
    ThinkStumbled,
    ThoughtEnded,
)
from trialogue.server.options import ServerOptions
from trialogue.server.terms import chance
from trialogue.server.think.default import DefaultThink
from trialogue.server.think.installed import InstalledThink
from trialogue.server.think.on_record import RecordedThink
from trialogue.server.think.place import ScriptPlace
from trialogue.server.think.ports import (
    Chosen,
    ThinkProvider,
    ThinkRefused,
    Thought,
    ThoughtCalls,
    ThoughtSentence,
    WantedCall,
)
from trialogue.server.think.scripted import ScriptedThink
from trialogue.server.think.terms import DefaultTerms, InstalledTerms, OpenAiTerms, ScriptedTerms, ThinkTerms

if TYPE_CHECKING:
    from httpx import AsyncClient  # noqa: ASYNC127 the project's one HTTP client, for loopback


class CallIds:
    """Ids for the calls of one connection, unique among the connections of a server.

    They have nine letters and digits, since some models accept no others back.

    >>> ids = CallIds("5f3a9c10-77aa")
    >>> ids.next(), ids.next()
    ('5f3a9c001', '5f3a9c002')
    """

    def __init__(self, request_id: str) -> None:
        self._prefix = "".join(filter(str.isalnum, request_id))[:6].ljust(6, "0")
        self._count = 0

    def next(self) -> str:
        """Next unused id."""
        self._count += 1
        return f"{self._prefix}{self._count:03x}"


class Thinker:
    """Thinker of one connection; reports its events to `tell` at once."""

    def __init__(
        self, options: ServerOptions, request_id: str, nursery: trio.Nursery, tell: Callable[[Event], None]
    ) -> None:
        self._options = options
        self._ids = CallIds(request_id)
        self._nursery = nursery
        self._tell = tell
        self._opened: dict[ThinkTerms, ThinkProvider] = {}
        self._providers: tuple[ThinkProvider, ...] = ()
        self._scope = trio.CancelScope()
        self._client: AsyncClient | None = None

    async def aclose(self) -> None:
        """Close the connections kept for later passes; no pass is under way any more."""
        if self._client is not None:
            await self._client.aclose()

    def use(self, think: tuple[ThinkTerms, ...]) -> None:
        """Ask these providers from the next pass on.

        A provider that was in use keeps its place in its script; the operator's agents keep theirs for the
        whole session, since they are few and a client may come back to one.
        """
        kept = {terms: own for terms, own in self._opened.items() if _is_operators(terms) or terms in think}
        self._opened = {terms: self._open(terms) for terms in think if terms not in kept} | kept
        self._providers = tuple(self._opened[terms] for terms in think)

    def _open(self, terms: ThinkTerms) -> ThinkProvider:
        match terms:
            case ScriptedTerms():
                place = ScriptPlace(frozenset(terms.given), terms.recalled)
                return ScriptedThink(terms.script, chance(self._options, terms), place)
            case OpenAiTerms() | InstalledTerms():
                return self._open_model(terms)
            case DefaultTerms():
                return DefaultThink()
            case _ as never:
                assert_never(never)

    def _open_model(self, terms: OpenAiTerms | InstalledTerms) -> ThinkProvider:
        """Provider for a model: the record, the model, or the record before the model."""
        record = self._options.models
        if record is None:
            return self._asked(terms)
        return RecordedThink(terms, record, self._asked(terms) if record.asks else None)

    def _asked(self, terms: OpenAiTerms | InstalledTerms) -> ThinkProvider:
        return (
            InstalledThink(terms.model) if isinstance(terms, InstalledTerms) else self._open_endpoint(terms)
        )

    def _open_endpoint(self, terms: OpenAiTerms) -> ThinkProvider:
        # httpx is needed only where an endpoint is asked.
        from trialogue.server.think.open_ai import OpenAiThink, open_client  # noqa: PLC0415

        self._client = self._client or open_client()
        endpoint = terms.endpoint
        return OpenAiThink(self._client, endpoint.url, endpoint.headers or {}, terms.model, terms.temperature)

    def begin(self, order: BeginPass) -> None:
        """Begin a pass; the one before is over or cut."""
        self._scope = trio.CancelScope()
        self._nursery.start_soon(self._pass, order, self._providers, self._scope)

    def cut(self) -> None:
        """Stop the pass under way."""
        self._scope.cancel()

    def go_back(self, order: ReturnEntry | GoBack) -> None:
        """Move scripts back over replies that were not heard."""
        for provider in self._opened.values():
            if isinstance(provider, ScriptedThink):
                match order:
                    case ReturnEntry(reply):
                        provider.place.give_back(reply)
                    case GoBack(count):
                        provider.place.go_back(count)

    async def _pass(
        self, order: BeginPass, providers: tuple[ThinkProvider, ...], scope: trio.CancelScope
    ) -> None:
        with scope:
            if await self._think(order, providers):
                self._tell(ThoughtEnded(order.reply))
            else:
                self._tell(ThinkFailed(order.reply))

    async def _think(self, order: BeginPass, providers: tuple[ThinkProvider, ...]) -> bool:
        """Ask one provider after another, until one gives a whole reply; False if none does.

        The sentences of a provider that failed are kept, so no other provider may then begin again.
        """
        for provider in providers:
            told = 0

            def pass_on(thought: Thought) -> None:
                nonlocal told
                told += 1
                self._pass_on(order.reply, thought)

            try:
                await provider.think(order.request, pass_on)
            except ThinkRefused as refusal:
                self._tell(ThinkStumbled(order.reply, refusal.code, str(refusal)))
                if told:
                    return False
            else:
                return True
        return False

    def _pass_on(self, reply: int, thought: Thought) -> None:
        match thought:
            case Chosen():
                self._tell(EntryChosen(reply, thought.entry, thought.fault))
            case ThoughtSentence():
                self._tell(SentenceThought(reply, thought.text))
            case ThoughtCalls():
                calls = tuple(WantedCall(self._ids.next(), c.name, c.arguments) for c in thought.calls)
                self._tell(CallsThought(reply, calls))
            case _ as never:
                assert_never(never)


def _is_operators(terms: ThinkTerms) -> bool:
    """Whether it is the script of an agent in the operator's file."""
    return isinstance(terms, ScriptedTerms) and bool(terms.agent)
