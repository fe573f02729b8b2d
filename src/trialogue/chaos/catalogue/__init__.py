"""Every fault on demand; the rows are those of `docs/reference/faults.md`.

Each fault defines what the journal must show, and the allowed outcome for its participant and the meeting:
anything else is a broken promise.
"""

from __future__ import annotations

from trialogue.arguments import checks_arguments
from trialogue.chaos.catalogue.dialling import DIALS
from trialogue.chaos.catalogue.messages import MESSAGES, PROMPTS, SOUND
from trialogue.chaos.catalogue.program import PROGRAM, TOOLS
from trialogue.chaos.catalogue.sessions import LINES, SESSIONS
from trialogue.chaos.catalogue.updates import ROLL_OVERS, UPDATES
from trialogue.chaos.catalogue.values import BadAddress, Effect, Fate, Fault, Part, Signal
from trialogue.errors import SetupError

__all__ = ["FAULTS", "BadAddress", "Effect", "Fate", "Fault", "Part", "Signal", "fault_named"]

FAULTS: tuple[Fault, ...] = tuple(
    sorted(
        (*DIALS, *SESSIONS, *MESSAGES, *SOUND, *TOOLS, *PROGRAM, *PROMPTS, *UPDATES, *ROLL_OVERS, *LINES),
        key=lambda fault: fault.row or 99,
    )
)
"""All faults on demand, by row; those without a row come last."""


@checks_arguments
def fault_named(name: str) -> Fault:
    """Fault of that name; `SetupError` for an unknown one."""
    found = next((fault for fault in FAULTS if fault.name == name), None)
    if found is None:
        raise SetupError(f"unknown fault {name!r}: see trialogue chaos --list")
    return found
