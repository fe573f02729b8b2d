"""Notes for the author of a tool: diagnostics, at `debug`, as they hold what tools say and raise."""

from __future__ import annotations

from typing import Final

import trio

from trialogue.diagnostics import Log

TAIL_BYTES: Final = 4096
"""Bytes that are kept of a program's stderr: the last ones."""

_DIAGNOSTICS: Final = Log("trialogue.tools")


def note(event: str, failure: BaseException | None = None, **fields: str) -> None:
    """Tell what happened in and around a tool, with the traceback of what it raised."""
    _DIAGNOSTICS.debug(event, failure, **fields)


class Tail:
    """The last words of a program, read as long as it has any."""

    def __init__(self) -> None:
        self._kept = bytearray()

    async def read(self, stream: trio.abc.ReceiveStream) -> None:
        """Read to the stream's end, and keep the last `TAIL_BYTES`."""
        async with stream:
            async for part in stream:
                self._kept += part
                del self._kept[:-TAIL_BYTES]

    @property
    def text(self) -> str:
        """Text that was kept."""
        return self._kept.decode(errors="replace").strip()
