"""Seams between a connection and its client, at which others look on, record, strike or replace.

Without them nothing here is in the way.
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
    """One client that was let in."""

    request_id: str
    """Id, as `dg-request-id` and `Welcome` say it."""

    request: UpgradeRequest
    """Request of the visitor."""

    stream: trio.abc.Stream = field(repr=False)
    """Stream that carries it, as `ServerSeams.through` gave it."""


Converse: TypeAlias = Callable[[WebSocket], Awaitable[None]]
"""Is the service at the other end of a socket, until either side closes it."""


class Attend(Protocol):
    """Attends one visit, from its upgrade to its end."""

    async def __call__(self, visitor: Visitor, socket: WebSocket, converse: Converse, /) -> None:
        """Let `converse` use the socket, or one in its place; or use it otherwise, and never call that."""
        ...


async def alone(_: Visitor, socket: WebSocket, converse: Converse) -> None:
    """Leave the server alone with its client."""
    await converse(socket)


def answer_nothing(_: HttpRequest) -> None:
    """Leave every plain request to the server."""


@runtime_checkable
class StrikableSocket(Protocol):
    """A socket in front of which faults on demand stand."""

    def strike(self, name: str, /) -> None:
        """Let a fault strike, as the entry of a script asks."""
        ...


def nobody(_: bytes) -> None:
    """Let the server answer."""


def as_it_is(thing: T) -> T:
    """Give back what was given."""
    return thing


@frozen
class ServerSeams:
    """Seams of one server, for all its connections."""

    attend: Attend = alone
    """Attends each visit."""

    through: Callable[[trio.abc.Stream], trio.abc.Stream] = as_it_is
    """Function that each connection's stream is put through, before its upgrade is read."""

    equip: Callable[[Equipment], Equipment] = as_it_is
    """Equipment that each visit is served with, given what the server was opened with."""

    http: Callable[[HttpRequest], Taken | HttpResponse | None] = answer_nothing
    """Decides on plain requests before the server does; None leaves one to it."""

    instead: Callable[[bytes], Instead | None] = nobody
    """Function that answers in the server's place, by what was read of a request for an upgrade; None where
    it does.
    """


NOBODY: Final = ServerSeams()
"""Nobody is in the way."""
