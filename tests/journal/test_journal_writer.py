"""The writer: whole lines or errors, and a file that ends well on a full disk."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import attrs
import orjson
import pytest
from journal_values import HEADER, PLAN, keep, meeting

from trialogue.errors import JournalError
from trialogue.journal import End, Header, HeaderClock, Journal, ProblemKind, read
from trialogue.journal.manifest import Manifest, Status, read_manifest
from trialogue.journal.records import EPOCH, on_local_clock, time_of_day
from trialogue.model.commands import Report
from trialogue.model.events import FloorRequested, NoteGiven, SentenceSaid, Woke
from trialogue.model.records import Record
from trialogue.model.secrets import Secrets


def woke(seq):
    return Record(seq, seq / 8, Woke("think:1"), ())


def names(directory):
    return sorted(path.name for path in directory.iterdir())


def test_lines_are_the_documented_ones(tmp_path):
    """Header, records and end have their members in the documented order."""
    lines = [orjson.loads(line) for line in keep(tmp_path, meeting()[:1]).read_bytes().splitlines()]
    assert [list(line) for line in lines] == [
        [
            "trialogue",
            "kind",
            "format",
            "name",
            "started",
            "clock",
            "seed",
            "version",
            "rules",
            "redacted",
            "plan",
            "hash",
        ],
        ["v", "seq", "at", "ts", "event", "commands", "hash"],
        ["v", "kind", "seq", "ts", "reason", "hash"],
    ]
    assert lines[0]["started"] == "2000-01-01T00:00:00Z"


def test_equal_virtual_meetings_make_equal_files(tmp_path):
    """Under the virtual clock a file depends on its records alone, not on the time of day."""
    first, second = tmp_path / "1", tmp_path / "2"
    first.mkdir()
    second.mkdir()
    assert keep(first, meeting()).read_bytes() == keep(second, meeting()).read_bytes()


def test_times_beyond_all_dates_are_the_last_of_them(tmp_path):
    """A virtual meeting beyond the year 9999 is recorded and read."""
    far = Record(1, 1e12, Woke("think:1"), ())
    journal = Journal.create(tmp_path / "j", HEADER)
    journal.append(far)
    journal.close("hung-up")
    lines = [orjson.loads(line) for line in journal.path.read_bytes().splitlines()]
    assert [line.get("ts") for line in lines[1:]] == ["9999-12-31T23:59:59Z"] * 2
    reading = read(journal.path)
    assert (list(reading), reading.problems) == ([far], [])
    assert time_of_day(EPOCH, -1e12).year == 1


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="Windows has no zones of a process")
def test_a_zone_cannot_pass_the_last_date(monkeypatch):
    """A time at the edge of all dates can be shown in any time zone."""
    last = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
    for zone, hour in (("UTC-9", 23), ("UTC+9", 14), ("XXX-24:59", 23), ("XXX+24:59", 23)):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        assert on_local_clock(last).hour == hour
    monkeypatch.undo()
    time.tzset()


def test_time_of_day_comes_from_the_wall_clock(tmp_path):
    """In real time each line has its own time of day, so a jump of that clock shows."""
    times = iter([1_800_000_000.25, 1_799_996_400.5, 1_800_000_001.0])
    header = Header(PLAN, "0.1.0", HeaderClock.REAL, datetime(2027, 1, 15, 8, tzinfo=UTC))
    journal = Journal.create(tmp_path / "j", header, wall=lambda: next(times))
    journal.append(woke(1))
    journal.append(woke(2))
    journal.close("hung-up")
    lines = [orjson.loads(line) for line in journal.path.read_bytes().splitlines()]
    assert [line.get("ts", line.get("started")) for line in lines] == [
        "2027-01-15T08:00:00Z",
        "2027-01-15T08:00:00.250000Z",
        "2027-01-15T07:00:00.500000Z",
        "2027-01-15T08:00:01Z",
    ]


def test_file_is_private(tmp_path):
    """Nobody else may read a journal or its manifest."""
    path = keep(tmp_path, meeting())
    assert [each.stat().st_mode & 0o777 for each in (path, tmp_path / "manifest.json")] == [0o600, 0o600]


def test_nothing_but_journal_and_manifest_is_left(tmp_path):
    """The reserve and the manifest's draft are gone after close."""
    keep(tmp_path, meeting())
    assert names(tmp_path) == ["journal.jsonl", "manifest.json"]


def test_manifest_tells_how_far_the_journal_goes(tmp_path):
    """A manifest is open at the start, and has the last number and hash when closed."""
    journal = Journal.create(tmp_path / "j", HEADER)
    opened = read_manifest(journal.path)
    journal.append(woke(1))
    journal.close("hung-up")
    lines = [orjson.loads(line) for line in journal.path.read_bytes().splitlines()]
    begins = lines[0]["hash"]
    assert opened == Manifest("j", Status.OPEN, 0, begins, begins)
    assert read_manifest(journal.path) == Manifest("j", Status.CLOSED, 1, lines[2]["hash"], begins)


def test_record_is_in_the_file_when_append_returns(tmp_path):
    """An acknowledged record needs neither sync nor close to be read by another process."""
    journal = Journal.create(tmp_path / "j", HEADER)
    for record in meeting():
        journal.append(record)
        assert list(read(journal.path))[-1] == record
    journal.close("hung-up")


def test_repr_is_a_status_line(tmp_path):
    """The repr shows how many records a journal has, and whether it is closed."""
    journal = Journal.create(tmp_path / "j", HEADER)
    journal.append(woke(1))
    said = [repr(journal)]
    journal.close("hung-up")
    assert [*said, repr(journal)] == ["<Journal j: open, 1 records>", "<Journal j: closed, 1 records>"]
    assert (journal.seq, journal.size) == (1, journal.path.stat().st_size)


def test_second_close_changes_nothing(tmp_path):
    """A second close of a journal, or a sync after it, changes nothing."""
    journal = Journal.create(tmp_path / "j", HEADER)
    journal.close("hung-up")
    before = journal.path.read_bytes()
    journal.close("again")
    journal.sync()
    assert journal.path.read_bytes() == before


def test_closed_journal_takes_no_record(tmp_path):
    """A record after the end is an error: it would be lost for every reader."""
    journal = Journal.create(tmp_path / "j", HEADER)
    journal.close("hung-up")
    with pytest.raises(JournalError, match="is closed"):
        journal.append(woke(1))


@pytest.mark.parametrize("seq", [0, 1, 3])
def test_gap_in_the_order_is_refused(tmp_path, seq):
    """Numbers go up by one; anything else is a bug of the owner and is not written."""
    journal = Journal.create(tmp_path / "j", HEADER)
    journal.append(woke(1))
    size = journal.size
    with pytest.raises(JournalError, match=f"record {seq} after 1"):
        journal.append(woke(seq))
    assert journal.path.stat().st_size == size
    journal.close("hung-up")


def test_existing_file_is_never_touched(tmp_path):
    """A journal is not created over an existing file, which stays as it is."""
    path = keep(tmp_path, meeting())
    before = path.read_bytes()
    with pytest.raises(JournalError, match="cannot create"):
        Journal.create(path, HEADER)
    assert path.read_bytes() == before


def test_directory_that_cannot_be_written(tmp_path):
    """A missing directory is named in the error."""
    with pytest.raises(JournalError, match="cannot create") as caught:
        Journal.create(tmp_path / "none" / "j", HEADER)
    assert caught.value.path == str(tmp_path / "none" / "j")


def test_text_that_utf8_cannot_carry_is_mended(tmp_path):
    """A lone surrogate in a text is replaced, and does not stop the journal."""
    record = Record(1, 0.5, NoteGiven("ada", "odd \ud800 end 😀"), (Report("odd", "\udfff"),))
    (read_back,) = read(keep(tmp_path, [record]))
    assert read_back.event == NoteGiven("ada", "odd \ufffd end 😀")
    assert read_back.commands == (Report("odd", "\ufffd"),)


# --- a disk that fails ------------------------------------------------------------------------------


@attrs.define
class Disk:
    """A stand-in for `os.write` that takes `room` bytes and then no more."""

    room: int
    write: object = os.write

    def __call__(self, descriptor, content):
        if self.room == 0:
            raise OSError(28, "No space left on device")
        part = content[: self.room]
        self.room -= len(part)
        return self.write(descriptor, part)


def fill(journal, monkeypatch, room):
    """Append until the disk is full; the records that were acknowledged."""
    monkeypatch.setattr(os, "write", Disk(room))
    acknowledged = []

    def append_all():
        for record in meeting(50):
            journal.append(record)
            acknowledged.append(record)

    with pytest.raises(JournalError) as caught:
        append_all()
    monkeypatch.undo()
    return acknowledged, caught.value


@pytest.mark.parametrize("room", [0, 1, 200, 1000, 1001, 1500, 2000])
def test_full_disk_loses_nothing_acknowledged(tmp_path, monkeypatch, room):
    """A full disk loses no acknowledged record, and the journal still has its end."""
    journal = Journal.create(tmp_path / "j", HEADER)
    acknowledged, _ = fill(journal, monkeypatch, room)
    journal.close("journal-failed")
    reading = read(journal.path)
    assert list(reading) == acknowledged
    assert reading.end == End(len(acknowledged), "journal-failed")


def test_every_cut_of_a_line_can_be_closed(tmp_path, monkeypatch):
    """A journal can be closed after a short write that stopped anywhere in a line."""
    size = len(keep(tmp_path, meeting()[:1], name="one").read_bytes().splitlines(keepends=True)[1])
    for room in [*range(0, size - 5, 5), *range(size - 5, size)]:
        journal = Journal.create(tmp_path / f"j{room}", HEADER)
        fill(journal, monkeypatch, room)
        journal.close("journal-failed")
        reading = read(journal.path)
        whole = 1 if room == size - 1 else 0
        torn = [ProblemKind.TORN_WRITE] if 0 < room < size - 1 else []
        assert (len(list(reading)), reading.end.seq) == (whole, whole)
        assert [problem.kind for problem in reading.problems] == torn


def test_short_write_says_where(tmp_path, monkeypatch):
    """The error for a short write has its reason, its length, path and offset."""
    journal = Journal.create(tmp_path / "j", HEADER)
    _, error = fill(journal, monkeypatch, 100)
    assert "No space left on device (100 of" in str(error)
    assert (error.path, error.offset) == (str(journal.path), journal.path.stat().st_size)
    journal.close("journal-failed")


def test_first_failure_is_final(tmp_path, monkeypatch):
    """A journal that has failed takes no further record, though the disk has room again."""
    journal = Journal.create(tmp_path / "j", HEADER)
    acknowledged, _ = fill(journal, monkeypatch, 1000)
    with pytest.raises(JournalError, match="is failed"):
        journal.append(meeting(50)[len(acknowledged)])
    journal.sync()
    journal.close("journal-failed")


def test_reserve_is_freed_for_the_end(tmp_path, monkeypatch):
    """A journal frees its reserved room at the first failure."""
    journal = Journal.create(tmp_path / "j", HEADER)
    reserve = tmp_path / ".j.reserve"
    kept = reserve.stat().st_size
    fill(journal, monkeypatch, 0)
    assert (kept, reserve.exists()) == (65536, False)
    journal.close("journal-failed")


def test_every_file_is_private_from_its_first_moment(tmp_path):
    """A journal, its manifest and its reserve are private from the start, whatever the mask."""
    before = os.umask(0)
    try:
        journal = Journal.create(tmp_path / "j", HEADER)
    finally:
        os.umask(before)
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    journal.close("over")
    assert modes == dict.fromkeys([".j.reserve", "j", "manifest.json"], 0o600)


def test_torn_newline_before_the_end_is_read(tmp_path, monkeypatch):
    """A journal can be read although only the newline before its end fitted on the disk."""
    journal = Journal.create(tmp_path / "j", HEADER)
    fill(journal, monkeypatch, 10)
    monkeypatch.setattr(os, "write", Disk(1))
    with pytest.raises(JournalError):
        journal.close("journal-failed")
    monkeypatch.undo()
    assert list(read(journal.path, salvage=True)) == []


def test_disk_that_stays_full_is_told_at_close(tmp_path, monkeypatch):
    """A journal that cannot be closed on a full disk is an error, and can be read as not closed."""
    journal = Journal.create(tmp_path / "j", HEADER)
    monkeypatch.setattr(os, "write", Disk(0))
    with pytest.raises(JournalError, match="cannot write"):
        journal.close("hung-up")
    monkeypatch.undo()
    reading = read(journal.path)
    assert (list(reading), reading.end) == ([], None)
    assert [problem.kind for problem in reading.problems] == [ProblemKind.NOT_CLOSED]


def test_nothing_is_left_of_a_journal_that_cannot_begin(tmp_path, monkeypatch):
    """A disk that is full from the start leaves no file without a header."""
    monkeypatch.setattr(os, "write", Disk(20))
    with pytest.raises(JournalError):
        Journal.create(tmp_path / "j", HEADER)
    assert names(tmp_path) == []


def test_write_that_takes_nothing_is_an_error(tmp_path, monkeypatch):
    """A system that takes no byte and raises nothing has not written either."""
    journal = Journal.create(tmp_path / "j", HEADER)
    monkeypatch.setattr(os, "write", lambda *_: 0)
    with pytest.raises(JournalError, match="0 of"):
        journal.append(woke(1))
    monkeypatch.undo()
    journal.close("journal-failed")
    reading = read(journal.path)
    assert (list(reading), reading.problems) == ([], [])


def test_room_that_cannot_be_set_aside_is_told(tmp_path, monkeypatch):
    """A journal whose reserve does not fit on the disk is not begun."""

    def full(descriptor, _mode):
        os.close(descriptor)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("trialogue.journal.writer.os.fdopen", full)
    with pytest.raises(JournalError, match="No space left on device"):
        Journal.create(tmp_path / "j", HEADER)
    assert names(tmp_path) == []


def test_disk_is_asked_at_start_at_sync_and_at_close(tmp_path, monkeypatch):
    """A power cut loses neither the header, nor what a sync has flushed, nor a closed journal."""
    sizes = []
    monkeypatch.setattr("trialogue.journal.writer._SYNC", lambda file: sizes.append(os.fstat(file).st_size))
    journal = Journal.create(tmp_path / "j", HEADER)
    expected = [journal.size]
    journal.append(woke(1))
    journal.sync()
    expected.append(journal.size)
    journal.close("hung-up")
    assert sizes == [*expected, journal.size]


def test_failed_sync_ends_the_journal(tmp_path, monkeypatch):
    """A failed sync ends the journal like a full disk."""

    def broken(_):
        raise OSError(5, "Input/output error")

    journal = Journal.create(tmp_path / "j", HEADER)
    journal.append(woke(1))
    monkeypatch.setattr("trialogue.journal.writer._SYNC", broken)
    with pytest.raises(JournalError, match="cannot sync"):
        journal.sync()
    with pytest.raises(JournalError, match="cannot close"):
        journal.close("journal-failed")
    assert repr(journal) == "<Journal j: closed, 1 records>"


def test_manifest_that_cannot_be_written_is_told(tmp_path, monkeypatch):
    """A manifest that cannot be written is an error, and the old one stays, which says open."""

    def broken(self, target):
        raise OSError(5, "Input/output error")

    journal = Journal.create(tmp_path / "j", HEADER)
    monkeypatch.setattr(Path, "replace", broken)
    with pytest.raises(JournalError, match="cannot close"):
        journal.close("hung-up")
    assert read_manifest(journal.path).status is Status.OPEN
    assert names(tmp_path) == ["j", "manifest.json"]


LIMITED = """
import sys
from pathlib import Path
from journal_values import HEADER, meeting
from trialogue.errors import JournalError
from trialogue.journal import Journal
import resource, signal

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
journal = Journal.create(Path(sys.argv[1]), HEADER)
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, resource.RLIM_INFINITY))
acknowledged = 0
try:
    for record in meeting(1000):
        journal.append(record)
        acknowledged += 1
except JournalError:
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    journal.close("journal-failed")
print(acknowledged)
"""


def test_limit_of_the_system_makes_a_short_write(tmp_path):
    """A limit on the file's size tears a line, and all records before it can be read."""
    path = tmp_path / "journal.jsonl"
    run = subprocess.run(
        [sys.executable, "-c", LIMITED, str(path)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    reading = read(path)
    records = list(reading)
    assert tuple(records) == meeting(1000)[: int(run.stdout)]
    assert reading.end == End(len(records), "journal-failed")
    assert [problem.kind for problem in reading.problems] == [ProblemKind.TORN_WRITE]


KILLED = """
import os, sys, signal
from pathlib import Path
from journal_values import HEADER, meeting
from trialogue.journal import Journal

journal = Journal.create(Path(sys.argv[1]), HEADER)
for record in meeting(int(sys.argv[2])):
    journal.append(record)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_killed_process_leaves_all_it_acknowledged(tmp_path):
    """A killed process leaves every acknowledged record, in a journal known as not closed."""
    path = tmp_path / "journal.jsonl"
    run = subprocess.run(
        [sys.executable, "-c", KILLED, str(path), "5"],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
        check=False,
    )
    reading = read(path)
    assert run.returncode == -signal.SIGKILL
    assert tuple(reading) == meeting(5)
    assert [problem.kind for problem in reading.problems] == [ProblemKind.NOT_CLOSED]


def test_no_line_steers_a_terminal(tmp_path):
    """No line of a journal has control characters that steer a terminal."""
    steering = "\x1b[2J \x9b2J \x7f \u202etxet \u2028"
    said = Record(1, 0.0, SentenceSaid("ada", 1, steering, 0.0), ())
    path = keep(tmp_path, [said])
    lines = path.read_text().split("\n")
    assert [character for line in lines for character in line if not character.isprintable()] == []
    assert list(read(path)) == [said]


def test_no_line_holds_a_secret(tmp_path):
    """No line of a journal has a key, wherever it was."""
    path = tmp_path / "j"
    plan = attrs.evolve(HEADER.plan, name="of canary-key")
    journal = Journal.create(path, attrs.evolve(HEADER, plan=plan), secrets=Secrets(("canary-key",)))
    journal.append(Record(1, 0.0, SentenceSaid("ada", 1, "canary-key", 0.0), (Report("canary-key", "x"),)))
    journal.close("canary-key")
    assert b"canary-key" not in path.read_bytes()
    assert list(read(path)) == [Record(1, 0.0, SentenceSaid("ada", 1, "***", 0.0), (Report("***", "x"),))]


def test_a_value_that_no_line_can_hold_ends_the_journal(tmp_path):
    """A number beyond 64 bits ends the journal with an error, and earlier records are kept."""
    journal = Journal.create(tmp_path / "j", HEADER)
    journal.append(woke(1))
    with pytest.raises(JournalError, match="a value that cannot be written to a journal, after record 1"):
        journal.append(Record(2, 1.0, FloorRequested("ada", 2**70), ()))
    journal.close("journal-failed")
    reading = read(journal.path)
    assert (list(reading), reading.problems) == ([woke(1)], [])


def test_a_line_that_no_reader_takes_is_not_written(tmp_path):
    """A record longer than readers take ends the journal before it, which can be read."""
    journal = Journal.create(tmp_path / "j", HEADER)
    longest = 16 * 1024 * 1024
    journal.append(Record(1, 0.1, NoteGiven("ada", "x" * (longest - 1_000)), ()))
    with pytest.raises(JournalError, match=r"record 2 has [\d,]+ bytes; a line may have at most 16,777,216"):
        journal.append(Record(2, 0.2, NoteGiven("ada", "x" * (longest - 100)), ()))
    journal.close("journal-failed")
    reading = read(journal.path)
    assert ([record.seq for record in reading], reading.problems) == ([1], [])


def test_a_journal_has_no_name_before_its_header_is_whole(tmp_path, monkeypatch):
    """A process that is killed while it begins a journal leaves none."""
    seen = []
    write = os.write

    def look(descriptor, data):
        seen.append(names(tmp_path))
        return write(descriptor, data)

    monkeypatch.setattr(os, "write", look)
    Journal.create(tmp_path / "j", HEADER).close("hung-up")
    assert [("j" in each, ".j.new" in each) for each in seen] == [(False, True), (True, False)]
