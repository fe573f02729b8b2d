"""Keys of faults, under `faults`."""

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
"""Name of a fault's kind."""


@frozen
class FaultKeys:
    """Fault that strikes once, on purpose."""

    id: Identifier
    """Name of the fault, for expectations."""

    when: EventKeys
    """Event at which it strikes."""

    do: Annotated[str, FAULT_WORD]
    """Kind of the fault: `disconnect`, `delay`, or one from `trialogue chaos --list` that strikes an agent.
    """

    to: Identifier
    """Agent that it strikes."""

    by: OptionalSeconds = None
    """With `delay`: time by which everything from its service is late."""

    for_: OptionalStretch = None
    """With a slow line: length of the fault; to the session's end where it is left out."""
