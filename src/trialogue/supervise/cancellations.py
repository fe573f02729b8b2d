"""Cancellations from foreign code: real ones, of a scope around it, and those that it only raises.

A `trio.Cancelled` that was kept from elsewhere cancels nothing: no scope takes it, and it would end the whole
program. It is a failure of the code that raised it, as any other exception.
"""

from __future__ import annotations

from math import inf
from typing import cast

import trio

__all__ = ["cancelled_part", "is_cancelled"]


def is_cancelled() -> bool:
    """Whether a scope around the running task is cancelled."""
    return trio.current_effective_deadline() == -inf


def cancelled_part(failure: BaseException) -> BaseException | None:
    """Cancellations in an exception, which must go on to their scope; None if the task is not cancelled."""
    if not is_cancelled():
        return None
    if isinstance(failure, BaseExceptionGroup):
        return cast("BaseExceptionGroup[BaseException]", failure).split(trio.Cancelled)[0]
    return failure if isinstance(failure, trio.Cancelled) else None
