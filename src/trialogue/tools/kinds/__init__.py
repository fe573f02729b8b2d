"""Kinds of tools: one module each, with its line in `MAKERS`."""

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
"""Function that makes a tool and its signature from its keys; `SetupError` for one that is not permitted."""

MAKERS: Final[Mapping[type, Maker]] = MappingProxyType(
    {
        MockAnswer: mock.make,
        PythonFunction: python.make,
        HttpCall: http.make,
        Command: command.make,
        McpCall: mcp.make,
    }
)
"""Functions that make tools, by the kind of their call (`trialogue.scenario.tool_keys`)."""
