"""Choice of the next speaker, whenever the floor is free.

1. First a person who is already speaking; then a turn that was cut by a false interruption; then a
   participant chosen by the app, or one with a lost turn. When all agents reconnect, the choice waits for the
   first of them, and for those with a lost turn.
2. Then the remedy of a meeting that repeats itself (`remedies.py`).
3. Then the policy's choice, then a raised hand, then `otherwise` (`precedence`). A policy that names only by
   order, share or chance comes after a raised hand. A dominant participant is passed over while another can
   speak.
4. A policy is called again only when something in its view, other than the time, has changed, or its wait
   is over. A participant with `VAIN` silent turns since a participant was last heard is not named again: a
   round in which all participants yield is silence.
5. If no speaker is named, the silence ladder follows, one rung after each `after_s`; not while all are away.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from attrs import evolve

from trialogue.brain import hook_asking
from trialogue.brain.course.ending import end_meeting
from trialogue.brain.floor import dominance, remedies
from trialogue.brain.floor.policies import HANDS_FIRST, policy_named
from trialogue.brain.floor.policies.round_robin import next_in_order
from trialogue.brain.floor.precedence import HAND, UNKNOWN, Choice, by_precedence
from trialogue.brain.floor.requests import HIGH
from trialogue.brain.floor.view import COLLISION_S, Collect, FloorView, Next, Nobody, Policy, Wait
from trialogue.brain.owners import Owners
from trialogue.brain.prompts import PromptKind
from trialogue.brain.recorded_times import has_come
from trialogue.brain.turn import prompting, taking
from trialogue.brain.turn.attribution import SURE_S
from trialogue.brain.turn.listening import rank
from trialogue.brain.words.digest import ASK_CHAIR, NUDGE, quoted
from trialogue.model.plan import FloorRules, SilenceStep
from trialogue.values import frozen

GRAIN_S = 0.01
"""Shortest wait, in seconds."""

VAIN = 3
"""Silent turns of a participant, since one was last heard, after which no policy may name it again."""


@frozen
class Chooser:
    """Choice of the next speaker by the plan's two policies."""

    rules: FloorRules
    """Floor rules: the policies' names and patience."""

    policy: Policy
    """Policy that is asked first."""

    otherwise: Policy
    """Policy that is asked if the first names no speaker and no hand is up."""

    @classmethod
    def of(cls, rules: FloorRules, custom: Mapping[str, Policy]) -> Chooser:
        """Look up the policies, `custom` ones first; ScenarioError for an unknown one."""
        return cls(rules, policy_named(rules.policy, custom), policy_named(rules.otherwise, custom))

    def choose(self, o: Owners) -> bool:
        """Grant the free floor if a participant can have it; True to ask the policies once more."""
        if _is_taken(o) or _grant_asked(o) or remedies.relieve(o) or gathers_until(o) is not None:
            return False
        if o.questions.awaits_grant(o.floor.turn + 1):
            return False
        view = o.view()
        if not _is_news(o, view):
            _climb_in_time(o)
            return False
        choice = self._decide(o, view)
        _note_unknown(o, choice.passed_over)
        self._carry_out(o, view, choice)
        return isinstance(choice.decision, Collect)

    def _carry_out(self, o: Owners, view: FloorView, choice: Choice) -> None:
        decision = choice.decision
        match decision:
            case Collect():
                _collect(o)
            case Next(to=chosen, reason=reason):
                to = hook_asking.granted(o, chosen, reason)
                if to == chosen or (to is not None and _can_have_it(o, to)):
                    self._grant(o, evolve(decision, to=to), choice)
                elif o.questions.awaits_grant(o.floor.turn + 1):
                    o.course.forget_asked()  # only the app's answer is awaited
                else:
                    o.course.ask(view, None)
                    _climb_in_time(o)
            case Wait(until=until):
                o.course.ask(view, max(until, o.now + GRAIN_S))
            case Nobody(reason=reason, is_final=True):
                end_meeting(o, reason)
            case Nobody():
                o.course.ask(view, None)
                _climb_in_time(o)
            case _:  # pragma: no cover
                assert_never(decision)

    def _decide(self, o: Owners, view: FloorView) -> Choice:
        """Ask the policies; if they name a dominant participant, ask again without it."""
        vain = frozenset(name for name in view.present if o.turns.times_in_vain(name) >= VAIN)
        barred = vain | o.questions.denied(o.floor.turn + 1)
        view = dominance.without(view, barred) if barred else view
        hands_first = self.rules.policy in HANDS_FIRST
        first = by_precedence(view, self.policy, self.otherwise, hands_first=hands_first)
        if not isinstance(first.decision, Next) or first.by == HAND:
            return first
        to, dominant = first.decision.to, dominance.dominant(view)
        if to not in dominant:
            return first
        again = by_precedence(dominance.without(view, frozenset(dominant)), self.policy, self.otherwise)
        if not isinstance(again.decision, Next):
            return first
        o.report("dominance", f"another comes first: {dominant[to]}", to)
        return again

    def _grant(self, o: Owners, decision: Next, choice: Choice) -> None:
        passed_over = choice.passed_over
        if passed_over is not None and passed_over.reason == "chair-timeout":
            chair = o.turns.taken[-1].participant
            o.report("chair-timeout", "the chair named nobody in time", chair, level="warning")
        by = choice.by or (self.rules.policy if passed_over is None else self.rules.otherwise)
        taking.grant(o, decision.to, decision.reason, by=by, ask=asked(decision.about))


def _can_have_it(o: Owners, to: str) -> bool:
    """Whether a participant that a hook names can have the floor, and is below the limit of silent turns."""
    return o.is_present(to) and o.turns.times_in_vain(to) < VAIN


def _note_unknown(o: Owners, passed_over: Nobody | None) -> None:
    """Report, once per name, that a policy has named a participant who is not of this meeting."""
    reason = passed_over.reason if passed_over is not None else ""
    name = reason.removeprefix(UNKNOWN)
    if name != reason and o.course.learn_unknown(name):
        text = f"the policy named {name[:64]!r}, who is not of this meeting"
        o.report("unknown-named", text, level="warning")


def asked(about: str) -> str:
    """Words of a digest for a question about something; empty without one."""
    return f"You are asked: {quoted(about)}" if about else ""


def _is_news(o: Owners, view: FloorView) -> bool:
    """Whether the view differs from the one that the policies saw last, or their wait is over."""
    before, until = o.course.asked_of, o.course.waits_until
    if before is None or (until is not None and has_come(until, o.now)):
        return True
    return _seen(before) != _seen(view)


def _seen(view: FloorView) -> tuple[object, ...]:
    """Parts of a view that a policy may decide by, except the time."""
    return (
        *(view.present, view.away, view.queue, len(view.turns), view.free_since, view.named),
        *(view.item, view.item_since, view.chair, view.collecting, view.plan.participants),
    )


# --- before the policies ------------------------------------------------------------------------------------


def _is_taken(o: Owners) -> bool:
    """Whether the floor goes to a person who speaks, or waits for a cut turn: no policy is asked then."""
    if claiming := claimants(o):
        if is_sure(o, claiming[0]):
            _grant_speaking(o, claiming)
        return True
    kept = o.turns.kept
    if kept is None:
        return False
    if not o.is_present(kept.name):
        taking.release(o)
        return False
    if kept.ended_s is None or has_come(resume_at(o, kept.ended_s), o.now):
        taking.resume_kept(o, kept)
    return True


def claimants(o: Owners) -> list[str]:
    """People who speak on a free floor, and so claim it, in the order in which they began."""
    return [
        name
        for name in o.people.speaking()
        if o.is_present(name) and not o.people.is_barred(name) and o.beside.of(name) is None
    ]


def resume_at(o: Owners, ended_s: float) -> float:
    """Time at which a cut turn continues if no words follow."""
    return ended_s + o.plan.floor.interrupt.resume_s + o.people.lag_s


def sure_at(o: Owners, name: str) -> float:
    """Time at which speech that began on a free floor is sure to be speech."""
    return o.people.current(name).begin_s + SURE_S + o.people.lag_s


def is_sure(o: Owners, name: str) -> bool:
    """Whether speech that began on a free floor has lasted long enough to be sure."""
    spoken_s = o.people.spoken_until(name, o.heard_s) - o.people.current(name).begin_s
    return has_come(SURE_S, spoken_s)


def _grant_speaking(o: Owners, claiming: list[str]) -> None:
    """Grant the free floor to a person who speaks; of several who began at once, to the first in rank."""
    first = o.people.current(claiming[0]).begin_s
    close = [name for name in claiming if o.people.current(name).begin_s - first <= COLLISION_S]
    drawn = int(o.draw() * len(close))
    order = {name: place for place, name in enumerate(close)}
    to = max(
        close,
        key=lambda name: (*rank(o, name), -o.people.current(name).begin_s, order[name] == drawn),
    )
    taking.grant(o, to, "speaks already", by="self")
    for name in close:
        if name != to:
            o.report("collision", f"{to} and {name} started at once; {to} goes first", name)
            o.floor.raise_hand(name, o.now, HIGH)


def _grant_asked(o: Owners) -> bool:
    """Grant the floor to the first present participant whose request comes before the policy."""
    for request in o.floor.waiting():
        name = request.participant
        if request.first and o.is_present(name):
            about = asked(request.about)
            is_urgent = bool(about) or o.agents.is_retaking(name)
            taking.grant(o, name, "asked for", by="asked", ask=about, is_urgent=is_urgent)
            return True
    return False


def gathers_until(o: Owners) -> float | None:
    """Time until which the floor waits for agents that reconnect; None if it waits for none.

    Without a present agent it waits for any of them; with one, only for agents that repeat a lost turn.
    """
    until = o.course.gathers_until
    if until is None or has_come(until, o.now):
        return None
    coming = [name for name in o.away() if not o.agents.has_failed(name) and not o.cast.is_muted(name)]
    if any(o.cast.is_agent(name) for name in o.present()):
        coming = [name for name in coming if o.agents.has_lost_turn(name)]
    return until if coming else None


# --- after the policies -------------------------------------------------------------------------------------


def _collect(o: Owners) -> None:
    """Let all present agents prepare at once; their replies are held until they are granted."""
    asked_ones = [name for name in o.view().agents if not o.replies.holds(name)]
    o.turns.collect(o.now)
    for name in asked_ones:
        prompting.ask(o, name, PromptKind.PREPARE, turn=0, words="")


def ladder_at(o: Owners) -> float | None:
    """Time of the next rung of the silence ladder; None if none is to be taken."""
    course = o.course
    if course.asked_of is None or course.waits_until is not None or course.quiet_since is None:
        return None
    if course.ladder.is_used_up or not o.present():
        return None
    return max(course.quiet_since, o.turns.free_since) + o.plan.floor.silence.after_s + o.people.lag_s


def _climb_in_time(o: Owners) -> None:
    """Climb the silence ladder if it is time."""
    at = ladder_at(o)
    if at is not None and has_come(at, o.now):
        _climb(o)


def _climb(o: Owners) -> None:
    """Take the next rung that can be taken: the floor has been free for long."""
    while o.present() and (step := o.course.ladder.climb()) is not None:
        if _take(o, step):
            return


def _take(o: Owners, step: SilenceStep) -> bool:
    """Take a rung; False if it leads nowhere."""
    match step:
        case SilenceStep.NUDGE:
            return _break(o, step, _selected(o), NUDGE)
        case SilenceStep.ASK_CHAIR:
            return _break(o, step, o.chair, ASK_CHAIR)
        case SilenceStep.NEXT_SPEAKER:
            hands = [each.participant for each in o.floor.hands() if o.is_present(each.participant)]
            return _break(o, step, hands[0] if hands else next_in_order(o.view(), frozenset()), "")
        case SilenceStep.END:
            o.report("silence", f"nobody speaks: {step.value}")
            end_meeting(o, "silence")
            return True
        case _:  # pragma: no cover
            assert_never(step)


def _selected(o: Owners) -> str | None:
    """Participant who had the last turn and said nothing; None if the last turn was heard."""
    last = o.turns.taken[-1] if o.turns.taken else None
    return last.participant if last is not None and last.was_silent else None


def _break(o: Owners, step: SilenceStep, to: str | None, ask: str) -> bool:
    if to is None or not o.is_present(to):
        return False
    o.report("silence", f"nobody speaks: {step.value}", to)
    taking.grant(o, to, f"silence: {step.value}", by="silence", ask=ask, is_urgent=bool(ask))
    return True
