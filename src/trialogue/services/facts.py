"""Facts that a session reports to the actor that owns it, in our own terms, not the service's.

Speech, prompts and tool data in them are personal.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from attrs import field

from trialogue.model.memory import ContextItem
from trialogue.services.close_codes import Recovery
from trialogue.services.json_values import Json, JsonObject
from trialogue.values import frozen


@frozen
class Ready:
    """The settings are applied: audio and messages may flow."""

    request_id: str
    """Id that the service gives the session; empty where it never said."""


def _size(data: bytes) -> str:
    return f"<{len(data)} bytes>"


def _shown(message: str | bytes) -> str:
    return _size(message) if isinstance(message, bytes) else message


# --- speech -----------------------------------------------------------------------------------------


@frozen
class ReplyBegun:
    """The agent begins a reply: comes once, before anything else of the reply."""


@frozen
class Sentence:
    """Words of a stretch of the reply."""

    text: str
    """The words. Personal."""

    at_byte: int
    """Place in the reply's audio at which it begins: bytes of the reply that had arrived."""

    behavior: str = "default"
    """`default`, `backchannel`, `presence_check`, `filler`, or a newer value."""


@frozen
class ReplyAudio:
    """Stretch of the reply's sound; whole samples where the format is uncompressed."""

    data: bytes = field(repr=_size)
    """Sound in the session's output format."""


@frozen
class ReplyDone:
    """The last sound of the reply has arrived; without a reply, the agent has nothing to say.

    SpeechAtEar ends a reply that is cut off; this may still come late, or never.
    """


@frozen
class Heard:
    """Words of the user by the agent's recognizer, at the end of the user's turn."""

    text: str
    """The words. Personal."""

    languages: tuple[str, ...] = ()
    """Languages that it heard, where it reports them."""


@frozen
class EntryTaken:
    """The next reply uses this entry of a script; only from our own server."""

    entry: int
    """Index of the entry in the script's list, from 0."""


@frozen
class SpeechAtEar:
    """The agent hears speech, and has stopped its reply if one was under way."""


@frozen
class Thinking:
    """The model is thinking; many services do not report it."""

    text: str
    """Its thoughts. Personal."""


# --- tools ------------------------------------------------------------------------------------------


@frozen
class ToolCall:
    """Call that the model asks for."""

    id: str
    """The model's id of it."""

    name: str
    """Name of the tool."""

    arguments: str
    """JSON as the model wrote it: may be empty or wrong. Personal."""

    ours: bool
    """Whether we must answer; the service answers the others itself."""

    thought_signature: str | None = None
    """Token that some models need back in their history."""


@frozen
class ToolCalls:
    """The model asks for calls; the turn waits for ours."""

    calls: tuple[ToolCall, ...]
    """Calls, in order."""


@frozen
class ToolCallsCancelled:
    """Calls that must not be answered any more."""

    ids: tuple[str, ...]
    """Ids of the calls."""


@frozen
class ToolResult:
    """Result of a call that the service made itself, for the record."""

    id: str | None
    """Id of the call, where it has one."""

    name: str
    """Name of the tool."""

    content: str
    """The result. Personal."""


# --- about the session ------------------------------------------------------------------------------


@frozen
class Latency:
    """Seconds that stages took. None is unknown, not 0."""

    listen_s: float | None = None
    """Seconds for recognition."""

    think_token_s: float | None = None
    """Seconds to the model's first token."""

    think_s: float | None = None
    """Seconds to its first text."""

    think_tool_s: float | None = None
    """Seconds to its first tool call."""

    think_thought_s: float | None = None
    """Seconds to its first thought."""

    speak_s: float | None = None
    """Seconds to the first sound."""

    total_s: float | None = None
    """Seconds from the end of the user's words to the first sound."""


@frozen
class Refused:
    """Injected words were not accepted; try again at the edge of a turn."""

    reason: str
    """The service's words; may be empty."""


@frozen
class Updated:
    """A change is applied. Two quick changes may share one of these."""

    what: Literal["prompt", "listen", "think", "think_live", "speak"]
    """Part."""


@frozen
class Remembered:
    """The service took this into its memory: keep it to restore the agent in a new session."""

    items: tuple[ContextItem, ...] = field(repr=False)
    """One turn's words, or its finished calls. Personal."""


@frozen
class Frustrated:
    """The user sounds frustrated."""

    count: int
    """Number of times so far."""

    escalated: bool
    """Whether the limit is reached."""


@frozen
class HandedThrough:
    """Message from a model of one's own, which the service passed on."""

    content: Json = field(hash=False)
    """Any JSON. May be personal."""


@frozen
class Warned:
    """Warning of the service; the session goes on."""

    code: str
    """Code of the service; `out-of-order` and `early-audio` are ours."""

    text: str
    """The service's words."""

    recovery: Recovery = Recovery.GO_ON
    """GO_ON, or ROLL_OVER where the session's end is near."""


@frozen
class Failed:
    """Failure; unless its recovery is TURN_LOST, the session is over."""

    code: str
    """The service's code."""

    text: str
    """The service's words."""

    recovery: Recovery
    """Next step."""

    hint: str
    """One line for the person who can correct it."""


@frozen
class Closed:
    """The connection is closed; the last failure takes precedence over the close code."""

    code: int
    """Close code of the websocket."""

    recovery: Recovery
    """Next step."""

    hint: str
    """One line for the person who can correct it."""


@frozen
class Unknown:
    """Message of a type that this version does not know."""

    type: str
    """Type of the message."""

    raw: JsonObject = field(hash=False)
    """Whole message. May be personal."""


@frozen
class Malformed:
    """Invalid message."""

    reason: str
    """Reason, with the path of the field; not personal."""

    raw_excerpt: str
    """Beginning of the message, at most 1 KiB. May be personal."""


@frozen
class Timeout:
    """The peer did not answer in time; the session is closed."""

    what: Literal["welcome", "settings-applied", "connected", "words", "end"]
    """Message that did not come: for an agent's session one of the first two, for a listening one of the
    others.
    """


Fact: TypeAlias = (
    Ready
    | ReplyBegun
    | Sentence
    | ReplyAudio
    | ReplyDone
    | Heard
    | SpeechAtEar
    | EntryTaken
    | Thinking
    | ToolCalls
    | ToolCallsCancelled
    | ToolResult
    | Latency
    | Refused
    | Updated
    | Remembered
    | Frustrated
    | HandedThrough
    | Warned
    | Failed
    | Closed
    | Unknown
    | Malformed
)
"""Every fact from messages, audio and a close."""


# --- of a listening session --------------------------------------------------------------------------

Stage: TypeAlias = Literal["interim", "eager", "final"]
"""`interim`: the words may change. `eager`: the speaker may have ended. `final`: they change no more."""


@frozen
class Understood:
    """Utterance so far; a later fact of the same utterance replaces it.

    The last one of every utterance is `final`, also where the connection ends early.
    """

    utterance: int
    """Number of the utterance in this session, from 1."""

    text: str = field(repr=False)
    """Whole utterance so far; a final one may be empty: the words before were no speech. Personal."""

    begin_s: float
    """Beginning of its first word, on the axis of `at` in `hear`."""

    end_s: float
    """End of its last word; equal to the beginning where the service gives no times."""

    stage: Stage
    """Whether the words may still change."""

    trigger: str = ""
    """Cause of a final one's end: `model`, `timeout`, `manual`, `lost` (ours), or a newer one."""

    languages: tuple[str, ...] = ()
    """Languages that it heard, where it reports them."""


@frozen
class ChangeRefused:
    """A change of the session was refused; all values stay."""

    code: str
    """The service's code; may be empty."""

    text: str
    """The service's words; may be empty."""


@frozen
class Transmit:
    """Message to send now."""

    message: str | bytes = field(repr=_shown)
    """Whole message: text, or sound in the session's format."""


Due: TypeAlias = Transmit | Timeout
"""Everything that the passing of time can cause."""

EarFact: TypeAlias = (
    Ready | Understood | Updated | ChangeRefused | Warned | Failed | Closed | Unknown | Malformed
)
"""Every fact from messages and a close."""

EarDue: TypeAlias = Transmit | Understood | Timeout
"""Everything that the passing of time can cause; after a Timeout the session is closed."""
