"""What a record costs to write, to read and to replay; the disk is that of the temporary directory."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tests.benchmarks.measuring import OURS, Ask, Figure, Goal, Row
from trialogue.journal import Header, Journal, read, verify
from trialogue.model.commands import Command, EndTurn, GrantFloor, Play
from trialogue.model.events import (
    Event,
    PlaybackFinished,
    PlaybackStarted,
    ReplyStarted,
    SentenceSaid,
    Woke,
)
from trialogue.model.participants import Participant
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record

COUNT = 50_000
FAST = Goal(at_least=300_000.0)
HEADER = Header(MeetingPlan("bench", (Participant("ada"), Participant("bob"))), "0.1.0")
WORDS = "We could ship it on Friday, if the tests are green by then."


def record(seq: int) -> Record:
    """One of the five kinds that a turn is made of."""
    at = seq * 0.013
    event, *commands = (
        (
            PlaybackFinished("ada", seq, seq, at, 2.5, "complete"),
            EndTurn("ada", seq, "finished"),
            GrantFloor("bob", seq + 1, "next in order", at + 90.0),
        ),
        (SentenceSaid("ada", seq, WORDS, 1.25),),
        (PlaybackStarted("ada", seq, seq, at),),
        (ReplyStarted("ada", seq), Play("ada", seq, seq)),
        (Woke("think:3"),),
    )[seq % 5]
    return Record(seq, at, event, tuple(commands))


class Parrot:
    """The cheapest brain: it decides what was decided, so that the replay alone is measured."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._answers = iter(records)

    def handle(self, _event: Event, _now: float) -> Sequence[Command]:
        """What the next record holds."""
        return next(self._answers).commands


def seconds(run: Callable[[], object]) -> float:
    """Processor time of a run."""
    begin = time.process_time()
    run()
    return time.process_time() - begin


def measure(ask: Ask) -> Iterator[Figure]:
    """Write, read, and replay the same journal."""
    count, rounds = (2_000 if ask.is_quick else COUNT), ask.rounds(5)
    records = [record(seq) for seq in range(1, count + 1)]
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "journal.jsonl"

        def append() -> None:
            path.unlink(missing_ok=True)
            journal = Journal.create(path, HEADER)
            for each in records:
                journal.append(each)
            journal.close("measured")

        def a_record(run: Callable[[], object]) -> Callable[[], float]:
            return lambda: seconds(run) / count * 1e6

        def a_second(run: Callable[[], object]) -> Callable[[], float]:
            return lambda: count / seconds(run)

        for title, unit, run, goal in (
            ("write a record, with the hash chain", "µs", a_record(append), Goal(at_most=12.0)),
            (
                "read lines, chain checked",
                "a second",
                a_second(lambda: sum(1 for _ in read(path).lines())),
                FAST,
            ),
            ("read into records", "a second", a_second(lambda: sum(1 for _ in read(path))), FAST),
            (
                "verify",
                "a second",
                a_second(lambda: verify(path, lambda _: Parrot(records))),
                Goal(at_least=20_000.0),
            ),
        ):
            yield Figure(title, unit, ask.alternate(rounds, {OURS: run}), goal)


ROWS = (
    Row(
        "journal",
        "Processor time to write, read and replay 50,000 records of the five kinds that a turn is made of.",
        measure,
        "Nothing is synced to the disk, and verifying is measured without the brain's own time.",
    ),
)
