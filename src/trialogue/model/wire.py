"""Protocol messages of one session, as its journal keeps them; no decision depends on them."""

from __future__ import annotations

from typing import Literal, TypeAlias

from attrs import field

from trialogue.values import frozen

WireSide: TypeAlias = Literal["client", "server"]
"""Side that sent something."""


@frozen
class WireOpened:
    """A client was admitted."""

    request_id: str
    """Id of the session in `dg-request-id` and `Welcome`."""

    path: str
    """Requested path."""

    query: str = ""
    """Query string of the address, without the question mark."""


@frozen
class WireText:
    """Text message."""

    by: WireSide
    """Side that sent it."""

    text: str = field(repr=False)
    """Text as sent, without secrets. Personal."""


@frozen
class WireSound:
    """Binary message."""

    by: WireSide
    """Side that sent it."""

    offset: int
    """Its beginning in the side's file of sound, in bytes."""

    size: int
    """Size in bytes."""


@frozen
class WireClosed:
    """The session is over."""

    code: int | None = None
    """The client's close code, 1006 for none; None where the server closed."""


WireFact: TypeAlias = WireOpened | WireText | WireSound | WireClosed
"""Every protocol fact; a `match` over it ends in `assert_never`."""


@frozen
class WireRecord:
    """Protocol fact, in its place."""

    seq: int
    """Number in the journal's total order."""

    at: float
    """Seconds since the session's upgrade, to the microsecond."""

    fact: WireFact
    """Fact."""
