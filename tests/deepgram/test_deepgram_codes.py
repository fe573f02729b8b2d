"""Every code is classified, and unknown ones are worth another try."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialogue.services.close_codes import Classification, Recovery, classify_close, classify_status
from trialogue.services.deepgram.codes import classify_error, classify_warning

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
    ("code", "recovery"),
    [
        *((code, Recovery.FATAL) for code in FATAL_ERRORS),
        ("INTERNAL_SERVER_ERROR", Recovery.RETRY),
        ("CLIENT_MESSAGE_TIMEOUT", Recovery.RETRY_ONCE),
        ("FAILED_TO_START_LISTENING", Recovery.RETRY),
        ("ASR_CONNECTION_CLOSED", Recovery.RETRY),
        ("ASR_DRIVER_TIMEOUT", Recovery.RETRY_ONCE),
        ("FAILED_TO_SPEAK", Recovery.RETRY_ONCE),
        ("FAILED_TO_THINK", Recovery.TURN_LOST),
        ("SERVER_GOING_AWAY", Recovery.RETRY_NOW),
        ("NON_EXISTENT_FUNCTION_CALLED", Recovery.RETRY),
        ("MAXIMUM_SESSION_LENGTH_REACHED", Recovery.ROLL_OVER),
        ("SOMETHING_NEW", Recovery.RETRY),
    ],
)
def test_errors(code, recovery):
    """Each documented error of the service is classified as fatal, or as worth another try."""
    assert classify_error(code).recovery is recovery


@pytest.mark.parametrize(
    ("code", "recovery"),
    [
        ("MAXIMUM_SESSION_LENGTH_APPROACHING", Recovery.ROLL_OVER),
        ("INJECT_AGENT_MESSAGE_DURING_USER_SPEECH", Recovery.GO_ON),
        ("INJECT_AGENT_MESSAGE_DURING_AGENT_SPEECH", Recovery.GO_ON),
        ("PROMPT_TOO_LONG", Recovery.GO_ON),
        ("THINK_REQUEST_FAILED", Recovery.GO_ON),
        ("SPEAK_REQUEST_FAILED", Recovery.GO_ON),
        ("FUNCTION_CALL_FAILED", Recovery.GO_ON),
        ("SLOW_THINK_REQUEST", Recovery.GO_ON),
        ("SLOW_SPEAK_REQUEST", Recovery.GO_ON),
        ("FORCE_END_TURN_UNSUPPORTED", Recovery.GO_ON),
        ("GPT_4O_STREAM_END_ERROR", Recovery.GO_ON),
        ("UPDATE_LISTEN_UNSUPPORTED_FIELDS_CHANGED", Recovery.GO_ON),
        ("VOICE_PROMPT_ADDED", Recovery.GO_ON),
        ("API_CUTOVER_SOON", Recovery.GO_ON),
        ("SOMETHING_NEW", Recovery.GO_ON),
    ],
)
def test_warnings(code, recovery):
    """A warning never ends a session; the one about its age asks for the next."""
    assert classify_warning(code).recovery is recovery


@pytest.mark.parametrize(
    ("status", "recovery"),
    [
        *((status, Recovery.FATAL) for status in (200, 204, 301, 302, 307, 399, 400, 401, 402, 403, 404)),
        *((status, Recovery.RETRY) for status in (408, 425, 429, 500, 502, 503, 599)),
        *((status, Recovery.RETRY) for status in (100, 418, 499)),
    ],
)
def test_statuses(status, recovery):
    """A handshake that is refused for a while is tried again; redirects are not followed."""
    assert classify_status(status).recovery is recovery


@pytest.mark.parametrize(
    ("code", "recovery"),
    [
        *((code, Recovery.FATAL) for code in (1002, 1003, 1007, 1008, 1009, 1010, 4000, 4999)),
        *((code, Recovery.RETRY) for code in (1000, 1001, 1005, 1006, 1011, 1012, 1013)),
        *((code, Recovery.RETRY) for code in (1014, 3000)),
        *((code, Recovery.RETRY_ONCE) for code in (0, 999, 5000)),
    ],
)
def test_closes(code, recovery):
    """A close for an error of ours is fatal, and one for the service's is tried again."""
    assert classify_close(code).recovery is recovery


@pytest.mark.parametrize(
    ("code", "recovery"),
    [(1002, Recovery.RETRY_ONCE), (1007, Recovery.RETRY), (1009, Recovery.RETRY), (1008, Recovery.FATAL)],
)
def test_closes_of_ours(code, recovery):
    """A close by our side over what the peer sent is mostly followed by another connection."""
    assert classify_close(code, ours=True).recovery is recovery


@settings(deadline=None)
@given(st.text(max_size=20), st.integers(0, 10_000))
def test_everything_is_judged_with_a_hint(code, number):
    """Each code, known or not, has a recovery and a line for people."""
    for classified in (
        classify_error(code),
        classify_warning(code),
        classify_status(number),
        classify_close(number),
        classify_close(number, ours=True),
    ):
        assert isinstance(classified, Classification)
        assert classified.hint.endswith((".", "?"))
        assert "\n" not in classified.hint


def test_refusals_of_the_account_say_what_to_do():
    """The refusals of a wrong key and of an empty account name their remedy."""
    assert "API key" in classify_status(401).hint
    assert "credit" in classify_status(402).hint
