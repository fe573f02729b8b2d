"""Block for threads: a block of the trio interface, as a plain context manager for any thread.

1. If the block fails by itself, the calls that wait in it raise its error at once, and so does leaving it.
2. Ctrl-C at any moment, while the block opens, runs or ends, ends its thread.
"""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Generic, TypeVar

from trialogue.bridge.trio_thread import HeldBlock
from trialogue.handles import check_not_entered, entered

NativeT = TypeVar("NativeT")
OwnT = TypeVar("OwnT")


class Block(Generic[NativeT, OwnT]):
    """Context manager for a block in a thread of its own; it can be entered once."""

    def __init__(
        self,
        hold: Callable[[], HeldBlock[NativeT]],
        shown: Callable[[HeldBlock[NativeT], NativeT], OwnT],
    ) -> None:
        self._hold = hold
        self._shown = shown
        self._held: HeldBlock[NativeT] | None = None

    def __enter__(self) -> OwnT:
        check_not_entered(self._held)
        self._held = held = self._hold()
        try:
            held.start()
            return self._shown(held, held.opened.result())
        except BaseException:
            held.cancel()
            held.join()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        del kind, trace
        held = entered(self._held)
        try:
            held.leave(error)
            failure = held.ended.exception()
        except BaseException:
            held.cancel()
            raise
        finally:
            held.join()
        if failure is not None and failure is not error:
            raise failure from error
