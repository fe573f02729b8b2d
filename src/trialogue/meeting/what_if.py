"""What-if of a recorded meeting with other rules of the floor, in two ways.

1. *Shadow*: the recorded meeting is replayed, and at each free floor the other rules are called, too. Their
   choice is reported where it differs; the meeting continues as it did, so each choice is one at
   the recorded meeting's own moments.
2. *Resimulate*: the meeting is run again with the other rules, from its own scenario (`scenario_from`):
   each agent has its recorded turns, and they are heard when it gets the floor. Up to the first turn
   that differs it is the recorded meeting; from there on it is new. Participants who joined and left during
   the meeting do so at the recorded moments, when the app also asks again what it asked; its hooks answer as
   they did.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType

from attrs import evolve, field

from trialogue.brain.floor.policies import HANDS_FIRST, policy_named
from trialogue.brain.floor.precedence import Choice, by_precedence
from trialogue.brain.floor.view import Collect, Decision, FloorView, Next, Nobody, Policy, Wait
from trialogue.brain.meeting import Brain
from trialogue.errors import ScenarioError, SetupError
from trialogue.journal.reader import Reading, read
from trialogue.journal.verify import verify
from trialogue.meeting.answering_again import answer_again
from trialogue.meeting.edges import Edges
from trialogue.meeting.exporting import held_meeting
from trialogue.meeting.first_difference import Difference, first_difference
from trialogue.meeting.meeting import DEFAULT_EDGES
from trialogue.meeting.moving_again import move_again
from trialogue.meeting.policy_loading import import_policy
from trialogue.meeting.run import run_meeting, watch_nothing
from trialogue.meeting.scenario_from import retell_as_it_went
from trialogue.model.clock_time import clock
from trialogue.model.plan import FloorRules, MeetingPlan
from trialogue.option_or_argument import either
from trialogue.report.result import Result, Run, result
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.resolve import Resolved, prepare
from trialogue.values import frozen

__all__ = ["OtherChoice", "WhatIf", "what_if"]


@frozen
class OtherChoice:
    """Free floor at which the other rules choose differently."""

    at: float
    """Moment, in seconds since the meeting's start."""

    turn: int
    """Number of the turn."""

    then: str
    """Choice of the recorded rules, with its reason."""

    now: str
    """Choice of the other rules, with its reason."""


@frozen
class WhatIf:
    """What-if: the result of another rule of the floor."""

    changes: Mapping[str, str]
    """Changed settings, by their places in the scenario."""

    asked: int
    """Number of free floors at which the rules were asked."""

    others: tuple[OtherChoice, ...]
    """Choices in which the other rules differ, by the recorded meeting's moments."""

    horizon: Difference | None
    """First turn that differs in the repeated meeting, which is simulated from there on; None where none
    does.
    """

    recorded: Result
    """Result of the recorded meeting."""

    made: Result
    """Result of the repeated meeting."""

    folder: Path
    """Directory of the repeated meeting."""

    lost: tuple[str, ...] = ()
    """Agents whose sessions were lost without a fault of the scenario, and are not lost again."""

    pauses: tuple[float, ...] = ()
    """Moments at which the recorded meeting went on after its process had died or slept, in seconds since its
    start; the repeated one has none.
    """


def what_if(reading: Reading, changes: Mapping[str, str], out: Path, edges: Edges = DEFAULT_EDGES) -> WhatIf:
    """What-if of a recorded meeting; `out` becomes the directory of the repeated meeting.

    `changes` are settings of the floor by their places, such as `floor.policy`, and their YAML. SetupError
    for another place, ScenarioError for an invalid value, JournalError for a journal that cannot be verified.
    """
    strangers = [place for place in changes if not place.startswith("floor.")]
    if strangers:
        raise SetupError(f"what-if can only change the floor, e.g. floor.policy=auction, not {strangers[0]}")
    if out.exists():
        raise SetupError(f"{out} already exists: choose another directory with {either('--out', 'out')}")
    with tempfile.TemporaryDirectory(prefix="trialogue-") as folder:  # it has speech: nothing of it stays
        retold = retell_as_it_went(reading, Path(folder) / "scenario.yaml", changes)
        resolved = _prepared(retold.scenario)
        asked, others = _shadow(reading, resolved.plan.floor, edges.permissions.imports)
        watch = partial(move_again, retold.moves) if retold.moves else watch_nothing
        then = held_meeting(reading)
        again = evolve(edges.of_a_retold_run, hooks=answer_again(reading.header.plan, then.records))
        held = run_meeting(resolved, out=out, edges=again, watch=watch)
    held.check_whole()
    now = held_meeting(read(out / "journal.jsonl"))
    told = Run(clock=reading.header.clock.value)
    return WhatIf(
        changes=MappingProxyType(dict(changes)),
        asked=asked,
        others=others,
        horizon=first_difference(then.utterances, now.utterances),
        recorded=result(then.plan, then.records, then.utterances, told),
        made=held.result,
        folder=held.folder,
        lost=retold.lost,
        pauses=retold.pauses,
    )


def _prepared(scenario: Path) -> Resolved:
    """Scenario of the run; its faults come from the changes."""
    try:
        return prepare(scenario, Overrides())
    except ScenarioError as wrong:
        told = (each.removeprefix(f"{scenario}:").partition(": ")[2] or each for each in wrong.problems)
        raise ScenarioError(*(f"what-if: {each}" for each in told)) from wrong


def _shadow(
    reading: Reading, floor: FloorRules, imports: tuple[str, ...]
) -> tuple[int, tuple[OtherChoice, ...]]:
    rules = reading.header.plan.floor
    shadow = _Shadow(
        _named(rules.policy, imports),
        partial(_choice, rules, imports),
        partial(_choice, floor, imports),
        floor,
        rules.order,
    )
    brain = partial(_brain, rules, shadow, imports)
    verify(reading, brain)
    return len(shadow.moments), tuple(shadow.others)


def _brain(rules: FloorRules, shadow: Policy, imports: tuple[str, ...], plan: MeetingPlan) -> Brain:
    """Brain that asks the shadow in place of its first policy."""
    custom = {name: import_policy(name, imports) for name in {rules.otherwise} if ":" in name}
    return Brain(plan, {**custom, rules.policy: shadow})


def _named(name: str, imports: tuple[str, ...]) -> Policy:
    return import_policy(name, imports) if ":" in name else policy_named(name)


def _choice(rules: FloorRules, imports: tuple[str, ...], view: FloorView) -> Choice:
    """Choice of these rules by a view."""
    first, second = _named(rules.policy, imports), _named(rules.otherwise, imports)
    return by_precedence(view, first, second, hands_first=rules.policy in HANDS_FIRST)


@frozen
class _Shadow:
    """The recorded policy, which notes what other rules would have chosen at the same moment."""

    policy: Policy
    recorded: partial[Choice]
    other: partial[Choice]
    floor: FloorRules
    begun: tuple[str, ...]
    """The recorded order of the start."""

    moments: list[float] = field(factory=list[float])
    others: list[OtherChoice] = field(factory=list[OtherChoice])

    def choose(self, view: FloorView, /) -> Decision:
        """Decide as recorded."""
        then = self.recorded(view).decision
        now = self.other(evolve(view, plan=evolve(view.plan, floor=self._floor(view.plan)))).decision
        self.moments.append(view.now)
        if _what(then) != _what(now):
            turn = len(view.turns) + 1
            self.others.append(OtherChoice(view.now, turn, _in_words(then), _in_words(now)))
        return self.policy.choose(view)

    def _floor(self, plan: MeetingPlan) -> FloorRules:
        """The other rules, with participants who joined since at the end of their order."""
        begun = {*self.begun, *self.floor.order}
        joined = tuple(name for name in plan.floor.order if name not in begun)
        return evolve(self.floor, order=(*self.floor.order, *joined)) if self.floor.order else self.floor


def _what(decision: Decision) -> str:
    """Content of a decision, without its reason."""
    match decision:
        case Next(to=to):
            return to
        case Wait():
            return "(wait)"
        case Collect():
            return "(collect)"
        case Nobody(is_final=True):
            return "(end)"
        case Nobody():
            return "(nobody)"


def _in_words(decision: Decision) -> str:
    match decision:
        case Next(to=to, reason=reason):
            return f"{to} ({reason})" if reason else to
        case Wait(until=until):
            return f"waits until {clock(until)}"
        case Collect():
            return "has all prepare"
        case Nobody(reason=reason):
            return f"nobody ({reason})" if reason else "nobody"
