"""Stored agent configurations and their variables: created, listed, read, changed, deleted.

A project may have any name, so an app keeps its own.
"""

from __future__ import annotations

from typing import Final, TypeVar, cast

from trialogue.server.rest.answers import RequestRefused, RestRequest, json_answer, json_object
from trialogue.server.rest.stored import NotStored, StoredAgent, StoredAgents, StoredVariable
from trialogue.transport.http import HttpResponse

__all__ = [
    "change_agent",
    "change_variable",
    "create_agent",
    "create_variable",
    "delete_agent",
    "delete_variable",
    "list_agents",
    "list_variables",
    "show_agent",
    "show_variable",
]

MAX_LABELS: Final = 64
MAX_LABEL_CHARS: Final = 1024

Kept = TypeVar("Kept", StoredAgent, StoredVariable)


async def create_agent(asked: RestRequest) -> HttpResponse:
    """Store a configuration under a new id."""
    body = json_object(asked)
    config, version = body.get("config"), body.get("api_version")
    if not isinstance(config, str):
        raise RequestRefused(
            400, "PAYLOAD_ERROR", "config must be a string: the JSON text of an agent block."
        )
    if version not in (None, 1):
        raise RequestRefused(400, "PAYLOAD_ERROR", "api_version must be 1.")
    agent = StoredAgent(asked.equipment.new_id(), asked.parts["project"], config, _labels(body))
    try:
        asked.holdings.agents.keep_agent(agent)
    except NotStored as reason:
        raise RequestRefused(400, "PAYLOAD_ERROR", str(reason)) from None
    return json_answer(asked.request_id, agent.shown())


async def list_agents(asked: RestRequest) -> HttpResponse:
    """List a project's configurations."""
    found = [each.shown() for each in asked.holdings.agents.agents.values() if _is_of(each, asked)]
    return json_answer(asked.request_id, {"agents": found})


async def show_agent(asked: RestRequest) -> HttpResponse:
    """Show one configuration."""
    return json_answer(asked.request_id, _agent(asked).shown())


async def change_agent(asked: RestRequest) -> HttpResponse:
    """Change a configuration's labels; nothing else of it can change."""
    body = json_object(asked)
    if "config" in body:
        raise RequestRefused(400, "PAYLOAD_ERROR", "config cannot be changed; create another agent.")
    changed = asked.holdings.agents.relabel(_agent(asked), _labels(body))
    return json_answer(asked.request_id, changed.shown())


async def delete_agent(asked: RestRequest) -> HttpResponse:
    """Delete a configuration."""
    del asked.holdings.agents.agents[_agent(asked).id]
    return json_answer(asked.request_id, {})


async def create_variable(asked: RestRequest) -> HttpResponse:
    """Store a variable under a new id."""
    body = json_object(asked)
    key = body.get("key")
    if not isinstance(key, str) or "value" not in body:
        raise RequestRefused(400, "PAYLOAD_ERROR", "key, a string, and value are required.")
    variable = StoredVariable(asked.equipment.new_id(), asked.parts["project"], key, body["value"])
    return json_answer(asked.request_id, _kept(asked.holdings.agents, variable).shown())


async def list_variables(asked: RestRequest) -> HttpResponse:
    """List a project's variables."""
    found = [each.shown() for each in asked.holdings.agents.variables.values() if _is_of(each, asked)]
    return json_answer(asked.request_id, {"variables": found})


async def show_variable(asked: RestRequest) -> HttpResponse:
    """Show one variable."""
    return json_answer(asked.request_id, _variable(asked).shown())


async def change_variable(asked: RestRequest) -> HttpResponse:
    """Change a variable's value, for sessions that name their agent from now on."""
    body, variable = json_object(asked), _variable(asked)
    if "value" not in body:
        raise RequestRefused(400, "PAYLOAD_ERROR", "value is required.")
    try:
        changed = asked.holdings.agents.revalue(variable, body["value"])
    except NotStored as reason:
        raise RequestRefused(400, "PAYLOAD_ERROR", str(reason)) from None
    return json_answer(asked.request_id, changed.shown())


async def delete_variable(asked: RestRequest) -> HttpResponse:
    """Delete a variable."""
    del asked.holdings.agents.variables[_variable(asked).id]
    return json_answer(asked.request_id, {})


def _kept(agents: StoredAgents, variable: StoredVariable) -> StoredVariable:
    try:
        agents.keep_variable(variable)
    except NotStored as reason:
        raise RequestRefused(400, "PAYLOAD_ERROR", str(reason)) from None
    return variable


def _agent(asked: RestRequest) -> StoredAgent:
    return _found(asked.holdings.agents.agents.get(asked.parts["agent"]), asked, "agent")


def _variable(asked: RestRequest) -> StoredVariable:
    return _found(asked.holdings.agents.variables.get(asked.parts["variable"]), asked, "variable")


def _found(kept: Kept | None, asked: RestRequest, kind: str) -> Kept:
    if kept is None or not _is_of(kept, asked):
        raise RequestRefused(404, "NOT_FOUND", f"No {kind} of that id is stored in this project.")
    return kept


def _is_of(kept: StoredAgent | StoredVariable, asked: RestRequest) -> bool:
    return kept.project == asked.parts["project"]


def _labels(body: dict[str, object]) -> dict[str, str]:
    found = body.get("metadata")
    given: object = {} if found is None else found
    labels = cast("dict[object, object]", given) if isinstance(given, dict) else None
    if labels is None or not all(isinstance(value, str) for value in labels.values()):
        raise RequestRefused(400, "PAYLOAD_ERROR", "metadata must be an object of strings.")
    told = cast("dict[str, str]", labels)
    if len(told) > MAX_LABELS or any(len(key) + len(value) > MAX_LABEL_CHARS for key, value in told.items()):
        raise RequestRefused(
            400,
            "PAYLOAD_ERROR",
            f"metadata may have at most {MAX_LABELS} entries of {MAX_LABEL_CHARS} characters.",
        )
    return told
