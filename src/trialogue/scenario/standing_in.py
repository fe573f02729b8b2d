"""Stand-ins for agents whose sessions have failed for good.

A stand-in with lines uses the embedded server, whatever the agent's service, so that it works when the
vendor, or the key, fails.
"""

from __future__ import annotations

from attrs import evolve

from trialogue.brain.redialling import RedialRules
from trialogue.model.participants import OnFailure
from trialogue.scenario.agents import is_scripted
from trialogue.scenario.schema import AgentKeys, Failing, ReplacementKeys, RestartKeys, RestartWhen
from trialogue.services import EMBEDDED


def stand_in(agent: AgentKeys) -> AgentKeys | None:
    """Seat with the keys of its stand-in; None if it has none."""
    if not isinstance(agent.on_failure, ReplacementKeys):
        return None
    given = agent.on_failure.replace
    has_own_words = given.lines is not None or given.think is not None
    seat = evolve(
        agent,
        prompt=agent.prompt if given.prompt is None else given.prompt,
        lines=given.lines if has_own_words else agent.lines,
        think=given.think if has_own_words else agent.think,
        speak=given.speak or agent.speak,
        on_failure=None,
    )
    return evolve(seat, via=given.via or (EMBEDDED if is_scripted(seat) else agent.via))


def policy_of(agent: AgentKeys) -> OnFailure | None:
    """Agent's own policy for its failure; None for the plan's, which is to drop it."""
    match agent.on_failure:
        case ReplacementKeys():
            return OnFailure.REPLACE
        case Failing.END:
            return OnFailure.END
        case Failing.DROP | None:
            return None


def redial_rules(keys: RestartKeys | None) -> RedialRules:
    """Restart rules of an agent's sessions, from the author's keys."""
    built_in = RedialRules()
    if keys is None:
        return built_in
    base_s, cap_s = keys.backoff or (built_in.base_s, built_in.cap_s)
    attempts = built_in.attempts if keys.max is None else keys.max
    return evolve(
        built_in,
        base_s=base_s,
        cap_s=cap_s,
        attempts=0 if keys.when is RestartWhen.NEVER else attempts,
        within_s=keys.within or built_in.within_s,
    )
