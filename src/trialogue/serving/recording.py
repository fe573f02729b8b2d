"""Recording of sessions as runs: a journal of all messages, the sound of both sides, and when it was heard.

1. A session's directory is made when its client is let in. Its journal grows with each message; its sound
   lies beside it as it was on the wire, in `sound/client.raw` and `sound/server.raw`.
2. At the session's end the recordings, transcripts and result are made, as for a meeting, and the manifest
   seals all files.
3. Keys in the headers of endpoints and in credentials are not written, nor is an unreadable text that may
   hold keys, nor, in any place, the key of the client or of this process's environment: a relayed service may
   repeat it. Speech is written.
4. A full disk ends the record, not the session, also where it begins: one diagnostic reports it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

import orjson
import trio
from attrs import field

from trialogue.brain.words.transcript import utterances
from trialogue.diagnostics import Log
from trialogue.errors import JournalError
from trialogue.importing import own_version
from trialogue.journal.files import seal_files
from trialogue.journal.reader import read
from trialogue.journal.records import Header, JournalKind, on_local_clock
from trialogue.journal.writer import Journal
from trialogue.meeting.outputs import files_of, write_files
from trialogue.model.json_text import read_json
from trialogue.model.records import Record
from trialogue.model.secrets import NO_SECRETS, SHORTEST, Secrets, secrets_of
from trialogue.model.wire import WireClosed, WireFact, WireOpened, WireRecord, WireSide, WireSound, WireText
from trialogue.report import HeldMeeting, Run
from trialogue.server.admission import shown_by
from trialogue.server.seams import Visitor
from trialogue.serving.rendering import render
from trialogue.serving.wire_as_meeting import FoldedRecord, WireAsMeeting, session_plan
from trialogue.values import define

__all__ = ["SIDES", "SessionRecord", "sound_of"]

_DIAGNOSTICS: Final = Log("trialogue.server")

SIDES: Final[tuple[WireSide, ...]] = ("client", "server")
HIDDEN: Final = "***"

_SECRETIVE: Final = frozenset({"headers", "credentials"})
"""Objects whose values are secrets, in any place."""

_MAY_HOLD_KEYS: Final = (*_SECRETIVE, "\\u")
"""Words of a text that may have such an object; an escape can encode any letter."""


def sound_of(folder: Path, by: WireSide) -> Path:
    """Path of a side's sound, as it was sent."""
    return folder / "sound" / f"{by}.raw"


@define(eq=False)
class SessionRecord:
    """Record of one session."""

    folder: Path
    """Directory of the run."""

    _journal: Journal
    _sounds: dict[WireSide, BinaryIO]
    _began: float
    _secrets: Secrets
    _as_meeting: WireAsMeeting = field(factory=WireAsMeeting, init=False)
    _sizes: dict[WireSide, int] = field(factory=lambda: {"client": 0, "server": 0}, init=False)
    _is_over: bool = field(default=False, init=False)

    @classmethod
    def begin(cls, runs: Path, visitor: Visitor) -> SessionRecord:
        """Create the directory of a session under `runs`; JournalError where that fails, and no directory."""
        now = datetime.now(UTC)
        secrets = secrets_of(os.environ).beside(_shown(visitor))
        with ExitStack() as undone:
            try:
                folder = _new_folder(runs, f"session-{on_local_clock(now):%Y%m%d-%H%M%S}")
                undone.callback(shutil.rmtree, folder, ignore_errors=True)
                (folder / "sound").mkdir(mode=0o700)
                sounds: dict[WireSide, BinaryIO] = {
                    by: undone.enter_context(_opened(sound_of(folder, by))) for by in SIDES
                }
            except OSError as error:
                raise JournalError(f"cannot record in {runs}: {error.strerror}", path=str(runs)) from error
            header = Header(
                session_plan(folder.name, seed=0), own_version(), started=now, of=JournalKind.SESSION
            )
            journal = Journal.create(folder / "journal.jsonl", header, secrets=secrets)
            undone.pop_all()
        record = cls(folder, journal, sounds, trio.current_time(), secrets)
        asked = visitor.request
        record.note(WireOpened(visitor.request_id, asked.path, asked.query), record._as_meeting.open())
        return record

    def said(self, by: WireSide, message: str | bytes) -> None:
        """Take a message that went through."""
        if self._is_over:
            return
        at = self._at()
        if isinstance(message, bytes):
            fact = WireSound(by, self._sizes[by], len(message))
            self._sizes[by] += len(message)
            self._guarded(lambda: self._sounds[by].write(message))
            self.note(fact, self._as_meeting.sound(at, by, message))
        else:
            hidden, parsed = hide_keys(message, self._secrets)
            self.note(WireText(by, hidden), self._as_meeting.text(at, by, parsed))

    def ended(self, code: int | None) -> None:
        """Note that the session is over."""
        if not self._is_over:
            reason = "server-closed" if code is None else "client-closed"
            self.note(WireClosed(code), self._as_meeting.close(self._at(), reason))
            self._guarded(lambda: self._journal.close(reason))
            self._is_over = True

    def finish(self) -> None:
        """Write the files that are made after the end; may take seconds."""
        for each in self._sounds.values():
            each.close()
        try:
            render(self.folder, self._as_meeting)
            self._write_outputs()
            seal_files(self.folder)
        except (OSError, JournalError) as error:
            _DIAGNOSTICS.warning("a session's files could not be written", reason=str(error))

    def _write_outputs(self) -> None:
        reading = read(self.folder / "journal.jsonl")
        records, plan = tuple(reading), reading.header.plan
        held = HeldMeeting(plan, utterances(records), records, on_local_clock(reading.header.started))
        write_files(held, Run(clock="real", files=files_of(self.folder)), self.folder, NO_SECRETS)

    def note(self, fact: WireFact, told: list[FoldedRecord]) -> None:
        """Write a fact, and the meeting's records that follow from it."""
        self._guarded(lambda: self._append(fact, told))

    def _append(self, fact: WireFact, told: list[FoldedRecord]) -> None:
        at = self._at()
        earlier = [each for each in told if each.at < at]
        self._tell(earlier)
        self._journal.append_wire(WireRecord(self._journal.seq + 1, at, fact))
        self._tell(told[len(earlier) :])

    def _tell(self, told: list[FoldedRecord]) -> None:
        for each in told:
            at = round(each.at, 6)
            self._journal.append(Record(self._journal.seq + 1, at, each.event, each.commands))

    def _guarded(self, write: Callable[[], object]) -> None:
        if self._is_over:
            return
        try:
            write()
        except (OSError, JournalError) as error:
            self._is_over = True
            _DIAGNOSTICS.warning("a session is no longer recorded", reason=str(error))

    def _at(self) -> float:
        return round(trio.current_time() - self._began, 6)


def hide_keys(text: str, secrets: Secrets = NO_SECRETS) -> tuple[str, Mapping[str, Any]]:
    """Message without the values of headers and credentials and without the secrets, and the same as JSON.

    A text that is no object has empty JSON. An unreadable text is not written where it may hold keys.

    >>> hide_keys('{"headers": {"authorization": "Bearer k"}}')[0]
    '{"headers":{"authorization":"***"}}'
    >>> hide_keys('{"headers": {"authorization": "Bearer k"')[0]
    '(40 characters that cannot be read)'
    """
    may_hold_keys = any(each in text for each in _MAY_HOLD_KEYS)
    try:
        parsed: object = read_json(text)
    except orjson.JSONDecodeError:
        return f"({len(text):,} characters that cannot be read)" if may_hold_keys else text, {}
    hidden = secrets.hide_in(_without_keys(parsed) if may_hold_keys else parsed)
    if hidden != parsed:
        text = orjson.dumps(hidden).decode()
    return text, cast("dict[str, Any]", hidden) if isinstance(hidden, dict) else {}


def _shown(visitor: Visitor) -> Secrets:
    """Key or token of a client."""
    shown = shown_by(visitor.request, visitor.request.subprotocols)
    return Secrets((shown.secret,)) if shown is not None and len(shown.secret) >= SHORTEST else NO_SECRETS


def _without_keys(value: object) -> object:
    match value:
        case dict():
            members = cast("dict[str, object]", value)
            return {
                name: dict.fromkeys(cast("dict[str, object]", each), HIDDEN)
                if name in _SECRETIVE and isinstance(each, dict)
                else _without_keys(each)
                for name, each in members.items()
            }
        case list():
            return [_without_keys(each) for each in cast("list[object]", value)]
        case _:
            return value


def _new_folder(runs: Path, stem: str) -> Path:
    runs.mkdir(mode=0o700, parents=True, exist_ok=True)
    for number in count(1):
        folder = runs / (stem if number == 1 else f"{stem}-{number}")
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            continue
        return folder
    raise AssertionError  # numbers can have any length


def _opened(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb", buffering=0)
