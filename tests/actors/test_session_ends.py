"""Every end of a session, classified by one table."""

import pytest

from trialogue.actors.session_ends import cause_of, classified, loss_of
from trialogue.brain.redialling import Loss
from trialogue.errors import ConnectionLost, DialFailed, RemoteProtocolError
from trialogue.services.close_codes import Recovery
from trialogue.services.deepgram.codes import classifications, classify, classify_early

FATAL, RETRY, ONCE = Recovery.FATAL, Recovery.RETRY, Recovery.RETRY_ONCE


def recovery_of(lost):
    return classified(lost, classify).recovery


def ours(code):
    lost = ConnectionLost("lost", close_code=code)
    lost.__cause__ = RemoteProtocolError("reserved bits")
    return lost


@pytest.mark.parametrize(
    ("lost", "cause", "recovery"),
    [
        (DialFailed("x"), "dial.reach", RETRY),
        (DialFailed("x", stage="name"), "dial.name", RETRY),
        (DialFailed("x", stage="timeout"), "dial.timeout", RETRY),
        (DialFailed("x", stage="tls"), "dial.tls", RETRY),
        (DialFailed("x", stage="handshake"), "dial.handshake", ONCE),
        (DialFailed("x", status=429), "http.429", RETRY),
        (DialFailed("x", status=503), "http.503", RETRY),
        (DialFailed("x", status=401), "http.401", FATAL),
        (ConnectionLost("x"), "close.1006", RETRY),
        (ConnectionLost("x", close_code=1000), "close.1000", RETRY),
        (ConnectionLost("x", close_code=1001), "close.1001", RETRY),
        (ConnectionLost("x", close_code=1008), "close.1008", FATAL),
        (ConnectionLost("x", close_code=4001), "close.4001", FATAL),
        (ConnectionLost("x", close_code=999), "close.999", ONCE),
        (ours(1002), "closed-by-us.1002", ONCE),
        (ours(1007), "closed-by-us.1007", RETRY),
        (ConnectionLost("x", close_code=1002), "close.1002", FATAL),
        (ConnectionLost("x", close_code=1005, code="INVALID_SETTINGS"), "error.INVALID_SETTINGS", FATAL),
        (ConnectionLost("x", code="INTERNAL_SERVER_ERROR"), "error.INTERNAL_SERVER_ERROR", RETRY),
        (ConnectionLost("x", code="CLIENT_MESSAGE_TIMEOUT"), "error.CLIENT_MESSAGE_TIMEOUT", ONCE),
        (ConnectionLost("x", code="SERVER_GOING_AWAY"), "error.SERVER_GOING_AWAY", Recovery.RETRY_NOW),
        (ConnectionLost("x", code="NEWER_THAN_WE"), "error.NEWER_THAN_WE", RETRY),
        (ConnectionLost("x", code="update-refused"), "error.update-refused", RETRY),
    ],
)
def test_each_end_has_one_class(lost, cause, recovery):
    """A session's end is told apart by dial, status, close and error, and the service's words come first."""
    assert (cause_of(lost), recovery_of(lost)) == (cause, recovery)
    assert classified(lost, classify).hint


def test_the_table_is_whole():
    """Every known end of a session has a class and a line for people."""
    rows = classifications()
    assert {name.partition(".")[0] for name in rows} == {
        "dial",
        "http",
        "close",
        "closed-by-us",
        "error",
        "warning",
    }
    assert all(row.hint for row in rows.values())
    assert rows["http.401"].recovery is FATAL


@pytest.mark.parametrize(
    ("code", "recovery"),
    [
        ("INVALID_SETTINGS", FATAL),
        ("FAILED_TO_SPEAK", FATAL),
        ("NEWER_THAN_WE", FATAL),
        ("INTERNAL_SERVER_ERROR", RETRY),
        ("SERVER_GOING_AWAY", Recovery.RETRY_NOW),
        ("CLIENT_MESSAGE_TIMEOUT", ONCE),
    ],
)
def test_before_the_settings_hold_an_error_is_about_them(code, recovery):
    """An error before the settings hold fails the agent, unless it is the server's own fault."""
    assert classify_early(code).recovery is recovery


@pytest.mark.parametrize(
    ("lost", "loss"),
    [
        (DialFailed("x", stage="name"), Loss("dial.name", at_most=3, was_dialling=True)),
        (DialFailed("x", stage="handshake"), Loss("dial.handshake", at_most=1, was_dialling=True)),
        (DialFailed("x", status=503), Loss("http.503", was_dialling=True)),
        (ours(1002), Loss("closed-by-us.1002", at_most=1)),
        (ConnectionLost("x", code="FAILED_TO_THINK"), Loss("error.FAILED_TO_THINK", at_most=1)),
        (ConnectionLost("x", code="SERVER_GOING_AWAY"), Loss("error.SERVER_GOING_AWAY", at_once=True)),
        (
            ConnectionLost("x", code="MAXIMUM_SESSION_LENGTH_REACHED"),
            Loss("error.MAXIMUM_SESSION_LENGTH_REACHED", is_planned=True),
        ),
        (ConnectionLost("x", close_code=1008), None),
    ],
)
def test_retries_and_waits_follow_the_classification(lost, loss):
    """How often an end is tolerated, and the wait after it, come from the table alone."""
    assert loss_of(lost, recovery_of(lost)) == loss
