"""Terms of an agent's thinking, as Settings and the server's operator say: values, checked, without I/O."""

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
    """Seed of its latencies."""

    given: tuple[int, ...] = field(default=(), eq=False, repr=False)
    """Entries that were heard in sessions before this one: where the script begins."""

    recalled: str = field(default="", eq=False, repr=False)
    """Words that were said before this session, and count as heard once more. Personal."""

    tells_entries: bool = field(default=False, eq=False, repr=False)
    """Whether the client is told which entry a reply uses."""

    agent: str = field(default="", repr=False)
    """The agent of the operator's file whose script this is; empty for a script that the client brought."""


@frozen
class OpenAiTerms:
    """Think by an endpoint that speaks OpenAI's chat completions."""

    endpoint: Endpoint
    """Endpoint of the model; its headers are secret."""

    model: str
    """The model's name."""

    temperature: float | None = None
    """Freedom of its writing; the endpoint's own where None."""

    @classmethod
    def at(cls, url: str, headers: Mapping[str, str], model: str, temperature: float | None) -> OpenAiTerms:
        """The terms of a model at an address; the headers are secret."""
        return cls(Endpoint(url, dict(headers)), model, temperature)


@frozen
class InstalledTerms:
    """Think by the model of an installed package."""

    model: str
    """The name of its entry point."""

    temperature: None = None
    """Freedom of its writing, which is its own affair."""


@frozen
class DefaultTerms:
    """Think without a script and without a model: repeat what was heard, call a function that fits."""


ThinkTerms: TypeAlias = ScriptedTerms | OpenAiTerms | InstalledTerms | DefaultTerms
"""Told apart by class."""
