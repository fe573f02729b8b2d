"""Faulty sockets: wrong answers to a handshake, and wrong conversations.

1. A fault is a value: a condition and an effect. Without faults this module changes nothing.
2. A wrong handshake is written in bytes (`answer_wrongly`), since no library would send such answers.
3. A conversation is changed between its connection and its socket (`FaultySocket`), so that the server's own
   decisions stay the same; bytes are changed below, in the stream of both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import Final, TypeAlias, assert_never, cast

import orjson
import trio
from attrs import evolve, field

from trialogue.actors.dialling import Connect
from trialogue.arguments import checks_arguments
from trialogue.chaos.toxics import Garbage, Toxic, ToxicStream
from trialogue.errors import ConnectionLost
from trialogue.model.json_text import read_json
from trialogue.transport import frames
from trialogue.transport.dial import in_memory
from trialogue.transport.socket import Handshake, SocketStatistics, WebSocket
from trialogue.transport.upgrade import accept_key, read_headers
from trialogue.values import define, frozen

SOUND: Final = "sound"
"""Name of binary messages in the kinds of a fault."""

EVERYTHING: Final = "*"


# --- handshakes -------------------------------------------------------------------------------------


@frozen
class WrongAnswer:
    """Answer of a peer in the place of an upgrade."""

    data: bytes = field(default=b"", repr=lambda data: f"{len(data)} bytes")
    """Bytes of the answer; `{accept}` in them becomes the right answer to the client's key, `{auth}` its key,
    and `{length}` the length of the body.
    """

    drip_s: float = 0.0
    """Seconds between two bytes; 0 for all at once."""

    is_held: bool = False
    """Whether the connection then stays open in silence."""


async def answer_wrongly(stream: trio.abc.Stream, answer: WrongAnswer, request: bytes = b"") -> None:
    """Read the rest of the request from `stream`, send `answer`, and close or stay open."""
    async with stream:
        while b"\r\n\r\n" not in request:
            received = await stream.receive_some()
            if not received:
                return
            request += received
        try:
            await _send_slowly(stream, _filled(answer.data, request), answer.drip_s)
            while answer.is_held and await stream.receive_some():
                pass
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            return  # the client has gone


async def _send_slowly(stream: trio.abc.Stream, data: bytes, drip_s: float) -> None:
    if not drip_s:
        await stream.send_all(data)
        return
    for byte in data:
        await stream.send_all(bytes([byte]))
        await trio.sleep(drip_s)


def _filled(data: bytes, request: bytes) -> bytes:
    headers = read_headers(request)
    data = data.replace(b"{accept}", accept_key(headers).encode())
    data = data.replace(b"{auth}", headers.get("authorization", "").encode("latin-1"))
    _, _, body = data.partition(b"\r\n\r\n")
    return data.replace(b"{length}", str(len(body)).encode())


# --- conversations ----------------------------------------------------------------------------------


@frozen
class SayMore:
    """Send a further message."""

    message: str | bytes
    """Text, or sound; `{auth}` in a text becomes the client's key."""

    times: int = 1
    """Number of times, one after the other."""


@frozen
class AddToxic:
    """Put a toxic on the connection's stream."""

    toxic: Toxic
    """The toxic; garbage comes after the message of that moment."""


@frozen
class Withhold:
    """Withhold messages of these kinds."""

    kinds: tuple[str, ...]
    """Types of messages, `sound`, or `*` for all."""

    until: str | None = None
    """Type of the message that ends this; None for never."""


@frozen
class Double:
    """Send every message of these kinds twice."""

    kinds: tuple[str, ...]
    """Types of messages, or `sound`."""


@frozen
class HoldBack:
    """Hold back messages of these kinds until the next of another kind is sent."""

    kinds: tuple[str, ...]
    """Types of messages."""


@frozen
class OddSound:
    """Cut sound into other messages, without regard for samples."""

    size: int = 961
    """Bytes of a message; odd, so that samples are split."""


@frozen
class Refuse:
    """Refuse prompts."""

    reply: str
    """Answer to each prompt."""

    times: int = 1
    """Number of dials that are refused."""


Happening: TypeAlias = SayMore | AddToxic | Withhold | Double | HoldBack | OddSound | Refuse
"""Change of a conversation."""


@frozen
class SessionFault:
    """Fault of one session: waits for a message, and strikes before that message is sent."""

    when: str
    """Type of the message, or `sound`."""

    happenings: tuple[Happening, ...]
    """Changes in order; continuous ones last until the session's end."""

    nth: int = 1
    """Number of the message of that type at which it strikes."""

    is_behind: bool = False
    """Whether it strikes after the message instead: with the client's next one."""


@define
class _Armed:
    """Fault that waits, or has struck."""

    fault: SessionFault
    strike: Callable[[], bool]
    seen: int = 0
    is_due: bool = True


class FaultySocket:
    """A `WebSocket` between a connection and its real socket, at which faults strike."""

    def __init__(self, socket: WebSocket, stream: ToxicStream) -> None:
        self._socket = socket
        self._stream = stream
        self._armed: list[_Armed] = []
        self._lasting: list[Happening] = []
        self._held: list[str] = []
        self._behind: list[Happening] = []
        self._torn = b""

    def arm(self, fault: SessionFault, strike: Callable[[], bool]) -> None:
        """Let `fault` wait; `strike` is called at its moment, and may decline."""
        self._armed.append(_Armed(fault, strike))

    def apply(self, happenings: Iterable[Happening]) -> None:
        """Change the conversation at once."""
        self._happen_all(happenings)

    async def flush(self) -> None:
        """Let changes below the messages take effect now, not with the next message."""
        with suppress(
            ConnectionLost, trio.BrokenResourceError, trio.ClosedResourceError
        ):  # a broken connection may be what the fault wants
            await self._socket.drain()
            await self._stream.flush()

    @property
    def handshake(self) -> Handshake:
        """Handshake of the real socket."""
        return self._socket.handshake

    def send_text(self, text: str) -> None:
        """Send a message, or its replacement."""
        kind = _kind(text)
        self._lasting = [h for h in self._lasting if not (isinstance(h, Withhold) and h.until == kind)]
        self._strike(kind)
        if self._is_withheld(kind):
            return
        if self._names(HoldBack, kind):
            self._held.append(text)
            return
        self._release_torn()
        for _ in range(2 if self._names(Double, kind) else 1):
            self._socket.send_text(text)
        held, self._held = self._held, []
        for each in held:
            self._socket.send_text(each)

    def send_bytes(self, frame: bytes) -> None:
        """Send sound, or its replacement."""
        self._strike(SOUND)
        if self._is_withheld(SOUND):
            return
        sizes = [each.size for each in self._lasting if isinstance(each, OddSound)]
        if not sizes:
            self._socket.send_bytes(frame)
            return
        self._torn += frame
        while len(self._torn) >= sizes[0]:
            self._socket.send_bytes(self._torn[: sizes[0]])
            self._torn = self._torn[sizes[0] :]

    async def receive(self) -> str | bytes:
        """Next message that is not refused."""
        while True:
            message = await self._socket.receive()
            behind, self._behind = self._behind, []
            self._happen_all(behind)
            if isinstance(message, bytes) or not self._refuses(_kind(message)):
                return message

    async def drain(self) -> None:
        """Drain the real socket."""
        await self._socket.drain()

    async def aclose(self, code: int | None = 1000, reason: str = "") -> None:
        """Close the real socket."""
        await self._socket.aclose(code, reason)

    def statistics(self) -> SocketStatistics:
        """Statistics of the real socket."""
        return self._socket.statistics()

    def __repr__(self) -> str:
        """Status line."""
        waiting = sum(armed.is_due for armed in self._armed)
        return f"<FaultySocket: {waiting} faults wait, {len(self._lasting)} last>"

    def _strike(self, kind: str) -> None:
        for armed in self._armed:
            if not armed.is_due or armed.fault.when != kind:
                continue
            armed.seen += 1
            if armed.seen < armed.fault.nth or not armed.strike():
                continue
            armed.is_due = False
            if armed.fault.is_behind:
                self._behind += armed.fault.happenings
            else:
                self._happen_all(armed.fault.happenings)

    def _happen_all(self, happenings: Iterable[Happening]) -> None:
        with suppress(ConnectionLost):  # the reader meets the same end, and acts on it
            for happening in happenings:
                self._happen(happening)

    def _happen(self, happening: Happening) -> None:
        match happening:
            case SayMore(message, times):
                for _ in range(times):
                    if isinstance(message, str):
                        self._socket.send_text(message.replace("{auth}", self._key()))
                    else:
                        self._socket.send_bytes(message)
            case AddToxic(toxic):
                self._stream.add(toxic)
            case Withhold() | Double() | HoldBack() | OddSound() | Refuse():
                self._lasting.append(happening)
            case _ as never:
                assert_never(never)

    def _key(self) -> str:
        return self._socket.handshake.header("authorization") or ""

    def _names(self, what: type[Double | HoldBack], kind: str) -> bool:
        return any(isinstance(each, what) and kind in each.kinds for each in self._lasting)

    def _is_withheld(self, kind: str) -> bool:
        withheld = [each.kinds for each in self._lasting if isinstance(each, Withhold)]
        return any(kind in kinds or EVERYTHING in kinds for kinds in withheld)

    def _refuses(self, kind: str) -> bool:
        for place, each in enumerate(self._lasting):
            if isinstance(each, Refuse) and kind in {"InjectUserMessage", "InjectAgentMessage"}:
                left = each.times - 1
                self._lasting[place : place + 1] = [evolve(each, times=left)] if left else []
                self._socket.send_text(each.reply)
                return True
        return False

    def _release_torn(self) -> None:
        if self._torn:
            self._socket.send_bytes(self._torn)
            self._torn = b""


def _kind(text: str) -> str:
    """Type of a message; empty for one without, since a client may send anything."""
    try:
        message: object = read_json(text)
    except orjson.JSONDecodeError:
        return ""
    return str(cast("dict[str, object]", message).get("type", "")) if isinstance(message, dict) else ""


def close_frame(code: int, reason: str = "") -> Garbage:
    """Close frame with any code, valid or not."""
    return Garbage(frames.close_frame(code, reason, is_client=False))


@checks_arguments
def peer(answer: WrongAnswer) -> Connect:
    """Dial, in memory, a peer that sends `answer` to each upgrade and is no voice agent."""
    connect = in_memory(partial(answer_wrongly, answer=answer))
    return partial(connect, "ws://peer/", headers={})
