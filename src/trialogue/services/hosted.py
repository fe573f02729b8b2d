"""Address and authentication of a vendor's service."""

from __future__ import annotations

from trialogue.values import frozen

__all__ = ["Hosted"]


@frozen
class Hosted:
    """Hosted service of a vendor: its address and authentication."""

    url: str
    """Address at which agents are dialled by default: `wss://...`."""

    key_variable: str
    """Environment variable that holds the key."""

    domain: str
    """Domain of the vendor, whose hosts get everything said to its agents in any case."""

    scheme: str = "Bearer"
    """Scheme of the key in the header `Authorization`."""
