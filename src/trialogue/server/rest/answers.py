"""Answers of the REST routes, and how a request comes to them."""

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
    """Holdings that one server keeps for its clients between their requests."""

    grants: Grants = field(factory=Grants)
    """The tokens."""

    agents: StoredAgents = field(factory=StoredAgents)
    """The stored agent configurations."""


@frozen
class RestRequest:
    """One request that was let in, with all that its answer may use."""

    request: HttpRequest
    """The request, with its body."""

    parts: Mapping[str, str]
    """Parts of the path where the route has names."""

    holdings: Holdings
    """Holdings of the server."""

    equipment: Equipment
    """Equipment of the server."""

    request_id: str
    """Id, as `dg-request-id` says it."""


class RequestRefused(Exception):
    """The request cannot be granted; the text is fit for the wire."""

    def __init__(self, status: int, code: str, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.code = code


def json_answer(request_id: str, body: object, status: int = 200) -> HttpResponse:
    """Answer with a JSON body."""
    return HttpResponse(status, (("dg-request-id", request_id), _JSON), json.dumps(body).encode())


def refusal(request_id: str, refused: RequestRefused, *more: tuple[str, str]) -> HttpResponse:
    """Refuse as the hosted service does: the words are in the body, and in the header `dg-error`."""
    words = str(refused)
    body = {"err_code": refused.code, "err_msg": words, "request_id": request_id}
    headers = (("dg-request-id", request_id), ("dg-error", _printable(words)), _JSON, *more)
    return HttpResponse(refused.status, headers, json.dumps(body).encode())


def json_object(asked: RestRequest) -> dict[str, object]:
    """The body, which must be a JSON object; raises `RequestRefused`."""
    try:
        found: object = read_json(asked.request.body or b"{}")
    except ValueError:
        raise RequestRefused(400, "INVALID_JSON", "The body is not JSON.") from None
    if not isinstance(found, dict):
        raise RequestRefused(400, "INVALID_JSON", "The body must be a JSON object.")
    return cast("dict[str, object]", found)


def _printable(words: str) -> str:
    """Words as a header may hold them."""
    return "".join(c if " " <= c <= "~" else "?" for c in words)
