"""The tools of a scenario, ready to be made."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

from attrs import field, frozen

from trialogue.model.plan import Filler, OnInterrupt, ToolRules
from trialogue.scenario.defaults import filled
from trialogue.scenario.schema import Document
from trialogue.scenario.tool_keys import ToolKeys
from trialogue.services.script import JsonObject


@frozen
class MockAnswer:
    """A tool that answers the same thing every time."""

    result: object = None
    """What it answers. Personal."""

    delay_s: float = 0.0
    """After how long, in seconds."""

    error: str = ""
    """If set, it fails with these words instead."""


@frozen
class PythonFunction:
    """A tool that runs code of this process."""

    target: str
    """`module:function`, or the name of a registered tool."""


@frozen
class HttpCall:
    """A tool at an address."""

    url: str
    """Where."""

    method: str = "POST"
    """How."""

    headers: JsonObject = field(factory=dict[str, object], repr=False, hash=False)
    """Sent along. Holds `${env:...}` references: `reveal` it as the tool is made."""


@frozen
class Command:
    """A tool that is a program."""

    argv: tuple[str, ...]
    """The program and its arguments."""

    folder: Path
    """The scenario's folder, where it runs."""


@frozen
class McpCall:
    """A tool of an MCP server."""

    tool: str
    """Its name there."""

    argv: tuple[str, ...] = ()
    """The program that is the server; empty where it is at an address."""

    url: str = ""
    """The server's address; empty where it is a program."""


ToolAction: TypeAlias = MockAnswer | PythonFunction | HttpCall | Command | McpCall
"""What a call does; a `match` over it ends in `assert_never`."""


@frozen
class ToolSpec:
    """One tool of the scenario."""

    name: str
    """What agents call it."""

    description: str
    """When to call it; empty where the tool says so itself."""

    schema: JsonObject | None = field(hash=False)
    """JSON Schema of its arguments; None where the tool says so itself."""

    action: ToolAction
    """What a call does."""

    timeout_s: float
    """Seconds after which a call is given up."""

    @property
    def code(self) -> str | None:
        """What code it runs that the operator must allow: `module:function`, or a program; None for none."""
        match self.action:
            case PythonFunction(target) if ":" in target:
                return target
            case Command(argv) | McpCall(argv=argv) if argv:
                return argv[0]
            case _:
                return None


def tool_specs(document: Document, folder: Path) -> tuple[ToolSpec, ...]:
    """The tools of a completed document, in its order."""
    return tuple(_spec(name, tool, folder) for name, tool in (document.tools or {}).items())


def _spec(name: str, tool: ToolKeys, folder: Path) -> ToolSpec:
    return ToolSpec(
        name=name,
        description=filled(tool.description),
        schema=tool.schema,
        action=_action(name, tool, folder),
        timeout_s=filled(tool.timeout),
    )


def _action(name: str, tool: ToolKeys, folder: Path) -> ToolAction:
    if tool.mock is not None:
        return MockAnswer(tool.mock.result, filled(tool.mock.delay), tool.mock.error or "")
    if tool.http is not None:
        return HttpCall(tool.http.url, filled(tool.http.method).value, dict(tool.http.headers or {}))
    if tool.command is not None:
        return Command(tool.command, folder)
    if tool.mcp is not None:
        return McpCall(tool.mcp.tool or name, tool.mcp.command or (), tool.mcp.url or "")
    return PythonFunction(filled(tool.python))


def tool_rules(document: Document) -> tuple[ToolRules, ...]:
    """What the meeting's rules know of those tools that say more of themselves than their name."""
    rules = (_rules(name, tool) for name, tool in (document.tools or {}).items())
    return tuple(each for each in rules if each != ToolRules(each.name))


def _rules(name: str, tool: ToolKeys) -> ToolRules:
    return ToolRules(
        name,
        on_interrupt=tool.on_interrupt or OnInterrupt.CANCEL,
        idempotent=bool(tool.idempotent),
        identity=tool.identity or (),
        filler=Filler(tool.filler.after, tool.filler.say) if tool.filler else None,
    )
