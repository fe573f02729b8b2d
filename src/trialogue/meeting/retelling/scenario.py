"""A scenario file from a run: its plan, its scripts, its clips, and what is expected of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final, cast

import yaml
from attrs import frozen

from trialogue.errors import JournalError, SetupError
from trialogue.journal.reader import Reading
from trialogue.meeting.exporting import held_meeting
from trialogue.meeting.retelling.clips import Clip, clips_of, cut
from trialogue.meeting.retelling.compare import turns_told
from trialogue.meeting.retelling.scripts import Scripts, scripts_of
from trialogue.meeting.retelling.settings import agenda_of, end_of, fault_of, floor_of, limits_of
from trialogue.model.events import FaultStruck, Joined, Left, MeetingResumed, NoteGiven, SayAsked, SessionLost
from trialogue.model.fault_names import SPOILED_TOOLS
from trialogue.model.participants import Hears, Kind, Participant
from trialogue.model.plan import PlannedFault
from trialogue.model.transcript import Utterance
from trialogue.report.exports import HeldMeeting
from trialogue.scenario.quantities import write_duration
from trialogue.scenario.writing import write_yaml

__all__ = ["retell"]

Keys = dict[str, object]

NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
"""No changes."""

_WORDS: Final = 5
"""How many words of a turn are expected."""


def retell(reading: Reading, path: Path, changes: Mapping[str, str] = NOTHING) -> Path:
    """Write the scenario of a run, made from its journal and recordings alone, and return where it is.

    Its clips go to a folder `clips` beside it. `changes` are settings by their places, as `floor.policy`, and
    their YAML; with them nothing is expected of the meeting. SetupError where the file is there already,
    JournalError for a damaged or redacted journal.
    """
    if reading.header.redacted:
        raise JournalError(f"{reading.path} is redacted: what was said is not in it", path=str(reading.path))
    if path.exists():
        raise SetupError(f"{path} is there already: --out names another file")
    held = held_meeting(reading)
    scripts = scripts_of(held.records, held.plan.faults)
    seats = _Seats(held, scripts, reading.path.parent / "audio", path.parent)
    document: Keys = {
        "trialogue": 1,
        "name": held.plan.name,
        "run": {
            "clock": "virtual",
            "seed": held.plan.seed,
            "limits": limits_of(held.plan.limits),
            "ready": write_duration(held.plan.ready_s),
        },
        "cast": {each.name: seats.keys(each) for each in held.plan.participants},
        "floor": floor_of(held.plan.floor),
        "end": end_of(held.plan),
    }
    if tools := scripts.tools(held.plan.tools):
        document["tools"] = tools
    if held.plan.agenda:
        document["agenda"] = agenda_of(held.plan.agenda)
    if faults := _struck_again(held):
        document["faults"] = [fault_of(each) for each in faults]
    for place, value in changes.items():
        _change(document, place.split("."), value)
    if not changes and (told := turns_told(held.utterances)):
        document["expect"] = {"in_order": _expected(told)}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_head(held) + write_yaml(document), encoding="utf-8")
    return path


def _change(document: Keys, place: Sequence[str], value: str) -> None:
    """Set a key; SetupError where the place is none, or the value is no YAML."""
    keys = document
    for each in place[:-1]:
        inner = keys.setdefault(each, {})
        if not isinstance(inner, dict):
            raise SetupError(f"{'.'.join(place)} is no place: {each} holds no keys")
        keys = cast("Keys", inner)
    try:
        keys[place[-1]] = yaml.safe_load(value)
    except yaml.YAMLError:
        raise SetupError(f"{value!r} is no value for {'.'.join(place)}") from None


@frozen
class _Seats:
    """Seats at the table, as far as they are known, and where sound is and goes."""

    held: HeldMeeting
    scripts: Scripts
    audio: Path
    folder: Path

    def keys(self, seat: Participant) -> Keys:
        """A seat of the cast."""
        keys: Keys = {"role": "human" if seat.kind is not Kind.AGENT else seat.role.value}
        if seat.title:
            keys["title"] = seat.title
        if seat.aliases:
            keys["aliases"] = list(seat.aliases)
        if seat.kind is not Kind.AGENT:
            clips = clips_of(seat.name, self.held.records, self.held.utterances)
            written = [self._clip(each, number) for number, each in enumerate(clips, 1)]
            return {**keys, "via": {"clips": written or [_silent(self.held)]}}
        if seat.greets and (greeting := self.scripts.greeting(seat.name)):
            keys["greeting"] = greeting
        if seat.hears is Hears.AUDIO:
            keys["hears"] = "audio"
        if tools := self.scripts.tools_of(seat.name):
            keys["tools"] = tools
        script = self.scripts.script(seat.name) or [{"otherwise": ""}]
        return {**keys, "think": {"provider": "scripted", "script": script}}

    def _clip(self, clip: Clip, number: int) -> Keys:
        mode = {"mode": "wait" if clip.waits else "interrupt"}
        name = f"clips/{clip.participant}-{number:03}.wav"
        if cut(self.audio, clip, self.folder / name):
            said = {"text": clip.text} if clip.text else {}
            return {"when": clip.when, "play": name, **said, **mode}
        return {"when": clip.when, "say": clip.text or "Hm.", **mode}


def _struck_again(held: HeldMeeting) -> list[PlannedFault]:
    """The plan's faults, but those of tools, which answer as they did, and what a resumed meeting lost."""
    struck = {record.event.fault for record in held.records if isinstance(record.event, FaultStruck)}
    is_whole = not any(isinstance(record.event, MeetingResumed) for record in held.records)
    return [
        each
        for each in held.plan.faults
        if each.kind not in SPOILED_TOOLS and (is_whole or each.id in struck)
    ]


def _silent(held: HeldMeeting) -> Keys:
    """A clip for a person who said nothing: it comes when the meeting is over."""
    return {"when": {"at": write_duration(held.length_s + 3600)}, "say": "Hm."}


def _expected(told: Sequence[Utterance]) -> list[Keys]:
    return [
        {"said": {"by": each.participant, "match": "(?i)" + r"\W+".join(map(re.escape, words))}}
        for each in told
        if (words := re.findall(r"\w+", each.heard)[:_WORDS])
    ]


def _head(held: HeldMeeting) -> str:
    """Head of the file: what it is, and what it lacks."""
    spared = {each.to for each in _struck_again(held)}
    lost = sorted({r.event.participant for r in held.records if isinstance(r.event, SessionLost)} - spared)
    steered = any(isinstance(r.event, NoteGiven | SayAsked) for r in held.records)
    lacks = ["prompts, models and voices: agents say what they said, in voices of this machine"]
    if lost:
        lacks.append(f"faults: sessions of {', '.join(lost)} were lost, and are not here")
    if moved := [r.event for r in held.records if isinstance(r.event, Joined | Left)]:
        names = sorted({each.seat.name if isinstance(each, Joined) else each.participant for each in moved})
        lacks.append(f"when {', '.join(names)} came and left: all are at the table from start to end")
    if steered:
        lacks.append("what was said and noted from the keyboard or by the app while it ran")
    lines = ["Made from a recorded run. Missing:", *(f"- {each}" for each in lacks)]
    return "".join(f"# {line}\n" for line in lines)
