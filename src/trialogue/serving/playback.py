"""Playback of a recorded session over the wire, paced by the client's messages.

1. The server's messages are sent again, byte for byte where they were recorded so, with the same pauses.
2. A server message that came after a client message waits for the client to send one of the same type, and as
   much sound. `KeepAlive` is not waited for.
3. Any difference in the client's messages is reported as a mismatch. A strict playback then ends the session;
   a lenient one keeps waiting, and after a while continues without the message, whatever else comes.
4. Messages that wait for their step are bounded, and so are the mismatches that are reported.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias, assert_never, cast

import orjson
import trio
from attrs import field

from trialogue.errors import ConnectionLost
from trialogue.model.audio import AudioFormat
from trialogue.model.json_text import read_json
from trialogue.serving.speech import sound_format
from trialogue.speech.formats import encode
from trialogue.speech.resample import Resampler
from trialogue.transport.socket import WebSocket
from trialogue.values import define, frozen

__all__ = ["AwaitSound", "AwaitText", "PlaybackStep", "SayBack", "play_back"]

PATIENCE_S: Final = 10.0
"""Most seconds of waiting for the client's message."""

LONGEST_PAUSE_S: Final = 10.0
"""Longest pause of the server that is repeated."""

MOST_WAITING: Final = 4 * 1024 * 1024
"""Most bytes of the client's messages that wait for their step; the client's socket then waits, too."""

MOST_MISMATCHES: Final = 100
"""Most mismatches that are reported of one session."""

_WEIGHT: Final = 200
"""Approximate bytes of a message besides its text."""

_LONGEST_KIND: Final = 50
"""Most characters of a client's type that a mismatch repeats."""

HIDDEN: Final = "***"
"""Text in the place of keys; it matches any text."""


@frozen
class SayBack:
    """Send a message of the recorded server."""

    said: str | bytes = field(repr=lambda said: f"{len(said)} of {type(said).__name__}")
    """Message as recorded."""

    after_s: float = 0.0
    """Seconds after the step before."""


@frozen
class AwaitText:
    """Wait for a message of the client."""

    kind: str
    """Type of the message."""

    text: str = field(default="", repr=False)
    """Text as recorded; empty where only the type is known."""


@frozen
class AwaitSound:
    """Wait until the client has sent this much sound."""

    total: int
    """Bytes since the session's beginning."""


PlaybackStep: TypeAlias = SayBack | AwaitText | AwaitSound
"""Step of a playback."""

Tell: TypeAlias = Callable[[str], None]
"""Function that gets each mismatch, in one line."""


async def play_back(
    socket: WebSocket,
    steps: Sequence[PlaybackStep],
    tell: Tell,
    *,
    is_strict: bool = False,
    sound: AudioFormat | None = None,
) -> None:
    """Play the recorded server at the other end of `socket`, until either side closes or all steps are done.

    `sound` is the format of the recorded sound, which is converted to the format that the client asks for.
    """
    player = _Player(socket, tell, is_strict, sound)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(player.read)
        await player.play(steps)
        await socket.aclose(None)
        nursery.cancel_scope.cancel()


class _Over(Exception):
    """End of the session, raised to stop the playback."""


@define(eq=False)
class _Player:
    """State of one playback."""

    socket: WebSocket
    tell: Tell
    is_strict: bool
    sound_is: AudioFormat | None
    says: Callable[[bytes], bytes] = field(default=bytes, init=False)
    texts: deque[str] = field(factory=deque[str], init=False)
    waiting: int = field(default=0, init=False)
    """Bytes of these texts."""
    mismatches: int = field(default=0, init=False)
    sound: int = field(default=0, init=False)
    is_gone: bool = field(default=False, init=False)
    news: trio.Event = field(factory=trio.Event, init=False)
    room: trio.Event = field(factory=trio.Event, init=False)

    async def read(self) -> None:
        """Read the client's messages, as long as there is room for them."""
        while not self.is_gone:
            while self.waiting > MOST_WAITING:
                await self.room.wait()
            try:
                message = await self.socket.receive()
            except ConnectionLost:
                self.is_gone = True
            else:
                self._take(message)
            self.news.set()
            self.news = trio.Event()

    def _take(self, message: str | bytes) -> None:
        if isinstance(message, bytes):
            self.sound += len(message)
        elif _kind(message) != "KeepAlive":
            self.texts.append(message)
            self.waiting += _WEIGHT + len(message)

    def _has_text(self) -> bool:
        return bool(self.texts)

    def _next(self) -> str:
        text = self.texts.popleft()
        self.waiting -= _WEIGHT + len(text)
        self.room.set()
        self.room = trio.Event()
        return text

    async def play(self, steps: Sequence[PlaybackStep]) -> None:
        """Do all steps; return early where the session ends."""
        try:
            for step in steps:
                await self._do(step)
            await self._until(lambda: self.is_gone, PATIENCE_S)
        except (_Over, ConnectionLost):
            return

    async def _do(self, step: PlaybackStep) -> None:
        match step:
            case SayBack(said, after_s):
                await trio.sleep(min(after_s, LONGEST_PAUSE_S))
                if isinstance(said, str):
                    self.socket.send_text(said)
                else:
                    self.socket.send_bytes(self.says(said))
                    await self.socket.drain()
            case AwaitText():
                await self._await_text(step)
            case AwaitSound(total):
                if not await self._until(lambda: self.sound >= total, PATIENCE_S):
                    self._mismatch(f"{total} bytes of sound had been sent here, now {self.sound}")
            case _ as never:
                assert_never(never)

    async def _await_text(self, step: AwaitText) -> None:
        until = trio.current_time() + PATIENCE_S
        while (left_s := until - trio.current_time()) > 0 and await self._until(self._has_text, left_s):
            text = self._next()
            if _kind(text) != step.kind:
                came = _kind(text)[:_LONGEST_KIND] or "an unreadable message"
                self._mismatch(f"{step.kind} was sent here, now {came}")
                continue
            if step.kind == "Settings":
                self._speak_as_asked(_parsed(text))
            if step.text and not _is_like(_parsed(step.text), _parsed(text)):
                self._mismatch(f"{step.kind} had different content here", is_grave=self.is_strict)
            return
        self._mismatch(f"{step.kind} was sent here, now nothing")

    def _speak_as_asked(self, settings: Mapping[str, Any]) -> None:
        wanted = sound_format(settings, "output")
        if self.sound_is is None or wanted is None:
            return
        resampler = Resampler(self.sound_is.sample_rate, wanted.sample_rate)
        self.says = lambda sound: encode(resampler.feed(sound), wanted.encoding)

    def _mismatch(self, what: str, *, is_grave: bool = True) -> None:
        self.mismatches += 1
        if self.mismatches <= MOST_MISMATCHES:
            self.tell(what)
        if self.is_strict and is_grave:
            error = {"type": "Error", "code": "REPLAY_MISMATCH", "description": what}
            self.socket.send_text(orjson.dumps(error).decode())
            raise _Over

    async def _until(self, is_so: Callable[[], bool], within_s: float) -> bool:
        """Whether the condition holds within that time, or before the client has gone."""
        with trio.move_on_after(within_s):
            await trio.lowlevel.checkpoint()  # a flood of messages must not hold up other sessions
            while not is_so():
                if self.is_gone:
                    raise _Over
                await self.news.wait()
        return is_so()


def _parsed(text: str) -> Mapping[str, Any]:
    try:
        parsed: object = read_json(text)
    except orjson.JSONDecodeError:
        return {}
    return cast("dict[str, Any]", parsed) if isinstance(parsed, dict) else {}


def _kind(text: str) -> str:
    return str(_parsed(text).get("type", ""))


def _is_like(was: object, now: object) -> bool:
    """Whether a value matches the recorded one; a hidden key matches any."""
    if was == HIDDEN:
        return True
    if isinstance(was, dict) and isinstance(now, dict):
        one, other = cast("dict[str, object]", was), cast("dict[str, object]", now)
        return one.keys() == other.keys() and all(_is_like(one[key], other[key]) for key in one)
    if isinstance(was, list) and isinstance(now, list):
        ones, others = cast("list[object]", was), cast("list[object]", now)
        return len(ones) == len(others) and all(map(_is_like, ones, others))
    return was == now
