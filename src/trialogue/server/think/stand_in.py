"""Stand-in for a provider that this server does not have: the operator's choice, no client's.

1. The first agent of the operator's file that the conversation matches answers, by its script.
2. Else the operator's endpoint does, whatever provider the client named.
3. Else the default does: it repeats what was heard, and calls a function that fits.
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
"""Characters of a prompt that are searched, from its beginning."""


def completions_url(url: str) -> str:
    """Address of chat completions, by an address that may be only the root of an API.

    >>> completions_url("http://127.0.0.1:11434/v1")
    'http://127.0.0.1:11434/v1/chat/completions'
    >>> completions_url("https://llm.example/v1/chat/completions")
    'https://llm.example/v1/chat/completions'
    """
    return url if url.endswith(_COMPLETIONS) else url.rstrip("/") + _COMPLETIONS


@frozen
class Caller:
    """Caller that holds a conversation: everything that tells one app's agent from another's."""

    path: str = ""
    """Path in the address before the protocol's own, as `/orders`; empty for none."""

    key: str = field(default="", repr=False)
    """The key that was shown. Secret."""

    tags: tuple[str, ...] = ()
    """Of Settings."""

    agent: str = ""
    """The id by which Settings name a reusable agent; empty where they describe one."""


@frozen
class AgentMatch:
    """Conditions on a conversation for an agent of the file; what is None need not be there."""

    prompt: LinearPattern | None = None
    """A regular expression that the prompt holds."""

    tag: str | None = None
    """One of the tags of Settings."""

    agent: str | None = None
    """The id of a reusable agent."""

    path: str | None = None
    """Path before the protocol's own."""

    key: str | None = field(default=None, repr=False)
    """The key that the client shows. Secret."""

    def fits(self, caller: Caller, prompt: str) -> bool:
        """Whether all of it is there."""
        return (
            (self.prompt is None or bool(self.prompt.search(prompt[:LONGEST_PROMPT])))
            and (self.tag is None or self.tag in caller.tags)
            and self.agent in {None, caller.agent}
            and self.path in {None, caller.path}
            and self.key in {None, caller.key}
        )


@frozen
class StandInAgent:
    """One agent of the operator's file."""

    name: str
    """Name in the file and in diagnostics."""

    script: Script
    """Script that it follows."""

    match: AgentMatch = AgentMatch()
    """Conversations that are its own; all of them where nothing is said."""

    greeting: str | None = None
    """Words that it says first where Settings have no greeting."""


@frozen
class StandInEndpoint:
    """A model of the operator's, behind an endpoint that speaks OpenAI's chat completions."""

    url: str
    """Address at which chat completions are asked for."""

    key: str = field(default="", repr=False)
    """Sent as a Bearer token; empty for none. Secret."""

    model: str = ""
    """The model's name; empty for the one that the client names."""

    def terms(self, model: str | None, temperature: float | None) -> OpenAiTerms:
        """Terms of thinking by it in the place of the client's `model`."""
        headers = {"authorization": f"Bearer {self.key}"} if self.key else None
        return OpenAiTerms(
            Endpoint(url=self.url, headers=headers), self.model or model or "default", temperature
        )


@frozen
class ThinkStandIn:
    """Everybody who may answer in a provider's place."""

    agents: tuple[StandInAgent, ...] = ()
    """Of the operator's file, in its order."""

    endpoint: StandInEndpoint | None = None
    """Endpoint of a model of the operator's."""

    def agent_for(self, caller: Caller, prompt: str) -> StandInAgent | None:
        """The first agent of the file that the conversation matches."""
        return next((agent for agent in self.agents if agent.match.fits(caller, prompt)), None)

    def agent_of_id(self, id_: str) -> StandInAgent | None:
        """The first agent of the file that stands for a reusable agent."""
        return next((agent for agent in self.agents if agent.match.agent == id_), None)

    @property
    def paths(self) -> frozenset[str]:
        """Prefixes that may stand before the protocol's path."""
        return frozenset(agent.match.path for agent in self.agents if agent.match.path)

    def think(
        self, caller: Caller, prompt: str, *, model: str | None = None, temperature: float | None = None
    ) -> ThinkTerms:
        """Thinking of whoever answers, by rules 1 to 3."""
        agent = self.agent_for(caller, prompt)
        if agent is not None:
            return ScriptedTerms(agent.script, agent=agent.name)
        if self.endpoint is not None:
            return self.endpoint.terms(model, temperature)
        return DefaultTerms()
