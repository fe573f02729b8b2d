"""What a listening session tells the actor that owns it: facts in our own words, not in the service's."""

from __future__ import annotations

from typing import Literal, TypeAlias

from attrs import field, frozen

from trialogue.deepgram.events import (
    Closed,
    Failed,
    Malformed,
    Ready,
    Timeout,
    Transmit,
    Unknown,
    Updated,
    Warned,
)

__all__ = ["ChangeRefused", "ListenDue", "ListenEvent", "Stage", "TransmitSound", "Understood"]

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
    """Where its first word begins, on the axis of `at` in `ListenSession.hear`."""

    end_s: float
    """Where its last word ends. Begin and end are the same place where the service gives no times."""

    stage: Stage
    """Whether the words may still change."""

    trigger: str = ""
    """What ended it, of a final one: `model`, `timeout`, `manual`, `lost` (ours), or a newer one."""

    languages: tuple[str, ...] = ()
    """Which languages it heard, where it says so."""


@frozen
class ChangeRefused:
    """A change of the session was refused; all stays as it was."""

    code: str
    """The service's code; may be empty."""

    text: str
    """The service's words; may be empty."""


def _size(data: bytes) -> str:
    return f"<{len(data)} bytes>"


@frozen
class TransmitSound:
    """Send this sound now: silence, where nobody feeds the session."""

    data: bytes = field(repr=_size)
    """In the session's format."""


ListenEvent: TypeAlias = (
    Ready | Understood | Updated | ChangeRefused | Warned | Failed | Closed | Unknown | Malformed
)
"""All that messages and a close can tell."""

ListenDue: TypeAlias = Transmit | TransmitSound | Understood | Timeout
"""All that the passing of time can bring; after a Timeout the session is closed."""
