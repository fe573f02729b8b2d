"""Limits of dialling: one limiter for each meeting, one breaker for each service and key.

1. Dials go out in the order of asking, `per_s` a second after a first `burst`.
2. A refused key is refused for all participants: the breaker opens for the rest of the run, waiting dials
   give up at once, and there are no more dials to that service. Other services are not affected.
3. The breaker opens only on 401, 402 and 403. Other refusals concern one participant's settings.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Protocol

import trio
from attrs import Factory

from trialogue.errors import ProviderRefused
from trialogue.transport.socket import WebSocket
from trialogue.values import define

KEY_STATUSES = frozenset({401, 402, 403})
"""HTTP statuses that concern the key or the account."""


class Connect(Protocol):
    """Connects to the agent's service.

    `DialFailed` for a temporary failure, `ProviderRefused` for a permanent one.
    """

    def __call__(self) -> AbstractAsyncContextManager[WebSocket]:
        """Open one connection."""
        ...


@define
class DialLimiter:
    """Limiter of one meeting's dials: N agents that drop together do not dial together."""

    per_s: float = 4.0
    """Dials a second in the long run."""

    burst: int = 4
    """Dials that may go out at once after a pause."""

    _full_at: float = float("-inf")
    """Moment at which `burst` dials may go out at once again."""

    def reserve(self, now: float) -> float:
        """Moment, at `now` or later, at which the next dial may go out; it is counted from now on."""
        self._full_at = max(self._full_at, now) + 1.0 / self.per_s
        return max(now, self._full_at - self.burst / self.per_s)


@define
class Breaker:
    """Breaker of one service: whether it refuses our key."""

    refused: ProviderRefused | None = None
    """The refusal that opened it; None while it is closed."""

    _opened: trio.Event = Factory(trio.Event)

    def note(self, refused: ProviderRefused) -> None:
        """Note a refusal, and open where it concerns the key."""
        if refused.status in KEY_STATUSES and self.refused is None:
            self.refused = refused
            self._opened.set()

    def check(self) -> None:
        """Raise the `ProviderRefused` that opened the breaker, if it is open."""
        if (refused := self.refused) is not None:
            raise ProviderRefused(
                str(refused), status=refused.status, code=refused.code, request_id=refused.request_id
            ) from refused

    async def sleep_until(self, at: float) -> None:
        """Wait until `at` on trio's clock; `ProviderRefused` if the breaker is open or opens meanwhile."""
        with trio.move_on_at(at):
            await self._opened.wait()
        self.check()


def guarded(connect: Connect, limiter: DialLimiter, breaker: Breaker) -> Connect:
    """Dial that waits for its turn, and does not go out once the key is refused."""
    return partial(_dial, connect, limiter, breaker)


@asynccontextmanager
async def _dial(connect: Connect, limiter: DialLimiter, breaker: Breaker) -> AsyncGenerator[WebSocket]:
    breaker.check()
    await breaker.sleep_until(limiter.reserve(trio.current_time()))
    async with AsyncExitStack() as stack:
        try:
            socket = await stack.enter_async_context(connect())
        except ProviderRefused as refused:
            breaker.note(refused)
            raise
        yield socket
