"""How a thread waits for a call on the loop of a block, and what Ctrl-C and patience do there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from concurrent.futures import CancelledError
from typing import TypeVar

from trialogue.bridge.into_trio import CallsIntoTrio, CallStopped
from trialogue.meeting.app_requests import a_time

T = TypeVar("T")


def waited(held: CallsIntoTrio, function: Callable[[], Awaitable[T]], timeout_s: float | None = None) -> T:
    """The result of a call that waits; TimeoutError, once it has ended there, where it takes too long."""
    a_time(timeout_s, "timeout_s")
    call = held.begin(function)
    try:
        return call.future.result(timeout_s)
    except (CancelledError, CallStopped):
        raise why_over(held) from None  # noqa: ASYNC104 - of another loop, and told by its own error
    except TimeoutError:
        if call.future.done():
            raise
        call.cancel()
        ended(call.future.exception)
        raise TimeoutError(f"nothing arrived within {timeout_s:g} s") from None
    except BaseException:
        if not call.future.done():
            call.cancel()
        raise


def why_over(held: CallsIntoTrio) -> BaseException:
    """Reason for which a call was stopped with its block: known once that has ended."""
    ended(held.ended.exception)
    return held.why_over()


def ended(outcome: Callable[[], BaseException | None]) -> None:
    """Wait for an end that comes, whatever it is."""
    try:
        outcome()
    except CancelledError:  # noqa: ASYNC103 - of another loop, and told by its own error
        return  # noqa: ASYNC104 - of another loop, and told by its own error
