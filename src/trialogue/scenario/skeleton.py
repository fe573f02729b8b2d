"""New scenario for an author to extend: a few lines that make a complete meeting."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Final

from trialogue import services
from trialogue.values import frozen

NAMES: Final = ("tech", "biz", "legal", "design", "support", "sales", "finance", "ops")
"""Names of the seats, in order; further ones are numbered."""

SCHEMA_LINE: Final = "# yaml-language-server: $schema=scenario.schema.json"
"""Line that tells an editor where the schema is; `trialogue schema > scenario.schema.json` writes the schema.
"""


class HowAgentsThink(Enum):
    """Way in which the agents of a new scenario think."""

    LINES = "lines"
    LOCAL = "local"
    OPEN_AI = "open_ai"
    HOSTED = services.HOSTED


@frozen
class NewScenario:
    """Contents of a new scenario."""

    name: str = "my-meeting"
    """Name of the meeting."""

    topic: str = "Should we move the session cache to the edge?"
    """Topic of the meeting."""

    agents: int = 3
    """Number of agents, the chair included."""

    policy: str = "moderated"
    """Policy of the floor."""

    think: HowAgentsThink = HowAgentsThink.LINES
    """Thinking of the agents."""

    person: bool = False
    """Whether a person sits at the table, at the keyboard."""


def skeleton(wanted: NewScenario) -> str:
    """Text of a new scenario that passes `trialogue check`."""
    return "\n".join([*_head(wanted), *_defaults(wanted), "cast:", *_cast(wanted), *_rules(wanted)]) + "\n"


def _head(wanted: NewScenario) -> Iterator[str]:
    yield SCHEMA_LINE
    yield "trialogue: 1"
    yield f"name: {wanted.name}"
    yield f"vars: {{topic: {_quoted(wanted.topic)}}}"
    yield "run: {seed: 7, limits: {time: 5m, turns: 20}}"


def _defaults(wanted: NewScenario) -> Iterator[str]:
    match wanted.think:
        case HowAgentsThink.LINES:
            return
        case HowAgentsThink.LOCAL:
            yield "defaults:"
            yield "  agent:"
            yield "    think:  # any server that speaks OpenAI's chat completions"
            yield "      provider: open_ai"
            yield "      model: qwen2.5-1.5b-instruct"
            yield '      endpoint: {url: "http://127.0.0.1:8080/v1/chat/completions"}'
        case HowAgentsThink.OPEN_AI:
            yield "defaults:  # the key is in OPENAI_API_KEY"
            yield "  agent: {think: {provider: open_ai, model: gpt-4o-mini}}"
        case HowAgentsThink.HOSTED:
            hosted = services.service_of(services.HOSTED).hosted
            yield f"defaults:  # the key is in {hosted.key_variable}" if hosted else "defaults:"
            yield f"  agent: {{via: {services.HOSTED}}}"


def _cast(wanted: NewScenario) -> Iterator[str]:
    names = _names(wanted)
    has_chair = wanted.policy == "moderated"
    for number, name in enumerate(names):
        following = names[(number + 1) % len(names)]
        yield f"  {name}:"
        if has_chair and number == 0:
            yield "    role: chair"
            yield from _words(
                wanted, _moderation(names, wanted), "You moderate: invite one after the other, then close."
            )
        else:
            said = [f"I speak for {name}. It is worth a try.", "I have nothing to add."]
            asked = f"{following.capitalize()}, what do you say?" if wanted.policy == "addressed" else ""
            yield from _words(wanted, [f"{said[0]} {asked}".strip(), said[1]], f"You speak for {name}.")
    if wanted.person:
        yield "  guest: {role: human, title: Guest, via: text}  # you, at the keyboard"


def _words(wanted: NewScenario, lines: list[str], prompt: str) -> Iterator[str]:
    if wanted.think is HowAgentsThink.LINES:
        yield "    lines:"
        yield from (f"      - {_quoted(line)}" for line in lines)
    else:
        yield f"    prompt: {_quoted(f'{prompt} The topic: ${{topic}} At most three sentences.')}"


def _moderation(names: list[str], wanted: NewScenario) -> list[str]:
    others = [name.capitalize() for name in names[1:]] + (["Guest"] if wanted.person else [])
    first = f"Welcome. ${{topic}} {others[0]}, please." if others else "Welcome. ${topic}"
    return [
        first,
        *(f"Thank you. {name}, and you?" for name in others[1:]),
        "Thank you all. The meeting is closed.",
    ]


def _rules(wanted: NewScenario) -> Iterator[str]:
    yield f"floor: {{policy: {wanted.policy}}}"
    if wanted.policy == "agenda":
        yield "agenda:"
        yield "  - {id: opening, title: What hurts today, owner: " + _names(wanted)[0] + ", time: 1m}"
        yield "  - {id: decision, title: What we decide, owner: " + _names(wanted)[-1] + ", time: 1m}"
    if wanted.policy == "moderated":
        yield f"end: {{any: [{{said: {{by: {_names(wanted)[0]}, match: meeting is closed}}}}, limits]}}"


def _names(wanted: NewScenario) -> list[str]:
    first = ["chair"] if wanted.policy == "moderated" else []
    count = wanted.agents - len(first)
    others = [NAMES[n] if n < len(NAMES) else f"agent-{n + 1}" for n in range(count)]
    return [*first, *others]


def _quoted(text: str) -> str:
    """The text as YAML in double quotes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
