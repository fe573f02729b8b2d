"""Short-lived tokens: JSON Web Tokens (RFC 7519) signed with a secret of the server, and not stored.

A token opens a socket until it expires; an open socket lives on after that.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable
from enum import Enum
from typing import Final

from attrs import field

from trialogue.values import frozen

__all__ = ["DEFAULT_TTL_S", "MAX_TTL_S", "Grants", "TokenState"]

DEFAULT_TTL_S: Final = 30
MAX_TTL_S: Final = 3600

_HEADER: Final = {"alg": "HS256", "typ": "JWT"}


class TokenState(Enum):
    """State of a text that is sent as a token."""

    FRESH = "fresh"
    EXPIRED = "expired"
    FOREIGN = "no token of this server's"


@frozen
class Grants:
    """Issuer of tokens, which also recognizes its own."""

    now: Callable[[], float] = time.time
    """Seconds since the epoch."""

    _secret: bytes = field(factory=lambda: secrets.token_bytes(32), repr=False, kw_only=True)

    def grant(self, ttl_s: float = DEFAULT_TTL_S) -> str:
        """Token that is valid for so many seconds."""
        issued = self.now()
        claims = {"iat": issued, "exp": issued + ttl_s, "jti": secrets.token_hex(8)}
        signed = f"{_written(_HEADER)}.{_written(claims)}"
        return f"{signed}.{self._signature(signed)}"

    def check(self, shown: str) -> TokenState:
        """State of a token that a client sends."""
        signed, _, signature = shown.rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(signed).encode()):
            return TokenState.FOREIGN
        claims = json.loads(_bytes(signed.partition(".")[2]))
        return TokenState.FRESH if self.now() < claims["exp"] else TokenState.EXPIRED

    def _signature(self, signed: str) -> str:
        return _text(hmac.digest(self._secret, signed.encode(), hashlib.sha256))


def _written(part: object) -> str:
    return _text(json.dumps(part, separators=(",", ":")).encode())


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
