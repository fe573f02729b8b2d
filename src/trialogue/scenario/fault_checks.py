"""Checks of a scenario's faults, so that each can strike."""

from __future__ import annotations

from trialogue.model.fault_names import LINE_FAULTS, TOOL_FAULTS
from trialogue.scenario.fault_keys import FaultKeys
from trialogue.scenario.looking import Look, check_participant
from trialogue.scenario.pattern_checks import Use, check_event
from trialogue.scenario.problems import Code, Path
from trialogue.services import EMBEDDED

__all__ = ["check_faults"]


def check_faults(look: Look) -> None:
    """Note everything that prevents a fault from being injected."""
    seen: set[str] = set()
    for index, fault in enumerate(look.document.faults or ()):
        path: Path = ("faults", index)
        if fault.id in seen:
            look.tell((*path, "id"), f'"{fault.id}" is already the id of another fault', Code.FAULT)
        seen.add(fault.id)
        check_event(look, (*path, "when"), fault.when, Use.COURSE)
        check_participant(look, (*path, "to"), fault.to)
        _check_struck(look, path, fault)
        _check_lasting(look, path, fault)


def _check_struck(look: Look, path: Path, fault: FaultKeys) -> None:
    """Faults are possible only at the embedded server."""
    seat = look.document.cast.get(fault.to)
    if seat is None:
        return
    if seat.is_person:
        look.tell((*path, "to"), f"{fault.to} is a person: faults are only for agents", Code.FAULT)
    elif isinstance(seat.via, str) and seat.via != EMBEDDED:
        text = f"{fault.to} is at another service: faults need an agent at the embedded server (via: local)"
        look.tell((*path, "to"), text, Code.FAULT)
    elif fault.do in TOOL_FAULTS and not seat.tools:
        look.tell((*path, "to"), f"{fault.do} affects tool calls, and {fault.to} has no tools", Code.FAULT)


def _check_lasting(look: Look, path: Path, fault: FaultKeys) -> None:
    if (fault.do == "delay") != (fault.by is not None):
        text = (
            "delay needs the key by: the length of the delay" if fault.by is None else "by is only for delay"
        )
        look.tell((*path, "by"), text, Code.FAULT)
    if fault.for_ is not None and fault.do not in LINE_FAULTS:
        look.tell((*path, "for"), f"{fault.do} happens at one moment: leave out for", Code.FAULT)
