"""Wire of one session, as its journal keeps it: nothing here is decided on."""

from __future__ import annotations

from typing import Literal, TypeAlias

from attrs import field

from trialogue.values import frozen

WireSide: TypeAlias = Literal["client", "server"]
"""Side that said something."""


@frozen
class WireOpened:
    """A client was let in."""

    request_id: str
    """Id of the session in `dg-request-id` and `Welcome`."""

    path: str
    """The path that was asked for."""

    query: str = ""
    """Query string of the address, behind the question mark."""


@frozen
class WireText:
    """A text message."""

    by: WireSide
    """Side that sent it."""

    text: str = field(repr=False)
    """Text on the wire, without secrets. Personal."""


@frozen
class WireSound:
    """A binary message."""

    by: WireSide
    """Side that sent it."""

    offset: int
    """Place in the side's file of sound at which it begins, in bytes."""

    size: int
    """Size in bytes."""


@frozen
class WireClosed:
    """The session is over."""

    code: int | None = None
    """The client's close code, 1006 for none; None where the server closed."""


WireFact: TypeAlias = WireOpened | WireText | WireSound | WireClosed
"""Everything that goes over a wire; a `match` over it ends in `assert_never`."""


@frozen
class WireRecord:
    """One fact of the wire, in its place."""

    seq: int
    """The total order of the journal."""

    at: float
    """Seconds since the session's upgrade, to the microsecond."""

    fact: WireFact
    """The fact."""
