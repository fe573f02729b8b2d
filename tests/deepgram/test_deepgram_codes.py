"""Every code is judged, and unknown ones are worth another try."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialogue.services.deepgram.codes import judge_error, judge_warning
from trialogue.services.verdicts import Judgement, Verdict, judge_close, judge_status

FATAL_ERRORS = [
    "UNPARSABLE_CLIENT_MESSAGE",
    "NON_SETTINGS_MESSAGE_BEFORE_SETTINGS",
    "SETTINGS_ALREADY_APPLIED",
    "INVALID_SETTINGS",
    "USER_AUDIO_FORMAT",
    "AGENT_ID_NOT_SUPPORTED",
    "INVALID_AGENT_ID",
    "DATA-0002",
]


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        *((code, Verdict.FATAL) for code in FATAL_ERRORS),
        ("INTERNAL_SERVER_ERROR", Verdict.RETRY),
        ("CLIENT_MESSAGE_TIMEOUT", Verdict.RETRY_ONCE),
        ("FAILED_TO_START_LISTENING", Verdict.RETRY),
        ("ASR_CONNECTION_CLOSED", Verdict.RETRY),
        ("ASR_DRIVER_TIMEOUT", Verdict.RETRY_ONCE),
        ("FAILED_TO_SPEAK", Verdict.RETRY_ONCE),
        ("FAILED_TO_THINK", Verdict.TURN_LOST),
        ("SERVER_GOING_AWAY", Verdict.RETRY_NOW),
        ("NON_EXISTENT_FUNCTION_CALLED", Verdict.RETRY),
        ("MAXIMUM_SESSION_LENGTH_REACHED", Verdict.ROLL_OVER),
        ("SOMETHING_NEW", Verdict.RETRY),
    ],
)
def test_errors(code, verdict):
    """The service's list of errors, judged."""
    assert judge_error(code).verdict is verdict


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("MAXIMUM_SESSION_LENGTH_APPROACHING", Verdict.ROLL_OVER),
        ("INJECT_AGENT_MESSAGE_DURING_USER_SPEECH", Verdict.GO_ON),
        ("INJECT_AGENT_MESSAGE_DURING_AGENT_SPEECH", Verdict.GO_ON),
        ("PROMPT_TOO_LONG", Verdict.GO_ON),
        ("THINK_REQUEST_FAILED", Verdict.GO_ON),
        ("SPEAK_REQUEST_FAILED", Verdict.GO_ON),
        ("FUNCTION_CALL_FAILED", Verdict.GO_ON),
        ("SLOW_THINK_REQUEST", Verdict.GO_ON),
        ("SLOW_SPEAK_REQUEST", Verdict.GO_ON),
        ("FORCE_END_TURN_UNSUPPORTED", Verdict.GO_ON),
        ("GPT_4O_STREAM_END_ERROR", Verdict.GO_ON),
        ("UPDATE_LISTEN_UNSUPPORTED_FIELDS_CHANGED", Verdict.GO_ON),
        ("VOICE_PROMPT_ADDED", Verdict.GO_ON),
        ("API_CUTOVER_SOON", Verdict.GO_ON),
        ("SOMETHING_NEW", Verdict.GO_ON),
    ],
)
def test_warnings(code, verdict):
    """A warning never ends a session; one asks for the next."""
    assert judge_warning(code).verdict is verdict


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        *((status, Verdict.FATAL) for status in (200, 204, 301, 302, 307, 399, 400, 401, 402, 403, 404)),
        *((status, Verdict.RETRY) for status in (408, 425, 429, 500, 502, 503, 599)),
        *((status, Verdict.RETRY) for status in (100, 418, 499)),
    ],
)
def test_statuses(status, verdict):
    """A refused handshake: what can pass is tried again, redirects are not followed."""
    assert judge_status(status).verdict is verdict


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        *((code, Verdict.FATAL) for code in (1002, 1003, 1007, 1008, 1009, 1010, 4000, 4999)),
        *((code, Verdict.RETRY) for code in (1000, 1001, 1005, 1006, 1011, 1012, 1013)),
        *((code, Verdict.RETRY) for code in (1014, 3000)),
        *((code, Verdict.RETRY_ONCE) for code in (0, 999, 5000)),
    ],
)
def test_closes(code, verdict):
    """A close by the peer: what it holds against us is fatal, what ails it is not."""
    assert judge_close(code).verdict is verdict


@pytest.mark.parametrize(
    ("code", "verdict"),
    [(1002, Verdict.RETRY_ONCE), (1007, Verdict.RETRY), (1009, Verdict.RETRY), (1008, Verdict.FATAL)],
)
def test_closes_of_ours(code, verdict):
    """A close by our side over what the peer sent: the next connection may be better."""
    assert judge_close(code, ours=True).verdict is verdict


@settings(deadline=None)
@given(st.text(max_size=20), st.integers(0, 10_000))
def test_everything_is_judged_with_a_hint(code, number):
    """No code is without a verdict and a line for people."""
    for judged in (
        judge_error(code),
        judge_warning(code),
        judge_status(number),
        judge_close(number),
        judge_close(number, ours=True),
    ):
        assert isinstance(judged, Judgement)
        assert judged.hint.endswith((".", "?"))
        assert "\n" not in judged.hint


def test_refusals_of_the_account_say_what_to_do():
    """The two that people meet first name the remedy."""
    assert "API key" in judge_status(401).hint
    assert "credit" in judge_status(402).hint
