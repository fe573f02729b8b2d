"""Commands of a conversation: everything that its connection may do, in the imperative."""

from __future__ import annotations

from typing import TypeAlias

from trialogue.server.terms import Terms
from trialogue.server.think.ports import ThinkRequest
from trialogue.server.think.terms import ThinkTerms
from trialogue.services.deepgram.messages import AgentWarning, ServerMessage
from trialogue.values import frozen


@frozen
class Send:
    """Send a message to the client."""

    message: ServerMessage
    """As it goes over the wire."""


@frozen
class OpenEarAndVoice:
    """Open the ear and the voice in the session's formats."""

    terms: Terms
    """Terms of the Settings."""


@frozen
class HearAudio:
    """Give audio to the ear."""

    audio: bytes
    """In the session's input format."""


@frozen
class EndUserTurn:
    """Hold the user's turn to be over, whatever the ear thinks."""


@frozen
class UseThink:
    """Think with these from the next pass on; the same ones as before keep their place."""

    think: tuple[ThinkTerms, ...]
    """In the order of asking."""


@frozen
class BeginPass:
    """Begin a pass of thinking."""

    reply: int
    """The reply that it is for."""

    request: ThinkRequest
    """Request that it may depend on."""


@frozen
class StopPass:
    """Stop the pass under way; what it has said is spoken."""


@frozen
class ReturnEntry:
    """Let a script have back the entry of a reply of which nothing was sent."""

    reply: int
    """The reply."""


@frozen
class GoBack:
    """Let a script go back over replies that were not heard."""

    count: int
    """Number of entries, the newest first."""


@frozen
class LetFaultStrike:
    """Let a fault on demand strike, where there are any."""

    fault: str
    """Its name."""


@frozen
class SpeakSentence:
    """Say a sentence after those that were ordered before."""

    reply: int
    """The reply that it belongs to."""

    text: str
    """The sentence."""

    voices: tuple[str, ...]
    """In the order of trying."""


@frozen
class FinishReply:
    """Say `ReplyAudioSent` when all that was ordered of this reply is sent."""

    reply: int
    """The reply."""


@frozen
class CutReply:
    """Stop thinking and speaking, and drop what is unsent."""

    reply: int
    """The reply; later ones are not touched."""


@frozen
class Close:
    """Close the connection with an empty close frame, after what was sent."""


Command: TypeAlias = (
    Send
    | OpenEarAndVoice
    | HearAudio
    | EndUserTurn
    | UseThink
    | BeginPass
    | StopPass
    | ReturnEntry
    | GoBack
    | LetFaultStrike
    | SpeakSentence
    | FinishReply
    | CutReply
    | Close
)


class Orders:
    """Commands that were given and not taken yet, in their order."""

    def __init__(self) -> None:
        self._given: list[Command] = []

    def give(self, *commands: Command) -> None:
        """Order these, behind what was ordered before."""
        self._given += commands

    def send(self, *messages: ServerMessage) -> None:
        """Order these messages to be sent."""
        self._given += map(Send, messages)

    def warn(self, code: str, description: str) -> None:
        """Order a warning to be sent."""
        self.send(AgentWarning(code=code, description=description))

    def take(self) -> list[Command]:
        """Everything that was ordered since the last call."""
        taken, self._given = self._given, []
        return taken
