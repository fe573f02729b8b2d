"""Control routes: `/_trialogue/`, by which programs in any language control a server (see `Control`).

1. Every route but the page itself needs the token, as `Authorization: Bearer TOKEN`: the clients' messages
   are personal, and a foreign web page must not make an agent speak.
2. Bodies and responses are JSON. A request that cannot be carried out gets 4xx and one line in `error`.
3. Each wait is bounded: `within_s` is a minute at most.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, TypeAlias, cast

import orjson
from attrs import field

from trialogue.arguments import fault_of_path
from trialogue.errors import SetupError
from trialogue.model.json_text import read_json
from trialogue.report.page.document import assemble
from trialogue.server.think.scripted import ScriptError
from trialogue.serving.control import Control
from trialogue.serving.ledger import By, NothingCame, Wanted
from trialogue.serving.orders import order, servable
from trialogue.transport.http import HttpRequest, HttpResponse, Taken
from trialogue.values import frozen

__all__ = ["PREFIX", "ControlRoutes"]

PREFIX: Final = "/_trialogue/"
"""Path prefix of all routes."""

MAX_BODY_BYTES: Final = 1024 * 1024

Body: TypeAlias = Mapping[str, Any]
Done: TypeAlias = Callable[[Control, Body], Awaitable[object]]


class BadRequest(ValueError):
    """A body that cannot be carried out; the text has the reason."""


@frozen
class ControlRoutes:
    """Control routes of one server."""

    control: Control
    """Control of the server."""

    token: str = field(repr=False)
    """Token that a request must have."""

    def decide(self, request: HttpRequest) -> Taken | HttpResponse | None:
        """Response to a plain request; None for other paths."""
        if not f"{request.path}/".startswith(PREFIX):
            return None
        if request.method == "GET" and request.path in {PREFIX, PREFIX[:-1]}:
            return HttpResponse(200, (("content-type", "text/html; charset=utf-8"), *_PRIVATE), page())
        if not self._is_shown(request):
            return _answer(401, {"error": "send the control token: Authorization: Bearer TOKEN"})
        name = f"{request.method} {request.path.removeprefix(PREFIX)}"
        if request.method == "GET" and request.path.startswith(f"{PREFIX}sessions/"):
            return Taken(partial(self._one, request.path.removeprefix(f"{PREFIX}sessions/")))
        if name not in _ROUTES:
            known = ", ".join(sorted(_ROUTES))
            return _answer(404, {"error": f"unknown resource {name}; known: {known}"})
        return Taken(partial(self._do, _ROUTES[name]), MAX_BODY_BYTES)

    def _is_shown(self, request: HttpRequest) -> bool:
        scheme, _, shown = (request.header("authorization") or "").partition(" ")
        is_token = hmac.compare_digest(shown.strip().encode(), self.token.encode())
        return scheme.lower() == "bearer" and is_token

    async def _one(self, name: str, _: HttpRequest) -> HttpResponse:
        return await _answered(partial(_session, self.control, name))

    async def _do(self, done: Done, request: HttpRequest) -> HttpResponse:
        async def asked() -> object:
            return await done(self.control, _body(request.body))

        return await _answered(asked)


async def _answered(asked: Callable[[], Awaitable[object]]) -> HttpResponse:
    try:
        return _answer(200, await asked())
    except NothingCame as nothing:
        return _answer(408, {"error": str(nothing)})
    except (SetupError, ScriptError, BadRequest) as fault:
        return _answer(400, {"error": str(fault)})


# --- actions -------------------------------------------------------------------------------


async def _sessions(control: Control, _: Body) -> object:
    return [each.document() for each in control.ledger.sessions.values()]


async def _session(control: Control, name: str) -> object:
    session = control.session(name)
    return {**session.document(), "said": [each.document() for each in session.seen]}


async def _received(control: Control, body: Body) -> object:
    return [each.document() for each in control.ledger.all_of(_wanted(body))]


async def _wait(control: Control, body: Body) -> object:
    within_s = _of(body, "within_s", float, 5.0)
    if within_s < 0.0:
        raise BadRequest("within_s is a number of seconds from 0")
    return (await control.wait_for(_wanted(body), within_s)).document()


async def _say(control: Control, body: Body) -> object:
    control.speak(
        _of(body, "text", str), _of(body, "session", str, None), _of(body, "behavior", str, "queue")
    )
    return {}


async def _user(control: Control, body: Body) -> object:
    at_once, session = _of(body, "at_once", bool, default=False), _of(body, "session", str, None)
    if "write" in body:
        control.write(_of(body, "write", str), session)
    elif "play" in body:
        path = _of(body, "play", str)
        if fault := fault_of_path(path):
            raise BadRequest(f"play {fault}")
        await control.play(Path(path), session, at_once=at_once)
    else:
        await control.say(_of(body, "say", str), session, at_once=at_once)
    return {}


async def _fault(control: Control, body: Body) -> object:
    after: object = body.get("after")
    if not isinstance(after, str | float | int | None):
        raise BadRequest("after must be a duration such as 3s, or seconds")
    control.order(order(_of(body, "fault", str), after), _of(body, "session", str, None))
    return {}


async def _faults(_control: Control, _: Body) -> object:
    return [{"name": each.name, "what": each.what} for each in servable()]


async def _latency(control: Control, body: Body) -> object:
    control.delay(_of(body, "seconds", float))
    return {}


async def _script(control: Control, body: Body) -> object:
    entries = body.get("script")
    if not isinstance(entries, list):
        raise BadRequest("script must be a list of entries")
    control.script(cast("list[Mapping[str, object]]", entries), _of(body, "greeting", str, None))
    return {}


async def _reset(control: Control, _: Body) -> object:
    await control.reset()
    return {}


_ROUTES: Final[Mapping[str, Done]] = {
    "GET sessions": _sessions,
    "POST received": _received,
    "POST wait": _wait,
    "POST say": _say,
    "POST user": _user,
    "GET faults": _faults,
    "POST faults": _fault,
    "POST latency": _latency,
    "POST script": _script,
    "POST reset": _reset,
}
"""Routes besides the page and `GET sessions/ID`."""


# --- bodies -----------------------------------------------------------------------------------------


def _wanted(body: Body) -> Wanted:
    having: object = body.get("having", {})
    by = _of(body, "by", str, "client")
    if not isinstance(having, dict) or by not in {"client", "server"}:
        raise BadRequest("having must be an object, and by must be client or server")
    return Wanted(
        _of(body, "type", str, ""),
        cast("dict[str, object]", having),
        cast("By", by),
        _of(body, "session", str, None),
        max(1, int(_of(body, "nth", float, 1.0))),
    )


_NEEDED: Final = object()


def _of(body: Body, name: str, kind: type, default: Any = _NEEDED) -> Any:  # noqa: ANN401 - of the type `kind`
    """Member of a body; `BadRequest` for another type, or for a missing one that is required."""
    value: object = body.get(name)
    if value is None and default is not _NEEDED:
        return default
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise BadRequest(f"{name} must be {_WORDS[kind]}")
    return value


_WORDS: Final[Mapping[type, str]] = {str: "a text", float: "a number", bool: "true or false"}


def _body(raw: bytes) -> Body:
    if not raw:
        return {}
    try:
        parsed: object = read_json(raw)
    except orjson.JSONDecodeError:
        raise BadRequest("the body is not JSON") from None
    if not isinstance(parsed, dict):
        raise BadRequest("the body must be a JSON object")
    return cast("dict[str, Any]", parsed)


_PRIVATE: Final = (("cache-control", "no-store"), ("x-content-type-options", "nosniff"))


def _answer(status: int, said: object) -> HttpResponse:
    return HttpResponse(status, (("content-type", "application/json"), *_PRIVATE), orjson.dumps(said))


def page() -> bytes:
    """Page of the sessions of its server; the reader must enter the token."""
    assets = files("trialogue.serving") / "assets"
    body, style, script = (
        (assets / f"control.{ending}").read_text("utf-8") for ending in ("html", "css", "js")
    )
    return assemble(body=body, styles=(style,), scripts=(script,), data={}, connects=True)
