"""Policy `least-spoken`: the participant heard least speaks next; ties go by the cast's order.

The last speaker is not named while another can be, and one who has just passed is left out. People begin by
themselves: a person who has not asked for the floor is passed over, so that the meeting does not wait in
silence.
"""

from __future__ import annotations

from trialogue.brain.floor.entry import PolicyEntry
from trialogue.brain.floor.view import Decision, FloorView, Next, Nobody
from trialogue.values import frozen


@frozen
class LeastSpoken:
    """Policy that balances the shares of the floor."""

    def choose(self, view: FloorView, /) -> Decision:
        """Name the least heard of those who are present, would speak, and have not passed."""
        able = tuple(name for name in view.able() if view.would_speak(name))
        if not able:
            return Nobody("all-passed" if view.present else "all-away")
        return Next(min(able, key=view.spoken_s), "heard least so far")


POLICY = PolicyEntry(
    "least-spoken",
    LeastSpoken(),
    about="Use it for even shares of the floor, whatever the lengths of turns.",
    keys=("floor.share.max",),
    hands_first=True,
)
