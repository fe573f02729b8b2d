"""History of words and calls: the server sends it turn by turn, `agent.context` gives it back."""

from __future__ import annotations

from typing import ClassVar, TypeAlias

from trialogue.services.deepgram.wire import WireObject
from trialogue.values import frozen


@frozen
class HistoryContent(WireObject):
    """`History` with the words of one turn."""

    type: ClassVar[str] = "History"

    role: str
    """`user` or `assistant`."""

    content: str
    """The words. Personal."""


@frozen
class HistoryFunctionCall(WireObject):
    """Finished function call."""

    id: str
    """The model's id of the call."""

    name: str
    """Name of the function."""

    client_side: bool
    """Whether the client answered it."""

    arguments: str
    """JSON, as the model wrote it. Personal."""

    response: str
    """Response that the model was given. Personal."""

    thought_signature: str | None = None
    """Token that some Gemini models need back."""


@frozen
class HistoryFunctionCalls(WireObject):
    """`History` with finished function calls."""

    type: ClassVar[str] = "History"

    function_calls: tuple[HistoryFunctionCall, ...]
    """Calls, in order."""


HistoryItem: TypeAlias = HistoryContent | HistoryFunctionCalls
"""Both shapes of `History`, distinguished by the key `function_calls`."""
