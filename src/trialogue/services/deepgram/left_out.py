"""Keys of an agent that its providers do not have: they are never sent, so its author is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, get_args

import attrs

from trialogue.services.deepgram.agent import DeepgramAgent
from trialogue.services.deepgram.settings import (
    AgentSettings,
    ListenProvider,
    SpeakProvider,
    ThinkProvider,
)
from trialogue.services.deepgram.wire import WireObject
from trialogue.services.script import KeyFault

__all__ = ["left_out"]

_PROVIDERS: Final[dict[str, tuple[type[WireObject], ...]]] = {
    "listen": get_args(ListenProvider),
    "think": get_args(ThinkProvider),
    "speak": get_args(SpeakProvider),
}
"""Providers of each stage."""

_SAME: Final = ("model_id", "voice", "model")
"""Keys by which providers name a voice; the first one that a provider has is its own."""


def left_out(offer: DeepgramAgent) -> Iterator[KeyFault]:
    """Fault for each written key that the provider of its stage does not have."""
    agent = offer.settings.agent
    if not isinstance(agent, AgentSettings):
        return
    if agent.listen is not None and agent.listen.provider is not None:
        yield from _of_provider("listen", (), agent.listen.provider)
    for part, stages in (("think", agent.think), ("speak", agent.speak)):
        for index, stage in enumerate(stages if isinstance(stages, tuple) else (stages,)):
            if stage is not None:
                yield from _of_provider(part, (index,) if isinstance(stages, tuple) else (), stage.provider)


def _of_provider(part: str, at: tuple[int, ...], provider: WireObject) -> Iterator[KeyFault]:
    name = _name(part, type(provider))
    for key, value in provider.extra.items():
        text = f"{name} has no {key}: {_instead(part, key, value, type(provider))}"
        yield KeyFault((part, *at, key), text, "E-CONFLICT")


def _instead(part: str, key: str, value: object, provider: type[WireObject]) -> str:
    """What to write: this provider's own key for the same, else the providers that have the key."""
    same = next((each for each in _SAME if each in _keys(provider)), None)
    if part == "speak" and key in _SAME and same is not None:
        return f"write {same}: {value}" if isinstance(value, str) else f"write {same}"
    owners = dict.fromkeys(_name(part, each) for each in _PROVIDERS[part] if key in _keys(each))
    if part == "listen":
        return f"write {next(iter(owners))}"
    return f"only {', '.join(owners)} {'has' if len(owners) == 1 else 'have'} it"


def _keys(provider: type[WireObject]) -> set[str]:
    return {each.name for each in attrs.fields(provider)}


def _name(part: str, provider: type[WireObject]) -> str:
    """Name of a provider; recognizers have one for each version."""
    kind = str(vars(provider)["type"])
    return f"version: {vars(provider)['version']}" if part == "listen" else kind
