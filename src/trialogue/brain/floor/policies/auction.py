"""Policy `auction`: participants bid; the most urgent bid wins, and ties go to the one who has spoken least.

1. A bid is a prepared reply, a raised hand, or a call of `bid(urgency, about)`: 0 to 10, 5 by default.
2. Bids are collected until `window_s` after the floor became free, or until all who are present have bid.
3. Losers keep their hands up; a prepared reply that lost is dropped, as always when another is granted.
"""

from __future__ import annotations

from trialogue.brain.floor.entry import PolicyEntry
from trialogue.brain.floor.view import Decision, FloorView, Next, Nobody, Wait, Waiting
from trialogue.values import frozen

WINDOW_S = 1.5
"""Seconds of free floor in which bids are collected."""


def _rank(view: FloorView, bid: Waiting) -> tuple[float, float, float]:
    return -bid.urgency, view.spoken_s(bid.participant), bid.since


@frozen
class Auction:
    """Policy that follows the bids."""

    window_s: float = WINDOW_S
    """Seconds for which bids are collected."""

    def choose(self, view: FloorView, /) -> Decision:
        """Name the best bidder; `no-bids` if no bid came in time."""
        bids = [waiting for waiting in view.queue if waiting.participant in view.present]
        until = view.free_since + self.window_s
        if view.now < until and len(bids) < len(view.present):
            return Wait(until, "bids are collected")
        if not bids:
            return Nobody("no-bids")
        best = min(bids, key=lambda bid: _rank(view, bid))
        return Next(best.participant, f"the best of {len(bids)} bids: {best.urgency}", best.about)


POLICY = PolicyEntry(
    "auction",
    Auction(),
    about="Use it if the most urgent remark should come first.",
    keys=("floor.share.in_a_row",),
    tools=("bid",),
)
