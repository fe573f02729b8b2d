"""Diagnostics for the author of a tool, at level `debug`, since they hold the output and errors of tools."""

from __future__ import annotations

import re
from typing import Final

import trio

from trialogue.diagnostics import Log

TAIL_BYTES: Final = 4096
"""Bytes at the end of a program's stderr that are kept."""

_WORD: Final = re.compile(rb"\S*")

_DIAGNOSTICS: Final = Log("trialogue.tools")


def note(event: str, failure: BaseException | None = None, **fields: str) -> None:
    """Log what happened in a tool, with the traceback of its exception."""
    _DIAGNOSTICS.debug(event, failure, **fields)


class Tail:
    """End of a program's output, read to its last byte."""

    def __init__(self) -> None:
        self._kept = bytearray()
        self._was_cut = False

    async def read(self, stream: trio.abc.ReceiveStream) -> None:
        """Read the stream to its end, and keep the last `TAIL_BYTES`."""
        async with stream:
            async for part in stream:
                self._kept += part
                self._was_cut = self._was_cut or len(self._kept) > TAIL_BYTES
                del self._kept[:-TAIL_BYTES]

    @property
    def text(self) -> str:
        """Text that was kept, without the rest of a word: it may be half a key, which nothing recognizes."""
        kept = _WORD.sub(b"", self._kept, count=1) if self._was_cut else self._kept
        return kept.decode(errors="replace").strip()
