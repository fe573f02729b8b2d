"""Verification by replay: the same events must give the same decisions again."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from difflib import ndiff
from pathlib import Path
from typing import Final, Protocol

from attrs import evolve

from trialogue.arguments import checks_arguments
from trialogue.errors import JournalError, OtherRules, ReplayDivergence
from trialogue.journal.personal import masked
from trialogue.journal.reader import Problem, ProblemKind, Reading, read
from trialogue.journal.records import JournalKind
from trialogue.journal.state import changed, facts
from trialogue.model.commands import Command
from trialogue.model.events import Event
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import RULES, Record
from trialogue.values import frozen

_BEFORE: Final = 5
"""Records before a divergence that its message lists."""

_TOLD: Final = 20
"""Facts that its message lists; its `state` has all."""


class Decider(Protocol):
    """A pure state machine that decides; a replay makes a new one from the plan."""

    def handle(self, event: Event, now: float) -> Sequence[Command]:
        """Commands for an event at `now`, in seconds since the meeting's start."""
        ...


@frozen
class Verified:
    """Result of a verification without divergence."""

    records: int
    """Number of records that were replayed."""

    seconds: float
    """Length of the meeting that they span, in its own seconds."""

    is_closed: bool = True
    """Whether the journal has an end line."""

    problems: tuple[Problem, ...] = ()
    """Damage of the journal, though every decision in it was the same again."""

    was_decided: bool = True
    """False for a session's journal, in which trialogue decided nothing that could be checked."""


@checks_arguments
def verify(journal: str | Path | Reading, brain: Callable[[MeetingPlan], Decider]) -> Verified:
    """Replay a journal, or the one at a path, into a new brain.

    Raises ReplayDivergence at the first different decision, OtherRules for a journal of another version of
    the rules, and JournalError for a file that is damaged, redacted or of a newer version. Exceptions of the
    brain itself pass through, with a note of the record's number.
    """
    reading = journal if isinstance(journal, Reading) else read(journal)
    path = reading.path
    if reading.header.redacted:
        raise JournalError(f"{path} is redacted, so its decisions cannot be made again", path=str(path))
    if reading.header.of is JournalKind.SESSION:
        return _read_through(reading)
    rules = reading.header.rules
    if rules != RULES:
        what = "it can be read, measured and shown, but not verified or resumed"
        raise OtherRules(
            f"{path} was decided by rules {rules}, not by the current rules {RULES}: {what}", path=str(path)
        )
    decider = brain(reading.header.plan)
    count, at = 0, 0.0
    before: deque[Record] = deque(maxlen=_BEFORE)
    for record in reading:
        decided = _decide(decider, record)
        if decided != record.commands:
            _check_all_known(reading)
            state = _state(reading, brain(reading.header.plan), record)
            raise _divergence(path, (*before, record), decided, state)
        before.append(record)
        count, at = count + 1, record.at
    _check_all_known(reading)
    return Verified(count, at, reading.end is not None, tuple(reading.problems))


def _read_through(reading: Reading) -> Verified:
    """Read a session's journal to its end."""
    count, at = 0, 0.0
    for line in reading.lines():
        if "kind" not in line.raw:
            count, at = count + 1, line.raw["at"]
    return Verified(count, at, reading.end is not None, tuple(reading.problems), was_decided=False)


def _decide(decider: Decider, record: Record) -> tuple[Command, ...]:
    try:
        return tuple(decider.handle(record.event, record.at))
    except Exception as error:
        error.add_note(f"while record {record.seq} was replayed")
        raise


def _check_all_known(reading: Reading) -> None:
    """Check for unknown events: one cannot be replayed, so the records after it prove nothing."""
    for problem in reading.problems:
        if problem.kind is ProblemKind.UNKNOWN_TYPE:
            text = f"{reading.path} was written by another version: {problem.text}"
            raise JournalError(text, path=str(reading.path), offset=problem.offset)


def _state(reading: Reading, decider: Decider, last: Record) -> tuple[str, ...]:
    """Facts of a new decider after that record's event and all before it."""
    known: dict[str, str] = {}
    for record in evolve(reading):
        if record.seq == last.seq:
            known = facts(decider)
        _decide(decider, record)
        if record.seq == last.seq:
            break
    return changed(known, facts(decider))


def _divergence(
    path: Path, records: Sequence[Record], decided: tuple[Command, ...], state: tuple[str, ...]
) -> ReplayDivergence:
    """Error of the last of these records, with those before it in the message."""
    record = records[-1]
    then, now = _lines(record.commands), _lines(decided)
    changes = [line.rstrip("\n") for line in ndiff(then, now) if not line.startswith("?")]
    if then == now:
        changes.append("  (only personal text differs)")
    before = tuple(f"record {each.seq}, at {each.at:.3f} s: {masked(each.event)}" for each in records[:-1])
    told = [f"  {each}" for each in (*before, f"after {masked(record.event)}")]
    known = ["  state changes of the brain at this event, now:"] if state else []
    known += [f"  {each}" for each in state[:_TOLD]]
    if len(state) > _TOLD:
        known.append(f"  and {len(state) - _TOLD} more facts")
    head = f"{path}: record {record.seq}, at {record.at:.3f} s, was decided differently (- then, + now)"
    return ReplayDivergence(
        "\n".join([head, *told, *changes, *known]),
        seq=record.seq,
        recorded="\n".join(then),
        decided="\n".join(now),
        before=before,
        state=state,
    )


def _lines(commands: tuple[Command, ...]) -> list[str]:
    return [repr(masked(command)) for command in commands]
