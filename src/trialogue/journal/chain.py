"""Hash chain, which binds each line of a journal to all lines before it.

1. A line is a JSON object whose last member is `hash`: 32 hex digits of a 16-byte BLAKE2b (RFC 7693).
2. The hash covers the hash of the line before (nothing for the first), then the bytes of this line up to its
   own `,"hash":`.
3. A line has at most `LONGEST_LINE` bytes: a longer one is never written, and a reader reports it as damage.
4. So every edit, insertion, loss or change of order shows at once. A cut tail does not; the manifest has the
   last hash for that.

It finds accidents and careless edits, but not a rewritten chain with a rewritten manifest.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

ORIGIN: Final = b""
"""Hash before the first line: empty."""

LONGEST_LINE: Final = 16 * 1024 * 1024
"""Most bytes of a line, with its newline: a reader holds a whole line."""

_MARK: Final = b',"hash":"'
_SEAL: Final = len(_MARK) + 32 + len(b'"}')


def seal(body: bytes, previous: bytes) -> tuple[bytes, bytes]:
    """Line for a JSON object `body` of at least one member, without its newline, and its hash."""
    head = body[:-1]
    digest = _digest(previous, head)
    return b'%b%b%b"}' % (head, _MARK, digest), digest


def is_sealed(line: bytes, previous: bytes) -> bytes | None:
    """Hash of the line if it follows `previous`; None if it does not."""
    digest = _digest(previous, line[:-_SEAL])
    return digest if line[-_SEAL:] == b'%b%b"}' % (_MARK, digest) else None


def claimed_hash(line: bytes) -> bytes:
    """Hash that a line states, correct or not."""
    return line[-34:-2]


def _digest(previous: bytes, head: bytes) -> bytes:
    return blake2b(previous + head, digest_size=16).hexdigest().encode()
