"""Reader of a journal as a stream, which trusts nothing in it.

1. An incomplete last line is left by a crash: it is reported, never an error.
2. A line that does not follow the chain is an error with its place, unless the next line follows the one
   before it: then it is only reported. An incomplete line was never acknowledged (the disk was full); a
   complete one was inserted, or is a duplicate.
3. A cut tail shows at the end of the reading, by the manifest or the missing end line.
4. With `salvage` every error becomes a problem, and everything readable is read.
5. Unknown classes and fields are kept in `lines`, left out of the records, and reported.
6. A manifest that is unreadable, of another journal, or contradicts this one is reported, and proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

from attrs import Factory

from trialogue.arguments import checks_arguments
from trialogue.errors import JournalError
from trialogue.importing import own_version
from trialogue.journal import chain
from trialogue.journal.codec import MISFITS, WIRE, JsonObject, UnknownType
from trialogue.journal.lock import is_written, opened_journal
from trialogue.journal.manifest import Manifest, Status, read_manifest
from trialogue.journal.migrations import FORMAT, upcast
from trialogue.journal.records import (
    NO_STRANGERS,
    End,
    Header,
    JournalKind,
    Strangers,
    is_record,
    parse_end,
    parse_header,
    parse_record,
    parse_wire,
)
from trialogue.model.json_text import read_json
from trialogue.model.records import Record
from trialogue.model.text import safe_text
from trialogue.model.wire import WireRecord
from trialogue.regular_files import open_regular
from trialogue.values import define, frozen


class ProblemKind(Enum):
    """Kind of a problem in a journal."""

    TORN_TAIL = "torn-tail"
    TORN_WRITE = "torn-write"
    NOT_CLOSED = "not-closed"
    CUT_TAIL = "cut-tail"
    FOREIGN_LINE = "foreign-line"
    MANIFEST = "manifest"
    UNKNOWN_TYPE = "unknown-type"
    UNKNOWN_FIELD = "unknown-field"
    DAMAGED = "damaged"
    OUT_OF_ORDER = "out-of-order"


@frozen
class Problem:
    """Problem of a journal, with its place."""

    kind: ProblemKind
    """Kind of damage."""

    offset: int
    """Bytes from the file's start to its line."""

    text: str
    """One line for people, without speech."""


@frozen
class SoundLine:
    """Valid line after the header, in the current format."""

    offset: int
    """Bytes from the file's start."""

    raw: JsonObject
    """The line as JSON."""


@define(repr=False)
class Reading:
    """Journal for reading: each iteration opens the file and starts at the beginning."""

    path: Path
    """Path of the file."""

    header: Header
    """Header, the first line."""

    format: int = FORMAT
    """Format in which the file was written."""

    salvage: bool = False
    """Whether damage is reported instead of raised."""

    strangers: Strangers = NO_STRANGERS
    """Fields of the header that this version does not know."""

    problems: list[Problem] = Factory(list[Problem])
    """Damage found by the latest iteration, complete at its end."""

    end: End | None = None
    """End line, once an iteration has reached it."""

    _seq: int = 0
    _hash: bytes = chain.ORIGIN
    _begins: bytes = chain.ORIGIN
    _strange: set[str] = Factory(set[str])

    def __iter__(self) -> Iterator[Record]:
        """Iterate over the records in order; JournalError at damage, with path and offset."""
        for offset, raw in self._sound():
            if "kind" not in raw and not self._is_wire(raw):
                record = self._record(offset, raw)
                if record is not None:
                    yield record

    def wire(self) -> Iterator[WireRecord]:
        """Protocol records of a session's journal, in order; none for a meeting's."""
        for offset, raw in self._sound():
            if self._is_wire(raw):
                try:
                    yield parse_wire(raw)
                except MISFITS as error:
                    self._damaged(offset, error)

    def _is_wire(self, raw: JsonObject) -> bool:
        if self.header.of is not JournalKind.SESSION or "kind" in raw:
            return False
        event: object = raw.get("event")
        kind = cast("JsonObject", event).get("type") if isinstance(event, dict) else None
        return isinstance(kind, str) and kind in WIRE

    @property
    def seq(self) -> int:
        """Number of the last valid record, after an iteration has ended; 0 for none."""
        return self._seq

    @property
    def hash(self) -> bytes:
        """Hash of the last valid line, after an iteration has ended."""
        return self._hash

    @property
    def begins(self) -> bytes:
        """Hash of the header, after an iteration has started."""
        return self._begins

    def lines(self) -> Iterator[SoundLine]:
        """Every valid line after the header, including records of unknown events; other lines are damage."""
        for offset, raw in self._sound():
            if not ("kind" in raw or is_record(raw)):
                raise self._damage(offset)
            yield SoundLine(offset, raw)

    def __repr__(self) -> str:
        return f"<Reading {self.path.name}: {self._seq} records, {len(self.problems)} problems>"

    # --- the chain ----------------------------------------------------------------------------------

    def _chained(self, file: BinaryIO, offset: int) -> Iterator[tuple[int, bytes]]:
        """Lines that follow the chain, with their offsets."""
        astray: int | None = None
        stray = b""
        for line in iter(partial(file.readline, chain.LONGEST_LINE), b""):
            digest = chain.is_sealed(line.removesuffix(b"\n"), self._hash)
            if digest is None and not self.salvage:
                if astray is not None:
                    raise self._damage(astray)
                astray, stray = offset, line
                if _is_torn(line):
                    self._note(
                        ProblemKind.TORN_TAIL,
                        offset,
                        "the last line is incomplete",
                    )
                    return
            elif digest is None:
                yield from self._salvaged(offset, line)
            else:
                if astray is not None:
                    self._note_astray(astray, stray)
                    astray = None
                self._hash = digest
                yield offset, line
            offset += len(line)
        if astray is not None:
            raise self._damage(astray)

    def _salvaged(self, offset: int, line: bytes) -> Iterator[tuple[int, bytes]]:
        """Line off the chain, if it is a line at all."""
        if _is_torn(line):
            self._note(ProblemKind.TORN_TAIL, offset, "the last line is incomplete")
            return
        self._note(ProblemKind.DAMAGED, offset, "the line was changed, or lines before it are missing")
        try:
            read_json(line)
        except ValueError:
            return
        self._hash = chain.claimed_hash(line.removesuffix(b"\n"))
        yield offset, line

    # --- content of a line ---------------------------------------------------------------------------

    def _sound(self) -> Iterator[tuple[int, JsonObject]]:
        """Valid lines with their offsets; pairs, since a class of our own would be ten times slower."""
        self.problems, self.end, self._seq, self._strange = [], None, 0, set()
        self._note_fields(0, self.strangers)
        with opened_journal(self.path) as file:
            header = file.readline(chain.LONGEST_LINE)
            self._hash = self._begins = chain.claimed_hash(header.removesuffix(b"\n"))
            for offset, text in self._chained(file, len(header)):
                raw = self._parsed(offset, text)
                if raw is not None:
                    yield offset, raw
        self._check_tail()

    def _parsed(self, offset: int, text: bytes) -> JsonObject | None:
        try:
            raw: JsonObject = read_json(text)
            if self.format != FORMAT:
                raw = upcast(raw, self.format)
            if self.end is not None:
                raise ValueError("a line after the end")
            if "kind" in raw:
                self._take_end(raw)
            else:
                self._take_seq(raw["seq"], offset)
        except MISFITS as error:
            self._damaged(offset, error)
            return None
        return raw

    def _record(self, offset: int, raw: JsonObject) -> Record | None:
        try:
            record, strangers = parse_record(raw)
        except UnknownType as error:
            self._note(ProblemKind.UNKNOWN_TYPE, offset, f"unknown event {_brief(error)}")
            return None
        except MISFITS as error:
            self._damaged(offset, error)
            return None
        if strangers is not NO_STRANGERS:
            for name in strangers.commands:
                self._note(ProblemKind.UNKNOWN_TYPE, offset, f"unknown command {_brief(name)}")
            self._note_fields(offset, strangers)
        return record

    def _take_end(self, raw: JsonObject) -> None:
        if raw["kind"] != "end":
            raise ValueError("an unknown kind of line")
        self.end = parse_end(raw)

    def _take_seq(self, seq: object, offset: int) -> None:
        if type(seq) is not int or seq <= self._seq:
            raise ValueError("a record is out of order")
        if seq != self._seq + 1:
            text = f"{self.path}: record {seq} follows {self._seq}"
            if not self.salvage:
                raise JournalError(text, path=str(self.path), offset=offset)
            self._note(ProblemKind.OUT_OF_ORDER, offset, text)
        self._seq = seq

    # --- problems ------------------------------------------------------------------------------

    def _check_tail(self) -> None:
        size = self.path.stat().st_size
        manifest = self._manifest(size)
        is_closed = manifest is not None and manifest.status is Status.CLOSED
        if manifest is not None and not self._reaches(manifest):
            text = f"{self.path} does not end as its manifest says: its end was cut or changed"
            if not self.salvage:
                raise JournalError(text, path=str(self.path), offset=size)
            self._note(ProblemKind.CUT_TAIL, size, text)
        elif manifest is not None and is_closed and (manifest.seq, self.end is None) != (self._seq, False):
            self._note(ProblemKind.MANIFEST, size, f"its manifest says {manifest.seq} records and an end")
        if self.end is None and not is_closed:
            crashed = "never closed: no process writes it, so the meeting crashed"
            why = "not closed: its meeting is still running" if is_written(self.path) else crashed
            self._note(ProblemKind.NOT_CLOSED, size, why)

    def _manifest(self, size: int) -> Manifest | None:
        """Manifest, if it proves anything about this journal."""
        try:
            manifest = read_manifest(self.path)
        except JournalError as error:
            self._note(ProblemKind.MANIFEST, size, str(error))
            return None
        if manifest is not None and manifest.begins not in {None, self._begins.decode(errors="replace")}:
            self._note(ProblemKind.MANIFEST, size, "its manifest belongs to another journal")
            return None
        return manifest

    def _reaches(self, manifest: Manifest) -> bool:
        """Whether the journal is as long as its manifest states."""
        if manifest.status is Status.CLOSED:
            return manifest.hash == self._hash.decode(errors="replace")
        return self._seq >= manifest.seq

    def _damaged(self, offset: int, error: Exception) -> None:
        # The error's own text may hold speech: only its type is shown, and it must not be printed as a cause.
        if not self.salvage:
            raise self._unreadable(offset) from None
        self._note(ProblemKind.DAMAGED, offset, f"not a line of a journal: {type(error).__name__}")

    def _unreadable(self, offset: int) -> JournalError:
        """Problem of a valid line that this version cannot read."""
        written = self.header.version
        if written == own_version():
            return self._damage(offset)
        text = f"{self.path} was written by trialogue {_brief(written)}: its line at byte {offset} is unknown"
        return JournalError(text, path=str(self.path), offset=offset)

    def _note_astray(self, offset: int, line: bytes) -> None:
        """Report a line off the chain that the next one ignores."""
        try:
            read_json(line)
        except ValueError:
            self._note(ProblemKind.TORN_WRITE, offset, "an incomplete line; its content is lost")
        else:
            self._note(
                ProblemKind.FOREIGN_LINE, offset, "a line that belongs to another journal, or appears twice"
            )

    def _note_fields(self, offset: int, strangers: Strangers) -> None:
        """Report each unknown field once."""
        for name in strangers.fields:
            if name not in self._strange:
                self._strange.add(name)
                text = f"unknown field {_brief(name)}, written by trialogue {_brief(self.header.version)}"
                self._note(ProblemKind.UNKNOWN_FIELD, offset, text)

    def _damage(self, offset: int) -> JournalError:
        return JournalError(f"{self.path} is damaged at byte {offset}", path=str(self.path), offset=offset)

    def _note(self, kind: ProblemKind, offset: int, text: str) -> None:
        self.problems.append(Problem(kind, offset, text))


@checks_arguments
def read(path: str | Path, *, salvage: bool = False) -> Reading:
    """Open the journal at `path` and read its header; JournalError if there is none.

    Iterate over the returned value for the records. With `salvage`, damage is reported in `problems` and the
    reading continues; the header must be complete, since nothing can be read without it.
    """
    line = _first_line(Path(path))
    try:
        raw = read_json(line)
        if (type(raw["trialogue"]), raw["trialogue"], raw["kind"]) != (int, 1, "header"):
            raise ValueError("not a header")
        since = raw["format"]
        if type(since) is not int:
            raise TypeError("not a format")
        if since > FORMAT:
            message = f"{path} has format {since}; this version reads up to {FORMAT}"
            raise JournalError(message, path=str(path), offset=0)
        header, strangers = parse_header(upcast(raw, since))
    except MISFITS:
        message = f"{path} is not a journal, or its first line is damaged"
        raise JournalError(message, path=str(path), offset=0) from None
    return Reading(Path(path), header, since, salvage=salvage, strangers=strangers)


def _is_torn(line: bytes) -> bool:
    """Whether the file ends within this line."""
    return not line.endswith(b"\n") and len(line) < chain.LONGEST_LINE


def _brief(name: object) -> str:
    """Class name of another version, or any other value in a file made by hand, shortened."""
    return safe_text(str(name))[:60]


def _first_line(path: Path) -> bytes:
    try:
        with open_regular(path) as file:
            line = file.readline(chain.LONGEST_LINE)
    except OSError as error:
        raise JournalError(f"cannot read {path}: {error.strerror}", path=str(path)) from error
    if chain.is_sealed(line.removesuffix(b"\n"), chain.ORIGIN) is None:
        message = f"{path} is not a journal, or its first line is damaged"
        raise JournalError(message, path=str(path), offset=0)
    return line
