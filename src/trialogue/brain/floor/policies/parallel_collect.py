"""Policy `parallel-collect`: all prepare at once; the floor hears them in turn; then all prepare again.

1. If no agent is prepared or preparing, all are asked at once (`Collect`).
2. The first is heard when all are prepared, or `think_s` after the request: an agent that is not ready by
   then has nothing to say in this round.
3. They are heard in the cast's order, so that the fastest has no advantage.
"""

from __future__ import annotations

from trialogue.brain.floor.entry import PolicyEntry
from trialogue.brain.floor.view import Collect, Decision, FloorView, Next, Nobody, Wait
from trialogue.values import frozen


@frozen
class ParallelCollect:
    """Policy of rounds: agents prepare without each other, then speak one by one."""

    def choose(self, view: FloorView, /) -> Decision:
        """Ask all agents, wait for their replies, and name them one by one."""
        prepared = [name for name in view.present if view.is_prepared(name)]
        asked = view.collecting
        if asked is None:
            return Collect("all prepare at once") if view.agents else Nobody("all-away")
        until = asked.since + view.plan.floor.think_s
        if view.now < until and any(name in view.present for name in asked.missing):
            return Wait(until, "all prepare")
        if prepared:
            return Next(prepared[0], "next of those who prepared")
        return Collect("all prepare again") if asked.was_heard else Nobody("nobody-prepared")


POLICY = PolicyEntry(
    "parallel-collect",
    ParallelCollect(),
    about="Use it for opinions that do not influence each other, or to avoid waiting for thought.",
    keys=("floor.think",),
    hands_first=True,
)
