"""Playbooks: a meeting as a list of `(at, event, [commands])`, compared whole, with a diff to read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import unified_diff
from types import MappingProxyType
from typing import Any

from attrs import evolve

from trialogue.brain.course.course import Phase
from trialogue.brain.floor.view import Policy
from trialogue.brain.meeting import Brain
from trialogue.brain.words.context import Contexts
from trialogue.brain.words.transcript import Transcript
from trialogue.model.commands import CancelWake, Command, Cue, GrantFloor, Prepare, Report, Speak, WakeAt
from trialogue.model.events import (
    Event,
    MeetingStarted,
    PlaybackFinished,
    PlaybackStarted,
    ReplySent,
    ReplyStarted,
    SentenceSaid,
    SessionReady,
    Woke,
)
from trialogue.model.memory import ContextItem
from trialogue.model.participants import Hears, Kind, Participant, Role
from trialogue.model.plan import FloorRules, Limits, MeetingPlan, SilenceRules
from trialogue.model.records import Record

CHAIR = Participant("mod", role=Role.CHAIR, title="Moderator")
EAR = evolve(CHAIR, hears=Hears.AUDIO)
TECH = Participant("tech")
BIZ = Participant("biz", aliases=("money",))
LAW = Participant("law")
GUEST = Participant("dana", kind=Kind.HUMAN)
RULES = FloorRules()
WATCH = Participant("watch", role=Role.OBSERVER, hears=Hears.AUDIO)


NO_POLICIES: Mapping[str, Policy] = MappingProxyType({})

PATIENT = Limits(silence_s=500.0)


class Noted(Report):
    """A report by its code, whom it is about, and names and numbers that its text holds; words are free."""

    def __init__(self, code: str, participant: str | None = None, *holds: str, level: Any = "note") -> None:
        super().__init__(code, " ... ".join(holds), participant, level)

    def __eq__(self, other: object) -> bool:
        """Whether this is that report."""
        if not isinstance(other, Report):
            return NotImplemented
        own = self.code, self.participant, self.level
        is_same = own == (other.code, other.participant, other.level)
        return is_same and all(each in other.text for each in self.text.split(" ... "))

    __hash__ = Report.__hash__


def plan(*cast: Participant, floor: FloorRules = RULES, limits: Limits = PATIENT, **more: Any) -> MeetingPlan:
    """A plan of this cast, whose meeting bears long silence."""
    return MeetingPlan("test", cast or (TECH, BIZ), floor=floor, limits=limits, **more)


def moderated(*cast: Participant, **more: Any) -> MeetingPlan:
    """A plan in which the chair decides."""
    return plan(*(cast or (CHAIR, TECH, BIZ)), floor=FloorRules(policy="moderated"), **more)


def quick(*steps: Any, after_s: float = 4.0, **more: Any) -> FloorRules:
    """Floor rules with this silence ladder."""
    return FloorRules(silence=SilenceRules(after_s, steps), **more)


class Table:
    """A meeting under test; what it decides on is collected, and can be asked for by class."""

    def __init__(self, plan: MeetingPlan, policies: Mapping[str, Policy] = NO_POLICIES) -> None:
        self.meeting = Brain(plan, policies)
        self.plan = plan
        self.now = 0.0
        self.log: list[tuple[float, Event, list[Command]]] = []
        self.timers: dict[str, float] = {}
        self._reply: dict[str, int] = {}

    def at(self, at: float, event: Event) -> list[Command]:
        """Hand over an event; the commands without timers."""
        self.now = at
        commands = self.meeting.handle(event, at)
        if isinstance(event, Woke):
            self.timers.pop(event.timer, None)
        for command in commands:
            if isinstance(command, WakeAt):
                self.timers[command.timer] = command.at
            elif isinstance(command, CancelWake):
                self.timers.pop(command.timer, None)
        self.log.append((at, event, commands))
        settled(self.meeting, event, at)
        return plain(commands)

    def open(self) -> list[Command]:
        """Start, and let everybody's session become ready, at 0 seconds."""
        self.at(0.0, MeetingStarted())
        answers: list[Command] = []
        for participant in self.plan.participants:
            if participant.kind is Kind.AGENT:
                answers += self.at(0.0, SessionReady(participant.name, 1))
        return answers

    def begins(self, name: str, text: str = "Well.", length: float = 2.0) -> list[Command]:
        """A whole reply of an agent arrives now."""
        reply = self._reply[name] = self._reply.get(name, 0) + 1
        answers = self.at(self.now, ReplyStarted(name, reply))
        answers += self.at(self.now, SentenceSaid(name, reply, text, 0.0))
        return answers + self.at(self.now, ReplySent(name, reply, length))

    def plays(self, name: str) -> list[Command]:
        """The agent's last reply begins to be heard now."""
        return self.at(self.now, PlaybackStarted(name, self.meeting.turn, self._reply[name], self.now))

    def ends(self, name: str, length: float = 2.0) -> list[Command]:
        """The agent's last reply has been heard for `length` seconds, to its end."""
        turn, end = self.meeting.turn, self.now + length
        return self.at(end, PlaybackFinished(name, turn, self._reply[name], end, length, "complete"))

    def says(self, name: str, text: str = "Well.", length: float = 2.0) -> list[Command]:
        """A whole turn: the reply arrives, and is heard; what follows its end."""
        self.begins(name, text, length)
        self.plays(name)
        return self.ends(name, length)

    def commands(self, kind: type[Any]) -> list[Any]:
        """All commands of a class so far."""
        every = [command for _, _, commands in self.log for command in commands]
        return [_bare(command) for command in every if isinstance(command, kind)]

    def reports(self) -> list[str]:
        """The codes of all reports so far."""
        return [report.code for report in self.commands(Report)]

    def grants(self) -> list[str]:
        """Who got the floor, in order."""
        return [grant.to for grant in self.commands(GrantFloor)]


def settled(meeting: Brain, event: Event, at: float) -> None:
    """Hold that all that follows from an event has followed: another look at that moment finds nothing."""
    if meeting.phase is not Phase.NEW:
        more = meeting.handle(Woke("nothing"), at)
        assert not more, f"at {at}, more follows from {event} only with the next event: {more}"


def plain(commands: Sequence[Command]) -> list[Command]:
    """The commands without timers, prompts' numbers and reports' levels, which tests of their own hold."""
    bare = [command for command in commands if not isinstance(command, WakeAt | CancelWake)]
    return [_bare(command) for command in bare]


def _bare(command: Command) -> Command:
    if isinstance(command, Cue | Speak | Prepare):
        return evolve(command, prompt=0)
    return evolve(command, level="note") if isinstance(command, Report) else command


def play(plan: MeetingPlan, book: Sequence[tuple[float, Event, list[Command]]]) -> None:
    """Play a book, timers and all; fails with a diff of the first event answered otherwise."""
    meeting = Brain(plan)
    for at, event, expected in book:
        decided = plain(meeting.handle(event, at))
        settled(meeting, event, at)
        if decided != expected:
            diff = unified_diff(
                [f"{command}\n" for command in expected],
                [f"{command}\n" for command in decided],
                "expected",
                "decided",
            )
            raise AssertionError(f"at {at}: {event}\n{''.join(diff)}")


def of(commands, *kinds):
    """The commands of these classes."""
    return [command for command in commands if isinstance(command, kinds)]


def opened(*cast, **more):
    """An open meeting."""
    table = Table(plan(*cast, **more))
    table.open()
    return table


def timers(table, *wanted):
    """Until when these timers are set; None for one that is not."""
    return [table.timers.get(timer) for timer in wanted]


def passes(table, name):
    """The holder has nothing to say."""
    table.begins(name, "", 0.0)


def context_of(plan: MeetingPlan, participant: str, records: Iterable[Record]) -> tuple[ContextItem, ...]:
    """Context of one agent after these records, folded from them without a brain."""
    transcript = Transcript()
    contexts = Contexts(plan, transcript)
    for record in records:
        transcript.take_event(record.event)
        contexts.take_event(record.event)
        for command in record.commands:
            transcript.take_command(record.at, command)
            contexts.take_command(command)
    return contexts.of(participant)
