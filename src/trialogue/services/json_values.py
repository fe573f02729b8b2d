"""JSON as it was read: opaque to us."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

__all__ = ["Json", "JsonObject"]

Json: TypeAlias = object
"""Any JSON value as it was read: dict, list, str, int, float, bool or None. Opaque to us."""
JsonObject: TypeAlias = Mapping[str, object]
"""A JSON object as it was read."""
