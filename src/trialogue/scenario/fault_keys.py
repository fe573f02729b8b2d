"""Faults that a scenario wants, as an author writes them."""

from __future__ import annotations

from typing import Annotated, Final

from trialogue.model.fault_names import FAULT_NAMES
from trialogue.model.kinds import ListedWord
from trialogue.scenario.patterns import EventKeys
from trialogue.scenario.vocabulary import Identifier, OptionalSeconds, OptionalStretch
from trialogue.values import frozen


def _words() -> tuple[str, ...]:
    return FAULT_NAMES


FAULT_WORD: Final = ListedWord(_words)
"""Word for what a fault does."""


@frozen
class FaultKeys:
    """Fault that strikes on purpose, once."""

    id: Identifier
    """Name for expectations."""

    when: EventKeys
    """Moment at which it strikes."""

    do: Annotated[str, FAULT_WORD]
    """Fault: `disconnect`, `delay`, or one of `trialogue chaos --list` that is an agent's."""

    to: Identifier
    """Agent that it strikes."""

    by: OptionalSeconds = None
    """Of `delay`: by how much everything that its service says comes late."""

    for_: OptionalStretch = None
    """Of a line that is slow: for how long; to the session's end where nothing is said."""
