"""Stand-in for a think provider that this server lacks: chosen by the operator, not by a client.

1. The first agent of the operator's file whose conditions the conversation meets answers by its script.
2. Without one, the operator's endpoint answers, whatever provider the client named.
3. Without an endpoint, the default answers: it repeats the user's words, and calls a function that fits.
"""

from __future__ import annotations

from typing import Final

from attrs import field

from trialogue.model.patterns import LinearPattern
from trialogue.server.think.scripted import Script
from trialogue.server.think.terms import DefaultTerms, OpenAiTerms, ScriptedTerms, ThinkTerms
from trialogue.services.deepgram.settings import Endpoint
from trialogue.values import frozen

__all__ = ["AgentMatch", "Caller", "StandInAgent", "StandInEndpoint", "ThinkStandIn", "completions_url"]

_COMPLETIONS: Final = "/chat/completions"

LONGEST_PROMPT: Final = 25_000
"""Most characters of a prompt that are searched, from its beginning."""


def completions_url(url: str) -> str:
    """Address of chat completions; the given address may be only the root of an API.

    >>> completions_url("http://127.0.0.1:11434/v1")
    'http://127.0.0.1:11434/v1/chat/completions'
    >>> completions_url("https://llm.example/v1/chat/completions")
    'https://llm.example/v1/chat/completions'
    """
    return url if url.endswith(_COMPLETIONS) else url.rstrip("/") + _COMPLETIONS


@frozen
class Caller:
    """Caller of a conversation: everything that tells one app's agent from another's."""

    path: str = ""
    """Path of the address before the protocol's own, such as `/orders`; empty for none."""

    key: str = field(default="", repr=False)
    """Key that the client sent. Secret."""

    tags: tuple[str, ...] = ()
    """Tags of Settings."""

    agent: str = ""
    """Id by which Settings name a reusable agent; empty where they describe one."""


@frozen
class AgentMatch:
    """Conditions of an agent of the file on a conversation; None is no condition."""

    prompt: LinearPattern | None = None
    """Regular expression that the prompt must match."""

    tag: str | None = None
    """Tag that Settings must have."""

    agent: str | None = None
    """Id of a reusable agent."""

    path: str | None = None
    """Path before the protocol's own."""

    key: str | None = field(default=None, repr=False)
    """Key that the client must send. Secret."""

    def fits(self, caller: Caller, prompt: str) -> bool:
        """Whether a caller meets all conditions."""
        return (
            (self.prompt is None or bool(self.prompt.search(prompt[:LONGEST_PROMPT])))
            and (self.tag is None or self.tag in caller.tags)
            and self.agent in {None, caller.agent}
            and self.path in {None, caller.path}
            and self.key in {None, caller.key}
        )


@frozen
class StandInAgent:
    """Agent of the operator's file."""

    name: str
    """Name in the file and in diagnostics."""

    script: Script
    """Script that it follows."""

    match: AgentMatch = AgentMatch()
    """Conditions on its conversations; None for no condition."""

    greeting: str | None = None
    """Opening words where Settings have no greeting; empty for none."""


@frozen
class StandInEndpoint:
    """Operator's model, behind an endpoint that speaks OpenAI's chat completions."""

    url: str
    """Address of chat completions."""

    key: str = field(default="", repr=False)
    """Bearer token; empty for none. Secret."""

    model: str = ""
    """Name of the model; empty for the one that the client names."""

    def terms(self, model: str | None, temperature: float | None) -> OpenAiTerms:
        """Terms of thinking at this endpoint, in the place of the client's `model`."""
        headers = {"authorization": f"Bearer {self.key}"} if self.key else None
        return OpenAiTerms(
            Endpoint(url=self.url, headers=headers), self.model or model or "default", temperature
        )


@frozen
class ThinkStandIn:
    """Stand-ins of one server: agents by script, and an endpoint."""

    agents: tuple[StandInAgent, ...] = ()
    """Agents of the operator's file, in its order."""

    endpoint: StandInEndpoint | None = None
    """Endpoint of the operator's model; None without one."""

    def agent_for(self, caller: Caller, prompt: str) -> StandInAgent | None:
        """First agent of the file that answers the caller; None without one."""
        return next((agent for agent in self.agents if agent.match.fits(caller, prompt)), None)

    def agent_of_id(self, id_: str) -> StandInAgent | None:
        """First agent of the file that stands in for a reusable agent."""
        return next((agent for agent in self.agents if agent.match.agent == id_), None)

    @property
    def paths(self) -> frozenset[str]:
        """Prefixes that may precede the protocol's path."""
        return frozenset(agent.match.path for agent in self.agents if agent.match.path)

    def think(
        self, caller: Caller, prompt: str, *, model: str | None = None, temperature: float | None = None
    ) -> ThinkTerms:
        """Terms of thinking for a caller, by rules 1 to 3."""
        agent = self.agent_for(caller, prompt)
        if agent is not None:
            return ScriptedTerms(agent.script, agent=agent.name)
        if self.endpoint is not None:
            return self.endpoint.terms(model, temperature)
        return DefaultTerms()
