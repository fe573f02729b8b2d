"""Live view of a running meeting: a pure fold of its records.

The transcript scrolls above; below it are each participant's activity and level, the agenda, and running
tools. Nothing here draws, waits or reads a clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final, TypeAlias

from attrs import Factory, field

from trialogue.cli.view_lines import Line, Span, Tone, bar, line, padded, shortened, span, width
from trialogue.cli.view_story import Story
from trialogue.cli.view_story_lines import Seating, StoryLines
from trialogue.model.clock_time import clock
from trialogue.model.commands import (
    AnswerTool,
    Command,
    EndMeeting,
    EndTurn,
    GrantFloor,
    MoveAgenda,
    SetHearing,
)
from trialogue.model.events import (
    Event,
    Joined,
    Left,
    MeetingResumed,
    MuteAsked,
    PlaybackFinished,
    PlaybackStarted,
    ProcessSuspended,
    SessionFailed,
    SessionLost,
    SessionReady,
    SpeechStarted,
    SpeechStopped,
    ToolCallCancelled,
    ToolFinished,
    ToolRequested,
)
from trialogue.model.participants import Kind, Participant
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record
from trialogue.report.cast import with_everybody
from trialogue.report.floor_requests import FloorRequests
from trialogue.values import define, frozen

METER_CELLS: Final = 12
"""Width of a level meter, in cells."""

QUIETEST_DBFS: Final = -48.0
"""Level of an empty meter; a full one is 0 dBFS."""

FALL_DB: Final = 6.0
"""Most decibels by which a meter falls from one picture to the next."""


class Presence(Enum):
    """State of a participant's sessions."""

    JOINING = "joining"
    HERE = "here"
    LOST = "lost"
    GONE = "gone"
    LEFT = "left"


class Doing(Enum):
    """Activity of a participant, in a word."""

    JOINING = "joining"
    LISTENING = "listening"
    THINKING = "thinking"
    SPEAKING = "speaking"
    HOLDING = "has the floor"
    RECONNECTING = "reconnecting"
    AWAY = "away"
    LEFT = "left"


MARKS: Final = MappingProxyType(
    {
        Doing.JOINING: "…",
        Doing.LISTENING: " ",
        Doing.THINKING: "○",
        Doing.SPEAKING: "●",
        Doing.HOLDING: "○",
        Doing.RECONNECTING: "↻",
        Doing.AWAY: "✗",
        Doing.LEFT: " ",
    }
)
"""Sign for each word, so that colour is never the only mark."""


@frozen
class _Point:
    number: int
    since: float


Sounds: TypeAlias = Callable[[Record], Iterable[tuple[float, str, str]]]
"""Function that takes each record, and gives the recordings that begin: seconds, participant, file's name."""


def no_sounds(record: Record) -> Iterable[tuple[float, str, str]]:
    """No recording of any clip: for meetings that are only known by their records."""
    del record
    return ()


@define
class LiveView:
    """The live view, computed from records.

    `take` each record in order, print `heard`, and draw what `at` returns.
    """

    plan: MeetingPlan
    """Plan of the meeting, with all who have come so far."""

    repeats_names: bool = False
    """Whether every sentence of the transcript names its speaker."""

    sounds: Sounds = no_sounds
    """Fold of the same records into the recordings that clips play."""

    is_over: bool = field(default=False, init=False)
    """Whether the meeting has ended."""

    _seating: Seating = field(init=False)
    _story_lines: StoryLines = field(init=False)
    _story: Story = field(init=False)
    _presence: dict[str, Presence] = field(init=False)
    _sounding: set[str] = field(init=False, factory=set[str])
    _hands: set[str] = field(init=False, factory=set[str])
    _requests: FloorRequests = field(init=False, factory=FloorRequests)
    _muted: frozenset[str] = field(init=False, default=frozenset())
    _holder: str | None = field(init=False, default=None)
    _turn: int = field(init=False, default=0)
    _point: _Point | None = field(init=False, default=None)
    _calls: dict[tuple[str, str], tuple[str, float]] = field(
        init=False, default=Factory(dict[tuple[str, str], tuple[str, float]])
    )

    def __attrs_post_init__(self) -> None:
        """Seat the cast: agents have not joined yet, people are present."""
        self._seating = Seating(self.plan)
        self._story_lines = StoryLines(self._seating, repeats_names=self.repeats_names)
        self._story = Story(self.plan)
        self._presence = {each.name: _at_first(each) for each in self.plan.participants}

    def take(self, record: Record) -> None:
        """Note one record."""
        if isinstance(record.event, Joined):
            self.plan = with_everybody(self.plan, (record,))
            self._seating.take(self.plan)
        for at, name, file in self.sounds(record):
            self._story.play(at, name, file)
        self._story.take(record)
        asking, gone = self._requests.take(record)
        if asking is not None:
            self._hands.add(asking)
        if gone is not None:
            self._hands.discard(gone)
        self._take_event(record.at, record.event)
        for command in record.commands:
            self._take_command(record.at, command)

    def heard(self, now: float) -> list[Line]:
        """New transcript lines until `now` (seconds since the start); each line is returned once."""
        return [self._story_lines.line(moment) for moment in self._story.due(now)]

    def doing(self, name: str) -> Doing:
        """Activity of a participant; KeyError for an unknown name."""
        match self._presence[name]:
            case Presence.GONE:
                return Doing.AWAY
            case Presence.LEFT:
                return Doing.LEFT
            case Presence.LOST:
                return Doing.RECONNECTING
            case _ if name in self._sounding:
                return Doing.SPEAKING
            case Presence.JOINING:
                return Doing.JOINING
            case Presence.HERE:
                return self._holding(name) if name == self._holder else Doing.LISTENING

    def awaits(self, name: str) -> bool:
        """Whether a person has the floor and is not heard yet."""
        return name in self._people() and name == self._holder and name not in self._sounding

    def _people(self) -> set[str]:
        return {each.name for each in self.plan.participants if each.kind is not Kind.AGENT}

    def _holding(self, name: str) -> Doing:
        """Activity of a floor holder who is silent; a person's is never "thinks"."""
        return Doing.HOLDING if self.awaits(name) else Doing.THINKING

    def at(
        self, now: float, levels: Mapping[str, float], *, columns: int = 80, speed: float | None = None
    ) -> list[Line]:
        """The picture at `now`. `levels` are in dBFS; `speed` is given if time is not real."""
        head = [self.plan.name, clock(now), *([f"turn {self._turn}"] if self._turn else [])]
        head.extend([f"{speed:.0f} times real time"] if speed is not None else [])
        title = span(f"── {' · '.join(head)} ").text
        rule = Span(padded(title + "─" * max(0, columns - width(title)), columns), Tone.FAINT)
        seats = [self._seat(each.name, levels) for each in self.plan.participants]
        return [line(rule), *self._agenda(now, columns), *seats, *self._tools(now)]

    def __repr__(self) -> str:
        return f"<LiveView of {self.plan.name}: turn {self._turn} {self._holder or 'nobody'}>"

    # --- the fold -----------------------------------------------------------------------------------

    def _take_event(self, at: float, event: Event) -> None:
        match event:
            case SessionReady(participant=name):
                self._presence[name] = Presence.HERE
            case SessionLost(participant=name):
                self._presence[name] = Presence.LOST
            case SessionFailed(participant=name):
                self._presence[name] = Presence.GONE
            case PlaybackStarted(participant=name) | SpeechStarted(participant=name):
                self._presence[name] = Presence.HERE
                self._sounding.add(name)
            case PlaybackFinished(participant=name) | SpeechStopped(participant=name):
                self._sounding.discard(name)
            case MuteAsked(participant=name, muted=True) if name in self._people():
                self._sounding.discard(name)
            case ProcessSuspended() | MeetingResumed():  # people's sources begin again
                self._sounding -= self._people()
            case Joined(seat=seat):
                self._presence[seat.name] = _at_first(seat)
            case Left(participant=name):
                self._presence[name] = Presence.LEFT
                self._sounding.discard(name)
            case ToolRequested(participant=name, call_id=call_id, tool=tool, ours=True):
                self._calls.setdefault((name, call_id), (tool, at))
            case (
                ToolFinished(participant=name, call_id=call_id)
                | ToolCallCancelled(participant=name, call_id=call_id)
            ):
                self._calls.pop((name, call_id), None)
            case _:
                pass

    def _take_command(self, at: float, command: Command) -> None:
        match command:
            case GrantFloor(to=to, turn=turn):
                self._presence[to] = Presence.HERE
                self._hands.discard(to)
                self._holder, self._turn = to, turn
            case EndTurn():
                self._holder = None
            case MoveAgenda(item=item):
                ids = [each.id for each in self.plan.agenda]
                self._point = _Point(ids.index(item), at) if item in ids else None
            case SetHearing(muted=muted):
                self._muted = frozenset(muted)
            case EndMeeting():
                self._sounding.clear()
                self._hands.clear()
                self.is_over = True
            case _:
                self._take_answer(command)

    def _take_answer(self, command: Command) -> None:
        """Note the answer to one of the meeting's own tools, which is not run as a tool."""
        match command:
            case AnswerTool(participant=name, call_id=call_id):
                self._calls.pop((name, call_id), None)
            case _:
                pass

    # --- the picture --------------------------------------------------------------------------------

    def _agenda(self, now: float, columns: int) -> Iterator[Line]:
        if self._point is None:
            return
        item = self.plan.agenda[self._point.number]
        head = Span(f"   {self._point.number + 1}/{len(self.plan.agenda)} ", Tone.FAINT)
        box = tuple(self._time_box(now, item.time_s))
        room = columns - width(head.text) - sum(width(each.text) for each in box)
        owner = f" ({self._seating.label(item.owner)})" if item.owner else ""
        owner = owner if width(item.title) + width(owner) <= room else ""
        title = span(shortened(span(item.title).text, room), Tone.STRONG)
        yield line(head, title, span(owner), *box)

    def _time_box(self, now: float, time_s: float | None) -> Iterator[Span]:
        if time_s is None or self._point is None:
            return
        left = self._point.since + time_s - now
        if left >= 0:
            yield Span(f" · {clock(left)} left", Tone.FAINT)
        else:
            yield Span(f" · {clock(-left)} over", Tone.WARNING)

    def _seat(self, name: str, levels: Mapping[str, float]) -> Line:
        doing = self.doing(name)
        tone = Tone.STRONG if doing is Doing.SPEAKING else Tone.NORMAL
        seat = self._seating.seat(name)
        who = Span(f" {MARKS[doing]} {self._seating.name(name).text}  ", tone, seat)
        if doing is Doing.SPEAKING:
            meter = bar(_filled(levels.get(name, QUIETEST_DBFS)), METER_CELLS)
            return line(who, Span(padded(doing.value, 13)), Span(meter, seat=seat), *self._notes(name))
        is_amiss = doing in {Doing.RECONNECTING, Doing.AWAY}
        return line(who, Span(doing.value, Tone.WARNING if is_amiss else Tone.FAINT), *self._notes(name))

    def _notes(self, name: str) -> Iterator[Span]:
        if name in self._hands:
            yield Span(" · hand up", Tone.STRONG)
        if name in self._muted:
            yield Span(" · muted", Tone.WARNING)

    def _tools(self, now: float) -> Iterator[Line]:
        for (name, _), (tool, since) in self._calls.items():
            waits = f" waits for {tool}, {now - since:.1f} s"
            label = Span(self._seating.label(name), seat=self._seating.seat(name))
            yield line("   → ", label, span(waits, Tone.FAINT))


def _at_first(seat: Participant) -> Presence:
    """First state of a participant: an agent has not joined yet, a person is present."""
    return Presence.JOINING if seat.kind is Kind.AGENT else Presence.HERE


def meters(before: Mapping[str, float], now: Mapping[str, float]) -> dict[str, float]:
    """Levels for meters that rise at once and fall slowly; a silent participant is dropped at the bottom."""
    fallen = {name: level - FALL_DB for name, level in before.items() if level - FALL_DB > QUIETEST_DBFS}
    return {name: max(fallen.get(name, level), level) for name, level in {**fallen, **now}.items()}


def _filled(level_dbfs: float) -> float:
    return 1 - level_dbfs / QUIETEST_DBFS
