"""Who is named in the last heard sentence speaks next.

Only the last sentence counts: who is talked about earlier is not talked to. Somebody who was named and
kept silent is not named again by the same words.
"""

from __future__ import annotations

from attrs import frozen

from trialogue.rules.names import last_named, last_sentence
from trialogue.rules.view import Decision, FloorView, Next, Nobody

NAME = "addressed"
"""What turns of this policy are marked with."""


def addressee(view: FloorView) -> str | None:
    """Whom the last heard turn ends by naming; None where it names nobody, or a turn came in between."""
    last = view.last
    if last is None or last.was_silent:
        return None
    return last_named(last_sentence(last.heard), view.plan.participants, last.participant)


@frozen
class Addressed:
    """The last sentence decides."""

    def choose(self, view: FloorView, /) -> Decision:
        """Name who is named; `nobody-named` where nobody is."""
        name = addressee(view)
        if name is None:
            return Nobody("nobody-named")
        return Next(name, "named in the last sentence") if name in view.present else Nobody("named-away")
