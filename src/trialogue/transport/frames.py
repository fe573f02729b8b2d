"""Frames that need no protocol state: whole data messages, a Close, and those of faults on demand.

The library builds them too, but under a lock and after a checkpoint; built here, a message is one call.
"""

from __future__ import annotations

import os
from functools import cache
from sys import byteorder
from types import ModuleType

FIN = 0x80
"""Bit in the first byte of a frame that ends its message."""

LONG_BYTES = 512
"""Length from which numpy masks in half of the time, and in a third from 1 KiB."""

_LONG_END = 1 << 16
"""Length from which on the size of a frame takes eight bytes."""

_MASKED = 0x80
_TEXT, _BINARY, _CLOSE = 0x1, 0x2, 0x8
_MASKED_SOUND = bytes((FIN | _BINARY, _MASKED | 126))


def data_frame(message: str | bytes, *, is_client: bool) -> bytes:
    """Whole message in one frame (RFC 6455, section 5.2), masked if it comes from a client."""
    if is_client and LONG_BYTES <= len(message) < _LONG_END and isinstance(message, bytes):
        key = os.urandom(4)  # a frame of sound in one step: an agent gets fifty a second
        size = len(message).to_bytes(2, "big")
        return b"".join((_MASKED_SOUND, size, key, _masked_by_words(message, key)))
    if isinstance(message, str):
        return frame(_TEXT, message.encode(), is_client=is_client)
    return frame(_BINARY, message, is_client=is_client)


def close_frame(code: int, reason: str = "", *, is_client: bool) -> bytes:
    """Close frame with any code, valid or not, and its text (section 5.5.1)."""
    return frame(_CLOSE, code.to_bytes(2, "big") + reason.encode(), is_client=is_client)


def frame(
    opcode: int,
    payload: bytes = b"",
    *,
    is_client: bool = False,
    fin: int = FIN,
    size: int | None = None,
) -> bytes:
    """Frame (section 5.2), masked if it comes from a client.

    `size` states another length than the payload's, and `fin` sets other bits: for faults on demand.
    """
    claimed = len(payload) if size is None else size
    flag = _MASKED if is_client else 0
    if claimed < 126:
        head = bytes((fin | opcode, flag | claimed))
    elif claimed < _LONG_END:
        head = bytes((fin | opcode, flag | 126)) + claimed.to_bytes(2, "big")
    else:
        head = bytes((fin | opcode, flag | 127)) + claimed.to_bytes(8, "big")
    if not is_client:
        return head + payload
    key = os.urandom(4)
    return head + key + masked(payload, key)


def masked(payload: bytes, key: bytes) -> bytes:
    """Payload masked with a key of four bytes, or unmasked (section 5.3), as one long XOR."""
    size = len(payload)
    if size >= LONG_BYTES:
        return _masked_by_words(payload, key)
    keys = (key * (size // 4 + 1))[:size]
    mixed = int.from_bytes(payload, "big") ^ int.from_bytes(keys, "big")
    return mixed.to_bytes(size, "big")


def _masked_by_words(payload: bytes, key: bytes) -> bytes:
    np, size = _numpy(), len(payload)
    word = int.from_bytes(key, byteorder)  # making an array of the key costs half as much as the XOR
    mixed: bytes = (np.frombuffer(payload, np.uint32, size >> 2) ^ word).tobytes()
    rest = size & 3
    return mixed + bytes(a ^ b for a, b in zip(payload[-rest:], key, strict=False)) if rest else mixed


@cache
def _numpy() -> ModuleType:
    """Import it once: it is heavy, and a conversation without sound needs none of it."""
    import numpy as np  # noqa: PLC0415 - see above

    return np
