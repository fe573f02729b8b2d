"""Entry of a policy: its interface for the rest of the program; each policy's module has one."""

from __future__ import annotations

from trialogue.brain.floor.view import Policy
from trialogue.values import frozen


@frozen
class PolicyEntry:
    """Policy that a scenario can name: `POLICY` of its module."""

    name: str
    """Name in a scenario's `floor.policy`; turns of the policy are marked with it."""

    policy: Policy
    """Rule that chooses the next speaker."""

    about: str
    """Advice on when to choose the policy: one sentence."""

    keys: tuple[str, ...]
    """Scenario keys that shape it."""

    tools: tuple[str, ...] = ()
    """Tools of the floor that every agent is offered under it."""

    is_self_selected: bool = False
    """Whether agents start by themselves under it, so that several can start at once."""

    hands_first: bool = False
    """Whether a raised hand comes before its choice: it names by order, share or chance alone."""

    is_by_speakers: bool = False
    """Whether the speaker names the next one, so that some can keep the floor among themselves."""

    is_by_the_chair: bool = False
    """Whether the chair names the next speaker: the policy needs a chair, which has tools for that."""
