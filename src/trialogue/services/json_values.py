"""JSON values as read, which the services do not interpret."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

__all__ = ["Json", "JsonObject"]

Json: TypeAlias = object
"""Any JSON value as it was read: dict, list, str, int, float, bool or None."""
JsonObject: TypeAlias = Mapping[str, object]
"""JSON object as it was read."""
