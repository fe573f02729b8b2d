"""Checks between the parts of a scenario, however it is run.

Each check uses the parts that could be read; checks that need an unreadable part are left out, so that one
mistake is reported once.
"""

from __future__ import annotations

from collections.abc import Iterator

from trialogue.brain.floor.policies import BY_THE_CHAIR
from trialogue.brain.tools.arguments import misfit
from trialogue.model.participants import Participant
from trialogue.scenario.did_you_mean import did_you_mean
from trialogue.scenario.expect_checks import check_expect
from trialogue.scenario.fault_checks import check_faults
from trialogue.scenario.floor_keys import FLOOR_TOOLS, names_policy
from trialogue.scenario.looking import Look, SourcePlaces, check_participant, there_are
from trialogue.scenario.pattern_checks import Use, check_event
from trialogue.scenario.patterns import EventKeys
from trialogue.scenario.people_checks import check_people
from trialogue.scenario.point_forms import ending_form
from trialogue.scenario.problems import Code, Path
from trialogue.scenario.schema import (
    AgentKeys,
    Document,
    Failing,
    FloorKeys,
    PointKeys,
    ReplacementKeys,
    RestartKeys,
    RestartWhen,
)
from trialogue.scenario.schema_faults import schema_faults
from trialogue.scenario.tool_checks import check_tool
from trialogue.scenario.vocabulary import EndWord, PolicyName, Seat
from trialogue.services import SERVICES, service_of
from trialogue.services.keys import ThinkStage
from trialogue.services.script import ScriptCallKeys, ScriptEntryKeys

CHAIR_TOOLS = ("give_floor", "end_meeting")
"""Tools for the chair that the brain answers itself."""

FRAMES_S = (0.02, 0.04, 0.06, 0.08, 0.1)
"""Possible lengths of a frame, in seconds."""

_SHARED: Path = ("defaults", "agent")

MIX = "mix"
"""Name of the recording of all participants together, beside a recording for each."""

__all__ = ["CHAIR_TOOLS", "FRAMES_S", "Look", "SourcePlaces", "check_document", "script_of", "twice"]


def check_document(look: Look) -> None:
    """Note every fault between the parts of the document."""
    _check_cast(look)
    check_people(look)
    _check_tools(look)
    _check_floor(look)
    _check_agenda(look)
    _check_end(look)
    _check_frame(look)
    check_expect(look)
    check_faults(look)


# --- cast ---------------------------------------------------------------------------------------------


def _check_cast(look: Look) -> None:
    cast = look.document.cast
    if look.sound("cast") and all(agent.role is Seat.OBSERVER for agent in cast.values()):
        look.tell(("cast",), "no participant may speak: all are observers", Code.CAST_EMPTY)
    chairs = [name for name, agent in cast.items() if agent.role is Seat.CHAIR]
    for name in chairs[1:]:
        text = f"{chairs[0]} is already the chair: a meeting has only one"
        look.tell(("cast", name, "role"), text, Code.CAST_CHAIRS)
    if MIX in cast:
        text = f'"{MIX}" is the name of the recording of all together: choose another name'
        look.tell(("cast", MIX), text, Code.NAME)
    _check_words(look)
    for path, think in _thinks(look.document):
        _check_think(look, path, think)
    for name, agent in cast.items():
        if agent.lines is not None and agent.think is not None:
            look.tell(("cast", name, "lines"), twice(agent.think), Code.THINK_TWICE)
        if agent.lines == ():
            look.tell(("cast", name, "lines"), "is empty: add lines, or leave it out", Code.THINK_MISSING)
        _check_restart(look, ("cast", name, "restart"), agent.restart)
    shared = look.document.defaults.agent if look.document.defaults else None
    _check_restart(look, ("defaults", "agent", "restart"), shared.restart if shared else None)


def never_retries(restart: RestartKeys) -> bool:
    """Whether these keys retry nothing."""
    return restart.when is RestartWhen.NEVER or restart.max == 0


def _check_restart(look: Look, path: Path, restart: RestartKeys | None) -> None:
    """Note each key about retries where nothing is retried."""
    if restart is None or not never_retries(restart):
        return
    never = "when: never" if restart.when is RestartWhen.NEVER else "max: 0"
    for key in ("max", "within", "backoff"):
        if getattr(restart, key) is not None and never != f"{key}: 0":
            text = f"has no effect with {never}, which retries nothing"
            look.tell((*path, key), text, Code.CONFLICT, idle=True)


def _check_words(look: Look) -> None:
    """No name, title or alias may belong to two participants: digests and the floor rely on them."""
    owners: dict[str, str] = {}
    for name, agent in look.document.cast.items():
        label = Participant(name=name, title=agent.title or "").label
        words: dict[str, Path] = {name.casefold(): ("cast", name)}
        words.setdefault(label.casefold(), ("cast", name, "title"))
        for index, alias in enumerate(agent.aliases or ()):
            words.setdefault(alias.casefold(), ("cast", name, "aliases", index))
        for word, path in words.items():
            owner = owners.setdefault(word, name)
            if owner != name:
                look.tell(path, f'"{word}" already belongs to {owner}', Code.CAST_AMBIGUOUS)


def _thinks(document: Document) -> Iterator[tuple[Path, ThinkStage | tuple[ThinkStage, ...]]]:
    for name, agent in document.cast.items():
        if agent.think is not None:
            yield ("cast", name, "think"), agent.think
        yield from _stand_in_thinks(("cast", name), agent.on_failure)
    shared = document.defaults.agent if document.defaults else None
    if shared is not None and shared.think is not None:
        yield ("defaults", "agent", "think"), shared.think
    if shared is not None:
        yield from _stand_in_thinks(("defaults", "agent"), shared.on_failure)


def _stand_in_thinks(
    path: Path, on_failure: Failing | ReplacementKeys | None
) -> Iterator[tuple[Path, ThinkStage | tuple[ThinkStage, ...]]]:
    if isinstance(on_failure, ReplacementKeys) and on_failure.replace.think is not None:
        yield (*path, "on_failure", "replace", "think"), on_failure.replace.think


def _check_think(look: Look, path: Path, think: ThinkStage | tuple[ThinkStage, ...]) -> None:
    if not isinstance(think, tuple):
        _check_keys(look, path, think)
        return
    if not think:
        look.tell(path, "is empty: name at least one provider", Code.THINK_KEY)
    for index, one in enumerate(think):
        _check_keys(look, (*path, index), one)
        if one.is_scripted and len(think) > 1:
            look.tell((*path, index), "a script must be the only provider", Code.THINK_KEY)


def _check_keys(look: Look, path: Path, think: ThinkStage) -> None:
    """Each service checks its own keys of an agent."""
    keys = (service_of(via).keys for via in SERVICES)
    own = next(each for each in keys if isinstance(think, each.think))
    for fault in own.faults(think):
        look.tell((*path, *fault.path), fault.text, Code(fault.code))


def twice(think: ThinkStage | tuple[ThinkStage, ...]) -> str:
    """Fault of lines beside a script or a model, with what to remove."""
    scripted = any(each.is_scripted for each in (think if isinstance(think, tuple) else (think,)))
    told = "remove lines: the script has what is said" if scripted else "remove think to have the lines said"
    return f"lines or think, not both; {told}"


def script_of(think: ThinkStage) -> tuple[ScriptEntryKeys, ...]:
    """Entries of the script; empty without a script."""
    return think.script if isinstance(think.script, tuple) else ()


# --- tools --------------------------------------------------------------------------------------------


def _check_tools(look: Look) -> None:
    known = look.names("tools")
    for name, agent in look.document.cast.items():
        for index, tool in enumerate(agent.tools or ()):
            if tool not in known and not look.is_told("tools", tool):
                close, form = did_you_mean(tool, known), f"tools: {{{tool}: {{mock: {{result: 8}}}}}}"
                hint = close or f"{there_are(known)}; define it at the top level"
                path: Path = ("cast", name, "tools", index)
                text = f'there is no tool "{tool}"{hint}'
                look.tell(path, text, Code.TOOL_UNKNOWN, form="" if close else form)
        _check_calls(look, name, agent)
    used = {tool for agent in look.document.cast.values() for tool in agent.tools or ()}
    used.update(
        entry.call.tool
        for name in look.document.cast
        for _, think in _thinks_of(look.document, name)
        for entry in script_of(think)
        if entry.call is not None
    )
    for name, definition in (look.document.tools or {}).items():
        if name not in used and look.sound("cast"):
            look.tell(
                ("tools", name), "no participant has this tool: add it to the tools of one", Code.TOOL_UNUSED
            )
        if name in (*CHAIR_TOOLS, *FLOOR_TOOLS):
            whose = "chair's" if name in CHAIR_TOOLS else "floor's"
            look.tell(("tools", name), f"this name belongs to the {whose} built-in tools", Code.TOOL_RESERVED)
        check_tool(look, name, definition)


def _check_calls(look: Look, name: str, agent: AgentKeys) -> None:
    """A script may call its agent's tools and the floor tools; the chair's script also the chair's tools.

    So may that of its stand-in. Earlier versions checked only an agent's own script.
    """
    offered = [*(agent.tools or ()), *FLOOR_TOOLS, *(CHAIR_TOOLS if agent.role is Seat.CHAIR else ())]
    tools: Path = ("cast", name, "tools")
    for path, think in _thinks_of(look.document, name):
        is_later = path[:3] != ("cast", name, "think")
        for index, entry in enumerate(script_of(think)):
            where = (*path, "script", index, "call")
            if entry.call is not None and entry.call.tool not in offered and look.is_read(tools):
                self_made = entry.call.tool in look.names("tools")
                own = f"tools: [{', '.join((*(agent.tools or ()), entry.call.tool))}]" if self_made else ""
                hint = did_you_mean(entry.call.tool, offered) or there_are(offered)
                hint = f"; add it to the tools of {name}" if own else hint
                text = f'{name} has no tool "{entry.call.tool}"{hint}'
                look.tell((*where, "tool"), text, Code.TOOL_UNKNOWN, form=own, idle=is_later)
            elif entry.call is not None:
                _check_arguments(look, where, entry.call, is_later=is_later)


def _check_arguments(look: Look, path: Path, call: ScriptCallKeys, *, is_later: bool) -> None:
    """A script's call must match the tool's schema, if the scenario has one."""
    tool = (look.document.tools or {}).get(call.tool)
    if tool is None or tool.schema is None or any(schema_faults(tool.schema, ())):
        return
    wrong = misfit(tool.schema, call.arguments or {})
    if wrong is not None:
        text = f"{call.tool} would refuse these arguments: {wrong}"
        look.tell((*path, "arguments"), text, Code.CALL, idle=is_later)


def _thinks_of(document: Document, name: str) -> Iterator[tuple[Path, ThinkStage]]:
    """Think providers of a seat and of its stand-in, its own or those under `defaults`."""
    agent, shared = document.cast[name], document.defaults.agent if document.defaults else None
    seat, places = ("cast", name), list[tuple[Path, ThinkStage | tuple[ThinkStage, ...]]]()
    if agent.think is not None:
        places.append(((*seat, "think"), agent.think))
    places.extend(_stand_in_thinks(seat, agent.on_failure))
    if shared is not None and not agent.is_person:
        if shared.think is not None and agent.think is None and agent.lines is None:
            places.append(((*_SHARED, "think"), shared.think))
        if agent.on_failure is None:
            places.extend(_stand_in_thinks(_SHARED, shared.on_failure))
    for path, think in places:
        if isinstance(think, tuple):
            yield from (((*path, index), each) for index, each in enumerate(think))
        else:
            yield path, think


# --- floor, agenda, end -------------------------------------------------------------------------------


def _check_floor(look: Look) -> None:
    floor = look.document.floor
    if floor is None:
        return
    for index, name in enumerate(floor.order or ()):
        check_participant(look, ("floor", "order", index), name)
    has_chair = any(agent.role is Seat.CHAIR for agent in look.document.cast.values())
    policy = floor.policy.value if floor.policy else ""
    if policy in BY_THE_CHAIR and not has_chair and look.sound("cast"):
        text = f"{policy} needs a chair: give a participant role: chair"
        look.tell(("floor", "policy"), text, Code.FLOOR_CHAIR)
    _check_custom(look, floor)


def _check_custom(look: Look, floor: FloorKeys) -> None:
    """The policy `custom` and the key `custom` need each other."""
    wanted = PolicyName.CUSTOM in {floor.policy, floor.otherwise}
    if wanted and floor.custom is None:
        text = 'custom needs the key "custom": module:attribute, or the name of a policy that the app gives'
        look.tell(("floor", "policy"), text, Code.FLOOR_CUSTOM)
    if floor.custom is not None and not names_policy(floor.custom):
        text = "must be module:attribute, or the name of a policy that the app gives"
        look.tell(("floor", "custom"), text, Code.FLOOR_CUSTOM)
    elif floor.custom is not None and floor.policy is not None and not wanted:
        text = f"has no effect with policy: {floor.policy.value}"
        look.tell(("floor", "custom"), text, Code.FLOOR_CUSTOM, form="policy: custom", idle=True)


def _check_agenda(look: Look) -> None:
    agenda = look.document.agenda or ()
    seen: set[str] = set()
    for index, point in enumerate(agenda):
        path: Path = ("agenda", index)
        if point.id in seen:
            look.tell((*path, "id"), f'"{point.id}" is already the id of another point', Code.AGENDA_ID)
        seen.add(point.id)
        check_participant(look, (*path, "owner"), point.owner)
        if point.done_when is not None:
            check_event(look, (*path, "done_when"), point.done_when, Use.COURSE)
        if index and look.sound("agenda") and not _can_end(agenda[index - 1]):
            text = (
                f'is never reached: "{agenda[index - 1].id}" never ends, as it has neither time nor done_when'
            )
            look.tell(path, text, Code.AGENDA_UNREACHABLE, form=ending_form(agenda[index - 1]))


def _can_end(point: PointKeys) -> bool:
    return point.time is not None or point.done_when is not None


def _check_end(look: Look) -> None:
    end = look.document.end
    for index, event in enumerate(end.any if end else ()):
        path: Path = ("end", "any", index)
        if isinstance(event, EventKeys):
            check_event(look, path, event, Use.COURSE)
        elif event is EndWord.AGENDA_DONE and not look.document.agenda and look.sound("agenda"):
            look.tell(path, "agenda-done never comes: there is no agenda", Code.END_AGENDA)


def _check_frame(look: Look) -> None:
    run = look.document.run
    if run and run.frame is not None and run.frame not in FRAMES_S:
        look.tell(("run", "frame"), "must be 20ms, 40ms, 60ms, 80ms or 100ms", Code.FRAME)
