"""Journals selected from, compared, split, and as tables."""

from pathlib import Path

import orjson
import pytest
from attrs import evolve
from journal_values import keep, meeting

from trialogue.errors import JournalError, SetupError
from trialogue.journal import chain
from trialogue.journal.comparing import compare
from trialogue.journal.frames import columns, frames
from trialogue.journal.reader import read
from trialogue.journal.selecting import Selection
from trialogue.journal.splitting import split
from trialogue.model.commands import EndTurn, GrantFloor, Play
from trialogue.model.events import (
    Joined,
    Left,
    MeetingStarted,
    PlaybackFinished,
    PlaybackStarted,
    SentenceSaid,
)
from trialogue.model.participants import Participant
from trialogue.model.patterns import compile as pattern
from trialogue.model.records import Record


def chosen(path, **wanted):
    """The numbers of the records that fit."""
    selection = Selection(**wanted)
    return [each.raw["seq"] for each in read(path).lines() if selection.fits(each.raw)]


def test_all_of_a_selection_must_fit(tmp_path):
    """`filter` keeps the lines that fit all options: types, participants, times and words."""
    path, records = keep(tmp_path, meeting()), meeting()
    assert chosen(path) == [each.seq for each in records]
    named = type(records[4].event).__name__
    same = [each.seq for each in records if type(each.event).__name__ == named]
    assert set(same) <= set(chosen(path, types=frozenset({named})))
    granted = [r.seq for r in records if any(type(c).__name__ == "GrantFloor" for c in r.commands)]
    assert chosen(path, types=frozenset({"GrantFloor"})) == granted
    assert chosen(path, start_s=10.0, end_s=20.0) == [r.seq for r in records if 10 <= r.at <= 20]
    bobs = chosen(path, participants=frozenset({"bob"}))
    assert bobs
    assert len(bobs) < len(records)
    assert chosen(path, participants=frozenset({"bob"}), pattern=pattern("no such words")) == []


def test_the_joining_of_a_participant_is_of_it(tmp_path):
    """Whoever looks for the records of somebody who came later also finds when that was."""
    records = (
        Record(1, 0.0, MeetingStarted(), ()),
        Record(2, 5.0, Joined(Participant("zoe")), ()),
        Record(3, 9.0, Left("zoe"), ()),
    )
    path = keep(tmp_path, records)
    assert chosen(path, participants=frozenset({"zoe"})) == [2, 3]
    assert chosen(path, participants=frozenset({"zoe"}), types=frozenset({"Joined"})) == [2]


def test_a_type_of_a_participant_is_one_thing(tmp_path):
    """`filter` by type and participant needs one event or command that fits both."""
    finished_reply = PlaybackFinished("ada", 1, 1, 1.0, 1.0, "complete")
    ended = Record(2, 1.0, finished_reply, (GrantFloor("bob", 2, "next", 9.0),))
    path = keep(tmp_path, (Record(1, 0.0, MeetingStarted(), ()), ended))
    finished = frozenset({"PlaybackFinished"})
    assert chosen(path, types=finished, participants=frozenset({"ada"})) == [2]
    assert chosen(path, types=finished, participants=frozenset({"bob"})) == []
    assert chosen(path, types=finished | {"GrantFloor"}, participants=frozenset({"bob"})) == [2]


def test_equal_journals_are_equal(tmp_path):
    """Two runs with the same records are equal, whatever their hashes."""
    (tmp_path / "b").mkdir()
    found = compare(read(keep(tmp_path, meeting())), read(keep(tmp_path / "b", meeting())))
    assert found.is_equal
    assert (found.counts, found.differs_in) == ({}, ())
    assert found.same >= len(meeting())


def test_the_first_line_that_differs_is_told(tmp_path):
    """`compare` gives the first line that differs, what differs in it, and the counts by type."""
    (tmp_path / "b").mkdir()
    records = meeting()
    other = [*records[:4], evolve(records[4], commands=()), *records[5:]]
    found = compare(read(keep(tmp_path, records)), read(keep(tmp_path / "b", other)))
    assert (found.same, found.differs_in) == (4, ("commands",))
    assert found.first["seq"] == found.second["seq"] == 5
    assert found.counts["GrantFloor"][0] == found.counts["GrantFloor"][1] + 1


def test_a_shorter_one_ends_there(tmp_path):
    """`compare` finds that a journal differs from one without its last lines."""
    (tmp_path / "b").mkdir()
    found = compare(read(keep(tmp_path, meeting())), read(keep(tmp_path / "b", meeting()[:-2])))
    assert not found.is_equal
    assert found.first is not None


@pytest.mark.parametrize("bound", [{"every_s": 10.0}, {"largest": 2000}, {"largest": 1}])
def test_pieces_are_the_journal_again(tmp_path, bound):
    """The pieces of `split` together are the journal, in whole lines and within the bound."""
    path = keep(tmp_path, meeting())
    pieces = split(path, tmp_path / "pieces", **bound)
    assert b"".join(piece.read_bytes() for piece in pieces) == path.read_bytes()
    assert len(pieces) > 1
    for piece in pieces:
        content = piece.read_bytes()
        assert content.endswith(b"\n")
        assert "largest" not in bound or len(content) <= bound["largest"] or content.count(b"\n") == 1


def test_the_names_of_many_pieces_sort_in_their_order(tmp_path):
    """`cat` joins more than 999 pieces in the right order, too."""
    path = keep(tmp_path, meeting())
    with path.open("ab") as file:
        file.write(b'{"at": 9.0}\n' * 1000)
    pieces = split(path, tmp_path / "pieces", largest=1)
    assert len(pieces) > 1000
    assert sorted(pieces) == list(pieces)
    assert b"".join(piece.read_bytes() for piece in pieces) == path.read_bytes()


def test_pieces_need_a_bound_and_overwrite_nothing(tmp_path):
    """`split` without a bound, or into existing files, is refused in words."""
    path = keep(tmp_path, meeting())
    with pytest.raises(SetupError, match="needs --every"):
        split(path, tmp_path / "pieces")
    split(path, tmp_path / "pieces", largest=2000)
    with pytest.raises(SetupError, match="already exists"):
        split(path, tmp_path / "pieces", largest=2000)
    with pytest.raises(JournalError):
        split(tmp_path / "none.jsonl", tmp_path / "x", largest=1)


@pytest.mark.parametrize("bound", [{"every_s": 0.0}, {"every_s": float("nan")}, {"largest": 0}], ids=str)
def test_a_bound_that_is_none_makes_no_piece(bound, tmp_path):
    """`split` by an impossible bound is refused instead of writing a file for each line."""
    with pytest.raises(SetupError, match="must be a number of"):
        split(keep(tmp_path, meeting()), tmp_path / "pieces", **bound)
    assert not (tmp_path / "pieces").exists()


def test_a_line_without_an_end_is_no_piece(tmp_path, monkeypatch):
    """`split` of a journal with an endless line is an error, in bounded memory."""
    path = keep(tmp_path, meeting())
    longest = max(map(len, path.read_bytes().splitlines(keepends=True)))
    monkeypatch.setattr(chain, "LONGEST_LINE", longest + 10)
    with path.open("ab") as file:
        file.write(b"x" * (longest + 10))
    with pytest.raises(JournalError, match="a line has no end"):
        split(path, tmp_path / "pieces", largest=2000)


def test_pieces_have_no_place_in_a_file(tmp_path):
    """`split` into a file is an error of one line, and the file stays."""
    path = keep(tmp_path, meeting())
    before = path.read_bytes()
    with pytest.raises(SetupError, match="cannot be a directory for pieces"):
        split(path, path, largest=2000)
    assert path.read_bytes() == before


def test_a_folder_for_pieces_that_cannot_be_made_is_a_fault_of_the_disk(tmp_path, monkeypatch):
    """`split` onto a full or protected disk ends with the exit code of files that cannot be written."""
    path = keep(tmp_path, meeting())

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(JournalError, match=r"cannot make .*pieces: Permission denied"):
        split(path, tmp_path / "pieces", largest=2000)


def test_tables_have_a_row_an_event_a_command_and_an_utterance(tmp_path):
    """The tables have a row for each event, command and utterance, with times as numbers."""
    import pandas as pd  # takes a quarter of a second, in each worker

    path, records = keep(tmp_path, meeting()), meeting()
    tables = frames(path)
    assert list(tables) == ["events", "commands", "turns"]
    assert len(tables["events"]) == len(records)
    assert len(tables["commands"]) == sum(len(each.commands) for each in records)
    assert tables["events"]["at"].dtype == float
    assert tables["events"].groupby("type").size().sum() == len(records)
    assert {"participant", "heard", "start_s", "was_cut"} <= set(tables["turns"].columns)
    assert isinstance(tables["turns"], pd.DataFrame)
    assert {len(column) for column in columns(path)["commands"].values()} == {len(tables["commands"])}


def test_columns_are_plain_so_that_any_library_takes_them(tmp_path):
    """The columns of the tables are plain values, which polars and pyarrow take."""
    heard = (
        Record(1, 0.0, MeetingStarted(), (GrantFloor("ada", 1, "next", 9.0),)),
        Record(2, 1.0, SentenceSaid("ada", 1, "One two.", 0.0), (Play("ada", 1, 1),)),
        Record(3, 1.0, PlaybackStarted("ada", 1, 1, 1.0), ()),
        Record(4, 3.0, PlaybackFinished("ada", 1, 1, 3.0, 2.0, "complete"), (EndTurn("ada", 1, "finished"),)),
    )
    tables = columns(keep(tmp_path, heard))
    ((passage,),) = tables["turns"]["passages"]
    assert (passage["start_s"], passage["text"]) == (1.0, "One two.")
    assert orjson.loads(orjson.dumps(tables, option=orjson.OPT_PASSTHROUGH_DATACLASS)) == tables
