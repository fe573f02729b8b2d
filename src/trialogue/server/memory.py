"""What the agent remembers of a session: what was said and called, and what it has not answered yet."""

from __future__ import annotations

from typing import assert_never

from trialogue.server.commands import Orders
from trialogue.server.reply import Reply
from trialogue.server.terms import PromptTerms, Terms
from trialogue.server.think.ports import CallItem, MemoryItem, TextItem, ThinkRequest
from trialogue.services.deepgram.messages import HistoryContent, HistoryFunctionCalls
from trialogue.services.deepgram.settings import HistoryFunctionCall

__all__ = ["SessionMemory"]


class SessionMemory:
    """Memory of one session; what is new in it is told to a client that wants history."""

    def __init__(self, terms: Terms, orders: Orders) -> None:
        self._items: list[MemoryItem] = list(terms.memory)
        self._unanswered: list[str] = []
        self._tells = terms.wants_history
        self._orders = orders

    def hear(self, text: str, *, heard: str) -> None:
        """Remember a user's turn, and that `heard` of it is to be answered."""
        self._unanswered.append(heard)
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
        if self._tells:
            self._orders.send(_history_of(item))

    def asked_for(self, reply: Reply, prompt: PromptTerms) -> ThinkRequest:
        """What the next pass of a reply's thinking may depend on."""
        return ThinkRequest(
            memory=tuple(self._items),
            prompt=prompt.prompt,
            functions=prompt.functions,
            heard=" ".join(self._unanswered),
            results=tuple(reply.results),
            reply=reply.number,
        )


def _history_of(item: MemoryItem) -> HistoryContent | HistoryFunctionCalls:
    """What is remembered, as the message that tells the client."""
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
