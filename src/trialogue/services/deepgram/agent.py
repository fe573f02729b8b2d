"""Deepgram's voice agent behind the port: what a session is asked for, and one connection of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import orjson
from attrs import evolve, field

from trialogue.errors import ConnectionLost, LocalProtocolError
from trialogue.model.commands import AnswerTool, Cue, Speak, Update
from trialogue.model.memory import ContextItem
from trialogue.services.deepgram import codes
from trialogue.services.deepgram.codec import decode_client, encode
from trialogue.services.deepgram.messages import (
    ClientMessage,
    CustomToThinkProvider,
    ForceEndTurn,
    FunctionCallResponse,
    InjectAgentMessage,
    InjectDynamicAgentMessage,
    InjectUserMessage,
    KeepAlive,
    Settings,
)
from trialogue.services.deepgram.session import ClientSession, SessionState
from trialogue.services.deepgram.terms import change_of, folded, restored, with_lines
from trialogue.services.facts import Due, Fact, Failed
from trialogue.services.port import CloseUserTurn, HandThrough, Message, Order, SpeakFreely, StayAlive
from trialogue.services.sound_terms import SessionTerms, SoundTerms
from trialogue.services.verdicts import Judgement
from trialogue.values import frozen

_PLAIN_RATE = 24_000


def settings_for(block: Mapping[str, object], sample_rate: int) -> Settings:
    """The first message of a session: `block` is the wire's `agent` object, sound is linear16 both ways."""
    sound = SoundTerms(sample_rate=sample_rate)
    return settings_on(block, SessionTerms(sound, sound))


def settings_on(agent: Mapping[str, object] | str, terms: SessionTerms) -> Settings:
    """The first message of a session on these terms; LocalProtocolError for what JSON cannot say."""
    hears, asked = terms.hears, _asked(terms)
    written = {
        "type": "Settings",
        "audio": {
            "input": {"encoding": hears.encoding, "sample_rate": hears.sample_rate},
            "output": _spoken(terms.speaks),
        },
        "agent": agent if isinstance(agent, str) else dict(agent),
        **{name: value for name, value in asked.items() if value is not None},
    }
    try:
        message = decode_client(orjson.dumps(written))
    except TypeError as error:
        raise LocalProtocolError(f"this is no agent: {error}") from None
    if not isinstance(message, Settings):
        raise LocalProtocolError("an agent block did not make Settings")
    return message


def _spoken(speaks: SoundTerms) -> dict[str, object]:
    """The wire's words for what the agent says; `none` is no container for compressed sound."""
    is_plain = SoundTerms(speaks.encoding).sample_width is not None
    container = speaks.container or ("none" if is_plain else None)
    written: dict[str, object] = {"encoding": speaks.encoding, "sample_rate": speaks.sample_rate}
    asked = {"container": container, "bitrate": speaks.bit_rate}
    return written | {name: value for name, value in asked.items() if value is not None}


def _asked(terms: SessionTerms) -> dict[str, object]:
    """The wire's words for all else; None for what it takes to be so by itself."""
    return {
        "tags": list(terms.tags) or None,
        "flags": None if terms.history else {"history": False},
        "experimental": terms.experimental or None,
        "mip_opt_out": terms.mip_opt_out or None,
    }


def agent_offer(block: Mapping[str, object], sample_rate: int) -> DeepgramAgent:
    """The offer of an agent object; RemoteProtocolError where it is none."""
    return DeepgramAgent(settings_for(block, sample_rate))


@frozen
class DeepgramAgent:
    """Offer of an agent's session at Deepgram (see `services.port.AgentOffer`)."""

    settings: Settings = field(repr=False)
    """The first message. Personal."""

    @property
    def sample_rate(self) -> int:
        """Samples a second."""
        given = self.settings.audio.input
        return _PLAIN_RATE if given is None else given.sample_rate

    def silence(self, seconds: float) -> bytes:
        """So much silence in the format of what it hears."""
        given = self.settings.audio.input
        terms = SoundTerms() if given is None else SoundTerms(given.encoding, given.sample_rate)
        return terms.silence(seconds)

    def changed(self, updates: Sequence[Update]) -> DeepgramAgent:
        """The offer with every change folded in."""
        return evolve(self, settings=folded(self.settings, updates))

    def change(self, update: Update, earlier: Sequence[Update]) -> list[Message]:
        """The message of one change; of `think` it is told with what it leaves out."""
        before = folded(self.settings, earlier) if update.part == "think" else self.settings
        return [encode(change_of(update, before))]

    def restored(self, context: Sequence[ContextItem]) -> DeepgramAgent:
        """The offer for an agent that remembers, and does not greet."""
        return evolve(self, settings=restored(self.settings, context))

    def with_lines(self, given: tuple[int, ...]) -> DeepgramAgent:
        """The offer, behind these entries of its script."""
        return evolve(self, settings=with_lines(self.settings, given))

    def open(self, now: float) -> DeepgramWire:
        """The state of a connection that is open now."""
        return DeepgramWire(self.settings, ClientSession(now))

    def judge(self, lost: ConnectionLost) -> Judgement:
        """Judge an end."""
        return codes.judge(lost)


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
        """The last `Error`."""
        return self._session.last_error

    @property
    def is_running(self) -> bool:
        """Whether the settings hold."""
        return self._session.state is SessionState.RUNNING

    @property
    def open_calls(self) -> tuple[str, ...]:
        """Ids of the calls that wait for our answer."""
        return self._session.open_calls

    def start(self, now: float) -> list[Message]:
        """The settings."""
        return [self._session.send(self._settings, now)]

    def hear(self, pcm: bytes, now: float) -> Message:
        """Sound, as it is."""
        return self._session.send_audio(pcm, now)

    def order(self, order: Order, now: float) -> list[Message]:
        """The message of an order."""
        return [self._session.send(_message(order), now)]

    def receive(self, data: Message, now: float) -> list[Fact]:
        """Facts of a message."""
        if isinstance(data, bytes):
            return self._session.receive_audio(data, now)
        return self._session.receive_text(data, now)

    def receive_close(self, code: int) -> list[Fact]:
        """Facts of the connection's end."""
        return self._session.receive_close(code)

    def next_deadline(self) -> float | None:
        """When something is due."""
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
