"""Scripts of agents' words and calls: an entry for each reply, in order.

1. A reply that was never played is left out: a later one has its words.
2. Words that the meeting made an agent say (a warning, a filler) are left out, since the meeting makes it say
   them again. So are remarks that the service marked as backchannels.
3. A silent turn is an entry without words, if its holder spoke later.
4. A reply that contains several lines of a script becomes an entry for each line.
5. Tools are in `calls_again`. A call that never ran, because the app refused it, is left out.
6. A delay by a fault of the plan is not counted as thinking time: the fault delays it again.
7. A call whose answer a fault removed, or that was cut off before any word of it, and that was repeated is
   one entry: the answer is removed, or cut off, again.
8. A participant that joins with a new seat begins a new script; one that comes back unchanged continues its
   last.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Final

from attrs import Factory

from trialogue.meeting.scenario_from.calls_again import CallAgain, CallsAgain
from trialogue.model.commands import Cue, EndTurn, GrantFloor, Prepare, Speak
from trialogue.model.escaped_words import as_written
from trialogue.model.events import (
    Event,
    FaultStruck,
    Joined,
    LineTaken,
    PlaybackStarted,
    ReplyStarted,
    SentenceSaid,
    SessionLost,
    ToolCallCancelled,
    ToolRequested,
)
from trialogue.model.plan import PlannedFault
from trialogue.model.records import Record
from trialogue.scenario.quantities import write_duration
from trialogue.scenario.variables import literal
from trialogue.values import define

__all__ = ["Scripts", "scripts_of"]

Keys = dict[str, object]

_LEAST_S: Final = 0.001


@define
class _Entry:
    """Reply, or call without one, under construction."""

    text: list[str] = Factory(list[str])
    think_s: float | None = None
    call: CallAgain | None = None
    was_heard: bool = False
    passes: bool = False
    lost: bool = False


@define
class Scripts:
    """Fold over the records: call `take` for each, then ask for scripts and tools."""

    faults: Mapping[str, PlannedFault] = Factory(dict[str, PlannedFault])
    """Faults of the plan, by id."""

    struck: set[str] = Factory(set[str])
    """Participants whom a fault has struck."""

    late: dict[str, tuple[float, float]] = Factory(dict[str, tuple[float, float]])
    """Each agent's present delay, and its end, in seconds."""

    entries: dict[str, list[_Entry]] = Factory(dict[str, list[_Entry]])
    replies: dict[tuple[str, int], list[_Entry]] = Factory(dict[tuple[str, int], list[_Entry]])
    calls: CallsAgain = Factory(CallsAgain)
    prompted: dict[int, float] = Factory(dict[int, float])
    asked: dict[str, float] = Factory(dict[str, float])
    """Moments at which agents were asked that have neither answered nor called a tool since, in seconds."""

    made: set[int] = Factory(set[int])
    turn: dict[str, int] = Factory(dict[str, int])
    begins: dict[str, list[int]] = Factory(dict[str, list[int]])
    """First entries of each later seat of a name."""

    def take(self, record: Record) -> None:
        """Note one record."""
        self._heard(record.at, record.event)
        self.calls.take(record)
        for command in record.commands:
            match command:
                case Cue(to=name, prompt=prompt) | Prepare(to=name, prompt=prompt):
                    self.prompted[prompt] = self.asked[name] = record.at
                case Speak(prompt=prompt):
                    self.made.add(prompt)
                case GrantFloor(to=name):
                    self.turn[name] = len(self.entries.get(name, ()))
                case EndTurn(participant=name, cause="yielded"):
                    self._pass(name)
                case EndTurn(participant=name, cause="interrupted"):
                    self._cut_off(name)
                case _:
                    pass

    def _pass(self, name: str) -> None:
        """Add a silent turn: without a reply, or with one without words."""
        entries = self.entries.setdefault(name, [])
        since = entries[self.turn.get(name, len(entries)) :]
        if not any(each.text or (each.call and self.calls.stands(each.call)) for each in since):
            del entries[len(entries) - len(since) :]
            entries.append(_Entry(passes=True, think_s=since[0].think_s if since else None))

    def _heard(self, at: float, event: Event) -> None:
        match event:
            case ToolRequested(participant=name, call_id=call_id, tool=tool, arguments=arguments, ours=True):
                self._call(call_id, CallAgain(name, tool, arguments, at))
            case ReplyStarted(participant=name, reply=reply, prompt=prompt, is_backchannel=aside):
                if not aside and prompt not in self.made:
                    self.asked.pop(name, None)
                    self.calls.go_on(name)
                    entry = self._entry(name)
                    if entry.call is None and prompt in self.prompted:
                        entry.think_s = at - self.prompted[prompt] - self._late_s(name, at)
                    self.replies[name, reply] = [entry]
            case LineTaken(participant=name, reply=reply) if (name, reply) in self.replies:
                self._next_line(name, self.replies[name, reply])
            case SentenceSaid(participant=name, reply=reply, text=text):
                if (begun := self.replies.get((name, reply))) is not None:
                    begun[-1].text.append(text)
            case PlaybackStarted(participant=name, reply=reply):
                for heard in self.replies.get((name, reply), ()):
                    heard.was_heard = True
            case Joined(seat=seat, entry=entry) if entry:
                self.begins.setdefault(seat.name, []).append(len(self.entries.get(seat.name, ())))
            case _:
                self._troubled(at, event)

    def _troubled(self, at: float, event: Event) -> None:
        match event:
            case ToolCallCancelled(participant=name):
                self._cut_off(name)
            case FaultStruck(participant=name, fault=fault, for_s=for_s) if fault in self.faults:
                self.struck.add(name)
                if self.faults[fault].by_s:
                    self.late[name] = (self.faults[fault].by_s, math.inf if for_s is None else at + for_s)
            case SessionLost(participant=name) if name in self.struck:
                self._lose(name)
            case _:
                pass

    def _lose(self, name: str) -> None:
        """Note the loss of a session that a fault had struck: its delay and its awaited answer end."""
        if self.late.get(name, (0.0, 0.0))[1] == math.inf:
            del self.late[name]
        self._cut_off(name)

    def _cut_off(self, name: str) -> None:
        """Note that an answer that has not begun does not come."""
        if entries := self.entries.get(name):
            entries[-1].lost = entries[-1].call is not None and not entries[-1].text

    def _call(self, call_id: str, call: CallAgain) -> None:
        """Add an entry for a call, unless it is a repeated one."""
        name = call.participant
        if not self.calls.begin(call_id, call):
            return
        entries = self.entries.setdefault(name, [])
        last = entries[-1] if entries else _Entry()
        if last.lost and last.call is not None and last.call.asks == call.asks:
            last.call.was_cut = True
            think_s = entries.pop().think_s
        else:
            asked = self.asked.get(name)
            think_s = None if asked is None else call.at - asked - self._late_s(name, call.at)
        self.asked.pop(name, None)
        entries.append(_Entry(call=call, think_s=think_s))

    def _late_s(self, name: str, at: float) -> float:
        late_s, until = self.late.get(name, (0.0, 0.0))
        return late_s if at <= until else 0.0

    def _entry(self, name: str) -> _Entry:
        """Entry of a reply that begins: that of a call without words so far, or a new one."""
        entries = self.entries.setdefault(name, [])
        if entries and entries[-1].call is not None and not entries[-1].text:
            return entries[-1]
        entries.append(_Entry())
        return entries[-1]

    def _next_line(self, name: str, begun: list[_Entry]) -> None:
        """A script continues with its next line within a reply that has said something."""
        if begun[-1].text:
            begun.append(_Entry(was_heard=begun[-1].was_heard))
            self.entries[name].append(begun[-1])

    # --- results -------------------------------------------------------------------------

    def greeting(self, name: str, seat: int | None = None) -> str | None:
        """Greeting of an agent as it was connected; its script is asked for with `greets` then."""
        first = _first(self._said(name, seat))
        return None if first is None else " ".join(first.text)

    def script(self, name: str, seat: int | None = None, *, greets: bool = False) -> list[Keys]:
        """An agent's script, without its greeting if it `greets`; nothing for one that never spoke.

        `seat` numbers the seats of one name: 0 is that of the start, and None has all in one script.
        """
        said = self._said(name, seat)
        greeting = _first(said) if greets else None
        kept = [each for each in said if self._is_told(each) and each is not greeting]
        while kept and kept[-1].passes:
            kept.pop()
        return [self._written(each) for each in kept]

    def _said(self, name: str, seat: int | None) -> list[_Entry]:
        entries = self.entries.get(name, [])
        if seat is None:
            return entries
        bounds = [0, *self.begins.get(name, ()), len(entries)]
        return entries[bounds[seat] : bounds[seat + 1]]

    def _is_told(self, entry: _Entry) -> bool:
        """Whether an entry stands in the script; sound without words does not."""
        calls = entry.call is not None and self.calls.stands(entry.call)
        return bool((entry.was_heard and entry.text) or calls or entry.passes)

    def _written(self, entry: _Entry) -> Keys:
        keys: Keys = {}
        if entry.call is not None and self.calls.stands(entry.call):
            keys["call"] = self.calls.written(entry.call)
        words = literal(as_written(" ".join(entry.text)))
        if words or "call" not in keys:
            keys["say"] = words
        if entry.passes or (entry.think_s or 0.0) >= _LEAST_S:
            keys["think"] = write_duration(round(entry.think_s or 0.0, 3))
        return keys


def _first(entries: Iterable[_Entry]) -> _Entry | None:
    """First of them with words."""
    return next((each for each in entries if each.text), None)


def scripts_of(records: Iterable[Record], faults: Iterable[PlannedFault] = ()) -> Scripts:
    """Scripts of all agents of a meeting with these faults."""
    scripts = Scripts({each.id: each for each in faults})
    for record in records:
        scripts.take(record)
    return scripts
