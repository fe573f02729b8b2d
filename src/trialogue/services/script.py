"""Script of an agent: the document's form of it, and the one that the embedded server reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, TypeAlias

from trialogue.model.kinds import AnyObject, DurationRange, Name, PatternText
from trialogue.values import frozen

JsonObject: TypeAlias = dict[str, object]
"""A map of whatever JSON can say."""


@frozen
class KeyFault:
    """Fault of a stage's keys."""

    path: tuple[str | int, ...]
    """Path below the stage."""

    text: str
    """One line for the author."""

    code: Literal["E-THINK-KEY", "E-THINK-LOCAL", "E-SCRIPT-ENTRY", "E-CONFLICT"] = "E-THINK-KEY"
    """Code of the fault."""


@frozen
class WhenKeys:
    """Conditions on what has reached the agent."""

    heard: Annotated[str, PatternText()]
    """A regular expression, searched in all that reached this agent since its last reply: the digest, or
    what its recognizer made of the sound."""


@frozen
class ScriptCallKeys:
    """A tool call that an entry makes before it says anything."""

    tool: Annotated[str, Name()]
    """The tool."""

    arguments: Annotated[JsonObject | None, AnyObject()] = None
    """Its arguments; none where absent."""


@frozen
class ScriptEntryKeys:
    """One reply of a script: `say` and `call` with their conditions, or `otherwise`, or `think` alone."""

    say: str | None = None
    """Words that it says; `${heard}`, `${result}` and `${result.key}` are filled in. Personal."""

    when: WhenKeys | None = None
    """Only when this fits; an entry without it comes in its order."""

    call: ScriptCallKeys | None = None
    """A tool that is called first; `say` may then speak of its result."""

    again: bool | None = None
    """Whether an entry with `when` may come more than once."""

    otherwise: str | None = None
    """Words that are said when nothing else fits. Personal."""

    think: Annotated[tuple[float, float] | None, DurationRange()] = None
    """Time that the reply takes, drawn between these; alone in an entry, the time of every other one."""

    @property
    def is_pace(self) -> bool:
        """Whether it only says how long the other entries take."""
        return self.think is not None and self.say is None and self.call is None and self.otherwise is None


def entry_faults(script: tuple[ScriptEntryKeys, ...] | str | None) -> Iterator[KeyFault]:
    """Faults of a script's entries."""
    for index, entry in enumerate(script if isinstance(script, tuple) else ()):
        if wrong := _entry_fault(entry):
            yield KeyFault(("script", index), wrong, "E-SCRIPT-ENTRY")


def _entry_fault(entry: ScriptEntryKeys) -> str | None:
    speaks = entry.say is not None or entry.call is not None
    if entry.otherwise is not None:
        alone = not speaks and entry.when is None and entry.again is None
        return None if alone else "otherwise must be in its own entry"
    if not speaks:
        if entry.is_pace and entry.when is None and entry.again is None:
            return None
        return "an entry needs say, call or otherwise, or think alone"
    return "again needs when" if entry.again and entry.when is None else None


def wire_script(script: tuple[ScriptEntryKeys, ...]) -> list[JsonObject]:
    """The script as the embedded server reads it: think times in whole milliseconds."""
    return [_wire_entry(entry) for entry in script]


def _wire_entry(entry: ScriptEntryKeys) -> JsonObject:
    wire: JsonObject = {}
    if entry.when is not None:
        wire["when"] = {"heard": entry.when.heard}
    if entry.call is not None:
        wire["call"] = {"tool": entry.call.tool, "arguments": entry.call.arguments or {}}
    if entry.think is not None:
        wire["think_ms"] = [round(bound * 1000) for bound in entry.think]
    for key in ("say", "otherwise", "again"):
        value: object = getattr(entry, key)
        if value is not None:
            wire[key] = value
    return wire
