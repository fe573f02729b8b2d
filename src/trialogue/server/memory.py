"""Memory of an agent's session: what was said and called, and what it has not answered yet."""

from __future__ import annotations

from typing import Final, assert_never

from trialogue.server.commands import Orders
from trialogue.server.reply import Reply
from trialogue.server.terms import PromptTerms, Terms
from trialogue.server.think.ports import CallItem, MemoryItem, TextItem, ThinkRequest
from trialogue.services.deepgram.messages import HistoryContent, HistoryFunctionCalls
from trialogue.services.deepgram.settings import HistoryFunctionCall

__all__ = ["MOST_REMEMBERED", "MOST_UNANSWERED", "SessionMemory"]

MOST_REMEMBERED: Final = 2 * 1024 * 1024
"""Characters of a conversation that are remembered: beyond them the oldest turns are forgotten."""

MOST_UNANSWERED: Final = 256 * 1024
"""Characters that are to be answered together: beyond them the oldest turns are not."""


class SessionMemory:
    """Memory of one session; what is new in it is told to a client that wants history."""

    def __init__(self, terms: Terms, orders: Orders) -> None:
        self._items: list[MemoryItem] = list(terms.memory)
        self._size = sum(map(_size, self._items))
        self._unanswered: list[str] = []
        self._tells = terms.wants_history
        self._orders = orders

    def hear(self, text: str, *, heard: str) -> None:
        """Remember a user's turn, and that `heard` of it is to be answered."""
        self._unanswered.append(heard)
        while len(self._unanswered) > 1 and sum(map(len, self._unanswered)) > MOST_UNANSWERED:
            self._unanswered.pop(0)
        self.keep(TextItem("user", text))

    def answered(self) -> None:
        """Everything that was heard has its answer."""
        self._unanswered.clear()

    def keep_said(self, reply: Reply) -> None:
        """Remember what was sent of a reply."""
        if reply.sentences:
            self.keep(TextItem("assistant", " ".join(reply.sentences)))

    def keep(self, item: MemoryItem) -> None:
        """Remember something, behind all the rest."""
        self._items.append(item)
        self._size += _size(item)
        while len(self._items) > 1 and self._size > MOST_REMEMBERED:
            self._size -= _size(self._items.pop(0))
        if self._tells:
            self._orders.send(_history_of(item))

    def asked_for(self, reply: Reply, prompt: PromptTerms) -> ThinkRequest:
        """Request for the next pass of a reply's thinking: all that this pass may depend on."""
        return ThinkRequest(
            memory=tuple(self._items),
            prompt=prompt.prompt,
            functions=prompt.functions,
            heard=" ".join(self._unanswered),
            results=tuple(reply.results),
            reply=reply.number,
        )


def _history_of(item: MemoryItem) -> HistoryContent | HistoryFunctionCalls:
    """Message that tells the client of an item."""
    match item:
        case TextItem():
            return HistoryContent(role=item.role, content=item.content)
        case CallItem():
            call = HistoryFunctionCall(
                id=item.id,
                name=item.name,
                client_side=item.client_side,
                arguments=item.arguments,
                response=item.response,
            )
            return HistoryFunctionCalls(function_calls=(call,))
        case _ as never:
            assert_never(never)


def _size(item: MemoryItem) -> int:
    """Characters that it takes to remember an item."""
    match item:
        case TextItem():
            return len(item.content)
        case CallItem():
            return len(item.arguments) + len(item.response)
        case _ as never:
            assert_never(never)
