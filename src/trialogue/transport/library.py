"""Part of trio-websocket that we use, and its faults: only this module imports it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

import h11
import trio_websocket
from wsproto.utilities import ProtocolError as WsprotoError

from trialogue.errors import ConnectionLost, RemoteProtocolError
from trialogue.values import frozen

LIBRARY_FAULTS = (
    WsprotoError,
    h11.ProtocolError,
    trio_websocket.ConnectionClosed,
    ValueError,
    AssertionError,
)
"""Errors that the library raises, undocumented, when peers misbehave, as by a ping after our Close."""

_PARSE_FAILURES = (1002, 1007)
"""Codes with which wsproto reports a frame that it cannot read."""

_TOO_BIG = "Exceeded maximum message size"
"""Beginning of the library's own reason for a close over a message of the peer; a peer's words never match.
"""


class Library(Protocol):
    """Part of `trio_websocket.WebSocketConnection` that we use."""

    @property
    def closed(self) -> trio_websocket.CloseReason | None:
        """Reason of its close; None while it is open."""
        ...

    @property
    def subprotocol(self) -> str | None:
        """Agreed subprotocol."""
        ...

    @property
    def handshake_headers(self) -> tuple[tuple[bytes, bytes], ...]:
        """The peer's headers."""
        ...

    async def get_message(self) -> str | bytes:
        """Wait for the next message; ConnectionClosed after the last."""
        ...

    async def ping(self, payload: bytes | None = None) -> None:
        """Send a ping, and wait for its pong."""
        ...

    async def aclose(self, code: int | None = 1000, reason: str | None = None) -> None:
        """Close, and wait for the peer to close."""
        ...


def forget_handshake(library: Library) -> None:
    """Free a connection's memory of its handshake, which is not needed any more."""
    handshake = getattr(getattr(library, "_wsproto", None), "handshake", None)
    for owner, name in (
        (library, "_initial_request"),
        (handshake, "_h11_connection"),
        (handshake, "_initiating_request"),
    ):
        if hasattr(owner, name):
            setattr(owner, name, None)


class Spawner(Protocol):
    """Part of a nursery that starts children."""

    def start_soon(self, async_fn: Callable[..., Awaitable[object]], /, *args: object) -> None:
        """Start a child."""
        ...


@frozen
class LibraryNursery:
    """Passed to the library as its nursery: it starts its reader there, and we see how the reader ends."""

    nursery: Spawner
    """Nursery in which the reader runs."""

    watch: Callable[[Callable[[], Awaitable[None]]], Awaitable[None]]
    """Function that runs the reader, and continues after it."""

    def start_soon(self, reader: Callable[[], Awaitable[None]]) -> None:
        """Start the reader under watch."""
        self.nursery.start_soon(self.watch, reader)


@frozen
class SocketEnding:
    """Ending of a socket."""

    message: str
    """Sentence about it, for people."""

    close_code: int = 1006
    """Close code of the websocket; 1006 without a Close frame."""

    reason: str = ""
    """Text of the Close frame, or of the fault found."""

    is_peer_fault: bool = False
    """Whether the peer broke the protocol."""

    def lost(self) -> ConnectionLost:
        """Exception for this ending, a new one each time."""
        lost = ConnectionLost(self.message, close_code=self.close_code, reason=self.reason)
        if self.is_peer_fault:
            lost.__cause__ = RemoteProtocolError(self.reason)
        return lost


def ending_of(closed: trio_websocket.CloseReason | None, *, has_sent_close: bool) -> SocketEnding:
    """Read the library's reason for its end; `has_sent_close` tells a peer's Close from a frame unread.

    The library answers each Close that it receives before it sets its reason, but sets 1002 or 1007 for
    a frame that it cannot read without sending anything.
    """
    if closed is None:
        return SocketEnding("the peer broke the protocol", is_peer_fault=True, reason="unexpected frame")
    code, reason = int(closed.code), closed.reason or ""
    if code == 1006:
        return SocketEnding("the connection ended without a Close frame")
    if code in _PARSE_FAILURES and not has_sent_close:
        return SocketEnding(f"the peer broke the protocol ({code})", code, reason, is_peer_fault=True)
    if code == 1009 and reason.startswith(_TOO_BIG):
        return SocketEnding("the peer sent a message longer than our limit", code, reason, is_peer_fault=True)
    return SocketEnding(f"the connection was closed ({code})", code, reason)
