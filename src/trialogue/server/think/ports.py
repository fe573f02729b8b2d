"""Port of thinking: the requests of a connection to its think provider, and the thoughts that come back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final, Protocol, TypeAlias

from trialogue.errors import TrialogueError
from trialogue.values import frozen

MAX_TEXT: Final = 100_000
"""Most characters of a reply without its reasoning: more than an hour of speech."""


class ThinkRefused(TrialogueError):
    """A think provider gave no reply; the text has the reason and the endpoint's answer, never a key."""

    code: ClassVar[str] = "THINK_REQUEST_FAILED"
    """Code of the warning about it."""


class ThinkCutShort(ThinkRefused):
    """A think provider's stream broke off: the thoughts so far are no whole reply."""

    code: ClassVar[str] = "GPT_4O_STREAM_END_ERROR"


@frozen
class TextItem:
    """One utterance of the conversation so far."""

    role: str
    """`user` or `assistant`."""

    content: str
    """Words of the utterance; of an interrupted reply, the sentences that were sent. Personal."""


@frozen
class CallItem:
    """Finished function call of the conversation so far."""

    id: str
    """Id of the call."""

    name: str
    """Name of the function."""

    arguments: str
    """Arguments as JSON, as requested. Personal."""

    response: str
    """Result of the call. Personal."""

    client_side: bool = True
    """Whether the client carried it out."""

    said: str = ""
    """Words that the model gave before the call, in the reply under way. Personal."""


MemoryItem: TypeAlias = TextItem | CallItem


@frozen
class OfferedFunction:
    """Function that the model may call."""

    name: str
    """Name of the function."""

    description: str = ""
    """Description for the model."""

    parameters: Mapping[str, Any] | None = None
    """JSON Schema of its arguments."""


@frozen
class ThinkRequest:
    """Request for one pass of thinking: all that it may depend on."""

    memory: tuple[MemoryItem, ...]
    """Conversation so far, oldest first, with finished calls."""

    prompt: str = ""
    """System prompt. Personal."""

    functions: tuple[OfferedFunction, ...] = ()
    """Functions that the model may call."""

    heard: str = ""
    """All user text since the agent's last uninterrupted reply, joined by spaces. Personal."""

    results: tuple[CallItem, ...] = ()
    """Calls finished in this reply, in the order asked; if there are any, the reply continues after them."""

    reply: int = 0
    """Number of the reply."""


@frozen
class FunctionWanted:
    """Function call as a model asks for it: without an id."""

    name: str
    """Name of the function."""

    arguments: str
    """Arguments as JSON. Personal."""


@frozen
class WantedCall:
    """Function call with the id that this server gives it."""

    id: str
    """Id of the call, unique in the server."""

    name: str
    """Name of the function."""

    arguments: str
    """Arguments as JSON. Personal."""


@frozen
class Chosen:
    """Choice of a script's entry for this reply."""

    entry: int
    """Index of the entry in the script's list, from 0."""

    fault: str = ""
    """Name of the fault that strikes with it; empty for none."""


@frozen
class ThoughtSentence:
    """Whole sentence to speak."""

    text: str
    """Text to speak and to record. Personal."""


@frozen
class ThoughtCalls:
    """Function calls, all at once; the pass ends with them and continues when each has a response."""

    calls: tuple[FunctionWanted, ...]
    """Calls; at least one."""


Thought: TypeAlias = Chosen | ThoughtSentence | ThoughtCalls


class ThinkProvider(Protocol):
    """Think provider of one connection; may keep state between passes."""

    async def think(self, request: ThinkRequest, tell: Callable[[Thought], None]) -> None:
        """Give thoughts as they come, and return after the last; an interruption cancels it.

        Raises `ThinkRefused` where there is no reply, or no whole one.
        """
        ...
