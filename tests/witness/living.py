"""A world from a case: made, lived to its end, judged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cases import CALM, Case, plan_of
from far_agents import FarAgent
from far_people import FarPerson
from outside_events import OutsideEvents
from physics import Violation, World
from witness import Witness

from trialogue.model.events import StopAsked
from trialogue.model.participants import Kind
from trialogue.model.plan import MeetingPlan

TRACE = 40
"""How many decisions a failure shows."""


def live(
    case: Case, make: Callable[[MeetingPlan], Any], *watchers: Any, trace_all: bool = False
) -> tuple[World, Witness]:
    """Live through a world; Violation where a user would notice something, with its last decisions.

    `watchers` see each decision too, by `before`, `after` and `sound_changed`; `sits` gives them the world.
    """
    plan = plan_of(case)
    world = World(plan, make, case.seed)
    witness = Witness(world, is_calm=case.on <= set(CALM))
    world.watchers.append(witness)
    for watcher in watchers:
        watcher.sits(world)
        world.watchers.append(watcher)
    for seat in plan.participants:
        if seat.kind is Kind.AGENT:
            world.far.agents[seat.name] = FarAgent(world, seat, case.on)
        else:
            world.far.people[seat.name] = FarPerson(world, seat, case.on)
    OutsideEvents(world, case.on)
    try:
        world.run(case.time_s + 30.0)
        if world.ended is None:
            world.tell(StopAsked("seen-enough"))
        witness.end()
    except Exception as failure:
        kind = failure.kind if isinstance(failure, Violation) else f"raised-{type(failure).__name__}"
        error = Violation(kind, f"{failure}\n{trace(world, 10**9 if trace_all else TRACE)}")
        raise error from failure
    return world, witness


def trace(world: World, count: int = TRACE) -> str:
    """The last decisions, one event a line and its commands below."""
    lines = [
        f"{world.plan.floor.policy}, otherwise {world.plan.floor.otherwise}; "
        + ", ".join(
            f"{p.name} ({p.kind.value}, {p.role.value}, {p.hears.value})" for p in world.plan.participants
        )
    ]
    for decision in world.log[-count:]:
        lines.append(f"{decision.at:9.3f} {decision.event}")
        lines += [f"            {command}" for command in decision.commands]
    return "\n".join(lines)
