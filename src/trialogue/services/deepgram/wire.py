"""Wire objects: what every JSON object of the protocol shares, a place for keys that nobody declared."""

from __future__ import annotations

from types import MappingProxyType

from attrs import field

from trialogue.services.json_values import Json, JsonObject
from trialogue.values import frozen

__all__ = ["NO_EXTRA", "Json", "JsonObject", "WireObject"]

NO_EXTRA: JsonObject = MappingProxyType({})
"""No undeclared keys: shared, since nearly every object has none."""


@frozen(kw_only=True)
class WireObject:
    """A JSON object of the protocol, for its one shared field: nothing dispatches on this class.

    A subclass may carry `type` and `version` as class variables: the fixed tags that it is written with.
    Fields that may be absent are None when they are, and are then not written.
    """

    extra: JsonObject = field(default=NO_EXTRA, hash=False, repr=False)
    """Keys that are not declared here: kept when read, never written."""
