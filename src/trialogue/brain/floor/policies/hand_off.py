"""Policy `hand-off`: the speaker names the next one with a call of `hand_off(to, about)` in its turn."""

from __future__ import annotations

from trialogue.brain.floor.entry import PolicyEntry
from trialogue.brain.floor.view import Decision, FloorView, Next, Nobody
from trialogue.values import frozen


@frozen
class HandOff:
    """Policy that follows the last holder's call of `hand_off`."""

    def choose(self, view: FloorView, /) -> Decision:
        """Name the participant to whom the last holder handed the floor; `nobody-named` without one."""
        given = view.named
        if given is None or view.last is None or given.by != view.last.participant:
            return Nobody("nobody-named")
        if given.to not in view.present:
            return Nobody("named-away")
        return Next(given.to, "the last speaker handed it over", given.about)


POLICY = PolicyEntry(
    "hand-off",
    HandOff(),
    about="Use it if your agents use tools well, and the speaker knows who should be next.",
    keys=("floor.otherwise",),
    tools=("hand_off",),
    is_by_speakers=True,
)
