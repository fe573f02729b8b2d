"""Link of the two ends of a socket in memory: the direct way of sound to a listener.

1. Sound can be given to a listener before its time, when a virtual clock jumps (`leaping`): sound that
   changes nothing for it need not be sent. So can the sound of an agent to the end that plays it.
2. Sound can be passed on directly, without a frame, if nothing is being sent before it.
3. If anything is between the two ends (faults, other streams, a network) there is no such link, and
   all sound is sent.
"""

from __future__ import annotations

from typing import Protocol

from attrs import field

from trialogue.values import define

__all__ = ["Link", "Listener", "Receiver", "Taker"]


class Listener(Protocol):
    """Listener that takes sound before its time. Never waits."""

    def rests(self) -> bool:
        """Whether silence of any length changes nothing here."""
        ...

    def foresee(self, audio: bytes) -> bool:
        """Take the next frame before its time; False where it must also come in its time."""
        ...

    def has_taken(self) -> None:
        """Note that the frame taken last is now past."""
        ...

    def was_fed(self, audio: bytes, frames: int, at: float) -> None:
        """Note that so many frames, each as long as this, are past; the last was due at `at`."""
        ...


class Taker(Protocol):
    """Taker of an agent's sound before its time. Never waits."""

    def untold_s(self) -> float:
        """Seconds of sound that cause no event here."""
        ...

    def take(self, audio: bytes, at: float) -> None:
        """Take the next sound, which is due at `at`."""
        ...


class Receiver(Protocol):
    """An open socket that receives sound directly from its other end."""

    def untold_s(self) -> float:
        """Seconds of sound that can come before their time."""
        ...

    def accept_early(self, message: bytes, at: float) -> None:
        """Take sound that is due at `at`, within `untold_s`."""
        ...

    def accept(self, message: bytes) -> bool:
        """Take sound after all that came before; False where it must come in a frame."""
        ...


@define(eq=False)
class Link:
    """Link, shared by both ends."""

    ends: dict[bool, Receiver] = field(factory=dict[bool, Receiver])
    """Both sockets, once open: the client's under True."""

    listener: Listener | None = None
    """Listener at the server's end; None before and after it listens."""

    taker: Taker | None = None
    """Taker of the agent's sound at the client's end; None before and after it takes any."""
