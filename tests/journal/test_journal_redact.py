"""What is personal is known by class and field, and can be masked out of a journal."""

import ast
import inspect

import pytest
from journal_values import HEADER, keep, meeting, sealed

from trialogue.errors import JournalError
from trialogue.journal import ProblemKind, read, redact
from trialogue.journal.personal import PERSONAL, mask, masked
from trialogue.journal.records import EPOCH, header_line, record_line
from trialogue.model import commands, events, participants, plan, transcript
from trialogue.model.commands import AnswerTool, Cue, Report
from trialogue.model.events import SentenceSaid, ToolFinished, Woke
from trialogue.model.records import Record


def fields_called_personal(module):
    """(class, field) of each field whose docstring says `Personal.`."""
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.ClassDef):
            for field, doc in zip(node.body, node.body[1:], strict=False):
                if isinstance(field, ast.AnnAssign) and "Personal." in ast.unparse(doc):
                    yield node.name, field.target.id


def test_table_is_what_the_docstrings_say():
    """A field is personal if and only if its docstring says so."""
    said = {
        pair
        for module in (commands, events, participants, plan, transcript)
        for pair in fields_called_personal(module)
    }
    assert {(kind.__name__, name) for kind, names in PERSONAL.items() for name in names} == said
    assert ("SentenceSaid", "text") in said


@pytest.mark.parametrize(("text", "words"), [("", "<0 words>"), ("one two\nthree", "<3 words>")])
def test_mask_tells_the_length_alone(text, words):
    assert mask(text) == words


def test_masked_value_keeps_the_rest():
    """Numbers and names stay; a value without personal fields is itself."""
    assert masked(SentenceSaid("ada", 1, "hi there", 0.5)) == SentenceSaid("ada", 1, "<2 words>", 0.5)
    assert masked(Report("silence", "for 4 s")) == Report("silence", "for 4 s")


SECRET = (
    Record(1, 0.0, SentenceSaid("ada", 1, "my secret", 0.0), (Cue("bob", 2, "a secret digest"),)),
    Record(
        2,
        1.0,
        ToolFinished("ada", "c1", "succeeded", '{"secret": 1}'),
        (AnswerTool("ada", 1, "c1", "t", "secret"),),
    ),
)


def test_copy_holds_no_personal_text(tmp_path):
    """Records, order, times and chain are those of a journal; its words are counted."""
    copy = tmp_path / "copy.jsonl"
    redact(read(keep(tmp_path, SECRET)), copy)
    reading = read(copy)
    assert b"secret" not in copy.read_bytes()
    assert [(record.seq, record.at) for record in reading] == [(1, 0.0), (2, 1.0)]
    assert next(iter(reading)).commands == (Cue("bob", 2, "<3 words>"),)
    list(reading)
    assert (reading.header.redacted, reading.end.reason, reading.problems) == (True, "hung-up", [])


def test_what_is_not_personal_is_copied_to_the_letter(tmp_path):
    """Without speech, only the header and the hashes differ."""
    records = [record for record in meeting() if not isinstance(record.event, SentenceSaid)]
    records = [Record(seq, record.at, record.event, record.commands) for seq, record in enumerate(records, 1)]
    path, copy = keep(tmp_path, records), tmp_path / "copy.jsonl"
    redact(read(path), copy)
    bodies = [[line[:-45] for line in each.read_bytes().splitlines()[1:]] for each in (path, copy)]
    assert bodies[0] == bodies[1]


def test_every_text_of_an_unknown_event_is_masked(tmp_path):
    """What this version does not know may be personal."""
    line = record_line(Record(1, 0.0, Woke("x"), ()), EPOCH)
    line |= {
        "event": {"type": "Whispered", "words": "my secret", "to": ["bob", "secret"], "loud": False, "s": 1.5}
    }
    path, copy = tmp_path / "j", tmp_path / "copy"
    path.write_bytes(sealed(header_line(HEADER), line))
    redact(read(path), copy)
    event = next(read(copy).lines()).raw["event"]
    assert event == {"type": "Whispered", "words": "<2 words>", "to": "<2 words>", "loud": False, "s": 1.5}


def test_copy_never_overwrites(tmp_path):
    path = keep(tmp_path, meeting())
    with pytest.raises(JournalError, match="cannot write"):
        redact(read(path), path)
    assert tuple(read(path)) == meeting()


def test_line_that_is_no_record_stops_the_copy(tmp_path):
    """A line of a wrong shape could hold anything."""
    path = tmp_path / "j"
    path.write_bytes(sealed(header_line(HEADER), {"seq": 1, "event": "my secret", "commands": []}))
    with pytest.raises(JournalError, match="has a line that is no record") as caught:
        redact(read(path), tmp_path / "copy")
    assert caught.value.__cause__ is None


def test_salvaged_journal_can_be_redacted(tmp_path):
    """A copy of what could be read is sound in itself."""
    path, copy = keep(tmp_path, meeting()), tmp_path / "copy"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:-4], b"garbage\n", *lines[-3:]]))
    redact(read(path, salvage=True), copy)
    reading = read(copy, salvage=True)
    list(reading)
    assert [problem.kind for problem in reading.problems] == [ProblemKind.OUT_OF_ORDER]
