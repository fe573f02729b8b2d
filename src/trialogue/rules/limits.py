"""When a meeting ends by itself, and what its timers are called."""

from __future__ import annotations

from trialogue.model.plan import Limits
from trialogue.rules.state import State

TIME = "limit-time"
"""The timer, and the reason, of the meeting's own length."""

SILENCE = "limit-silence"
"""The timer of how long nobody may be heard; the reason is `silence`."""


COST = "limit-cost"
"""The timer, and the reason, of what the agents' services may cost."""


def watch_cost(state: State) -> None:
    """Set the timer for when the money is used up, if it ever is."""
    limit = state.plan.limits.cost_usd
    if limit is None or state.closing is not None:
        return
    at = state.meter.reaches(limit, state.now)
    if at is None:
        state.timers.clear(COST)
    elif at <= state.now:
        state.closing = COST
        state.report("limit-cost", f"{limit:g} US dollars are used up: the meeting ends after this turn")
    else:
        state.wake(COST, at)


def tell_unpriced(state: State) -> None:
    """Say aloud for which services no price is known: what they cost is in no sum."""
    for service in state.meter.cost(state.now).unpriced:
        state.report("unpriced", f"no price is known for {service}: what it costs is not counted")


def are_turns_used_up(limits: Limits, ended: int) -> bool:
    """Whether as many turns have ended as there may be."""
    return limits.turns is not None and ended >= limits.turns
