"""Toolbox of a meeting: its tools, made from its scenario as far as its operator permits.

1. A scenario is data: code runs only if the app registered it under a name, an installed package did (entry
   points of the group `trialogue.tools`), or the operator permits it by pattern.
2. A pattern is compared with the function's own module, not with the scenario's spelling.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Final, cast

from attrs import field

from trialogue.brain.tools.arguments import misfit
from trialogue.errors import SetupError, ToolFailed
from trialogue.model.json_text import read_json, write_json
from trialogue.scenario.message_sizes import beyond_a_signature
from trialogue.scenario.resolve import Resolved
from trialogue.services import service_of
from trialogue.tools.executor import Tool
from trialogue.tools.kinds import MAKERS
from trialogue.tools.mcp_servers import Crashes, open_servers
from trialogue.tools.permissions import NOTHING_MORE, Permissions
from trialogue.tools.signatures import Signature
from trialogue.values import frozen

_AROUND: Final = 8
"""Levels of JSON around a schema in that message, or more."""


@frozen
class Toolbox:
    """Tools of one meeting."""

    tools: Mapping[str, Tool]
    """Tools by their names for agents."""

    told: Mapping[str, Signature]
    """Signatures for models, by name."""

    crashes: Crashes = field(factory=Crashes)
    """Reporter of lost servers, once its `post` is set."""

    def block(self, via: str, block: Mapping[str, object]) -> Mapping[str, object]:
        """Block of an agent's service, with the signatures of its tools."""
        return service_of(via).keys.with_functions(block, self._function)

    def _function(self, function: Mapping[str, object]) -> Mapping[str, object]:
        told = self.told.get(cast("str", function["name"]))
        if told is None:
            return function
        return {**function, "description": told.description, "parameters": dict(told.schema)}


@asynccontextmanager
async def open_tools(resolved: Resolved, allowed: Permissions = NOTHING_MORE) -> AsyncGenerator[Toolbox]:
    """Make every tool, with its MCP server running as long as the block.

    `SetupError` for a tool that is forbidden, or of which no model could be told.
    """
    tools: dict[str, Tool] = {}
    told: dict[str, Signature] = {}
    crashes = Crashes()
    async with open_servers(resolved.tools, allowed, crashes) as servers:
        for spec in resolved.tools:
            tool, itself = MAKERS[type(spec.action)](spec.action, spec, allowed, servers)
            schema = spec.schema if spec.schema is not None else itself.schema
            tools[spec.name] = CheckedTool(tool, schema)
            told[spec.name] = Signature(spec.description or itself.description, schema)
            _check_told(spec.name, told[spec.name])
        yield Toolbox(tools, told, crashes)


def _check_told(name: str, told: Signature) -> None:
    """Raise `SetupError` for a tool that its server, say, describes at more length than any model is told."""
    try:
        read_json(b"[" * _AROUND + write_json([told.description, told.schema]) + b"]" * _AROUND)
    except (TypeError, ValueError, RecursionError):
        raise SetupError(f"tool {name}: its schema is nested too deeply") from None
    if beyond := beyond_a_signature(told.description, told.schema):
        raise SetupError(f"tool {name}: {beyond}")


@frozen
class CheckedTool:
    """Tool that is called only with arguments that fit its schema."""

    tool: Tool
    """Tool that it calls."""

    schema: Mapping[str, object]
    """JSON Schema of its arguments."""

    @property
    def timeout_s(self) -> float:
        """Seconds after which a call is abandoned."""
        return self.tool.timeout_s

    async def call(self, arguments: Mapping[str, object]) -> object:
        """Check the arguments, then call; `ToolFailed` tells the model what does not fit."""
        wrong = misfit(self.schema, arguments)
        if wrong is not None:
            raise ToolFailed(f"the arguments do not fit: {wrong}", code="arguments")
        return await self.tool.call(arguments)
