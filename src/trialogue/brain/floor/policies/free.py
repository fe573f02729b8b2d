"""Policy `free`: conversation like people's (Sacks, Schegloff, Jefferson 1974, rules 1a to 1c).

1. 1a: the participant whom the current speaker selects, with `hand_off` or by name in its last sentence.
2. 1b: else the first to start. Participants who start within `COLLISION_S` of the first collide: the chair
   is preferred, then priority, then the first starter, then a seeded draw.
3. 1c: else, when no participant has started for `LAPSE_S`, the current speaker may continue, once in a row. A
   person continues by speaking, so the floor does not wait for one.
"""

from __future__ import annotations

from trialogue.brain.floor.entry import PolicyEntry
from trialogue.brain.floor.policies.addressed import addressee
from trialogue.brain.floor.policies.hand_off import HandOff
from trialogue.brain.floor.view import COLLISION_S, Decision, FloorView, Next, Nobody, Wait, Waiting
from trialogue.values import frozen

LAPSE_S = 2.5
"""Seconds of free floor after which the current speaker may continue."""


def _selected(view: FloorView) -> Decision:
    given = HandOff().choose(view)
    if isinstance(given, Next) and given.to in view.present:
        return given
    name = addressee(view)
    return Next(name, "selected by name") if name in view.present and name else Nobody("nobody-named")


def _first_starter(view: FloorView, starters: list[Waiting]) -> Decision:
    first = min(starter.since for starter in starters)
    settled = max(first, view.free_since) + COLLISION_S
    if view.now < settled and len(starters) < len(view.present):
        return Wait(settled, "another may have started too")
    close = [starter for starter in starters if starter.since <= first + COLLISION_S]
    drawn = int(view.draw * len(close))
    ranks = [
        (starter.participant != view.chair, -starter.priority, starter.since, place != drawn)
        for place, starter in enumerate(close)
    ]
    return Next(close[ranks.index(min(ranks))].participant, "the first to start")


def _goes_on(view: FloorView) -> Decision:
    until = view.free_since + LAPSE_S
    if view.now < until:
        return Wait(until, "somebody may start")
    last = view.last
    if last is None or last.was_silent or last.participant not in view.present:
        return Nobody("nobody-starts")
    if not view.would_speak(last.participant):
        return Nobody("nobody-starts")
    run = [taken.participant for taken in view.turns[-2:]]
    if run.count(last.participant) == len(run) > 1:
        return Nobody("nobody-starts")
    return Next(last.participant, "nobody else starts: the speaker may go on")


@frozen
class Free:
    """Policy of a free conversation: the selected participant, else the first to start, else the same."""

    def choose(self, view: FloorView, /) -> Decision:
        """Apply the three rules in their order."""
        selected = _selected(view)
        if isinstance(selected, Next):
            return selected
        starters = [waiting for waiting in view.queue if waiting.participant in view.present]
        return _first_starter(view, starters) if starters else _goes_on(view)


POLICY = PolicyEntry(
    "free",
    Free(),
    about="Use it for a conversation like people's, with agents that all hear each other.",
    keys=("cast.NAME.hears", "floor.ear", "floor.interrupt"),
    tools=("hand_off",),
    is_self_selected=True,
    is_by_speakers=True,
)
