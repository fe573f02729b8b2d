"""One connection of an agent at Deepgram (see `services.port.AgentWire`)."""

from __future__ import annotations

from attrs import field

from trialogue.model.commands import AnswerTool, Cue, Speak
from trialogue.services.deepgram.messages import (
    ClientMessage,
    CustomToThinkProvider,
    ForceEndTurn,
    FunctionCallResponse,
    InjectAgentMessage,
    InjectDynamicAgentMessage,
    InjectUserMessage,
    KeepAlive,
)
from trialogue.services.deepgram.session import ClientSession, SessionState
from trialogue.services.deepgram.settings import Settings
from trialogue.services.facts import Due, Fact, Failed
from trialogue.services.port import CloseUserTurn, HandThrough, Message, Order, SpeakFreely, StayAlive
from trialogue.values import frozen

__all__ = ["DeepgramWire"]


@frozen
class DeepgramWire:
    """One connection of an agent (see `services.port.AgentWire`)."""

    _settings: Settings = field(repr=False)
    _session: ClientSession

    @property
    def request_id(self) -> str:
        """Id that the service gives the session."""
        return self._session.request_id

    @property
    def last_error(self) -> Failed | None:
        """Last `Error` of the service."""
        return self._session.last_error

    @property
    def is_running(self) -> bool:
        """Whether the settings are applied."""
        return self._session.state is SessionState.RUNNING

    @property
    def open_calls(self) -> tuple[str, ...]:
        """Ids of the calls that wait for our response."""
        return self._session.open_calls

    def start(self, now: float) -> list[Message]:
        """Message with the settings."""
        return [self._session.send(self._settings, now)]

    def hear(self, pcm: bytes, now: float) -> Message:
        """Message of sound: the bytes themselves."""
        return self._session.send_audio(pcm, now)

    def order(self, order: Order, now: float) -> list[Message]:
        """Message of an order."""
        return [self._session.send(_message(order), now)]

    def receive(self, data: Message, now: float) -> list[Fact]:
        """Facts in a message."""
        if isinstance(data, bytes):
            return self._session.receive_audio(data)
        return self._session.receive_text(data, now)

    def receive_sound(self, data: bytes) -> bytes | None:
        """Sound that is all of a message."""
        return self._session.receive_sound(data)

    def receive_close(self, code: int) -> list[Fact]:
        """Facts from the connection's end."""
        return self._session.receive_close(code)

    def next_deadline(self) -> float | None:
        """Next moment at which `tick` is to be called."""
        return self._session.next_deadline()

    def tick(self, now: float) -> list[Due]:
        """Actions that are due."""
        return self._session.tick(now)


def _message(order: Order) -> ClientMessage:
    match order:
        case Cue():
            return InjectUserMessage(content=order.text)
        case Speak():
            behavior = None if order.behavior == "default" else order.behavior
            return InjectAgentMessage(message=order.text, behavior=behavior)
        case AnswerTool():
            return FunctionCallResponse(id=order.call_id, name=order.tool, content=order.content)
        case SpeakFreely():
            behavior = None if order.behavior == "default" else order.behavior
            return InjectDynamicAgentMessage(behavior=behavior)
        case CloseUserTurn():
            return ForceEndTurn()
        case StayAlive():
            return KeepAlive()
        case HandThrough():
            return CustomToThinkProvider(content=order.content)
