"""Policy `queue`: raised hands by priority, then by time. A prepared reply is a hand of normal priority."""

from __future__ import annotations

from trialogue.brain.floor.entry import PolicyEntry
from trialogue.brain.floor.view import Decision, FloorView, Next, Nobody
from trialogue.values import frozen


@frozen
class Queue:
    """Policy that follows the queue of RFC 8855: among equal priorities, the first to ask speaks first."""

    def choose(self, view: FloorView, /) -> Decision:
        """Name the first present participant of the queue; `nobody-waits` if there is none."""
        for waiting in view.queue:
            if waiting.participant in view.present:
                return Next(waiting.participant, "first in the queue")
        return Nobody("nobody-waits")


POLICY = PolicyEntry(
    "queue",
    Queue(),
    about="Use it if many want to speak, and the order should be fair.",
    keys=("floor.share.in_a_row",),
    tools=("request_floor",),
)
