"""The websocket seam: the interface of a connection, whichever library implements it.

1. Sending never waits: `send_text` and `send_bytes` put into a bounded outbox and return.
2. One writer task per socket writes to the stream, so a cancelled caller cannot cut a frame in two.
3. When the outbox is full, audio drops its oldest, and text fails the socket.
4. The owner of the socket reads always; `receive` is the only call that waits for the peer.
5. Every end comes out of `receive` as one exception, `ConnectionLost`, with the close code.
"""

from __future__ import annotations

from typing import Protocol

from attrs import field

from trialogue.values import frozen


@frozen
class OutboxRules:
    """Limits of waiting messages; audio over its limit drops its oldest, text ends the socket."""

    max_frames: int = 256
    """Most binary messages that wait; at 20 ms a frame, about five seconds."""

    max_frame_bytes: int = 512 * 1024
    """Most bytes of waiting binary messages."""

    max_texts: int = 256
    """Most text messages that wait."""

    max_text_chars: int = 4 * 1024 * 1024
    """Most characters of waiting text messages."""


@frozen
class LivenessRules:
    """Times after which a silent peer is pinged, and after which it counts as gone."""

    ping_every_s: float = 5.0
    """Seconds between pings; at most one is in flight."""

    dead_after_s: float = 15.0
    """Seconds without a single byte received after which the connection is lost."""


@frozen
class SocketRules:
    """Limits of one socket, the same in both roles."""

    outbox: OutboxRules = OutboxRules()
    """Limits of waiting messages."""

    liveness: LivenessRules | None = LivenessRules()
    """Pings and their deadline; None switches both off."""

    send_within_s: float = 2.0
    """Seconds that one write to the stream may take before the socket is lost."""

    close_within_s: float = 2.0
    """Seconds that `aclose` may take: the outbox, the close handshake and the stream together."""

    max_message_size: int = 1024 * 1024
    """Most bytes of a received binary message, and characters of a text. More is answered by close 1009."""

    receive_queue: int = 256
    """Most received messages that wait; beyond it the peer's pings wait too, so receive them in time."""

    hands_over: bool = False
    """Whether sound goes directly to a peer in the same program, without a frame, where nothing is before it.
    """

    receive_buffer_bytes: int = 64 * 1024
    """Bytes asked of the stream at once; small values cost a message in several parts."""


DEFAULT_SOCKET_RULES = SocketRules()
"""Default rules."""


@frozen
class Handshake:
    """Handshake: the agreed terms of the connection."""

    path: str
    """Requested path, without the query."""

    subprotocol: str | None = None
    """The subprotocol that the server chose."""

    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """The peer's headers, names in lower case: the response's for a client, the request's for a server."""

    def header(self, name: str) -> str | None:
        """The first value of the header `name` (any case), or None."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key == wanted), None)


@frozen
class SocketStatistics:
    """Counters of one socket since it was opened."""

    messages_in: int
    """Messages handed out by `receive`."""

    messages_out: int
    """Messages given to the writer's stream."""

    bytes_in: int
    """Bytes read from the stream, handshake and framing included."""

    bytes_out: int
    """Bytes written to the stream, handshake and framing included."""

    frames_dropped: int
    """Binary messages dropped: the oldest of a full outbox, and all those sent after the end."""

    outbox_length: int
    """Messages that wait to be written."""

    ping_rtt_s: float | None
    """Seconds from the last answered ping to its pong; None before the first."""

    pings_in: int = 0
    """Pings of the peer."""


class WebSocket(Protocol):
    """One open connection, client or server side."""

    @property
    def handshake(self) -> Handshake:
        """Handshake: the agreed terms of the connection."""
        ...

    def send_text(self, text: str) -> None:
        """Put a text message into the outbox; never waits.

        Raises `ConnectionLost` if the socket has ended, or ends by this: a full outbox of text is fatal.
        """
        ...

    def send_bytes(self, frame: bytes) -> None:
        """Put a binary message into the outbox; never waits and never raises.

        A full outbox drops its oldest binary message; a socket that has ended drops this one. Both count.
        """
        ...

    async def receive(self) -> str | bytes:
        """Next message.

        Raises `ConnectionLost` once the socket has ended and all messages before are taken; its `close_code`
        is the peer's, 1005 for an empty close, 1006 for none, 1009 after a message that was too big. Where
        the peer broke the protocol, the `__cause__` is a `RemoteProtocolError` and the code is ours: 1002
        (framing) or 1007 (invalid UTF-8).
        """
        ...

    async def drain(self) -> None:
        """Wait until the outbox is written. Raises `ConnectionLost` if the socket ends before that."""
        ...

    async def aclose(self, code: int | None = 1000, reason: str = "") -> None:
        """Write waiting messages, close with `code` (None: an empty close), and wait for the peer's answer.

        Takes `SocketRules.close_within_s` at most; any task may call it, also repeatedly.
        """
        ...

    def statistics(self) -> SocketStatistics:
        """Counters so far."""
        ...
