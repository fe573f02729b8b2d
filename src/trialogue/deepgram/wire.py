"""What every JSON object of the protocol shares: a place for keys that nobody declared."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias

from attrs import field, frozen

Json: TypeAlias = object
"""Any JSON value as it was read: dict, list, str, int, float, bool or None. Opaque to us."""

JsonObject: TypeAlias = Mapping[str, object]
"""A JSON object as it was read."""

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
