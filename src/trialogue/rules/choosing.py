"""Who speaks next, whenever the floor is free.

1. First who was asked for: by the app, or to take a lost turn again.
2. Then whom the policy names, then `otherwise`.
3. Where nobody is named, the silence ladder is climbed, a rung each `after_s`; not while all are away.
"""

from __future__ import annotations

from typing import assert_never

from attrs import frozen

from trialogue.model.plan import FloorRules, SilenceStep
from trialogue.rules import turns
from trialogue.rules.digest import ASK_CHAIR, NUDGE, quoted
from trialogue.rules.ending import end_meeting
from trialogue.rules.policies import decide, policy_named
from trialogue.rules.policies.round_robin import next_in_order
from trialogue.rules.state import State
from trialogue.rules.view import FloorView, Next, Nobody, Policy, Wait


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
    def of(cls, rules: FloorRules) -> Chooser:
        """Look the policies up; ScenarioError for an unknown one."""
        return cls(rules, policy_named(rules.policy), policy_named(rules.otherwise))

    def choose(self, state: State) -> None:
        """Grant the free floor, or set the timer by which it is looked at again."""
        if _grant_asked(state):
            return
        view = state.view()
        decision, passed_over = decide(view, self.policy, self.otherwise)
        match decision:
            case Next():
                self._grant(state, decision, passed_over)
            case Wait(until=until):
                state.timers.clear("silence")
                state.wake("choose", until)
            case Nobody(reason=reason, is_final=True):
                end_meeting(state, reason)
            case Nobody():
                self._listen(state, view)
            case _:  # pragma: no cover
                assert_never(decision)

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


def _grant_asked(state: State) -> bool:
    """Grant the first present one of those that come before the policy."""
    for request in state.floor.waiting():
        name = request.participant
        if request.first and state.presence.is_ready(name):
            about = asked(request.about)
            is_urgent = bool(about) or name in state.retried
            turns.grant(state, name, "asked for", by="asked", ask=about, is_urgent=is_urgent)
            return True
    return False


def climb(state: State) -> None:
    """The floor has been free for long: take the next rung that can be taken."""
    if not state.presence.present():
        return
    while (step := state.ladder.climb()) is not None:
        if _take(state, step):
            return


def _take(state: State, step: SilenceStep) -> bool:
    """Take a rung; False where it leads nowhere."""
    view = state.view()
    chair = state.plan.chair
    match step:
        case SilenceStep.NUDGE:
            return _break(state, step, _selected(view), NUDGE)
        case SilenceStep.ASK_CHAIR:
            return _break(state, step, chair.name if chair else None, ASK_CHAIR)
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
    if to is None or not state.presence.is_ready(to):
        return False
    state.report("silence", f"nobody speaks: {step.value}", to)
    turns.grant(state, to, f"silence: {step.value}", by="silence", ask=ask, is_urgent=bool(ask))
    return True
