"""One reply of the agent while it is under way, and how memory is told to the client."""

from __future__ import annotations

from collections import deque
from enum import Enum
from typing import Final, assert_never

from attrs import define, field

from trialogue.server.think.ports import CallItem, MemoryItem, TextItem, WantedCall
from trialogue.services.deepgram.messages import FunctionCallResponse, HistoryContent, HistoryFunctionCalls
from trialogue.services.deepgram.settings import HistoryFunctionCall

NEVER: Final = float("inf")
"""A deadline that does not come."""


class Stage(Enum):
    """What a reply still waits for."""

    THINKING = "thinking"
    CALLING = "calling"
    ENDING = "ending"


@define
class Reply:
    """One answer of the agent, under way."""

    number: int
    """Counts replies of this session from 1."""

    voices: tuple[str, ...]
    """What it is spoken with, to its end."""

    began_at: float
    """When the user's turn ended."""

    stage: Stage
    """What it waits for."""

    is_thought: bool
    """Whether a think provider gives it; else it is a greeting or an injection."""

    passes: int = 0
    """Passes of thinking begun."""

    slow_at: float = NEVER
    """When the next warning of slow thinking is due."""

    ordered: int = 0
    """Sentences ordered to be spoken."""

    is_failed: bool = False
    """Whether it is no whole reply: it ends with an error, behind what was thought of it."""

    sources: deque[bool] = field(factory=deque[bool])
    """Of each sentence that is not begun, whether it was thought; else it was injected."""

    entry: int | None = None
    """The script's entry that it uses, if a script gives it."""

    has_spoken: bool = False
    """Whether anything of what was thought was sent."""

    finishes: int = 0
    """Ends ordered and not yet come: words that were added while it ended move its end on."""

    sentences: list[str] = field(factory=list[str])
    """Sentences whose audio was at least begun."""

    calls: dict[str, WantedCall] = field(factory=dict[str, WantedCall])
    """Calls without a response."""

    results: list[CallItem] = field(factory=list[CallItem])
    """Calls with one."""

    results_before: int = 0
    """How many of them the pass under way began with."""

    sent_s: float = 0.0
    """How long the audio that was sent plays."""

    thought_at: float | None = None
    """When its first sentence was thought."""

    def call_of(self, response: FunctionCallResponse) -> WantedCall | None:
        """The call that a response is for: by its id, or, where it has none, the oldest of that name."""
        if response.id is not None:
            return self.calls.get(response.id)
        return next((call for call in self.calls.values() if call.name == response.name), None)


def history_of(item: MemoryItem) -> HistoryContent | HistoryFunctionCalls:
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
