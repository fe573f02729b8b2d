"""The messages of a sentence, each at its moment, or before it where a virtual clock leaps.

1. A message goes so long behind the one before it as that one's sound lasts, over the speed of sending.
2. Where time leaps, and the other end says how much sound it takes without anything being noticed, messages
   of that sound are given before their time (`leaping`): each with its moment, behind all ticks before it.
3. One that is due at the very moment of another deadline goes in its time: who is first then is for the
   scheduler to say. So does the first of a sentence, and what follows behind the last.
4. What fails before its time fails in the voice's own task.
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
    """Send messages at their pace; `sent` is told of each, with its moment. Raises ConnectionLost."""
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
    """How far the messages of a sentence have gone (see `leaping.Leaper`)."""

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
        """Send all of them."""
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

    # --- before its time ---

    def set_out(self) -> None:
        """Wait for the first message that is to go in its time, or for the end behind the last."""
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
        """When the next message is due."""
        return self._due if self._waiting is not None and self._messages else inf

    def carry(self, next_deadline: Moment, _next_brought: Moment) -> bool:
        """Give what is due before the next deadline, and may come early."""
        gone = len(self._messages)
        try:
            while self._waiting and len(self._messages) > self._kept and self._due < next_deadline():
                self._give(self._messages.popleft())
        except Exception as error:  # noqa: BLE001 - raised again where the voice waits
            self._failure = error
        return len(self._messages) < gone

    def arrive(self, next_deadline: Moment) -> None:
        """Wait for the next message, if nothing else comes before it."""
        if self._waiting is not None and (self._failure is not None or self._due <= next_deadline()):
            self._waiting.deadline = self._due

    def _give(self, message: Coded) -> None:
        self._socket.send_early(message.data, self._due)
        self._sent(message, self._due)
        self._due += message.duration_s / self._speed
