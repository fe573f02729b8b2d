"""Routes that apps request before a session: health, tokens, models, the project."""

from __future__ import annotations

from typing import Final

from trialogue.server.rest.answers import RequestRefused, RestRequest, json_answer, json_object
from trialogue.server.rest.grants import DEFAULT_TTL_S, MAX_TTL_S
from trialogue.speech.voices import stand_ins
from trialogue.transport.http import HttpResponse

__all__ = ["grant", "health", "list_models", "list_projects", "show_project", "think_models"]

PROJECT: Final = "00000000-0000-4000-8000-000000000001"
"""The one project that is listed; routes accept any other name, too."""

_THINK_MODELS: Final = (
    ("open_ai", "gpt-4o-mini", "GPT-4o mini"),
    ("open_ai", "gpt-4o", "GPT-4o"),
    ("open_ai", "gpt-4.1", "GPT-4.1"),
    ("open_ai", "gpt-4.1-mini", "GPT-4.1 mini"),
    ("open_ai", "gpt-5", "GPT-5"),
    ("open_ai", "gpt-5-mini", "GPT-5 mini"),
    ("anthropic", "claude-haiku-4-5", "Claude Haiku 4.5"),
    ("anthropic", "claude-sonnet-4-5", "Claude Sonnet 4.5"),
    ("google", "gemini-2.5-flash", "Gemini 2.5 Flash"),
    ("groq", "openai/gpt-oss-20b", "GPT OSS 20B"),
)
"""Models that apps ask for; the stand-in also answers for any other name."""

_LISTEN_MODELS: Final = ("nova-3", "nova-2", "nova", "enhanced", "base")


async def health(asked: RestRequest) -> HttpResponse:
    """Report that the server is running."""
    return json_answer(asked.request_id, {"status": "ok"})


async def grant(asked: RestRequest) -> HttpResponse:
    """Grant a token that opens sockets until it expires."""
    ttl = json_object(asked).get("ttl_seconds")
    ttl_s = DEFAULT_TTL_S if ttl is None else ttl
    if isinstance(ttl_s, bool) or not isinstance(ttl_s, int | float) or not 1 <= ttl_s <= MAX_TTL_S:
        raise RequestRefused(400, "PAYLOAD_ERROR", f"ttl_seconds must be a number from 1 to {MAX_TTL_S}.")
    token = asked.holdings.grants.grant(ttl_s)
    return json_answer(asked.request_id, {"access_token": token, "expires_in": ttl_s})


async def think_models(asked: RestRequest) -> HttpResponse:
    """List models that Settings may name."""
    found = [{"id": model, "name": name, "provider": provider} for provider, model, name in _THINK_MODELS]
    return json_answer(asked.request_id, {"models": found})


async def list_models(asked: RestRequest) -> HttpResponse:
    """List models of listening and voices."""
    heard = [
        {"name": name, "canonical_name": name, "architecture": name, "languages": ["en"], "streaming": True}
        for name in _LISTEN_MODELS
    ]
    voices = stand_ins()
    spoken = [
        {"name": name, "canonical_name": voices.whole(name), "architecture": "aura-2", "languages": ["en"]}
        for name in voices.local
    ]
    return json_answer(asked.request_id, {"stt": heard, "tts": spoken})


async def list_projects(asked: RestRequest) -> HttpResponse:
    """List the one project."""
    return json_answer(asked.request_id, {"projects": [_project(PROJECT)]})


async def show_project(asked: RestRequest) -> HttpResponse:
    """Show a project, whatever its name."""
    return json_answer(asked.request_id, {**_project(asked.parts["project"]), "mip_opt_out": False})


def _project(project: str) -> dict[str, object]:
    return {"project_id": project, "name": "trialogue"}
