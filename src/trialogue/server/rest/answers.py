"""Requests and responses of the REST routes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final, cast

from attrs import field

from trialogue.model.json_text import read_json
from trialogue.server.equipment import Equipment
from trialogue.server.rest.grants import Grants
from trialogue.server.rest.stored import StoredAgents
from trialogue.transport.http import HttpRequest, HttpResponse
from trialogue.values import frozen

__all__ = ["Holdings", "RequestRefused", "RestRequest", "json_answer", "json_object", "refusal"]

_JSON: Final = ("content-type", "application/json")


@frozen
class Holdings:
    """Data that one server keeps for its clients between their requests."""

    grants: Grants = field(factory=Grants)
    """Tokens."""

    agents: StoredAgents = field(factory=StoredAgents)
    """Stored agent configurations."""


@frozen
class RestRequest:
    """Admitted request, with everything that its response may use."""

    request: HttpRequest
    """Request, with its body."""

    parts: Mapping[str, str]
    """Parts of the path for which the route has names."""

    holdings: Holdings
    """Data that the server keeps for its clients."""

    equipment: Equipment
    """Equipment of the server."""

    request_id: str
    """Id in the header `dg-request-id`."""


class RequestRefused(Exception):
    """Refusal of a request; the text may be sent to the client."""

    def __init__(self, status: int, code: str, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.code = code


def json_answer(request_id: str, body: object, status: int = 200) -> HttpResponse:
    """Response with a JSON body."""
    return HttpResponse(status, (("dg-request-id", request_id), _JSON), json.dumps(body).encode())


def refusal(request_id: str, refused: RequestRefused, *more: tuple[str, str]) -> HttpResponse:
    """Refusal in the hosted service's form: the words are in the body, and in the header `dg-error`."""
    words = str(refused)
    body = {"err_code": refused.code, "err_msg": words, "request_id": request_id}
    headers = (("dg-request-id", request_id), ("dg-error", _printable(words)), _JSON, *more)
    return HttpResponse(refused.status, headers, json.dumps(body).encode())


def json_object(asked: RestRequest) -> dict[str, object]:
    """Body as a JSON object; raises `RequestRefused` for any other."""
    try:
        found: object = read_json(asked.request.body or b"{}")
    except ValueError:
        raise RequestRefused(400, "INVALID_JSON", "The body is not JSON.") from None
    if not isinstance(found, dict):
        raise RequestRefused(400, "INVALID_JSON", "The body must be a JSON object.")
    return cast("dict[str, object]", found)


def _printable(words: str) -> str:
    """Words with the characters that a header may hold."""
    return "".join(c if " " <= c <= "~" else "?" for c in words)
