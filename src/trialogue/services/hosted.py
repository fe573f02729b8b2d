"""Where a vendor has its service."""

from __future__ import annotations

from trialogue.values import frozen

__all__ = ["Hosted"]


@frozen
class Hosted:
    """Service of a vendor: its address, and how it lets us in."""

    url: str
    """Address at which agents are dialled by default: `wss://...`."""

    key_variable: str
    """The environment variable that holds the key."""

    domain: str
    """Domain of the vendor, whose hosts hear all that is said at its agents anyway."""

    scheme: str = "Bearer"
    """Scheme before the key in the header `Authorization`."""
