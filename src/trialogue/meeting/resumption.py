"""Resumption of a crashed meeting: its files, prepared to be continued.

1. Only the journal counts: its records are decided again, with the same plan, and must give the same
   decisions. The brain is then in the state of the last record.
2. The actors' state is read from the same records: the numbers of sessions and replies, changed
   settings, who hears whom, whose fallback has the seat.
3. Everything in progress is over: the heard reply is cut where the recordings end, and tool
   calls without a result are `unknown`. They are not run again.
4. The scenario beside the journal must be unchanged, unless the operator wants the new one. A participant
   who joined during the meeting has a seat in the journal, and one who left has none any more.
5. The meeting's clock has stood still: it continues from the last record, or the last sound.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from attrs import Factory, evolve, field

from trialogue.actors.agent import Past
from trialogue.actors.ear import EarPast
from trialogue.actors.recorder import recorded_s
from trialogue.brain.course.course import Phase
from trialogue.brain.meeting import Brain
from trialogue.diagnostics import Log
from trialogue.errors import JournalError, SetupError
from trialogue.fixed_paths import fixed
from trialogue.journal.files import has_kept, journal_of, scenario_of
from trialogue.journal.manifest import read_manifest
from trialogue.journal.reader import Reading, read
from trialogue.journal.records import Header, JournalKind
from trialogue.journal.repair import CRASHED, repair
from trialogue.journal.verify import verify
from trialogue.meeting.policy_loading import brain_for
from trialogue.model.commands import Command, EndTurn, Replace, RunTool, SetHearing, Update
from trialogue.model.events import (
    Event,
    Joined,
    Left,
    PlaybackFinished,
    PlaybackPaused,
    PlaybackResumed,
    PlaybackStarted,
    SessionReady,
    SettingsChanged,
    SpeechStarted,
    SpeechStopped,
    ToolFinished,
)
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record
from trialogue.option_or_argument import either
from trialogue.scenario.joining import with_seat
from trialogue.scenario.resolve import Resolved, prepare
from trialogue.values import define, frozen

UNKNOWN: Final = (
    "The outcome of this call is unknown: the process that ran it has died. It may or may not have had its "
    "effects, and it is not run again."
)
"""Text for an agent about a tool call that was in progress."""

SHOWN_S: Final = 0.1
"""Seconds of shown speech that the recordings may lack: a tick of sound, and a tick of the screen."""

CLIPS: Final = "clips"
"""Folder in a run's directory with the recordings that it plays."""

diagnostics: Final = Log("trialogue.resume")


@define
class _Left:
    """State of the actors: a fold over the records."""

    seq: int = 0
    at: float = 0.0
    sessions: dict[str, int] = Factory(dict[str, int])
    replies: dict[str, int] = Factory(dict[str, int])
    utterances: dict[str, int] = Factory(dict[str, int])
    ready: set[str] = Factory(set[str])
    changes: dict[str, list[Update | Replace]] = Factory(dict[str, list[Update | Replace]])
    unsettled: dict[str, list[Update]] = Factory(dict[str, list[Update]])
    """Changes of an agent's settings whose outcome is open, in their order."""

    running: dict[tuple[str, str, int], RunTool] = Factory(dict[tuple[str, str, int], RunTool])
    heard: PlaybackStarted | PlaybackResumed | None = None
    before_s: float = 0.0
    """Seconds of the present reply that were heard before its last pause."""

    paused: PlaybackPaused | None = None
    speaking: dict[str, float] = Factory(dict[str, float])
    hearing: SetHearing | None = None

    def take(self, record: Record) -> None:
        self.seq, self.at = record.seq, record.at
        self._count(record.event)
        self._take_event(record.event)
        for command in record.commands:
            self._take_command(command)

    def _count(self, event: Event) -> None:
        name: str = getattr(event, "participant", "")
        counted = ((self.sessions, "session"), (self.replies, "reply"), (self.utterances, "utterance"))
        for counts, what in counted:
            counts[name] = max(counts.get(name, 0), getattr(event, what, 0))

    def _take_event(self, event: Event) -> None:
        match event:
            case SessionReady(participant=name):
                self.ready.add(name)
            case SettingsChanged(participant=name, part=part, outcome=outcome):
                self._settle(name, part, is_undone=outcome == "refused")
            case ToolFinished(participant=name, call_id=call_id, run=run):
                self.running.pop((name, call_id, run), None)
            case PlaybackStarted():
                self.heard, self.paused, self.before_s = event, None, 0.0
            case PlaybackPaused(played_s=played_s):
                self.paused, self.before_s = event, played_s
            case PlaybackResumed():
                self.heard, self.paused = event, None
            case PlaybackFinished():
                self.heard = self.paused = None
            case SpeechStarted(participant=name, position_s=position_s):
                self.speaking[name] = position_s
            case SpeechStopped(participant=name):
                self.speaking.pop(name, None)
            case Left(participant=name):
                self.speaking.pop(name, None)
                self.changes[name] = [each for each in self.changes.get(name, ()) if isinstance(each, Update)]
            case Joined(seat=seat, entry=entry) if entry:
                self.ready.discard(seat.name)
                self.changes.pop(seat.name, None)
                self.unsettled.pop(seat.name, None)
            case _:
                pass

    def _settle(self, name: str, part: str, *, is_undone: bool) -> None:
        """Note the outcome of the first open change of a part, as the agent's actor does."""
        waiting = self.unsettled.get(name, [])
        place = next((number for number, each in enumerate(waiting) if each.part == part), None)
        if place is None:
            return
        settled = waiting.pop(place)
        if is_undone:
            self.changes[name] = [each for each in self.changes.get(name, ()) if each is not settled]

    def _take_command(self, command: Command) -> None:
        if isinstance(command, Update):
            self.unsettled.setdefault(command.participant, []).append(command)
        match command:
            case Update(participant=name) | Replace(participant=name):
                self.changes.setdefault(name, []).append(command)
            case RunTool(participant=name, call_id=call_id, run=run):
                self.running[name, call_id, run] = command
            case SetHearing():
                self.hearing = command
            case _:
                pass

    def over(self, at: float) -> list[Event]:
        """Events that end everything under way, at `at`: heard sound, and tool calls."""
        cut: list[Event] = []
        if self.heard is not None:
            place, played = at, self.before_s + max(0.0, at - self.heard.position_s)
            if self.paused is not None:
                place, played = self.paused.position_s, self.paused.played_s
            heard = self.heard
            cut = [
                PlaybackFinished(
                    heard.participant, heard.turn, heard.reply, round(place, 6), round(played, 6), "cut"
                )
            ]
        lost = [
            ToolFinished(each.participant, each.call_id, "unknown", UNKNOWN, run=each.run)
            for each in self.running.values()
        ]
        silent = [SpeechStopped(name, max(at, began)) for name, began in self.speaking.items()]
        return [*cut, *silent, *lost]


def last_words(reading: Reading) -> tuple[Record, ...]:
    """Records that a crash prevented: the end of a heard reply, at the end of the recordings.

    None for a journal that its meeting closed, and without a recording that shows how much was heard.
    """
    if reading.end is not None and reading.end.reason != CRASHED:
        return ()
    recorded = recorded_s(reading.path.parent / "audio")
    left = _Left()
    for record in reading:
        left.take(record)
    at = round(max(left.at, recorded + SHOWN_S), 6)
    heard = [event for event in left.over(at) if isinstance(event, PlaybackFinished)]
    if not recorded or not heard:
        return ()
    ends = (EndTurn(heard[0].participant, heard[0].turn, "lost"),)
    return (Record(left.seq + 1, at, heard[0], ends),)


@frozen
class Resumption:
    """Crashed meeting, up to its last record."""

    folder: Path
    """Directory of its run; no file of it is needed once the new run has begun."""

    journal: Reading
    """Journal of the run."""

    begun: Resolved
    """Scenario of the start, with the plan in its journal."""

    resolved: Resolved
    """Current scenario: the same, with participants who have joined since."""

    brain: Brain
    """Brain that has decided on every record."""

    seq: int
    """Number of the last record."""

    at: float
    """Time at which the meeting's clock continues, in seconds."""

    continues: str
    """Hash of the last record."""

    hearing: SetHearing | None
    """Hearing table."""

    pasts: Mapping[str, Past]
    """Pasts of the participants' sessions."""

    ears: Mapping[str, EarPast]
    """Pasts of the participants' ears."""

    over: tuple[Event, ...] = field(repr=False)
    """Events for everything that ended with the process."""

    @property
    def header(self) -> Header:
        """The old journal's header."""
        return self.journal.header

    @property
    def chances(self) -> Resolved:
        """Scenario with another seed, for the embedded server, so that ids of calls do not recur."""
        plan = self.resolved.plan
        return evolve(self.resolved, plan=evolve(plan, seed=plan.seed + 1_000_003 * self.seq))


def open_resumption(
    run: Path,
    imports: tuple[str, ...] = (),
    policies: Mapping[str, object] = MappingProxyType({}),
    *,
    allow_changed_scenario: bool = False,
) -> Resumption:
    """Read what the run in this directory left; its journal is closed as `crashed`, if that is possible.

    A policy of its own must be among `policies`, which the app gives, or `imports` (`Permissions.imports`).

    `JournalError` where it is still written, damaged, redacted or has no record; `OtherRules` where rules of
    another number decided it; `ReplayDivergence` where it would be decided otherwise today; `SetupError` for
    a meeting that has ended, or a scenario that was changed since it began (`allow_changed_scenario` takes it
    as it is now).
    """
    path = journal_of(run)
    failure = _close(path)
    if not allow_changed_scenario:
        _check_unchanged(path)
    reading = read(path)
    brain = brain_for(reading.header.plan, imports, policies)
    verify(path, lambda _: brain)
    if brain.phase is Phase.OVER:
        raise SetupError(f"{path.parent}: the meeting has ended and cannot be continued")
    made = _made(path, reading, brain)
    if failure is not None and reading.end is None:
        diagnostics.warning("the old journal stays open", path=str(path), error=failure.strerror)
    return made


def _made(path: Path, reading: Reading, brain: Brain) -> Resumption:
    """Resumption from all records."""
    left = _left_in(reading)
    at = round(max(left.at, recorded_s(path.parent / "audio")), 6)
    begun = _resolved(scenario_of(path.parent), reading.header.plan)
    names = [each.name for each in brain.seats.participants]
    return Resumption(
        folder=fixed(path.parent),
        journal=read(fixed(path)),
        begun=begun,
        resolved=with_joined(begun, reading),
        brain=brain,
        seq=left.seq,
        at=at,
        continues=_last_hash(reading),
        hearing=left.hearing,
        pasts=_pasts(left, names),
        ears=_ears(left, names),
        over=tuple(left.over(at)),
    )


def _left_in(reading: Reading) -> _Left:
    """State of the actors at the last record; JournalError without any."""
    left = _Left()
    for record in reading:
        left.take(record)
    if not left.seq:
        path = str(reading.path)
        raise JournalError(f"{path} has no records: run the meeting from its start", path=path)
    return left


def _last_hash(reading: Reading) -> str:
    return [str(line.raw["hash"]) for line in reading.lines() if "kind" not in line.raw][-1]


def _check_unchanged(journal: Path) -> None:
    """Raise SetupError where a file has changed since the run began; an older version has kept no digests."""
    try:
        manifest = read_manifest(journal)
    except JournalError:
        return  # reading the journal reports it
    for name, digest in manifest.files.items() if manifest else ():
        file = journal.parent / name
        if _began_with(name) and not (file.is_file() and has_kept(file, digest)):
            why = f"{file} was changed since the meeting began"
            instead = either("add --allow-changed-scenario", "pass allow_changed_scenario=True")
            raise SetupError(f"{why}; to continue anyway, {instead}")


def _began_with(name: str) -> bool:
    return name == "scenario.yaml" or name.startswith(f"{CLIPS}/")


def _close(path: Path) -> OSError | None:
    """Close the old journal; if it cannot be changed (a full disk), it is read unchanged. Returns why."""
    if read(path).header.of is JournalKind.SESSION:
        raise SetupError(f"{path.parent} is a server session, not a meeting, and cannot be continued")
    try:
        repair(path)
    except OSError as error:
        return error
    return None


def _resolved(scenario: Path, plan: MeetingPlan) -> Resolved:
    """Scenario that the run kept; decisions follow the plan in the journal."""
    resolved = prepare(scenario)
    names = [each.name for each in resolved.plan.participants]
    if names != [each.name for each in plan.participants]:
        raise JournalError(f"{scenario} has a different cast than its journal", path=str(scenario))
    return evolve(resolved, plan=plan)


def with_joined(resolved: Resolved, records: Iterable[Record]) -> Resolved:
    """Scenario with all seats that joined during the meeting, from the journal."""
    for record in records:
        if isinstance(record.event, Joined) and record.event.entry:
            seat = record.event
            resolved = with_seat(resolved, seat.seat.name, json.loads(seat.entry)).resolved
    return resolved


def _pasts(left: _Left, names: Iterable[str]) -> dict[str, Past]:
    return {
        name: Past(
            sessions=left.sessions.get(name, 0),
            replies=left.replies.get(name, 0),
            was_ready=name in left.ready,
            changes=tuple(left.changes.get(name, ())),
        )
        for name in names
    }


def _ears(left: _Left, names: Iterable[str]) -> dict[str, EarPast]:
    return {
        name: EarPast(sessions=left.sessions.get(name, 0), utterances=left.utterances.get(name, 0))
        for name in names
    }
