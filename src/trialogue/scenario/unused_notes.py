"""Notes on parts of a valid scenario that nothing in it uses: tools that no script calls, or a chair in vain.

A rehearsal, which is scripted and has a prompt, keeps its tools for the model that takes the script's place.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path as FilePath

from trialogue.brain.floor.policies import BY_THE_CHAIR, ENTRIES
from trialogue.scenario.agents import as_tuple, thinks_of
from trialogue.scenario.checks import CHAIR_TOOLS, script_of
from trialogue.scenario.floor_keys import FLOOR_TOOLS
from trialogue.scenario.problems import Path, path_text, shown
from trialogue.scenario.resolve import Resolved
from trialogue.scenario.schema import AgentKeys, Document
from trialogue.scenario.vocabulary import Seat

__all__ = ["unused_notes"]


def unused_notes(resolved: Resolved) -> Iterator[str]:
    """Line for each part that has no effect, with what would have one."""
    document = resolved.document
    for name, seat in document.cast.items():
        yield from _of_tools(name, seat)
        yield from _of_lone_calls(name, seat)
    yield from _of_floor(document)
    yield from _of_programs(document, resolved.folder)


def _is_fixed(seat: AgentKeys) -> bool:
    """Whether an agent can only do what its lines or scripts say."""
    thinks = thinks_of(seat)
    return bool(thinks) and seat.prompt is None and all(isinstance(each.script, tuple) for each in thinks)


def _called(seat: AgentKeys) -> frozenset[str]:
    """Tools that an agent's scripts call."""
    return frozenset(
        entry.call.tool for think in thinks_of(seat) for entry in script_of(think) if entry.call is not None
    )


def _of_tools(name: str, seat: AgentKeys) -> Iterator[str]:
    if not _is_fixed(seat):
        return
    for index, tool in enumerate(seat.tools or ()):
        if tool not in _called(seat):
            where = path_text(("cast", name, "tools", index))
            what = "lines call no tool" if seat.lines is not None else "script does not call it"
            form = f"think: {{provider: scripted, script: [{{call: {{tool: {tool}}}, say: …}}]}}"
            instead = "instead of lines, " if seat.lines is not None else ""
            yield f"{where}: {tool} is never called, for {name}'s {what}; to call it, {instead}write {form}"


def _of_lone_calls(name: str, seat: AgentKeys) -> Iterator[str]:
    """Calls without words before an entry of words alone, which is said only in the next turn."""
    listed = isinstance(seat.think, tuple)
    for at, think in enumerate(as_tuple(seat.think)):
        script = script_of(think)
        for index, (entry, following) in enumerate(pairwise(script)):
            alone = entry.call is not None and entry.say is None and entry.otherwise is None
            speaks = following.say is not None and following.call is None and following.when is None
            if alone and speaks and entry.call and entry.call.tool not in (*CHAIR_TOOLS, *FLOOR_TOOLS):
                path: Path = ("cast", name, "think", *((at,) if listed else ()), "script", index)
                form = f"{{call: {{tool: {entry.call.tool}}}, say: …}}"
                yield (
                    f"{path_text(path)}: only calls, and the next entry is said in a later turn; "
                    f"to speak in the same turn, write {form}"
                )


def _of_floor(document: Document) -> Iterator[str]:
    floor = document.floor
    if floor is None or floor.policy is None:
        return
    policy, otherwise = floor.policy.value, floor.otherwise.value if floor.otherwise else ""
    entry = ENTRIES.get(policy)
    if entry is None:
        return
    agents = [seat for seat in document.cast.values() if not seat.is_person]
    if entry.is_by_speakers and not entry.is_self_selected and agents:
        for tool in entry.tools:
            if all(_is_fixed(seat) and tool not in _called(seat) for seat in agents):
                decides = f", so {otherwise} decides each time" if otherwise else ""
                call = f"{{call: {{tool: {tool}, arguments: {{to: NAME}}}}, say: …}}"
                form = f"think: {{provider: scripted, script: [{call}]}}"
                instead = "instead of lines, " if any(seat.lines is not None for seat in agents) else ""
                yield (
                    f"floor.policy: no line or script calls {tool}{decides}; "
                    f"to call it, {instead}write {form}"
                )
    if entry.is_self_selected or {policy, otherwise} & BY_THE_CHAIR or document.agenda:
        return
    for name, seat in document.cast.items():
        if (
            seat.role is Seat.CHAIR
            and _is_fixed(seat)
            and not _called(seat) & {*CHAIR_TOOLS, "request_floor"}
        ):
            told = f"policy: {policy} does not ask the chair who speaks next; policy: moderated does"
            yield f"{path_text(('cast', name, 'role'))}: {told}"


def _of_programs(document: Document, folder: FilePath) -> Iterator[str]:
    """Programs with blanks that are no file: a whole command line in one text."""
    for name, tool in (document.tools or {}).items():
        commands: list[tuple[Path, Sequence[str] | None]] = [(("tools", name, "command"), tool.command)]
        if tool.mcp is not None:
            commands.append((("tools", name, "mcp", "command"), tool.mcp.command))
        for path, argv in commands:
            program = argv[0] if argv else ""
            if len(program.split()) > 1 and not _is_program(program, folder):
                parts = ", ".join([*_words(program), *(argv or ())[1:]])
                where = path_text((*path, 0))
                yield f'{where}: no program is called "{shown(program)}"; write command: [{shown(parts)}]'


def _is_program(program: str, folder: FilePath) -> bool:
    import shutil  # noqa: PLC0415 - it loads compressors, and few scenarios have such a program

    return shutil.which(program) is not None or (folder / program).exists()


def _words(program: str) -> list[str]:
    """Words of a command line; those between blanks where its quotes do not close."""
    try:
        return shlex.split(program)
    except ValueError:
        return program.split()
