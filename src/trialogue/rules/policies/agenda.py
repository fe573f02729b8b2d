"""The owner of the point at hand has priority: it opens the point, and speaks again when it wants to.

Time boxes and `done_when` move the meeting on (`rules/agenda.py`); everything else is left to `otherwise`.
"""

from __future__ import annotations

from attrs import frozen

from trialogue.rules.view import Decision, FloorView, Next, Nobody

NAME = "agenda"
"""What turns of this policy are marked with."""


@frozen
class Agenda:
    """The owner of the point decides by being there."""

    def choose(self, view: FloorView, /) -> Decision:
        """Name the owner where it has not spoken to the point yet, or waits for the floor."""
        owner = view.item.owner if view.item is not None else None
        if owner is None:
            return Nobody("no-owner")
        if owner not in view.present:
            return Nobody("owner-away")
        had = [taken for taken in view.turns if taken.began_at >= view.item_since]
        if all(taken.participant != owner for taken in had):
            return Next(owner, "the point is its own")
        if any(waiting.participant == owner for waiting in view.queue) and had[-1].participant != owner:
            return Next(owner, "the owner of the point wants it")
        return Nobody("owner-has-spoken")
