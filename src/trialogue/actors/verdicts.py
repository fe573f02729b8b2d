"""What every end of a session means for us, in one table: dials, HTTP statuses, closes, the service's errors.

1. What the service last said counts before the close code: 1000, 1001 and 1005 look clean.
2. Before its settings hold, an `Error` is about the settings and fatal, unless it is the server's fault.
3. The same again that is borne once (or so often) and comes once more in a row is fatal.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, assert_never

from trialogue.brain.restarts import Loss
from trialogue.deepgram.codes import (
    Judgement,
    Verdict,
    judge_close,
    judge_error,
    judge_status,
    judgements,
)
from trialogue.errors import ConnectionLost, DialFailed, RemoteProtocolError

NAME_RETRIES = 3
"""How many names that cannot be looked up are borne in a row: it may be a flicker, or a typing error."""

UPDATE_REFUSED = "update-refused"
"""Our own code: the service ended the session over a change of settings, which is undone."""

DIALS: Final[Mapping[str, Judgement]] = {
    "dial.name": Judgement(Verdict.RETRY, "The host's name is not known: is the network up, the name right?"),
    "dial.reach": Judgement(Verdict.RETRY, "The host cannot be reached: is the network up?"),
    "dial.tls": Judgement(Verdict.RETRY, "The connection broke while it was secured."),
    "dial.timeout": Judgement(Verdict.RETRY, "The service did not answer in time."),
    "dial.handshake": Judgement(Verdict.RETRY_ONCE, "What answers is no voice agent: check the address."),
    "dial.refused": Judgement(Verdict.FATAL, "Check the certificate, the address and the key."),
    f"error.{UPDATE_REFUSED}": Judgement(Verdict.RETRY, "The change of settings is undone."),
}
"""Ends that the service has no code for."""

_SERVERS_FAULT: Final = frozenset(
    {
        "INTERNAL_SERVER_ERROR",
        "FAILED_TO_START_LISTENING",
        "ASR_CONNECTION_CLOSED",
        "SERVER_GOING_AWAY",
        "CLIENT_MESSAGE_TIMEOUT",
    }
)
"""Errors that settings are not to blame for, even if they come before the settings hold."""


def table() -> Mapping[str, Judgement]:
    """Every cause that is known, judged; a cause is what `cause_of` names."""
    return {**DIALS, **judgements()}


def cause_of(lost: ConnectionLost) -> str:
    """The name of what ended a session: `dial.timeout`, `http.503`, `error.FAILED_TO_SPEAK`, `close.1006`."""
    if isinstance(lost, DialFailed):
        return f"dial.{lost.stage}" if lost.status is None else f"http.{lost.status}"
    if lost.code is not None:
        return f"error.{lost.code}"
    return f"{'closed-by-us' if _is_ours(lost) else 'close'}.{lost.close_code}"


def judge(lost: ConnectionLost) -> Judgement:
    """What is to be done about a lost or a failed connection."""
    if isinstance(lost, DialFailed):
        return DIALS[f"dial.{lost.stage}"] if lost.status is None else judge_status(lost.status)
    if lost.code is None:
        return judge_close(lost.close_code, ours=_is_ours(lost))
    return DIALS.get(f"error.{lost.code}") or judge_error(lost.code)


def judge_early(code: str) -> Judgement:
    """What an `Error` means that came before the settings hold."""
    judgement = judge_error(code)
    if code in _SERVERS_FAULT or judgement.verdict is Verdict.FATAL:
        return judgement
    return Judgement(Verdict.FATAL, judgement.hint)


def loss_of(lost: ConnectionLost) -> Loss | None:
    """How patiently an end is to be met; None for one that is fatal."""
    cause, verdict = cause_of(lost), judge(lost).verdict
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


def _is_ours(lost: ConnectionLost) -> bool:
    """Whether our side closed, over something that the peer sent."""
    return isinstance(lost.__cause__, RemoteProtocolError)
