"""Table of the plain HTTP routes: path, required credentials, and the function that responds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Final, TypeAlias
from urllib.parse import unquote

from trialogue.server.admission import Access, Standing, is_from_here, shown_by, standing_of
from trialogue.server.equipment import Equipment
from trialogue.server.listen.file import MAX_FILE_BYTES, listen_file
from trialogue.server.rest import account, agents
from trialogue.server.rest.answers import Holdings, RequestRefused, RestRequest, refusal
from trialogue.server.speak.speech import speak_file
from trialogue.server.speak.terms import SPEAK_PATH, TURNS_PATH
from trialogue.services.deepgram.listen.settings import NOVA_PATH
from trialogue.transport.http import HttpRequest, HttpResponse, HttpRules, Taken
from trialogue.values import frozen

__all__ = ["ROUTES", "Needs", "Reply", "Route", "decide_http", "http_rules"]

Reply: TypeAlias = Callable[[RestRequest], Awaitable[HttpResponse]]
"""Function that responds to an admitted request; may raise `RequestRefused`."""

_SMALL: Final = 1024 * 1024


class Needs(Enum):
    """Credentials that a route needs where the server has a key."""

    NOTHING = "nothing"
    TOKEN = "the key, or a granted token"  # noqa: S105 words of a page
    KEY = "the key"


@frozen
class Route:
    """Route: one method at one path."""

    method: str
    """HTTP method, in capitals."""

    path: str
    """Path; `{name}` stands for one part with any text."""

    reply: Reply
    """Function that responds; its docstring describes the route."""

    needs: Needs = Needs.KEY
    """Key or token that the client must send."""

    max_body_bytes: int = _SMALL
    """Most bytes of a body."""

    def match(self, path: str) -> dict[str, str] | None:
        """Parts of `path` by the route's names; None for another path."""
        mine, theirs = self.path.split("/"), path.split("/")
        if len(mine) != len(theirs):
            return None
        parts: dict[str, str] = {}
        for name, part in zip(mine, theirs, strict=True):
            if name.startswith("{"):
                parts[name.strip("{}")] = unquote(part)
            elif name != part:
                return None
        return parts


_AGENTS: Final = "/v1/projects/{project}/agents"
_AGENT: Final = f"{_AGENTS}/{{agent}}"
_VARIABLES: Final = "/v1/projects/{project}/agent-variables"
_VARIABLE: Final = f"{_VARIABLES}/{{variable}}"

ROUTES: Final = (
    Route("GET", "/health", account.health, Needs.NOTHING),
    Route("POST", "/v1/auth/grant", account.grant),
    Route("GET", "/v1/agent/settings/think/models", account.think_models, Needs.NOTHING),
    Route("POST", SPEAK_PATH, speak_file, Needs.TOKEN),
    Route("POST", TURNS_PATH, speak_file, Needs.TOKEN),
    Route("POST", NOVA_PATH, listen_file, Needs.TOKEN, MAX_FILE_BYTES),
    Route("GET", "/v1/models", account.list_models, Needs.TOKEN),
    Route("GET", "/v1/projects", account.list_projects),
    Route("GET", "/v1/projects/{project}", account.show_project),
    Route("POST", _AGENTS, agents.create_agent),
    Route("GET", _AGENTS, agents.list_agents),
    Route("GET", _AGENT, agents.show_agent),
    Route("PUT", _AGENT, agents.change_agent),
    Route("DELETE", _AGENT, agents.delete_agent),
    Route("POST", _VARIABLES, agents.create_variable),
    Route("GET", _VARIABLES, agents.list_variables),
    Route("GET", _VARIABLE, agents.show_variable),
    Route("PATCH", _VARIABLE, agents.change_variable),
    Route("DELETE", _VARIABLE, agents.delete_variable),
)
"""All routes."""


def http_rules(request_id: str) -> HttpRules:
    """Limits of a request, with the responses for one that breaks them."""
    return HttpRules(
        too_long=refusal(request_id, RequestRefused(413, "PAYLOAD_TOO_LARGE", "The body is too long.")),
        too_slow=refusal(
            request_id, RequestRefused(408, "REQUEST_TIMEOUT", "The body did not come in time.")
        ),
        failed=refusal(request_id, RequestRefused(500, "INTERNAL_SERVER_ERROR", "The server is at fault.")),
    )


def decide_http(
    request: HttpRequest, *, equipment: Equipment, access: Access, holdings: Holdings, request_id: str
) -> Taken | HttpResponse:
    """Response, or function that responds, for a request's head."""
    try:
        route, parts = _route_of(request)
        if route.needs is not Needs.NOTHING:
            _admit(route, request, access, holdings)
    except RequestRefused as refused:
        return refusal(request_id, refused, *_allowed(request, refused))

    async def answer(whole: HttpRequest) -> HttpResponse:
        try:
            return await route.reply(RestRequest(whole, parts, holdings, equipment, request_id))
        except RequestRefused as refused:
            return refusal(request_id, refused)

    return Taken(answer, route.max_body_bytes)


def _route_of(request: HttpRequest) -> tuple[Route, dict[str, str]]:
    method = "GET" if request.method == "HEAD" else request.method
    for route in ROUTES:
        parts = route.match(request.path)
        if parts is not None and route.method == method:
            return route, parts
    if _methods_at(request.path):
        raise RequestRefused(
            405, "METHOD_NOT_ALLOWED", f"{request.method} is not allowed for {_shown(request.path)}."
        )
    raise RequestRefused(404, "NOT_FOUND", f"There is nothing at {_shown(request.path)}.")


def _methods_at(path: str) -> list[str]:
    return [route.method for route in ROUTES if route.match(path) is not None]


def _allowed(request: HttpRequest, refused: RequestRefused) -> tuple[tuple[str, str], ...]:
    return (("allow", ", ".join(_methods_at(request.path))),) if refused.status == 405 else ()


def _admit(route: Route, request: HttpRequest, access: Access, holdings: Holdings) -> None:
    if not is_from_here(request, access):
        raise RequestRefused(403, "FORBIDDEN", "Host or Origin is not this server's.")
    match standing_of(shown_by(request), access, holdings.grants):
        case Standing.STRANGER:
            raise RequestRefused(401, "INVALID_AUTH", "Invalid credentials.")
        case Standing.GRANTED if route.needs is Needs.KEY:
            raise RequestRefused(
                403, "INSUFFICIENT_PERMISSIONS", "A granted token is not enough for this; send the key."
            )
        case _:
            return


def _shown(path: str) -> str:
    """Path as a response repeats it."""
    return path[:200]
