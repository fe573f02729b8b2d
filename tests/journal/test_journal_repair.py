"""A journal that a crash left open is closed again, and nothing in it is lost; it can be continued."""

import os

import attrs
import orjson
import pytest
from journal_values import HEADER, keep, meeting

from trialogue.errors import JournalError
from trialogue.journal import Header, HeaderClock, Journal, read
from trialogue.journal.manifest import draft_in
from trialogue.journal.repair import CRASHED, Repaired, repair
from trialogue.journal.writer import reserve_of
from trialogue.model.events import MeetingResumed
from trialogue.model.records import Record


def crashed(directory, *, torn=b"", header=HEADER):
    """A journal as a killed writer leaves it; its path and its records."""
    path = directory / "journal.jsonl"
    journal = Journal.create(path, header)
    for record in meeting()[:-1]:
        journal.append(record)
    with path.open("ab") as file:
        file.write(torn)
    os.close(journal._descriptor)
    draft_in(directory).write_bytes(b'{"trialogue"')
    return path, meeting()[:-1]


@pytest.mark.parametrize("torn", [b"", b'{"v":1,"seq":'], ids=["between lines", "inside of one"])
def test_a_crashed_journal_is_closed(tmp_path, torn):
    """A crashed journal is closed as `crashed`, reads without a problem, and leaves no draft behind."""
    path, records = crashed(tmp_path, torn=torn)
    assert repair(path) == Repaired(was_open=True, cut_bytes=len(torn))
    reading = read(path)
    assert tuple(reading) == records
    assert reading.problems == []
    assert (reading.end.seq, reading.end.reason) == (len(records), CRASHED)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["journal.jsonl", "manifest.json"]
    assert repair(path) == Repaired(was_open=False, cut_bytes=0)


def test_a_last_line_may_be_whole_without_its_newline(tmp_path):
    """A last record without its newline is kept by a repair."""
    path, records = crashed(tmp_path)
    path.write_bytes(path.read_bytes().removesuffix(b"\n"))
    assert repair(path).was_open
    assert tuple(read(path)) == records


def test_an_end_without_its_manifest_is_kept(tmp_path):
    """A journal whose manifest was not closed keeps the reason of its end."""
    path = keep(tmp_path, meeting())
    (tmp_path / "manifest.json").write_text("{")
    whole = path.read_bytes()
    assert repair(path) == Repaired(was_open=True, cut_bytes=0)
    assert path.read_bytes() == whole
    assert read(path).problems == []


def test_a_time_of_day_in_life(tmp_path):
    """The end line of a repaired journal has the time of the repair."""
    path, _ = crashed(tmp_path, header=attrs.evolve(HEADER, clock=HeaderClock.REAL))
    repair(path, wall=lambda: 86_400.0)
    assert orjson.loads(path.read_bytes().splitlines()[-1])["ts"] == "1970-01-02T00:00:00Z"


def test_nobody_repairs_what_is_written(tmp_path):
    """A journal that is being written is not repaired."""
    journal = Journal.create(tmp_path / "journal.jsonl", HEADER)
    with pytest.raises(JournalError, match="is still writing"):
        repair(journal.path)
    journal.close("hung-up")
    assert reserve_of(journal.path).exists() is False


def test_damage_is_not_repaired(tmp_path):
    """A damaged journal is not repaired, and its file stays as it is."""
    path, _ = crashed(tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:3] + lines[4:]))
    with pytest.raises(JournalError, match="damaged at byte"):
        repair(path)
    assert path.read_bytes() == b"".join(lines[:3] + lines[4:])


def test_a_journal_begins_with_the_one_that_it_continues(tmp_path):
    """A resumed journal begins with the records and times of the one that it continues."""
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    new.mkdir()
    path, records = crashed(old)
    reading = read(path)
    assert tuple(reading) == records
    header = Header(HEADER.plan, "0.1.0", HeaderClock.REAL, continues=reading.hash.decode())
    journal = Journal.create(new / "journal.jsonl", header)
    journal.adopt(read(path))
    resumed = Record(len(records) + 1, records[-1].at, MeetingResumed(header.continues), ())
    journal.append(resumed)
    journal.close("said")
    again = read(new / "journal.jsonl")
    assert tuple(again) == (*records, resumed)
    assert again.header == header
    assert [line.raw["ts"] for line in read(path).lines()] == [line.raw["ts"] for line in again.lines()][
        : len(records)
    ]
