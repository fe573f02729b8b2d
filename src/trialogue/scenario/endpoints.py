"""Endpoints of agents besides their service: addresses and installed models, with their places."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from trialogue.scenario.looking import Look
from trialogue.scenario.problems import Code, Path, shown
from trialogue.scenario.schema import AgentKeys, Document, ReplacementKeys, StandInKeys
from trialogue.scenario.variables import environment_names
from trialogue.services import EMBEDDED
from trialogue.services.keys import EndpointKeys, ThinkStage

NOWHERE = "http://127.0.0.1/"
"""Address in place of an unused endpoint."""


def address_fault(url: str, schemes: tuple[str, ...]) -> str | None:
    """Fault of an address, or None. An address that contains a secret is not checked."""
    if environment_names(url):
        return None
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "is not a valid address: its host or port cannot be read"
    if parts.scheme not in schemes or not host:
        is_bare = "://" not in url and url.isascii() and " " not in url
        hint = f"; did you mean {schemes[0]}://{shown(url)}?" if is_bare else ""
        return f"must begin with {' or '.join(f'{each}://' for each in schemes)} and a host{hint}"
    if parts.username is not None:
        return "an address must not contain a user or a key: put keys into headers, e.g. ${env:NAME}"
    return (
        None
        if url.isprintable() and "\\" not in url and " " not in url
        else "contains characters that are not allowed in an address"
    )


def check_endpoints(look: Look) -> None:
    """Note every endpoint that is not a valid address."""
    for path, endpoint in endpoints(look.document):
        if wrong := address_fault(endpoint.url, ("http", "https", "ws", "wss")):
            look.tell(path, wrong, Code.ENDPOINT)


def endpoints(document: Document, *, are_on_record: bool = False) -> Iterator[tuple[Path, EndpointKeys]]:
    """Endpoints of the cast, its fallbacks and the judge, in file order.

    Where a record answers for models (`are_on_record`), the endpoints of those models are left out.
    """
    for name, agent in document.cast.items():
        for via, path, endpoint in _endpoints(("cast", name), agent, agent.via):
            if not (are_on_record and path[-3] != "speak" and via == EMBEDDED):
                yield path, endpoint
    if are_on_record:
        return
    judge = document.expect.judge if document.expect else None
    if judge is not None and judge.endpoint is not None:
        yield ("expect", "judge", "endpoint", "url"), judge.endpoint


def installed_models(document: Document) -> Iterator[tuple[Path, str]]:
    """Names of models of installed packages in the cast and its fallbacks, in the file's order."""
    for name, agent in document.cast.items():
        yield from _installed(("cast", name), agent.think)
        if isinstance(agent.on_failure, ReplacementKeys):
            yield from _installed(("cast", name, "on_failure", "replace"), agent.on_failure.replace.think)


def _installed(seat: Path, think: ThinkStage | tuple[ThinkStage, ...] | None) -> Iterator[tuple[Path, str]]:
    for path, each in _thinks((*seat, "think"), think):
        if each.installed is not None:
            yield (*path, "model"), each.installed


def _endpoints(
    seat: Path, agent: AgentKeys | StandInKeys, via: object
) -> Iterator[tuple[str, Path, EndpointKeys]]:
    """Each endpoint of a seat and of its fallback, with the service that asks it."""
    service = via if isinstance(via, str) else EMBEDDED
    for path, think in _thinks((*seat, "think"), agent.think):
        if think.endpoint is not None:
            yield service, (*path, "endpoint", "url"), think.endpoint
    if agent.speak is not None and agent.speak.endpoint is not None:
        yield service, (*seat, "speak", "endpoint", "url"), agent.speak.endpoint
    if isinstance(agent, AgentKeys) and isinstance(agent.on_failure, ReplacementKeys):
        replaced = agent.on_failure.replace
        yield from _endpoints((*seat, "on_failure", "replace"), replaced, replaced.via or via)


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
