"""Scenarios: a user's file, read, checked and prepared before anything starts.

- Reading: `load` (a file, all its faults at once), `tree` (YAML to nodes with positions), `yaml_slips` (a
  parser's message in an author's words), `variants` (profiles, a matrix), `variables`, `including`,
  `binding` (nodes to values);
- keys, as an author writes them: `schema`, `floor_keys`, `tool_keys`, `expect_keys`, `fault_keys`, `people`,
  `patterns` (the grammar of patterns for events), with `vocabulary` and `quantities`;
- checks: `checks` for every file, `contradictions`, `run_checks` for the options of a run, and one module
  `*_checks` per subject;
- messages for the author: `problems` (codes), `wrong_values` (a wrong value), `did_you_mean`, `forms` (an
  example of each key, and where it belongs), `key_aliases` (other names of keys), `problem_lines` (a caret);
- preparation: `defaults`, `resolve`, and one module per part: `planning`, `agents`, `ears`, `seating`,
  `tool_specs`, `expecting`, `planned_faults`, `pattern_reading`, `joining` (a participant who joins later);
- for authors: `skeleton` (`new`), `formatting` (`fmt`), `graph`, `explain`, `json_schema`, `writing`.
"""

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
