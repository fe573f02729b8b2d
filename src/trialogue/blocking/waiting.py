"""Waits of threads for calls on a block's loop, and the effect of Ctrl-C and timeouts there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from concurrent.futures import CancelledError
from typing import TypeVar

from trialogue.bridge.into_trio import CallsIntoTrio, CallStopped
from trialogue.meeting.app_requests import a_time

T = TypeVar("T")


def waited(held: CallsIntoTrio, function: Callable[[], Awaitable[T]], timeout_s: float | None = None) -> T:
    """Result of a call that waits; TimeoutError after `timeout_s`, once the call has ended on its loop."""
    a_time(timeout_s, "timeout_s")
    call = held.begin(function)
    try:
        return call.future.result(timeout_s)
    except (CancelledError, CallStopped):
        raise why_over(held) from None  # noqa: ASYNC104 - the error raised says why it was cancelled
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
    """Error of a call that was stopped with its block; known once the block has ended."""
    ended(held.ended.exception)
    return held.why_over()


def ended(outcome: Callable[[], BaseException | None]) -> None:
    """Wait until a call has ended, whatever its outcome."""
    try:
        outcome()
    except CancelledError:  # noqa: ASYNC103 - the future's, not a task's: it is the awaited outcome
        return  # noqa: ASYNC104 - likewise
