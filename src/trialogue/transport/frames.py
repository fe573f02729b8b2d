"""Building frames that need no protocol state: whole data messages, and a Close.

The library builds them too, but under a lock and behind a checkpoint; built here, a message is one call.
"""

from __future__ import annotations

import os

__all__ = ["close_frame", "data_frame", "masked"]

_FIN = 0x80
_MASKED = 0x80
_TEXT, _BINARY, _CLOSE = 0x1, 0x2, 0x8


def data_frame(message: str | bytes, *, is_client: bool) -> bytes:
    """A whole message in one frame (RFC 6455, section 5.2), masked if it comes from a client."""
    if isinstance(message, str):
        return _frame(_TEXT, message.encode(), is_client=is_client)
    return _frame(_BINARY, message, is_client=is_client)


def close_frame(code: int, *, is_client: bool) -> bytes:
    """A Close frame with a code and no reason (section 5.5.1)."""
    return _frame(_CLOSE, code.to_bytes(2, "big"), is_client=is_client)


def _frame(opcode: int, payload: bytes, *, is_client: bool) -> bytes:
    size = len(payload)
    flag = _MASKED if is_client else 0
    if size < 126:
        head = bytes((_FIN | opcode, flag | size))
    elif size < 1 << 16:
        head = bytes((_FIN | opcode, flag | 126)) + size.to_bytes(2, "big")
    else:
        head = bytes((_FIN | opcode, flag | 127)) + size.to_bytes(8, "big")
    if not is_client:
        return head + payload
    key = os.urandom(4)
    return head + key + masked(payload, key)


def masked(payload: bytes, key: bytes) -> bytes:
    """The payload under a key of four bytes, or out of it again (section 5.3), as one long XOR."""
    size = len(payload)
    keys = (key * (size // 4 + 1))[:size]
    mixed = int.from_bytes(payload, "big") ^ int.from_bytes(keys, "big")
    return mixed.to_bytes(size, "big")
