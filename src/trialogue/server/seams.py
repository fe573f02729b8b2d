"""Seams between a connection and its client: hooks to observe, record, disturb or replace a session.

By default they do nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, Protocol, TypeAlias, TypeVar, runtime_checkable

import trio
from attrs import field

from trialogue.server.equipment import Equipment
from trialogue.transport.accept import Instead, UpgradeRequest
from trialogue.transport.http import HttpRequest, HttpResponse, Taken
from trialogue.transport.socket import WebSocket
from trialogue.values import frozen

__all__ = ["NOBODY", "Attend", "Converse", "ServerSeams", "Visitor", "alone"]

T = TypeVar("T")


@frozen
class Visitor:
    """Client that was admitted."""

    request_id: str
    """Id in `dg-request-id` and `Welcome`."""

    request: UpgradeRequest
    """Request of the client."""

    stream: trio.abc.Stream = field(repr=False)
    """Stream of the connection, as `ServerSeams.through` gave it."""


Converse: TypeAlias = Callable[[WebSocket], Awaitable[None]]
"""Function that serves the other end of a socket until either side closes it."""


class Attend(Protocol):
    """Hook for one session, from its upgrade to its end."""

    async def __call__(self, visitor: Visitor, socket: WebSocket, converse: Converse, /) -> None:
        """Let `converse` serve the socket, or another one in its place; or serve it without `converse`."""
        ...


async def alone(_: Visitor, socket: WebSocket, converse: Converse) -> None:
    """Serve the client without any hook."""
    await converse(socket)


def answer_nothing(_: HttpRequest) -> None:
    """Leave every plain request to the server."""


@runtime_checkable
class StrikableSocket(Protocol):
    """Socket that can carry faults on demand."""

    def strike(self, name: str, /) -> None:
        """Trigger a fault, as the entry of a script asks."""
        ...


def nobody(_: bytes) -> None:
    """Leave the request to the server."""


def as_it_is(thing: T) -> T:
    """The same object."""
    return thing


@frozen
class ServerSeams:
    """Hooks of one server, for all its connections."""

    attend: Attend = alone
    """Hook of each session."""

    through: Callable[[trio.abc.Stream], trio.abc.Stream] = as_it_is
    """Function that wraps each connection's stream before its upgrade is read."""

    equip: Callable[[Equipment], Equipment] = as_it_is
    """Function that gives each session's equipment, from that of the server."""

    http: Callable[[HttpRequest], Taken | HttpResponse | None] = answer_nothing
    """Responder for plain requests before the server; None leaves a request to the server."""

    instead: Callable[[bytes], Instead | None] = nobody
    """Responder for requests to upgrade before the server; None leaves a request to the server."""


NOBODY: Final = ServerSeams()
"""Seams that do nothing."""
