"""Conversion of the SDK's options into the protocol's settings.

`Listen` and `Speak` give providers, and the formats of a session's sound; `instructions` are the prompt; a
function's `url` is its endpoint. Options that the protocol lacks are not sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field

from trialogue.arguments import kind_of
from trialogue.compat.options import (
    Agent,
    Audio,
    Endpoint,
    Function,
    Header,
    Input,
    Listen,
    Options,
    Output,
    SettingsOptions,
    Speak,
    Think,
)
from trialogue.services.sound_terms import SessionTerms, SoundTerms
from trialogue.values import frozen

Json = dict[str, Any]


@frozen
class Asked:
    """Settings of a session, as `open_agent` takes them."""

    agent: Json = field(repr=False)
    """Agent object of the protocol."""

    terms: SessionTerms
    """Terms of its sound, and the options besides the agent."""


def asked_for(settings: SettingsOptions) -> Asked:
    """Settings that these options ask for; TypeError for a part that is none of the SDK's."""
    _of(settings, SettingsOptions)
    agent = _of(settings.agent, Agent) or Agent()
    listen = _of(agent.listen or settings.listen, Listen)
    think = _of(agent.think or settings.think, Think)
    speak = _of(agent.speak or settings.speak, Speak)
    parts = {
        "language": agent.language,
        "greeting": agent.greeting,
        "listen": listen and listen_of(listen),
        "think": think and think_of(think),
        "speak": speak and speak_of(speak),
    }
    return Asked(_given(parts), _terms(settings, listen, speak))


def listen_of(listen: Listen) -> Json:
    """The protocol's `listen`."""
    if listen.provider is not None:
        return {"provider": _plain(listen.provider)}
    provider: Json = {"type": "deepgram", "model": listen.model, "keyterms": listen.keyterms}
    if listen.model.startswith("flux"):
        provider["version"] = "v2"
    else:
        provider |= {"language": listen.language, "smart_format": listen.smart_format}
    return {"provider": _given(provider)}


def think_of(think: Think) -> Json:
    """The protocol's `think`."""
    provider = _plain(think.provider) if think.provider is not None else {"type": "open_ai"}
    functions = None if think.functions is None else [_function(each) for each in think.functions]
    return _given(
        {
            "provider": {"model": think.model, **provider},
            "prompt": think.instructions or None,
            "functions": functions,
            "endpoint": think.endpoint and _endpoint(think.endpoint),
            "context_length": think.context_length,
        }
    )


def speak_of(speak: Speak) -> Json:
    """The protocol's `speak`."""
    provider: Json = {"type": "deepgram", "model": speak.model}
    if speak.model.startswith("flux"):
        provider["version"] = "v2"
    if speak.provider is not None:
        provider = _plain(speak.provider)
    return _given({"provider": provider, "endpoint": speak.endpoint and _endpoint(speak.endpoint)})


def spoken(speak: Speak) -> SoundTerms:
    """Format of the agent's output sound."""
    return SoundTerms(speak.encoding, speak.sample_rate, _container(speak.container), speak.bitrate)


def _terms(settings: SettingsOptions, listen: Listen | None, speak: Speak | None) -> SessionTerms:
    audio = _of(settings.audio, Audio) or Audio()
    hears = SoundTerms() if listen is None else SoundTerms(listen.encoding, listen.sample_rate)
    speaks = SoundTerms() if speak is None else spoken(speak)
    if (given := _of(audio.input, Input)) is not None:
        hears = SoundTerms(given.encoding, given.sample_rate)
    if (wanted := _of(audio.output, Output)) is not None:
        speaks = SoundTerms(wanted.encoding, wanted.sample_rate, _container(wanted.container), wanted.bitrate)
    return SessionTerms(
        hears,
        speaks,
        tags=tuple(settings.tags or ()),
        experimental=settings.experimental,
        mip_opt_out=settings.mip_opt_out,
    )


def _function(function: Function) -> Json:
    _of(function, Function)
    endpoint = function.endpoint
    if endpoint is None and function.url is not None:
        endpoint = Endpoint(url=function.url, method=function.method, headers=function.headers)
    return _given(
        {
            "name": function.name,
            "description": function.description,
            "parameters": None if function.parameters is None else _plain(function.parameters),
            "endpoint": endpoint and _endpoint(endpoint),
        }
    )


def _endpoint(endpoint: Endpoint) -> Json:
    headers = endpoint.headers
    if isinstance(headers, list):
        headers = {_of(header, Header).name: header.value for header in headers}
    return _given({"url": endpoint.url, "method": endpoint.method, "headers": headers})


def _container(name: str | None) -> str | None:
    return None if name == "none" else name


def _plain(value: Options | Mapping[str, Any]) -> Json:
    return value.to_dict() if isinstance(value, Options) else dict(value)


def _given(values: Mapping[str, Any]) -> Json:
    return {name: value for name, value in values.items() if value is not None}


def _of(value: Any, kind: type[Any]) -> Any:  # noqa: ANN401 - checked here
    """Value, or None; TypeError for another type."""
    if value is not None and not isinstance(value, kind):
        raise TypeError(f"expected a {kind.__name__}, not {kind_of(value)}")
    return value
