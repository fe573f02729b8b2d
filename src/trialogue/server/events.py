"""Events of a conversation: everything its decisions may depend on, in the past tense."""

from __future__ import annotations

from typing import TypeAlias

from trialogue.server.think.ports import WantedCall
from trialogue.services.deepgram.messages import ClientMessage
from trialogue.values import frozen


@frozen
class MessageReceived:
    """The client sent a message that fits the protocol."""

    message: ClientMessage
    """As decoded; undeclared keys are kept in it."""

    old_names: tuple[str, ...] = ()
    """Fields that were sent by an old name, and read by their present one."""

    undeclared: tuple[str, ...] = ()
    """The first paths of keys that the protocol does not have."""


@frozen
class NonsenseReceived:
    """The client sent a text that fits no message."""

    path: str = "$"
    """The field at fault."""

    reason: str = ""
    """Reason, by types and names, never by values."""


@frozen
class AudioReceived:
    """The client sent a binary message."""

    audio: bytes
    """In the format that Settings declared."""


@frozen
class SpeechBegan:
    """The ear heard the user begin to speak."""


@frozen
class SpeechEnded:
    """The ear heard the user fall silent for as long as ends a turn; its words come next."""


@frozen
class WordsRecognized:
    """Words of the user since `SpeechBegan`."""

    text: str
    """Empty where nothing could be understood."""

    listen_s: float = 0.0
    """Seconds from the end of the turn to its words."""


@frozen
class HearingFailed:
    """Failure to listen: there are no engines, or nothing that they could hear."""

    reason: str
    """Fit for the wire."""

    code: str = "FAILED_TO_START_LISTENING"
    """The error's code."""


@frozen
class EntryChosen:
    """A script chose an entry."""

    reply: int
    """The reply that it belongs to."""

    entry: int
    """The entry's index in the script's list, from 0."""

    fault: str = ""
    """The name of the fault that strikes with it; empty for none."""


@frozen
class SentenceThought:
    """The think provider finished a sentence."""

    reply: int
    """The reply that it belongs to."""

    text: str
    """The sentence."""


@frozen
class CallsThought:
    """The think provider wants functions to be called."""

    reply: int
    """The reply that it belongs to."""

    calls: tuple[WantedCall, ...]
    """At least one."""


@frozen
class ThoughtEnded:
    """A pass of thinking came to its end."""

    reply: int
    """The reply that it belongs to."""


@frozen
class ThinkStumbled:
    """A think provider was at fault, and it goes on: the next provider is asked, or it hardly matters."""

    reply: int
    """The reply that it belongs to."""

    code: str
    """The warning's code."""

    reason: str
    """Fit for the wire."""


@frozen
class ThinkFailed:
    """No think provider gave a reply."""

    reply: int
    """The reply that there will not be."""


@frozen
class SentenceVoiced:
    """A sentence is sound now, and its audio follows."""

    reply: int
    """The reply that it belongs to."""

    text: str
    """The sentence."""


@frozen
class AudioSent:
    """A stretch of a reply's audio was sent."""

    reply: int
    """The reply that it belongs to."""

    duration_s: float
    """Playing time in seconds."""


@frozen
class ReplyAudioSent:
    """All of a reply's audio was sent."""

    reply: int
    """The reply."""


@frozen
class VoiceStumbled:
    """One voice failed; the next one is tried."""

    reply: int
    """The reply that it belongs to."""

    reason: str
    """Fit for the wire."""


@frozen
class VoiceFailed:
    """No voice could speak a sentence."""

    reply: int
    """The reply that it belongs to."""


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
