"""Policy `scripted`: an order that is used once; a participant who is away is skipped."""

from __future__ import annotations

from trialogue.brain.floor.entry import PolicyEntry
from trialogue.brain.floor.view import Decision, FloorView, Next, Nobody
from trialogue.values import frozen


@frozen
class Scripted:
    """Policy of an order that is used once; at its end the meeting ends."""

    def choose(self, view: FloorView, /) -> Decision:
        """Name the next present participant of the order; `order-done` after its end."""
        rest = view.plan.floor.order[view.sums.place :]
        name = next((name for name in rest if name in view.present), None)
        if name is not None:
            return Next(name, "next in the script")
        return Nobody("all-away") if set(rest) & set(view.away) else Nobody("order-done", is_final=True)


POLICY = PolicyEntry(
    "scripted",
    Scripted(),
    about="Use it if the order is known in advance: a rehearsal, a test, a ceremony.",
    keys=("floor.order",),
    hands_first=True,
)
