"""Deepgram's voice agent behind the port: the offer of a session.

An offer is also made to check whether a scenario's settings can be written. The parts that only a session
needs, its messages and their changes, are loaded when one is opened or changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import evolve, field

from trialogue.errors import ConnectionLost
from trialogue.services.close_codes import Classification
from trialogue.services.deepgram import codes
from trialogue.services.deepgram.first_message import settings_for, settings_on
from trialogue.services.deepgram.settings import Settings
from trialogue.services.sound_terms import SoundTerms
from trialogue.values import frozen

if TYPE_CHECKING:
    from trialogue.model.commands import Update
    from trialogue.model.memory import ContextItem, ScriptStand
    from trialogue.services.deepgram.agent_wire import DeepgramWire
    from trialogue.services.port import Message

__all__ = ["DeepgramAgent", "agent_offer", "settings_for", "settings_on"]

_PLAIN_RATE = 24_000


def agent_offer(block: Mapping[str, object], sample_rate: int) -> DeepgramAgent:
    """Offer of an agent object; RemoteProtocolError for an invalid one."""
    return DeepgramAgent(settings_for(block, sample_rate))


@frozen
class DeepgramAgent:
    """Offer of an agent's session at Deepgram (see `services.port.AgentOffer`)."""

    settings: Settings = field(repr=False)
    """First message of the session. Personal."""

    @property
    def sample_rate(self) -> int:
        """Samples a second."""
        given = self.settings.audio.input
        return _PLAIN_RATE if given is None else given.sample_rate

    def silence(self, seconds: float) -> bytes:
        """Silence of so many seconds in the input format."""
        given = self.settings.audio.input
        terms = SoundTerms() if given is None else SoundTerms(given.encoding, given.sample_rate)
        return terms.silence(seconds)

    def changed(self, updates: Sequence[Update]) -> DeepgramAgent:
        """Offer with all changes applied."""
        from trialogue.services.deepgram.terms import folded  # noqa: PLC0415 - see the module's docstring

        return evolve(self, settings=folded(self.settings, updates))

    def change(self, update: Update, earlier: Sequence[Update]) -> list[Message]:
        """Message of one change; for `think` it includes the parts that the change leaves out."""
        from trialogue.services.deepgram.codec import encode  # noqa: PLC0415 - see the module's docstring
        from trialogue.services.deepgram.terms import change_of, folded  # noqa: PLC0415 - see the module's docstring

        before = folded(self.settings, earlier) if update.part == "think" else self.settings
        return [encode(change_of(update, before))]

    def restored(self, context: Sequence[ContextItem]) -> DeepgramAgent:
        """Offer for an agent that remembers the meeting, and does not greet."""
        from trialogue.services.deepgram.terms import restored  # noqa: PLC0415 - see the module's docstring

        return evolve(self, settings=restored(self.settings, context))

    def with_lines(self, stand: ScriptStand) -> DeepgramAgent:
        """Offer with the place of its script."""
        from trialogue.services.deepgram.terms import with_lines  # noqa: PLC0415 - see the module's docstring

        return evolve(self, settings=with_lines(self.settings, stand))

    def open(self, now: float) -> DeepgramWire:
        """Protocol state of a connection that has just opened."""
        from trialogue.services.deepgram.agent_wire import DeepgramWire  # noqa: PLC0415 - see the module's docstring
        from trialogue.services.deepgram.session import ClientSession  # noqa: PLC0415 - likewise

        return DeepgramWire(self.settings, ClientSession(now))

    def classify(self, lost: ConnectionLost) -> Classification:
        """Classification of an end."""
        return codes.classify(lost)
