"""Changes of a running session by Settings and updates: new terms, and the commands that follow.

The module has no state. It raises `TermsRefused` where the server lacks what a client asks for.
"""

from __future__ import annotations

from typing import Final, TypeAlias, assert_never

from attrs import evolve

from trialogue.server import terms as tm
from trialogue.server import wording as say
from trialogue.server.commands import Command, OpenEarAndVoice, Send, UseThink
from trialogue.server.dates import MOST_TOLD
from trialogue.server.options import ServerOptions
from trialogue.server.sound import VOICE_SUBSTITUTED, doubt_of
from trialogue.services.deepgram.messages import (
    AgentWarning,
    ListenUpdated,
    PromptUpdated,
    SettingsApplied,
    SpeakUpdated,
    ThinkUpdated,
    UpdateListen,
    UpdatePrompt,
    UpdateSpeak,
    UpdateThink,
)
from trialogue.services.deepgram.settings import ListenProvider

__all__ = ["Changed", "SessionUpdate", "applied", "updated"]

OUT_OF_RANGE: Final = "LISTEN_VALUE_OUT_OF_RANGE"
"""Code of a warning about an invalid threshold of turns; the hosted service's is not published."""

_RANGES: Final = {
    "eot_threshold": (0.5, 1.0),
    "eager_eot_threshold": (0.3, 0.9),
    "eot_timeout_ms": (500, 60_000),
}

SessionUpdate: TypeAlias = UpdateListen | UpdateThink | UpdateSpeak | UpdatePrompt
"""Message that changes a running session."""

Changed: TypeAlias = tuple[tm.Terms, tuple[Command, ...]]
"""New terms, and the commands that follow."""


def applied(terms: tm.Terms, options: ServerOptions) -> tuple[Command, ...]:
    """Commands that follow from valid Settings."""
    opened = (OpenEarAndVoice(terms), UseThink(terms.think), Send(SettingsApplied()))
    doubts = (*_doubts(terms.hosted_voices), *_out_of_range(terms.listen))
    return (*opened, *_warning_of(terms.prompt, options), *doubts)


def updated(terms: tm.Terms, update: SessionUpdate, options: ServerOptions) -> Changed:
    """Terms of a session after an update, and the commands that follow."""
    match update:
        case UpdateListen():
            return _listen(terms, update, options)
        case UpdateThink():
            return _think(terms, update, options)
        case UpdateSpeak():
            voices, hosted = tm.read_voices(update.speak), tm.read_hosted_voices(update.speak)
            changed = evolve(terms, voices=voices, hosted_voices=hosted)
            return changed, (Send(SpeakUpdated()), *_doubts(hosted))
        case UpdatePrompt():
            prompt = tm.cut_prompt(tm.append_prompt(terms.prompt, update.prompt), options)
            return evolve(terms, prompt=prompt), (Send(PromptUpdated()), *_warning_of(prompt, options))
        case _ as never:
            assert_never(never)


def _listen(terms: tm.Terms, update: UpdateListen, options: ServerOptions) -> Changed:
    provider = update.listen.provider
    if options.listen_identity_fixed and not tm.is_same_recognizer(terms.listen, provider):
        code = "UPDATE_LISTEN_UNSUPPORTED_FIELDS_CHANGED"
        return terms, (Send(AgentWarning(code=code, description=say.LISTEN_IS_FIXED)),)
    listen = tm.fold_listen(terms.listen, provider)
    return evolve(terms, listen=listen), (Send(ListenUpdated()), *_out_of_range(provider))


def _think(terms: tm.Terms, update: UpdateThink, options: ServerOptions) -> Changed:
    think = tm.read_think(update.think, options, terms.caller)
    prompt = tm.read_prompt(update.think, options)
    orders = (UseThink(think), Send(ThinkUpdated()), *_warning_of(prompt, options))
    return evolve(terms, think=think, prompt=prompt), orders


def _doubts(voices: tuple[str, ...]) -> tuple[Command, ...]:
    doubts = [doubt for voice in voices if (doubt := doubt_of(voice)) is not None]
    return tuple(Send(AgentWarning(code=VOICE_SUBSTITUTED, description=each)) for each in doubts[:MOST_TOLD])


def _out_of_range(listen: ListenProvider) -> tuple[Command, ...]:
    """Warnings about invalid thresholds, as at the hosted service: the session goes on."""
    values = ((name, getattr(listen, name, None)) for name in _RANGES)
    return tuple(
        Send(
            AgentWarning(
                code=OUT_OF_RANGE, description=f"{name} must be from {least} to {most}, not {value}."
            )
        )
        for name, value in values
        for least, most in (_RANGES[name],)
        if value is not None and not least <= value <= most
    )


def _warning_of(prompt: tm.PromptTerms, options: ServerOptions) -> tuple[Command, ...]:
    if not prompt.was_cut:
        return ()
    cut = f"The prompt was cut at {prompt.most_chars(options)} characters."
    return (Send(AgentWarning(code="PROMPT_TOO_LONG", description=cut)),)
