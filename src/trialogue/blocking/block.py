"""Block for threads: a block of the trio interface, as a plain context manager for any thread.

If the block fails by itself, the calls that wait in it raise its error at once, and so does leaving it.
"""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Generic, TypeVar

from trialogue.bridge.trio_thread import HeldBlock

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

    def __enter__(self) -> OwnT:
        self._held = held = self._hold()
        held.start()
        try:
            native = held.opened.result()
        except BaseException:
            held.cancel()
            held.join()
            raise
        return self._shown(held, native)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        del kind, trace
        self._held.leave(error)
        try:
            failure = self._held.ended.exception()
        except BaseException:
            self._held.cancel()
            raise
        finally:
            self._held.join()
        if failure is not None and failure is not error:
            raise failure from error
