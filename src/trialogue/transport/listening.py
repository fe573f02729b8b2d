"""Connections of a listener, with a limit for each kind.

1. A connection without a complete request waits at a door; a full door refuses the one that has
   waited longest.
2. A full listener says so only to clients that would be accepted. So sockets are counted when they
   are accepted, and an unknown connection takes none of their places.
3. Plain requests have the same number of separate places.
4. A refused connection is told so, unless too many are being told already.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

import h11
import trio
from attrs import evolve, field

from trialogue.transport.accept import (
    STREAM_GONE,
    Accept,
    Reject,
    SocketService,
    UpgradeRequest,
    upgrade,
)
from trialogue.transport.arrival import Door, Upgrading, arrive
from trialogue.transport.direct import direct
from trialogue.transport.http import HttpExchange, HttpRequest
from trialogue.values import define, frozen


@frozen
class Crowd:
    """Limits of a listener's clients at a time."""

    sockets: int = 64
    """Most accepted sockets; the next client is told that the listener is full."""

    requests: int = 64
    """Most plain requests; the next one is told that the listener is full."""

    door: int = 256
    """Connections without a complete request, and the same number that are being refused."""


async def serve_websockets(
    welcome: Callable[[], SocketService],
    listeners: Sequence[trio.abc.Listener[trio.abc.Stream]],
    *,
    crowd: Crowd = Crowd(),
) -> None:
    """Serve each connection at `listeners`, until cancelled; `welcome` gives the service for each."""
    await trio.serve_listeners(_Reception(welcome, crowd).serve, list(listeners))


@define
class _Reception:
    """Connections of one listener."""

    welcome: Callable[[], SocketService]
    crowd: Crowd
    door: Door = field(init=False)
    sockets: int = field(default=0, init=False)
    requests: int = field(default=0, init=False)
    leaving: int = field(default=0, init=False)

    def __attrs_post_init__(self) -> None:
        self.door = Door(self.crowd.door)

    async def serve(self, stream: trio.abc.Stream) -> None:
        """Serve one connection to its end."""
        if not isinstance(stream, trio.SocketStream):
            await self._welcome(stream)
            return
        plain = direct(stream)
        try:
            await self._welcome(plain)
        finally:
            plain.close()

    async def _welcome(self, stream: trio.abc.Stream) -> None:
        service = self.welcome()
        try:
            await self._serve(service.through(stream), service)
        except Exception as crash:  # noqa: BLE001 a listener outlives its connections: told, not swallowed
            service.crashed(crash)

    async def _serve(self, stream: trio.abc.Stream, service: SocketService) -> None:
        deadline = trio.current_time() + service.accept.within_s
        arrival: Upgrading | HttpExchange | None = None
        with self.door.waiting() as scope, suppress(*STREAM_GONE):
            scope.deadline = deadline
            arrival = await arrive(stream, service.exchange if service.http else None)
        match arrival:
            case Upgrading():
                await self._upgrade(stream, service, arrival, deadline)
            case HttpExchange():
                await self._exchange(arrival, service)
            case None if scope.cancelled_caught and trio.current_time() < deadline:
                await self._turn_out(stream, service)
            case None:
                await trio.aclose_forcefully(stream)

    async def _upgrade(
        self, stream: trio.abc.Stream, service: SocketService, arrival: Upgrading, deadline: float
    ) -> None:
        held = 0

        def decide(request: UpgradeRequest) -> Accept | Reject:
            nonlocal held
            decided = service.decide(request)
            if isinstance(decided, Reject):
                return decided
            if self.sockets >= self.crowd.sockets:
                return service.full
            held = 1
            self.sockets += 1
            return decided

        try:
            await upgrade(stream, evolve(service, decide=decide), arrival, deadline)
        finally:
            self.sockets -= held

    async def _exchange(self, exchange: HttpExchange, service: SocketService) -> None:
        if service.http is None or self.requests >= self.crowd.requests:
            await exchange.turn_out(service.full.as_response())
            return
        self.requests += 1
        try:
            await exchange.serve(service.http)
        finally:
            self.requests -= 1

    async def _turn_out(self, stream: trio.abc.Stream, service: SocketService) -> None:
        if self.leaving >= self.crowd.door:
            await trio.aclose_forcefully(stream)
            return
        self.leaving += 1
        try:
            nobody = HttpRequest("GET", "/")
            exchange = HttpExchange(stream, h11.Connection(h11.SERVER), nobody, service.exchange)
            await exchange.turn_out(service.full.as_response())
        finally:
            self.leaving -= 1
