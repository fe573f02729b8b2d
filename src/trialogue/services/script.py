"""Script of an agent: its form in a scenario, and the form that the embedded server reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, TypeAlias

from trialogue.model.escaped_words import as_said
from trialogue.model.kinds import AnyObject, DurationRange, Name, PatternText
from trialogue.values import frozen

JsonObject: TypeAlias = dict[str, object]
"""Map with any JSON values."""


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
    """Conditions on the words that have reached the agent."""

    heard: Annotated[str, PatternText()]
    """Regular expression, searched in everything that reached this agent since its last reply: the digest, or
    its recognizer's words.
    """


@frozen
class ScriptCallKeys:
    """Tool call that an entry makes before its words."""

    tool: Annotated[str, Name()]
    """Name of the tool."""

    arguments: Annotated[JsonObject | None, AnyObject()] = None
    """Arguments of the call; none where absent."""


@frozen
class ScriptEntryKeys:
    """Reply of a script: `say` and `call` with their conditions, or `otherwise`, or `think` alone."""

    say: str | None = None
    """Words that it says; `${heard}`, `${result}` and `${result.key}` are filled in. Personal."""

    when: WhenKeys | None = None
    """Condition of the entry; an entry without one is used in its order."""

    call: ScriptCallKeys | None = None
    """Tool that is called first; `say` may then use its result."""

    again: bool | None = None
    """Whether an entry with `when` may be used more than once."""

    otherwise: str | None = None
    """Words that are said when nothing else fits. Personal."""

    think: Annotated[tuple[float, float] | None, DurationRange()] = None
    """Thinking time, drawn from this range; alone in an entry, that of all other entries."""

    @property
    def is_pace(self) -> bool:
        """Whether it only sets the thinking time of the other entries."""
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
    """Script in the form that the embedded server reads: thinking times in whole milliseconds."""
    return [_wire_entry(entry) for entry in script]


def _wire_entry(entry: ScriptEntryKeys) -> JsonObject:
    wire: JsonObject = {}
    if entry.when is not None:
        wire["when"] = {"heard": entry.when.heard}
    if entry.call is not None:
        wire["call"] = {"tool": entry.call.tool, "arguments": entry.call.arguments or {}}
    if entry.think is not None:
        wire["think_ms"] = [round(bound * 1000) for bound in entry.think]
    for key, words in (("say", entry.say), ("otherwise", entry.otherwise)):
        if words is not None:
            wire[key] = as_said(words)
    if entry.again is not None:
        wire["again"] = entry.again
    return wire
