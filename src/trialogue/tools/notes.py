"""Diagnostics for the author of a tool, at level `debug`, since they hold the output and errors of tools."""

from __future__ import annotations

from typing import Final

import trio

from trialogue.diagnostics import Log

TAIL_BYTES: Final = 4096
"""Bytes at the end of a program's stderr that are kept."""

_DIAGNOSTICS: Final = Log("trialogue.tools")


def note(event: str, failure: BaseException | None = None, **fields: str) -> None:
    """Log what happened in a tool, with the traceback of its exception."""
    _DIAGNOSTICS.debug(event, failure, **fields)


class Tail:
    """End of a program's output, read to its last byte."""

    def __init__(self) -> None:
        self._kept = bytearray()

    async def read(self, stream: trio.abc.ReceiveStream) -> None:
        """Read the stream to its end, and keep the last `TAIL_BYTES`."""
        async with stream:
            async for part in stream:
                self._kept += part
                del self._kept[:-TAIL_BYTES]

    @property
    def text(self) -> str:
        """Text that was kept."""
        return self._kept.decode(errors="replace").strip()
