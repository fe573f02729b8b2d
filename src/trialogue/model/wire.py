"""What went over the wire of one session, as its journal keeps it: nothing here is decided on."""

from __future__ import annotations

from typing import Literal, TypeAlias

from attrs import field, frozen

WireSide: TypeAlias = Literal["client", "server"]
"""Who said something."""


@frozen
class WireOpened:
    """A client was let in."""

    request_id: str
    """What the session is called in `dg-request-id` and `Welcome`."""

    path: str
    """The path that was asked for."""

    query: str = ""
    """What followed the question mark."""


@frozen
class WireText:
    """A text message."""

    by: WireSide
    """Who sent it."""

    text: str = field(repr=False)
    """As it was on the wire, without secrets. Personal."""


@frozen
class WireSound:
    """A binary message."""

    by: WireSide
    """Who sent it."""

    offset: int
    """Where in the side's file of sound it begins, in bytes."""

    size: int
    """How many bytes it has."""


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
