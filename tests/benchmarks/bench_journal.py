"""What a record costs to write, to read and to replay, against the figures that were set.

Run it by hand: `python tests/benchmarks/bench_journal.py`. CPU time, best of several rounds; the disk is
that of the temporary directory, and nothing is synced.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

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
ROUNDS = 5
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
    """CPU seconds of the best round."""
    rounds: list[float] = []
    for _ in range(ROUNDS):
        begin = time.process_time()
        run()
        rounds.append(time.process_time() - begin)
    return min(rounds)


def main() -> None:
    """Write one line a figure."""
    records = [record(seq) for seq in range(1, COUNT + 1)]
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "journal.jsonl"

        def append() -> None:
            path.unlink(missing_ok=True)
            journal = Journal.create(path, HEADER)
            for each in records:
                journal.append(each)
            journal.close("measured")

        appending = seconds(append) / COUNT * 1e6
        reading = COUNT / seconds(lambda: sum(1 for _ in read(path)))
        lines = COUNT / seconds(lambda: sum(1 for _ in read(path).lines()))
        verifying = COUNT / seconds(lambda: verify(path, lambda _: Parrot(records)))
    sys.stdout.write(
        f"append  {appending:9.2f} us a record (at most 12)\n"
        f"read    {reading:9.0f} records a second\n"
        f"lines   {lines:9.0f} lines a second, chain checked, as JSON (at least 300,000)\n"
        f"verify  {verifying:9.0f} records a second (at least 20,000)\n"
    )


if __name__ == "__main__":
    main()
