"""Tools of a resolved scenario."""

from __future__ import annotations

from pathlib import Path

from attrs import field

from trialogue.model.escaped_words import as_said
from trialogue.model.plan import Filler, OnInterrupt, ToolRules
from trialogue.scenario.defaults import filled
from trialogue.scenario.schema import Document
from trialogue.scenario.tool_keys import (
    KINDS,
    Command,
    McpCall,
    PythonFunction,
    ToolAction,
    ToolKeys,
    kinds_of,
)
from trialogue.services.script import JsonObject
from trialogue.values import frozen


@frozen
class ToolSpec:
    """One tool of the scenario."""

    name: str
    """Name for agents."""

    description: str
    """Description for the model; empty where the tool describes itself."""

    schema: JsonObject | None = field(hash=False)
    """JSON Schema of its arguments; None where the tool describes itself."""

    action: ToolAction
    """Action of a call."""

    timeout_s: float
    """Seconds after which a call is abandoned."""

    @property
    def code(self) -> str | None:
        """Code that the operator must permit: `module:function` or a program; None for none."""
        match self.action:
            case PythonFunction(target) if ":" in target:
                return target
            case Command(argv) | McpCall(argv=argv) if argv:
                return argv[0]
            case _:
                return None


def tool_specs(document: Document, folder: Path) -> tuple[ToolSpec, ...]:
    """Tools of a completed document, in its order."""
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
    (kind, keys), *_ = kinds_of(tool).items()
    return KINDS[kind].action(name, keys, folder)


def tool_rules(document: Document) -> tuple[ToolRules, ...]:
    """Rules of the tools that have any."""
    rules = (_rules(name, tool) for name, tool in (document.tools or {}).items())
    return tuple(each for each in rules if each != ToolRules(each.name))


def _rules(name: str, tool: ToolKeys) -> ToolRules:
    return ToolRules(
        name,
        on_interrupt=tool.on_interrupt or OnInterrupt.CANCEL,
        idempotent=bool(tool.idempotent),
        identity=tool.identity or (),
        filler=Filler(tool.filler.after, as_said(tool.filler.say)) if tool.filler else None,
    )
