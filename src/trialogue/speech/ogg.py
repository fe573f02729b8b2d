"""Ogg pages (RFC 3533): packets read out of a whole file, and pages written one by one.

libsndfile encodes Opus but keeps a second of it until a page is full: a stream wants pages of its own.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from attrs import define, field

__all__ = ["OggWriter", "packets_of"]

_HEAD: Final = struct.Struct("<4sBBqIIIB")
"""Magic, version, flags, granule position, serial number, page number, checksum, segments."""

_FIRST, _LAST = 0x02, 0x04
_SEGMENT: Final = 255
MAX_PACKETS: Final = 50
"""How many packets a page may hold here: each of up to five segments of the 255 that there are."""


def packets_of(file: bytes) -> Iterator[bytes]:
    """The packets in a file of one stream, headers included."""
    at, packet = 0, b""
    while at < len(file):
        segments = _HEAD.unpack_from(file, at)[-1]
        at += _HEAD.size
        sizes = file[at : at + segments]
        at += segments
        for size in sizes:
            packet += file[at : at + size]
            at += size
            if size < _SEGMENT:
                yield packet
                packet = b""


@define
class OggWriter:
    """Writes the pages of one stream."""

    serial: int = 1
    """What tells it from other streams."""

    _number: int = field(default=0, init=False)

    def page(self, packets: Sequence[bytes], granule: int, *, is_last: bool = False) -> bytes:
        """Write the next page, of whole packets; `granule` is the stream's position behind them."""
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
    """The page's checksum: polynomial 0x04c11db7, from zero, nothing reflected."""
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
