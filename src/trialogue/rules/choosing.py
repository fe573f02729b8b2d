"""Who speaks next, whenever the floor is free.

1. First a person who speaks already; then who was asked for: by the app, or to take a lost turn again.
2. Then the remedy of a meeting that goes round in circles (`trouble.py`).
3. Then whom the policy names, then `otherwise`. Who dominates is passed over while another can speak.
4. Where nobody is named, the silence ladder is climbed, a rung each `after_s`; not while all are away.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from attrs import frozen

from trialogue.model.commands import Prepare
from trialogue.model.plan import FloorRules, SilenceStep
from trialogue.rules import dominance, trouble, turns
from trialogue.rules.digest import ASK_CHAIR, NUDGE, compose, quoted
from trialogue.rules.ending import end_meeting
from trialogue.rules.policies import decide, policy_named
from trialogue.rules.policies.round_robin import next_in_order
from trialogue.rules.state import State
from trialogue.rules.view import Collect, Collecting, Decision, FloorView, Next, Nobody, Policy, Wait

GRAIN_S = 1e-6
"""The shortest wait there is: times are microseconds."""


@frozen
class Chooser:
    """The plan's two policies."""

    rules: FloorRules
    """Their names and patience."""

    policy: Policy
    """Asked first."""

    otherwise: Policy
    """Asked when the first has nobody to name."""

    @classmethod
    def of(cls, rules: FloorRules, custom: Mapping[str, Policy]) -> Chooser:
        """Look the policies up, among the `custom` ones too; ScenarioError for an unknown one."""
        return cls(rules, policy_named(rules.policy, custom), policy_named(rules.otherwise, custom))

    def choose(self, state: State) -> None:
        """Grant the free floor, or set the timer by which it is looked at again."""
        if _grant_speaking(state) or _grant_asked(state) or trouble.relieve(state):
            return
        view = state.view()
        decision, passed_over = self._decide(state, view)
        match decision:
            case Collect():
                _collect(state)
            case Next():
                self._grant(state, decision, passed_over)
            case Wait(until=until):
                state.timers.clear("silence")
                # Timers are exact to a microsecond, sums of floats are not: never wait for now.
                state.wake("choose", max(until, state.now + GRAIN_S))
            case Nobody(reason=reason, is_final=True):
                end_meeting(state, reason)
            case Nobody():
                self._listen(state, view)
            case _:  # pragma: no cover
                assert_never(decision)

    def _decide(self, state: State, view: FloorView) -> tuple[Decision, Nobody | None]:
        """Ask the policies; where they name one that dominates, ask again without it."""
        first = decide(view, self.policy, self.otherwise)
        dominant = dominance.dominant(view)
        if not isinstance(first[0], Next) or first[0].to not in dominant:
            return first
        to = first[0].to
        again = decide(dominance.without(view, dominant), self.policy, self.otherwise)
        if not isinstance(again[0], Next):
            return first
        state.report("dominance", "had much of the floor: another comes first", to)
        return again

    def _grant(self, state: State, decision: Next, passed_over: Nobody | None) -> None:
        if passed_over is not None and passed_over.reason == "chair-timeout":
            state.report("chair-timeout", "the chair named nobody in time", state.turns[-1].participant)
        by = self.rules.policy if passed_over is None else self.rules.otherwise
        turns.grant(state, decision.to, decision.reason, by=by, ask=asked(decision.about))

    def _listen(self, state: State, view: FloorView) -> None:
        """Arm the ladder's next rung, unless it stands or there is none."""
        if view.present and not state.ladder.is_used_up and not state.timers.is_set("silence"):
            state.wake("silence", max(state.now, view.free_since + self.rules.silence.after_s))


def asked(about: str) -> str:
    """How a digest puts what somebody wants to hear about; empty for nothing."""
    return f"You are asked: {quoted(about)}" if about else ""


def _grant_speaking(state: State) -> bool:
    """Let a person have the free floor who speaks already: the one who began first."""
    for name in sorted(state.speaking, key=lambda name: (state.speaking[name], name)):
        if name in state.present():
            turns.grant(state, name, "speaks already", by="self")
            return True
    return False


def _collect(state: State) -> None:
    """Have all agents that are present prepare at once; what comes is held until it is granted."""
    state.timers.clear("silence")
    waiting = state.view()
    asked = [name for name in waiting.agents if not state.replies.holds(name)]
    state.preparing = set(asked)
    state.collecting = Collecting(state.now, (), was_heard=False)
    for name in asked:
        state.prompted.add(name)
        told = state.inboxes.take(name)
        state.emit(Prepare(name, compose(told, state.plan.participants, state.agenda.item, "")))
    state.wake("choose", state.now + state.plan.floor.think_s)


def _grant_asked(state: State) -> bool:
    """Grant the first present one of those that come before the policy."""
    for request in state.floor.waiting():
        name = request.participant
        if request.first and name in state.present():
            about = asked(request.about)
            is_urgent = bool(about) or name in state.retried
            turns.grant(state, name, "asked for", by="asked", ask=about, is_urgent=is_urgent)
            return True
    return False


def climb(state: State) -> None:
    """The floor has been free for long: take the next rung that can be taken."""
    if not state.present():
        return
    while (step := state.ladder.climb()) is not None:
        if _take(state, step):
            return


def _take(state: State, step: SilenceStep) -> bool:
    """Take a rung; False where it leads nowhere."""
    view = state.view()
    chair = state.chair
    match step:
        case SilenceStep.NUDGE:
            return _break(state, step, _selected(view), NUDGE)
        case SilenceStep.ASK_CHAIR:
            return _break(state, step, chair, ASK_CHAIR)
        case SilenceStep.NEXT_SPEAKER:
            return _break(state, step, next_in_order(view, frozenset()), "")
        case SilenceStep.END:
            state.report("silence", f"nobody speaks: {step.value}")
            end_meeting(state, "silence")
            return True
        case _:  # pragma: no cover
            assert_never(step)


def _selected(view: FloorView) -> str | None:
    """Who was to speak last and did not."""
    return view.last.participant if view.last is not None and view.last.was_silent else None


def _break(state: State, step: SilenceStep, to: str | None, ask: str) -> bool:
    if to is None or to not in state.present():
        return False
    state.report("silence", f"nobody speaks: {step.value}", to)
    turns.grant(state, to, f"silence: {step.value}", by="silence", ask=ask, is_urgent=bool(ask))
    return True
