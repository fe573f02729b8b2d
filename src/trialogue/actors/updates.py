"""Changes of one session's settings, told one at a time. No task: whoever keeps the session's time asks it.

1. The next change is told once the service has confirmed the last, at least once since it was told: the
   service may confirm late (18 s were seen) and may confirm two changes at once.
2. A change that is not confirmed within `CONFIRM_S` is taken to hold: nothing is ever waited for longer.
3. What was not told when the session ends is part of the next session's settings; so is what comes while
   `WAITING` changes wait.
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
"""Seconds that a confirmation may take."""

WAITING = 64
"""Changes that may wait to be told."""


@frozen
class Pending:
    """A change that is to be told."""

    part: Part
    """Part that it changes."""

    messages: Sequence[Message]
    """Messages to the service."""


class Updates:
    """Tells one session's changes in their order."""

    def __init__(
        self,
        send: Callable[[Sequence[Message]], None],
        told: Callable[[Part, Literal["applied", "unconfirmed"]], None],
    ) -> None:
        """`told` is called with each part and what became of its change."""
        self._send = send
        self._told = told
        self._waiting: deque[Pending] | None = None
        self._open: Pending | None = None
        self._confirm_by = inf

    @property
    def open_part(self) -> Part | None:
        """The part whose change was told and is not confirmed; None where there is none."""
        return self._open.part if self._open else None

    @property
    def is_full(self) -> bool:
        """Whether no more changes are taken."""
        return self._waiting is not None and len(self._waiting) >= WAITING

    def add(self, pending: Pending, now: float) -> None:
        """Have a change told after those before it; only where not `is_full`."""
        if self._waiting is None:
            self._waiting = deque()
        self._waiting.append(pending)
        self._tell_next(now)

    def confirm(self, part: str, now: float) -> None:
        """Take the service's word for a change."""
        if part == self.open_part:
            self._settle("applied", now)

    def next_deadline(self) -> float:
        """When a confirmation is waited for no longer; infinite where none is."""
        return self._confirm_by

    def tick(self, now: float) -> None:
        """Go on without a confirmation that has not come in time."""
        if now >= self._confirm_by:
            self._settle("unconfirmed", now)

    def _settle(self, outcome: Literal["applied", "unconfirmed"], now: float) -> None:
        """The open change is settled: say how, and tell the next."""
        settled, self._open, self._confirm_by = self._open, None, inf
        if settled is not None:
            self._told(settled.part, outcome)
        self._tell_next(now)

    def _tell_next(self, now: float) -> None:
        if self._open is None and self._waiting:
            self._open, self._confirm_by = self._waiting.popleft(), now + CONFIRM_S
            self._send(self._open.messages)
