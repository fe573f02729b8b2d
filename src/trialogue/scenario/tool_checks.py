"""What must hold of each tool."""

from __future__ import annotations

from typing import cast

from trialogue.scenario.endpoints import address_fault
from trialogue.scenario.looking import Look
from trialogue.scenario.problems import Code, Path, meant
from trialogue.scenario.schema_faults import schema_faults
from trialogue.scenario.tool_keys import ToolKeys

KINDS = ("mock", "python", "http", "command", "mcp")
"""What a tool can be; it is exactly one."""


def check_tool(look: Look, name: str, tool: ToolKeys) -> None:
    """Note everything that does not hold of one tool."""
    path: Path = ("tools", name)
    written = [kind for kind in KINDS if getattr(tool, kind) is not None]
    if not written:
        look.tell(path, f"needs one of {', '.join(KINDS)}", Code.TOOL_KIND)
    for more in written[1:]:
        text = f"is {written[0]} already: a tool is one of {', '.join(KINDS)}"
        look.tell((*path, more), text, Code.TOOL_KIND)
    if tool.mock and (tool.mock.result is None) == (tool.mock.error is None):
        look.tell((*path, "mock"), "needs either result or error", Code.TOOL_KIND)
    if tool.python is not None and not _names_function(tool.python):
        look.tell((*path, "python"), "must be module:function, or a registered name", Code.TOOL_KIND)
    if tool.command == ():
        look.tell((*path, "command"), "is empty: give a program and its arguments", Code.TOOL_KIND)
    if tool.mcp is not None and bool(tool.mcp.command) == (tool.mcp.url is not None):
        look.tell((*path, "mcp"), "needs either command or url", Code.TOOL_KIND)
    if tool.schema is not None and tool.schema.get("type") != "object":
        look.tell((*path, "schema"), "arguments are an object: give type: object", Code.TOOL_SCHEMA)
    elif tool.schema is not None:
        for where, wrong in schema_faults(tool.schema, (*path, "schema")):
            look.tell(where, wrong, Code.TOOL_SCHEMA)
    addresses = {"http": tool.http.url if tool.http else None, "mcp": tool.mcp.url if tool.mcp else None}
    for key, url in addresses.items():
        fault = None if url is None else address_fault(url, ("http", "https"))
        if fault is not None:
            look.tell((*path, key, "url"), fault, Code.ENDPOINT)
    _check_identity(look, path, tool)


def _check_identity(look: Look, path: Path, tool: ToolKeys) -> None:
    declared = (tool.schema or {}).get("properties")
    if not isinstance(declared, dict):
        return
    properties = cast("dict[str, object]", declared)
    for index, argument in enumerate(tool.identity or ()):
        if argument not in properties:
            text = f'the schema has no argument "{argument}"{meant(argument, list(properties))}'
            look.tell((*path, "identity", index), text, Code.TOOL_SCHEMA)


def _names_function(text: str) -> bool:
    module, separator, function = text.partition(":")
    if not separator:
        return module.replace("-", "_").isidentifier()
    return function.isidentifier() and all(part.isidentifier() for part in module.split("."))
