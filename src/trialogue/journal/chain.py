"""The hash chain that binds each line of a journal to all lines before it.

1. A line is a JSON object whose last member is `hash`: 32 hex digits of a 16-byte BLAKE2b (RFC 7693).
2. What is hashed is the hash of the line before (nothing for the first), then the bytes of this line
   up to its own `,"hash":`.
3. A line has at most `LONGEST_LINE` bytes: none that is longer is written, and to a reader it is damage.
4. So every edit, insertion, loss or change of order shows at once. A cut tail does not: the manifest
   holds the last hash.

It finds accidents and careless edits; whoever rewrites the whole chain and the manifest is not found.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

ORIGIN: Final = b""
"""Hash to which the first line is chained: none."""

LONGEST_LINE: Final = 16 * 1024 * 1024
"""Bytes of a line at most, its newline included: a reader holds a line whole."""

_MARK: Final = b',"hash":"'
_SEAL: Final = len(_MARK) + 32 + len(b'"}')


def seal(body: bytes, previous: bytes) -> tuple[bytes, bytes]:
    """The line for a JSON object `body` of at least one member, without its newline; and its hash."""
    head = body[:-1]
    digest = _digest(previous, head)
    return b'%b%b%b"}' % (head, _MARK, digest), digest


def is_sealed(line: bytes, previous: bytes) -> bytes | None:
    """The line's hash where it follows `previous`; None where it does not."""
    digest = _digest(previous, line[:-_SEAL])
    return digest if line[-_SEAL:] == b'%b%b"}' % (_MARK, digest) else None


def claimed_hash(line: bytes) -> bytes:
    """The hash that a line states, true or not."""
    return line[-34:-2]


def _digest(previous: bytes, head: bytes) -> bytes:
    return blake2b(previous + head, digest_size=16).hexdigest().encode()
