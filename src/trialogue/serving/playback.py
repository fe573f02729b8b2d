"""A recorded session served back over the wire, gated by what the client sends.

1. What the server said is said again, byte for byte where it was recorded so, with the pauses that it made.
2. What it said after the client had sent something waits for the client to send that: a message of the same
   type, and as much sound. `KeepAlive` gates nothing.
3. What the client sends otherwise is a mismatch, and told. A strict playback ends the session with it; a
   lenient one goes on waiting, and after a while without.
"""

from __future__ import annotations

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
"""Seconds for which a client is waited for at a gate."""

LONGEST_PAUSE_S: Final = 10.0
"""The longest pause of the server's that is made again."""

HIDDEN: Final = "***"
"""Text in the place of keys: it matches any."""


@frozen
class SayBack:
    """Say something that was said."""

    said: str | bytes = field(repr=lambda said: f"{len(said)} of {type(said).__name__}")
    """A message, as it was."""

    after_s: float = 0.0
    """Seconds behind what came before it."""


@frozen
class AwaitText:
    """Wait for a message of the client's."""

    kind: str
    """Its type."""

    text: str = field(default="", repr=False)
    """As it was recorded; empty where only its type is known."""


@frozen
class AwaitSound:
    """Wait until the client has sent so much sound."""

    total: int
    """Bytes since the session's beginning."""


PlaybackStep: TypeAlias = SayBack | AwaitText | AwaitSound
"""One step of a session."""

Tell: TypeAlias = Callable[[str], None]
"""Told of each mismatch, in one line."""


async def play_back(
    socket: WebSocket,
    steps: Sequence[PlaybackStep],
    tell: Tell,
    *,
    is_strict: bool = False,
    sound: AudioFormat | None = None,
) -> None:
    """Be the recorded server at the other end of `socket`, until either side closes or nothing is left.

    With `sound`, that is what the sound is like, and it is said in the format for which the client asks.
    """
    player = _Player(socket, tell, is_strict, sound)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(player.read)
        await player.play(steps)
        await socket.aclose(None)
        nursery.cancel_scope.cancel()


class _Over(Exception):
    """The session is over."""


@define(eq=False)
class _Player:
    """One playback."""

    socket: WebSocket
    tell: Tell
    is_strict: bool
    sound_is: AudioFormat | None
    says: Callable[[bytes], bytes] = field(default=bytes, init=False)
    texts: list[str] = field(factory=list[str], init=False)
    sound: int = field(default=0, init=False)
    is_gone: bool = field(default=False, init=False)
    news: trio.Event = field(factory=trio.Event, init=False)

    async def read(self) -> None:
        """Take what the client sends."""
        while not self.is_gone:
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

    async def play(self, steps: Sequence[PlaybackStep]) -> None:
        """Do all steps; return where the session ends before."""
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
        while await self._until(lambda: bool(self.texts), PATIENCE_S):
            text = self.texts.pop(0)
            if _kind(text) != step.kind:
                self._mismatch(f"{step.kind} was sent here, now {_kind(text) or 'an unreadable message'}")
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
        self.tell(what)
        if self.is_strict and is_grave:
            error = {"type": "Error", "code": "REPLAY_MISMATCH", "description": what}
            self.socket.send_text(orjson.dumps(error).decode())
            raise _Over

    async def _until(self, is_so: Callable[[], bool], within_s: float) -> bool:
        """Whether it is so within that time, or until the client has gone."""
        with trio.move_on_after(within_s):
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
    """Whether a value is what was recorded; a hidden key is any."""
    if was == HIDDEN:
        return True
    if isinstance(was, dict) and isinstance(now, dict):
        one, other = cast("dict[str, object]", was), cast("dict[str, object]", now)
        return one.keys() == other.keys() and all(_is_like(one[key], other[key]) for key in one)
    if isinstance(was, list) and isinstance(now, list):
        ones, others = cast("list[object]", was), cast("list[object]", now)
        return len(ones) == len(others) and all(map(_is_like, ones, others))
    return was == now
