"""Changes of one session's settings, told one at a time.

1. The next change is told once the service has confirmed the last, at least once since it was told: the
   service may confirm late (18 s were seen) and may confirm two changes at once.
2. A change that is not confirmed within `CONFIRM_S` is taken to hold: nothing is ever waited for longer.
3. What was not told when the session ends is part of the next session's settings; so is what comes while
   `WAITING` changes wait.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import trio
from attrs import frozen

from trialogue.mailbox import Mailbox
from trialogue.model.events import Part
from trialogue.services.port import Message

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
        self._waiting: Mailbox[Pending] = Mailbox("updates", WAITING)
        self._open: Pending | None = None
        self._confirmed = trio.Event()

    @property
    def open_part(self) -> Part | None:
        """The part whose change was told and is not confirmed; None where there is none."""
        return self._open.part if self._open else None

    @property
    def is_full(self) -> bool:
        """Whether no more changes are taken."""
        return self._waiting.statistics().waiting >= WAITING

    def add(self, pending: Pending) -> None:
        """Have a change told after those before it; `MailboxFull` where none is taken any more."""
        self._waiting.post(pending)

    def confirm(self, part: str) -> None:
        """Take the service's word for a change."""
        if part == self.open_part:
            self._confirmed.set()

    async def run(self) -> None:
        """Tell changes until cancelled."""
        while True:
            pending = await self._waiting.take()
            self._open, self._confirmed = pending, trio.Event()
            self._send(pending.messages)
            with trio.move_on_after(CONFIRM_S):
                await self._confirmed.wait()
            self._open = None
            self._told(pending.part, "applied" if self._confirmed.is_set() else "unconfirmed")
