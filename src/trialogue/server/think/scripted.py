"""Deterministic think provider: lines in order, and rules on the user's words.

1. A reply comes from the first of these that gives one: an unused entry whose `when` fits, in the list's
   order; the next entry without `when`; `otherwise`; silence, which ends the reply at once.
2. An entry is used once. A rule with `"again": true` fits any number of times; unused rules go before it.
3. `otherwise` stands in an entry of its own. Several are used in their order, the last for ever.
4. `when.heard` is a regular expression (`trialogue.model.patterns`) over the last `LONGEST_HEARD` characters
   of the user's words since this agent's last uninterrupted reply.
5. A script advances with each reply that begins, however soon the user answers. A reply that is cut before
   any of it is sent, or that the client reports as not heard, gives its entry back (`place`).
6. An entry with `call` calls the tool first; its `say` comes after the result.
7. `${heard}` is the matched text, `${result}` the tool's result, `${result.key}` (dots go deeper, numbers
   index lists) a part of it; a missing part is spoken as "unknown". `$${heard}` gives the literal `${heard}`.
8. `think_ms: [low, high]` is the time that an entry takes; alone in an entry, that of all other entries.
9. `fault` names a fault that strikes with the entry, where the server has faults on demand.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

import trio
from attrs import evolve, field

from trialogue.model.json_text import read_whole_numbers
from trialogue.model.patterns import LinearPattern, PatternFault
from trialogue.model.patterns import compile as compile_pattern
from trialogue.server.think.place import ScriptPlace
from trialogue.server.think.ports import (
    Chosen,
    FunctionWanted,
    ThinkRequest,
    Thought,
    ThoughtCalls,
    ThoughtSentence,
)
from trialogue.speech.sentences import split_sentences
from trialogue.values import define, frozen

LARGEST_SCRIPT = 100_000
"""Most instructions that the patterns of a script have together: bounds the cost of a client's script."""

LONGEST_HEARD = 5_000
"""Most characters of the user's words that are searched, from their end."""

_STEPS_AT_ONCE = 1_000_000
"""Work of a search between two checkpoints: instructions times characters."""

_ENTRY_KEYS = {"say", "when", "call", "otherwise", "think_ms", "again", "fault"}
_PLACEHOLDER = re.compile(r"(\$?)\$\{(heard|result)((?:\.[\w-]+)*)\}")


class ScriptError(ValueError):
    """A script is invalid; the text names the entry and the key, never their values."""


@frozen
class ScriptCall:
    """Tool call of an entry."""

    tool: str
    """Name of the function."""

    arguments: str
    """Arguments as JSON. Personal."""


@frozen
class ScriptEntry:
    """One reply of a script."""

    say: str = ""
    """Words to speak; with a call, after its result. Personal."""

    when: LinearPattern | None = None
    """Pattern that the user's words must match; None for any words."""

    call: ScriptCall | None = None
    """Call before the words; None for none."""

    think_ms: tuple[int, int] | None = None
    """Time that it takes, drawn from this range in milliseconds; None for the script's own."""

    again: bool = False
    """Whether a rule may be used repeatedly."""

    fault: str = field(default="", repr=False)
    """Name of the fault on demand that strikes with it; empty for none."""

    index: int = field(default=0, repr=False)
    """Index in the list, from 0."""


@frozen
class Script:
    """Whole script, read and checked."""

    entries: tuple[ScriptEntry, ...]
    """Entries in the order of the list, without the fallbacks."""

    fallbacks: tuple[ScriptEntry, ...] = ()
    """Replies for words that no entry fits. Personal."""

    think_ms: tuple[int, int] = (0, 0)
    """Time that an entry without one of its own takes, in milliseconds."""


def read_script(raw: object) -> Script:
    """Script in its JSON form; raises `ScriptError`."""
    if not isinstance(raw, Sequence) or isinstance(raw, str | bytes):
        raise ScriptError("script must be a list of entries")
    entries: list[ScriptEntry] = []
    fallbacks: list[ScriptEntry] = []
    think_ms = (0, 0)
    room = LARGEST_SCRIPT
    for position, item in enumerate(cast("Sequence[object]", raw)):
        entry = _mapping(item, f"script[{position}]", _ENTRY_KEYS)
        where = f"script[{position}]"
        if set(entry) == {"think_ms"}:
            think_ms = _range(entry["think_ms"], where)
        elif "otherwise" in entry:
            fallbacks.append(evolve(_read_fallback(entry, where), index=position))
        else:
            entries.append(evolve(_read_entry(entry, where), index=position))
            room -= _size(entries[-1])
            if room < 0:
                raise ScriptError(f"{where}.when.heard: is too much; the patterns so far fill a script")
    return Script(tuple(entries), tuple(fallbacks), think_ms)


def _read_fallback(entry: Mapping[str, Any], where: str) -> ScriptEntry:
    if entry.keys() - {"otherwise", "think_ms"}:
        raise ScriptError(f"{where}: otherwise stands alone")
    return ScriptEntry(say=_text(entry["otherwise"], where), think_ms=_optional_range(entry, where))


def _read_entry(entry: Mapping[str, Any], where: str) -> ScriptEntry:
    if "say" not in entry and "call" not in entry:
        raise ScriptError(f"{where}: needs say, call or otherwise")
    again = entry.get("again", False)
    if not isinstance(again, bool):
        raise ScriptError(f"{where}.again: must be true or false")
    return ScriptEntry(
        say=_text(entry.get("say", ""), where),
        when=_pattern(entry["when"], where) if "when" in entry else None,
        call=_call(entry["call"], where) if "call" in entry else None,
        think_ms=_optional_range(entry, where),
        again=again,
        fault=_text(entry.get("fault", ""), where),
    )


def _size(entry: ScriptEntry) -> int:
    return entry.when.size if entry.when is not None else 0


def _pattern(raw: object, where: str) -> LinearPattern:
    when = _mapping(raw, f"{where}.when", {"heard"})
    try:
        return compile_pattern(_text(when.get("heard"), f"{where}.when.heard"))
    except PatternFault as fault:
        raise ScriptError(f"{where}.when.heard: {fault}") from fault


def _call(raw: object, where: str) -> ScriptCall:
    call = _mapping(raw, f"{where}.call", {"tool", "arguments"})
    arguments = _mapping(call.get("arguments", {}), f"{where}.call.arguments", None)
    return ScriptCall(_text(call.get("tool"), f"{where}.call.tool"), json.dumps(arguments))


def _mapping(raw: object, where: str, keys: set[str] | None) -> Mapping[str, Any]:
    if not isinstance(raw, Mapping):
        raise ScriptError(f"{where}: must be an object")
    entry = cast("Mapping[str, Any]", raw)
    if keys is not None and (unknown := sorted(entry.keys() - keys)):
        raise ScriptError(f"{where}: unknown key {unknown[0]!r}")
    return entry


def _text(raw: object, where: str) -> str:
    if not isinstance(raw, str):
        raise ScriptError(f"{where}: must be text")
    return raw


def _optional_range(entry: Mapping[str, Any], where: str) -> tuple[int, int] | None:
    return _range(entry["think_ms"], where) if "think_ms" in entry else None


def _range(raw: object, where: str) -> tuple[int, int]:
    match raw:
        case [int(low), int(high)] if 0 <= low <= high <= 600_000:
            return low, high
        case _:
            raise ScriptError(f"{where}.think_ms: must be two rising numbers of milliseconds")


@define
class ScriptedThink:
    """Think provider that speaks a script's lines; each connection has its own, since it keeps a place."""

    script: Script
    """Script that it follows."""

    chance: random.Random
    """Generator of thinking times."""

    place: ScriptPlace = field(factory=ScriptPlace)
    """Place in the script."""

    _last: ScriptEntry | None = field(default=None, init=False)

    async def think(self, request: ThinkRequest, tell: Callable[[Thought], None]) -> None:
        """Choose an entry, wait for its time, then ask for its call or give its line."""
        if request.results and self._last is not None and self._last.call is not None:
            self._say(self._last, request, tell)
            return
        heard, recalled = request.heard, self.place.recalled
        request = evolve(request, heard=f"{recalled} {heard}" if recalled and heard else recalled or heard)
        self._last = entry = await self._choose(request.heard)
        if entry is None:
            return
        self.place.begin(request.reply, entry.index, heard)
        tell(Chosen(entry.index, entry.fault))
        await trio.sleep(self.chance.uniform(*(entry.think_ms or self.script.think_ms)) / 1000)
        if entry.call is None:
            self._say(entry, request, tell)
        else:
            tell(ThoughtCalls((FunctionWanted(entry.call.tool, entry.call.arguments),)))

    def _say(self, entry: ScriptEntry, request: ThinkRequest, tell: Callable[[Thought], None]) -> None:
        for sentence in split_sentences(fill(entry.say, request)):
            tell(ThoughtSentence(sentence))

    async def _choose(self, heard: str) -> ScriptEntry | None:
        """Entry by rules 1 to 5."""
        candidates = await self._fitting(heard[-LONGEST_HEARD:]) or self._plain()
        return min(candidates, key=self._order, default=None) or self._fall_back()

    def _order(self, entry: ScriptEntry) -> tuple[bool, int]:
        return self.place.is_used(entry.index), entry.index

    async def _fitting(self, heard: str) -> list[ScriptEntry]:
        """Rules that fit and may be used."""
        fitting: list[ScriptEntry] = []
        steps = 0
        for entry in self.script.entries:
            if entry.when is None or (not entry.again and self.place.is_used(entry.index)):
                continue
            if entry.when.search(heard):
                fitting.append(entry)
            steps += entry.when.size * len(heard)
            if steps > _STEPS_AT_ONCE:
                steps = 0
                await trio.lowlevel.checkpoint()
        return fitting

    def _plain(self) -> list[ScriptEntry]:
        """Entries without a rule that are left."""
        return [e for e in self.script.entries if e.when is None and not self.place.is_used(e.index)]

    def _fall_back(self) -> ScriptEntry | None:
        fallbacks = self.script.fallbacks
        used = self.place.count([entry.index for entry in fallbacks])
        return fallbacks[min(used, len(fallbacks) - 1)] if fallbacks else None


def fill(text: str, request: ThinkRequest) -> str:
    """Line with the user's words and the tool's result in the place of its placeholders."""
    result = _parsed(request.results[-1].response) if request.results else None

    def value(match: re.Match[str]) -> str:
        if match[1]:
            return match[0][1:]
        if match[2] == "heard":
            return request.heard
        return _spoken(_part(result, match[3].split(".")[1:]))

    return _PLACEHOLDER.sub(value, text)


def _parsed(response: str) -> object:
    try:
        return read_whole_numbers(response)
    except ValueError:
        return response


def _part(value: object, keys: Iterable[str]) -> object:
    for key in keys:
        match value:
            case dict():
                value = cast("dict[str, object]", value).get(key)
            case list() if key.isdecimal() and int(key) < len(cast("list[object]", value)):
                value = cast("list[object]", value)[int(key)]
            case _:
                return None
    return value


def _spoken(value: object) -> str:
    match value:
        case None:
            return "unknown"
        case str():
            return value
        case _:
            return json.dumps(value)
