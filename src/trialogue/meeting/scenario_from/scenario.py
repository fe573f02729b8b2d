"""Scenario file from a run: its plan, scripts, clips and expectations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, cast

import yaml
from attrs import evolve

from trialogue.errors import JournalError, SetupError
from trialogue.journal.reader import Reading
from trialogue.journal.records import USUAL_FRAME_MS, Header
from trialogue.meeting.exporting import held_meeting
from trialogue.meeting.first_difference import turns_told
from trialogue.meeting.scenario_from.asked_again import AskedAgain, is_asked_again
from trialogue.meeting.scenario_from.awaited_calls import awaited_calls, with_calls_named
from trialogue.meeting.scenario_from.calls_again import uncalled
from trialogue.meeting.scenario_from.clips import Clip, clips_of, cut
from trialogue.meeting.scenario_from.failing_again import failing_again, lost_sessions, pauses
from trialogue.meeting.scenario_from.new_files import NewFiles, new_files
from trialogue.meeting.scenario_from.scripts import Scripts, scripts_of
from trialogue.meeting.scenario_from.settings import agenda_of, end_of, fault_of, floor_of, limits_of
from trialogue.model.clock_time import clock
from trialogue.model.commands import EndTurn, GrantFloor
from trialogue.model.escaped_words import as_written
from trialogue.model.events import (
    FaultStruck,
    Joined,
    Left,
    MeetingResumed,
)
from trialogue.model.expectations import ToolPattern
from trialogue.model.fault_names import SPOILED_TOOLS
from trialogue.model.participants import Hears, Kind, Participant
from trialogue.model.plan import MeetingPlan, PlannedFault
from trialogue.model.records import Record
from trialogue.model.transcript import Utterance
from trialogue.report.exports import HeldMeeting
from trialogue.scenario.quantities import write_duration
from trialogue.scenario.writing import escaped_values, write_yaml
from trialogue.values import frozen

__all__ = ["Move", "Retold", "changes_floor", "retell", "retell_as_it_went", "who_moved"]

Keys = dict[str, object]

_WORDS: Final = 5
"""Words of a turn that are expected."""


@frozen
class Move:
    """Move of a participant to the table of a running meeting, or away from it."""

    at: float
    """Moment, in seconds since the meeting's start."""

    behind: int
    """Number of changes of the floor before it."""

    participant: str
    """Participant who joins or leaves."""

    leaves: bool = False
    """Whether it leaves the table."""

    seat: Mapping[str, object] | None = None
    """Seat in the form of a scenario's cast; None for an agent that comes back unchanged."""


@frozen
class Retold:
    """Meeting that can be repeated."""

    scenario: Path
    """File of the scenario, with the participants of the start."""

    moves: tuple[Move | AskedAgain, ...]
    """Participants who joined and left during it, and what was asked of it, in order."""

    lost: tuple[str, ...]
    """Agents whose sessions were lost without a fault of the scenario, and are not lost again."""

    pauses: tuple[float, ...]
    """Moments at which it went on after its process had died or slept, in seconds; there are none again."""


def changes_floor(record: Record) -> bool:
    """Whether a participant got the floor, or the floor became free."""
    return any(isinstance(each, GrantFloor | EndTurn) for each in record.commands)


def who_moved(records: Iterable[Record]) -> list[str]:
    """Names of participants who joined or left during a meeting, in alphabetical order."""
    moved = [each.event for each in records if isinstance(each.event, Joined | Left)]
    return sorted({each.seat.name if isinstance(each, Joined) else each.participant for each in moved})


def retell(reading: Reading, path: Path) -> Path:
    """Write the scenario of a run, made from its journal and recordings alone, and return where it is.

    Everybody who came is at its table from start to end. Its clips go to a folder `clips` beside it.
    SetupError where the file is there already, JournalError for a damaged or redacted journal.
    """
    with new_files() as files:
        held, seats = _opened(reading, path, files)
        header = evolve(reading.header, plan=held.plan)
        document = _document(
            held, header, seats, {each.name: seats.keys(each) for each in held.plan.participants}
        )
        if told := turns_told(held.utterances):
            document["expect"] = {"in_order": _expected(told)}
        files.write(path, _whole(held, document))
    return path


def retell_as_it_went(reading: Reading, path: Path, changes: Mapping[str, str]) -> Retold:
    """Write the scenario of a run as it began, and tell who came and left later, and what was asked of it.

    `changes` are settings by their places, as `floor.policy`, and their YAML; nothing is expected of the
    meeting. All else is as for `retell`.
    """
    with new_files() as files:
        held, seats = _opened(reading, path, files)
        header = reading.header
        cast = {each.name: seats.keys(each, seats.stay(each.name, 0)) for each in header.plan.participants}
        document = _document(held, header, seats, cast)
        for place, value in changes.items():
            _change(document, place.split("."), value)
        if "floor.custom" not in changes:
            _forget_custom(document)
        moves = tuple(seats.moves())
        files.write(path, _whole(held, document))
    lost = tuple(lost_sessions(held.records, _struck_again(held)))
    return Retold(path, moves, lost, pauses(held.records))


def _opened(reading: Reading, path: Path, files: NewFiles) -> tuple[HeldMeeting, _Seats]:
    """Recorded meeting, with its seats."""
    if reading.header.redacted:
        raise JournalError(f"{reading.path} is redacted: its words are missing", path=str(reading.path))
    if path.exists():
        raise SetupError(f"{path} already exists: choose another file with --out")
    held = held_meeting(reading)
    scripts = scripts_of(held.records, held.plan.faults)
    return held, _Seats(held, scripts, reading.path.parent / "audio", path.parent, files)


def _document(held: HeldMeeting, header: Header, seats: _Seats, cast: Mapping[str, Keys]) -> Keys:
    """Keys of the scenario; the plan is the header's."""
    plan, frame_ms = evolve(header.plan, faults=tuple(_struck_again(held))), header.frame_ms
    plan = with_calls_named(plan, held.records, seats.scripts.calls)
    document: Keys = {
        "trialogue": 1,
        "name": plan.name,
        "run": {
            "clock": "virtual",
            "seed": plan.seed,
            "limits": limits_of(plan.limits),
            "ready": write_duration(plan.ready_s),
            **({} if frame_ms == USUAL_FRAME_MS else {"frame": f"{frame_ms}ms"}),
        },
        "cast": dict(cast),
        "floor": floor_of(plan.floor),
        "end": end_of(plan),
    }
    tools = seats.scripts.calls.tools(plan.tools)
    awaited = [each for each in awaited_calls(plan) if each.tool not in tools]
    for each in awaited:
        tools[each.tool] = uncalled()
        _give(cast, plan, each)
    if tools:
        document["tools"] = tools
    if plan.agenda:
        document["agenda"] = agenda_of(plan.agenda)
    if plan.faults:
        document["faults"] = [fault_of(each) for each in plan.faults]
    return document


def _whole(held: HeldMeeting, document: Keys) -> bytes:
    return (_head(held) + write_yaml(escaped_values(document))).encode()


def _change(document: Keys, place: Sequence[str], value: str) -> None:
    """Set a key; SetupError for an unknown place, or a value that is no YAML."""
    keys = document
    for each in place[:-1]:
        inner = keys.setdefault(each, {})
        if not isinstance(inner, dict):
            raise SetupError(f"{'.'.join(place)} is not a place in a scenario: {each} has no keys")
        keys = cast("Keys", inner)
    try:
        keys[place[-1]] = _value(value)
    except (yaml.YAMLError, ValueError, RecursionError):  # ValueError: an impossible date, a huge number, too
        raise SetupError(f"{value[:80]!r} is not a valid value for {'.'.join(place)}") from None


def _forget_custom(document: Keys) -> None:
    """Leave out the recorded policy of its own where another has taken its place."""
    floor = document["floor"]
    if isinstance(floor, dict):
        keys = cast("Keys", floor)
        if "custom" not in {str(keys.get("policy")), str(keys.get("otherwise"))}:
            keys.pop("custom", None)


def _value(text: str) -> object:
    """Value of YAML; ValueError for an alias, by which a list may contain itself."""
    if any(isinstance(each, yaml.AliasEvent) for each in yaml.parse(text, yaml.SafeLoader)):
        raise ValueError("an alias")
    return yaml.safe_load(text)


@frozen
class _Stay:
    """Stay of a participant at the table."""

    seat: int | None
    """Number of its seat among those of its name: 0 is that of the start; None for all of them together."""

    records: Sequence[Record]
    """Records of the stay."""

    begins: int
    """Number of earlier records."""


@frozen
class _Seats:
    """Seats at the table, with the places of recordings and of new clips."""

    held: HeldMeeting
    scripts: Scripts
    audio: Path
    folder: Path
    files: NewFiles

    def moves(self) -> Iterator[Move | AskedAgain]:
        """Participants who joined and left during the meeting, and what was asked of it."""
        behind, seats = 0, dict[str, int]()
        for number, record in enumerate(self.held.records, 1):
            match record.event:
                case Joined(seat=seat, entry=entry):
                    name = seat.name
                    seats[name] = seats.get(name, 0) + bool(entry)
                    comes_back = seat.kind is Kind.AGENT and not entry
                    keys = None if comes_back else self.keys(seat, self.stay(name, number, seats[name]))
                    written = None if keys is None else escaped_values(keys, ("cast", name))
                    yield Move(record.at, behind, name, seat=written)
                case Left(participant=name):
                    yield Move(record.at, behind, name, leaves=True)
                case asked if is_asked_again(asked, self.held.plan.participants):
                    yield AskedAgain(record.at, behind, asked)
                case _:
                    pass
            behind += changes_floor(record)

    def stay(self, name: str, begins: int, seat: int = 0) -> _Stay:
        """Stay that begins after so many records."""
        records = self.held.records[begins:]
        left = (place for place, each in enumerate(records, 1) if each.event == Left(name))
        return _Stay(seat, records[: next(left, len(records))], begins)

    def keys(self, seat: Participant, stay: _Stay | None = None) -> Keys:
        """A seat of the cast, of one stay or else of all in one."""
        stay = stay or _Stay(None, self.held.records, 0)
        keys: Keys = {"role": "human" if seat.kind is not Kind.AGENT else seat.role.value}
        if seat.title:
            keys["title"] = seat.title
        if seat.aliases:
            keys["aliases"] = list(seat.aliases)
        if seat.kind is not Kind.AGENT and not seat.may_speak:
            return {**keys, "role": seat.role.value, "via": "app"}
        if seat.kind is not Kind.AGENT:
            clips = clips_of(seat.name, stay.records, self.held.utterances)
            written = [self._clip(each, stay.begins + number) for number, each in enumerate(clips, 1)]
            return {**keys, "via": {"clips": written or [_silent(self.held)]}}
        greeting = self.scripts.greeting(seat.name, stay.seat) if seat.greets else None
        if greeting:
            keys["greeting"] = as_written(greeting)
        if seat.hears is Hears.AUDIO:
            keys["hears"] = "audio"
        if tools := self._tools(seat, stay):
            keys["tools"] = tools
        keys |= failing_again(seat, self.held.plan, stay.records)
        script = self.scripts.script(seat.name, stay.seat, greets=seat.greets) or [{"otherwise": ""}]
        return {**keys, "think": {"provider": "scripted", "script": script}}

    def _tools(self, seat: Participant, stay: _Stay) -> list[str]:
        """Tools of an agent: those that it called, and at a start those that any who join may call, too."""
        agents = [each.name for each in self.held.plan.participants if each.kind is Kind.AGENT]
        callers = agents if stay.seat == 0 and not stay.begins else [seat.name]
        return list(dict.fromkeys(tool for name in callers for tool in self.scripts.calls.tools_of(name)))

    def _clip(self, clip: Clip, number: int) -> Keys:
        if clip.is_typed:
            return {"when": clip.when, "type": clip.text}
        mode = {"mode": "wait" if clip.waits else "interrupt"}
        name = f"clips/{clip.participant}-{number:03}.wav"
        if cut(self.audio, clip, self.folder / name, self.files):
            said = {"text": clip.text} if clip.text else {}
            return {"when": clip.when, "play": name, **said, **mode}
        return {"when": clip.when_said, "say": as_written(clip.text) or "Hm.", **mode}


def _give(seats: Mapping[str, Keys], plan: MeetingPlan, awaited: ToolPattern) -> None:
    """Give a tool that nobody called to the agent whose call was awaited, or else to the first."""
    agents = [each.name for each in plan.participants if each.kind is Kind.AGENT]
    for name in [awaited.by] if awaited.by in agents else agents[:1]:
        has = cast("list[str]", seats[name].get("tools", []))
        seats[name]["tools"] = list(dict.fromkeys([*has, awaited.tool]))


def _struck_again(held: HeldMeeting) -> list[PlannedFault]:
    """Faults of the plan, except those of tools, whose results are kept, and those lost by resuming."""
    struck = {record.event.fault for record in held.records if isinstance(record.event, FaultStruck)}
    is_whole = not any(isinstance(record.event, MeetingResumed) for record in held.records)
    return [
        each
        for each in held.plan.faults
        if each.kind not in SPOILED_TOOLS and (is_whole or each.id in struck)
    ]


def _silent(held: HeldMeeting) -> Keys:
    """Clip for a person who said nothing: it plays after the meeting's end."""
    return {"when": {"at": write_duration(held.length_s + 3600)}, "say": "Hm."}


def _expected(told: Sequence[Utterance]) -> list[Keys]:
    return [
        {"said": {"by": each.participant, "match": "(?i)" + r"\W+".join(map(re.escape, words))}}
        for each in told
        if (words := re.findall(r"\w+", each.heard)[:_WORDS])
    ]


def _head(held: HeldMeeting) -> str:
    """Head of the file: its contents and its limits."""
    lost = lost_sessions(held.records, _struck_again(held))
    steered = any(is_asked_again(r.event, held.plan.participants) for r in held.records)
    lacks = ["prompts, models and voices: agents say what they said, in voices of this machine"]
    if lost:
        lacks.append(f"faults: sessions of {', '.join(lost)} were lost, and are not here")
    if moments := pauses(held.records):
        told = ", ".join(map(clock, moments))
        lacks.append(f"the pauses at {told}, when its process had died or slept: nothing is cut off there")
    if names := who_moved(held.records):
        lacks.append(f"when {', '.join(names)} came and left: all are at the table from start to end")
    if steered:
        lacks.append(
            "what was asked of it from the keyboard or by the app while it ran, such as words to say"
        )
    lines = ["Made from a recorded run. Missing:", *(f"- {each}" for each in lacks)]
    return "".join(f"# {line}\n" for line in lines)
