"""Terms of a session: the settings with all changes, and the agent's memory.

1. A session's settings are the first ones with every change applied: a new session begins where the old one
   ended.
2. `UpdatePrompt` adds to the prompt. `UpdateThink` replaces all of `think`, so the parts that a change leaves
   out (prompt, functions) are filled in from the present settings.
3. A restored agent remembers, after the conversation that its settings give it, and does not greet again.
4. A script continues after the lines that were heard in earlier sessions, and reports each line that it uses.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias, assert_never, cast

import attrs
import orjson
from attrs import evolve

from trialogue.errors import LocalProtocolError, RemoteProtocolError
from trialogue.model.commands import Update
from trialogue.model.events import Part
from trialogue.model.json_text import read_json
from trialogue.model.memory import ContextCall, ContextItem, ContextMessage, ScriptStand
from trialogue.services.deepgram.codec import decode_client
from trialogue.services.deepgram.messages import (
    Settings,
    UpdateListen,
    UpdatePrompt,
    UpdateSpeak,
    UpdateThink,
    UpdateThinkLive,
)
from trialogue.services.deepgram.settings import (
    AgentSettings,
    Context,
    DeepgramListenProviderV2,
    HistoryContent,
    HistoryFunctionCall,
    HistoryFunctionCalls,
    HistoryItem,
    Listen,
    ListenUpdate,
    ScriptedThinkProvider,
    ThinkSettings,
)

Change: TypeAlias = UpdatePrompt | UpdateListen | UpdateThink | UpdateThinkLive | UpdateSpeak
"""Change of settings, as the service gets it."""

_TYPES: dict[Part, str] = {
    "listen": "UpdateListen",
    "think": "UpdateThink",
    "think_live": "UpdateThink_Live",
    "speak": "UpdateSpeak",
}


def read_change(part: Part, content: str) -> Change:
    """Change from its part and content; LocalProtocolError for an invalid one."""
    if part == "prompt":
        return UpdatePrompt(prompt=content)
    try:
        raw = read_json(content)
        message = decode_client(orjson.dumps({"type": _TYPES[part], part: raw}))
    except (orjson.JSONDecodeError, RemoteProtocolError) as error:
        raise LocalProtocolError(f"invalid {part} settings of an agent: {error}") from None
    return cast("Change", message)


def change_of(update: Update, settings: Settings) -> Change:
    """Message of a change, complete: parts of `think` that it leaves out keep their values."""
    change = read_change(update.part, update.content)
    before = _thinks(settings)
    if isinstance(change, UpdateThink) and before:
        thinks = tuple(_filled(think, before[0]) for think in _as_tuple(change.think))
        return UpdateThink(think=thinks[0] if len(thinks) == 1 else thinks)
    return change


def folded(settings: Settings, updates: Sequence[Update]) -> Settings:
    """Settings after these changes, in order; an agent that is stored at the service is not changed."""
    for update in updates:
        if isinstance(settings.agent, AgentSettings):
            agent = _changed(settings.agent, change_of(update, settings))
            settings = evolve(settings, agent=agent)
    return settings


def restored(settings: Settings, context: Sequence[ContextItem]) -> Settings:
    """Settings for an agent that was at the table before: it remembers, and does not greet."""
    agent = settings.agent
    if not isinstance(agent, AgentSettings):
        return settings
    given = (agent.context and agent.context.messages) or ()
    messages = (*given, *(_remembered(item) for item in context))
    memory = Context(messages=messages) if messages else None
    return evolve(settings, agent=evolve(agent, greeting=None, context=memory))


def with_lines(settings: Settings, stand: ScriptStand) -> Settings:
    """Settings with the places of their scripts; others are not changed."""
    agent = settings.agent
    if not isinstance(agent, AgentSettings) or not any(_is_scripted(think) for think in _of(agent)):
        return settings
    given, recalled = stand.given or None, stand.recalled or None
    thinks = tuple(
        evolve(think, provider=evolve(think.provider, given=given, recalled=recalled, tells_entries=True))
        if isinstance(think.provider, ScriptedThinkProvider)
        else think
        for think in _of(agent)
    )
    return evolve(settings, agent=evolve(agent, think=thinks[0] if len(thinks) == 1 else thinks))


def _is_scripted(think: ThinkSettings) -> bool:
    return isinstance(think.provider, ScriptedThinkProvider)


def _changed(agent: AgentSettings, change: Change) -> AgentSettings:
    match change:
        case UpdatePrompt(prompt=prompt):
            thinks = tuple(evolve(think, prompt=_longer(think.prompt, prompt)) for think in _of(agent))
            return evolve(agent, think=thinks[0] if len(thinks) == 1 else thinks or agent.think)
        case UpdateThink(think=think):
            return evolve(agent, think=think)
        case UpdateThinkLive(think_live=think_live):
            return evolve(agent, think_live=think_live)
        case UpdateSpeak(speak=speak):
            return evolve(agent, speak=speak)
        case UpdateListen(listen=listen):
            return evolve(agent, listen=_heard_so(agent.listen, listen))
        case _:
            assert_never(change)


def _longer(prompt: str | None, addition: str) -> str:
    return f"{prompt}\n{addition}" if prompt else addition


def _heard_so(before: Listen | None, update: ListenUpdate) -> Listen:
    """Hearing after an update: absent keys stay, except `language_hints`; another kind starts again."""
    old, new = before.provider if before else None, update.provider
    if type(old) is not type(new):
        return Listen(provider=new)
    kept = {name: value for name, value in _written(new).items() if name != "extra"}
    provider = evolve(old, **kept)
    if isinstance(provider, DeepgramListenProviderV2):
        provider = evolve(provider, language_hints=getattr(new, "language_hints", None))
    return Listen(provider=provider)


def _written(value: attrs.AttrsInstance) -> dict[str, Any]:
    return attrs.asdict(value, recurse=False, filter=lambda _, item: item is not None)


def _filled(think: ThinkSettings, before: ThinkSettings) -> ThinkSettings:
    return evolve(
        think,
        prompt=before.prompt if think.prompt is None else think.prompt,
        functions=before.functions if think.functions is None else think.functions,
    )


def _thinks(settings: Settings) -> tuple[ThinkSettings, ...]:
    return _of(settings.agent) if isinstance(settings.agent, AgentSettings) else ()


def _of(agent: AgentSettings) -> tuple[ThinkSettings, ...]:
    return () if agent.think is None else _as_tuple(agent.think)


def _as_tuple(think: ThinkSettings | tuple[ThinkSettings, ...]) -> tuple[ThinkSettings, ...]:
    return think if isinstance(think, tuple) else (think,)


def _remembered(item: ContextItem) -> HistoryItem:
    match item:
        case ContextMessage(role, text):
            return HistoryContent(role=role, content=text)
        case ContextCall():
            call = HistoryFunctionCall(
                id=item.call_id,
                name=item.tool,
                client_side=True,
                arguments=item.arguments,
                response=item.result,
                thought_signature=item.thought_signature,
            )
            return HistoryFunctionCalls(function_calls=(call,))
        case _ as never:
            assert_never(never)
