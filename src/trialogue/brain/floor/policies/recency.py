"""Policy `recency`: the last speaker but one speaks next, the baseline of talk among people.

In meetings of people that guess is right more often than any share or order. Two participants then alternate
until a hand is raised: the policy is natural, but not fair. Participants who have never spoken come last, in
the cast's order. People begin by themselves: a person who has not asked for the floor is passed over.
"""

from __future__ import annotations

from trialogue.brain.floor.entry import PolicyEntry
from trialogue.brain.floor.view import Decision, FloorView, Next, Nobody
from trialogue.values import frozen


@frozen
class Recency:
    """Policy that returns the floor to the speaker before the last."""

    def choose(self, view: FloorView, /) -> Decision:
        """Name the latest speaker of those who are present, would speak, and have not just spoken."""
        able = tuple(name for name in view.able() if view.would_speak(name))
        if not able:
            return Nobody("all-passed" if view.present else "all-away")
        return Next(max(able, key=lambda name: view.sums.began.get(name, -1.0)), "spoke before")


POLICY = PolicyEntry(
    "recency",
    Recency(),
    about="Use it as a baseline for people's talk: a person who is answered answers back.",
    keys=("floor.share.in_a_row",),
    hands_first=True,
)
