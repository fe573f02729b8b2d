"""The kinds of tools that run: one module each, and its line in `MAKERS`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from trialogue.scenario.tool_keys import Command, HttpCall, McpCall, MockAnswer, PythonFunction
from trialogue.scenario.tool_specs import ToolSpec
from trialogue.tools.executor import Tool
from trialogue.tools.kinds import command, http, mcp, mock, python
from trialogue.tools.permissions import Permissions
from trialogue.tools.signatures import Signature

Maker: TypeAlias = Callable[[Any, ToolSpec, Permissions, mcp.Servers], tuple[Tool, Signature]]
"""Makes a tool of what a call does, and what it says of itself; `SetupError` for what is not allowed."""

MAKERS: Final[Mapping[type, Maker]] = MappingProxyType(
    {
        MockAnswer: mock.make,
        PythonFunction: python.make,
        HttpCall: http.make,
        Command: command.make,
        McpCall: mcp.make,
    }
)
"""Makers of tools, by what their call does (`trialogue.scenario.tool_keys`)."""
