"""Admission of clients: by the host name dialled, the page's origin, and the key or token sent.

1. A server without a key admits every client, with any credentials. It refuses only an expired token of its
   own, as the hosted service does.
2. A server with a key expects the key after `Token` (or the subprotocol `token`), and a granted token after
   `Bearer` (`bearer`).
3. Without a key, `Host` and `Origin` must name this machine, the bound address, or a name that the operator
   allows. This keeps out a web page that reaches the server by another name (DNS rebinding). Such a page has
   no key, so a server with a key accepts any name.
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
"""Authentication schemes for a key or token, compared without regard to case."""


@frozen
class Access:
    """Access rules: which clients may connect."""

    host: str = "127.0.0.1"
    """Address to bind."""

    port: int = 0
    """Port to bind; 0 lets the system choose."""

    api_key: str | None = field(default=None, repr=False)
    """Key that clients must send; None admits every client."""

    max_connections: int = 64
    """Most sockets open at a time; the next one is answered 429.

    Plain requests have the same number of their own.
    """

    names: frozenset[str] = frozenset()
    """Further host names that `Host` and `Origin` may have where there is no key."""

    tls: SSLContext | None = field(default=None, repr=False, eq=False)
    """Certificate that encrypts connections; None for no encryption."""


LOOPBACK = Access()
"""Every client on this machine, at a port that the system chooses."""


class RequestHead(Protocol):
    """Head of a request, plain or for a socket."""

    @property
    def host(self) -> str | None:
        """The `Host` header."""
        ...

    def header(self, name: str) -> str | None:
        """The first value of the header `name` (any case), or None."""
        ...


class Standing(Enum):
    """Permission of a client: the routes that its credentials open."""

    STRANGER = "nothing"
    GRANTED = "open sockets, speak and listen"
    OWNER = "all"


@frozen
class Shown:
    """Credentials that a client sends."""

    scheme: str
    """One of `SCHEMES`."""

    secret: str = field(repr=False)
    """A key or a token."""


def shown_by(request: RequestHead, subprotocols: Sequence[str] = ()) -> Shown | None:
    """Credentials of a request: from its header, or from `Sec-WebSocket-Protocol: token, KEY`."""
    scheme, _, secret = (request.header("authorization") or "").partition(" ")
    if scheme.lower() in SCHEMES and secret.strip():
        return Shown(scheme.lower(), secret.strip())
    pairs = (
        Shown(scheme.lower(), key) for scheme, key in pairwise(subprotocols) if scheme.lower() in SCHEMES
    )
    return next(pairs, None)


def standing_of(shown: Shown | None, access: Access, grants: Grants) -> Standing:
    """Permission that a client's credentials give."""
    state = TokenState.FOREIGN if shown is None else grants.check(shown.secret)
    if state is not TokenState.FOREIGN:
        is_fresh = state is TokenState.FRESH and shown is not None and shown.scheme == "bearer"
        return Standing.GRANTED if is_fresh else Standing.STRANGER
    if access.api_key is None:
        return Standing.OWNER
    is_key = shown is not None and hmac.compare_digest(shown.secret.encode(), access.api_key.encode())
    return Standing.OWNER if is_key and shown is not None and shown.scheme == "token" else Standing.STRANGER


def is_from_here(request: RequestHead, access: Access) -> bool:
    """Whether `Host` and `Origin` are allowed names."""
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
