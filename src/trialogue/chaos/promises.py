"""Promises that a meeting keeps under any fault, checked by the files that it leaves.

Every promise is a function of a trial that returns its violations, one line each. It uses only the journal
and the exit code, never the program that wrote them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from trialogue.arguments import checks_arguments
from trialogue.brain.meeting import Brain
from trialogue.chaos.catalogue import Fate, Fault, Part
from trialogue.chaos.failing_parts import FailingBrain, FaultOnDemand
from trialogue.chaos.trial import CANARY, Hung, Strike, Trial
from trialogue.errors import JournalError, ReplayDivergence
from trialogue.journal.reader import read
from trialogue.journal.verify import verify
from trialogue.model.commands import CancelWake, Command, EndMeeting, EndTurn, GrantFloor, WakeAt
from trialogue.model.events import Event, SessionFailed, SessionLost, SessionReady, SessionRolledOver
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record
from trialogue.report.result import BAD_ENDS
from trialogue.values import frozen

HIDDEN_S: Final = 5.0
"""Seconds between two faults of one participant within which one may hide the other. A later fault may also
hide an earlier one for as long as that one may take to be noticed.
"""

KEPT_TURNS: Final = frozenset({"finished", "yielded", "meeting-ended"})


@frozen
class Row:
    """Row of the matrix: the effects of one fault."""

    fault: str
    """Name of the fault."""

    row: int
    """Row in the catalogue."""

    whom: str
    """Participant that it struck."""

    at: float | None
    """Moment at which it struck, in seconds of the meeting; None where there was no occasion."""

    survived: str
    """Effect on its participant, in a word."""

    recovery_s: float | None
    """Seconds until that participant, or else any other, was heard to the end or had returned; None for
    never.
    """

    lost: tuple[str, ...]
    """Losses."""


@frozen
class Judged:
    """Judgement of a trial."""

    rows: tuple[Row, ...]
    """Row for each planned fault, in the plan's order."""

    broken: tuple[str, ...]
    """Broken promises, each with the evidence."""


@frozen
class Evidence:
    """Trial with its records."""

    trial: Trial
    """Trial that was held."""

    records: tuple[Record, ...]
    """All readable records of its journal."""

    path: Path
    """Path of the journal."""

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Faults that struck, each once."""
        return tuple(dict.fromkeys(strike.planned.fault for strike in self.trial.strikes))

    @property
    def orders(self) -> Iterator[tuple[Record, Command]]:
        """All commands, in order."""
        return ((record, command) for record in self.records for command in record.commands)


@checks_arguments
def judge(trial: Trial) -> Judged:
    """Check a trial against every promise."""
    path = trial.folder / "journal.jsonl"
    evidence = Evidence(trial, tuple(read(path, salvage=True)), path)
    broken = tuple(f"{name}: {text}" for name, promise in PROMISES.items() for text in promise(evidence))
    return Judged(tuple(_row(evidence, index) for index in range(len(trial.plan.planned))), broken)


# --- the promises -----------------------------------------------------------------------------------


def recorded(evidence: Evidence) -> Iterator[str]:
    """Promise that the journal has every fault that struck, with its cause; one may hide another."""
    said = [(record.at, text) for record in evidence.records for text in _said(record)]
    for strike in evidence.trial.strikes:
        fault = strike.planned.fault
        is_too_late = fault.fate is not Fate.ENDS and evidence.records[-1].at - strike.at < fault.notice_s
        if not fault.shows or is_too_late or _is_hidden(strike, evidence.trial.strikes):
            continue
        if not any(at >= strike.at and re.search(fault.shows, text) for at, text in said):
            yield f"{fault.name} left no record of {fault.shows!r}"


def _is_hidden(strike: Strike, strikes: Sequence[Strike]) -> bool:
    return any(
        other is not strike
        and other.planned.participant == strike.planned.participant
        and -HIDDEN_S < other.at - strike.at < max(HIDDEN_S, strike.planned.fault.notice_s)
        for other in strikes
    )


def ended(evidence: Evidence) -> Iterator[str]:
    """Promise that nothing waits without end."""
    if isinstance(evidence.trial.error, Hung):
        yield str(evidence.trial.error)


def nothing_lost(evidence: Evidence) -> Iterator[str]:
    """Promise that the chain is complete, and that a replay makes the same decisions."""
    parts = {fault.effect for fault in evidence.faults}
    try:
        verify(evidence.path, partial(_brain, spoiled=Part.BRAIN_FAILS in parts))
    except FaultOnDemand:
        pass  # the bug recurs at the same event
    except ReplayDivergence as divergence:
        yield str(divergence)
    except JournalError as damage:
        yield str(damage)
    if not parts & {Part.JOURNAL_FAILS}:
        yield from _problems(evidence.path)


def _problems(path: Path) -> Iterator[str]:
    """Damage of a journal, known once it is read to its end."""
    reading = read(path, salvage=True)
    for _ in reading:
        pass
    yield from (problem.text for problem in reading.problems)


def one_holder(evidence: Evidence) -> Iterator[str]:
    """Promise that the floor has one holder at a time, and is free at the end."""
    holder: int | None = None
    is_over = False
    for record, command in evidence.orders:
        match command:
            case GrantFloor(turn=turn):
                if holder is not None:
                    yield f"record {record.seq} grants turn {turn} before turn {holder} has ended"
                holder = turn
            case EndTurn(turn=turn):
                if holder != turn:
                    yield f"record {record.seq} ends turn {turn}, but the current turn was {holder}"
                holder = None
            case EndMeeting():
                is_over = True
            case _:
                pass
    if is_over and holder is not None:
        yield f"the meeting has ended, but turn {holder} has not"


def others_go_on(evidence: Evidence) -> Iterator[str]:
    """Promise that a fault ends only meetings that it must end, and harms only sessions that it must harm."""
    if any(fault.fate is Fate.ENDS for fault in evidence.faults):
        return
    error, held = evidence.trial.error, evidence.trial.held
    if error is not None and not isinstance(error, Hung):
        yield f"the meeting crashed: {type(error).__name__}: {error}"
    can_fail = _can_fail(evidence)
    failed = {r.event.participant for r in evidence.records if isinstance(r.event, SessionFailed)}
    if held is not None and held.result.reason in BAD_ENDS and not can_fail >= set(held.result.participants):
        yield f"the meeting ended: {held.result.reason}"
    if len(evidence.trial.plan.planned) == 1:
        yield from (f"{name} failed for good" for name in sorted(failed - can_fail))
        yield from _harmed(evidence)


def _can_fail(evidence: Evidence) -> set[str]:
    """Participants that the faults may remove for good: all of them, where the shared key is refused."""
    fatal = [each.planned for each in evidence.trial.strikes if each.planned.fault.fate is Fate.FAILS]
    if any(each.fault.refuses_key for each in fatal) and len(evidence.trial.strikes) > 1:
        return {agent.participant for agent in _everybody(evidence)}
    return {each.participant for each in fatal}


def _everybody(evidence: Evidence) -> Iterator[SessionReady]:
    return (record.event for record in evidence.records if isinstance(record.event, SessionReady))


def _harmed(evidence: Evidence) -> Iterator[str]:
    for strike in evidence.trial.strikes:
        fate, name = strike.planned.fault.fate, strike.planned.participant
        events = [record.event for record in evidence.records if record.at >= strike.at]
        is_lost = any(isinstance(each, SessionLost) and each.participant == name for each in events)
        is_failed = any(isinstance(each, SessionFailed) and each.participant == name for each in events)
        if fate is Fate.UNHARMED and is_lost:
            yield f"{name} lost a session that should have survived"
        if fate is Fate.FAILS and not is_failed:
            yield f"{name} should have failed for good"


def told(evidence: Evidence) -> Iterator[str]:
    """Promise that the exit code is right, and that the result names every failed participant."""
    codes = {fault.exit_code for fault in evidence.faults if fault.fate is Fate.ENDS}
    code = evidence.trial.exit_code
    if codes and code not in codes:
        yield f"the exit code is {code}, not {' or '.join(map(str, sorted(codes)))}"
    held = evidence.trial.held
    if held is None:
        return
    named = {failure.participant for failure in held.result.failures}
    for record in evidence.records:
        if isinstance(record.event, SessionFailed) and record.event.participant not in named:
            yield f"the result does not name {record.event.participant}, who failed"


def no_key(evidence: Evidence) -> Iterator[str]:
    """Promise that no file contains the key."""
    for path in sorted(evidence.trial.folder.rglob("*")):
        if path.is_file() and CANARY.encode() in path.read_bytes():
            yield f"{path.name} holds the key"
    if CANARY in f"{evidence.trial.error!r} {evidence.trial.error}":
        yield "the error holds the key"


PROMISES: Final[dict[str, Callable[[Evidence], Iterator[str]]]] = {
    "recorded with its cause": recorded,
    "no hang": ended,
    "nothing recorded is lost": nothing_lost,
    "one holder, and the floor released": one_holder,
    "the others go on": others_go_on,
    "exit code and report name the cause": told,
    "the key appears nowhere": no_key,
}
"""All promises, in the order of `docs/reference/faults.md`."""


# --- reading the journal ----------------------------------------------------------------------------


def _brain(plan: MeetingPlan, *, spoiled: bool) -> Brain | FailingBrain:
    brain = Brain(plan)
    return FailingBrain(brain, [(Part.BRAIN_FAILS, lambda: True)]) if spoiled else brain


def _said(record: Record) -> list[str]:
    """Text of a record, to be searched; alarms tell nothing, as each of them has some name."""
    told = (each for each in record.commands if not isinstance(each, WakeAt | CancelWake))
    return [repr(record.event), *map(repr, told)]


def _row(evidence: Evidence, index: int) -> Row:
    planned = evidence.trial.plan.planned[index]
    fault, name = planned.fault, planned.participant
    strike = next((each for each in evidence.trial.strikes if each.planned is planned), None)
    if strike is None:
        return Row(fault.name, fault.row, name, None, "no occasion", None, ())
    later = [record for record in evidence.records if record.at >= strike.at]
    events = [record.event for record in later]
    return Row(
        fault.name,
        fault.row,
        name,
        strike.at,
        _survival(events, fault, name),
        _recovery_s(later, strike),
        _lost(later, name),
    )


def _survival(events: Sequence[Event], fault: Fault, name: str) -> str:
    mine = [each for each in events if getattr(each, "participant", None) == name]
    if fault.fate is Fate.ENDS:
        return "ended in order"
    if any(isinstance(each, SessionFailed) for each in mine):
        return "dropped"
    ends = (SessionLost, SessionRolledOver) if fault.fate is Fate.RETURNS else SessionLost
    losses = [at for at, each in enumerate(mine) if isinstance(each, ends)]
    if not losses:
        return "unharmed"
    return "returned" if any(isinstance(each, SessionReady) for each in mine[losses[0] :]) else "away"


def _recovery_s(later: Sequence[Record], strike: Strike) -> float | None:
    """Seconds until the participant is back or heard, or until any is heard if it has failed for good."""
    name, fate = strike.planned.participant, strike.planned.fault.fate
    if fate is Fate.ENDS:
        return round(later[-1].at - strike.at, 3) if later else 0.0
    lost = next((r.seq for r in later if isinstance(r.event, SessionLost) and r.event.participant == name), 0)
    for record in later:
        event = record.event
        is_back = isinstance(event, SessionReady) and event.participant == name and record.seq > lost > 0
        heard = {c.participant for c in record.commands if isinstance(c, EndTurn) and c.cause == "finished"}
        if is_back or (not lost and heard and (fate is Fate.FAILS or name in heard)):
            return round(record.at - strike.at, 3)
    return None


def _lost(later: Sequence[Record], name: str) -> tuple[str, ...]:
    """Losses of the participant; a turn that another participant interrupted is not the fault's."""
    ends = [
        each
        for record in later
        if not any(isinstance(c, GrantFloor) and c.reason == "interrupts" for c in record.commands)
        for each in record.commands
        if isinstance(each, EndTurn) and each.participant == name
    ]
    turns = [f"turn {end.turn} ({end.cause})" for end in ends if end.cause not in KEPT_TURNS]
    is_failed = any(isinstance(r.event, SessionFailed) and r.event.participant == name for r in later)
    return (*turns, *([name] if is_failed else []))
