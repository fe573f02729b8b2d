"""Cache of speech probabilities: the model does not run for sound that it has processed before.

1. The model's result for a window depends on all windows since its memory was last that of silence. So
   results are stored in blocks of `BLOCK` windows, each under the digest of everything before it and of its
   first window.
2. A result is valid only for an identical window. Where the sound continues differently, the model is set to
   its memory at the block's beginning, processes the few windows since, and runs from there on.
3. A block holds the model's memory at its end, for the next block. The model is opened when it is first
   needed.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from hashlib import blake2b
from typing import Final, Protocol

from attrs import field

from trialogue.speech.store import Store
from trialogue.values import define

__all__ = ["Recalling", "Rememberer"]

BLOCK: Final = 32
"""Windows of a block, about a second."""

_ANSWER: Final = struct.Struct("<8sd")
"""Digest of a window, and its probability of speech."""


class Rememberer(Protocol):
    """Model whose memory of a stream can be read and set."""

    def of(self, window: bytes) -> float:
        """Probability of speech in the next window."""
        ...

    def forget(self) -> None:
        """Reset the memory to that of silence."""
        ...

    def memory(self) -> bytes:
        """Memory of the stream."""
        ...

    def remember(self, memory: bytes) -> None:
        """Set the memory."""
        ...


@define
class _Block:
    """Block of consecutive windows, with the known results."""

    answers: list[tuple[bytes, float]] = field(factory=list[tuple[bytes, float]])
    """Digest and probability of each window."""

    end: bytes = b""
    """Model's memory after the last window of a complete block."""

    def packed(self) -> bytes:
        """Block as bytes, to be stored."""
        count = len(self.answers).to_bytes(1, "big")
        return count + b"".join(_ANSWER.pack(*each) for each in self.answers) + self.end


def _unpacked(content: bytes | None) -> _Block:
    if not content:
        return _Block()
    end = 1 + content[0] * _ANSWER.size
    return _Block(list(_ANSWER.iter_unpack(content[1:end])), content[end:])


class Recalling:
    """Results of a model for one stream, from the cache where the sound is known."""

    def __init__(self, open_model: Callable[[], Rememberer], engine: str, store: Store) -> None:
        """`engine` names the model, its version and weights."""
        self._open_model = open_model
        self._store = store
        self._root = self._past = blake2b(engine.encode(), digest_size=16).digest()
        self._model: Rememberer | None = None
        self._is_behind = True
        self._begin = b""
        self._key = ""
        self._begin_block()

    def of(self, window: bytes) -> float:
        """Probability of speech in the next window."""
        if len(self._digests) == BLOCK:
            self._end_block()
        digest = blake2b(window, digest_size=8).digest()
        if not self._digests:
            self._key = blake2b(self._past + digest, digest_size=16).hexdigest() + "-heard"
            self._known = _unpacked(self._store.read(self._key))
        at = len(self._digests)
        self._digests.append(digest)
        if at < len(self._known.answers) and self._known.answers[at][0] == digest:
            self._windows.append(window)
            self._is_behind = True
            return self._known.answers[at][1]
        probability = self._caught_up().of(window)
        self._windows.append(window)
        del self._known.answers[at:]
        self._known.answers.append((digest, probability))
        self._known.end, self._is_new = b"", True
        return probability

    def forget(self) -> None:
        """Reset the memory to that of silence."""
        if not self._digests and self._past == self._root:
            return
        self._keep()
        self._past, self._begin, self._is_behind = self._root, b"", True
        self._begin_block()

    def _begin_block(self) -> None:
        self._digests: list[bytes] = []
        self._windows: list[bytes] = []
        self._known = _Block()
        self._is_new = False

    def _end_block(self) -> None:
        """Begin the block after a complete one."""
        if self._known.end:
            self._begin = self._known.end
        else:
            self._begin = self._known.end = self._caught_up().memory()
            self._is_new = True
        self._keep()
        self._past = blake2b(self._past + b"".join(self._digests), digest_size=16).digest()
        self._begin_block()

    def _keep(self) -> None:
        if self._is_new:
            self._store.write(self._key, self._known.packed())

    def _caught_up(self) -> Rememberer:
        """Model that has processed all windows so far."""
        if self._model is None:
            self._model = self._open_model()
        if self._is_behind:
            if self._begin:
                self._model.remember(self._begin)
            else:
                self._model.forget()
            for window in self._windows:
                self._model.of(window)
            self._is_behind = False
        return self._model
