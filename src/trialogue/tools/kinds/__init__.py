"""The kinds of tools that a scenario can name."""

from trialogue.tools.kinds.command import CommandTool
from trialogue.tools.kinds.http import HttpTool, is_loopback
from trialogue.tools.kinds.mcp import McpServer, McpTool
from trialogue.tools.kinds.mock import MockTool
from trialogue.tools.kinds.python import PythonTool, import_function
from trialogue.tools.signatures import Signature, describe

__all__ = [
    "CommandTool",
    "HttpTool",
    "McpServer",
    "McpTool",
    "MockTool",
    "PythonTool",
    "Signature",
    "describe",
    "import_function",
    "is_loopback",
]
