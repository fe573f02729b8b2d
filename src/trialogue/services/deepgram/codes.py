"""Codes of Deepgram's errors and warnings, with the classification of each, and of all ends of a session.

1. The service's last error takes precedence over the close code: 1000, 1001 and 1005 look clean.
2. An `Error` before the settings are applied concerns the settings and is fatal, unless it is the server's
   fault.

Source: Deepgram's list of errors and warnings. An unknown code is retried.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from trialogue.errors import ConnectionLost, DialFailed
from trialogue.services import close_codes
from trialogue.services.close_codes import (
    OUR_BUG,
    SERVICE,
    UNKNOWN,
    Classification,
    Recovery,
    classify_end,
    fatal,
    go_on,
    retry,
    retry_once,
)

_ERRORS: Mapping[str, Classification] = {
    "INTERNAL_SERVER_ERROR": retry(SERVICE),
    "CLIENT_MESSAGE_TIMEOUT": retry_once(
        "No audio reached the service in time: the machine may be overloaded."
    ),
    "UNPARSABLE_CLIENT_MESSAGE": fatal(
        "The service does not know a setting or a message: it may not be enabled for this project."
    ),
    "NON_SETTINGS_MESSAGE_BEFORE_SETTINGS": fatal(OUR_BUG),
    "SETTINGS_ALREADY_APPLIED": fatal(OUR_BUG),
    "INVALID_SETTINGS": fatal("Check the agent's listen, think and speak settings, model names first."),
    "FAILED_TO_START_LISTENING": retry("Speech recognition did not start: if this repeats, check listen."),
    "ASR_CONNECTION_CLOSED": retry("Speech recognition broke off."),
    "ASR_DRIVER_TIMEOUT": retry_once("No transcript came in time: does the audio have the declared format?"),
    "USER_AUDIO_FORMAT": fatal("The audio does not have the format that audio.input declares."),
    "FAILED_TO_SPEAK": retry_once("No voice could speak: check speak, and add a second voice."),
    "FAILED_TO_THINK": Classification(
        Recovery.TURN_LOST,
        "No model answered: check think, its endpoint and its key, and add a second model.",
    ),
    "SERVER_GOING_AWAY": Classification(Recovery.RETRY_NOW, "The service is being maintained."),
    "NON_EXISTENT_FUNCTION_CALLED": retry("The model called a function that it was not offered."),
    "AGENT_ID_NOT_SUPPORTED": fatal("Give the agent's settings instead of an id."),
    "INVALID_AGENT_ID": fatal("This project has no agent with this id."),
    "MAXIMUM_SESSION_LENGTH_REACHED": Classification(
        Recovery.ROLL_OVER, "A session lasts two hours at most."
    ),
    "DATA-0002": fatal("The voice does not take inline pronunciation: keep control text out of prompts."),
}

_WARNINGS: Mapping[str, Classification] = {
    "INJECT_AGENT_MESSAGE_DURING_USER_SPEECH": go_on("The words were refused: the user was speaking."),
    "INJECT_AGENT_MESSAGE_DURING_AGENT_SPEECH": go_on("The words were refused: the agent was speaking."),
    "PROMPT_TOO_LONG": go_on("Shorten the prompt: only its first 25,000 characters count."),
    "THINK_REQUEST_FAILED": go_on("A model failed and the next was tried: check think."),
    "QUESTION_NOT_ON_RECORD": go_on("A model's answer is not recorded: record it with --record-models."),
    "SPEAK_REQUEST_FAILED": go_on("A voice failed and the next was tried: check speak."),
    "FUNCTION_CALL_FAILED": go_on("The service could not call a function: check its endpoint."),
    "SLOW_THINK_REQUEST": go_on("The model is slow."),
    "SLOW_SPEAK_REQUEST": go_on("The voice is slow."),
    "FORCE_END_TURN_UNSUPPORTED": go_on("Ending a turn by message needs a Flux listen model."),
    "GPT_4O_STREAM_END_ERROR": go_on("The model's answer was incomplete."),
    "MAXIMUM_SESSION_LENGTH_APPROACHING": Classification(
        Recovery.ROLL_OVER, "A session lasts two hours at most; five minutes are left."
    ),
    "UPDATE_LISTEN_UNSUPPORTED_FIELDS_CHANGED": go_on("The change of listen was rejected."),
    "FORCE_END_TURN_NO_ACTIVE_TURN": go_on("There was no turn to end."),
    "VOICE_PROMPT_ADDED": go_on("The service added its own prompt for spoken answers."),
    "API_CUTOVER_SOON": go_on("This form of the API will end: update trialogue."),
}

_SERVERS_FAULT: Final = frozenset(
    {
        "INTERNAL_SERVER_ERROR",
        "FAILED_TO_START_LISTENING",
        "ASR_CONNECTION_CLOSED",
        "SERVER_GOING_AWAY",
        "CLIENT_MESSAGE_TIMEOUT",
    }
)
"""Errors that settings do not cause, even before they are applied."""


def classifications() -> Mapping[str, Classification]:
    """Classifications by `error.CODE`, `warning.CODE`, and the keys of the table that all services share."""
    own = (("error", _ERRORS), ("warning", _WARNINGS))
    told = {f"{kind}.{code}": meaning for kind, known in own for code, meaning in known.items()}
    return {**close_codes.classifications(), **told}


def classify(lost: ConnectionLost) -> Classification:
    """Classification of a lost or failed connection."""
    if lost.code is None or isinstance(lost, DialFailed):
        return classify_end(lost)
    return classify_error(lost.code)


def classify_early(code: str) -> Classification:
    """Classification of an `Error` of this code before the settings are applied."""
    meaning = classify_error(code)
    if code in _SERVERS_FAULT or meaning.recovery is Recovery.FATAL:
        return meaning
    return Classification(Recovery.FATAL, meaning.hint)


def classify_error(code: str) -> Classification:
    """Classification of an `Error` message of this code."""
    return _ERRORS.get(code, UNKNOWN)


def classify_warning(code: str) -> Classification:
    """Classification of a `Warning` message of this code: go on, or roll over."""
    return _WARNINGS.get(code, go_on("The code is not known to this version."))
