"""Policy `agenda`: the owner of the current point opens it, and speaks again on request.

Time boxes and `done_when` move the meeting on (`course/agenda.py`); everything else is left to `otherwise`.
"""

from __future__ import annotations

from trialogue.brain.floor.entry import PolicyEntry
from trialogue.brain.floor.view import Decision, FloorView, Next, Nobody
from trialogue.values import frozen


@frozen
class Agenda:
    """Policy that follows the owners of the agenda's points."""

    def choose(self, view: FloorView, /) -> Decision:
        """Name the present owner if it has not spoken to the point yet, or waits for the floor."""
        owner = view.item.owner if view.item is not None else None
        if owner is None:
            return Nobody("no-owner")
        if owner not in view.present:
            return Nobody("owner-away")
        if view.sums.began.get(owner, -1.0) < view.item_since:
            return Next(owner, "the point is its own")
        waits = any(waiting.participant == owner for waiting in view.queue)
        if waits and view.last is not None and view.last.participant != owner:
            return Next(owner, "the owner of the point wants it")
        return Nobody("owner-has-spoken")


POLICY = PolicyEntry(
    "agenda",
    Agenda(),
    about="Use it if each point has an owner and a time box.",
    keys=("agenda[].owner", "agenda[].time", "agenda[].warn", "agenda[].done_when"),
)
