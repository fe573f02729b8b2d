"""History of words and calls: sent by the server turn by turn, given back in `agent.context`."""

from __future__ import annotations

from typing import ClassVar, TypeAlias

from trialogue.services.deepgram.wire import WireObject
from trialogue.values import frozen


@frozen
class HistoryContent(WireObject):
    """`History` of one turn's words."""

    type: ClassVar[str] = "History"

    role: str
    """`user` or `assistant`."""

    content: str
    """The words. Personal."""


@frozen
class HistoryFunctionCall(WireObject):
    """One finished function call."""

    id: str
    """The model's id of the call."""

    name: str
    """Name of the function."""

    client_side: bool
    """Whether the client answered it."""

    arguments: str
    """JSON, as the model wrote it. Personal."""

    response: str
    """Answer that the model was told. Personal."""

    thought_signature: str | None = None
    """A token that some Gemini models want back."""


@frozen
class HistoryFunctionCalls(WireObject):
    """`History` of finished function calls."""

    type: ClassVar[str] = "History"

    function_calls: tuple[HistoryFunctionCall, ...]
    """The calls, in order."""


HistoryItem: TypeAlias = HistoryContent | HistoryFunctionCalls
"""Both shapes of `History`: told apart by the key `function_calls`."""
