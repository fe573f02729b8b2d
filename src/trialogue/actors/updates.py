"""Changes of one session's settings, sent one at a time. No task: the session's timekeeper calls it.

1. The next change is sent after a confirmation that came since the last one was sent: a service may confirm
   late (18 s were seen) and may confirm two changes at once.
2. A change without a confirmation within `CONFIRM_S` is taken to hold, so no wait is longer.
3. Changes that were not sent when the session ends are part of the next session's settings; so are those that
   come while `WAITING` changes wait.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from math import inf
from typing import Literal

from trialogue.model.events import Part
from trialogue.services.port import Message
from trialogue.values import frozen

CONFIRM_S = 25.0
"""Most seconds until a confirmation."""

WAITING = 64
"""Most changes that wait to be sent."""


@frozen
class Pending:
    """Change that waits to be sent."""

    part: Part
    """Part that it changes."""

    messages: Sequence[Message]
    """Messages for the service."""


class Updates:
    """Sender of one session's changes, in order."""

    def __init__(
        self,
        send: Callable[[Sequence[Message]], None],
        told: Callable[[Part, Literal["applied", "unconfirmed"]], None],
    ) -> None:
        """`told` is called with each part and the outcome of its change."""
        self._send = send
        self._told = told
        self._waiting: deque[Pending] | None = None
        self._open: Pending | None = None
        self._confirm_by = inf

    @property
    def open_part(self) -> Part | None:
        """Part whose change was sent and is not confirmed; None without one."""
        return self._open.part if self._open else None

    @property
    def is_full(self) -> bool:
        """Whether no more changes are taken."""
        return self._waiting is not None and len(self._waiting) >= WAITING

    def add(self, pending: Pending, now: float) -> None:
        """Queue a change after those before it; only while not `is_full`."""
        if self._waiting is None:
            self._waiting = deque()
        self._waiting.append(pending)
        self._tell_next(now)

    def confirm(self, part: str, now: float) -> None:
        """Take the service's confirmation of a change."""
        if part == self.open_part:
            self._settle("applied", now)

    def next_deadline(self) -> float:
        """Moment at which the wait for a confirmation ends; infinite without one."""
        return self._confirm_by

    def tick(self, now: float) -> None:
        """Continue without a confirmation that has not come in time."""
        if now >= self._confirm_by:
            self._settle("unconfirmed", now)

    def _settle(self, outcome: Literal["applied", "unconfirmed"], now: float) -> None:
        """Settle the open change: report its outcome, and send the next."""
        settled, self._open, self._confirm_by = self._open, None, inf
        if settled is not None:
            self._told(settled.part, outcome)
        self._tell_next(now)

    def _tell_next(self, now: float) -> None:
        if self._open is None and self._waiting:
            self._open, self._confirm_by = self._waiting.popleft(), now + CONFIRM_S
            self._send(self._open.messages)
