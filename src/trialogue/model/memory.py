"""Memory of an agent: what its next session is told of the meeting where one was lost."""

from __future__ import annotations

from typing import Literal, TypeAlias

from trialogue.values import frozen


@frozen
class ContextMessage:
    """Message that an agent heard or said."""

    role: Literal["user", "assistant"]
    """`user` for what it heard, `assistant` for what it said: the words of every agent service."""

    text: str
    """The words. Personal."""


@frozen
class ContextCall:
    """A tool call of an agent that is finished."""

    call_id: str
    """The service's id of it."""

    tool: str
    """Name of the tool."""

    arguments: str
    """JSON, as the model wrote it. Personal."""

    result: str
    """Result that the agent was told, or would have been. Personal."""

    thought_signature: str | None = None
    """The token that the model gave along, and wants back. Personal."""


ContextItem: TypeAlias = ContextMessage | ContextCall
"""One item of a context, in order of time."""
