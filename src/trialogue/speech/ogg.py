"""Ogg pages (RFC 3533): packets read out of a whole file, and pages written one by one.

libsndfile encodes Opus but keeps a second of it until a page is full: a stream wants pages of its own.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from attrs import field

from trialogue.values import define

__all__ = ["OggReader", "OggWriter", "packets_of"]

_HEAD: Final = struct.Struct("<4sBBqIIIB")
"""Header: magic, version, flags, granule position, serial number, page number, checksum, segments."""

_MAGIC: Final = b"OggS"
_LONGEST_PAGE: Final = 65_307
_LONGEST_PACKET: Final = 4 * 1024 * 1024
"""Most bytes of a packet: tags may have pictures."""

_FIRST, _LAST = 0x02, 0x04
_SEGMENT: Final = 255


def packets_of(file: bytes) -> list[bytes]:
    """Packets of a file with one stream, headers included."""
    return OggReader().feed(file)


@define
class OggReader:
    """Reader of one stream's packets from bytes that come in pieces."""

    is_lost: bool = field(default=False, init=False)
    """Whether so many bytes came without a page, or without the end of a packet, that there will be none."""

    _held: bytearray = field(factory=bytearray, init=False)
    _packet: bytearray = field(factory=bytearray, init=False)

    def feed(self, data: bytes) -> list[bytes]:
        """Packets that the next bytes complete."""
        self._held += data
        packets: list[bytes] = []
        while (page := self._page()) is not None:
            packets += self._packets(*page)
        return packets

    def _page(self) -> tuple[bytes, bytes] | None:
        """Next page: its segments' sizes and its body; None while it is incomplete."""
        begins = self._held.find(_MAGIC)
        if begins < 0:
            self.is_lost = self.is_lost or len(self._held) > _LONGEST_PAGE
            return None
        del self._held[:begins]
        if len(self._held) < _HEAD.size:
            return None
        table = self._held[_HEAD.size : _HEAD.size + self._held[_HEAD.size - 1]]
        starts = _HEAD.size + self._held[_HEAD.size - 1]
        ends = starts + sum(table)
        if len(self._held) < ends:
            return None
        body = bytes(self._held[starts:ends])
        del self._held[:ends]
        return bytes(table), body

    def _packets(self, table: bytes, body: bytes) -> Iterator[bytes]:
        at = 0
        for size in table:
            self._packet += body[at : at + size]
            at += size
            if size < _SEGMENT:
                yield bytes(self._packet)
                self._packet.clear()
        if len(self._packet) > _LONGEST_PACKET:
            self.is_lost = True
            self._packet.clear()


@define
class OggWriter:
    """Writer of one stream's pages."""

    serial: int = 1
    """Serial number that distinguishes it from other streams."""

    _number: int = field(default=0, init=False)

    def page(self, packets: Sequence[bytes], granule: int, *, is_last: bool = False) -> bytes:
        """Next page, of whole packets; `granule` is the stream's position after them."""
        table = b"".join(
            bytes([_SEGMENT] * (len(each) // _SEGMENT) + [len(each) % _SEGMENT]) for each in packets
        )
        flags = (_FIRST if self._number == 0 else 0) | (_LAST if is_last else 0)
        head = [b"OggS", 0, flags, granule, self.serial, self._number, 0, len(table)]
        body = table + b"".join(packets)
        head[6] = _checksum(_HEAD.pack(*head) + body)
        self._number += 1
        return _HEAD.pack(*head) + body


def _checksum(page: bytes) -> int:
    """Checksum of a page: polynomial 0x04c11db7, from zero, nothing reflected."""
    table, value = _table(), 0
    for byte in page:
        value = (value << 8 & 0xFFFF_FFFF) ^ table[value >> 24 ^ byte]
    return value


@cache
def _table() -> tuple[int, ...]:
    def entry(value: int) -> int:
        value <<= 24
        for _ in range(8):
            value = value << 1 ^ (0x04C1_1DB7 if value & 0x8000_0000 else 0)
        return value & 0xFFFF_FFFF

    return tuple(map(entry, range(256)))
