"""Resolved scenario, ready to run: the plan, each agent's settings, the tools, and all values' origins."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import cast

from attrs import evolve, field

from trialogue.arguments import checks_arguments
from trialogue.brain.redialling import RedialRules
from trialogue.fixed_paths import fixed
from trialogue.model.expectations import Expectations
from trialogue.model.plan import MeetingPlan
from trialogue.scenario.agents import agent_block, is_scripted, offered_tools
from trialogue.scenario.checks import Look, SourcePlaces
from trialogue.scenario.contradictions import check_contradictions
from trialogue.scenario.defaults import Overrides, complete, filled, sitting_fault
from trialogue.scenario.endpoints import NOWHERE, check_endpoints
from trialogue.scenario.expecting import expectations_of
from trialogue.scenario.load import Scenario, problems_of, read_file
from trialogue.scenario.planning import plan_of
from trialogue.scenario.problem_lines import raise_problems
from trialogue.scenario.problems import Code, Path, Problems, ScenarioProblem, path_text
from trialogue.scenario.recording_checks import check_recordings
from trialogue.scenario.run_checks import check_run
from trialogue.scenario.schema import Clock, Document
from trialogue.scenario.seating import PersonSpec, people_of
from trialogue.scenario.settings_checks import check_settings
from trialogue.scenario.spoken_checks import check_spoken
from trialogue.scenario.standing_in import redial_rules, stand_in
from trialogue.scenario.tool_keys import HttpCall
from trialogue.scenario.tool_specs import ToolSpec, tool_specs
from trialogue.scenario.variables import names_within, needed_names
from trialogue.scenario.variants import AS_IT_STANDS, Variant, variants
from trialogue.services import EMBEDDED
from trialogue.services.script import JsonObject
from trialogue.values import frozen


@frozen
class AgentSpec:
    """Connection settings of one agent."""

    name: str
    """Name of the participant."""

    via: str
    """Service of the agent."""

    block: JsonObject = field(repr=False, hash=False)
    """Block for its service. Has `${env:...}` references, which are resolved (`reveal`) when it dials.
    Personal.
    """

    tools: tuple[str, ...] = ()
    """Tools that it is offered; the rules answer `give_floor` and `end_meeting`."""

    is_scripted: bool = False
    """Whether the agent speaks from a script in the scenario."""

    restart: RedialRules = field(factory=RedialRules)
    """Restart rule: the retries of its sessions."""

    fallback: AgentSpec | None = None
    """Fallback that takes the seat if its sessions have failed for good; it has no fallback of its own."""

    @property
    def seats(self) -> tuple[AgentSpec, ...]:
        """The agent's own seat and its fallback's."""
        return (self,) if self.fallback is None else (self, self.fallback)


@frozen
class Resolved:
    """Scenario that is ready to run."""

    plan: MeetingPlan
    """Plan of the meeting, as the rules know it."""

    agents: tuple[AgentSpec, ...]
    """Agents, in the cast's order."""

    people: tuple[PersonSpec, ...]
    """People, and participants whom clips stand in for, in the cast's order."""

    tools: tuple[ToolSpec, ...]
    """Tools, in the file's order."""

    clock: Clock
    """Real or virtual time."""

    frame_ms: int
    """Length of a frame, in milliseconds."""

    document: Document = field(repr=False)
    """Whole scenario, with all defaults."""

    places: SourcePlaces = field(repr=False, eq=False)
    """Places of its parts in the source."""

    overrides: Overrides = field(eq=False)
    """Overrides by the operator."""

    source: str = field(eq=False)
    """File, as it was named."""

    folder: FilePath = field(eq=False, repr=False)
    """Folder of the file, as an absolute path; paths in the file are relative to it."""

    records_models: bool = field(default=False, eq=False)
    """Whether models are asked in spite of a record, and their answers recorded."""

    noted: tuple[str, ...] = field(default=(), eq=False, repr=False)
    """Things without effect in a run's own file, each with its place; anywhere else they are refused."""

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes of `trialogue check` on what will not sound, or not go, as its author expects; no speech."""
        from trialogue.scenario.notes import notes  # noqa: PLC0415 - it reads a resolved scenario

        return tuple(notes(self))

    @property
    def about(self) -> str:
        """Purpose of the meeting, for people; may be empty."""
        return self.document.about or ""

    @property
    def code(self) -> tuple[str, ...]:
        """Code that the operator must allow: `module:function` names and programs."""
        tools = (tool.code for tool in self.tools if tool.code is not None)
        policies = (name for name in (self.plan.floor.policy, self.plan.floor.otherwise) if ":" in name)
        return tuple(dict.fromkeys((*tools, *policies)))

    @property
    def models(self) -> FilePath | None:
        """File of recorded model answers; None if models are asked."""
        named = filled(self.document.run).models
        return None if named is None else self.folder / named

    @property
    def answers_for_models(self) -> bool:
        """Whether the file answers for every model of the embedded server, so that no endpoint is asked."""
        return self.models is not None and not self.records_models

    @property
    def asks_endpoints(self) -> bool:
        """Whether an agent of the embedded server uses a model at an endpoint."""
        seats = (seat for agent in self.agents for seat in agent.seats)
        return any(seat.via == EMBEDDED and _has_endpoint(seat.block) for seat in seats)

    @property
    def expectations(self) -> Expectations:
        """Expectations of the meeting."""
        return expectations_of(self.document)

    @property
    def services(self) -> frozenset[str]:
        """The services of its agents and of its people's ears."""
        seats = {seat.via for agent in self.agents for seat in agent.seats}
        return frozenset(seats | {person.ear.via for person in self.people if person.ear is not None})

    @property
    def needs(self) -> tuple[str, ...]:
        """Environment variables without a default, which a meeting needs to start."""
        return tuple(sorted({name for _, name in self.needed}))

    @property
    def needed(self) -> tuple[tuple[Path, str], ...]:
        """Variables of `needs`, each with the seat or tool that needs it, in file order."""
        return tuple(
            (path, name) for path, texts in self._revealed for name in names_within(texts, needed_names)
        )

    @property
    def _revealed(self) -> list[tuple[Path, object]]:
        """Values from the environment, each with its place."""
        blocks = [
            (("cast", agent.name), dialled_settings(self, seat))
            for agent in self.agents
            for seat in agent.seats
        ]
        ears = [(("cast", each.name), each.ear.keys) for each in self.people if each.ear is not None]
        actions = [(("tools", tool.name, "http"), tool.action) for tool in self.tools]
        return [
            *blocks,
            *ears,
            *((path, each.headers) for path, each in actions if isinstance(each, HttpCall)),
        ]

    @property
    def secrets(self) -> tuple[str, ...]:
        """The environment variables used by its agents' and ears' settings and its tools, sorted."""
        headers = [tool.action.headers for tool in self.tools if isinstance(tool.action, HttpCall)]
        of_agents = {name for agent in self.agents for name in _secrets_in_seats(agent)}
        of_ears = [person.ear.keys for person in self.people if person.ear is not None]
        judge = self.document.expect.judge if self.document.expect else None
        endpoint = judge.endpoint if judge else None
        of_judge = [endpoint.url, dict(endpoint.headers or {})] if endpoint else []
        return tuple(
            sorted(of_agents.union(names_within(headers), names_within(of_ears), names_within(of_judge)))
        )


@frozen
class Examined:
    """Result of reading and checking a file once."""

    problems: tuple[ScenarioProblem, ...]
    """Problems that keep it from running, sorted by place."""

    resolved: Resolved | None
    """Resolved scenario; None with problems."""

    variants: tuple[Variant, ...]
    """Other variants of the file: profiles and cells, where none was chosen."""


@checks_arguments
def resolve(scenario: Scenario, overrides: Overrides | None = None) -> Resolved:
    """Make a scenario ready to run; `ScenarioError` lists all problems."""
    problems = problems_of(scenario.source)
    document = _completed(scenario, overrides or Overrides(), problems)
    raise_problems(problems, scenario.source)
    return _build(scenario, document, overrides or Overrides(), problems)


def resolve_joined(scenario: Scenario, overrides: Overrides, name: str) -> Resolved:
    """Resolve the scenario of a running meeting with a new participant, whose seat is checked as an author's.

    All else is a run's own (`Problems.is_of_run`).
    """
    problems = Problems(is_of_run=True)
    document = _completed(scenario, overrides, problems)
    problems.refuse(("cast", name))
    raise_problems(problems, scenario.source)
    return _build(scenario, document, overrides, problems)


@checks_arguments
def prepare(path: str | FilePath, overrides: Overrides | None = None) -> Resolved:
    """Read a file and make it ready to run; `ScenarioError` lists all problems at once."""
    problems, asked = problems_of(path), overrides or Overrides()
    scenario = read_file(FilePath(path), problems, asked.variant)
    document = _completed(scenario, asked, problems) if scenario else None
    raise_problems(problems, str(path))
    return _build(filled(scenario), filled(document), asked, problems)


@checks_arguments
def check(path: str | FilePath, overrides: Overrides | None = None) -> list[ScenarioProblem]:
    """All problems of a file, sorted by place; empty if it can run.

    If no profile or cell is selected, every profile and every cell of the matrix is checked, too.
    """
    return list(examine(path, overrides).problems)


@checks_arguments
def examine(path: str | FilePath, overrides: Overrides | None = None) -> Examined:
    """Check as `check` does, and also return the resolved scenario if there are no problems."""
    problems, asked = problems_of(path), overrides or Overrides()
    scenario = read_file(FilePath(path), problems, asked.variant)
    document = _completed(scenario, asked, problems) if scenario is not None else None
    told = set(problems.found)
    matrix_is_wrong = any(problem.code is Code.MATRIX for problem in told)
    is_alone = scenario is None or asked.variant != AS_IT_STANDS or matrix_is_wrong
    others = () if is_alone else tuple(variants(filled(scenario).document))
    for variant in others:
        for problem in _check_variant(FilePath(path), evolve(asked, variant=variant)):
            if problem not in told:
                told.add(problem)
                text = f"{problem.text} (with {variant})"
                problems.add(problem.place, problem.path, text, problem.code)
    if problems.found:
        return Examined(problems.sorted(str(path)), None, others)
    return Examined((), _build(filled(scenario), filled(document), asked, problems), others)


def _check_variant(path: FilePath, asked: Overrides) -> tuple[ScenarioProblem, ...]:
    problems = problems_of(path)
    scenario = read_file(path, problems, asked.variant)
    if scenario is not None:
        _completed(scenario, asked, problems)
    return problems.found


def dialled_settings(resolved: Resolved, seat: AgentSpec) -> JsonObject:
    """Settings for dialling a seat: unused endpoints need no address and no key."""
    if not resolved.answers_for_models or seat.via != EMBEDDED:
        return seat.block
    thinks = seat.block.get("think")
    if isinstance(thinks, list):
        return {**seat.block, "think": [_unasked(think) for think in cast("list[object]", thinks)]}
    return {**seat.block, "think": _unasked(thinks)} if thinks is not None else seat.block


def _unasked(think: object) -> object:
    """Think provider whose endpoint leads nowhere."""
    if not isinstance(think, dict):
        return think
    keys = cast("JsonObject", think)
    return keys if keys.get("endpoint") is None else {**keys, "endpoint": {"url": NOWHERE}}


def _has_endpoint(block: JsonObject) -> bool:
    """Whether one of an agent's think providers has an endpoint."""
    thinks = block.get("think")
    listed = cast("list[object]", thinks) if isinstance(thinks, list) else [thinks]
    return any(
        isinstance(think, dict) and cast("JsonObject", think).get("endpoint") is not None for think in listed
    )


def _completed(scenario: Scenario, overrides: Overrides, problems: Problems) -> Document:
    document = complete(scenario.document, overrides)
    look = Look(document, scenario.places, problems, scenario.unread)
    wrong = sitting_fault(document, overrides.me) if overrides.me is not None else None
    if wrong is not None:
        look.tell(("cast",), wrong, Code.PERSON_VIA)
    check_run(look)
    check_contradictions(look)
    check_spoken(look)
    check_endpoints(look)
    check_recordings(look, FilePath(scenario.source).parent)
    if not problems.paths():
        _check_settings(look)
    return document


def _check_settings(look: Look) -> None:
    plan = plan_of(look.document)
    for name, participant in look.document.cast.items():
        if participant.is_person:
            continue
        agent = _agent(look.document, plan, name)
        check_settings(look, ("cast", name), agent.via, agent.block)
        if agent.fallback is not None:
            substitute = agent.fallback
            check_settings(look, ("cast", name, "on_failure", "replace"), substitute.via, substitute.block)


def _build(scenario: Scenario, document: Document, overrides: Overrides, problems: Problems) -> Resolved:
    plan, folder = plan_of(document), fixed(FilePath(scenario.source)).parent
    run = filled(document.run)
    return Resolved(
        plan=plan,
        agents=tuple(
            _agent(document, plan, name) for name, seat in document.cast.items() if not seat.is_person
        ),
        people=people_of(document, folder),
        tools=tool_specs(document, folder),
        clock=filled(run.clock),
        frame_ms=round(filled(run.frame) * 1000),
        document=document,
        places=scenario.places,
        overrides=overrides,
        source=scenario.source,
        folder=folder,
        noted=tuple(f"{path_text(each.path)}: {each.text}" for each in problems.noted),
    )


def _agent(document: Document, plan: MeetingPlan, name: str) -> AgentSpec:
    spec, substitute = _seat(document, plan, name), stand_in(document.cast[name])
    if substitute is None:
        return spec
    replaced = evolve(document, cast={**document.cast, name: substitute})
    return evolve(spec, fallback=_seat(replaced, plan, name))


def _seat(document: Document, plan: MeetingPlan, name: str) -> AgentSpec:
    agent = document.cast[name]
    return AgentSpec(
        name=name,
        via=agent.via if isinstance(agent.via, str) else EMBEDDED,
        block=agent_block(document, plan, name),
        tools=offered_tools(document, plan, name),
        is_scripted=is_scripted(agent),
        restart=redial_rules(agent.restart),
    )


def _secrets_in_seats(agent: AgentSpec) -> Iterator[str]:
    yield from names_within(agent.block)
    if agent.fallback is not None:
        yield from names_within(agent.fallback.block)
