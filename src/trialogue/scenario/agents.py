"""Settings of each agent for its service: listen, think, speak, greeting."""

from __future__ import annotations

from collections.abc import Mapping

from trialogue.brain.floor.policies import BY_THE_CHAIR, ENTRIES
from trialogue.model.escaped_words import as_said
from trialogue.model.plan import MeetingPlan
from trialogue.scenario.checks import CHAIR_TOOLS, script_of
from trialogue.scenario.conduct import conduct
from trialogue.scenario.floor_keys import FLOOR_TOOLS
from trialogue.scenario.schema import AgentKeys, Document
from trialogue.scenario.variables import unrevealed
from trialogue.services import EMBEDDED, service_of
from trialogue.services.keys import Briefing, Stages, ThinkStage
from trialogue.services.script import JsonObject, ScriptEntryKeys
from trialogue.services.service import Service

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
"""Floor tools that the meeting's rules answer."""


def thinks_of(agent: AgentKeys) -> tuple[ThinkStage, ...]:
    """Think providers of an agent, in the order of trying; `lines` count as a script."""
    if agent.lines is not None:
        script = tuple(ScriptEntryKeys(say=line) for line in agent.lines)
        scripted = service_of(EMBEDDED).keys.scripted(script)
        return () if scripted is None else (scripted,)
    return as_tuple(agent.think)


def as_tuple(think: ThinkStage | tuple[ThinkStage, ...] | None) -> tuple[ThinkStage, ...]:
    """Value of `think` as a tuple of one, several or no providers."""
    if isinstance(think, tuple):
        return think
    return () if think is None else (think,)


def stages_of(agent: AgentKeys) -> Stages:
    """All stages of an agent in a completed document."""
    return Stages(agent.listen, thinks_of(agent), agent.speak)


def service_at(agent: AgentKeys) -> Service:
    """Service of an agent in a completed document."""
    return service_of(agent.via if isinstance(agent.via, str) else EMBEDDED)


def is_scripted(agent: AgentKeys) -> bool:
    """Whether the agent speaks from a script in the scenario."""
    return any(think.is_scripted for think in thinks_of(agent))


def offered_tools(document: Document, plan: MeetingPlan, name: str) -> tuple[str, ...]:
    """Tools of one agent: its own, and the chair's if a model moderates or its script calls them."""
    agent = document.cast[name]
    own = tuple(dict.fromkeys(agent.tools or ()))
    is_chair = plan.participant(name).is_chair
    if not is_scripted(agent):
        return own + _useful(document, is_chair=is_chair)
    called = {entry.call.tool for think in thinks_of(agent) for entry in script_of(think) if entry.call}
    return own + tuple(tool for tool in (*CHAIR_TOOLS, *FLOOR_TOOLS) if tool in called)


def _useful(document: Document, *, is_chair: bool) -> tuple[str, ...]:
    """Floor tools that the meeting's policies use."""
    floor = document.floor
    policies = (floor.policy, floor.otherwise) if floor is not None else ()
    named = [ENTRIES[policy.value] for policy in policies if policy and policy.value in ENTRIES]
    tools = [tool for entry in named for tool in entry.tools]
    if is_chair and floor is not None and floor.policy and floor.policy.value in BY_THE_CHAIR:
        tools = [*CHAIR_TOOLS, *tools]
    return tuple(dict.fromkeys(tools))


def agent_block(document: Document, plan: MeetingPlan, name: str) -> JsonObject:
    """Settings block of one agent for its service, as plain JSON values; secrets are still references."""
    agent = document.cast[name]
    functions = [_function(document, tool) for tool in offered_tools(document, plan, name)]
    prompt = agent.prompt or ""
    if not is_scripted(agent):
        prompt = conduct(plan, plan.participant(name), prompt)
    greeting = None if agent.greeting is None else unrevealed(as_said(agent.greeting))
    briefing = Briefing(prompt, greeting, tuple(functions), plan.seed)
    return service_at(agent).keys.block(stages_of(agent), briefing)


def _function(document: Document, tool: str) -> JsonObject:
    if tool in CHAIR_FUNCTIONS:
        return CHAIR_FUNCTIONS[tool]
    definition = (document.tools or {})[tool]
    described: JsonObject = {"name": tool, "description": definition.description}
    return described if definition.schema is None else described | {"parameters": definition.schema}
