"""Each agent's seat as the wire's `agent` object: listen, think, speak, greeting."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import cast

import attrs

from trialogue.brain.floor.policies import BY_THE_CHAIR, ENTRIES
from trialogue.model.plan import MeetingPlan
from trialogue.scenario.checks import CHAIR_TOOLS, script_of
from trialogue.scenario.conduct import conduct
from trialogue.scenario.floor_keys import FLOOR_TOOLS
from trialogue.scenario.schema import AgentKeys, Document
from trialogue.scenario.script import JsonObject, ScriptEntryKeys, wire_script
from trialogue.scenario.stages import SpeakKeys, ThinkKeys
from trialogue.scenario.vocabulary import Provider

CHAIR_FUNCTIONS: Mapping[str, JsonObject] = {
    "give_floor": {
        "name": "give_floor",
        "description": "Say who speaks next, as you end your turn.",
        "parameters": {
            "type": "object",
            "properties": {
                "to": {"type": "string", "description": "The participant's name."},
                "about": {"type": "string", "description": "What you want to hear from them."},
            },
            "required": ["to"],
        },
    },
    "end_meeting": {
        "name": "end_meeting",
        "description": "End the meeting, once everything has been said and you have closed it in words.",
        "parameters": {
            "type": "object",
            "properties": {"reason": {"type": "string", "description": "Why it ends."}},
            "required": ["reason"],
        },
    },
    "hand_off": {
        "name": "hand_off",
        "description": "Say who speaks next, as you end your turn.",
        "parameters": {
            "type": "object",
            "properties": {
                "to": {"type": "string", "description": "The participant's name."},
                "about": {"type": "string", "description": "What you want to hear from them."},
            },
            "required": ["to"],
        },
    },
    "bid": {
        "name": "bid",
        "description": "Bid for a later turn: say how urgently you want to speak.",
        "parameters": {
            "type": "object",
            "properties": {
                "urgency": {"type": "integer", "minimum": 0, "maximum": 10},
                "about": {"type": "string", "description": "What you want to speak about."},
            },
            "required": ["urgency"],
        },
    },
    "request_floor": {
        "name": "request_floor",
        "description": "Raise your hand for a later turn.",
        "parameters": {
            "type": "object",
            "properties": {
                "priority": {
                    "type": "string",
                    "enum": ["lowest", "low", "normal", "high", "highest"],
                    "description": "How important it is; the chair's highest interrupts.",
                },
            },
        },
    },
}
"""The floor's own tools, which the meeting's rules answer."""


def thinks_of(agent: AgentKeys) -> tuple[ThinkKeys, ...]:
    """How an agent thinks, in order of trial; `lines` are a script of nothing but `say`."""
    if agent.lines is not None:
        script = tuple(ScriptEntryKeys(say=line) for line in agent.lines)
        return (ThinkKeys(provider=Provider.SCRIPTED, script=script),)
    if isinstance(agent.think, ThinkKeys):
        return (agent.think,)
    return agent.think or ()


def is_scripted(agent: AgentKeys) -> bool:
    """Whether what it says stands in the scenario."""
    return any(think.provider is Provider.SCRIPTED for think in thinks_of(agent))


def offered_tools(document: Document, plan: MeetingPlan, name: str) -> tuple[str, ...]:
    """The tools of one agent: its own, and the chair's where a model moderates or a script calls them."""
    agent = document.cast[name]
    own = tuple(dict.fromkeys(agent.tools or ()))
    is_chair = plan.participant(name).is_chair
    if not is_scripted(agent):
        return own + _useful(document, is_chair=is_chair)
    called = {entry.call.tool for think in thinks_of(agent) for entry in script_of(think) if entry.call}
    return own + tuple(tool for tool in (*CHAIR_TOOLS, *FLOOR_TOOLS) if tool in called)


def _useful(document: Document, *, is_chair: bool) -> tuple[str, ...]:
    """The floor's tools that the meeting's policies have a use for."""
    floor = document.floor
    policies = (floor.policy, floor.otherwise) if floor is not None else ()
    named = [ENTRIES[policy.value] for policy in policies if policy and policy.value in ENTRIES]
    tools = [tool for entry in named for tool in entry.tools]
    if is_chair and floor is not None and floor.policy and floor.policy.value in BY_THE_CHAIR:
        tools = [*CHAIR_TOOLS, *tools]
    return tuple(dict.fromkeys(tools))


def agent_block(document: Document, plan: MeetingPlan, name: str) -> JsonObject:
    """The wire's `agent` object of one participant, of plain JSON values; secrets are references still."""
    agent = document.cast[name]
    functions = [_function(document, tool) for tool in offered_tools(document, plan, name)]
    prompt = agent.prompt or ""
    if not is_scripted(agent):
        prompt = conduct(plan, plan.participant(name), prompt)
    thinks = [_think(think, prompt, functions, plan.seed) for think in thinks_of(agent)]
    block: JsonObject = {
        "listen": {"provider": _provider(agent.listen)},
        "think": thinks[0] if len(thinks) == 1 else thinks,
        "speak": _speak(agent.speak or SpeakKeys()),
    }
    if agent.greeting is not None:
        block["greeting"] = agent.greeting
    return block


def _function(document: Document, tool: str) -> JsonObject:
    if tool in CHAIR_FUNCTIONS:
        return CHAIR_FUNCTIONS[tool]
    definition = (document.tools or {})[tool]
    described: JsonObject = {"name": tool, "description": definition.description}
    return described if definition.schema is None else described | {"parameters": definition.schema}


def _think(think: ThinkKeys, prompt: str, functions: list[JsonObject], seed: int) -> JsonObject:
    wire: JsonObject = {"provider": _provider(think, leave_out=("endpoint", "context_length", "script"))}
    if think.provider is Provider.SCRIPTED:
        wire["provider"] = {"type": "scripted", "script": wire_script(script_of(think)), "seed": seed}
    if think.endpoint is not None:
        wire["endpoint"] = _plain(think.endpoint)
    if think.context_length is not None:
        wire["context_length"] = think.context_length
    if prompt:
        wire["prompt"] = prompt
    if functions:
        wire["functions"] = functions
    return wire


def _speak(speak: SpeakKeys) -> JsonObject:
    wire: JsonObject = {"provider": _provider(speak, leave_out=("endpoint",))}
    if speak.endpoint is not None:
        wire["endpoint"] = _plain(speak.endpoint)
    return wire


def _provider(value: attrs.AttrsInstance | None, leave_out: tuple[str, ...] = ()) -> JsonObject:
    """A stage's provider object: its keys are the wire's, but `provider` is called `type` there."""
    plain = {} if value is None else _plain(value)
    provider: JsonObject = {"type": plain.pop("provider", "deepgram")}
    return provider | {key: item for key, item in plain.items() if key not in leave_out}


def _plain(value: attrs.AttrsInstance) -> JsonObject:
    """The attributes that were written, as JSON has them."""
    written = attrs.asdict(value, recurse=False, filter=lambda _, item: item is not None)
    return {key: _json(item) for key, item in written.items()}


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
