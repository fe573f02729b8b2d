"""Policy `addressed`: the participant named in the last heard sentence speaks next.

Only the last sentence counts: a name in an earlier one does not. A participant who was named and stayed
silent is not named again by the same words. After forced words without a name, the name in the turn before
them counts.
"""

from __future__ import annotations

from trialogue.brain.floor.entry import PolicyEntry
from trialogue.brain.floor.view import Decision, FloorView, Next, Nobody
from trialogue.brain.words.names import last_addressee
from trialogue.values import frozen


def addressee(view: FloorView) -> str | None:
    """Participant whom the last heard turn names at its end; None without one, or after a silent turn."""
    for taken in reversed(view.turns):
        if taken.was_silent:
            return None
        named = last_addressee(taken.heard, view.plan.participants, taken.participant)
        if named is not None or not taken.is_forced:
            return named
    return None


@frozen
class Addressed:
    """Policy that follows the last heard sentence."""

    def choose(self, view: FloorView, /) -> Decision:
        """Name the participant that the sentence names; `nobody-named` if it names none."""
        name = addressee(view)
        if name is None:
            return Nobody("nobody-named")
        return Next(name, "named in the last sentence") if name in view.present else Nobody("named-away")


POLICY = PolicyEntry(
    "addressed",
    Addressed(),
    about="Use it if your agents address each other by name.",
    keys=("cast.NAME.title", "cast.NAME.aliases"),
    is_by_speakers=True,
)
