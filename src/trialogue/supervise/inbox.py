"""Inbox of a supervisor's task: ends of lives, and requests, in the order of arrival.

It is bounded by its use: each life has one end, and each waiting task one request.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from typing import TypeAlias, assert_never

import trio
from attrs import field

from trialogue.errors import LocalProtocolError
from trialogue.supervise.child import Child, Life
from trialogue.values import define, frozen


@frozen
class Answer:
    """Answer to a request: a value, or the error for the requesting task."""

    value: object = None
    """Value that is returned."""

    error: Exception | None = None
    """Error that is raised instead."""

    def unwrap(self) -> object:
        """Return the value or raise the error."""
        if self.error is not None:
            raise self.error
        return self.value


@define(eq=False)
class ChildRequest:
    """Request of another task that the supervisor's task acts on a child."""

    find: Callable[[], Child]
    """Function that gives the child; its `LocalProtocolError` goes to the requesting task."""

    act: Callable[[Child], Awaitable[Answer]]
    """Function that acts on the child; its errors are the supervisor's own failures."""

    answer: Answer | None = None
    """None until it is done; still None once `done` is set if the supervisor stopped first."""

    done: trio.Event = field(factory=trio.Event)
    """Event that is set when there is no more to wait for."""

    async def fulfil(self) -> None:
        """Carry out the request."""
        try:
            try:
                child = self.find()
            except LocalProtocolError as error:
                self.answer = Answer(error=error)
            else:
                self.answer = await self.act(child)
        finally:
            self.done.set()


Message: TypeAlias = Life | ChildRequest


@define(eq=False)
class Inbox:
    """Read by one task, written by all."""

    _messages: deque[Message] = field(factory=deque[Message], init=False)
    _wake: trio.Event = field(factory=trio.Event, init=False)

    def post(self, message: Message) -> None:
        """Add `message` at the end. Never waits."""
        self._messages.append(message)
        self._wake.set()

    def withdraw(self, request: ChildRequest) -> None:
        """Remove `request` if it was not begun."""
        if request in self._messages:
            self._messages.remove(request)

    def close(self) -> list[Life]:
        """Empty the inbox: waiting tasks get no answer. Returns the lives whose ends it held."""
        lives: list[Life] = []
        for message in self._messages:
            match message:
                case Life():
                    lives.append(message)
                case ChildRequest():
                    message.done.set()
                case _:
                    assert_never(message)
        self._messages.clear()
        return lives

    async def take(self, until: float) -> Message | None:
        """First message, or None if there is none before `until`, by trio's clock."""
        while not self._messages:
            if until <= trio.current_time():
                return None
            self._wake = trio.Event()
            with trio.CancelScope(deadline=until):
                await self._wake.wait()
        await trio.lowlevel.checkpoint_if_cancelled()  # a stop comes before all waiting messages
        return self._messages.popleft()
