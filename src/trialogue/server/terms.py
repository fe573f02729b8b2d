"""Terms of Settings and updates for this server, checked: formats, think providers, voices, memory."""

from __future__ import annotations

import random
from typing import assert_never

from attrs import evolve

from trialogue.model.audio import AudioFormat
from trialogue.server.options import ServerOptions
from trialogue.server.sound import RATES, SAMPLES, AskedSound, SoundRefused
from trialogue.server.think.installed import unknown_model
from trialogue.server.think.ports import CallItem, MemoryItem, OfferedFunction, TextItem
from trialogue.server.think.scripted import ScriptError, read_script
from trialogue.server.think.stand_in import Caller
from trialogue.server.think.terms import InstalledTerms, OpenAiTerms, ScriptedTerms, ThinkTerms
from trialogue.services.deepgram import settings as wire
from trialogue.speech.coding import USUAL_SOUND, SoundForm
from trialogue.speech.ports import HEARING_RATE
from trialogue.speech.streams import COMPRESSED_INPUTS
from trialogue.values import frozen

_DEFAULT_VOICE = "aura-2-thalia-en"
_DEFAULT_LISTEN = wire.DeepgramListenProviderV1()
LONGEST_OWN_PROMPT = 1_000_000
"""Most characters of a prompt whose user brings the model or its endpoint, with all updates."""

STRANGER = Caller()
"""Caller without any known property."""
_KEPT = (
    "model",
    "language",
    "keyterms",
    "smart_format",
    "eot_threshold",
    "eager_eot_threshold",
    "eot_timeout_ms",
)
"""Keys that an update of the listen provider may leave out; `language_hints` are not among them."""


class TermsRefused(Exception):
    """Refusal of terms that this server lacks; `code` is the protocol's, the text may go to the client."""

    def __init__(self, description: str, *, code: str = "INVALID_SETTINGS") -> None:
        super().__init__(description)
        self.code = code


@frozen
class PromptTerms:
    """Terms besides the first think provider, which hold for all of them."""

    prompt: str = ""
    """System prompt; updates are appended."""

    functions: tuple[OfferedFunction, ...] = ()
    """Functions that the agent may call."""

    server_side: frozenset[str] = frozenset()
    """Names of functions with an endpoint, which the client does not answer."""

    is_own: bool = False
    """Whether the user brings the model or its endpoint, so that the prompt may be longer."""

    was_cut: bool = False
    """Whether the prompt was longer than allowed and was cut."""

    def most_chars(self, options: ServerOptions) -> int:
        """Most characters of the prompt."""
        return max(LONGEST_OWN_PROMPT, options.max_prompt_chars) if self.is_own else options.max_prompt_chars


@frozen
class Terms:
    """Present settings of one session."""

    input: AudioFormat
    """Format of the client's samples, where `compressed` is None."""

    compressed: str | None = None
    """Compression of the client's sound, by the hosted service's name; None for plain samples."""

    output: SoundForm = USUAL_SOUND
    """Form of the sound that the client gets."""

    unspeakable: str | None = None
    """Reason for which speaking will fail; None where it will not."""

    hang_s: float = 0.8
    """Seconds of silence that end the user's turn; fixed for the session."""

    wants_experimental: bool = False
    """Whether undocumented messages are sent."""

    wants_history: bool = True
    """Whether `History` is sent."""

    greeting: str = ""
    """Words that the agent speaks at once; empty for none."""

    memory: tuple[MemoryItem, ...] = ()
    """Conversation from before this session."""

    listen: wire.ListenProvider = _DEFAULT_LISTEN
    """Recognizer that the client asked for; ours takes its place."""

    think: tuple[ThinkTerms, ...] = ()
    """Think providers in the order of trying; empty for an agent that never answers by itself."""

    prompt: PromptTerms = PromptTerms()
    """Prompt of the agent."""

    voices: tuple[str, ...] = (_DEFAULT_VOICE,)
    """Voices in the order of trying."""

    hosted_voices: tuple[str, ...] = ()
    """Voices among them that belong to the hosted service, not to another vendor."""

    caller: Caller = STRANGER
    """Caller, for the stand-in."""

    @property
    def tells_entries(self) -> bool:
        """Whether the client wants to know which entries of its script are used."""
        return any(isinstance(think, ScriptedTerms) and think.tells_entries for think in self.think)

    @property
    def is_flux(self) -> bool:
        """Whether the listen provider is one whose turn a client can end."""
        return isinstance(self.listen, wire.DeepgramListenProviderV2)


def read_terms(settings: wire.Settings, options: ServerOptions, caller: Caller = STRANGER) -> Terms:
    """Terms of the first message; raises `TermsRefused`."""
    agent = _agent(settings.agent, options)
    caller = evolve(
        caller,
        tags=settings.tags or (),
        agent=settings.agent if isinstance(settings.agent, str) else "",
    )
    if agent.think_live is not None:
        raise TermsRefused("agent.think_live is not enabled.", code="UNPARSABLE_CLIENT_MESSAGE")
    listen = (agent.listen and agent.listen.provider) or _DEFAULT_LISTEN
    output, unspeakable = _output(settings.audio.output)
    think = read_think(agent.think, options, caller)
    return Terms(
        input=_input_format(settings.audio.input),
        compressed=_compressed(settings.audio.input),
        output=output,
        unspeakable=unspeakable,
        hang_s=_hang_s(listen, options),
        wants_experimental=bool(settings.experimental),
        wants_history=settings.flags is None or settings.flags.history is not False,
        greeting=agent.greeting or _own_greeting(think, options),
        memory=_memory(agent.context),
        listen=listen,
        think=think,
        prompt=read_prompt(agent.think, options),
        voices=read_voices(agent.speak),
        hosted_voices=read_hosted_voices(agent.speak),
        caller=caller,
    )


def _agent(agent: wire.AgentSettings | str, options: ServerOptions) -> wire.AgentSettings:
    if isinstance(agent, wire.AgentSettings):
        return agent
    if agent in options.agents:
        return options.agents[agent]
    own = options.stand_in.agent_of_id(agent) if options.stand_in is not None else None
    if own is not None:
        return wire.AgentSettings(greeting=own.greeting)
    raise TermsRefused("No agent of that id is known to this server.", code="INVALID_AGENT_ID")


def _own_greeting(think: tuple[ThinkTerms, ...], options: ServerOptions) -> str:
    """Greeting of the operator's agent that answers here; empty where it has none."""
    answering = {each.agent for each in think if isinstance(each, ScriptedTerms)}
    agents = () if options.stand_in is None else options.stand_in.agents
    return next((each.greeting or "" for each in agents if each.name in answering), "")


def _input_format(audio: wire.AudioInput | None) -> AudioFormat:
    if audio is None:
        return AudioFormat("linear16", 24_000)
    if _compressed(audio) is not None:
        return AudioFormat("linear16", HEARING_RATE)
    return _format("audio.input", audio.encoding, audio.sample_rate)


def _compressed(audio: wire.AudioInput | None) -> str | None:
    return audio.encoding if audio is not None and audio.encoding in COMPRESSED_INPUTS else None


def _output(audio: wire.AudioOutput | None) -> tuple[SoundForm, str | None]:
    if audio is None:
        return USUAL_SOUND, None
    asked = AskedSound(audio.encoding or "linear16", audio.sample_rate, audio.container, audio.bitrate)
    try:
        return asked.form, asked.misfit
    except SoundRefused as refused:
        raise TermsRefused(f"audio.output: {refused}") from None


def _format(where: str, encoding: str, rate: int) -> AudioFormat:
    known = SAMPLES.get(encoding)
    if known is None:
        names = ", ".join((*SAMPLES, *COMPRESSED_INPUTS))
        raise TermsRefused(f"{where}.encoding {encoding[:50]} is not available on this server; use {names}.")
    if rate not in RATES:
        raise TermsRefused(f"{where}.sample_rate must be between {RATES[0]} and {RATES[-1]}.")
    return AudioFormat(known, rate)


def _hang_s(listen: wire.ListenProvider, options: ServerOptions) -> float:
    if isinstance(listen, wire.DeepgramListenProviderV2) and listen.eot_timeout_ms is not None:
        return min(options.hang_s, listen.eot_timeout_ms / 1000)
    return options.hang_s


def _memory(context: wire.Context | None) -> tuple[MemoryItem, ...]:
    items: list[MemoryItem] = []
    for message in (context and context.messages) or ():
        match message:
            case wire.HistoryContent():
                items.append(TextItem(message.role, message.content))
            case wire.HistoryFunctionCalls():
                items += (
                    CallItem(c.id, c.name, c.arguments, c.response, c.client_side)
                    for c in message.function_calls
                )
            case _ as never:
                assert_never(never)
    return tuple(items)


def _listed(
    think: wire.ThinkSettings | tuple[wire.ThinkSettings, ...] | None,
) -> tuple[wire.ThinkSettings, ...]:
    if think is None:
        return ()
    return think if isinstance(think, tuple) else (think,)


def read_think(
    think: wire.ThinkSettings | tuple[wire.ThinkSettings, ...] | None,
    options: ServerOptions,
    caller: Caller = STRANGER,
) -> tuple[ThinkTerms, ...]:
    """Think providers of `agent.think`, each once; raises `TermsRefused` for one without a stand-in."""
    listed = _listed(think)
    prompt = (listed[0].prompt or "") if listed else ""
    if not listed and options.stand_in is not None:
        return (options.stand_in.think(caller, prompt),)
    return tuple(dict.fromkeys(_read_provider(entry, prompt, options, caller) for entry in listed))


def _read_provider(
    think: wire.ThinkSettings, prompt: str, options: ServerOptions, caller: Caller
) -> ThinkTerms:
    provider, endpoint = think.provider, think.endpoint
    is_allowed = endpoint is not None and options.allow_endpoint(endpoint.url)
    match provider:
        case wire.ScriptedThinkProvider():
            return _read_scripted(provider)
        case wire.InstalledThinkProvider():
            return _read_installed(provider, options)
        case wire.OpenAiThinkProvider() | wire.GroqThinkProvider() | wire.NvidiaThinkProvider() if (
            endpoint is not None and is_allowed
        ):
            return OpenAiTerms(endpoint, provider.model or "default", provider.temperature)
        case _ if options.stand_in is not None:
            model, temperature = provider.model, provider.temperature
            return options.stand_in.think(caller, prompt, model=model, temperature=temperature)
        case wire.OpenAiThinkProvider() if endpoint is not None:
            raise TermsRefused("agent.think.endpoint is not allowed by this server's operator.")
        case _:
            raise TermsRefused(
                f"agent.think.provider {provider.type!r} is not available on this server; "
                "use scripted or open_ai with endpoint."
            )


def _read_installed(provider: wire.InstalledThinkProvider, options: ServerOptions) -> InstalledTerms:
    """Terms of an installed model; it need not be installed where a record may answer for it."""
    if options.models is None and (unknown := unknown_model(provider.model)):
        raise TermsRefused(f"agent.think.provider: {unknown}.")
    return InstalledTerms(provider.model)


def _read_scripted(provider: wire.ScriptedThinkProvider) -> ScriptedTerms:
    given = provider.given or ()
    if any(not 0 <= entry < len(provider.script) for entry in given):
        raise TermsRefused("agent.think.provider: given names an entry that the script does not have.")
    try:
        script = read_script(provider.script)
        recalled = provider.recalled or ""
        return ScriptedTerms(script, provider.seed or 0, given, recalled, bool(provider.tells_entries))
    except ScriptError as error:
        raise TermsRefused(f"agent.think.provider: {error}.") from error


def read_prompt(
    think: wire.ThinkSettings | tuple[wire.ThinkSettings, ...] | None, options: ServerOptions
) -> PromptTerms:
    """Prompt and functions of `agent.think`; in a list, those of its first entry."""
    first = next(iter(_listed(think)), None)
    if first is None:
        return PromptTerms()
    functions = first.functions or ()
    offered = tuple(OfferedFunction(f.name, f.description or "", f.parameters) for f in functions)
    server_side = frozenset(f.name for f in functions if f.endpoint is not None)
    is_own = first.endpoint is not None or isinstance(first.provider, wire.InstalledThinkProvider)
    return cut_prompt(PromptTerms(first.prompt or "", offered, server_side, is_own), options)


def append_prompt(terms: PromptTerms, addition: str) -> PromptTerms:
    """Prompt with an update appended."""
    return evolve(terms, prompt=f"{terms.prompt}\n{addition}" if terms.prompt else addition)


def cut_prompt(terms: PromptTerms, options: ServerOptions) -> PromptTerms:
    """Prompt, cut to the allowed length."""
    most = terms.most_chars(options)
    return evolve(terms, prompt=terms.prompt[:most], was_cut=len(terms.prompt) > most)


def read_voices(speak: wire.SpeakSettings | tuple[wire.SpeakSettings, ...] | None) -> tuple[str, ...]:
    """Voices of `agent.speak`, by the names under which an engine may know them."""
    if speak is None:
        return (_DEFAULT_VOICE,)
    return tuple(_voice(entry.provider) for entry in _listed_voices(speak))


def read_hosted_voices(speak: wire.SpeakSettings | tuple[wire.SpeakSettings, ...] | None) -> tuple[str, ...]:
    """Voices of the hosted service among them, without duplicates."""
    hosted = (wire.DeepgramSpeakProviderV1, wire.DeepgramSpeakProviderV2)
    providers = (entry.provider for entry in _listed_voices(speak))
    return tuple(dict.fromkeys(each.model for each in providers if isinstance(each, hosted)))


def _listed_voices(
    speak: wire.SpeakSettings | tuple[wire.SpeakSettings, ...] | None,
) -> tuple[wire.SpeakSettings, ...]:
    if speak is None:
        return ()
    return speak if isinstance(speak, tuple) else (speak,)


def _voice(provider: wire.SpeakProvider) -> str:
    match provider:
        case wire.DeepgramSpeakProviderV1() | wire.DeepgramSpeakProviderV2():
            return provider.model
        case wire.ElevenLabsSpeakProvider():
            return provider.model_id
        case wire.CartesiaSpeakProvider():
            return provider.voice.id
        case wire.OpenAiSpeakProvider() | wire.AwsPollySpeakProvider():
            return provider.voice
        case _ as never:
            assert_never(never)


def fold_listen(old: wire.ListenProvider, update: wire.ListenProvider) -> wire.ListenProvider:
    """Listen settings after an update: absent keys keep their values, but `language_hints` are cleared."""
    if type(old) is not type(update):
        return update
    changes = {name: value for name in _KEPT if (value := getattr(update, name, None)) is not None}
    if isinstance(update, wire.DeepgramListenProviderV2):
        changes["language_hints"] = update.language_hints
    return evolve(old, **changes)


def is_same_recognizer(old: wire.ListenProvider, update: wire.ListenProvider) -> bool:
    """Whether an update keeps version and model."""
    return type(old) is type(update) and update.model in {None, old.model}


def chance(options: ServerOptions, terms: ScriptedTerms) -> random.Random:
    """Generator of random numbers for one script: equal in every run, whatever other clients are connected.

    Its seed is the script's `repr`, with the names of its classes, so those names may not change.
    """
    return random.Random(f"{options.seed}/{terms!r}")  # noqa: S311 latencies are no secrets
