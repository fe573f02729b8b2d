"""Deepgram in scenarios: checks and defaults of its keys, and the protocol's objects made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from typing import TYPE_CHECKING, Final, cast

import attrs

from trialogue.model.participants import Price
from trialogue.services import EMBEDDED
from trialogue.services.deepgram.keys import ListenKeys, Provider, SpeakKeys, ThinkKeys
from trialogue.services.deepgram.prices import price_of_agent, price_of_listening
from trialogue.services.deepgram.recognizers import hints_of, is_flux, key_faults, model_of_ear, sendable
from trialogue.services.deepgram.settings import DeepgramListenProviderV1, DeepgramListenProviderV2
from trialogue.services.deepgram.voices import PUBLISHED, VOICES
from trialogue.services.keys import Briefing, KeyFault, ListenStage, SpeakStage, Stages, ThinkStage, over
from trialogue.services.script import JsonObject, ScriptEntryKeys, entry_faults, wire_script

if TYPE_CHECKING:
    from trialogue.services.deepgram.listen import ListenSettings
    from trialogue.services.port import AgentOffer, EarOffer

MODEL: Final = ThinkKeys(provider=Provider.OPEN_AI, model="gpt-4o-mini")
"""Default model at Deepgram, which manages it."""

_SCRIPTED_KEYS: Final = {"provider", "script"}
_INSTALLED_KEYS: Final = {"provider", "model", "script"}


class DeepgramKeys:
    """Deepgram's keys (see `services.keys.ServiceKeys`)."""

    listen: type[attrs.AttrsInstance] = ListenKeys
    think: type[attrs.AttrsInstance] = ThinkKeys
    speak: type[attrs.AttrsInstance] = SpeakKeys
    voices: tuple[str, ...] = VOICES
    model: ThinkStage | None = MODEL
    plays_scripts: bool = False
    unheeded: frozenset[tuple[str, str]] = frozenset()
    ear_keys: frozenset[str] = frozenset(
        {
            "model",
            "language",
            "language_hints",
            "keyterms",
            "eot_threshold",
            "eager_eot_threshold",
            "eot_timeout_ms",
        }
    )

    # --- defaults ---------------------------------------------------------------------------------

    def scripted(self, script: tuple[ScriptEntryKeys, ...]) -> ThinkStage | None:
        """Thinking that only plays this script."""
        return ThinkKeys(provider=Provider.SCRIPTED, script=script)

    def listens(self, own: ListenStage | None, shared: ListenStage | None) -> ListenStage:
        """Hearing: its own keys, over those of `defaults` unless they name another provider."""
        mine = own if isinstance(own, ListenKeys) else None
        theirs = shared if isinstance(shared, ListenKeys) else ListenKeys()
        listen = mine if mine and mine.provider else over(mine, theirs)
        listen = over(listen, ListenKeys(provider="deepgram"))
        if listen.provider != "deepgram":
            return listen
        return over(listen, ListenKeys(version="v2") if is_flux(listen.model) else ListenKeys(model="nova-3"))

    def speaks(self, own: SpeakStage | None, shared: SpeakStage | None, voice: str) -> SpeakStage:
        """Voice: its own keys, over those of `defaults` unless they name another provider."""
        mine = own if isinstance(own, SpeakKeys) else None
        theirs = shared if isinstance(shared, SpeakKeys) else SpeakKeys()
        speak = mine if mine and mine.provider else over(mine, theirs)
        speak = over(speak, SpeakKeys(provider="deepgram"))
        if speak.provider != "deepgram":
            return speak
        speak = over(speak, SpeakKeys(model=voice))
        return over(speak, SpeakKeys(version="v2")) if is_flux(speak.model) else speak

    # --- checks -----------------------------------------------------------------------------------

    def published_voices(self, speak: SpeakStage) -> tuple[str, ...]:
        """Voices of Deepgram, unless another provider's voice is named."""
        is_own = isinstance(speak, SpeakKeys) and speak.provider == "deepgram" and speak.endpoint is None
        return PUBLISHED if is_own else ()

    def faults(self, think: ThinkStage) -> Iterator[KeyFault]:
        """Faults: a script has keys of its own, and any other thinking needs a model."""
        if not isinstance(think, ThinkKeys):
            return
        if not think.is_scripted:
            if think.script is not None:
                yield KeyFault(("script",), "script is only for provider: scripted")
            if think.model is None and think.provider is not Provider.GOOGLE:
                yield KeyFault((), f'{think.provider.value} needs the key "model"')
            if think.provider is Provider.INSTALLED:
                for key in sorted(_written(think).keys() - _INSTALLED_KEYS):
                    yield KeyFault((key,), "a model of an installed package does not use this")
            return
        for key in sorted(_written(think).keys() - _SCRIPTED_KEYS):
            yield KeyFault((key,), "a script does not use this")
        if think.script is None:
            yield KeyFault((), 'scripted needs the key "script"')
        yield from entry_faults(think.script)

    def listen_faults(self, listen: ListenStage) -> Iterator[KeyFault]:
        """Faults of hearing: keys that its model does not have."""
        return key_faults(listen) if isinstance(listen, ListenKeys) else iter(())

    def offer_faults(self, offer: AgentOffer) -> Iterator[KeyFault]:
        """Faults of an agent as it is read: keys that its providers do not have."""
        from trialogue.services.deepgram.agent import DeepgramAgent  # noqa: PLC0415 - as the offer is made
        from trialogue.services.deepgram.left_out import left_out  # noqa: PLC0415 - likewise

        return left_out(offer) if isinstance(offer, DeepgramAgent) else iter(())

    def thinks(self, think: ThinkStage) -> ThinkStage:
        """Thinking as written: the service manages its models."""
        return think

    def run_faults(self, think: ThinkStage) -> Iterator[KeyFault]:
        """Faults of a run: installed models are not at Deepgram, which checks all others itself."""
        if think.installed is not None:
            told = f"only the embedded server has models of installed packages: use via: {EMBEDDED}"
            yield KeyFault((), told, "E-THINK-LOCAL")

    # --- the protocol's objects -----------------------------------------------------------------------

    def block(self, stages: Stages, briefing: Briefing) -> JsonObject:
        """The protocol's `agent` object."""
        thinks = [_think(think, briefing) for think in stages.think if isinstance(think, ThinkKeys)]
        speak = stages.speak if isinstance(stages.speak, SpeakKeys) else SpeakKeys()
        block: JsonObject = {
            "listen": {"provider": _provider(_heard(stages.listen))},
            "think": thinks[0] if len(thinks) == 1 else thinks,
            "speak": _speak(speak),
        }
        if briefing.greeting is not None:
            block["greeting"] = briefing.greeting
        return block

    def with_functions(
        self, block: Mapping[str, object], told: Callable[[Mapping[str, object]], Mapping[str, object]]
    ) -> Mapping[str, object]:
        """The `agent` object with other functions in its `think`."""
        think = block.get("think")
        if isinstance(think, dict):
            return {**block, "think": _with_functions(cast("Mapping[str, object]", think), told)}
        listed = cast("list[Mapping[str, object]]", think)
        return {**block, "think": [_with_functions(one, told) for one in listed]}

    def ear(self, listen: ListenStage | None) -> EarOffer:
        """Offer of the listening session."""
        from trialogue.services.deepgram.ear import DeepgramEar  # noqa: PLC0415 - few scenarios have ears

        return DeepgramEar(_ear(listen if isinstance(listen, ListenKeys) else ListenKeys()))

    # --- prices -----------------------------------------------------------------------------------

    def price(self, stages: Stages) -> Price | None:
        """Price by the model's tier."""
        return price_of_agent(stages)

    def ear_price(self, offer: EarOffer) -> Price | None:
        """Price by the model."""
        from trialogue.services.deepgram.ear import DeepgramEar  # noqa: PLC0415 - few scenarios have ears

        return price_of_listening(offer.settings) if isinstance(offer, DeepgramEar) else None


def _ear(listen: ListenKeys) -> ListenSettings:
    from trialogue.services.deepgram.listen import ListenSettings, route_of  # noqa: PLC0415 - as above

    model = model_of_ear(listen)
    if route_of(model) == "v1":
        nova = DeepgramListenProviderV1(model=model, language=listen.language, keyterms=listen.keyterms)
        return ListenSettings(nova)
    return ListenSettings(
        DeepgramListenProviderV2(
            model=model,
            keyterms=listen.keyterms,
            language_hints=hints_of(listen, model),
            eot_threshold=listen.eot_threshold,
            eager_eot_threshold=listen.eager_eot_threshold,
            eot_timeout_ms=listen.eot_timeout_ms,
        )
    )


def _heard(listen: ListenStage | None) -> ListenStage | None:
    return sendable(listen) if isinstance(listen, ListenKeys) else listen


def _with_functions(
    think: Mapping[str, object], told: Callable[[Mapping[str, object]], Mapping[str, object]]
) -> Mapping[str, object]:
    functions = cast("list[Mapping[str, object]] | None", think.get("functions"))
    if not functions:
        return think
    return {**think, "functions": [told(one) for one in functions]}


def _think(think: ThinkKeys, briefing: Briefing) -> JsonObject:
    wire: JsonObject = {"provider": _provider(think, leave_out=("endpoint", "context_length", "script"))}
    if think.is_scripted:
        script = think.script if isinstance(think.script, tuple) else ()
        wire["provider"] = {"type": "scripted", "script": wire_script(script), "seed": briefing.seed}
    if think.endpoint is not None:
        wire["endpoint"] = _plain(think.endpoint)
    if think.context_length is not None:
        wire["context_length"] = think.context_length
    if briefing.prompt:
        wire["prompt"] = briefing.prompt
    if briefing.functions:
        wire["functions"] = list(briefing.functions)
    return wire


def _speak(speak: SpeakKeys) -> JsonObject:
    wire: JsonObject = {"provider": _provider(speak, leave_out=("endpoint",))}
    if speak.endpoint is not None:
        wire["endpoint"] = _plain(speak.endpoint)
    return wire


def _provider(value: attrs.AttrsInstance | None, leave_out: tuple[str, ...] = ()) -> JsonObject:
    """Provider object of a stage: its keys are the protocol's, but `provider` is called `type` there."""
    plain = {} if value is None else _plain(value)
    provider: JsonObject = {"type": plain.pop("provider", "deepgram")}
    return provider | {key: item for key, item in plain.items() if key not in leave_out}


def _plain(value: attrs.AttrsInstance) -> JsonObject:
    """Attributes that were written, as JSON values."""
    return {key: _json(item) for key, item in _written(value).items()}


def _written(value: attrs.AttrsInstance) -> JsonObject:
    return attrs.asdict(value, recurse=False, filter=lambda _, item: item is not None)


def _json(value: object) -> object:
    match value:
        case Enum():
            return cast("object", value.value)
        case tuple():
            return [_json(item) for item in cast("tuple[object, ...]", value)]
        case Mapping():
            return dict(cast("Mapping[str, object]", value))
        case _:
            return value
