"""Operator's file of scripts: its agents, each with a script and the conversations that it answers.

The file is YAML, and errors name line and column. A file with `script` has one agent, which answers every
conversation; one with `agents` has several, and the first whose `match` fits answers. Scripts are written as
in scenarios.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

from trialogue.model.kinds import Name, PatternText, record_of
from trialogue.model.patterns import compile as compile_pattern
from trialogue.scenario.binding import Binder
from trialogue.scenario.including import read_text
from trialogue.scenario.problem_lines import raise_problems
from trialogue.scenario.problems import Code, Place, Problems
from trialogue.scenario.problems import Path as Keys
from trialogue.scenario.tree import Entries, Hole, compose, places_of
from trialogue.server.think.scripted import Script, ScriptError, read_script
from trialogue.server.think.stand_in import AgentMatch, StandInAgent
from trialogue.services.script import JsonObject, ScriptEntryKeys, entry_faults, wire_script
from trialogue.values import frozen

__all__ = ["MatchKeys", "ScriptFile", "ScriptFileAgent", "ServedEntryKeys", "read_script_file"]

_ANYBODY: Final = "anybody"
"""Name of the agent in a file that has only one."""


@frozen
class MatchKeys:
    """Conditions on a conversation: all given ones must fit."""

    prompt: Annotated[str | None, PatternText()] = None
    """A regular expression, searched in the prompt of `agent.think`."""

    tag: str | None = None
    """One of the `tags` of Settings."""

    agent: str | None = None
    """Id that Settings give in the place of an agent; the server then knows it."""

    path: str | None = None
    """Path of the address before `/v1/agent/converse`, such as `/orders`."""

    key: str | None = None
    """Key that the client sends. Secret where it is a real one."""


@frozen
class ServedEntryKeys(ScriptEntryKeys):
    """One reply of a script, as in scenarios, with a fault."""

    fault: str | None = None
    """The name of a fault on demand that strikes with the reply."""


@frozen
class ScriptFileAgent:
    """One agent of the file."""

    name: Annotated[str, Name()]
    """Name in diagnostics."""

    script: tuple[ServedEntryKeys, ...]
    """Script, as in scenarios. Personal."""

    match: MatchKeys = MatchKeys()
    """Conditions on its conversations; without them it answers all."""

    greeting: str | None = None
    """Opening words where Settings have no greeting. Personal."""


@frozen
class ScriptFile:
    """Whole file, with either `script` or `agents`."""

    script: tuple[ServedEntryKeys, ...] | None = None
    """Script of the one agent, which answers every conversation."""

    agents: tuple[ScriptFileAgent, ...] | None = None
    """Several agents; the first that fits answers."""


def read_script_file(file: Path) -> tuple[StandInAgent, ...]:
    """Agents of the file; `ScenarioError` lists all of its faults, with line and column."""
    problems = Problems()
    start = Hole(Place(str(file), 1, 1))
    text = read_text(file, problems, start, ())
    tree = start if text is None else compose(text, str(file), problems)
    if isinstance(tree, Entries) and not {"script", "agents"} & {pair.key for pair in tree.pairs}:
        tree = _no_scenario(tree, problems)
    bound = Binder(problems).bind(record_of(ScriptFile), tree, ())
    agents: tuple[StandInAgent, ...] = ()
    if isinstance(bound, ScriptFile):
        agents = _Reading(problems, places_of(tree)).agents_of(bound)
    raise_problems(problems, str(file))
    return agents


def _no_scenario(tree: Entries, problems: Problems) -> Entries | Hole:
    """Hole for a scenario, with a problem that tells what serves it; another map itself."""
    if tree.find("trialogue") is None and tree.find("cast") is None:
        return tree
    text = (
        "this is a scenario, not a file of scripts: write an agent's script here under script; or serve a "
        "run of it: trialogue run FILE --out RUN, then trialogue serve --replay RUN --participant NAME"
    )
    problems.add(tree.at, (), text, Code.TYPE)
    return Hole(tree.at)


@frozen
class _Reading:
    """Checks a file that was read, and makes its agents."""

    problems: Problems
    places: dict[Keys, Place]

    def agents_of(self, file: ScriptFile) -> tuple[StandInAgent, ...]:
        if (file.script is None) == (file.agents is None):
            self._tell((), "needs either script or agents", Code.KEY_MISSING)
            return ()
        if file.script is not None:
            return (StandInAgent(_ANYBODY, self._script(file.script, ())),)
        listed = enumerate(file.agents or ())
        return tuple(self._agent(agent, ("agents", index)) for index, agent in listed)

    def _agent(self, agent: ScriptFileAgent, path: Keys) -> StandInAgent:
        match = agent.match
        if match.path is not None and (not match.path.startswith("/") or match.path.endswith("/")):
            self._tell((*path, "match", "path"), "starts with / but does not end with /", Code.PATH)
        pattern = None if match.prompt is None else compile_pattern(match.prompt)
        own = AgentMatch(pattern, match.tag, match.agent, match.path, match.key)
        return StandInAgent(agent.name, self._script(agent.script, path), own, agent.greeting)

    def _script(self, entries: tuple[ServedEntryKeys, ...], path: Keys) -> Script:
        faults = list(entry_faults(entries))
        for fault in faults:
            self._tell((*path, *fault.path), fault.text, Code(fault.code))
        try:
            return read_script(() if faults else _with_faults(entries))
        except ScriptError as error:
            self._tell((*path, "script"), str(error), Code.SCRIPT_ENTRY)
            return Script(())

    def _tell(self, path: Keys, text: str, code: Code) -> None:
        while path not in self.places:
            path = path[:-1]
        self.problems.add(self.places[path], path, text, code)


def _with_faults(entries: tuple[ServedEntryKeys, ...]) -> list[JsonObject]:
    """Script in the form that the server uses, with its faults."""
    wire = wire_script(entries)
    for raw, entry in zip(wire, entries, strict=True):
        if entry.fault is not None:
            raw["fault"] = entry.fault
    return wire
