"""Terms of an agent's thinking, from Settings and the server's operator: checked values, without I/O."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from attrs import field

from trialogue.server.think.scripted import Script
from trialogue.services.deepgram.settings import Endpoint
from trialogue.values import frozen

__all__ = ["DefaultTerms", "InstalledTerms", "OpenAiTerms", "ScriptedTerms", "ThinkTerms"]


@frozen
class ScriptedTerms:
    """Think by a script."""

    script: Script
    """Script that it follows."""

    seed: int = 0
    """Seed of its thinking times."""

    given: tuple[int, ...] = field(default=(), eq=False, repr=False)
    """Entries that were heard in earlier sessions: the place where the script begins."""

    recalled: str = field(default="", eq=False, repr=False)
    """Words from before this session that count as heard once more. Personal."""

    tells_entries: bool = field(default=False, eq=False, repr=False)
    """Whether the client is told which entry a reply uses."""

    agent: str = field(default="", repr=False)
    """Name of the agent in the operator's file whose script this is; empty for a client's script."""


@frozen
class OpenAiTerms:
    """Think by an endpoint that speaks OpenAI's chat completions."""

    endpoint: Endpoint
    """Endpoint of the model; its headers are secret."""

    model: str
    """Name of the model."""

    temperature: float | None = None
    """Temperature; None for the endpoint's own."""

    @classmethod
    def at(cls, url: str, headers: Mapping[str, str], model: str, temperature: float | None) -> OpenAiTerms:
        """Terms of a model at an address; the headers are secret."""
        return cls(Endpoint(url, dict(headers)), model, temperature)


@frozen
class InstalledTerms:
    """Think by the model of an installed package."""

    model: str
    """Name of its entry point."""

    temperature: None = None
    """Temperature; None for the model's own."""


@frozen
class DefaultTerms:
    """Think without a script and a model: repeat the user's words, call a function that fits."""


ThinkTerms: TypeAlias = ScriptedTerms | OpenAiTerms | InstalledTerms | DefaultTerms
"""Kinds of thinking."""
