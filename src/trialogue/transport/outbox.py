"""Outbox of messages to be written, in order: audio drops its oldest when full, text may not be dropped."""

from __future__ import annotations

from attrs import field

from trialogue.transport.socket import OutboxRules
from trialogue.values import define


@define(eq=False)
class Outbox:
    """A bounded queue of messages, text and binary in one order. No I/O, no waiting."""

    rules: OutboxRules
    frames_dropped: int = 0
    """Binary messages that were dropped for newer ones."""

    waiting: list[str | bytes] = field(factory=list[str | bytes], init=False)
    """Messages that wait, the oldest first; an empty deque takes ten times as much, and this is bounded."""

    _frames: int = field(default=0, init=False)
    _frame_bytes: int = field(default=0, init=False)
    _texts: int = field(default=0, init=False)
    _text_chars: int = field(default=0, init=False)

    def __len__(self) -> int:
        return len(self.waiting)

    def put_frame(self, frame: bytes) -> None:
        """Append a binary message; the oldest binary ones are dropped until the limits hold again."""
        self.waiting.append(frame)
        self._frames += 1
        self._frame_bytes += len(frame)
        while self._frames > self.rules.max_frames or self._frame_bytes > self.rules.max_frame_bytes:
            self._drop_oldest_frame()

    def put_text(self, text: str) -> bool:
        """Append a text message and return True; where there is no room, change nothing and return False."""
        rules = self.rules
        if self._texts >= rules.max_texts or self._text_chars + len(text) > rules.max_text_chars:
            return False
        self.waiting.append(text)
        self._texts += 1
        self._text_chars += len(text)
        return True

    def take(self) -> str | bytes:
        """Remove and return the oldest message; IndexError if there is none."""
        message = self.waiting.pop(0)
        self._forget(message)
        return message

    def drop_all(self) -> None:
        """Empty the outbox for good; the binary messages in it count as dropped."""
        self.frames_dropped += self._frames
        self.waiting.clear()
        self._frames = self._frame_bytes = self._texts = self._text_chars = 0

    def _drop_oldest_frame(self) -> None:
        # Texts are few beside frames, so the first frame is found within a few steps.
        at, frame = next((at, m) for at, m in enumerate(self.waiting) if isinstance(m, bytes))
        del self.waiting[at]
        self._forget(frame)
        self.frames_dropped += 1

    def _forget(self, message: str | bytes) -> None:
        if isinstance(message, bytes):
            self._frames -= 1
            self._frame_bytes -= len(message)
        else:
            self._texts -= 1
            self._text_chars -= len(message)
