"""Scenarios: the file that a user writes, read, checked and made ready to run before anything starts."""

from trialogue.scenario.defaults import Overrides
from trialogue.scenario.explain import Explained, explain
from trialogue.scenario.json_schema import json_schema
from trialogue.scenario.load import Scenario, load, loads
from trialogue.scenario.problems import Code, Place, ScenarioProblem
from trialogue.scenario.resolve import AgentSpec, Resolved, check, prepare, resolve
from trialogue.scenario.schema import Clock
from trialogue.scenario.tool_keys import Command, HttpCall, McpCall, MockAnswer, PythonFunction
from trialogue.scenario.tool_specs import ToolSpec
from trialogue.scenario.variables import reveal
from trialogue.scenario.variants import Cell, Variant, cells
from trialogue.scenario.writing import to_yaml

__all__ = [
    "AgentSpec",
    "Cell",
    "Clock",
    "Code",
    "Command",
    "Explained",
    "HttpCall",
    "McpCall",
    "MockAnswer",
    "Overrides",
    "Place",
    "PythonFunction",
    "Resolved",
    "Scenario",
    "ScenarioProblem",
    "ToolSpec",
    "Variant",
    "cells",
    "check",
    "explain",
    "json_schema",
    "load",
    "loads",
    "prepare",
    "resolve",
    "reveal",
    "to_yaml",
]
