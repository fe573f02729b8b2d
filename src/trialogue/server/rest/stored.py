"""Stored agent configurations and their variables: bounded, in memory, as long as the server runs.

1. A configuration is the text of an `agent` block. Variables like `DG_MODEL` stand in it without quotes, in
   the place of a JSON value. They are replaced when Settings name the agent, so a variable may change in
   between.
2. A configuration is checked when it is stored: it must be JSON and, without variables, an agent.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final, cast

import orjson
from attrs import evolve, field

from trialogue.errors import RemoteProtocolError
from trialogue.model.json_text import read_json
from trialogue.server.terms import TermsRefused
from trialogue.services.deepgram.codec import read_agent
from trialogue.services.deepgram.settings import AgentSettings
from trialogue.values import define, frozen

__all__ = ["NotStored", "StoredAgent", "StoredAgents", "StoredVariable"]

MAX_AGENTS: Final = 256
MAX_VARIABLES: Final = 256
MAX_CHARS: Final = 64 * 1024
"""Most characters of one configuration, or of one variable's value."""

MAX_FILLED_CHARS: Final = 1024 * 1024
"""Most characters of a configuration with its values, as many as a message of Settings may have."""

VARIABLE_NAME: Final = re.compile(r"DG_[A-Z0-9_-]+")
_STRING_OR_NAME: Final = re.compile(r'"(?:[^"\\]|\\.)*"?|' + VARIABLE_NAME.pattern)
"""A string without an end goes to the end of the text: so no part of a text is searched twice."""


class NotStored(Exception):
    """Refusal to store what a client sent; the text may be sent back."""


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@frozen
class StoredAgent:
    """Stored configuration of an agent."""

    id: str
    """Id by which Settings name it."""

    project: str
    """Project under which it was stored."""

    text: str = field(repr=False)
    """Text of its `agent` block, with variables by name. Personal: it holds prompts."""

    metadata: Mapping[str, str] = field(factory=dict[str, str])
    """Labels that the client chose."""

    created_at: str = field(factory=_now)
    updated_at: str = field(factory=_now)

    def shown(self) -> dict[str, object]:
        """Configuration as responses show it: variables are strings with their names."""
        return {
            "agent_id": self.id,
            "config": read_json(_replaced(self.text, None)),
            "metadata": dict(self.metadata),
            "created_at": self.created_at,
            "updated_at": self.updated_at,
        }


@frozen
class StoredVariable:
    """Stored variable."""

    id: str
    """Id by which routes name it."""

    project: str
    """Project under which it was stored."""

    key: str
    """Name in configurations: `DG_MODEL`."""

    value: object = field(repr=False)
    """Any value of JSON."""

    created_at: str = field(factory=_now)
    updated_at: str = field(factory=_now)

    def shown(self) -> dict[str, object]:
        """Variable as responses show it."""
        return {
            "variable_id": self.id,
            "key": self.key,
            "value": self.value,
            "created_at": self.created_at,
            "updated_at": self.updated_at,
        }


@define(eq=False)
class StoredAgents(Mapping[str, AgentSettings]):
    """Stored agents and variables of one server; as a mapping, settings by an agent's id."""

    agents: dict[str, StoredAgent] = field(factory=dict[str, StoredAgent])
    """By id, oldest first."""

    variables: dict[str, StoredVariable] = field(factory=dict[str, StoredVariable])
    """By id, oldest first."""

    def __getitem__(self, agent_id: str) -> AgentSettings:
        """Settings of an agent, variables replaced; raises `TermsRefused` where they are invalid."""
        stored = self.agents[agent_id]
        values = {each.key: each.value for each in self.variables.values() if each.project == stored.project}
        try:
            return read_agent(read_json(_filled(stored.text, values)))
        except KeyError as missing:
            raise TermsRefused(
                f"The agent's configuration names {missing.args[0]}, which is not stored."
            ) from None
        except (RemoteProtocolError, orjson.JSONDecodeError) as fault:
            raise TermsRefused(f"The agent's configuration is invalid: {fault}.") from None

    def __iter__(self) -> Iterator[str]:
        """Iterate over the ids."""
        return iter(self.agents)

    def __len__(self) -> int:
        """Number of stored agents."""
        return len(self.agents)

    def keep_agent(self, agent: StoredAgent) -> None:
        """Store a configuration, new or changed; raises `NotStored`."""
        if agent.id not in self.agents and len(self.agents) >= MAX_AGENTS:
            raise NotStored(f"This server keeps {MAX_AGENTS} agent configurations; delete one first.")
        if len(agent.text) > MAX_CHARS:
            raise NotStored(f"config may have at most {MAX_CHARS} characters.")
        _check(agent.text)
        self.agents[agent.id] = agent

    def keep_variable(self, variable: StoredVariable) -> None:
        """Store a variable, new or changed; raises `NotStored`."""
        others = [each for each in self.variables.values() if each.id != variable.id]
        if not VARIABLE_NAME.fullmatch(variable.key):
            raise NotStored("key must be DG_ and capitals, digits, _ or -.")
        if any(each.project == variable.project and each.key == variable.key for each in others):
            raise NotStored(f"{variable.key} is stored already.")
        if len(others) >= MAX_VARIABLES:
            raise NotStored(f"This server keeps {MAX_VARIABLES} variables; delete one first.")
        if len(json.dumps(variable.value)) > MAX_CHARS:
            raise NotStored(f"value may have at most {MAX_CHARS} characters.")
        self.variables[variable.id] = variable

    def relabel(self, agent: StoredAgent, metadata: Mapping[str, str]) -> StoredAgent:
        """Change an agent's labels, the only part that may change."""
        changed = evolve(agent, metadata=metadata, updated_at=_now())
        self.agents[agent.id] = changed
        return changed

    def revalue(self, variable: StoredVariable, value: object) -> StoredVariable:
        """Change a variable's value; raises `NotStored`."""
        changed = evolve(variable, value=value, updated_at=_now())
        self.keep_variable(changed)
        return changed


def _check(text: str) -> None:
    """Check that `text` may be an agent; raises `NotStored` where it cannot."""
    try:
        block: object = read_json(_replaced(text, None))
    except orjson.JSONDecodeError as fault:
        raise NotStored(f"config is not JSON: {fault.msg} at character {fault.pos}.") from None
    if not isinstance(block, dict):
        raise NotStored("config must be a text that contains an agent block, a JSON object.")
    if any(not found.startswith('"') for found in _STRING_OR_NAME.findall(text)):
        return  # the variables' values are not known yet
    try:
        read_agent(cast("dict[str, object]", block))
    except RemoteProtocolError as fault:
        raise NotStored(f"config is not a valid agent: {fault}.") from None


def _filled(text: str, values: Mapping[str, object]) -> str:
    """Text with its variables' values; raises `TermsRefused` before one that is too long is made."""
    named = Counter(found for found in _STRING_OR_NAME.findall(text) if not found.startswith('"'))
    if len(text) + sum(len(json.dumps(values[each])) * n for each, n in named.items()) > MAX_FILLED_CHARS:
        raise TermsRefused(
            f"The agent's configuration with its variables may have at most {MAX_FILLED_CHARS} characters."
        )
    return _replaced(text, values)


def _replaced(text: str, values: Mapping[str, object] | None) -> str:
    """Text with its variables' values, or with their names as strings where there are no values."""

    def replace(found: re.Match[str]) -> str:
        name = found.group()
        if name.startswith('"'):
            return name
        return json.dumps(name if values is None else values[name])

    return _STRING_OR_NAME.sub(replace, text)
