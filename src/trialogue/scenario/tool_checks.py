"""Checks of each tool."""

from __future__ import annotations

from typing import cast

from trialogue.scenario.did_you_mean import did_you_mean
from trialogue.scenario.endpoints import address_fault
from trialogue.scenario.looking import Look
from trialogue.scenario.message_sizes import beyond_a_signature
from trialogue.scenario.problems import Code, Path
from trialogue.scenario.schema_faults import schema_faults
from trialogue.scenario.tool_keys import KINDS, ToolKeys, kinds_of


def check_tool(look: Look, name: str, tool: ToolKeys) -> None:
    """Note every fault of one tool."""
    path: Path = ("tools", name)
    written = kinds_of(tool)
    if not written:
        look.tell(path, f"needs one of {', '.join(KINDS)}", Code.TOOL_KIND)
    first, *others = written or ("",)
    for more in others:
        text = f"is already {first}: a tool has exactly one of {', '.join(KINDS)}"
        look.tell((*path, more), text, Code.TOOL_KIND)
    for kind, keys in written.items():
        for wrong in KINDS[kind].faults(keys):
            look.tell((*path, kind), wrong, Code.TOOL_KIND)
        url = KINDS[kind].address(keys)
        if url is not None and (fault := address_fault(url, ("http", "https"))) is not None:
            look.tell((*path, kind, "url"), fault, Code.ENDPOINT)
    if tool.schema is not None and tool.schema.get("type") != "object":
        look.tell((*path, "schema"), "arguments must be an object: write type: object", Code.TOOL_SCHEMA)
    elif tool.schema is not None:
        for where, wrong in schema_faults(tool.schema, (*path, "schema")):
            look.tell(where, wrong, Code.TOOL_SCHEMA)
    if beyond := beyond_a_signature(tool.description or "", tool.schema or {}):
        look.tell(path, beyond, Code.TOOL_SCHEMA)
    _check_identity(look, path, tool)


def _check_identity(look: Look, path: Path, tool: ToolKeys) -> None:
    """An argument must be one of the schema, unless that names none: it is filled in where it is left out."""
    declared = (tool.schema or {}).get("properties")
    if not isinstance(declared, dict) or not declared:
        return
    properties = cast("dict[str, object]", declared)
    for index, argument in enumerate(tool.identity or ()):
        if argument not in properties:
            text = f'the schema has no argument "{argument}"{did_you_mean(argument, list(properties))}'
            look.tell((*path, "identity", index), text, Code.TOOL_SCHEMA)
