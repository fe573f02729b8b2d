"""Deepgram's speech to text behind the port: the offer of an ear, and one connection of it."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from attrs import evolve, field

from trialogue.errors import ConnectionLost
from trialogue.services.close_codes import Classification
from trialogue.services.deepgram import codes
from trialogue.services.deepgram.listen import ListenSession, ListenSettings, ListenState
from trialogue.services.facts import EarDue, EarFact, Failed
from trialogue.services.port import Header, Message
from trialogue.values import frozen


@frozen
class DeepgramEar:
    """Offer of an ear's session at Deepgram (see `services.port.EarOffer`)."""

    settings: ListenSettings = field(repr=False)
    """Settings of the session. Personal."""

    @property
    def sample_rate(self) -> int:
        """Samples a second."""
        return self.settings.sample_rate

    def at_rate(self, sample_rate: int) -> DeepgramEar:
        """Offer for sound of another rate."""
        return evolve(self, settings=evolve(self.settings, sample_rate=sample_rate))

    def address(self, url: str) -> str:
        """Address, which holds all settings."""
        return self.settings.url(_for_listening(url))

    def open(self, header: Header) -> DeepgramEarWire:
        """Protocol state of a connection."""
        return DeepgramEarWire(ListenSession(self.settings), header("dg-request-id") or "")

    def classify(self, lost: ConnectionLost) -> Classification:
        """Classification of an end."""
        return codes.classify(lost)


def _for_listening(url: str) -> str:
    """Address at which ears are reached: only Deepgram's agents have a host of their own."""
    parts = urlsplit(url)
    host = parts.netloc.removeprefix("agent.")
    is_deepgrams = host != parts.netloc and f".{host}".endswith(".deepgram.com")
    return urlunsplit(parts._replace(netloc=f"api.{host}")) if is_deepgrams else url


@frozen
class DeepgramEarWire:
    """One connection of an ear (see `services.port.EarWire`)."""

    _session: ListenSession
    _named: str
    """Name that the handshake's response gave it."""

    @property
    def request_id(self) -> str:
        """Id that the service gives the session."""
        return self._session.request_id

    @property
    def last_error(self) -> Failed | None:
        """Last `Error` of the service."""
        return self._session.last_error

    @property
    def is_listening(self) -> bool:
        """Whether sound may flow."""
        return self._session.state is ListenState.LISTENING

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self._session.state is ListenState.CLOSED

    @property
    def utterances(self) -> int:
        """Number of utterances."""
        return self._session.utterances.count

    @property
    def is_inside(self) -> bool:
        """Whether an utterance is open."""
        return self._session.utterances.open is not None

    def start(self, now: float) -> list[EarFact]:
        """Facts from the open socket."""
        return self._session.start(now, self._named)

    def hear(self, pcm: bytes, now: float, at: float) -> Message:
        """Message of sound: the bytes themselves."""
        return self._session.hear(pcm, now, at)

    def end_utterance(self, now: float) -> list[Message]:
        """Message that ends the open utterance."""
        return [self._session.end_utterance(now)]

    def finish(self, now: float) -> list[Message]:
        """Messages that end the session."""
        return [*self._session.finish(now)]

    def receive(self, data: Message, now: float) -> list[EarFact]:
        """Facts in a message."""
        if isinstance(data, bytes):
            return self._session.receive_audio(data)
        return self._session.receive_text(data, now)

    def receive_close(self, code: int, now: float) -> list[EarFact]:
        """Facts from the connection's end."""
        return self._session.receive_close(code, now)

    def next_deadline(self) -> float | None:
        """Next moment at which `tick` is to be called."""
        return self._session.next_deadline()

    def tick(self, now: float) -> list[EarDue]:
        """Actions that are due."""
        return self._session.tick(now)
