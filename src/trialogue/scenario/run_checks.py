"""Checks of a scenario for its run: after defaults and the operator's options."""

from __future__ import annotations

import math

from trialogue.scenario.agents import is_scripted, service_at, thinks_of
from trialogue.scenario.checks import Look, twice
from trialogue.scenario.ears import ears_at, has_ear
from trialogue.scenario.people_checks import clips_in_place
from trialogue.scenario.problems import Code, Path
from trialogue.scenario.schema import AgentKeys, Clock, ReplacementKeys, StandInKeys
from trialogue.scenario.standing_in import stand_in
from trialogue.scenario.tool_forms import MOCK
from trialogue.scenario.tool_keys import KINDS, kinds_of
from trialogue.scenario.vocabulary import MICROPHONE, TEXT
from trialogue.services import EMBEDDED, SERVICES, service_of
from trialogue.services.service import Service

_NO_THINK = "cannot think here: give it lines, a script, or think: {provider: open_ai, endpoint: ...}"


def check_run(look: Look) -> None:
    """Note everything that prevents the completed document of `look` from running."""
    run = look.document.run
    virtual = run is not None and run.clock is Clock.VIRTUAL
    for name, agent in look.document.cast.items():
        if virtual and _is_hosted(agent.via):
            title = service_at(agent).title
            text = f"a virtual clock cannot speed up {title}: use clock: real, or via: {EMBEDDED}"
            look.tell(("cast", name, "via"), text, Code.CLOCK_LIVE, form=f"via: {EMBEDDED}")
        if virtual and agent.via in {MICROPHONE, TEXT}:
            _tell_person(look, name, agent)
        if virtual and not agent.is_person:
            _check_offline(look, name, agent)
        if has_ear(agent):
            _check_listening(look, name, agent, service_of(ears_at(look.document)))
        if not agent.is_person:
            _check_listening(look, name, agent, service_at(agent))
            _check_thinking(look, ("cast", name), agent)
            _check_stand_in(look, name, agent, virtual=virtual)
    for name, tool in (look.document.tools or {}).items():
        if virtual and any(KINDS[kind].is_in_the_world for kind in kinds_of(tool)):
            text = "a virtual clock cannot speed up this tool: use clock: real, or a mock"
            look.tell(("tools", name), text, Code.CLOCK_LIVE, form=f"{name}: {{mock: {MOCK}}}")
    limits = run.limits if run is not None else None
    if limits is not None and limits.time == math.inf and limits.turns is None:
        look.tell(("run", "limits"), "a meeting needs a time limit or a turn limit", Code.LIMIT_NONE)


def _tell_person(look: Look, name: str, agent: AgentKeys) -> None:
    """Note a person in virtual time, unless a fault of the seat already leads to clips."""
    seat: Path = ("cast", name)
    is_led = any(path[:2] == seat for path in look.problems.paths())
    if look.places.find((*seat, "via")) is None and is_led:
        return
    text = "a virtual clock cannot speed up a person: use clock: real, or replace the person by clips"
    look.tell((*seat, "via"), text, Code.CLOCK_LIVE, form=clips_in_place(agent))


def _check_offline(look: Look, name: str, agent: AgentKeys) -> None:
    """Note a model at an endpoint without a record in virtual time, since it takes real time."""
    if look.document.run is not None and look.document.run.models is not None:
        return
    listed = agent.think if isinstance(agent.think, tuple) else (agent.think,)
    for index, think in enumerate(listed):
        if think is not None and think.endpoint is not None:
            where: Path = ("cast", name, "think", *([index] if isinstance(agent.think, tuple) else []))
            text = "a virtual clock cannot speed up a model: use clock: real, a script, or recorded answers"
            look.tell((*where, "endpoint"), text, Code.CLOCK_LIVE)


def _check_listening(look: Look, name: str, agent: AgentKeys, service: Service) -> None:
    if agent.listen is not None:
        for fault in service.keys.listen_faults(agent.listen):
            look.tell(("cast", name, "listen", *fault.path), fault.text, Code(fault.code), idle=True)


def _check_stand_in(look: Look, name: str, agent: AgentKeys, *, virtual: bool) -> None:
    substitute = stand_in(agent)
    if substitute is None or not isinstance(agent.on_failure, ReplacementKeys):
        return
    path: Path = ("cast", name, "on_failure", "replace")
    given = agent.on_failure.replace
    if given == StandInKeys():
        look.tell(
            path,
            "a stand-in needs its own lines, think or via, or it would fail in the same way",
            Code.STAND_IN,
        )
    if given.lines is not None and given.think is not None:
        look.tell((*path, "lines"), twice(given.think), Code.THINK_TWICE)
    is_agent = isinstance(substitute.via, str) and substitute.via in SERVICES
    if not is_agent or (virtual and _is_hosted(substitute.via)):
        look.tell((*path, "via"), "a stand-in must be an agent that this clock allows", Code.STAND_IN)
    _check_thinking(look, path, substitute)


def _is_hosted(via: object) -> bool:
    """Whether a seat is at a hosted service, which runs in real time."""
    return isinstance(via, str) and via in SERVICES and service_of(via).hosted is not None


def _check_thinking(look: Look, seat: Path, agent: AgentKeys) -> None:
    if not isinstance(agent.via, str) or agent.via not in SERVICES:
        return
    keys = service_of(agent.via).keys
    path: Path = (*seat, "think")
    if is_scripted(agent) and not keys.plays_scripts:
        text = (
            f"only the embedded server plays scripts: use via: {EMBEDDED}, or give "
            "the agent a prompt and "
            "a model"
        )
        look.tell((*seat, "lines") if agent.lines else path, text, Code.THINK_SCRIPTED)
    elif agent.think is None and agent.lines is None and keys.model is None:
        look.tell(seat, f"{seat[1]} {_NO_THINK}", Code.THINK_MISSING)
    else:
        faults = (fault for think in thinks_of(agent) for fault in keys.run_faults(think))
        for fault in faults:
            look.tell((*path, *fault.path), fault.text, Code(fault.code))
