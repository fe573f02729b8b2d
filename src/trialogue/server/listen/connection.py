"""Tasks of one listening connection: a reader, and a listener that takes its items in order.

1. The reader waits while eight megabytes wait: a client that sends too fast is slowed down by its socket, and
   no word is lost. Many small messages hold up nobody else: other tasks have their turn between two of them.
2. Sound and messages keep one order. Detection takes blocks of 50 ms, so results do not depend on how the
   client cut its sound.
3. The listener waits for recognition, then sends the words; times in messages are places in the sound. Sound
   that waits when the client has gone is heard no more.
4. A connection that crashes ends alone, with one line of diagnostics.
"""

from __future__ import annotations

import hashlib
from collections import deque
from contextlib import closing, suppress
from datetime import UTC, datetime
from functools import partial
from typing import Final, TypeAlias

import trio

from trialogue.diagnostics import Log
from trialogue.errors import ConnectionLost, RemoteProtocolError, SetupError
from trialogue.server.closing import close_whole
from trialogue.server.connection import tell_crash
from trialogue.server.equipment import Equipment
from trialogue.server.lateness import received_or_pinged, received_within
from trialogue.server.listen.flux import FluxTurns
from trialogue.server.listen.hearing import DETECTOR_HANG_MS, Piece, StreamHearing
from trialogue.server.listen.nova import ResultsOfStretches
from trialogue.server.listen.terms import FluxTerms, ListenTerms
from trialogue.server.listen.told import ReceivedStream, Told
from trialogue.server.listen.wav import ContainedStream
from trialogue.server.options import UnknownFields
from trialogue.services.deepgram.codec import encode, unknown_fields
from trialogue.services.deepgram.listen.codec import decode_flux_client, decode_nova_client
from trialogue.services.deepgram.listen.flux import FluxClientMessage
from trialogue.services.deepgram.listen.nova import NovaClientMessage
from trialogue.speech.ports import HEARING_RATE
from trialogue.speech.sound_files import Undecodable
from trialogue.speech.streams import SampleStream
from trialogue.transport.socket import WebSocket

__all__ = ["listen"]

_DIAGNOSTICS: Final = Log("trialogue.server")

BLOCK_BYTES: Final = HEARING_RATE // 20 * 2
"""Bytes that are detected at a time: 50 ms."""

MAX_WAITING_BYTES: Final = 8 * 1024 * 1024

_WEIGHT: Final = 100
"""Approximate bytes of an item besides its sound or text."""

FLUX_IDLE_S: Final = 60.0
"""Most seconds between two messages, or pings, of a Flux client."""

_NO_AUDIO: Final = (
    "Deepgram did not receive audio data or a text message within the timeout window. "
    "See https://dpgr.am/net0001"
)
_NOT_DECODABLE: Final = "The payload cannot be decoded as audio. See https://dpgr.am/data0000"

_Message: TypeAlias = FluxClientMessage | NovaClientMessage


async def listen(socket: WebSocket, equipment: Equipment, terms: ListenTerms, *, request_id: str) -> None:
    """Listen to the client of `socket` until either side closes it.

    An error of its own closes the connection and is not raised.
    """
    try:
        await _Listening(socket, equipment, terms, request_id).run()
    except Exception as crash:  # noqa: BLE001 the supervisor of this server: one connection falls, not all
        tell_crash(_DIAGNOSTICS, "connection crashed", crash, request_id)
        await socket.aclose(1011, "NET-0000")


class _Inbox:
    """Inbox of items that were read and not yet taken; the reader waits where it is full."""

    def __init__(self) -> None:
        self._items: deque[str | bytes] = deque()
        self._bytes = 0
        self._changed = trio.Event()

    async def put(self, item: str | bytes) -> None:
        """Append an item."""
        while self._bytes >= MAX_WAITING_BYTES:
            await self._changed.wait()
        self._items.append(item)
        self._bytes += _weight(item)
        self._wake()

    async def take(self) -> str | bytes:
        """Take the oldest item; other tasks have their turn before each."""
        await trio.lowlevel.checkpoint()
        while not self._items:
            await self._changed.wait()
        item = self._items.popleft()
        self._bytes -= _weight(item)
        self._wake()
        return item

    def _wake(self) -> None:
        changed, self._changed = self._changed, trio.Event()
        changed.set()


def _weight(item: str | bytes) -> int:
    return _WEIGHT + len(item)


class _Listening:
    """One listening connection."""

    def __init__(self, socket: WebSocket, equipment: Equipment, terms: ListenTerms, request_id: str) -> None:
        self._socket = socket
        self._equipment = equipment
        self._is_flux = isinstance(terms, FluxTerms)
        self._route: FluxTurns | ResultsOfStretches = (
            FluxTurns(terms, request_id, equipment.options.hang_s)
            if isinstance(terms, FluxTerms)
            else ResultsOfStretches(terms, request_id)
        )
        self._sound = ContainedStream() if terms.input is None else SampleStream(terms.input)
        self._block = bytearray()
        self._digest = hashlib.sha256()
        self._inbox = _Inbox()

    async def run(self) -> None:
        """Listen until either side closes."""
        with closing(self._sound):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._read, nursery)
                await self._listen()
                nursery.cancel_scope.cancel()

    async def _read(self, nursery: trio.Nursery) -> None:
        with suppress(ConnectionLost):
            while True:
                await self._inbox.put(await self._socket.receive())
        nursery.cancel_scope.cancel(reason="the client has gone")

    async def _listen(self) -> None:
        if isinstance(self._route, FluxTurns):
            self._send(self._route.open())
        opening = partial(self._equipment.open_detector, DETECTOR_HANG_MS)
        try:
            hearing = StreamHearing(await self._equipment.compute.run(opening))
            while await self._take(hearing):
                pass
        except SetupError as error:
            await self._fail(str(error))

    async def _take(self, hearing: StreamHearing) -> bool:
        """Take the next item; False where the connection is over."""
        take = self._inbox.take
        try:
            if self._is_flux:
                item = await received_or_pinged(FLUX_IDLE_S, take, self._socket)
            else:
                item = await received_within(self._equipment.options.idle_s, take)
        except trio.TooSlowError:
            await close_whole(self._socket, 1011, _NO_AUDIO)
            return False
        match item:
            case bytes():
                return await self._hear(item, hearing)
            case _:
                return await self._answer(item, hearing)

    # --- sound --------------------------------------------------------------------------------------

    async def _hear(self, data: bytes, hearing: StreamHearing) -> bool:
        if not data:
            return True
        self._digest.update(data)
        try:
            for pcm in self._sound.decode(data):
                await self._hear_samples(pcm, hearing)
        except Undecodable as fault:
            await self._undecodable(str(fault))
            return False
        return True

    async def _hear_samples(self, pcm: bytes, hearing: StreamHearing) -> None:
        if not pcm:
            await trio.lowlevel.checkpoint()
        self._block += pcm
        while len(self._block) >= BLOCK_BYTES:
            block = bytes(self._block[:BLOCK_BYTES])
            del self._block[:BLOCK_BYTES]
            await self._hear_block(block, hearing)
            await trio.lowlevel.checkpoint()

    async def _hear_block(self, block: bytes, hearing: StreamHearing) -> None:
        hearing.feed(block)
        while (piece := hearing.piece()) is not None:
            await self._understand(piece, hearing)
        self._tell(self._route.heard(hearing), hearing)

    async def _understand(self, piece: Piece, hearing: StreamHearing) -> None:
        recognize = partial(self._equipment.recognizer.recognize, piece.pcm)
        hearing.understood(piece, await self._equipment.compute.run(recognize))

    async def _undecodable(self, reason: str) -> None:
        if isinstance(self._route, FluxTurns):
            self._send(self._route.nonsense(reason))
            await close_whole(self._socket, code=None)
        else:
            await close_whole(self._socket, 1008, _NOT_DECODABLE)

    # --- messages -----------------------------------------------------------------------------------

    async def _answer(self, text: str, hearing: StreamHearing) -> bool:
        try:
            message = self._read_message(text)
        except RemoteProtocolError as error:
            return await self._end_if(self._route.nonsense(f"not understood at {error.path or '$'}"), hearing)
        if message.type in {"CloseStream", "Finalize"}:
            await self._hear_rest(hearing)
        stream = ReceivedStream(datetime.now(UTC), self._digest.hexdigest())
        return await self._end_if(self._route.take(message, hearing, stream), hearing)

    def _read_message(self, text: str) -> _Message:
        message: _Message = decode_flux_client(text) if self._is_flux else decode_nova_client(text)
        unknown = unknown_fields(message)
        if unknown and self._equipment.options.unknown_fields is UnknownFields.REJECTED:
            raise RemoteProtocolError(f"unknown field {unknown[0]}", path=unknown[0])
        return message

    async def _hear_rest(self, hearing: StreamHearing) -> None:
        """Detect the remaining part of a block, and recognize speech that has no words yet."""
        if self._block:
            block = bytes(self._block)
            self._block.clear()
            await self._hear_block(block, hearing)
        piece = hearing.rest()
        if piece is not None:
            await self._understand(piece, hearing)

    async def _end_if(self, told: Told, hearing: StreamHearing) -> bool:
        self._tell(told, hearing)
        if told.closes:
            await close_whole(self._socket, None if self._is_flux else 1000)
        return not told.closes

    async def _fail(self, reason: str) -> None:
        if isinstance(self._route, FluxTurns):
            self._send(self._route.failed(reason))
            await close_whole(self._socket, code=None)
        else:
            await close_whole(self._socket, 1011, "NET-0000")

    def _tell(self, told: Told, hearing: StreamHearing) -> None:
        self._send(told)
        if told.forgets:
            hearing.forget()

    def _send(self, told: Told) -> None:
        # The reader learns of the end, too, and it alone acts on it.
        with suppress(ConnectionLost):
            for message in told.messages:
                self._socket.send_text(encode(message))
