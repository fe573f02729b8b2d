"""Sessions in a row: one is held until it ends, and the next after as long as its end asks for.

What an end means stands in one table (the service's). A refusal is final, and so is the end of the retries.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import trio
from attrs import frozen

from trialogue.actors.verdicts import Judge, judged, loss_of
from trialogue.brain.restarts import Restarts
from trialogue.errors import ConnectionLost, DialFailed, ProviderRefused, SetupError

MALFORMED_LIMIT = 5
MALFORMED_WITHIN_S = 10.0


@frozen
class NoMore:
    """Why there is no further session."""

    reason: str
    """One line for people."""

    refused: bool
    """Whether the service refused (key, account, settings) rather than was unreachable."""


@frozen
class InARow:
    """What sessions in a row have in common."""

    restarts: Restarts
    """How patient to be."""

    judge: Judge
    """What the service makes of an end."""

    place: str = ""
    """Where what is refused can be mended."""

    def at_place(self, reason: str) -> str:
        """A reason, and where it can be mended."""
        return f"{reason} [{self.place}]" if self.place else reason


async def hold_in_a_row(
    hold: Callable[[], Awaitable[None]], row: InARow, lost: Callable[[str, float], None]
) -> NoMore:
    """Hold sessions until there can be no further one.

    `hold` is one session, from its dial on; where it returns, the next begins at once. `lost` is told of
    each loss that is borne: why, and how many seconds until the next dial.
    """
    while True:
        try:
            await hold()
        except (ProviderRefused, SetupError) as refused:
            return NoMore(row.at_place(str(refused)), refused=True)
        except ConnectionLost as ended:
            wait = _wait_after(ended, row)
            if isinstance(wait, NoMore):
                return wait
            lost(str(ended), wait)
            await trio.sleep(wait)


def _wait_after(lost: ConnectionLost, row: InARow) -> float | NoMore:
    """Seconds until the next dial."""
    judgement = judged(lost, row.judge)
    loss = loss_of(lost, judgement.verdict)
    if loss is None:
        return NoMore(row.at_place(f"{lost} ({judgement.hint})"), refused=True)
    retry_after = lost.retry_after_s if isinstance(lost, DialFailed) else None
    wait = row.restarts.lost(trio.current_time(), retry_after, loss)
    return NoMore(f"{lost} ({judgement.hint})", refused=False) if wait is None else wait


class MalformedCount:
    """Counts what a service sends that nobody can read: too much of it ends a session."""

    def __init__(self) -> None:
        self._at: list[float] = []

    def count(self) -> None:
        """Note one more; `ConnectionLost` where it is the fifth in ten seconds."""
        now = trio.current_time()
        self._at = [at for at in self._at if now - at < MALFORMED_WITHIN_S] + [now]
        if len(self._at) >= MALFORMED_LIMIT:
            raise ConnectionLost("the service sent five malformed messages in ten seconds")
