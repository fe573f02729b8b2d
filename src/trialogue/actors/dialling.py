"""Limits of dialling a service: one limiter a meeting, one breaker a service and key.

1. Dials are granted in the order in which they were asked for, `per_s` a second after a first `burst`.
2. A key that is refused is refused for everybody: the breaker opens for the rest of the run, whoever
   waits to dial gives up at once, and nobody dials that service again. Others are not concerned.
3. The breaker opens on 401, 402 and 403 alone. Other refusals are about one participant's settings.
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
"""Answers that are about the key or the account."""


class Connect(Protocol):
    """Connects to the agent's service.

    `DialFailed` for a temporary failure, `ProviderRefused` for a permanent one.
    """

    def __call__(self) -> AbstractAsyncContextManager[WebSocket]:
        """Open one connection."""
        ...


@define
class DialLimiter:
    """Spreads the dials of one meeting: N agents that drop together do not come back together."""

    per_s: float = 4.0
    """Dials a second in the long run."""

    burst: int = 4
    """Dials that may go out at once after a pause."""

    _full_at: float = float("-inf")
    """Moment at which as many dials may go out at once again as `burst` says."""

    def reserve(self, now: float) -> float:
        """When the next dial may go out, at `now` or later; it is counted from now on."""
        self._full_at = max(self._full_at, now) + 1.0 / self.per_s
        return max(now, self._full_at - self.burst / self.per_s)


@define
class Breaker:
    """Whether a service refuses our key."""

    refused: ProviderRefused | None = None
    """The refusal that opened it; None while it is closed."""

    _opened: trio.Event = Factory(trio.Event)

    def note(self, refused: ProviderRefused) -> None:
        """Look at a refusal, and open where it is about the key."""
        if refused.status in KEY_STATUSES and self.refused is None:
            self.refused = refused
            self._opened.set()

    def check(self) -> None:
        """`ProviderRefused`, as it was when the breaker opened, if it has."""
        if (refused := self.refused) is not None:
            raise ProviderRefused(
                str(refused), status=refused.status, code=refused.code, request_id=refused.request_id
            ) from refused

    async def sleep_until(self, at: float) -> None:
        """Wait until `at` on trio's clock; `ProviderRefused` if the breaker is or comes open."""
        with trio.move_on_at(at):
            await self._opened.wait()
        self.check()


def guarded(connect: Connect, limiter: DialLimiter, breaker: Breaker) -> Connect:
    """The same dial, in its turn, and not at all once the key is refused."""
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
