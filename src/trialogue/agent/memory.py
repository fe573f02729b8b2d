"""Memory of a lone agent for its next session: the latest words and tool calls, within a bound."""

from __future__ import annotations

from collections import deque
from typing import Final

from attrs import Factory

from trialogue.brain.words.context import REMEMBERED, STILL_RUNNING, context_call, size_of
from trialogue.model.events import Event, SentenceSaid, ToolCallCancelled, ToolRequested, WordsHeard
from trialogue.model.memory import ContextItem, ContextMessage
from trialogue.values import define

OPEN_CALLS: Final = 64
"""Most calls without an answer that are kept."""


@define
class Memory:
    """Memory of one agent: a fold of its events."""

    _items: deque[ContextItem] = Factory(deque[ContextItem])
    _size: int = 0
    _reply: int = 0
    _open: dict[str, ToolRequested] = Factory(dict[str, ToolRequested])
    _promised: set[str] = Factory(set[str])
    """Calls whose results the present session was promised: they ran when it began."""

    def context(self) -> tuple[ContextItem, ...]:
        """Context for the next session, in order; calls that still run stand at the end."""
        self._promised = set(self._open)
        running = (context_call(call, STILL_RUNNING) for call in self._open.values())
        return (*self._items, *running)

    def take(self, event: Event) -> None:
        """Note an event of the agent."""
        match event:
            case WordsHeard(text=text):
                self.heard(text)
            case SentenceSaid():
                self._said(event)
            case ToolRequested(ours=True):
                self._open[event.call_id] = event
                self._promised.discard(event.call_id)
                if len(self._open) > OPEN_CALLS:
                    del self._open[next(iter(self._open))]
            case ToolCallCancelled(call_id=call_id):
                self._open.pop(call_id, None)
            case _:
                pass

    def heard(self, text: str) -> None:
        """Note words that the agent heard or was asked."""
        self._keep(ContextMessage("user", text))

    def answered(self, request: ToolRequested, content: str) -> bool:
        """Note a call's result, once; whether the present session was promised it.

        The result of a call that is over is left out.
        """
        call = self._open.pop(request.call_id, None)
        if call is None:
            return False
        self._keep(context_call(call, content[-REMEMBERED:]))
        return request.call_id in self._promised

    def _said(self, sentence: SentenceSaid) -> None:
        last = self._items[-1] if self._items else None
        text = sentence.text
        if isinstance(last, ContextMessage) and last.role == "assistant" and sentence.reply == self._reply:
            self._items.pop()
            self._size -= size_of(last)
            text = f"{last.text} {text}"
        self._reply = sentence.reply
        self._keep(ContextMessage("assistant", text[-REMEMBERED:]))

    def _keep(self, item: ContextItem) -> None:
        self._items.append(item)
        self._size += size_of(item)
        while self._size > REMEMBERED and len(self._items) > 1:
            self._size -= size_of(self._items.popleft())
