"""The keys of an agent's stages, which its service names."""

from __future__ import annotations

from collections.abc import Iterator

from trialogue.model import kinds
from trialogue.model.kinds import Kind
from trialogue.services import SERVICES, service_of


def stage_record(kind: kinds.StageKeys, via: str) -> kinds.KeyMap:
    """The class of a stage's keys at a service."""
    keys = service_of(via).keys
    return kinds.record_of({"listen": keys.listen, "think": keys.think, "speak": keys.speak}[kind.stage])


def stage_records(kind: kinds.StageKeys) -> list[kinds.KeyMap]:
    """The classes of a stage's keys, of all services."""
    return list(dict.fromkeys(stage_record(kind, via) for via in SERVICES))


def options_of(kind: Kind) -> Iterator[Kind]:
    """Kinds that may stand in the place of a kind: its options, and the keys of a stage at each service."""
    match kind:
        case kinds.OneOf(options=options):
            for option in options:
                yield from options_of(option)
        case kinds.StageKeys():
            yield from stage_records(kind)
        case _:
            yield kind
