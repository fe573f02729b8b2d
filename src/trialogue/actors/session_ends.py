"""Ends of sessions: their classes, and the retries that each class allows.

An end of a class that allows a number of retries is fatal when it comes once more in a row.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias, assert_never

from trialogue.brain.redialling import Loss
from trialogue.errors import ConnectionLost, DialFailed
from trialogue.services.close_codes import Classification, Recovery, is_ours

NAME_RETRIES = 3
"""Failed look-ups of a name in a row that are retried: the cause may be a short failure, or a typing error.
"""

UPDATE_REFUSED = "update-refused"
"""Code of an end over a change of settings, which is undone; our own, not a service's."""

_UNDONE = Classification(Recovery.RETRY, "The change of settings is undone.")
"""Classification of an end with that code."""


Classifier: TypeAlias = Callable[[ConnectionLost], Classification]
"""Function of a service that classifies ends."""


def classified(lost: ConnectionLost, classify: Classifier) -> Classification:
    """Class of a lost or failed connection, by its service or by our own code."""
    return _UNDONE if lost.code == UPDATE_REFUSED else classify(lost)


def cause_of(lost: ConnectionLost) -> str:
    """Name of what ended a session: `dial.timeout`, `http.503`, `error.FAILED_TO_SPEAK`, `close.1006`."""
    if isinstance(lost, DialFailed):
        return f"dial.{lost.stage}" if lost.status is None else f"http.{lost.status}"
    if lost.code is not None:
        return f"error.{lost.code}"
    return f"{'closed-by-us' if is_ours(lost) else 'close'}.{lost.close_code}"


def loss_of(lost: ConnectionLost, recovery: Recovery) -> Loss | None:
    """Retries that an end of this class allows; None for a fatal one."""
    cause = cause_of(lost)
    match recovery:
        case Recovery.FATAL:
            return None
        case Recovery.RETRY | Recovery.GO_ON:
            at_most = NAME_RETRIES if cause == "dial.name" else None
            return Loss(cause, at_most=at_most, was_dialling=isinstance(lost, DialFailed))
        case Recovery.RETRY_ONCE | Recovery.TURN_LOST:
            return Loss(cause, at_most=1, was_dialling=isinstance(lost, DialFailed))
        case Recovery.RETRY_NOW:
            return Loss(cause, at_once=True)
        case Recovery.ROLL_OVER:
            return Loss(cause, is_planned=True)
        case _:
            assert_never(recovery)
