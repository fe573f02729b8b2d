"""Base class of the protocol's JSON objects, with a place for undeclared keys."""

from __future__ import annotations

from types import MappingProxyType

from attrs import field

from trialogue.services.json_values import Json, JsonObject
from trialogue.values import frozen

__all__ = ["NO_EXTRA", "Json", "JsonObject", "WireObject"]

NO_EXTRA: JsonObject = MappingProxyType({})
"""No undeclared keys; shared, since nearly every object has none."""


@frozen(kw_only=True)
class WireObject:
    """JSON object of the protocol, for its one shared field: nothing dispatches on this class.

    A subclass may have the class variables `type` and `version`: fixed tags with which it is written. Absent
    optional fields are None, and are not written.
    """

    extra: JsonObject = field(default=NO_EXTRA, hash=False, repr=False)
    """Undeclared keys: kept when read, never written."""
