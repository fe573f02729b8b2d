"""TLS contexts of clients: who is trusted, and by which names.

1. A certificate is always verified; there is no switch.
2. A peer is known by its certificate's subject alternative names alone (RFC 9525, section 2): Python also
   takes the common name of a certificate without any, which authorities need not check.
3. A peer cannot ask for another handshake (TLS 1.2), which it could do for ever.
"""

from __future__ import annotations

import ssl
from functools import lru_cache

__all__ = ["client_context"]


@lru_cache(maxsize=8)
def client_context(ca_file: str | None = None) -> ssl.SSLContext:
    """Context that trusts the system's authorities, or those in a PEM file.

    Shared, since loading the authorities takes milliseconds and memory. OSError where the file cannot be
    read, or is none.
    """
    return harden(ssl.create_default_context(cafile=ca_file))


def harden(context: ssl.SSLContext) -> ssl.SSLContext:
    """Have a client's context follow rules 2 and 3, and return it."""
    context.hostname_checks_common_name = False
    context.options |= ssl.OP_NO_RENEGOTIATION
    return context
