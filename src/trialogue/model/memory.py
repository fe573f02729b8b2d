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


@frozen
class ScriptStand:
    """Where an agent's script stands, as its next session is told."""

    given: tuple[int, ...] = ()
    """The entries that were heard, by their index in the script's list, in order."""

    recalled: str = ""
    """Prompts of the turn that was lost and is taken again: they count as heard once more. Personal."""


ContextItem: TypeAlias = ContextMessage | ContextCall
"""One item of a context, in order of time."""
