"""Where other parts can be put in front of a meeting's own: faults on demand, and tests, come in here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from attrs import frozen

from trialogue.actors.agent import Connect
from trialogue.actors.router import Sink
from trialogue.actors.sequencer import RecordKeeper
from trialogue.journal.verify import Decider
from trialogue.model.secrets import NO_SECRETS, Secrets
from trialogue.tools.executor import Tool

T = TypeVar("T")


def _as_it_is(part: T) -> T:
    return part


def _its_own(_participant: str, connect: Connect) -> Connect:
    return connect


@frozen
class Seams:
    """What stands in the place of each part; by default the part itself."""

    connect: Callable[[str, Connect], Connect] = _its_own
    """How a participant's service is dialled."""

    listen: Callable[[str, Connect], Connect] = _its_own
    """How the service of a person's ear is dialled."""

    brain: Callable[[Decider], Decider] = _as_it_is
    """What decides."""

    journal: Callable[[RecordKeeper], RecordKeeper] = _as_it_is
    """What keeps records while the meeting runs."""

    tools: Callable[[Mapping[str, Tool]], Mapping[str, Tool]] = _as_it_is
    """What runs when a tool is called."""

    secrets: Secrets = NO_SECRETS
    """What is hidden beside the environment's keys."""

    sink: Callable[[Sink], Sink] = _as_it_is
    """What takes everything that is heard."""


NO_SEAMS = Seams()
"""A meeting of its own parts alone."""
