"""Messages of a sentence: each is sent at its moment, or before it where a virtual clock leaps.

1. The gap after a message is the length of its sound, divided by the speed of sending.
2. Where time leaps, and the other end says how much sound it takes without an event, messages of that sound
   are given before their time (`leaping`): each with its moment, after all ticks before it.
3. A message that is due at the same moment as another deadline goes in its time, since the scheduler decides
   their order. So do the first message of a sentence and everything after the last.
4. An error before its time is raised in the voice's own task.
"""

from __future__ import annotations

from collections import deque
from math import inf
from typing import TYPE_CHECKING

import trio

from trialogue.leaping import leaps_of
from trialogue.transport.connection import early_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from trialogue.leaping import Moment
    from trialogue.speech.coding import Coded
    from trialogue.transport.connection import WireSocket
    from trialogue.transport.socket import WebSocket

__all__ = ["send_paced"]


async def send_paced(
    messages: Sequence[Coded], socket: WebSocket, speed: float, sent: Callable[[Coded, float], None]
) -> None:
    """Send messages at their pace; `sent` is called for each, with its moment. Raises ConnectionLost."""
    leaps, early = leaps_of(), early_of(socket)
    if leaps is None or early is None:
        for message in messages:
            await _send(message, socket, sent)
            await trio.sleep(message.duration_s / speed)
        return
    course = _Course(messages, early, speed, sent)
    with leaps.asking(course):
        await course.run()


async def _send(message: Coded, socket: WebSocket, sent: Callable[[Coded, float], None]) -> None:
    if message.data:
        socket.send_bytes(message.data)
    sent(message, trio.current_time())
    await socket.drain()


class _Course:
    """Progress of a sentence's messages (see `leaping.Leaper`)."""

    def __init__(
        self,
        messages: Sequence[Coded],
        socket: WireSocket,
        speed: float,
        sent: Callable[[Coded, float], None],
    ) -> None:
        self._messages = deque(messages)
        self._socket = socket
        self._speed = speed
        self._sent = sent
        self._due = inf
        self._kept = 0
        self._waiting: trio.CancelScope | None = None
        self._failure: Exception | None = None

    async def run(self) -> None:
        """Send all messages."""
        while self._messages:
            message = self._messages.popleft()
            await _send(message, self._socket, self._sent)
            self._due = trio.current_time() + message.duration_s / self._speed
            await self._wait()

    async def _wait(self) -> None:
        """Wait until the next message, or the end, is due in its time."""
        with trio.CancelScope(deadline=self._due) as self._waiting:
            await trio.sleep_forever()
        self._waiting = None
        if self._failure is not None:
            raise self._failure

    # --- early sending ---

    def set_out(self) -> None:
        """Wait for the first message that must go in its time, or for the end after the last."""
        if self._waiting is None:
            return
        due, left_s, self._kept = self._due, self._socket.early_s, len(self._messages)
        for message in self._messages:
            left_s -= message.duration_s
            if left_s < 0.0:
                break
            self._kept -= 1
            due += message.duration_s / self._speed
        self._waiting.deadline = due

    def brings_at(self) -> float:
        """Moment at which the next message is due."""
        return self._due if self._waiting is not None and self._messages else inf

    def carry(self, next_deadline: Moment, _next_brought: Moment) -> bool:
        """Give messages that are due before the next deadline and may go early."""
        gone = len(self._messages)
        try:
            while self._waiting and len(self._messages) > self._kept and self._due < next_deadline():
                self._give(self._messages.popleft())
        except Exception as error:  # noqa: BLE001 - raised again where the voice waits
            self._failure = error
        return len(self._messages) < gone

    def arrive(self, next_deadline: Moment) -> None:
        """Wait for the next message, if no other deadline comes before it."""
        if self._waiting is not None and (self._failure is not None or self._due <= next_deadline()):
            self._waiting.deadline = self._due

    def _give(self, message: Coded) -> None:
        self._socket.send_early(message.data, self._due)
        self._sent(message, self._due)
        self._due += message.duration_s / self._speed
