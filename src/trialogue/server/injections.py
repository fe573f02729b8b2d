"""When an injected agent message is refused, and the true reason that the client is told.

1. `interrupt` is never refused.
2. While the user's turn is not over, any other is.
3. `default` is refused while the agent speaks, too: until what it said must have been played at the client.
   An agent that only thinks, or waits for a function, does not speak.
4. A reply that has as many sentences as one may have takes no more.
"""

from __future__ import annotations

from trialogue.server.answering import Answering
from trialogue.server.user_turn import UserState
from trialogue.values import frozen

__all__ = ["InjectionRefusal", "refusal_of"]


@frozen
class InjectionRefusal:
    """Reason to refuse a message of behaviour `default` or `queue`; None where it is spoken."""

    code: str
    """Of the warning, for servers that refuse by warnings."""

    reason: str
    """In words."""


_USER = "INJECT_AGENT_MESSAGE_DURING_USER_SPEECH"
_AGENT = "INJECT_AGENT_MESSAGE_DURING_AGENT_SPEECH"


def refusal_of(behavior: str, user: UserState, agent: Answering, now: float) -> InjectionRefusal | None:
    """Reason to refuse a message of behaviour `default` or `queue`; None where it is spoken."""
    if user is UserState.SPEAKING:
        return InjectionRefusal(_USER, "user is speaking")
    if user is UserState.BEING_UNDERSTOOD:
        return InjectionRefusal(_USER, "user has spoken and is being understood")
    if behavior == "default" and agent.is_speaking(now):
        playing = "agent is speaking" if agent.is_sending else "agent is speaking: its audio is still played"
        return InjectionRefusal(_AGENT, playing)
    if agent.is_full:
        return InjectionRefusal(_AGENT, "agent's reply has as many sentences as one may have")
    return None
