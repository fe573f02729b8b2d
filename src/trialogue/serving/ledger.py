"""Ledger of the messages between a server and its clients, to be asked by tests and operators.

1. Messages are kept as they were on the wire; neighbouring sound of one side is one entry, counted.
2. All of it is bounded, by number and by size: of a long session the oldest messages go, of many sessions the
   oldest that are over. What is kept in all is bounded, too: sessions that are over make room, then whoever
   speaks, so that a server that goes on for days, or a client that sends much, takes no more memory.
3. Whoever waits is woken by each message and each end; nothing is asked again and again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, Literal, TypeAlias, cast

import orjson
import trio
from attrs import evolve, field

from trialogue.arguments import checks_arguments
from trialogue.model.json_text import read_json
from trialogue.values import define, frozen

__all__ = ["SOUND", "By", "Ending", "Ledger", "NothingCame", "Session", "SessionMessage", "has_fields"]

By: TypeAlias = Literal["client", "server"]
"""Side that said something."""

SOUND: Final = "sound"
"""Name of binary messages in the place of a type."""

MAX_SESSIONS: Final = 256
MAX_MESSAGES: Final = 10_000

MOST_KEPT: Final = 8 * 1024 * 1024
"""Bytes that all messages together may take, by what they weigh."""

_WEIGHT: Final = 200
"""Bytes that a message takes beside its text, about."""


class NothingCame(TimeoutError):
    """The expected message did not come in time; the text lists what came."""


@frozen
class SessionMessage:
    """One message, or consecutive sound."""

    at_s: float
    """Moment, in seconds since the session's upgrade."""

    by: By
    """Side that said it."""

    text: str | None = field(default=None, repr=False)
    """As it was on the wire; None for sound."""

    frames: int = 0
    """Number of binary messages, for sound."""

    size: int = 0
    """Bytes that they have together."""

    @property
    def weight(self) -> int:
        """Approximate memory of the message, in bytes."""
        return _WEIGHT + len(self.text or "")

    @property
    def kind(self) -> str:
        """The message's type, `sound`, or empty if it has none."""
        if self.text is None:
            return SOUND
        return str(self.message.get("type", ""))

    @property
    def message(self) -> Mapping[str, Any]:
        """The message as a JSON object; empty for sound and for other values."""
        try:
            parsed: object = read_json(self.text or "")
        except orjson.JSONDecodeError:
            return {}
        return cast("dict[str, Any]", parsed) if isinstance(parsed, dict) else {}

    def document(self) -> dict[str, object]:
        """The same for machines."""
        said: dict[str, object] = {"at_s": round(self.at_s, 3), "by": self.by, "type": self.kind}
        if self.text is None:
            return {**said, "frames": self.frames, "bytes": self.size}
        return {**said, "message": self.message or self.text}


@frozen
class Ending:
    """Ending of a session."""

    at_s: float
    """Moment, in seconds since its upgrade."""

    code: int | None = None
    """The client's close code; 1006 for none; None where the server closed."""


@define
class Session:
    """One connection of a client, from its upgrade on."""

    id: str
    """Id, as `dg-request-id` and `Welcome` say it."""

    path: str
    """The path asked for."""

    query: str
    """Query: what followed the question mark."""

    began: float = field(repr=False)
    """Beginning, on trio's clock."""

    seen: deque[SessionMessage] = field(
        factory=lambda: deque[SessionMessage](maxlen=MAX_MESSAGES), repr=False
    )
    """Messages in order; the oldest are gone where there were too many."""

    struck: list[str] = field(factory=list[str])
    """The names of the faults that have struck, in order."""

    mismatches: list[str] = field(factory=list[str])
    """Mismatches between its client and the recorded one, if it is a playback."""

    ending: Ending | None = None
    """End; None while it goes on."""

    weight: int = field(default=0, init=False, repr=False)
    """Bytes that are kept of it."""

    def note(self, seen: SessionMessage) -> None:
        """Keep a message; sound is joined to the sound before it."""
        last = self.seen[-1] if self.seen else None
        if last is not None and last.text is None and seen.text is None and last.by == seen.by:
            joined = evolve(last, frames=last.frames + seen.frames, size=last.size + seen.size)
            self.seen[-1] = joined
            return
        if len(self.seen) == MAX_MESSAGES:
            self.drop_oldest()
        self.seen.append(seen)
        self.weight += seen.weight

    def drop_oldest(self) -> None:
        """Drop the oldest message."""
        self.weight -= self.seen.popleft().weight

    def drop_all(self) -> None:
        """Drop all messages and injected faults."""
        self.weight = 0
        self.seen.clear()
        self.struck.clear()
        self.mismatches.clear()

    @checks_arguments
    def of(self, by: By, kind: str | None = None) -> list[SessionMessage]:
        """Messages of one side, of one kind or of all."""
        return [each for each in self.seen if each.by == by and kind in {None, each.kind}]

    def document(self) -> dict[str, object]:
        """The session as JSON values, without its messages."""
        ending = self.ending
        return {
            "id": self.id,
            "path": self.path,
            "query": self.query,
            "messages": len(self.seen),
            "faults": list(self.struck),
            "mismatches": list(self.mismatches),
            "ended": None if ending is None else {"at_s": round(ending.at_s, 3), "code": ending.code},
        }


@define
class Ledger:
    """All sessions of a server, in the order of their coming."""

    sessions: dict[str, Session] = field(factory=dict[str, Session])
    """By their ids."""

    _news: trio.Event = field(factory=trio.Event, init=False, repr=False)
    _weight: int = field(default=0, init=False, repr=False)

    def open(self, id_: str, path: str, query: str) -> Session:
        """Begin a session; the oldest that is over goes where there are too many."""
        over = [each.id for each in self.sessions.values() if each.ending is not None]
        if len(self.sessions) >= MAX_SESSIONS and over:
            self._weight -= self.sessions.pop(over[0]).weight
        session = self.sessions[id_] = Session(id_, path, query, trio.current_time())
        self.tell()
        return session

    def note(self, session: Session, by: By, said: str | bytes) -> None:
        """Keep a message of a session."""
        at_s, before = trio.current_time() - session.began, session.weight
        if isinstance(said, str):
            session.note(SessionMessage(at_s, by, said))
        else:
            session.note(SessionMessage(at_s, by, frames=1, size=len(said)))
        if session.id in self.sessions:
            self._weight += session.weight - before
            self._make_room(session)
        self.tell()

    def _make_room(self, speaking: Session) -> None:
        """Forget until all of it fits: first of sessions that are over, then of the one that speaks."""
        while self._weight > MOST_KEPT:
            over = (each for each in self.sessions.values() if each.ending is not None and each.seen)
            oldest = next(over, speaking)
            if not oldest.seen:
                return
            before = oldest.weight
            oldest.drop_oldest()
            self._weight += oldest.weight - before

    def close(self, session: Session, code: int | None) -> None:
        """Note a session's end; the first is the one that counts."""
        if session.ending is None:
            session.ending = Ending(trio.current_time() - session.began, code)
            self.tell()

    def forget(self) -> None:
        """Forget sessions that are over, and what was said in those that go on."""
        self.sessions = {id_: each for id_, each in self.sessions.items() if each.ending is None}
        for each in self.sessions.values():
            each.drop_all()
        self._weight = 0

    def tell(self) -> None:
        """Wake whoever waits."""
        self._news.set()
        self._news = trio.Event()

    def find(self, wanted: Wanted) -> SessionMessage | None:
        """Message that is wanted, if it has come."""
        found = self.all_of(wanted)
        return found[wanted.nth - 1] if len(found) >= wanted.nth else None

    def all_of(self, wanted: Wanted) -> list[SessionMessage]:
        """All that is such, in order."""
        return [each for each in self._said(wanted) if wanted.fits(each)]

    async def wait_for(self, wanted: Wanted, within_s: float) -> SessionMessage:
        """Message that is wanted, now or as soon as it has come; `NothingCame` where that takes too long."""
        with trio.move_on_after(within_s):
            return await self.until(lambda: self.find(wanted))
        came = ", ".join(each.kind for each in self._said(wanted)) or "nothing"
        raise NothingCame(f"no {wanted} came within {within_s:g} s; what came: {came}")

    async def wait_until(self, is_so: Callable[[], bool]) -> None:
        """Wait until it is so, asked again with each message and each end."""
        while not is_so():
            await self._news.wait()

    async def until(self, asked: Callable[[], SessionMessage | None]) -> SessionMessage:
        """The first thing that is not None, asked for again with each message and each end."""
        while (found := asked()) is None:
            await self._news.wait()
        return found

    def _said(self, wanted: Wanted) -> Iterator[SessionMessage]:
        for session in self.sessions.values():
            if wanted.session in {None, session.id}:
                yield from session.of(wanted.by)


@frozen
class Wanted:
    """A message that somebody waits for or asks for."""

    kind: str = ""
    """Its type, or `sound`; empty for any."""

    having: Mapping[str, object] = field(factory=dict[str, object])
    """Fields that it has, among others; what is inside likewise."""

    by: By = "client"
    """Side that says it."""

    session: str | None = None
    """Id of the session; None for any."""

    nth: int = 1
    """Number of them that there must be."""

    def fits(self, seen: SessionMessage) -> bool:
        """Whether that is one."""
        return self.kind in {"", seen.kind} and has_fields(seen.message, self.having)

    def __str__(self) -> str:
        having = f" with {orjson.dumps(self.having).decode()}" if self.having else ""
        count = f" (number {self.nth})" if self.nth > 1 else ""
        return f"{self.kind}{having}{count} of the {self.by}"


def has_fields(value: object, wanted: object) -> bool:
    """Whether a JSON value is what is wanted, or an object that has at least that.

    >>> has_fields({"a": {"b": 1, "c": 2}, "d": 3}, {"a": {"b": 1}})
    True
    >>> has_fields({"a": [1, 2]}, {"a": [1]})
    False
    """
    if isinstance(wanted, Mapping) and isinstance(value, Mapping):
        has = cast("Mapping[str, object]", value)
        asked = cast("Mapping[str, object]", wanted)
        return all(key in has and has_fields(has[key], each) for key, each in asked.items())
    return value == wanted
