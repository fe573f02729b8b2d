"""Acceptance: from a stream to an open socket or an answered request; the caller decides on each.

1. A function without I/O decides which clients are accepted, and with which subprotocol.
2. One connection's crash is reported and closes that connection with 1011; the others continue.
3. Everything that a client can occupy is bounded: connections, handshake time and size, message size.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Final, cast

import trio
import trio_websocket
from attrs import field

from trialogue.errors import ConnectionLost
from trialogue.transport.arrival import Upgrading, arrive
from trialogue.transport.connection import HandshakeEnded, WireSocket
from trialogue.transport.http import (
    DEFAULT_HTTP_RULES,
    DecideHttp,
    HttpExchange,
    HttpRequest,
    HttpResponse,
    HttpRules,
)
from trialogue.transport.incoming import MOST_JOINED
from trialogue.transport.library import Library, LibraryNursery, SocketEnding
from trialogue.transport.lifetime import background, open_for_messages
from trialogue.transport.socket import DEFAULT_SOCKET_RULES, Handshake, SocketRules, WebSocket
from trialogue.transport.upgrade import read_host
from trialogue.values import frozen

STREAM_GONE: Final = (trio.BrokenResourceError, trio.ClosedResourceError)
"""Errors of a stream whose peer has gone."""


@frozen
class UpgradeRequest:
    """A client's request for an upgrade."""

    path: str
    """Path, without the query."""

    query: str = ""
    """Query string, without the question mark, undecoded."""

    host: str | None = None
    """The `Host` header."""

    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """The other headers, names in lower case; a key may be among them."""

    subprotocols: tuple[str, ...] = field(default=(), repr=False)
    """Subprotocols that the client offers, in its order; a browser sends its key in this way."""

    def header(self, name: str) -> str | None:
        """The first value of the header `name` (any case), or None."""
        return Handshake(self.path, headers=self.headers).header(name)


@frozen
class Accept:
    """Decision to accept the client."""

    subprotocol: str | None = None
    """Subprotocol, one of those offered."""

    headers: tuple[tuple[str, str], ...] = ()
    """Further headers of the response."""


@frozen
class Reject:
    """Decision to refuse the client."""

    status: int
    """HTTP status, 300 to 599."""

    headers: tuple[tuple[str, str], ...] = ()
    """Further headers of the response."""

    body: bytes = b""
    """Body of the response."""

    def as_response(self) -> HttpResponse:
        """The refusal as a response to a plain request."""
        return HttpResponse(self.status, self.headers, self.body)


Decide = Callable[[UpgradeRequest], Accept | Reject]
"""Function that decides on a request; no I/O."""

Converse = Callable[[WebSocket, UpgradeRequest], Awaitable[None]]
"""Function that uses an accepted socket; the socket is closed when it returns."""


@frozen
class AcceptRules:
    """Limits of accepting."""

    within_s: float = 10.0
    """Seconds from the first byte of a connection to the end of its upgrade."""


def accept_all(_request: UpgradeRequest) -> Accept | Reject:
    """Accept every client."""
    return Accept()


Instead = Callable[[trio.abc.Stream], Awaitable[None]]
"""Function that takes over the connection of an accepted client after its request was read, to its end."""


def _nobody(_received: bytes) -> Instead | None:
    return None


def _as_it_is(stream: trio.abc.Stream) -> trio.abc.Stream:
    return stream


def _raised(crash: Exception) -> None:
    raise crash


@frozen
class SocketService:
    """Service of a listener, and its limits."""

    converse: Converse
    """Function that uses each accepted socket."""

    decide: Decide = accept_all
    """Function that decides on each request."""

    full: Reject = Reject(429, headers=(("retry-after", "1"),))
    """Response of a full listener to a client that it would accept."""

    crashed: Callable[[Exception], None] = _raised
    """Function that gets a connection's exception; the default raises it, which ends the listener."""

    accept: AcceptRules = AcceptRules()
    """Limits of accepting."""

    rules: SocketRules = DEFAULT_SOCKET_RULES
    """Limits of each socket."""

    instead: Callable[[bytes], Instead | None] = _nobody
    """Responder in the server's place, given the bytes read of a request to upgrade; None leaves it to the
    server. It is used only for clients that are accepted.
    """

    through: Callable[[trio.abc.Stream], trio.abc.Stream] = _as_it_is
    """Function that wraps the connection's stream before anything is read from it."""

    http: DecideHttp | None = None
    """Function that decides on plain requests; without it, a request without an upgrade is answered by 400.
    """

    exchange: HttpRules = DEFAULT_HTTP_RULES
    """Limits of each plain request."""


async def serve_websocket(stream: trio.abc.Stream, service: SocketService) -> None:
    """Serve one connection over `stream`, from its request to its end.

    A client that goes away is no error. What `converse` raises otherwise closes the socket with 1011 and
    is raised from here, bare.
    """
    stream, started_at = service.through(stream), trio.current_time()
    arrival: Upgrading | HttpExchange | None = None
    with trio.move_on_after(service.accept.within_s), suppress(*STREAM_GONE):
        arrival = await arrive(stream, service.exchange if service.http else None)
    match arrival:
        case Upgrading():
            await upgrade(stream, service, arrival, started_at + service.accept.within_s)
        case HttpExchange() if service.http is not None:
            await arrival.serve(service.http)
        case _:
            await trio.aclose_forcefully(stream)


async def upgrade(
    stream: trio.abc.Stream, service: SocketService, arrival: Upgrading, deadline: float
) -> None:
    """Serve a connection whose first bytes have come: upgraded by `deadline`, on trio's clock, or never."""
    decide = service.decide
    instead = None if arrival.request is None else service.instead(arrival.received)
    if arrival.request is not None and instead is not None:
        decided = decide(_asked(arrival.request))
        if isinstance(decided, Accept):
            await instead(stream)
            return
        decide = partial(_as_decided, decided)
    async with background() as nursery:
        socket = WireSocket(stream, service.rules, is_client=False)
        socket.wire.unread = arrival.received
        nursery.start_soon(socket.run_writer)
        request: UpgradeRequest | None = None
        with trio.move_on_at(deadline), suppress(HandshakeEnded):
            request = await _greet(nursery, socket, decide)
        if request is None:
            await _turn_away(socket)
            return
        async with open_for_messages(nursery, socket):
            await _converse(socket, request, service.converse)


def _asked(head: HttpRequest) -> UpgradeRequest:
    """Request to upgrade, before the library has read it."""
    offered = (value.split(",") for name, value in head.headers if name == "sec-websocket-protocol")
    subprotocols = tuple(word.strip() for words in offered for word in words)
    return UpgradeRequest(head.path, head.query, head.host, head.headers, subprotocols)


def _as_decided(decided: Accept | Reject, _: UpgradeRequest) -> Accept | Reject:
    return decided


async def _greet(nursery: trio.Nursery, socket: WireSocket, decide: Decide) -> UpgradeRequest | None:
    """Read the request, decide, answer; None if the client was refused."""
    rules = socket.rules
    wrap = partial(
        trio_websocket.wrap_server_stream,
        cast("trio.Nursery", LibraryNursery(nursery, socket.run_reader)),
        socket.wire,
        message_queue_size=min(rules.receive_queue, MOST_JOINED),
        max_message_size=rules.max_message_size,
        receive_buffer_size=rules.receive_buffer_bytes,
    )
    proposal = await socket.shake(wrap)
    request = _request_of(proposal, bytes(socket.wire.head or b""))
    match decide(request):
        case Accept() as accepted:
            answer = partial(
                proposal.accept, subprotocol=accepted.subprotocol, extra_headers=_to_bytes(accepted.headers)
            )
            library = cast("Library", await socket.shake(answer))
            socket.open(library, Handshake(request.path, library.subprotocol, request.headers))
            return request
        case Reject() as rejected:
            headers = _to_bytes(rejected.headers)
            await proposal.reject(rejected.status, extra_headers=headers, body=rejected.body)
            return None


async def _turn_away(socket: WireSocket) -> None:
    """Let a response be written and read, if there is one; then close."""
    socket.finish(SocketEnding("the handshake was not made"), is_lingering=True)
    await socket.aclose()


async def _converse(socket: WireSocket, request: UpgradeRequest, converse: Converse) -> None:
    try:
        with suppress(ConnectionLost):
            await converse(socket, request)
    except Exception:
        with trio.move_on_after(socket.rules.close_within_s, shield=True):
            await socket.aclose(1011)
        raise


def _request_of(proposal: trio_websocket.WebSocketRequest, head: bytes) -> UpgradeRequest:
    path, _, query = proposal.path.partition("?")
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in proposal.headers)
    return UpgradeRequest(path, query, read_host(head), headers, tuple(proposal.proposed_subprotocols))


def _to_bytes(headers: tuple[tuple[str, str], ...]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
