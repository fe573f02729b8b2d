"""Policy `moderated`: the chair names the next speaker, and has the floor again after each turn of another.

1. The chair opens, and follows each turn of another, unless it passed since a participant was last heard.
2. After the chair's turn the floor goes to the participant that the chair named with `give_floor`; else to
   the one that its heard words ask to speak; else it stays free for `chair_timeout_s`, in which a named
   participant or a further remark of the chair ends the wait.
3. The chair's choice is kept if forced words, or a turn for the app, come between.
4. If the chair is away, silent or has named no one in time, `otherwise` decides.
"""

from __future__ import annotations

from trialogue.brain.floor.entry import PolicyEntry
from trialogue.brain.floor.view import Decision, FloorView, Next, Nobody, TurnTaken, Wait
from trialogue.brain.words.names import addressee
from trialogue.values import frozen


def _named_by_tool(view: FloorView) -> Next | None:
    if view.named is None or view.named.to not in view.present:
        return None
    return Next(view.named.to, "the chair gave it the floor", view.named.about)


def _standing(view: FloorView, chair: str) -> Next | None:
    """Participant whom the chair named before forced turns, if it has not spoken since."""
    between: set[str] = set()
    for taken in reversed(view.turns):
        if taken.participant == chair and not taken.is_forced and taken.chosen_by != "asked":
            named = addressee(taken.heard, view.plan.participants, chair)
            if named is None or named in between or named not in view.present or not between:
                return None
            return Next(named, "the chair named it")
        if not taken.is_forced and taken.chosen_by != "asked":
            return None
        between.add(taken.participant)
    return None


def _after_chair(view: FloorView, last: TurnTaken) -> Decision:
    named = addressee(last.heard, view.plan.participants, last.participant)
    if named is not None:
        return Next(named, "the chair named it") if named in view.present else Nobody("named-away")
    standing = _standing(view, last.participant) if last.is_forced else None
    if standing is not None:
        return standing
    if last.was_silent:
        return Nobody("chair-silent")
    if last.participant in view.present and view.is_prepared(last.participant):
        return Next(last.participant, "the chair goes on")
    until = last.ended_at + view.plan.floor.chair_timeout_s
    return Wait(until, "the chair shall name somebody") if view.now < until else Nobody("chair-timeout")


@frozen
class Moderated:
    """Policy that follows the chair: the first one of the cast, or its deputy."""

    def choose(self, view: FloorView, /) -> Decision:
        """Name the participant whom the chair named, or the chair."""
        chair = view.chair
        if chair is None:
            return Nobody("no-chair")
        given = _named_by_tool(view)
        if given is not None:
            return given
        last = view.last
        if last is not None and last.participant == chair:
            return _after_chair(view, last)
        standing = _standing(view, chair)
        if standing is not None:
            return standing
        if chair in view.present and chair not in view.passed:
            return Next(chair, "the chair opens" if last is None else "back to the chair")
        return Nobody("chair-away")


POLICY = PolicyEntry(
    "moderated",
    Moderated(),
    about="Use it if a chair leads the meeting.",
    keys=("cast.NAME.role", "floor.chair_timeout"),
    is_by_the_chair=True,
)
