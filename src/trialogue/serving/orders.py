"""Faults that are ordered for a server's clients: which, for whom, and when.

1. A fault strikes at its own moment, as the catalogue has it: while the agent speaks, before SettingsApplied.
   One with a time strikes then, whatever is being said.
2. Faults of a meeting's own parts, and addresses where nobody listens, are none that a server can have.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs

from trialogue.chaos.catalogue import FAULTS, Fault, fault_named
from trialogue.chaos.faulty_socket import SessionFault, WrongAnswer
from trialogue.errors import SetupError
from trialogue.scenario.quantities import read_duration
from trialogue.server.think.scripted import Script
from trialogue.values import frozen

__all__ = ["MOST_AFTER_S", "FaultOrder", "check_faults", "is_servable", "order", "orders_of", "servable"]

MOST_AFTER_S = 24 * 3600.0
"""The longest wait before a fault, in seconds."""


@frozen
class FaultOrder:
    """One fault, ordered."""

    fault: Fault
    """Fault that strikes."""

    after_s: float | None = None
    """Seconds after the upgrade; None for its own moment."""

    @property
    def answer(self) -> WrongAnswer | None:
        """Answer in the place of the upgrade, for a fault that is one."""
        return self.fault.ill if isinstance(self.fault.ill, WrongAnswer) else None

    @property
    def session(self) -> SessionFault | None:
        """Fault in the session, for a fault that is one."""
        return self.fault.ill if isinstance(self.fault.ill, SessionFault) else None


def servable() -> Iterator[Fault]:
    """The faults that a server can have, in the catalogue's order."""
    return filter(is_servable, FAULTS)


def is_servable(fault: Fault) -> bool:
    """Whether a server can have it."""
    return isinstance(fault.ill, SessionFault | WrongAnswer)


def order(name: str, after: str | float | None = None) -> FaultOrder:
    """A fault by its name, and when; `SetupError` for what no server can have.

    >>> order("closed-1011", "3s").after_s
    3.0
    """
    known = f"closed-{name.removeprefix('close-')}" if name.startswith("close-") else name
    fault = fault_named(known)
    if not is_servable(fault):
        raise SetupError(f"{name!r} is a fault of the {fault.made_by}: a server cannot inject it")
    return FaultOrder(fault, _seconds(after))


def orders_of(query: str) -> tuple[FaultOrder, ...]:
    """The faults that an address asks for, as `fault=closed-1011&after=3s`; `SetupError` for misfits.

    `after` is said once for all, or once for each fault, in their order.
    """
    asked = parse_qs(query, keep_blank_values=True)
    names, times = asked.get("fault", []), asked.get("after", [])
    if not names:
        return ()
    if len(times) > 1 and len(times) != len(names):
        raise SetupError(f"{len(times)} times for {len(names)} faults: give after once, or once per fault")
    if len(times) == len(names):
        return tuple(map(order, names, times))
    return tuple(order(name, times[0] if times else None) for name in names)


def check_faults(script: Script) -> None:
    """Look whether a server can have the faults that a script asks for; `SetupError` where it cannot."""
    for entry in script.entries:
        if entry.fault:
            order(entry.fault)


def _seconds(after: str | float | None) -> float | None:
    if after is None:
        return None
    seconds = read_duration(after) if isinstance(after, str) else float(after)
    if seconds is None or not 0.0 <= seconds <= MOST_AFTER_S:
        raise SetupError(f"after must be a duration up to a day such as 3s or 500ms, not {after!r}")
    return seconds
