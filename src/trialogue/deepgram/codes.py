"""What every error, status and close code means for us: one table for the dialler, the actor and people.

Sources: Deepgram's list of errors and warnings, RFC 6455 section 7.4 and RFC 9110 section 15. A code that
nobody knows is retried: the service grows faster than its clients.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from attrs import frozen

__all__ = [
    "Judgement",
    "Verdict",
    "judge_close",
    "judge_error",
    "judge_status",
    "judge_warning",
    "judgements",
]


class Verdict(Enum):
    """What is to be done next."""

    FATAL = "fatal"
    """The same again would end the same: a person must act."""

    RETRY = "retry"
    """Connect again, with patience and context."""

    RETRY_NOW = "retry-now"
    """Connect again at once: nothing is wrong with us or with the load."""

    RETRY_ONCE = "retry-once"
    """Connect again; the same a second time is fatal."""

    ROLL_OVER = "roll-over"
    """The session is at the end of its allowed life: go on in a new one."""

    TURN_LOST = "turn-lost"
    """This turn has no reply; the session may live on."""

    GO_ON = "go-on"
    """Nothing to do but to say so."""


@frozen
class Judgement:
    """A code, judged."""

    verdict: Verdict
    """What is to be done."""

    hint: str
    """One line for the person who can mend it; never empty."""


def _fatal(hint: str) -> Judgement:
    return Judgement(Verdict.FATAL, hint)


def _retry(hint: str) -> Judgement:
    return Judgement(Verdict.RETRY, hint)


def _retry_once(hint: str) -> Judgement:
    return Judgement(Verdict.RETRY_ONCE, hint)


def _go_on(hint: str) -> Judgement:
    return Judgement(Verdict.GO_ON, hint)


_OUR_BUG = "Report it: trialogue sent what the service does not take."
_SERVICE = "The service has trouble; nothing to do here."
_KEY = "Check the API key: is it set, whole, unexpired and of this project?"

_UNKNOWN = _retry("The code is not known to this version.")

_ERRORS: Mapping[str, Judgement] = {
    "INTERNAL_SERVER_ERROR": _retry(_SERVICE),
    "CLIENT_MESSAGE_TIMEOUT": _retry_once("No audio reached the service in time: is the machine overloaded?"),
    "UNPARSABLE_CLIENT_MESSAGE": _fatal(
        "The service does not know a setting or message: is it enabled for this project?"
    ),
    "NON_SETTINGS_MESSAGE_BEFORE_SETTINGS": _fatal(_OUR_BUG),
    "SETTINGS_ALREADY_APPLIED": _fatal(_OUR_BUG),
    "INVALID_SETTINGS": _fatal("Check the agent's listen, think and speak settings, model names first."),
    "FAILED_TO_START_LISTENING": _retry("Speech recognition did not start; check listen if it stays so."),
    "ASR_CONNECTION_CLOSED": _retry("Speech recognition broke off."),
    "ASR_DRIVER_TIMEOUT": _retry_once("No transcript came in time: does the audio have the declared format?"),
    "USER_AUDIO_FORMAT": _fatal("The audio does not have the format that audio.input declares."),
    "FAILED_TO_SPEAK": _retry_once("No voice could speak: check speak, and give it a second one."),
    "FAILED_TO_THINK": Judgement(
        Verdict.TURN_LOST,
        "No model answered: check think, its endpoint and its key, and give it a second one.",
    ),
    "SERVER_GOING_AWAY": Judgement(Verdict.RETRY_NOW, "The service is being maintained."),
    "NON_EXISTENT_FUNCTION_CALLED": _retry("The model called a function that it was not offered."),
    "AGENT_ID_NOT_SUPPORTED": _fatal("Give the agent's settings instead of an id."),
    "INVALID_AGENT_ID": _fatal("There is no agent with this id in this project."),
    "MAXIMUM_SESSION_LENGTH_REACHED": Judgement(Verdict.ROLL_OVER, "A session lasts two hours at most."),
    "DATA-0002": _fatal("The voice does not take inline pronunciation: keep control text out of prompts."),
}

_WARNINGS: Mapping[str, Judgement] = {
    "INJECT_AGENT_MESSAGE_DURING_USER_SPEECH": _go_on("The words were not taken: the user spoke."),
    "INJECT_AGENT_MESSAGE_DURING_AGENT_SPEECH": _go_on("The words were not taken: the agent spoke."),
    "PROMPT_TOO_LONG": _go_on("Shorten the prompt: only its first 25,000 characters count."),
    "THINK_REQUEST_FAILED": _go_on("A model failed and the next was tried: check think."),
    "SPEAK_REQUEST_FAILED": _go_on("A voice failed and the next was tried: check speak."),
    "FUNCTION_CALL_FAILED": _go_on("The service could not call a function: check its endpoint."),
    "SLOW_THINK_REQUEST": _go_on("The model is slow."),
    "SLOW_SPEAK_REQUEST": _go_on("The voice is slow."),
    "FORCE_END_TURN_UNSUPPORTED": _go_on("Ending a turn by hand takes a Flux listen model."),
    "GPT_4O_STREAM_END_ERROR": _go_on("The model's answer had no proper end."),
    "MAXIMUM_SESSION_LENGTH_APPROACHING": Judgement(
        Verdict.ROLL_OVER, "A session lasts two hours at most; five minutes are left."
    ),
    "UPDATE_LISTEN_UNSUPPORTED_FIELDS_CHANGED": _go_on("The change of listen was not taken."),
    "FORCE_END_TURN_NO_ACTIVE_TURN": _go_on("There was no turn to end."),
    "VOICE_PROMPT_ADDED": _go_on("The service added its own prompt for spoken answers."),
    "API_CUTOVER_SOON": _go_on("This form of the API will end: update trialogue."),
}

_STATUSES: Mapping[int, Judgement] = {
    400: _fatal("The service did not take the request: check the address."),
    401: _fatal(_KEY),
    402: _fatal("The account is out of credit: top it up."),
    403: _fatal("The API key may not do this: check its scopes and the project's models."),
    404: _fatal("There is nothing at this address: check its host and path."),
    408: _retry("The service waited too long for the request."),
    425: _retry("The service asks for another try."),
    429: _retry("Too many sessions at once for this project."),
}

_CLOSES: Mapping[int, Judgement] = {
    1000: _retry("The service ended the session without a reason."),
    1001: _retry("The service is going away."),
    1002: _fatal(_OUR_BUG),
    1003: _fatal(_OUR_BUG),
    1005: _retry("The service ended the session without a reason."),
    1006: _retry("The connection broke."),
    1007: _fatal(_OUR_BUG),
    1008: _fatal("The service refuses what was sent: check the settings and the audio format."),
    1009: _fatal("A message was too long for the service: shorten the prompt or the context."),
    1010: _fatal(_OUR_BUG),
    1011: _retry(_SERVICE),
    1012: _retry("The service restarts."),
    1013: _retry("The service is overloaded."),
}

_OUR_CLOSES: Mapping[int, Judgement] = {
    1002: _retry_once("The service broke the websocket protocol: is it a voice agent at all?"),
    1007: _retry("The service sent text that is none."),
    1009: _retry("The service sent a message longer than our limit."),
}
"""Closes that our side made because of what it was sent."""


def judgements() -> Mapping[str, Judgement]:
    """What is known, by `error.CODE`, `warning.CODE`, `http.STATUS`, `close.CODE`, `closed-by-us.CODE`."""
    parts: tuple[tuple[str, Mapping[str, Judgement] | Mapping[int, Judgement]], ...] = (
        ("error", _ERRORS),
        ("warning", _WARNINGS),
        ("http", _STATUSES),
        ("close", _CLOSES),
        ("closed-by-us", _OUR_CLOSES),
    )
    return {f"{kind}.{code}": judgement for kind, known in parts for code, judgement in known.items()}


def judge_error(code: str) -> Judgement:
    """What an `Error` message of this code means."""
    return _ERRORS.get(code, _UNKNOWN)


def judge_warning(code: str) -> Judgement:
    """What a `Warning` message of this code means: go on, or roll over."""
    return _WARNINGS.get(code, _go_on("The code is not known to this version."))


def judge_status(status: int) -> Judgement:
    """What a handshake means that was answered with this HTTP status, which is not 101.

    A redirect is never followed (the key would travel along), so it is fatal, as is any success: the
    peer is then no voice agent.
    """
    if status in _STATUSES:
        return _STATUSES[status]
    if 200 <= status < 400:
        return _fatal("This is no voice agent: check the address.")
    if status >= 500:
        return _retry(_SERVICE)
    return _UNKNOWN


def judge_close(code: int, *, ours: bool = False) -> Judgement:
    """What a websocket close of this code means; `ours`: we closed, over something that the peer sent.

    1000, 1001 and 1005 look clean and may follow an `Error` all the same: judge that first.
    """
    if ours and code in _OUR_CLOSES:
        return _OUR_CLOSES[code]
    if code in _CLOSES:
        return _CLOSES[code]
    if 4000 <= code < 5000:
        return _fatal("The service refuses this session, by a code of its own.")
    if code < 1000 or code >= 5000:
        return _retry_once("The close code is not legal: is the peer a voice agent at all?")
    return _UNKNOWN
