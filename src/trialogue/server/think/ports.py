"""Ports of thinking: what a connection asks of its provider."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Protocol, TypeAlias

from trialogue.errors import TrialogueError
from trialogue.values import frozen


class ThinkRefused(TrialogueError):
    """A think provider gave no reply; the text says why, with what an endpoint answered, never with a key."""

    code: ClassVar[str] = "THINK_REQUEST_FAILED"
    """The code of the warning that tells of it."""


class ThinkCutShort(ThinkRefused):
    """A think provider's stream had no end: what it told before is no whole reply."""

    code: ClassVar[str] = "GPT_4O_STREAM_END_ERROR"


@frozen
class TextItem:
    """One utterance of the conversation so far."""

    role: str
    """`user` or `assistant`."""

    content: str
    """Words that were said; of an interrupted reply the sentences that were sent."""


@frozen
class CallItem:
    """One finished function call of the conversation so far."""

    id: str
    """The call's id."""

    name: str
    """The function."""

    arguments: str
    """JSON text, as requested."""

    response: str
    """Result that came back."""

    client_side: bool = True
    """Whether the client carried it out."""


MemoryItem: TypeAlias = TextItem | CallItem


@frozen
class OfferedFunction:
    """A function that the model may call."""

    name: str
    """Name of the function."""

    description: str = ""
    """Use of it."""

    parameters: Mapping[str, Any] | None = None
    """JSON Schema of its arguments."""


@frozen
class ThinkRequest:
    """All that one pass of thinking may depend on."""

    memory: tuple[MemoryItem, ...]
    """The conversation so far, oldest first, finished calls included."""

    prompt: str = ""
    """The system prompt."""

    functions: tuple[OfferedFunction, ...] = ()
    """Functions that may be called."""

    heard: str = ""
    """All user text since the agent's last reply that was not interrupted, joined by spaces."""

    results: tuple[CallItem, ...] = ()
    """Calls finished in this very reply, in the order asked; not empty means: go on after them."""

    reply: int = 0
    """The number of the reply that this is for."""


@frozen
class FunctionWanted:
    """A function call as a model asks for it: without an id."""

    name: str
    """The function."""

    arguments: str
    """JSON text."""


@frozen
class WantedCall:
    """A function call that was asked for, by the id that this server gives it."""

    id: str
    """Its id; no two calls of a server's have the same."""

    name: str
    """The function."""

    arguments: str
    """JSON text."""


@frozen
class Chosen:
    """A script's entry was chosen for this reply."""

    entry: int
    """Its index in the script's list, from 0."""

    fault: str = ""
    """The name of the fault that strikes with it; empty for none."""


@frozen
class ThoughtSentence:
    """One whole sentence to be spoken."""

    text: str
    """As it is to be spoken and shown."""


@frozen
class ThoughtCalls:
    """Function calls, all at once; the pass ends with them and goes on when each has its response."""

    calls: tuple[FunctionWanted, ...]
    """At least one."""


Thought: TypeAlias = Chosen | ThoughtSentence | ThoughtCalls


class ThinkProvider(Protocol):
    """Thinks for one connection; may keep what it needs between passes."""

    async def think(self, request: ThinkRequest, tell: Callable[[Thought], None]) -> None:
        """Tell thoughts as they come and return when there are no more; cancellation is the interruption.

        Raises `ThinkRefused` where there is no reply to be had, or no whole one.
        """
        ...
