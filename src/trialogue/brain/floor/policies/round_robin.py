"""Policy `round-robin`: all participants in turn; one who is away or has just passed is skipped.

The position in the order follows from the turns that this policy chose, and those that the silence ladder
chose for it; other turns do not move it. No participant follows itself while another can speak.
"""

from __future__ import annotations

from trialogue.brain.floor.entry import PolicyEntry
from trialogue.brain.floor.view import Decision, FloorView, Next, Nobody
from trialogue.values import frozen


def next_in_order(view: FloorView, skipped: frozenset[str]) -> str | None:
    """Next participant in the order who is present and not skipped; None without one."""
    able = [name for name in view.sums.order(view.plan) if name in view.present and name not in skipped]
    last = view.last.participant if view.last is not None else None
    return next((name for name in able if name != last), able[0] if able else None)


@frozen
class RoundRobin:
    """Policy of one order: the plan's, or the cast's."""

    def choose(self, view: FloorView, /) -> Decision:
        """Name the next of the order who is present and has not passed in this round."""
        name = next_in_order(view, view.passed)
        return Next(name, "next in order") if name else Nobody("all-passed" if view.present else "all-away")


POLICY = PolicyEntry(
    "round-robin",
    RoundRobin(),
    about="Use it if everybody should speak equally often, without any decision.",
    keys=("floor.order",),
    hands_first=True,
)
