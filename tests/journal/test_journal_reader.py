"""The reader: what crashes leave is read, what was changed is found, nothing else is ever raised."""

import shutil
from pathlib import Path

import attrs
import orjson
import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from journal_values import HEADER, keep, meeting, sealed, values_of

from trialogue.errors import JournalError
from trialogue.journal import End, Journal, ProblemKind, chain, read
from trialogue.journal.manifest import NAME, Status, read_manifest, write_manifest
from trialogue.journal.records import EPOCH, JournalKind, end_line, header_line, record_line
from trialogue.model.commands import Command, WakeAt
from trialogue.model.events import Event, Woke
from trialogue.model.records import Record

HEAD = header_line(HEADER)


def kinds(reading):
    return [problem.kind for problem in reading.problems]


def by_hand(path, *bodies):
    """A file of these lines after a header, all properly chained."""
    path.write_bytes(sealed(HEAD, *bodies))
    return path


@pytest.fixture
def closed(tmp_path):
    """A closed journal beside its manifest, and its content."""
    path = keep(tmp_path, meeting(2))
    return path, path.read_bytes()


def plain(record):
    return record_line(record, EPOCH)


def test_whole_journal_is_read_back(tmp_path):
    """Header, records and end come back as they were given, with nothing amiss."""
    reading = read(keep(tmp_path, meeting()))
    assert reading.header == HEADER
    assert tuple(reading) == meeting()
    assert (reading.end, reading.problems) == (End(len(meeting()), "hung-up"), [])
    assert repr(reading) == f"<Reading journal.jsonl: {len(meeting())} records, 0 problems>"


def test_reading_can_be_done_again(tmp_path):
    """A journal can be read several times, with the same records and problems."""
    path = keep(tmp_path, meeting())
    path.write_bytes(path.read_bytes() + b"{")
    reading = read(path)
    assert list(reading) == list(reading)
    assert kinds(reading) == [ProblemKind.TORN_TAIL]


def test_journal_without_manifest_is_whole(tmp_path):
    """A copied journal has no manifest; its end line is enough."""
    path = keep(tmp_path, meeting())
    (tmp_path / NAME).unlink()
    reading = read(path)
    assert (tuple(reading), reading.problems) == (meeting(), [])


@pytest.mark.parametrize("kind", [{}, []])
def test_an_event_of_a_session_with_a_type_of_another_kind_is_damage(tmp_path, kind):
    """An event whose type is no text is damage in a session's journal, too."""
    body = {**record_line(meeting()[0], EPOCH), "event": {"type": kind}}
    path = tmp_path / "journal.jsonl"
    path.write_bytes(sealed(header_line(evolve(HEADER, of=JournalKind.SESSION)), body))
    with pytest.raises(JournalError, match="damaged"):
        list(read(path))


def test_manifest_of_another_journal_says_nothing(tmp_path):
    """A manifest of another journal in the directory is ignored."""
    path = keep(tmp_path, meeting(), name="first")
    keep(tmp_path, meeting(1), name="second")
    reading = read(path)
    assert (tuple(reading), reading.problems) == (meeting(), [])


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b"{", "is not a trialogue manifest"),
        (b"[]", "is not a trialogue manifest"),
        (b"null", "is not a trialogue manifest"),
        (b'{"trialogue":1,"kind":"header"}', "is not a trialogue manifest"),
        (b'{"trialogue":true,"kind":"manifest"}', "is not a trialogue manifest"),
        (
            b'{"trialogue":1,"kind":"manifest","journal":"journal.jsonl","status":"shut"}',
            "is not a trialogue manifest",
        ),
    ],
)
def test_broken_manifest_is_reported(tmp_path, content, told):
    """A broken manifest is reported, and the journal is read."""
    path = keep(tmp_path, meeting())
    (tmp_path / NAME).write_bytes(content)
    reading = read(path)
    assert (tuple(reading), kinds(reading)) == (meeting(), [ProblemKind.MANIFEST])
    assert told in reading.problems[0].text


def test_a_manifest_that_was_edited_is_told(tmp_path):
    """An edited manifest is reported, by its own digest."""
    path = keep(tmp_path, meeting())
    text = (tmp_path / NAME).read_bytes()
    (tmp_path / NAME).write_bytes(text.replace(b'"status":"closed"', b'"status":"open"'))
    reading = read(path)
    assert (tuple(reading), kinds(reading)) == (meeting(), [ProblemKind.MANIFEST])
    assert "was changed: its own digest does not match" in reading.problems[0].text


def test_a_manifest_of_another_run_is_told(tmp_path):
    """A manifest that was copied from another run is reported, and the journal does not look cut."""
    for name, turns in (("here", 3), ("there", 2)):
        (tmp_path / name).mkdir()
        header = attrs.evolve(HEADER, plan=attrs.evolve(HEADER.plan, seed=turns))
        keep(tmp_path / name, meeting(turns), header=header)
    shutil.copy(tmp_path / "there" / NAME, tmp_path / "here" / NAME)
    reading = read(tmp_path / "here" / "journal.jsonl")
    assert (tuple(reading), kinds(reading)) == (meeting(), [ProblemKind.MANIFEST])
    assert reading.problems[0].text == "its manifest belongs to another journal"


@pytest.mark.parametrize("change", [{"seq": 1}, {"status": Status.OPEN, "seq": 900}])
def test_a_manifest_that_contradicts_the_journal_is_told(tmp_path, change):
    """A manifest that contradicts its journal is reported."""
    path = keep(tmp_path, meeting())
    write_manifest(tmp_path, attrs.evolve(read_manifest(path), **change))
    reading = read(path, salvage=True)
    assert tuple(reading) == meeting()
    assert kinds(reading) == [ProblemKind.CUT_TAIL if change["seq"] == 900 else ProblemKind.MANIFEST]


@pytest.mark.parametrize(
    "change",
    [
        {"format": True},
        {"format": 1.0},
        {"trialogue": True},
        {"redacted": 1},
        {"redacted": "false"},
        {"started": "2026-01-01T00:00:00"},
        {"started": 0},
        {"seed": "7"},
        {"seed": 8},
        {"name": "another"},
        {"version": 1},
        {"continues": None},
        {"clock": "lunar"},
        {"rules": True},
        {"frame_ms": 0},
        {"frame_ms": 1001},
        {"frame_ms": 20.0},
    ],
    ids=str,
)
def test_a_header_is_strict(tmp_path, change):
    """A header with a wrong type, or that contradicts itself, is refused."""
    path = tmp_path / "j"
    path.write_bytes(sealed({**HEAD, **change}))
    with pytest.raises(JournalError, match="is not a journal, or its first line is damaged"):
        read(path)


def test_a_newer_version_with_more_fields_is_read(tmp_path):
    """A journal of a newer version is read, and each unknown field is named once."""
    head = {**HEAD, "version": "9.9.9", "mood": "calm"}
    head["plan"] = {**HEAD["plan"], "dress": "black", "floor": {**HEAD["plan"]["floor"], "is_round": True}}
    records = [plain(Record(seq, 0.0, Woke("x"), (WakeAt("x", 1.0),))) for seq in (1, 2)]
    for line in records:
        line["event"] |= {"why": "so"}
        line["commands"][0] |= {"softly": True}
        line["weather"] = "fair"
    path = tmp_path / "j"
    path.write_bytes(sealed(head, *records, end_line(End(2, "x"), EPOCH)))
    reading = read(path)
    assert reading.header.plan == HEADER.plan
    assert list(reading) == [Record(seq, 0.0, Woke("x"), (WakeAt("x", 1.0),)) for seq in (1, 2)]
    assert {problem.kind for problem in reading.problems} == {ProblemKind.UNKNOWN_FIELD}
    names = ["mood", "plan.dress", "plan.floor.is_round", "Woke.why", "WakeAt.softly", "record.weather"]
    assert [problem.text.split()[2].strip(",") for problem in reading.problems] == names
    assert all("trialogue 9.9.9" in problem.text for problem in reading.problems)


def test_a_value_of_a_newer_version_is_not_damage(tmp_path):
    """A value that only a newer version knows is reported as that, and not as damage."""
    path = tmp_path / "j"
    line = plain(Record(1, 0.0, Woke("x"), ()))
    line["event"]["timer"] = {"named": "x"}
    path.write_bytes(sealed({**HEAD, "version": "9.9.9"}, line))
    with pytest.raises(
        JournalError,
        match=r"was written by trialogue 9\.9\.9: its line at byte \d+ is unknown",
    ):
        list(read(path))


def test_journal_that_is_being_written_is_read_so_far(tmp_path):
    """An open journal is readable at any time, and known to be open."""
    journal = Journal.create(tmp_path / "j", HEADER)
    journal.append(meeting()[0])
    reading = read(journal.path)
    assert (tuple(reading), kinds(reading)) == (meeting()[:1], [ProblemKind.NOT_CLOSED])
    assert reading.problems[0].text == "not closed: its meeting is still running"
    shutil.copytree(journal.path.parent, tmp_path / "crashed", dirs_exist_ok=True)
    left = read(tmp_path / "crashed" / journal.path.name)
    list(left)
    assert left.problems[0].text == "never closed: no process writes it, so the meeting crashed"
    journal.close("hung-up")


def test_any_prefix_is_readable(tmp_path):
    """Cut at any byte after its header, a journal gives all whole records before the cut."""
    keep(tmp_path, meeting(1))
    whole = (tmp_path / "journal.jsonl").read_bytes()
    ends = [index for index, byte in enumerate(whole) if byte == ord("\n")]
    cut = tmp_path / "cut"
    edges = {end + step for end in ends for step in (0, 1, 2)}
    for size in sorted(edges.union(range(ends[0], len(whole), 3)) - {len(whole) + 1}):
        cut.write_bytes(whole[:size])
        count = sum(1 for end in ends[1:] if end <= size)
        reading = read(cut)
        records = list(reading)
        assert records == list(meeting(1)[: min(count, len(meeting(1)))])
        is_line = size in ends or size - 1 in ends
        torn = [] if is_line else [ProblemKind.TORN_TAIL]
        missing = [] if reading.end else [ProblemKind.NOT_CLOSED]
        assert kinds(reading) == torn + missing


def test_cut_tail_of_a_closed_journal_is_found(tmp_path):
    """A closed journal whose last lines were cut off is found by its manifest."""
    path = keep(tmp_path, meeting())
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-3]))
    with pytest.raises(JournalError, match="does not end as its manifest says"):
        list(read(path))
    reading = read(path, salvage=True)
    assert tuple(reading) == meeting()[:-2]
    assert kinds(reading) == [ProblemKind.CUT_TAIL]


@settings(
    max_examples=6 * settings.default.max_examples,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(place=st.floats(0, 1, exclude_max=True), change=st.integers(1, 255))
def test_any_flipped_byte_is_found(closed, place, change):
    """A changed byte of a journal fails its reading or is reported, whichever it is."""
    path, whole = closed
    content = bytearray(whole)
    content[int(place * len(whole))] ^= change
    path.write_bytes(content)
    try:
        reading = read(path)
        list(reading)
    except JournalError:
        return
    assert reading.problems


@pytest.mark.parametrize("newline", [b"\n", b"\r"])
def test_any_byte_turned_to_a_line_break_is_found(tmp_path, newline):
    """A byte of a journal that became a line break is found."""
    path = keep(tmp_path, meeting()[:2])
    whole = path.read_bytes()
    for index in range(whole.index(b"\n") + 1, len(whole) - 1):
        if whole[index : index + 1] != b"\n":
            path.write_bytes(whole[:index] + newline + whole[index + 1 :])
            with pytest.raises(JournalError):
                list(read(path))


def test_damage_is_told_with_its_place(tmp_path):
    """The error for a damaged line has path and byte offset, and none of its text."""
    path = keep(tmp_path, meeting())
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"this is it: 2", b"this is it: 3"))
    with pytest.raises(JournalError) as caught:
        list(read(path))
    offset = whole.rindex(b"\n", 0, whole.index(b"this is it: 2")) + 1
    assert (caught.value.path, caught.value.offset) == (str(path), offset)
    assert str(caught.value) == f"{path} is damaged at byte {offset}"


@pytest.mark.parametrize("change", ["drop", "swap", "twice"])
def test_lost_moved_or_repeated_line_is_found(tmp_path, change):
    """A line of a journal that is lost, moved or repeated is found."""
    path = keep(tmp_path, meeting())
    lines = path.read_bytes().splitlines(keepends=True)
    first, second = lines[4:6]
    lines[4:6] = {"drop": [second], "swap": [second, first], "twice": [first, first, second]}[change]
    path.write_bytes(b"".join(lines))
    if change == "twice":
        reading = read(path)
        assert (tuple(reading), kinds(reading)) == (meeting(), [ProblemKind.FOREIGN_LINE])
    else:
        with pytest.raises(JournalError, match="is damaged at byte"):
            list(read(path))


def test_salvage_goes_on_after_damage(tmp_path):
    """Salvage leaves out garbage, reads altered records, reports each, and reads the rest."""
    path = keep(tmp_path, meeting())
    lines = path.read_bytes().splitlines(keepends=True)
    lines[3] = b"garbage\n"
    lines[8] = lines[8].replace(b"ada", b"eve").replace(b"bob", b"eve")
    path.write_bytes(b"".join(lines))
    reading = read(path, salvage=True)
    records = list(reading)
    assert [record.seq for record in records] == [1, 2, *range(4, len(meeting()) + 1)]
    assert kinds(reading) == [
        ProblemKind.DAMAGED,
        ProblemKind.DAMAGED,
        ProblemKind.OUT_OF_ORDER,
        ProblemKind.DAMAGED,
    ]
    assert records[4:5] != meeting()[5:6]
    assert reading.end == End(len(meeting()), "hung-up")


def test_salvage_reads_a_torn_tail(tmp_path):
    """Salvage reports a torn last line as that, and not as damage."""
    path = keep(tmp_path, meeting())
    path.write_bytes(path.read_bytes()[:-20])
    (tmp_path / NAME).unlink()
    reading = read(path, salvage=True)
    assert tuple(reading) == meeting()
    assert kinds(reading) == [ProblemKind.TORN_TAIL, ProblemKind.NOT_CLOSED]


# --- what this version does not know ----------------------------------------------------------------


def test_unknown_event_is_kept_and_left_out(tmp_path):
    """An event of another version is among the lines and reported, and is no record."""
    strange = {**plain(Record(1, 0.5, Woke("x"), ())), "event": {"type": "HandShaken", "by": "ada"}}
    path = by_hand(
        tmp_path / "j", strange, plain(Record(2, 1.0, Woke("y"), ())), end_line(End(2, "x"), EPOCH)
    )
    reading = read(path)
    assert [record.seq for record in reading] == [2]
    assert [problem.text for problem in reading.problems] == ["unknown event HandShaken"]
    assert next(reading.lines()).raw["event"] == {"type": "HandShaken", "by": "ada"}


def test_unknown_command_is_left_out_of_its_record(tmp_path):
    """A command of another version is left out of its record, and the rest is read."""
    line = plain(Record(1, 0.5, Woke("x"), ()))
    line["commands"] = [{"type": "Applaud"}, {"type": "EndMeeting", "reason": "x"}]
    reading = read(by_hand(tmp_path / "j", line, end_line(End(1, "x"), EPOCH)))
    (record,) = reading
    assert [type(command).__name__ for command in record.commands] == ["EndMeeting"]
    assert [problem.text for problem in reading.problems] == ["unknown command Applaud"]


def test_journal_of_a_newer_format_is_refused(tmp_path):
    """A journal of a newer format is refused with both formats."""
    (tmp_path / "j").write_bytes(sealed({**HEAD, "format": 2}))
    with pytest.raises(JournalError, match="has format 2; this version reads up to 1"):
        read(tmp_path / "j")


@pytest.mark.parametrize(
    "change",
    [{"event": "x"}, {"event": None}, {"event": {}}, {"commands": 5}, {"commands": ["x"]}, {"at": "soon"}],
    ids=str,
)
def test_a_line_of_another_form_is_damage(tmp_path, change):
    """A line of a wrong form is damage for readers of lines and of records."""
    line = record_line(meeting()[0], EPOCH) | change
    path = by_hand(tmp_path / "j", line, end_line(End(1, "x"), EPOCH))
    for each in (lambda reading: reading.lines(), iter):
        with pytest.raises(JournalError, match="is damaged at byte"):
            list(each(read(path)))


# --- whatever else is in a file ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"hello\n",
        b"{}\n",
        sealed({"kind": "header"}),
        sealed({**HEAD, "trialogue": 2}),
        sealed({**HEAD, "plan": {"name": "x"}}),
        sealed({**HEAD, "started": 5}),
        sealed({**HEAD, "format": "1"}),
        sealed({**HEAD, "format": 0}),
        sealed(HEAD, HEAD)[:-700],
    ],
    ids=range(11),
)
def test_a_file_without_a_header_is_no_journal(tmp_path, content):
    """A file without a valid first line is no journal, not even with salvage."""
    (tmp_path / "j").write_bytes(content)
    if content.startswith(sealed(HEAD)):
        assert list(read(tmp_path / "j")) == []
    else:
        with pytest.raises(JournalError, match="is not a journal, or its first line is damaged"):
            read(tmp_path / "j", salvage=True)


def test_missing_file_is_told(tmp_path):
    """A path without a journal is one clear error."""
    with pytest.raises(JournalError, match="cannot read"):
        read(tmp_path / "j")


def test_line_after_the_end_is_damage(tmp_path):
    """A line after a journal's end is damage."""
    path = by_hand(tmp_path / "j", end_line(End(0, "x"), EPOCH), plain(Record(1, 0.0, Woke("x"), ())))
    with pytest.raises(JournalError, match="is damaged"):
        list(read(path))
    reading = read(path, salvage=True)
    assert (list(reading), kinds(reading)) == ([], [ProblemKind.DAMAGED])


@pytest.mark.parametrize(
    "line",
    [
        {"kind": "header", "seq": 1},
        {"kind": "end", "seq": "1", "reason": "x"},
        {"kind": "end", "seq": 1, "reason": 1},
        {**plain(Record(1, 0.0, Woke("x"), ())), "seq": True},
        {**plain(Record(1, 0.0, Woke("x"), ())), "seq": 0},
        {**plain(Record(1, 0.0, Woke("x"), ())), "at": "0"},
        {**plain(Record(1, 0.0, Woke("x"), ())), "commands": None},
        {**plain(Record(1, 0.0, Woke("x"), ())), "event": "Woke"},
        {**plain(Record(1, 0.0, Woke("x"), ())), "event": {"type": "Woke"}},
        {**plain(Record(1, 0.0, Woke("x"), ())), "commands": {"type": "Play"}},
        {**plain(Record(1, 0.0, Woke("x"), ())), "commands": [{"type": "Play"}]},
    ],
    ids=range(11),
)
def test_line_that_is_no_record_is_damage(tmp_path, line):
    """A well-chained line of a wrong shape is as bad as a broken one."""
    path = by_hand(tmp_path / "j", line)
    with pytest.raises(JournalError, match="is damaged") as caught:
        list(read(path))
    assert caught.value.__cause__ is None
    reading = read(path, salvage=True)
    assert list(reading) == []
    assert ProblemKind.DAMAGED in kinds(reading)


def test_gap_in_the_order_is_damage(tmp_path):
    """A missing record is found: numbers go up by one."""
    path = by_hand(tmp_path / "j", plain(Record(2, 0.0, Woke("x"), ())))
    with pytest.raises(JournalError, match="record 2 follows 0"):
        list(read(path))


def test_whole_seconds_are_seconds(tmp_path):
    """A time without its `.0` is still a float."""
    (record,) = read(by_hand(tmp_path / "j", {**plain(Record(1, 0.0, Woke("x"), ())), "at": 3}))
    assert (record.at, type(record.at)) == (3.0, float)


def test_a_journal_that_is_removed_before_it_is_read_is_told(tmp_path):
    """A journal that is removed while it is read is an error."""
    path = by_hand(tmp_path / "j", plain(Record(1, 0.0, Woke("x"), ())))
    reading = read(path)
    path.unlink()
    with pytest.raises(JournalError, match=r"cannot read .*: No such file or directory"):
        list(reading)


def test_endless_line_is_not_held_in_memory(tmp_path, monkeypatch):
    """A line of a journal beyond the limit is damage, and is not held in memory."""
    monkeypatch.setattr("trialogue.journal.chain.LONGEST_LINE", 2000)
    path = by_hand(tmp_path / "j", plain(Record(1, 0.0, Woke("x" * 5000), ())))
    with pytest.raises(JournalError, match="is damaged"):
        list(read(path))


NAMES = st.sampled_from(["kind", "seq", "type", "at", "event", "commands", "v", "ts", "hash"])

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["kind", "seq", "type", "at", "event", "commands"]), inner, max_size=4
        )
    ),
    max_leaves=6,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    bodies=st.lists(st.dictionaries(NAMES, JSON, min_size=1), max_size=4),
    junk=st.binary(max_size=40),
    salvage=st.booleans(),
)
def test_arbitrary_content_raises_journal_errors_alone(tmp_path, bodies, junk, salvage):
    """Any content of a file is read or is a JournalError, and nothing else is raised."""
    path = tmp_path / "j"
    lines = sealed(HEAD)
    after = chain.claimed_hash(lines[:-1])
    path.write_bytes(lines + sealed(*bodies, after=after) + junk)
    try:
        list(read(path, salvage=salvage))
    except JournalError:
        assert not salvage


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200))
def test_arbitrary_bytes_are_no_journal(tmp_path, content):
    """A file that was never a journal is refused, whatever it is."""
    path = tmp_path / "j"
    path.write_bytes(content)
    with pytest.raises(JournalError):
        read(path)


@given(
    facts=st.lists(st.tuples(st.floats(0, 1e5), values_of(Event), st.lists(values_of(Command), max_size=2)))
)
def test_any_records_survive_the_file(tmp_path_factory, facts):
    """Any records of a meeting are read from its journal as they were written."""
    directory = tmp_path_factory.mktemp("any")
    records = [Record(seq, at, event, tuple(commands)) for seq, (at, event, commands) in enumerate(facts, 1)]
    reading = read(keep(directory, records))
    assert (list(reading), reading.problems) == (records, [])
    shutil.rmtree(directory)


# --- formats ----------------------------------------------------------------------------------------


def test_kept_file_of_format_1_is_read():
    """A journal written by the first release is read by every later one."""
    reading = read(Path(__file__).parent / "kept" / "format-1.jsonl")
    assert (reading.header, reading.format) == (evolve(HEADER, rules=1), 1)
    assert tuple(reading) == meeting()
    assert (reading.end, reading.problems) == (End(len(meeting()), "hung-up"), [])


def test_old_format_is_lifted_line_by_line(tmp_path, monkeypatch):
    """A file of an older format goes through each step between it and today's."""
    steps = {
        1: lambda line: (
            {**line, "reason": line["reason"] + " at last"} if line.get("kind") == "end" else line
        ),
        2: lambda line: {**line, "event": {"type": "Woke", "timer": "new"}} if "event" in line else line,
    }
    path = keep(tmp_path, meeting(1))
    monkeypatch.setattr("trialogue.journal.reader.FORMAT", 3)
    monkeypatch.setattr("trialogue.journal.migrations.upcast.__kwdefaults__", {"steps": steps, "until": 3})
    reading = read(path)
    assert {record.event for record in reading} == {Woke("new")}
    assert reading.end == End(len(meeting(1)), "hung-up at last")


def test_json_of_the_chain_is_plain(tmp_path):
    """Each line of a journal is a JSON object by itself."""
    lines = keep(tmp_path, meeting()).read_bytes().splitlines()
    assert all("hash" in orjson.loads(line) for line in lines)


def test_a_header_names_its_rules(tmp_path):
    """The number of the rules is read back; a header without it is of rules 1."""
    old = {key: value for key, value in HEAD.items() if key != "rules"}
    path = tmp_path / "journal.jsonl"
    path.write_bytes(sealed(old))
    assert read(path).header.rules == 1
    path.write_bytes(sealed(old | {"rules": 7}))
    assert read(path).header.rules == 7


def test_a_header_says_the_length_of_a_frame(tmp_path):
    """A run with other frames can be repeated with the same ones; a header without a length means 20 ms."""
    path = tmp_path / "journal.jsonl"
    path.write_bytes(sealed(header_line(evolve(HEADER, frame_ms=60))))
    assert read(path).header.frame_ms == 60
    assert "frame_ms" not in HEAD
    path.write_bytes(sealed(HEAD))
    assert read(path).header.frame_ms == 20
