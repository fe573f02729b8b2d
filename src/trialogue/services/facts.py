"""Facts that a session tells the actor that owns it, in our own words, not in the service's.

The service's speech, prompts and tool data in here are personal.
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
    """The settings hold: audio and messages may flow."""

    request_id: str
    """Id that the service gives the session; empty where it never said."""


def _size(data: bytes) -> str:
    return f"<{len(data)} bytes>"


def _shown(message: str | bytes) -> str:
    return _size(message) if isinstance(message, bytes) else message


# --- speech -----------------------------------------------------------------------------------------


@frozen
class ReplyBegun:
    """The agent begins a reply: comes once, before anything else of it."""


@frozen
class Sentence:
    """The words of a stretch of the reply."""

    text: str
    """The words. Personal."""

    at_byte: int
    """Place where in the reply's audio it begins, as far as had arrived: bytes from the reply's start."""

    behavior: str = "default"
    """`default`, `backchannel`, `presence_check`, `filler`, or one that is newer than we are."""


@frozen
class ReplyAudio:
    """A stretch of the reply's sound; whole samples where the format is uncompressed."""

    data: bytes = field(repr=_size)
    """In the session's output format."""


@frozen
class ReplyDone:
    """The last sound has arrived: of the reply, or without one, of an agent that has nothing to say.

    A reply that was cut off is ended by SpeechAtEar, and this may still come late, or never.
    """


@frozen
class Heard:
    """Words that the agent's recognizer understood, at the end of the user's turn."""

    text: str
    """The words. Personal."""

    languages: tuple[str, ...] = ()
    """Languages that it heard, where it says so."""


@frozen
class EntryTaken:
    """The reply that begins next uses this entry of a script, as our own server says."""

    entry: int
    """Its index in the script's list, from 0."""


@frozen
class SpeechAtEar:
    """The agent hears speech, and has stopped its reply if there was one."""


@frozen
class Thinking:
    """The model is thinking; many services do not report it."""

    text: str
    """Its thoughts. Personal."""


# --- tools ------------------------------------------------------------------------------------------


@frozen
class ToolCall:
    """One call that the model wants."""

    id: str
    """The model's id of it."""

    name: str
    """Name of the tool."""

    arguments: str
    """JSON as the model wrote it: may be empty or wrong. Personal."""

    ours: bool
    """Whether we are to answer; the service answers the others by itself."""

    thought_signature: str | None = None
    """A token that some models want back in their history."""


@frozen
class ToolCalls:
    """The model wants calls; the turn waits for those that are ours."""

    calls: tuple[ToolCall, ...]
    """The calls, in order."""


@frozen
class ToolCallsCancelled:
    """Calls that must not be answered any more."""

    ids: tuple[str, ...]
    """Their ids."""


@frozen
class ToolResult:
    """The result of a call that the service made by itself: for the record."""

    id: str | None
    """The call's id, where it says so."""

    name: str
    """Name of the tool."""

    content: str
    """The result. Personal."""


# --- about the session ------------------------------------------------------------------------------


@frozen
class Latency:
    """Seconds that stages took. None is unknown, not 0."""

    listen_s: float | None = None
    """Recognition."""

    think_token_s: float | None = None
    """To the model's first token."""

    think_s: float | None = None
    """To its first text."""

    think_tool_s: float | None = None
    """To its first tool call."""

    think_thought_s: float | None = None
    """To its first thought."""

    speak_s: float | None = None
    """To the first sound."""

    total_s: float | None = None
    """Time from the end of the user's words to the first sound."""


@frozen
class Refused:
    """Injected words were not taken; try again at the edge of a turn."""

    reason: str
    """The service's words; may be empty."""


@frozen
class Updated:
    """A change holds. Two quick changes may share one of these."""

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
    """Message of a model of one's own, handed through."""

    content: Json = field(hash=False)
    """Any JSON. May be personal."""


@frozen
class Warned:
    """Warning of a service whose session goes on."""

    code: str
    """The service's code; `out-of-order` and `early-audio` are ours."""

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
    """One line for the person who can mend it."""


@frozen
class Closed:
    """The connection is closed, and why: the last failure counts before the close code."""

    code: int
    """Of the websocket."""

    recovery: Recovery
    """Next step."""

    hint: str
    """One line for the person who can mend it."""


@frozen
class Unknown:
    """A message that this version does not know."""

    type: str
    """Its type."""

    raw: JsonObject = field(hash=False)
    """All of it. May be personal."""


@frozen
class Malformed:
    """A message that is none."""

    reason: str
    """Reason, with the field's path; not personal."""

    raw_excerpt: str
    """Its beginning, at most 1 KiB. May be personal."""


@frozen
class Timeout:
    """The peer did not answer in time; the session is closed."""

    what: Literal["welcome", "settings-applied", "connected", "words", "end"]
    """Message that did not come; of an agent's session one of the first two, of a listening one of the
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
"""All that messages, audio and a close can tell."""


# --- of a listening session --------------------------------------------------------------------------

Stage: TypeAlias = Literal["interim", "eager", "final"]
"""`interim`: the words may change. `eager`: the speaker has perhaps ended. `final`: they change no more."""


@frozen
class Understood:
    """An utterance as far as it is understood; a later fact of the same utterance replaces it.

    The last one of every utterance is `final`, also where the connection ends before its time.
    """

    utterance: int
    """Counts the utterances of this session from 1."""

    text: str = field(repr=False)
    """The whole utterance so far; a final one may be empty: what was told before was no speech. Personal."""

    begin_s: float
    """Place where its first word begins, on the axis of `at` in `hear`."""

    end_s: float
    """Place where its last word ends. Begin and end are the same place where the service gives no times."""

    stage: Stage
    """Whether the words may still change."""

    trigger: str = ""
    """Cause of its end, of a final one: `model`, `timeout`, `manual`, `lost` (ours), or a newer one."""

    languages: tuple[str, ...] = ()
    """Languages that it heard, where it says so."""


@frozen
class ChangeRefused:
    """A change of the session was refused; all stays as it was."""

    code: str
    """The service's code; may be empty."""

    text: str
    """The service's words; may be empty."""


@frozen
class Transmit:
    """Send this now."""

    message: str | bytes = field(repr=_shown)
    """A whole message: text, or sound in the session's format."""


Due: TypeAlias = Transmit | Timeout
"""All that the passing of time can bring."""

EarFact: TypeAlias = (
    Ready | Understood | Updated | ChangeRefused | Warned | Failed | Closed | Unknown | Malformed
)
"""All that messages and a close can tell."""

EarDue: TypeAlias = Transmit | Understood | Timeout
"""All that the passing of time can bring; after a Timeout the session is closed."""
