"""Every address at which agents think and speak beyond their service, with its place in the file."""

from __future__ import annotations

from collections.abc import Iterator

from trialogue.scenario.problems import Path
from trialogue.scenario.schema import Agent, Document, Replacement, StandIn
from trialogue.scenario.stages import Endpoint, Think


def endpoints(document: Document) -> Iterator[tuple[Path, Endpoint]]:
    """The endpoints of the cast and of its fallbacks, in the file's order."""
    for name, agent in document.cast.items():
        yield from _endpoints(("cast", name), agent)


def _endpoints(seat: Path, agent: Agent | StandIn) -> Iterator[tuple[Path, Endpoint]]:
    for path, think in _thinks((*seat, "think"), agent.think):
        if think.endpoint is not None:
            yield (*path, "endpoint", "url"), think.endpoint
    if agent.speak is not None and agent.speak.endpoint is not None:
        yield (*seat, "speak", "endpoint", "url"), agent.speak.endpoint
    if isinstance(agent, Agent) and isinstance(agent.on_failure, Replacement):
        yield from _endpoints((*seat, "on_failure", "replace"), agent.on_failure.replace)


def _thinks(path: Path, think: Think | tuple[Think, ...] | None) -> Iterator[tuple[Path, Think]]:
    match think:
        case None:
            return
        case Think():
            yield path, think
        case _:
            yield from (((*path, index), each) for index, each in enumerate(think))
