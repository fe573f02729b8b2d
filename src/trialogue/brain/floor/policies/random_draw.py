"""Policy `random`: a seeded draw, the baseline that every other policy has to beat.

The last speaker is not drawn while another can be, and one who has just passed is left out.
"""

from __future__ import annotations

from trialogue.brain.floor.entry import PolicyEntry
from trialogue.brain.floor.view import Decision, FloorView, Next, Nobody
from trialogue.values import frozen


@frozen
class RandomDraw:
    """Policy that follows the view's draw."""

    def choose(self, view: FloorView, /) -> Decision:
        """Draw one of those who are present and have not passed."""
        able = view.able()
        if not able:
            return Nobody("all-passed" if view.present else "all-away")
        return Next(able[int(view.draw * len(able))], "drawn")


POLICY = PolicyEntry(
    "random",
    RandomDraw(),
    about="Use it as a baseline that every other policy has to beat.",
    keys=("run.seed",),
    hands_first=True,
)
