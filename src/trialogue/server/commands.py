"""Commands of a conversation: everything that its connection may do."""

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
    """The message, as it is sent."""


@frozen
class OpenEarAndVoice:
    """Open the ear and the voice in the session's formats."""

    terms: Terms
    """Terms of the Settings."""


@frozen
class HearAudio:
    """Give audio to the ear."""

    audio: bytes
    """Audio in the session's input format."""


@frozen
class EndUserTurn:
    """Treat the user's turn as over, whatever the ear has detected."""


@frozen
class UseThink:
    """Think with these providers from the next pass on; one that stays keeps its place in its script."""

    think: tuple[ThinkTerms, ...]
    """Providers in the order of trying."""


@frozen
class BeginPass:
    """Begin a pass of thinking."""

    reply: int
    """Number of the reply."""

    request: ThinkRequest
    """Request that the pass answers."""


@frozen
class StopPass:
    """Stop the pass under way; the sentences that it gave are spoken."""


@frozen
class ReturnEntry:
    """Give an entry back to its script, as nothing of its reply was sent."""

    reply: int
    """Number of the reply."""


@frozen
class GoBack:
    """Move a script back over replies that were not heard."""

    count: int
    """Number of entries, the newest first."""


@frozen
class LetFaultStrike:
    """Trigger a fault on demand, if the server has faults."""

    fault: str
    """Name of the fault."""


@frozen
class SpeakSentence:
    """Speak a sentence after those ordered before."""

    reply: int
    """Number of the reply."""

    text: str
    """The sentence."""

    voices: tuple[str, ...]
    """Voices in the order of trying."""


@frozen
class FinishReply:
    """Report `ReplyAudioSent` once everything ordered for this reply is sent."""

    reply: int
    """Number of the reply."""


@frozen
class CutReply:
    """Stop thinking and speaking, and drop unsent audio."""

    reply: int
    """Number of the reply; later replies are not affected."""


@frozen
class Close:
    """Close the connection with an empty close frame, after everything sent before."""


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
    """Queue of commands that the connection has not taken yet."""

    def __init__(self) -> None:
        self._given: list[Command] = []

    def give(self, *commands: Command) -> None:
        """Append commands."""
        self._given += commands

    def send(self, *messages: ServerMessage) -> None:
        """Append commands to send these messages."""
        self._given += map(Send, messages)

    def warn(self, code: str, description: str) -> None:
        """Order a warning to be sent."""
        self.send(AgentWarning(code=code, description=description))

    def take(self) -> list[Command]:
        """Take all commands added since the last call."""
        taken, self._given = self._given, []
        return taken
