"""The tools of a meeting, made from its scenario as far as its operator allows.

1. A scenario is data: code runs only where the app registered it under a name, where an installed package
   did (entry points of the group `trialogue.tools`), or where the operator allows it by pattern.
2. A pattern is held against where a function is, not against how the scenario spells it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import cast

from attrs import field

from trialogue.brain.tools.arguments import misfit
from trialogue.errors import ToolFailed
from trialogue.scenario.resolve import Resolved
from trialogue.services import service_of
from trialogue.tools.executor import Tool
from trialogue.tools.kinds import MAKERS
from trialogue.tools.mcp_servers import Crashes, open_servers
from trialogue.tools.permissions import NOTHING_MORE, Permissions
from trialogue.tools.signatures import Signature
from trialogue.values import frozen


@frozen
class Toolbox:
    """The tools of one meeting."""

    tools: Mapping[str, Tool]
    """Tools by the names by which they are called."""

    told: Mapping[str, Signature]
    """Signatures that models are told, by name."""

    crashes: Crashes = field(factory=Crashes)
    """Reports servers that are gone, once its `post` is set."""

    def block(self, via: str, block: Mapping[str, object]) -> Mapping[str, object]:
        """Block of an agent's service, in which each function says what its tool says of itself."""
        return service_of(via).keys.with_functions(block, self._function)

    def _function(self, function: Mapping[str, object]) -> Mapping[str, object]:
        told = self.told.get(cast("str", function["name"]))
        if told is None:
            return function
        return {**function, "description": told.description, "parameters": dict(told.schema)}


@asynccontextmanager
async def open_tools(resolved: Resolved, allowed: Permissions = NOTHING_MORE) -> AsyncGenerator[Toolbox]:
    """Make every tool, its MCP server running as long as the block; `SetupError` for what is not allowed."""
    tools: dict[str, Tool] = {}
    told: dict[str, Signature] = {}
    crashes = Crashes()
    async with open_servers(resolved.tools, allowed, crashes) as servers:
        for spec in resolved.tools:
            tool, itself = MAKERS[type(spec.action)](spec.action, spec, allowed, servers)
            schema = spec.schema if spec.schema is not None else itself.schema
            tools[spec.name] = CheckedTool(tool, schema)
            told[spec.name] = Signature(spec.description or itself.description, schema)
        yield Toolbox(tools, told, crashes)


@frozen
class CheckedTool:
    """A tool that is called only with arguments that fit its schema."""

    tool: Tool
    """Tool that is called."""

    schema: Mapping[str, object]
    """JSON Schema of its arguments."""

    @property
    def timeout_s(self) -> float:
        """Seconds after which a call is given up."""
        return self.tool.timeout_s

    async def call(self, arguments: Mapping[str, object]) -> object:
        """Judge, then call; `ToolFailed` tells the model what does not fit."""
        wrong = misfit(self.schema, arguments)
        if wrong is not None:
            raise ToolFailed(f"the arguments do not fit: {wrong}", code="arguments")
        return await self.tool.call(arguments)
