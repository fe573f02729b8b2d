"""How patiently the end of a session is met: what its service's judgement means for the next dial.

The same again that is borne once (or so often) and comes once more in a row is fatal.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias, assert_never

from trialogue.brain.restarts import Loss
from trialogue.errors import ConnectionLost, DialFailed
from trialogue.services.verdicts import Judgement, Verdict, is_ours

NAME_RETRIES = 3
"""How many names that cannot be looked up are borne in a row: it may be a flicker, or a typing error."""

UPDATE_REFUSED = "update-refused"
"""Our own code: the service ended the session over a change of settings, which is undone."""

_UNDONE = Judgement(Verdict.RETRY, "The change of settings is undone.")
"""What an end of that code means."""


Judge: TypeAlias = Callable[[ConnectionLost], Judgement]
"""What a service makes of an end."""


def judged(lost: ConnectionLost, judge: Judge) -> Judgement:
    """What is to be done about a lost or a failed connection, by its service or by our own code."""
    return _UNDONE if lost.code == UPDATE_REFUSED else judge(lost)


def cause_of(lost: ConnectionLost) -> str:
    """The name of what ended a session: `dial.timeout`, `http.503`, `error.FAILED_TO_SPEAK`, `close.1006`."""
    if isinstance(lost, DialFailed):
        return f"dial.{lost.stage}" if lost.status is None else f"http.{lost.status}"
    if lost.code is not None:
        return f"error.{lost.code}"
    return f"{'closed-by-us' if is_ours(lost) else 'close'}.{lost.close_code}"


def loss_of(lost: ConnectionLost, verdict: Verdict) -> Loss | None:
    """How patiently an end of this verdict is to be met; None for one that is fatal."""
    cause = cause_of(lost)
    match verdict:
        case Verdict.FATAL:
            return None
        case Verdict.RETRY | Verdict.GO_ON:
            at_most = NAME_RETRIES if cause == "dial.name" else None
            return Loss(cause, at_most=at_most, was_dialling=isinstance(lost, DialFailed))
        case Verdict.RETRY_ONCE | Verdict.TURN_LOST:
            return Loss(cause, at_most=1, was_dialling=isinstance(lost, DialFailed))
        case Verdict.RETRY_NOW:
            return Loss(cause, at_once=True)
        case Verdict.ROLL_OVER:
            return Loss(cause, is_planned=True)
        case _:
            assert_never(verdict)
