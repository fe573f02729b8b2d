"""Reader of a journal that is still being written.

1. A line counts once it has its newline; an incomplete one is read again later. One that is longer than any
   line is damage, however it goes on.
2. A journal that was repaired after a crash continues after its last whole line: nothing is read twice.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from attrs import field

from trialogue.errors import JournalError
from trialogue.journal import chain
from trialogue.journal.codec import MISFITS, UnknownType
from trialogue.journal.lock import opened_journal
from trialogue.journal.reader import read
from trialogue.journal.records import End, Header, parse_end, parse_record
from trialogue.model.json_text import read_json
from trialogue.model.records import Record
from trialogue.values import define


@define
class Following:
    """Growing journal from its first record on; `news` gives the records since the last call."""

    path: Path
    """Path of the file."""

    header: Header = field(init=False)
    """Header, the journal's first line."""

    end: End | None = field(init=False, default=None)
    """End line, once it is written; nothing follows it."""

    _offset: int = field(init=False)
    _hash: bytes = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.header = read(self.path).header
        with opened_journal(self.path) as file:
            first = file.readline()
        self._offset = len(first)
        self._hash = chain.claimed_hash(first.removesuffix(b"\n"))

    def news(self) -> list[Record]:
        """Records since the last call; JournalError where a whole line does not follow the last."""
        found: list[Record] = []
        with opened_journal(self.path) as file:
            file.seek(self._offset)
            for line in iter(partial(file.readline, chain.LONGEST_LINE), b""):
                is_whole = line.endswith(b"\n")
                if not is_whole and len(line) < chain.LONGEST_LINE:
                    break
                digest = chain.is_sealed(line.removesuffix(b"\n"), self._hash) if is_whole else None
                if digest is None:
                    raise JournalError(
                        f"{self.path} is damaged at byte {self._offset}",
                        path=str(self.path),
                        offset=self._offset,
                    )
                found.extend(self._read(line))
                self._hash, self._offset = digest, self._offset + len(line)
        return found

    def _read(self, line: bytes) -> list[Record]:
        """Record of a line; None for the end, and for an event that this version does not know."""
        try:
            raw = read_json(line)
            if "kind" in raw:
                self.end = parse_end(raw)
                return []
            return [parse_record(raw)[0]]
        except UnknownType:
            return []
        except MISFITS:
            # The error's own text may hold speech: it must not be printed as a cause.
            raise JournalError(
                f"{self.path} has an invalid line at byte {self._offset}",
                path=str(self.path),
                offset=self._offset,
            ) from None
