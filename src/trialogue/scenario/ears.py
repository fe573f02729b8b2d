"""Settings of a person's ear: its service, and the offer of its sessions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import attrs
from attrs import field

from trialogue.scenario.schema import AgentKeys, Document
from trialogue.scenario.variables import reveal
from trialogue.scenario.vocabulary import TEXT, Seat
from trialogue.services import EMBEDDED, service_of
from trialogue.values import frozen

if TYPE_CHECKING:
    from trialogue.services.keys import ListenStage
    from trialogue.services.port import EarOffer


@frozen
class EarSpec:
    """Connection settings of one person's ear."""

    via: str
    """Service of the ear."""

    offer: EarOffer = field(repr=False)
    """Offer of the ear, without the rate of the meeting's sound. Has `${env:...}` references, which are
    resolved (`revealed`) when it dials. Personal.
    """

    listen: ListenStage | None = field(default=None, repr=False, eq=False)
    """Written keys of the ear. Personal."""

    @property
    def keys(self) -> dict[str, object]:
        """Written keys of the ear by their names. Personal."""
        return {} if self.listen is None else attrs.asdict(self.listen, recurse=False)

    def revealed(self, environment: Mapping[str, str]) -> EarOffer:
        """Offer with the values from the environment; `SetupError` names a variable that is not set."""
        if self.listen is None:
            return self.offer
        told = reveal(self.keys, environment)
        return service_of(self.via).keys.ear(attrs.evolve(cast("Any", self.listen), **told))


def has_ear(seat: AgentKeys) -> bool:
    """Whether the seat has an ear: a person with sound."""
    return seat.is_person and seat.via != TEXT and seat.role is not Seat.OBSERVER


def ear_of(document: Document, name: str) -> EarSpec | None:
    """Ear of a person in a completed document; None for a person without sound."""
    seat, via = document.cast[name], ears_at(document)
    return EarSpec(via, service_of(via).keys.ear(seat.listen), seat.listen) if has_ear(seat) else None


def ears_at(document: Document) -> str:
    """Service of all ears: that of the first agent."""
    first = next((seat for seat in document.cast.values() if not seat.is_person), None)
    return first.via if first is not None and isinstance(first.via, str) else EMBEDDED


def unheard_keys(document: Document, seat: AgentKeys) -> tuple[str, ...]:
    """Keys of a person's `listen` that an ear does not use."""
    if seat.listen is None:
        return ()
    written = attrs.asdict(seat.listen, recurse=False, filter=lambda _, item: item is not None)
    is_deaf = isinstance(seat.via, str) and not has_ear(seat)
    heard = service_of(ears_at(document)).keys.ear_keys
    return tuple(key for key in written if is_deaf or key not in heard)
