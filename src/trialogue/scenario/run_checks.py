"""What must hold of a scenario as it is going to be run: after defaults and the operator's options."""

from __future__ import annotations

import math

from trialogue.scenario.agents import is_scripted, thinks_of
from trialogue.scenario.checks import Look
from trialogue.scenario.problems import Code, Path
from trialogue.scenario.schema import AgentKeys, Clock, ReplacementKeys, StandInKeys, Via
from trialogue.scenario.stages import ThinkKeys
from trialogue.scenario.standing_in import stand_in
from trialogue.scenario.vocabulary import Provider

_NO_THINK = "has nothing to say here: give lines, a script, or think: {provider: open_ai, endpoint: ...}"


def check_run(look: Look) -> None:
    """Note everything that keeps the completed document of `look` from running."""
    run = look.document.run
    virtual = run is not None and run.clock is Clock.VIRTUAL
    for name, agent in look.document.cast.items():
        if virtual and agent.via is Via.DEEPGRAM:
            text = "a virtual clock cannot hurry Deepgram: run with clock: real, or via: local"
            look.tell(("cast", name, "via"), text, Code.CLOCK_LIVE)
        if virtual and agent.via in {Via.MICROPHONE, Via.TEXT}:
            text = "a virtual clock cannot hurry a person: run with clock: real, or let clips stand in"
            look.tell(("cast", name, "via"), text, Code.CLOCK_LIVE)
        if not agent.is_person:
            _check_thinking(look, ("cast", name), agent)
            _check_stand_in(look, name, agent, virtual=virtual)
    for name, tool in (look.document.tools or {}).items():
        if virtual and (tool.http or tool.command or tool.mcp):
            text = "a virtual clock cannot hurry the world: run with clock: real, or let a mock stand in"
            look.tell(("tools", name), text, Code.CLOCK_LIVE)
    limits = run.limits if run is not None else None
    if limits is not None and limits.time == math.inf and limits.turns is None:
        look.tell(("run", "limits"), "a meeting needs a limit of time or of turns", Code.LIMIT_NONE)


def _check_stand_in(look: Look, name: str, agent: AgentKeys, *, virtual: bool) -> None:
    substitute = stand_in(agent)
    if substitute is None or not isinstance(agent.on_failure, ReplacementKeys):
        return
    path: Path = ("cast", name, "on_failure", "replace")
    given = agent.on_failure.replace
    if given == StandInKeys():
        look.tell(path, "a stand-in needs lines, think or via, or it would fail alike", Code.STAND_IN)
    if given.lines is not None and given.think is not None:
        look.tell((*path, "lines"), "lines or think, not both", Code.THINK_TWICE)
    if substitute.via not in {Via.LOCAL, Via.DEEPGRAM} or (virtual and substitute.via is Via.DEEPGRAM):
        look.tell((*path, "via"), "a stand-in is an agent, and one that this clock allows", Code.STAND_IN)
    _check_thinking(look, path, substitute)


def _check_thinking(look: Look, seat: Path, agent: AgentKeys) -> None:
    path: Path = (*seat, "think")
    match agent.via:
        case Via.DEEPGRAM if is_scripted(agent):
            text = (
                "only the embedded server plays scripts: run it via: local, or give it a prompt and a model"
            )
            look.tell((*seat, "lines") if agent.lines else path, text, Code.THINK_SCRIPTED)
        case Via.LOCAL if agent.think is None and agent.lines is None:
            look.tell(seat, f"{seat[1]} {_NO_THINK}", Code.THINK_MISSING)
        case Via.LOCAL:
            for think in thinks_of(agent):
                _check_local(look, path, think)
        case _:
            pass


def _check_local(look: Look, path: Path, think: ThinkKeys) -> None:
    if think.provider is Provider.SCRIPTED or (think.provider is Provider.OPEN_AI and think.endpoint):
        return
    if think.provider is Provider.OPEN_AI:
        text = "the embedded server asks an open_ai endpoint: give its endpoint, a script, or via: deepgram"
    else:
        text = (
            f"the embedded server has no {think.provider.value}: give a script, open_ai with an endpoint, "
            "or via: deepgram"
        )
    look.tell(path, text, Code.THINK_LOCAL)
