"""Arrival of connections: waits at a door until the first bytes ask for an upgrade or for plain HTTP.

1. A connection without a complete request has a place at the door, not one of the connections. A full door
   refuses the one that has waited longest, so slow clients take no place from quick ones.
2. Bytes that are not HTTP are treated like an upgrade: the library knows how to answer.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import h11
import trio
from attrs import field

from trialogue.transport.http import HttpExchange, HttpRequest, HttpRules
from trialogue.transport.wire import MAX_HEAD_BYTES
from trialogue.values import frozen

_READ_BYTES = 64 * 1024


@frozen
class Upgrading:
    """A connection that asks for an upgrade, or sends something unreadable."""

    received: bytes = field(repr=False)
    """All bytes received."""

    request: HttpRequest | None = field(default=None, repr=False)
    """Head of the request; None where it is unreadable."""


async def arrive(stream: trio.abc.Stream, rules: HttpRules | None) -> Upgrading | HttpExchange:
    """Read the head of the first request of `stream`; the caller bounds how long that may take.

    Without `rules` there is no plain HTTP: everything asks for an upgrade.
    """
    protocol = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD_BYTES)
    received = bytearray()
    while True:
        try:
            event = protocol.next_event()
        except h11.RemoteProtocolError:
            return Upgrading(bytes(received))
        if isinstance(event, h11.Request):
            if rules is not None and not _asks_for_websocket(event):
                return HttpExchange(stream, protocol, _request_of(event), rules)
            return Upgrading(bytes(received), _request_of(event))
        if event is not h11.NEED_DATA:
            return Upgrading(bytes(received))
        data = bytes(await stream.receive_some(_READ_BYTES))
        received += data
        protocol.receive_data(data)


class Door:
    """Places for connections without a complete request."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._waiting: dict[object, trio.CancelScope] = {}

    def __repr__(self) -> str:
        return f"<Door: {len(self._waiting)} of {self._places} wait>"

    @contextmanager
    def waiting(self) -> Generator[trio.CancelScope]:
        """Wait at the door: the scope is cancelled where a newer connection needs the place."""
        if len(self._waiting) >= self._places:
            self._waiting.pop(next(iter(self._waiting))).cancel(reason="somebody newer needs the place")
        place = object()
        with trio.CancelScope() as scope:
            self._waiting[place] = scope
            try:
                yield scope
            finally:
                self._waiting.pop(place, None)


def _asks_for_websocket(request: h11.Request) -> bool:
    return any(
        name == b"upgrade" and value.strip().lower() == b"websocket" for name, value in request.headers
    )


def _request_of(request: h11.Request) -> HttpRequest:
    path, _, query = request.target.decode("latin-1").partition("?")
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers)
    return HttpRequest(request.method.decode("ascii").upper(), path, query, headers)
