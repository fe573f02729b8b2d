"""Tools of a scenario from a run: each gives its recorded results, in the times that they took.

1. A tool with different results stands once for each result, numbered.
2. A call without a result in time has none again, and neither has one that was cancelled.
3. A call that took the result of another, with the same arguments, is the same call.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, count, islice
from typing import Final, cast

from attrs import Factory

from trialogue.brain.tools.calls import OWN
from trialogue.model.commands import AnswerTool, RunTool
from trialogue.model.escaped_words import as_written
from trialogue.model.events import ToolFinished
from trialogue.model.json_text import read_json, read_whole_numbers
from trialogue.model.plan import ToolRules
from trialogue.model.records import Record
from trialogue.scenario.defaults import TOOL_TIMEOUT_S
from trialogue.scenario.quantities import write_duration
from trialogue.values import define

__all__ = ["CallAgain", "CallsAgain", "uncalled"]

Keys = dict[str, object]

_LEAST_S: Final = 0.001

_MARGIN_S: Final = 1.0
"""Seconds before a tool's usual time is over at which it gets a longer one."""

_SHORT: Final = 1_000
"""Most characters of a result that is written as a list or map, in which it takes twice as many."""

_FEW: Final = 20
"""Most lists and maps in it: a scenario has a limit on levels."""

_LONGER_S: Final = 10.0
"""Seconds by which a time is longer than what must be within it."""


@define(eq=False)
class CallAgain:
    """Call of a tool."""

    participant: str
    tool: str
    arguments: str
    at: float
    runs: bool = False
    was_cut: bool = False
    """Whether it was cut off, and came again as another call."""

    outcome: str = ""
    content: str = ""
    took_s: float = 0.0
    answer: str | None = None
    """What the agent was told; None for nothing."""

    has_continued: bool = False
    """Whether the agent has spoken since it was told."""

    @property
    def counts(self) -> bool:
        """Whether it ran to a result, which a call that came again for it may have taken."""
        return self.runs and not (self.was_cut and self.outcome in {"", "cancelled"})

    @property
    def asks(self) -> tuple[str, str]:
        """What is called, and with which arguments."""
        return self.tool, self.arguments


@define
class CallsAgain:
    """Fold over the records: call `begin` for each call and `take` for each record, then ask for tools."""

    all: list[CallAgain] = Factory(list[CallAgain])
    now: float = 0.0
    """Time of the last record, in seconds."""

    latest: dict[tuple[str, str], CallAgain] = Factory(dict[tuple[str, str], CallAgain])
    """Last call of each agent with each id: models give several calls the same."""

    answered: dict[str, list[CallAgain]] = Factory(dict[str, list[CallAgain]])
    """Calls of each agent that were answered since it spoke."""

    running: dict[tuple[str, str, int], CallAgain] = Factory(dict[tuple[str, str, int], CallAgain])
    """Calls by agent, id and run."""

    def begin(self, call_id: str, call: CallAgain) -> bool:
        """Note a request; False for a call that was requested already."""
        key = call.participant, call_id
        known = self.latest.get(key)
        if known is not None and known.asks == call.asks and not known.has_continued:
            return False
        self.all.append(call)
        self.latest[key] = call
        return True

    def go_on(self, name: str) -> None:
        """Note that an agent speaks on after its answered calls: the same id is another call from here on."""
        for call in self.answered.pop(name, ()):
            call.has_continued = True

    def take(self, record: Record) -> None:
        """Note what became of calls."""
        self.now = record.at
        match record.event:
            case ToolFinished(participant=name, call_id=call_id, outcome=outcome, content=content, run=run):
                if (known := self.running.get((name, call_id, run))) is not None:
                    known.outcome, known.content, known.took_s = outcome, content, record.at - known.at
            case _:
                pass
        for command in record.commands:
            match command:
                case RunTool(participant=name, call_id=call_id, run=run) if (name, call_id) in self.latest:
                    self.running[name, call_id, run] = call = self.latest[name, call_id]
                    call.runs = True
                case AnswerTool(participant=name, call_id=call_id, content=content):
                    if (known := self.latest.get((name, call_id))) is not None:
                        known.answer = content
                        self.answered.setdefault(name, []).append(known)
                case _:
                    pass

    def stands(self, call: CallAgain) -> bool:
        """Whether a call stands in a script: it ran, or took the result of one that did."""
        return call.tool in OWN or self._ran_for(call) is not None

    def written(self, call: CallAgain) -> Keys:
        """Key `call` of a script's entry."""
        arguments = _json(call.arguments or "{}")
        return {"tool": self._name(call), "arguments": arguments if isinstance(arguments, dict) else {}}

    def tools_of(self, name: str) -> list[str]:
        """Tools that the agent called and that ran, by their names in the scenario."""
        called = (call for call in self.all if call.participant == name and self._ran_for(call) is not None)
        return list(dict.fromkeys(self._name(call) for call in called))

    def tools(self, rules: Iterable[ToolRules]) -> dict[str, Keys]:
        """Key `tools`: the results of each tool, with their times."""
        known = {each.name: each for each in rules}
        ran = (each for each in self.all if each.counts)
        return {self._name(each): _mock(each, known.get(each.tool), self.now) for each in ran}

    def name_of(self, tool: str, outcome: str, content: str) -> str:
        """Name of a tool that gives this result; its own for a result that it never gave."""
        ran = [each for each in self.all if each.counts]
        answers = list(dict.fromkeys((each.outcome, each.content) for each in ran if each.tool == tool))
        place = answers.index((outcome, content)) if (outcome, content) in answers else 0
        taken = {each.tool for each in ran}
        others = (name for number in count(2) if (name := f"{tool}_{number}") not in taken)
        return next(islice(chain([tool], others), place, None))

    def _name(self, call: CallAgain) -> str:
        """Name of a call's tool; numbered from its second result on."""
        ran = self._ran_for(call)
        return call.tool if ran is None else self.name_of(ran.tool, ran.outcome, ran.content)

    def _ran_for(self, call: CallAgain) -> CallAgain | None:
        """Call that ran for this one: itself, or one for the same; None where the app refused it."""
        if call.counts:
            return call
        ran = (each for each in self.all if each.counts and each.tool == call.tool)
        return next((each for each in ran if _is_the_same(call, each)), None)


def uncalled() -> Keys:
    """Tool that nobody called, for what waits for its call."""
    return {"schema": {"type": "object"}, "mock": {"result": {}}}


def _is_the_same(call: CallAgain, ran: CallAgain) -> bool:
    """Whether a call that did not run took the result of one that ran."""
    return call.arguments == ran.arguments if call.answer is None else call.answer == ran.content


def _mock(call: CallAgain, rules: ToolRules | None, now: float) -> Keys:
    keys: Keys = {"schema": {"type": "object"}, **_timed(call, now)}
    if rules is not None:
        keys |= {"on_interrupt": rules.on_interrupt.value, "idempotent": rules.idempotent}
        if rules.identity:
            keys["identity"] = list(rules.identity)
        if rules.filler is not None:
            words = as_written(rules.filler.say)
            keys["filler"] = {"after": write_duration(rules.filler.after_s), "say": words}
    return keys


def _timed(call: CallAgain, now: float) -> Keys:
    """Result with its time; none within the time for it where none came, at a meeting that ended at `now`."""
    match call.outcome:
        case "":
            return _unanswered(now - call.at + _LONGER_S)
        case "cancelled":
            return _unanswered(call.took_s + _LONGER_S)
        case "timed-out":
            return _unanswered(call.took_s)
        case "succeeded":
            answer: Keys = {"result": _result(call.content)}
        case _:
            answer = {"error": call.content or call.outcome}
    if call.took_s >= _LEAST_S:
        answer["delay"] = write_duration(round(call.took_s, 3))
    keys: Keys = {"mock": answer}
    if call.took_s + _MARGIN_S > TOOL_TIMEOUT_S:
        keys["timeout"] = write_duration(round(call.took_s + _LONGER_S, 3))
    return keys


def _unanswered(timeout_s: float) -> Keys:
    late = write_duration(round(timeout_s + _LONGER_S, 3))
    return {"mock": {"result": "", "delay": late}, "timeout": write_duration(round(timeout_s, 3))}


def _result(content: str) -> object:
    """Result that an agent is told as this text: a short list or map where the text is one, else the text."""
    if len(content) > _SHORT or content.count("[") + content.count("{") > _FEW:
        return content
    try:
        value = read_whole_numbers(content)
    except ValueError:
        return content
    return value if content[0] in "[{" and value == _json(content) else content


def _json(text: str) -> object:
    """JSON value of a text; the text itself where it is no JSON."""
    try:
        return cast("object", read_json(text))
    except ValueError:
        return text
