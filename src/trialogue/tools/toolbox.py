"""The tools of a meeting, made from its scenario as far as its operator allows.

1. A scenario is data: code runs only where the app registered it under a name, where an installed package
   did (entry points of the group `trialogue.tools`), or where the operator allows it by pattern.
2. A pattern is held against where a function is, not against how the scenario spells it.
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from importlib.metadata import entry_points
from typing import assert_never, cast

from attrs import field, frozen

from trialogue.brain.tools.arguments import misfit
from trialogue.compute import Inline, InThreads, is_virtual
from trialogue.errors import SetupError, ToolFailed
from trialogue.scenario.resolve import Resolved
from trialogue.scenario.tool_specs import (
    Command,
    HttpCall,
    McpCall,
    MockAnswer,
    PythonFunction,
    ToolSpec,
)
from trialogue.scenario.variables import reveal
from trialogue.services import service_of
from trialogue.tools.executor import Tool
from trialogue.tools.kinds import (
    CommandTool,
    HttpTool,
    McpServer,
    McpTool,
    MockTool,
    PythonTool,
    Signature,
    describe,
    import_function,
)
from trialogue.tools.kinds.http import check_url
from trialogue.tools.mcp_servers import Crashes, Servers, open_servers, server_at
from trialogue.tools.permissions import check_import, check_place, is_allowed

GROUP = "trialogue.tools"
"""The group of entry points by which packages register tools."""


@frozen
class Permissions:
    """What code of a scenario's the operator lets run, and whom its agents may ask."""

    imports: tuple[str, ...] = ()
    """Patterns of tools and policies whose code may run, as `prices.*`; held against `module.function`."""

    commands: tuple[str, ...] = ()
    """Patterns of programs that may be started, as a scenario names them."""

    hosts: tuple[str, ...] = ()
    """Hosts beside this machine that may be asked, over TLS: by tools, and as endpoints of agents."""

    code: bool = True
    """Whether code may be run at all; registered tools always may."""

    registered: Mapping[str, Callable[..., object]] = field(factory=dict[str, Callable[..., object]])
    """The app's own tools, by the name that a scenario's `python` gives."""


NOTHING_MORE = Permissions()
"""What needs no leave: mocks, registered tools, addresses of this machine."""


@frozen
class Toolbox:
    """The tools of one meeting."""

    tools: Mapping[str, Tool]
    """What runs when a tool is called."""

    told: Mapping[str, Signature]
    """What models are told of each."""

    crashes: Crashes = field(factory=Crashes)
    """Reports servers that are gone, once its `post` is set."""

    def block(self, via: str, block: Mapping[str, object]) -> Mapping[str, object]:
        """What an agent's service is told of it, in which each function says what its tool says of itself."""
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
    for spec in resolved.tools:
        _check_server(spec, allowed)
    async with open_servers(resolved.tools, crashes) as servers:
        for spec in resolved.tools:
            tool, itself = _make(spec, allowed, servers)
            schema = spec.schema if spec.schema is not None else itself.schema
            tools[spec.name] = CheckedTool(tool, schema)
            told[spec.name] = Signature(spec.description or itself.description, schema)
        yield Toolbox(tools, told, crashes)


@frozen
class CheckedTool:
    """A tool that is called only with arguments that fit its schema."""

    tool: Tool
    """What is called."""

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


def _make(spec: ToolSpec, allowed: Permissions, servers: Servers) -> tuple[Tool, Signature]:
    """A tool, and what it says of itself."""
    silent = Signature("", {"type": "object"})
    what = f"tool {spec.name}"
    match spec.action:
        case MockAnswer(result, delay_s, error):
            return MockTool(result, delay_s, error, spec.timeout_s), silent
        case PythonFunction(target):
            function = _function(what, target, allowed)
            compute = Inline() if is_virtual() else InThreads(16, is_native=False)
            itself = silent if spec.schema is not None else describe(function, what)
            return PythonTool(function, compute, spec.timeout_s), itself
        case HttpCall(url, method, headers):
            check_url(url, allowed.hosts, what)
            revealed = cast("dict[str, str]", reveal(headers, os.environ))
            return HttpTool(url, method, revealed, spec.timeout_s), silent
        case Command(argv, folder):
            _check_program(what, argv[0], allowed)
            return CommandTool(argv, folder, spec.timeout_s), silent
        case McpCall(tool) as call:
            return _offered(spec, tool, servers[server_at(call)])
        case _ as never:
            assert_never(never)


def _check_server(spec: ToolSpec, allowed: Permissions) -> None:
    """`SetupError` where a tool's server may not be started, or asked: before any is."""
    match spec.action:
        case McpCall(argv=argv) if argv:
            _check_program(f"tool {spec.name}", argv[0], allowed)
        case McpCall(url=url):
            check_url(url, allowed.hosts, f"tool {spec.name}")
        case _:
            pass


def _offered(spec: ToolSpec, tool: str, server: McpServer) -> tuple[Tool, Signature]:
    offered = server.offered.get(tool)
    if offered is None:
        raise SetupError(f"tool {spec.name}: the MCP server has no tool {tool}")
    return McpTool(server, tool, spec.timeout_s), Signature(offered.description or "", offered.input_schema)


def _function(what: str, target: str, allowed: Permissions) -> Callable[..., object]:
    if ":" not in target:
        return _registered(what, target, allowed)
    if not allowed.code:
        raise SetupError(f"{what}: runs code ({target}), and that is refused")
    check_import(what, target, allowed.imports)
    function = import_function(target)
    check_place(what, target, function, allowed.imports)
    return function


def _registered(what: str, name: str, allowed: Permissions) -> Callable[..., object]:
    if name in allowed.registered:
        registered: object = allowed.registered[name]  # callers may not be typed
        if not callable(registered):
            raise SetupError(f"{what}: is a {type(registered).__name__}, not a function")
        return registered
    for entry in entry_points(group=GROUP, name=name):
        loaded: object = entry.load()
        if callable(loaded):
            return loaded
    raise SetupError(f"{what}: no tool named {name} is registered; register it, or write module:function")


def _check_program(what: str, program: str, allowed: Permissions) -> None:
    if not allowed.code:
        raise SetupError(f"{what}: starts a program ({program}), and that is refused")
    if not is_allowed(program, allowed.commands):
        raise SetupError(f"{what}: allow its program with --allow-command {program}")
