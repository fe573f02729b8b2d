"""Ledger of the messages between a server and its clients, for tests and operators.

1. Messages are kept as they were sent; consecutive sound of one side is one entry, with a count.
2. Number and size are bounded: a long session loses its oldest messages, and of many sessions the oldest
   finished ones are dropped. The total is bounded, too: finished sessions make room first, then the session
   of the new message, so that a server's memory does not grow over days or with a client that sends much.
3. Each message and each end wakes those who wait; there is no polling.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Final, Literal, TypeAlias, cast

import orjson
import trio
from attrs import evolve, field

from trialogue.arguments import checks_arguments
from trialogue.model.json_text import read_json
from trialogue.values import define, frozen

__all__ = ["SOUND", "By", "Ending", "Ledger", "NothingCame", "Session", "SessionMessage", "has_fields"]

By: TypeAlias = Literal["client", "server"]
"""Side that sent a message."""

SOUND: Final = "sound"
"""Kind of binary messages, in the place of a type."""

MAX_SESSIONS: Final = 256
MAX_MESSAGES: Final = 10_000

MOST_KEPT: Final = 8 * 1024 * 1024
"""Most bytes of all messages together, by their weights."""

_WEIGHT: Final = 200
"""Approximate bytes of a message besides its text."""


class NothingCame(TimeoutError):
    """The expected message did not come in time; the text lists what came."""


@frozen
class SessionMessage:
    """Message, or consecutive sound."""

    at_s: float
    """Moment, in seconds since the session's upgrade."""

    by: By
    """Side that sent it."""

    text: str | None = field(default=None, repr=False)
    """Text as it was sent; None for sound."""

    frames: int = 0
    """Number of binary messages, for sound."""

    size: int = 0
    """Bytes of them together."""

    @property
    def weight(self) -> int:
        """Approximate memory of the message, in bytes."""
        return _WEIGHT + len(self.text or "")

    @property
    def kind(self) -> str:
        """Type of the message, `sound`, or empty if it has none."""
        if self.text is None:
            return SOUND
        return str(self.message.get("type", ""))

    @property
    def message(self) -> Mapping[str, Any]:
        """Message as a JSON object; empty for sound and for other values."""
        try:
            parsed: object = read_json(self.text or "")
        except orjson.JSONDecodeError:
            return {}
        return cast("dict[str, Any]", parsed) if isinstance(parsed, dict) else {}

    def document(self) -> dict[str, object]:
        """Entry as JSON values."""
        said: dict[str, object] = {"at_s": round(self.at_s, 3), "by": self.by, "type": self.kind}
        if self.text is None:
            return {**said, "frames": self.frames, "bytes": self.size}
        return {**said, "message": self.message or self.text}


@frozen
class Ending:
    """End of a session."""

    at_s: float
    """Moment, in seconds since the upgrade."""

    code: int | None = None
    """Client's close code, 1006 for none; None where the server closed."""


@define
class Session:
    """Connection of a client, from its upgrade on."""

    id: str
    """Id in `dg-request-id` and `Welcome`."""

    path: str
    """Requested path."""

    query: str
    """Query string, without the question mark."""

    began: float = field(repr=False)
    """Beginning, on trio's clock."""

    seen: deque[SessionMessage] = field(
        factory=lambda: deque[SessionMessage](maxlen=MAX_MESSAGES), repr=False
    )
    """Messages in order; the oldest are dropped where there are too many."""

    struck: list[str] = field(factory=list[str])
    """Names of the faults that have struck, in order."""

    mismatches: list[str] = field(factory=list[str])
    """Differences between its client and the recorded one, in a playback."""

    ending: Ending | None = None
    """End; None while it runs."""

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
        """Drop all messages and the names of faults."""
        self.weight = 0
        self.seen.clear()
        self.struck.clear()
        self.mismatches.clear()

    @checks_arguments
    def of(self, by: By, kind: str | None = None) -> list[SessionMessage]:
        """Messages of one side, of one kind or of all."""
        return [each for each in self.seen if each.by == by and kind in {None, each.kind}]

    def document(self) -> dict[str, object]:
        """Session as JSON values, without its messages."""
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
    """Ledger of all sessions of a server, in order."""

    sessions: dict[str, Session] = field(factory=dict[str, Session])
    """Sessions by id."""

    _news: trio.Event = field(factory=trio.Event, init=False, repr=False)
    _weight: int = field(default=0, init=False, repr=False)

    def open(self, id_: str, path: str, query: str) -> Session:
        """Begin a session; the oldest finished one is dropped where there are too many."""
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
        """Drop messages until all fit: first of finished sessions, then of this one."""
        while self._weight > MOST_KEPT:
            over = (each for each in self.sessions.values() if each.ending is not None and each.seen)
            oldest = next(over, speaking)
            if not oldest.seen:
                return
            before = oldest.weight
            oldest.drop_oldest()
            self._weight += oldest.weight - before

    def close(self, session: Session, code: int | None) -> None:
        """Note a session's end; only the first counts."""
        if session.ending is None:
            session.ending = Ending(trio.current_time() - session.began, code)
            self.tell()

    def forget(self, ids: Collection[str]) -> None:
        """Drop these sessions where they are over, and their messages where they still run."""
        for each in [session for id_, session in self.sessions.items() if id_ in ids]:
            self._weight -= each.weight
            if each.ending is None:
                each.drop_all()
            else:
                del self.sessions[each.id]

    def tell(self) -> None:
        """Wake those who wait."""
        self._news.set()
        self._news = trio.Event()

    def find(self, wanted: Wanted) -> SessionMessage | None:
        """Matching message, if it has come."""
        found = self.all_of(wanted)
        return found[wanted.nth - 1] if len(found) >= wanted.nth else None

    def all_of(self, wanted: Wanted) -> list[SessionMessage]:
        """All matching messages, in order."""
        return [each for each in self._said(wanted) if wanted.fits(each)]

    async def wait_for(self, wanted: Wanted, within_s: float) -> SessionMessage:
        """Matching message, now or as soon as it comes; `NothingCame` after the timeout."""
        with trio.move_on_after(within_s):
            return await self.until(lambda: self.find(wanted))
        came = ", ".join(each.kind for each in self._said(wanted)) or "nothing"
        raise NothingCame(f"no {wanted} came within {within_s:g} s; what came: {came}")

    async def wait_until(self, is_so: Callable[[], bool]) -> None:
        """Wait until the condition holds; it is checked after each message and each end."""
        while not is_so():
            await self._news.wait()

    async def until(self, asked: Callable[[], SessionMessage | None]) -> SessionMessage:
        """First result that is not None; the function is called after each message and each end."""
        while (found := asked()) is None:
            await self._news.wait()
        return found

    def _said(self, wanted: Wanted) -> Iterator[SessionMessage]:
        for session in self.sessions.values():
            if wanted.session in {None, session.id}:
                yield from session.of(wanted.by)


@frozen
class Wanted:
    """Description of a message that a caller waits for or looks for."""

    kind: str = ""
    """Type of it, or `sound`; empty for any."""

    having: Mapping[str, object] = field(factory=dict[str, object])
    """Fields that it must have, possibly among others; nested objects likewise."""

    by: By = "client"
    """Side that sends it."""

    session: str | None = None
    """Id of the session; None for any."""

    nth: int = 1
    """Number of matching messages that there must be."""

    def fits(self, seen: SessionMessage) -> bool:
        """Whether a message matches."""
        return self.kind in {"", seen.kind} and has_fields(seen.message, self.having)

    def __str__(self) -> str:
        having = f" with {orjson.dumps(self.having).decode()}" if self.having else ""
        count = f" (number {self.nth})" if self.nth > 1 else ""
        return f"{self.kind}{having}{count} of the {self.by}"


def has_fields(value: object, wanted: object) -> bool:
    """Whether a JSON value equals the wanted one, or is an object that includes its fields.

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
