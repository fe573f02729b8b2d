"""The kinds of tools that a scenario can name."""

from trialogue.actors.toolkit.checked import CheckedTool
from trialogue.actors.toolkit.command import CommandTool
from trialogue.actors.toolkit.http import HttpTool, is_loopback
from trialogue.actors.toolkit.mcp import McpServer, McpTool
from trialogue.actors.toolkit.mock import MockTool
from trialogue.actors.toolkit.python import PythonTool, import_function
from trialogue.actors.toolkit.signatures import Signature, describe

__all__ = [
    "CheckedTool",
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
