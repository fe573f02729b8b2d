"""Memory of an agent's session: words, calls, and the user's words that have no answer yet."""

from __future__ import annotations

from typing import Final, assert_never

from trialogue.server.commands import Orders
from trialogue.server.reply import Reply
from trialogue.server.terms import Terms
from trialogue.server.think.ports import CallItem, MemoryItem, TextItem, ThinkRequest
from trialogue.services.deepgram.messages import HistoryContent, HistoryFunctionCalls
from trialogue.services.deepgram.settings import HistoryFunctionCall

__all__ = ["MOST_REMEMBERED", "MOST_UNANSWERED", "SessionMemory"]

MOST_REMEMBERED: Final = 2 * 1024 * 1024
"""Most characters of a conversation that are remembered; beyond them the oldest turns are forgotten."""

MOST_UNANSWERED: Final = 256 * 1024
"""Most characters that are answered together; beyond them the oldest turns are left out."""


class SessionMemory:
    """Memory of one session; reports new items to a client that asked for history."""

    def __init__(self, terms: Terms, orders: Orders) -> None:
        self._items: list[MemoryItem] = list(terms.memory)
        self._size = sum(map(_size, self._items))
        self._unanswered: list[str] = []
        self._tells = terms.wants_history
        self._orders = orders

    def hear(self, text: str, *, heard: str) -> None:
        """Remember a user's turn; `heard` of it is to be answered."""
        self._unanswered.append(heard)
        while len(self._unanswered) > 1 and sum(map(len, self._unanswered)) > MOST_UNANSWERED:
            self._unanswered.pop(0)
        self.keep(TextItem("user", text))

    def answered(self) -> None:
        """Note that all heard words are answered."""
        self._unanswered.clear()

    def keep_said(self, reply: Reply) -> None:
        """Remember the sentences of a reply that were sent."""
        if reply.sentences:
            self.keep(TextItem("assistant", " ".join(reply.sentences)))

    def keep(self, item: MemoryItem) -> None:
        """Append an item."""
        self._items.append(item)
        self._size += _size(item)
        while len(self._items) > 1 and self._size > MOST_REMEMBERED:
            self._size -= _size(self._items.pop(0))
        if self._tells:
            self._orders.send(_history_of(item))

    def asked_for(self, reply: Reply) -> ThinkRequest:
        """Request for the next pass of a reply's thinking, with everything that the pass may depend on.

        The reply's words stand before their calls, where the model gave them: it would say them again.
        """
        own = {each.id: each for each in reply.results}
        return ThinkRequest(
            memory=tuple(own.get(_id(each), each) for each in self._items),
            prompt=reply.prompt.prompt,
            functions=reply.prompt.functions,
            heard=" ".join(self._unanswered),
            results=tuple(reply.results),
            reply=reply.number,
        )


def _id(item: MemoryItem) -> str:
    """Id of a call; empty for words."""
    return item.id if isinstance(item, CallItem) else ""


def _history_of(item: MemoryItem) -> HistoryContent | HistoryFunctionCalls:
    """Message that reports an item to the client."""
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
    """Characters that an item counts for."""
    match item:
        case TextItem():
            return len(item.content)
        case CallItem():
            return len(item.arguments) + len(item.response)
        case _ as never:
            assert_never(never)
