"""What the two ends of a socket in memory know of each other beside what they send: who listens there.

1. Sound can be given to whoever listens before its time, where a virtual clock leaps (`leaping`): what
   changes nothing for it need not be sent.
2. Where anything stands between the two ends (faults, other streams, a network) there is no such link, and
   all sound is sent.
"""

from __future__ import annotations

from typing import Protocol

from attrs import define

__all__ = ["Link", "Listener"]


class Listener(Protocol):
    """Takes sound before its time. Never waits."""

    def rests(self) -> bool:
        """Whether silence, however long, changes nothing here."""
        ...

    def foresee(self, audio: bytes) -> bool:
        """Take the next frame before its time; False where it must come in time, too."""
        ...

    def was_fed(self, audio: bytes, frames: int, at: float) -> None:
        """Note that so many frames, each as long as this, were taken so; the last was due at `at`."""
        ...


@define(eq=False)
class Link:
    """Shared by both ends."""

    listener: Listener | None = None
    """Who listens at the server's end; None before it does, and behind it."""
