"""What belongs to the format but not to this release: refused with a line that says so."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from trialogue.scenario.schema import Agent, AgentDefaults, Document, Floor, LimitRules, Tool, Via
from trialogue.scenario.vocabulary import Policy

LATER_KEYS: Mapping[type, frozenset[str]] = {
    Document: frozenset({"faults", "expect", "profiles", "matrix"}),
    LimitRules: frozenset({"cost"}),
    AgentDefaults: frozenset({"restart"}),
    Agent: frozenset({"restart"}),
    Tool: frozenset({"http", "command", "mcp", "on_interrupt"}),
    Floor: frozenset({"interrupt", "share"}),
}
"""Keys of the format that this release does not know yet."""

LATER_WORDS: Mapping[type[Enum], frozenset[str]] = {
    Via: frozenset({"scripted", "replay"}),
    Policy: frozenset(
        {
            "addressed",
            "hand-off",
            "queue",
            "auction",
            "least-spoken",
            "free",
            "agenda",
            "parallel-collect",
            "random",
        }
    ),
}
"""Words of the format that this release does not know yet."""
