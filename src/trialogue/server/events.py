"""Events of a conversation: everything that its decisions may depend on."""

from __future__ import annotations

from typing import TypeAlias

from trialogue.server.think.ports import WantedCall
from trialogue.services.deepgram.messages import ClientMessage
from trialogue.values import frozen


@frozen
class MessageReceived:
    """The client sent a valid message."""

    message: ClientMessage
    """Message as decoded; it keeps undeclared keys."""

    old_names: tuple[str, ...] = ()
    """Fields that came under a former name, and were read by their present one."""

    undeclared: tuple[str, ...] = ()
    """First paths of keys that the protocol does not have."""


@frozen
class NonsenseReceived:
    """The client sent a text that is no valid message."""

    path: str = "$"
    """Path of the field at fault."""

    reason: str = ""
    """Reason, by types and names, never by values."""


@frozen
class AudioReceived:
    """The client sent a binary message."""

    audio: bytes
    """Audio in the format that Settings declared."""


@frozen
class SpeechBegan:
    """The ear heard the user begin to speak."""


@frozen
class SpeechEnded:
    """The ear heard the user fall silent for as long as ends a turn; the words follow."""


@frozen
class WordsRecognized:
    """The ear recognized the user's words since `SpeechBegan`."""

    text: str
    """Words; empty where none were recognized. Personal."""

    listen_s: float = 0.0
    """Seconds from the end of the turn to its words."""


@frozen
class HearingFailed:
    """The ear failed: it has no engines, or no sound that they can hear."""

    reason: str
    """Reason, as it may be sent to the client."""

    code: str = "FAILED_TO_START_LISTENING"
    """Code of the error."""


@frozen
class EntryChosen:
    """A script chose an entry."""

    reply: int
    """Number of the reply."""

    entry: int
    """Index of the entry in the script's list, from 0."""

    fault: str = ""
    """Name of the fault that strikes with it; empty for none."""


@frozen
class SentenceThought:
    """The think provider finished a sentence."""

    reply: int
    """Number of the reply."""

    text: str
    """Text of the sentence. Personal."""


@frozen
class CallsThought:
    """The think provider asks for function calls."""

    reply: int
    """Number of the reply."""

    calls: tuple[WantedCall, ...]
    """Calls; at least one."""


@frozen
class ThoughtEnded:
    """A pass of thinking ended."""

    reply: int
    """Number of the reply."""


@frozen
class ThinkStumbled:
    """A think provider made an error that is no end: the next provider is asked, or the reply goes on."""

    reply: int
    """Number of the reply."""

    code: str
    """Code of the warning."""

    reason: str
    """Reason, as it may be sent to the client."""


@frozen
class ThinkFailed:
    """No think provider gave a reply."""

    reply: int
    """Number of the reply that fails."""


@frozen
class SentenceVoiced:
    """A sentence was synthesized, and its audio follows."""

    reply: int
    """Number of the reply."""

    text: str
    """Text of the sentence. Personal."""


@frozen
class AudioSent:
    """A stretch of a reply's audio was sent."""

    reply: int
    """Number of the reply."""

    duration_s: float
    """Playing time in seconds."""


@frozen
class ReplyAudioSent:
    """All of a reply's audio was sent."""

    reply: int
    """Number of the reply."""


@frozen
class VoiceStumbled:
    """One voice failed; the next one is tried."""

    reply: int
    """Number of the reply."""

    reason: str
    """Reason, as it may be sent to the client."""


@frozen
class VoiceFailed:
    """No voice could speak a sentence."""

    reply: int
    """Number of the reply."""


@frozen
class DeadlineReached:
    """A deadline has come."""


Event: TypeAlias = (
    MessageReceived
    | NonsenseReceived
    | AudioReceived
    | SpeechBegan
    | SpeechEnded
    | WordsRecognized
    | HearingFailed
    | EntryChosen
    | SentenceThought
    | CallsThought
    | ThoughtEnded
    | ThinkStumbled
    | ThinkFailed
    | SentenceVoiced
    | AudioSent
    | ReplyAudioSent
    | VoiceStumbled
    | VoiceFailed
    | DeadlineReached
)
