"""Every address at which agents think and speak beyond their service, with its place in the file."""

from __future__ import annotations

from collections.abc import Iterator

from trialogue.scenario.problems import Path
from trialogue.scenario.schema import AgentKeys, Document, ReplacementKeys, StandInKeys
from trialogue.services.keys import EndpointKeys, ThinkStage


def endpoints(document: Document) -> Iterator[tuple[Path, EndpointKeys]]:
    """The endpoints of the cast and of its fallbacks, in the file's order."""
    for name, agent in document.cast.items():
        yield from _endpoints(("cast", name), agent)


def _endpoints(seat: Path, agent: AgentKeys | StandInKeys) -> Iterator[tuple[Path, EndpointKeys]]:
    for path, think in _thinks((*seat, "think"), agent.think):
        if think.endpoint is not None:
            yield (*path, "endpoint", "url"), think.endpoint
    if agent.speak is not None and agent.speak.endpoint is not None:
        yield (*seat, "speak", "endpoint", "url"), agent.speak.endpoint
    if isinstance(agent, AgentKeys) and isinstance(agent.on_failure, ReplacementKeys):
        yield from _endpoints((*seat, "on_failure", "replace"), agent.on_failure.replace)


def _thinks(
    path: Path, think: ThinkStage | tuple[ThinkStage, ...] | None
) -> Iterator[tuple[Path, ThinkStage]]:
    match think:
        case None:
            return
        case tuple():
            yield from (((*path, index), each) for index, each in enumerate(think))
        case _:
            yield path, think
