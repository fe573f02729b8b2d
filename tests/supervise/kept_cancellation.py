"""A cancellation that was kept, and is raised where nothing is cancelled: a fault of whoever raises it."""

from typing import NoReturn

import trio


async def raise_kept() -> NoReturn:
    """Raise a `trio.Cancelled` of a scope that has ended."""
    with trio.CancelScope() as scope:
        scope.cancel()
        try:
            await trio.lowlevel.checkpoint()
        except trio.Cancelled as cancelled:  # noqa: ASYNC103 -- a fault
            kept = cancelled
    raise kept
