"""One entry of the list of services: a vendor, whole."""

from __future__ import annotations

from attrs import frozen

from trialogue.services.keys import ServiceKeys
from trialogue.services.port import Dialect, Hosted

__all__ = ["Service"]


@frozen
class Service:
    """One entry of the list of services."""

    title: str
    """What people call it."""

    dialect: Dialect
    """How it is spoken to."""

    keys: ServiceKeys
    """What it says to scenarios."""

    hosted: Hosted | None = None
    """Where it is; None for the embedded server."""
