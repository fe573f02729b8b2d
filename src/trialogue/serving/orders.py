"""Faults that are ordered for a server's clients: kind, session and moment of each.

1. A fault strikes at its own moment, by the catalogue: while the agent speaks, before SettingsApplied. A
   fault with a time strikes at that time, whatever is happening.
2. A server cannot have the faults of a meeting's own parts, or addresses where nobody listens.
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
"""Most seconds before a fault."""


@frozen
class FaultOrder:
    """Ordered fault."""

    fault: Fault
    """Fault that strikes."""

    after_s: float | None = None
    """Seconds after the upgrade; None for its own moment."""

    @property
    def answer(self) -> WrongAnswer | None:
        """Response in the place of the upgrade; None for a fault of another kind."""
        return self.fault.effect if isinstance(self.fault.effect, WrongAnswer) else None

    @property
    def session(self) -> SessionFault | None:
        """Fault in the session; None for a fault of another kind."""
        return self.fault.effect if isinstance(self.fault.effect, SessionFault) else None


def servable() -> Iterator[Fault]:
    """Faults that a server can have, in the catalogue's order."""
    return filter(is_servable, FAULTS)


def is_servable(fault: Fault) -> bool:
    """Whether a server can have the fault."""
    return isinstance(fault.effect, SessionFault | WrongAnswer)


def order(name: str, after: str | float | None = None) -> FaultOrder:
    """Fault by its name, and its time; `SetupError` for one that no server can have.

    >>> order("closed-1011", "3s").after_s
    3.0
    """
    known = f"closed-{name.removeprefix('close-')}" if name.startswith("close-") else name
    fault = fault_named(known)
    if not is_servable(fault):
        raise SetupError(f"{name!r} is a fault of the {fault.made_by}: a server cannot inject it")
    return FaultOrder(fault, _seconds(after))


def orders_of(query: str) -> tuple[FaultOrder, ...]:
    """Faults that an address asks for, as `fault=closed-1011&after=3s`; `SetupError` for invalid ones.

    `after` is given once for all, or once for each fault, in their order.
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
    """Check that a server can have the faults of a script; `SetupError` where it cannot."""
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
