"""What the author of a tool is told of it: diagnostics, at `debug`, for they hold what tools say and raise.

Where nobody has configured structlog, the standard library's `logging` has them, which shows none of them
until it is asked to.
"""

from __future__ import annotations

import logging
from typing import Final

import structlog
import trio

TAIL_BYTES: Final = 4096
"""How much is kept of what a program writes to its stderr: the end."""

_DIAGNOSTICS = structlog.get_logger("trialogue.tools")
_LOGGER = logging.getLogger("trialogue.tools")


def note(event: str, failure: BaseException | None = None, **fields: str) -> None:
    """Tell what happened in and around a tool, with the traceback of what it raised."""
    if structlog.is_configured():
        _DIAGNOSTICS.debug(event, **fields, exc_info=failure)
        return
    told = " ".join(f"{name}={value!r}" for name, value in fields.items())
    _LOGGER.debug("%s: %s", event, told, exc_info=failure)


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
        """What was kept, as text."""
        return self._kept.decode(errors="replace").strip()
