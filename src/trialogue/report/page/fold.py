"""Fold of the page: the small JSON objects ("marks") that each record adds.

1. `take` returns the marks of one record, so a page can grow during its meeting; the page written after a
   meeting has the marks of all its records, in order.
2. A mark never changes an earlier one, with two exceptions: `words` of a turn replace those of the same turn,
   and a `lane` of a name takes that name's place.
3. Times are seconds since the meeting's start, to the millisecond.
4. Texts are those of the journal: the page shows them as text, never as markup.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias

from attrs import Factory

from trialogue.brain.words.transcript import Transcript
from trialogue.model.commands import (
    AnswerTool,
    Attribute,
    CancelTool,
    Command,
    EndMeeting,
    EndTurn,
    GrantFloor,
    MoveAgenda,
    Report,
)
from trialogue.model.events import (
    ActorCrashed,
    EarFailed,
    EarLost,
    EarReady,
    Event,
    FaultStruck,
    FloorRequested,
    Joined,
    Left,
    MeetingResumed,
    MuteAsked,
    PlaybackFinished,
    PlaybackPaused,
    PlaybackResumed,
    PlaybackStarted,
    ProcessSuspended,
    ServiceWarned,
    SessionFailed,
    SessionLost,
    SessionReady,
    SpeechStarted,
    SpeechStopped,
    ToolCallCancelled,
    ToolFinished,
    ToolRequested,
    VoiceFell,
    VoiceRose,
)
from trialogue.model.failed_replies import FAILED, FailedReplies
from trialogue.model.participants import Participant
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record
from trialogue.model.shared_results import ANSWERED, SharedResults
from trialogue.model.text import brief
from trialogue.model.transcript import Utterance
from trialogue.report.floor_requests import FloorRequests
from trialogue.report.page.sentence_places import Places
from trialogue.report.stretches import voice_end_s
from trialogue.report.tools import begins_call
from trialogue.values import define

__all__ = ["Mark", "PageFold"]

Mark: TypeAlias = dict[str, object]
"""Thing to show, of the kind `k`."""

LONGEST: Final = 2000
"""Most characters of a tool's arguments or result on the page."""

_COVERED: Final = frozenset({"participant-failed", "ear-failed", "stale", "superseded"})
"""Reports that repeat an event of the same record, or that are only for the journal."""


def ms(seconds: float) -> float:
    """Time to the millisecond."""
    return round(seconds, 3)


@define
class PageFold:
    """Fold over the records: call `begin` once, then `take` for each record in order."""

    plan: MeetingPlan
    """Plan of the meeting."""

    _transcript: Transcript = Factory(Transcript)
    _places: Places = Factory(Places)
    _told: dict[int, Utterance] = Factory(dict[int, Utterance])
    _open: dict[tuple[str, int, int], int] = Factory(dict[tuple[str, int, int], int])
    _fallen: dict[str, float] = Factory(dict[str, float])
    _calls: dict[tuple[str, str], tuple[int, str]] = Factory(dict[tuple[str, str], tuple[int, str]])
    _away: set[str] = Factory(set[str])
    _failed: FailedReplies = Factory(FailedReplies)
    _requests: FloorRequests = Factory(FloorRequests)
    _shared: SharedResults = Factory(SharedResults)
    _count: int = 0

    def begin(self) -> list[Mark]:
        """Marks before the first record: a lane for each of the plan's cast."""
        return [_lane(each, 0.0) for each in self.plan.participants]

    def take(self, record: Record) -> list[Mark]:
        """Marks of one record."""
        self._transcript.take_event(record.event)
        self._places.take(record.event)
        self._failed.take(record.at, record.event)
        marks = [
            *self._asked(record),
            *self._heard(record.at, record.event),
            *self._seen(record.at, record.event),
            *self._called(record),
            *self._troubled(record.at, record.event),
        ]
        for each in self._shared.take(record):
            key = (each.participant, each.call_id)
            marks.extend(self._result(key, record.at, each.outcome, content=each.content))
        for command in record.commands:
            self._transcript.take_command(record.at, command)
            marks.extend(self._decided(record.at, command))
        marks.extend(self._words(record))
        return marks

    def close(self, at: float) -> list[Mark]:
        """Marks after the last record: sound that was still heard ends."""
        left: list[Mark] = [{"k": "off", "id": number, "at": ms(at)} for number in self._open.values()]
        self._open.clear()
        return [*left, {"k": "close", "at": ms(at)}]

    # --- facts --------------------------------------------------------------------------------------

    def _asked(self, record: Record) -> Iterator[Mark]:
        asking, gone = self._requests.take(record)
        if asking is not None:
            priority = record.event.priority if isinstance(record.event, FloorRequested) else 0
            yield {"k": "ask", "who": asking, "at": ms(record.at), "priority": priority}
        if gone is not None:
            yield {"k": "unask", "who": gone, "at": ms(record.at)}

    def _heard(self, at: float, event: Event) -> Iterator[Mark]:
        """Beginnings and ends of sound; that of a person ends with its source, too (`stretches`)."""
        match event:
            case PlaybackStarted() | PlaybackResumed():
                yield self._on((event.participant, event.turn, event.reply), event.position_s, event.turn)
            case PlaybackFinished():
                yield from self._off((event.participant, event.turn, event.reply), voice_end_s(event))
            case PlaybackPaused():
                yield from self._off((event.participant, event.turn, event.reply), event.position_s)
            case SpeechStarted(participant=name, position_s=position_s) if (name, 0, 0) not in self._open:
                yield self._on((name, 0, 0), position_s, None)
            case SpeechStopped(participant=name, position_s=position_s):
                self._fallen.pop(name, None)
                yield from self._off((name, 0, 0), position_s)
            case VoiceFell(participant=name, position_s=position_s):
                self._fallen[name] = position_s
            case VoiceRose(participant=name):
                self._fallen.pop(name, None)
            case MuteAsked(participant=name, muted=True) | Left(participant=name):
                yield from self._off((name, 0, 0), self._fallen.pop(name, at))
            case ProcessSuspended() | MeetingResumed():
                for name in [name for name, turn, _ in self._open if not turn]:
                    yield from self._off((name, 0, 0), self._fallen.pop(name, at))
            case _:
                pass

    def _seen(self, at: float, event: Event) -> Iterator[Mark]:
        match event:
            case Joined(seat=seat):
                yield _lane(seat, at)
            case Left(participant=name):
                yield {"k": "left", "who": name, "at": ms(at)}
            case ToolFinished(participant=name, call_id=call_id, outcome=outcome, code=code):
                yield from self._result((name, call_id), at, outcome, code=code, content=event.content)
            case ToolCallCancelled(participant=name, call_id=call_id):
                yield from self._result((name, call_id), at, "cancelled")
            case _:
                pass

    def _troubled(self, at: float, event: Event) -> Iterator[Mark]:
        match event:
            case SessionLost(participant=name, reason=reason) | EarLost(participant=name, reason=reason):
                if name not in self._away:
                    self._away.add(name)
                    yield {"k": "away", "who": name, "at": ms(at), "text": reason}
            case SessionReady(participant=name) | EarReady(participant=name) if name in self._away:
                self._away.discard(name)
                yield {"k": "back", "who": name, "at": ms(at)}
            case SessionFailed(participant=name, reason=reason):
                yield _note(at, ("session-failed", reason, "failure"), name)
            case EarFailed(participant=name, reason=reason):
                yield _note(at, ("ear-failed", reason, "failure"), name)
            case FaultStruck(participant=name, fault=fault, kind=kind):
                yield {"k": "fault", "who": name, "at": ms(at), "text": f"{fault} ({kind})"}
            case ActorCrashed(actor=actor, error=error):
                yield _note(at, ("actor-crashed", f"{actor}: {error}", "failure"))
            case ServiceWarned(participant=name, code=code, text=text) if code not in _COVERED:
                level = "failure" if code == "SPEAK_REQUEST_FAILED" else "warning"
                yield _note(at, ("service-warned", f"{code} {text}".strip(), level), name)
            case _:
                pass

    def _on(self, key: tuple[str, int, int], at: float, turn: int | None) -> Mark:
        self._count += 1
        self._open[key] = self._count
        return {"k": "on", "id": self._count, "who": key[0], "turn": turn, "at": ms(at)}

    def _off(self, key: tuple[str, int, int], at: float) -> Iterator[Mark]:
        number = self._open.pop(key, None)
        if number is not None:
            yield {"k": "off", "id": number, "at": ms(at)}

    def _called(self, record: Record) -> Iterator[Mark]:
        event = record.event
        if not isinstance(event, ToolRequested):
            return
        if (event.participant, event.call_id) not in self._calls or begins_call(record):
            yield self._call(record.at, event)

    def _call(self, at: float, event: ToolRequested) -> Mark:
        self._count += 1
        self._calls[event.participant, event.call_id] = self._count, event.tool
        shown = brief(event.arguments, LONGEST)
        mark: Mark = {"k": "call", "id": self._count, "who": event.participant, "at": ms(at)}
        return {**mark, "tool": event.tool, "arguments": shown, "ours": event.ours}

    def _result(
        self, key: tuple[str, str], at: float, outcome: str, *, code: str = "", content: str = ""
    ) -> Iterator[Mark]:
        number, tool = self._calls.pop(key, (None, ""))
        if number is not None:
            mark: Mark = {"k": "result", "id": number, "who": key[0], "tool": tool, "at": ms(at)}
            yield {**mark, "outcome": outcome, "code": code, "content": brief(content, LONGEST)}

    # --- decisions ----------------------------------------------------------------------------------

    def _decided(self, at: float, command: Command) -> Iterator[Mark]:
        match command:
            case GrantFloor(to=name, turn=turn, reason=reason):
                yield {"k": "grant", "turn": turn, "who": name, "at": ms(at), "why": reason}
            case EndTurn(turn=turn, participant=name, cause=cause):
                yield {"k": "over", "turn": turn, "who": name, "at": ms(at), "cause": cause}
            case MoveAgenda(item=item, reason=reason):
                yield self._agenda(at, item, reason)
            case AnswerTool(participant=name, call_id=call_id, content=content):
                yield from self._result((name, call_id), at, ANSWERED, content=content)  # it was asked again
            case CancelTool(participant=name, call_id=call_id):
                yield from self._result((name, call_id), at, "cancelled")
            case Report(code=code, text=text, participant=name, level=level) if code not in _COVERED:
                told = self._failed.why(at, name, text) if code == FAILED else text
                yield _note(at, (code, told, level), name)
            case Attribute(beside=beside) if beside:
                yield _aside(at, command)
            case EndMeeting(reason=reason):
                yield {"k": "end", "at": ms(at), "reason": reason}
            case _:
                pass

    def _agenda(self, at: float, item: str | None, reason: str) -> Mark:
        titles = {each.id: each.title for each in self.plan.agenda}
        title = None if item is None else titles.get(item, item)
        return {"k": "agenda", "at": ms(at), "item": item, "title": title, "reason": reason}

    def _words(self, record: Record) -> Iterator[Mark]:
        """Words of the turns that this record may have changed."""
        turns = [each.turn for each in record.commands if isinstance(each, EndTurn | Attribute)]
        if isinstance(record.event, PlaybackFinished):
            turns.append(record.event.turn)
        for turn in dict.fromkeys(turns):
            said = self._transcript.utterance(turn)
            if said is not None and said != self._told.get(turn):
                self._told[turn] = said
                yield {**_said(said), "parts": self._places.parts(said)}


def _lane(seat: Participant, at: float) -> Mark:
    mark: Mark = {"k": "lane", "who": seat.name, "label": seat.label, "role": seat.role.value}
    return {**mark, "kind": seat.kind.value, "hears": seat.hears.value, "at": ms(at)}


def _note(at: float, told: tuple[str, str, str], name: str | None = None) -> Mark:
    code, text, level = told
    return {"k": "note", "at": ms(at), "who": name, "code": code, "text": text, "level": level}


def _said(said: Utterance) -> Mark:
    mark: Mark = {"k": "words", "turn": said.turn, "who": said.participant, "beside": said.beside}
    lost = said.intended[len(said.heard) :].strip() if said.intended.startswith(said.heard) else ""
    mark |= {"from": ms(said.start_s), "to": ms(said.end_s)}
    return mark | {"text": said.heard, "lost": lost, "certain": said.is_certain}


def _aside(at: float, words: Attribute) -> Mark:
    start, end = (words.begin_s, words.end_s) if words.end_s > words.begin_s else (at, at)
    text = " ".join(words.text.split())
    said = Utterance(
        words.participant, words.turn, start, end, text, text, "finished", words.is_certain, words.beside
    )
    return {**_said(said), "parts": []}
