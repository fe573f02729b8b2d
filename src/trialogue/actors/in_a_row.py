"""Sessions in a row: one is held until it ends, and the next after as long as its end asks for.

What an end means stands in one table (the service's). A refusal is final, and so is the end of the retries.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import trio
from attrs import frozen

from trialogue.actors.verdicts import judged, loss_of
from trialogue.brain.restarts import Restarts
from trialogue.errors import ConnectionLost, DialFailed, ProviderRefused, SetupError
from trialogue.services.deepgram.codes import judge

MALFORMED_LIMIT = 5
MALFORMED_WITHIN_S = 10.0


@frozen
class NoMore:
    """Why there is no further session."""

    reason: str
    """One line for people."""

    refused: bool
    """Whether the service refused (key, account, settings) rather than was unreachable."""


async def hold_in_a_row(
    hold: Callable[[], Awaitable[None]],
    restarts: Restarts,
    lost: Callable[[str, float], None],
    place: str = "",
) -> NoMore:
    """Hold sessions until there can be no further one; what is refused can be mended at `place`.

    `hold` is one session, from its dial on; where it returns, the next begins at once. `lost` is told of
    each loss that is borne: why, and how many seconds until the next dial.
    """
    while True:
        try:
            await hold()
        except (ProviderRefused, SetupError) as refused:
            return NoMore(_at(place, str(refused)), refused=True)
        except ConnectionLost as ended:
            wait = _wait_after(ended, restarts, place)
            if isinstance(wait, NoMore):
                return wait
            lost(str(ended), wait)
            await trio.sleep(wait)


def _wait_after(lost: ConnectionLost, restarts: Restarts, place: str) -> float | NoMore:
    """Seconds until the next dial."""
    judgement = judged(lost, judge)
    loss = loss_of(lost, judgement.verdict)
    if loss is None:
        return NoMore(_at(place, f"{lost} ({judgement.hint})"), refused=True)
    retry_after = lost.retry_after_s if isinstance(lost, DialFailed) else None
    wait = restarts.lost(trio.current_time(), retry_after, loss)
    return NoMore(f"{lost} ({judgement.hint})", refused=False) if wait is None else wait


def _at(place: str, reason: str) -> str:
    return f"{reason} [{place}]" if place else reason


class Malformed:
    """Counts what a service sends that nobody can read: too much of it ends a session."""

    def __init__(self) -> None:
        self._at: list[float] = []

    def count(self) -> None:
        """Note one more; `ConnectionLost` where it is the fifth in ten seconds."""
        now = trio.current_time()
        self._at = [at for at in self._at if now - at < MALFORMED_WITHIN_S] + [now]
        if len(self._at) >= MALFORMED_LIMIT:
            raise ConnectionLost("the service sent five malformed messages in ten seconds")
