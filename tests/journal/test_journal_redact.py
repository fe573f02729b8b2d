"""What is personal is known by class and field, and can be masked out of a journal."""

import resource
from enum import Enum
from typing import Literal, get_args, get_origin, get_type_hints

import attrs
import orjson
import pytest
from journal_values import HEADER, keep, meeting, sealed

from trialogue.errors import JournalError
from trialogue.journal import ProblemKind, read, redact
from trialogue.journal.codec import COMMANDS, EVENTS, encode, encode_plan
from trialogue.journal.personal import DECLARED, NAMES, mask, masked, masked_json, personal_fields
from trialogue.journal.records import EPOCH, JournalKind, header_line, record_line, wire_line
from trialogue.model.commands import AnswerTool, Cue, GrantFloor, Report
from trialogue.model.events import (
    GrantAsked,
    InjectionRefused,
    Joined,
    SentenceSaid,
    ServiceWarned,
    SessionFailed,
    SessionLost,
    StopAsked,
    ToolFinished,
    Woke,
)
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record
from trialogue.model.wire import WireRecord, WireText

CANARY = "my-secret word"
ONE_WORD = "canary"
KINDS = tuple({**EVENTS, **COMMANDS}.values())


def filled(hint, text):
    """A value of this type in which every text is `text`; lists have one item."""
    if hint is str:
        return text
    if attrs.has(hint):
        hints = get_type_hints(hint)
        return hint(**{field.name: filled(hints[field.name], text) for field in attrs.fields(hint)})
    arguments = get_args(hint)
    if get_origin(hint) is tuple:
        return (filled(arguments[0], text),)
    if get_origin(hint) is Literal:
        return arguments[0]
    if arguments:
        return filled(next(each for each in arguments if each is not type(None)), text)
    return next(iter(hint)) if issubclass(hint, Enum) else hint(1)


def test_no_sentence_is_kept_in_any_field():
    """A redacted journal has no sentence in any field, not even in one for a name."""
    kinds = [kind for kind in KINDS if kind is not Joined]
    assert [kind for kind in kinds if CANARY in repr(masked(filled(kind, CANARY)))] == []
    written = {kind: orjson.dumps(masked_json(kind, encode(filled(kind, CANARY)))) for kind in kinds}
    assert [kind for kind in kinds if CANARY.encode() in written[kind]] == []


@pytest.mark.parametrize("kind", KINDS)
def test_no_sentence_is_kept_in_the_place_of_a_number_or_a_code(kind):
    """A redacted journal masks a sentence that is in the place of a number or a code."""
    raw = {name: each for name, each in encode(filled(kind, CANARY)).items() if name != "type"}
    odd = {name: CANARY for name, each in raw.items() if not isinstance(each, dict | list)}
    assert CANARY not in str(masked_json(kind, odd))


def kept_of(kind):
    """The fields of a class in which a word is kept."""
    return {name for name, value in encode(masked(filled(kind, ONE_WORD))).items() if ONE_WORD in str(value)}


def test_only_what_is_declared_is_kept():
    """A redacted journal masks every text whose field is not declared a name or a code."""
    allowed = {kind: NAMES | DECLARED.get(kind, frozenset()) | {"table", "seat"} for kind in KINDS}
    assert [(kind, kept_of(kind)) for kind in KINDS if not kept_of(kind) <= allowed[kind]] == []
    assert [kind for kind in KINDS if not kept_of(kind).isdisjoint(personal_fields(kind))] == []


def test_a_seat_keeps_its_names_and_labels_alone():
    """A redacted journal has the name and title of a later participant, and nothing else of its seat."""
    seat = masked(filled(Joined, CANARY)).seat
    assert (seat.name, seat.title, seat.aliases) == ("<2 words>", CANARY, (CANARY,))
    assert masked(filled(Joined, ONE_WORD)).seat.name == ONE_WORD
    assert seat.price is not None
    assert CANARY not in repr(seat.price)


def test_a_plan_keeps_its_names_alone():
    """A redacted plan has its participants' names and titles, and no other text."""
    kept = orjson.loads(orjson.dumps(encode_plan(masked(filled(MeetingPlan, ONE_WORD)))))
    assert kept["participants"][0]["title"] == kept["participants"][0]["name"] == ONE_WORD
    assert kept["agenda"][0]["id"] == ONE_WORD
    assert kept["agenda"][0]["title"] == "<1 words>"
    assert kept["agenda"][0]["done_when"] == {"match": "<1 words>", "by": ONE_WORD}
    assert kept["tools"][0]["filler"]["say"] == "<1 words>"


@attrs.frozen
class Whispered:
    """A class that nobody declared anything of."""

    words: str
    parts: tuple[str, ...]
    inner: tuple[SentenceSaid, ...]
    other: str | int
    loud: bool = False


def test_a_class_that_nobody_declared_is_masked_whole():
    """A class or a field that nobody has declared is masked whole."""
    said = Whispered("secret", ("secret",), (SentenceSaid("ada", 1, "secret", 0.0),), "secret")
    assert masked(said) == Whispered(
        "<1 words>", ("<1 words>",), (SentenceSaid("ada", 1, "<1 words>", 0.0),), "<1 words>"
    )
    assert personal_fields(Whispered) == {"words", "parts", "other"}


@pytest.mark.parametrize(
    "event",
    [
        GrantAsked("ada", about="secret matter"),
        InjectionRefused("ada", 1, "cannot inject 'secret matter' now"),
        ServiceWarned("ada", "W", "secret"),
        ServiceWarned("ada", "a secret in the code", ""),
        SessionLost("ada", 1, "closed: secret", 1.0),
        SessionFailed("ada", "secret"),
        StopAsked("the secret is out"),
    ],
    ids=lambda event: type(event).__name__,
)
def test_words_of_services_and_apps_are_in_no_copy(event, tmp_path):
    """A redacted journal has no reasons and warnings of services and apps, nor reports that repeat them."""
    decided = (Report("injection-refused", "secret"), GrantFloor("ada", 1, "secret reason", 9.0))
    path, copy = keep(tmp_path, (Record(1, 0.0, event, decided),), reason="a secret end"), tmp_path / "copy"
    redact(read(path), copy)
    assert b"secret" not in copy.read_bytes()
    assert next(iter(read(copy))).event.__class__ is type(event)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "<0 words>"),
        ("one two\nthree", "<3 words>"),
        ("(unclear)", "(unclear)"),
        ("one two (unclear)", "<2 words> (unclear)"),
    ],
)
def test_mask_tells_the_length_alone(text, words):
    """A masked text shows its number of words; the mark of unclear speech is no word, and stays."""
    assert mask(text) == words


def test_masked_value_keeps_the_rest():
    """Masking leaves numbers and names as they are."""
    assert masked(SentenceSaid("ada", 1, "hi there", 0.5)) == SentenceSaid("ada", 1, "<2 words>", 0.5)
    assert masked(StopAsked("hung-up")) == StopAsked("hung-up")


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
    """A redacted journal has all records, with their order, times and chain, and no words."""
    copy = tmp_path / "copy.jsonl"
    redact(read(keep(tmp_path, SECRET)), copy)
    reading = read(copy)
    assert b"secret" not in copy.read_bytes()
    assert [(record.seq, record.at) for record in reading] == [(1, 0.0), (2, 1.0)]
    assert next(iter(reading)).commands == (Cue("bob", 2, "<3 words>"),)
    list(reading)
    assert (reading.header.redacted, reading.end.reason, reading.problems) == (True, "hung-up", [])


def test_other_fields_are_copied_unchanged(tmp_path):
    """A redacted journal without anybody's words differs in its header and hashes only."""
    left = [(r, [c for c in r.commands if not isinstance(c, GrantFloor)]) for r in meeting()]
    heard = [(r, c) for r, c in left if not isinstance(r.event, SentenceSaid)]
    records = [Record(seq, r.at, r.event, tuple(c)) for seq, (r, c) in enumerate(heard, 1)]
    path, copy = keep(tmp_path, records), tmp_path / "copy.jsonl"
    redact(read(path), copy)
    bodies = [[line[:-45] for line in each.read_bytes().splitlines()[1:]] for each in (path, copy)]
    assert bodies[0] == bodies[1]


def test_every_text_of_an_unknown_event_is_masked(tmp_path):
    """A redacted journal masks every text of an event that this version does not know."""
    line = record_line(Record(1, 0.0, Woke("x"), ()), EPOCH)
    line |= {
        "event": {"type": "Whispered", "words": "my secret", "to": ["bob", "secret"], "loud": False, "s": 1.5}
    }
    path, copy = tmp_path / "j", tmp_path / "copy"
    path.write_bytes(sealed(header_line(HEADER), line))
    redact(read(path), copy)
    event = next(read(copy).lines()).raw["event"]
    assert event == {
        "type": "Whispered",
        "words": "<2 words>",
        "to": ["<1 words>", "<1 words>"],
        "loud": False,
        "s": 1.5,
    }


def test_names_in_the_keys_of_what_is_unknown_are_masked(tmp_path):
    """A redacted journal masks keys of unknown parts, which could be names."""
    counted = {"dana": {"dana@home": [{"dana": "dana"}]}, "ben": 2}
    line = record_line(Record(1, 0.0, Woke("x"), ()), EPOCH) | {"moods": counted}
    line["event"] = {"type": "Counted by dana", "by": counted}
    line["commands"] = [{"type": "WakeAt", "timer": "x", "at": 1.0, "why": counted}]
    path, copy = tmp_path / "j", tmp_path / "copy"
    path.write_bytes(sealed(header_line(HEADER), line))
    redact(read(path), copy)
    record = copy.read_bytes().splitlines()[1]
    assert b"dana" not in record
    masked_counts = {"<1>": {"<1>": [{"<1>": "<1 words>"}]}, "<2>": 2}
    assert orjson.loads(record)["event"] == {"type": "<3 words>", "by": masked_counts}
    assert next(iter(read(copy).lines())).raw["commands"][0]["why"] == masked_counts


def test_messages_of_a_session_are_masked_and_stay_messages(tmp_path):
    """A copy of a session that the server recorded can be read like the original."""
    header = attrs.evolve(HEADER, of=JournalKind.SESSION)
    said = wire_line(WireRecord(1, 0.5, WireText("client", '{"message": "secret"}')), EPOCH)
    path, copy = tmp_path / "j", tmp_path / "copy"
    path.write_bytes(sealed(header_line(header), said))
    redact(read(path), copy)
    assert b"secret" not in copy.read_bytes()
    assert [each.fact for each in read(copy).wire()] == [WireText("client", "<2 words>")]


def test_copy_never_overwrites(tmp_path):
    """Redacting into an existing file is refused, and that file stays as it is."""
    path = keep(tmp_path, meeting())
    with pytest.raises(JournalError, match="cannot write"):
        redact(read(path), path)
    assert tuple(read(path)) == meeting()


def test_line_that_is_no_record_stops_the_copy(tmp_path):
    """Redacting stops at a line of a wrong form, which could hold anything."""
    path = tmp_path / "j"
    path.write_bytes(sealed(header_line(HEADER), {"seq": 1, "event": "my secret", "commands": []}))
    with pytest.raises(JournalError, match="is damaged at byte") as caught:
        redact(read(path), tmp_path / "copy")
    assert caught.value.__cause__ is None


def test_salvaged_journal_can_be_redacted(tmp_path):
    """A redacted copy of a damaged journal has a sound chain, and shows only that a record is missing."""
    path, copy = keep(tmp_path, meeting()), tmp_path / "copy"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:-4], b"garbage\n", *lines[-3:]]))
    redact(read(path, salvage=True), copy)
    reading = read(copy, salvage=True)
    list(reading)
    assert [problem.kind for problem in reading.problems] == [ProblemKind.OUT_OF_ORDER]


def test_a_copy_on_a_full_disk_is_not_begun(tmp_path):
    """A redacted copy that a full disk cut off is not left behind, where a second try would refuse it."""
    path, copy = keep(tmp_path, meeting()), tmp_path / "copy.jsonl"
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        with pytest.raises(JournalError, match=r"cannot write .*File too large"):
            redact(read(path), copy)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not copy.exists()
    redact(read(path), copy)
    assert len(list(read(copy))) == len(meeting())
