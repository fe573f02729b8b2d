"""Memory of an agent: the part of the meeting that its next session is told."""

from __future__ import annotations

from typing import Literal, TypeAlias

from trialogue.values import frozen


@frozen
class ContextMessage:
    """Message that an agent heard or said."""

    role: Literal["user", "assistant"]
    """`user` for words that it heard, `assistant` for words that it said, as in every agent service."""

    text: str
    """The words. Personal."""


@frozen
class ContextCall:
    """Finished tool call of an agent."""

    call_id: str
    """Id of the call, by the service."""

    tool: str
    """Name of the tool."""

    arguments: str
    """Arguments as JSON, as the model wrote them. Personal."""

    result: str
    """Result that the agent was told, or would have been told. Personal."""

    thought_signature: str | None = None
    """Token from the model, which it needs back. Personal."""


@frozen
class ScriptStand:
    """Place in an agent's script, for its next session."""

    given: tuple[int, ...] = ()
    """Entries that were heard, by their index in the script's list, in order."""

    recalled: str = ""
    """Prompts of a lost turn that is repeated: they count as heard once more. Personal."""


ContextItem: TypeAlias = ContextMessage | ContextCall
"""One item of a context, in order of time."""
