"""What belongs to the format but not to this release: refused with a line that says so."""

from __future__ import annotations

from collections.abc import Mapping

from trialogue.scenario.schema import Document

LATER_KEYS: Mapping[type, frozenset[str]] = {
    Document: frozenset({"faults"}),
}
"""Keys of the format that this release does not know yet."""
