"""Refusal of injected agent messages: its conditions, and the reason that the client is told.

1. `interrupt` is never refused.
2. Any other behaviour is refused until the user's turn is over.
3. `default` is also refused while the agent speaks, until the client must have played its words. An agent
   that only thinks, or waits for a function, does not speak.
4. A reply with the most sentences that one may have takes no more.
"""

from __future__ import annotations

from typing import Final

from trialogue.server.answering import Answering
from trialogue.server.user_turn import UserState
from trialogue.values import frozen

__all__ = ["BEHAVIORS", "InjectionRefusal", "refusal_of"]

BEHAVIORS: Final = ("default", "queue", "interrupt")
"""Behaviours of an injected message while somebody speaks."""


@frozen
class InjectionRefusal:
    """Refusal of an injected message: a code and a reason."""

    code: str
    """Code, for servers that refuse by warnings."""

    reason: str
    """Reason, in words."""


_USER = "INJECT_AGENT_MESSAGE_DURING_USER_SPEECH"
_AGENT = "INJECT_AGENT_MESSAGE_DURING_AGENT_SPEECH"


def refusal_of(behavior: str, user: UserState, agent: Answering, now: float) -> InjectionRefusal | None:
    """Refusal of a message of behaviour `default` or `queue`; None where it is spoken."""
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
