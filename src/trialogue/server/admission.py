"""Admission of clients: by the name that was dialled, the page that asks, and the key or token that is shown.

1. Without a key of our own everybody is let in, whatever they show; only a token of ours that has expired
   is not, as at the hosted service.
2. With one, `Token` (or the subprotocol `token`) wants the key, `Bearer` (`bearer`) a granted token.
3. Without a key, `Host` and `Origin` must be this machine's, the address that is bound, or a name that the
   operator allows: a page in somebody's browser cannot come in by another name. Who shows a key is no such
   page, so with a key any name will do.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from enum import Enum
from itertools import pairwise
from ssl import SSLContext
from typing import Final, Protocol
from urllib.parse import urlsplit

from attrs import field

from trialogue.server.options import is_loopback
from trialogue.server.rest.grants import Grants, TokenState
from trialogue.values import frozen

__all__ = ["LOOPBACK", "SCHEMES", "Access", "Shown", "Standing", "is_from_here", "shown_by", "standing_of"]

SCHEMES: Final = ("token", "bearer")
"""Schemes by which a key or token is announced, in any case."""


@frozen
class Access:
    """Access rules: which clients may connect."""

    host: str = "127.0.0.1"
    """The address that is bound."""

    port: int = 0
    """The port that is bound; 0 lets the system choose."""

    api_key: str | None = field(default=None, repr=False)
    """Key that clients must show; None lets everyone in."""

    max_connections: int = 64
    """Sockets at a time; one more is answered 429. Plain requests have as many places of their own."""

    names: frozenset[str] = frozenset()
    """Further host names by which clients may dial, and pages may be named, where there is no key."""

    tls: SSLContext | None = field(default=None, repr=False, eq=False)
    """Certificate that encrypts connections; None for no encryption."""


LOOPBACK = Access()
"""Anyone on this machine, at a port that the system chooses."""


class RequestHead(Protocol):
    """A request of either kind, by its head."""

    @property
    def host(self) -> str | None:
        """The `Host` header."""
        ...

    def header(self, name: str) -> str | None:
        """The first value of the header `name` (any case), or None."""
        ...


class Standing(Enum):
    """Standing of a client: what it may do."""

    STRANGER = "nothing"
    GRANTED = "open sockets, speak and listen"
    OWNER = "all"


@frozen
class Shown:
    """Credentials that a client shows."""

    scheme: str
    """One of `SCHEMES`."""

    secret: str = field(repr=False)
    """A key or a token."""


def shown_by(request: RequestHead, subprotocols: Sequence[str] = ()) -> Shown | None:
    """Read what a client shows: in its header, or as `Sec-WebSocket-Protocol: token, KEY`."""
    scheme, _, secret = (request.header("authorization") or "").partition(" ")
    if scheme.lower() in SCHEMES and secret.strip():
        return Shown(scheme.lower(), secret.strip())
    pairs = (
        Shown(scheme.lower(), key) for scheme, key in pairwise(subprotocols) if scheme.lower() in SCHEMES
    )
    return next(pairs, None)


def standing_of(shown: Shown | None, access: Access, grants: Grants) -> Standing:
    """Say what a client may do by what it shows."""
    state = TokenState.FOREIGN if shown is None else grants.check(shown.secret)
    if state is not TokenState.FOREIGN:
        is_fresh = state is TokenState.FRESH and shown is not None and shown.scheme == "bearer"
        return Standing.GRANTED if is_fresh else Standing.STRANGER
    if access.api_key is None:
        return Standing.OWNER
    is_key = shown is not None and hmac.compare_digest(shown.secret.encode(), access.api_key.encode())
    return Standing.OWNER if is_key and shown is not None and shown.scheme == "token" else Standing.STRANGER


def is_from_here(request: RequestHead, access: Access) -> bool:
    """Whether `Host` and `Origin` are names that may be."""
    if access.api_key is not None:
        return True
    named = [f"//{request.host}"] if request.host else []
    if origin := request.header("origin"):
        named.append(origin)
    return all(_names_us(name, access) for name in named)


def _names_us(name: str, access: Access) -> bool:
    try:
        host = urlsplit(name).hostname
    except ValueError:
        return False
    return host is not None and (is_loopback(name) or host == access.host or host in access.names)
