"""What a scenario becomes: a plan, agents' settings, tools; each value with its origin."""

from __future__ import annotations

import ast
import math
from pathlib import Path

import pytest

from trialogue.brain.happenings import SaidWords, fits
from trialogue.brain.tools.calls import OWN
from trialogue.errors import ScenarioError, WrongValue
from trialogue.model.participants import Hears, Participant, Price, Role
from trialogue.model.plan import (
    AgendaItem,
    FloorRules,
    HoldRules,
    Limits,
    MeetingPlan,
    Said,
    SilenceRules,
    SilenceStep,
)
from trialogue.scenario import (
    Clock,
    MockAnswer,
    Overrides,
    PythonFunction,
    explain,
    loads,
    resolve,
    to_yaml,
)
from trialogue.scenario.checks import CHAIR_TOOLS
from trialogue.scenario.defaults import filled
from trialogue.scenario.floor_keys import FLOOR_TOOLS

PACKAGE = Path(__file__).parents[2] / "src" / "trialogue" / "scenario"

WHOLE = """
trialogue: 1
name: review
about: Everything at once.
run:
  {clock: real, seed: 7, frame: 40ms, limits: {time: 12m, turns: 40, silence: 20s}, ready: 10s}
defaults:
  agent:
    via: deepgram
    hears: audio
    listen: {model: nova-2, language: en-GB, keyterms: [cache]}
    think: [{provider: google, model: g}, {provider: anthropic, model: c, temperature: 1}]
    speak: {speed: 1.1}
cast:
  chair:
    role: chair
    title: The Chair
    aliases: [Madam]
    prompt: Keep to the agenda.
    greeting: Welcome.
    speak: {model: aura-2-hera-en}
    tools: [clock, clock]
  tech: {hears: text, listen: {provider: deepgram, version: v2, model: flux-general-en, eot_timeout_ms: 900}}
  eve: {role: observer, speak: {provider: cartesia, model_id: sonic, voice: {mode: id, id: v},
        endpoint: {url: "https://tts.example", headers: {key: "${env:TTS}"}}}}
tools:
  clock: {python: "tools.time:now", description: Tell the time., timeout: 4s}
floor:
  policy: moderated
  otherwise: scripted
  order: [tech, chair]
  think: 9s
  ear: 5s
  chair_timeout: 3s
  hold: {max: 45s, warn: 35s}
  silence: {after: 2s, do: [nudge, end]}
agenda:
  - {id: one, title: First, owner: tech, time: 4m}
  - {id: two, title: Second, done_when: {said: {match: done, by: chair}}}
end: {any: [agenda-done, {said: {match: bye}}]}
"""

LOCAL = """
trialogue: 1
name: local
cast:
  ada:
    role: chair
    think:
      provider: scripted
      script:
        - {think: 200ms..0.5s}
        - {when: {heard: x}, say: Hello., again: true}
        - {call: {tool: give_floor, arguments: {to: ben}}}
        - {call: {tool: price}, say: "${result}"}
        - {otherwise: Pardon?, think: 1s}
    tools: [price]
  ben: {think: {provider: open_ai, model: m, endpoint: {url: "http://localhost:80"}, context_length: 9}}
  cleo: {lines: [One., Two.], prompt: For the record.}
tools: {price: {mock: {result: {eur: 1}, delay: 1s}}, broken: {mock: {error: no line}}}
"""
LOCAL = LOCAL.replace("tools: [price]", "tools: [price, broken]")
OFFLINE = LOCAL.replace(
    '{think: {provider: open_ai, model: m, endpoint: {url: "http://localhost:80"}, context_length: 9}}',
    "{lines: [Three.]}",
)


def test_the_plan_says_what_the_file_says():
    """Each key of the floor, the agenda, the limits and the ends is in the plan."""
    assert resolve(loads(WHOLE)).plan == MeetingPlan(
        name="review",
        participants=(
            Participant(
                "chair",
                Role.CHAIR,
                hears=Hears.AUDIO,
                title="The Chair",
                aliases=("Madam",),
                greets=True,
                price=Price("deepgram/voice-agent with g"),
            ),
            Participant("tech", hears=Hears.TEXT, price=Price("deepgram/voice-agent with g")),
            Participant(
                "eve",
                Role.OBSERVER,
                hears=Hears.AUDIO,
                price=Price("deepgram/voice-agent with parts of its own"),
            ),
        ),
        seed=7,
        floor=FloorRules(
            policy="moderated",
            otherwise="scripted",
            order=("tech", "chair"),
            think_s=9.0,
            ear_s=5.0,
            chair_timeout_s=3.0,
            hold=HoldRules(45.0, 35.0),
            silence=SilenceRules(2.0, (SilenceStep.NUDGE, SilenceStep.END)),
        ),
        limits=Limits(720.0, 40, 20.0),
        agenda=(
            AgendaItem("one", "First", "tech", 240.0),
            AgendaItem("two", "Second", done_when=Said("done", "chair")),
        ),
        end=(Said("bye"),),
        end_with_agenda=True,
        ready_s=10.0,
    )


def test_a_file_of_few_lines_gets_the_plan_s_defaults():
    """Keys that a short scenario leaves out have the plan's defaults, and a chair moderates."""
    plan = resolve(loads("trialogue: 1\nname: x\ncast: {ada: {lines: [Hi.]}, ben: {lines: [Hi.]}}")).plan
    people = (Participant("ada"), Participant("ben"))
    floor = FloorRules(order=("ada", "ben"))
    assert plan == MeetingPlan("x", people, floor=floor, end_with_agenda=False)
    chaired = resolve(loads("trialogue: 1\nname: x\ncast: {ada: {role: chair, lines: [Hi.]}}"))
    assert chaired.plan.floor.policy == "moderated"


def test_agents_at_deepgram():
    """A seat's own keys replace those of the defaults, and another provider takes none of them."""
    chair, tech, eve = resolve(loads(WHOLE)).agents
    assert (chair.name, chair.via, chair.is_scripted) == ("chair", "deepgram", False)
    assert chair.tools == ("clock", "give_floor", "end_meeting")
    assert chair.block["greeting"] == "Welcome."
    assert chair.block["listen"] == {
        "provider": {"type": "deepgram", "model": "nova-2", "language": "en-GB", "keyterms": ["cache"]}
    }
    assert chair.block["speak"] == {"provider": {"type": "deepgram", "model": "aura-2-hera-en", "speed": 1.1}}
    first, second = chair.block["think"]
    assert first["provider"] == {"type": "google", "model": "g"}
    assert second["provider"] == {"type": "anthropic", "model": "c", "temperature": 1}
    assert first["prompt"] == second["prompt"]
    assert [function["name"] for function in first["functions"]] == list(chair.tools)
    assert tech.block["listen"] == {
        "provider": {"type": "deepgram", "model": "flux-general-en", "version": "v2", "eot_timeout_ms": 900}
    }
    assert "greeting" not in tech.block
    assert eve.block["speak"] == {
        "provider": {"type": "cartesia", "model_id": "sonic", "voice": {"mode": "id", "id": "v"}},
        "endpoint": {"url": "https://tts.example", "headers": {"key": "${env:TTS}"}},
    }
    assert eve.tools == ()
    assert "functions" not in eve.block["think"][0]


def test_a_model_is_told_how_to_behave():
    """The prompt names the table, says how speech arrives, and ends with the author's words."""
    chair, tech, _ = resolve(loads(WHOLE)).agents
    prompt = chair.block["think"][0]["prompt"]
    assert prompt.startswith("You are The Chair. You are in a spoken meeting with Tech, Eve.\nYou hear")
    assert "You chair the meeting." in prompt
    assert "The agenda: 1. First; 2. Second." in prompt
    assert prompt.endswith("\n\nKeep to the agenda.")
    told = tech.block["think"][0]["prompt"]
    assert "with The Chair (chair), Eve." in told
    assert "one line each, as `Name: words`" in told
    assert "You chair" not in told
    alone = resolve(loads("trialogue: 1\nname: x\ncast: {ada: {via: deepgram}}")).agents[0]
    assert alone.block["think"]["prompt"].startswith("You are Ada. You are in a spoken meeting.\n")
    assert "agenda" not in alone.block["think"]["prompt"]
    assert alone.block["think"]["provider"] == {"type": "open_ai", "model": "gpt-4o-mini"}


def test_agents_at_the_embedded_server():
    """Scripts and lines reach the embedded server complete, in the agent's settings."""
    ada, ben, cleo = resolve(loads(LOCAL), Overrides(seed=5)).agents
    assert ada.block["think"]["provider"] == {
        "type": "scripted",
        "script": [
            {"think_ms": [200, 500]},
            {"when": {"heard": "x"}, "say": "Hello.", "again": True},
            {"call": {"tool": "give_floor", "arguments": {"to": "ben"}}},
            {"call": {"tool": "price", "arguments": {}}, "say": "${result}"},
            {"think_ms": [1000, 1000], "otherwise": "Pardon?"},
        ],
        "seed": 5,
    }
    assert ada.tools == ("price", "broken", "give_floor")
    assert "prompt" not in ada.block["think"]
    assert ben.block["think"]["endpoint"] == {"url": "http://localhost:80"}
    assert ben.block["think"]["context_length"] == 9
    assert cleo.block["think"] == {
        "provider": {"type": "scripted", "script": [{"say": "One."}, {"say": "Two."}], "seed": 5},
        "prompt": "For the record.",
    }
    voices = [agent.block["speak"]["provider"]["model"] for agent in (ada, ben, cleo)]
    assert len(set(voices)) == 3


def test_tools():
    """Mocks answer by themselves, and tools that run code are listed as code."""
    price, broken = resolve(loads(LOCAL)).tools
    assert price.action == MockAnswer({"eur": 1}, 1.0)
    assert broken.action == MockAnswer(None, 0.0, "no line")
    assert (price.schema, price.description, price.timeout_s) == (
        {"type": "object", "properties": {}},
        "",
        20.0,
    )
    resolved = resolve(loads(WHOLE))
    assert resolved.tools[0].action == PythonFunction("tools.time:now")
    assert resolved.tools[0].timeout_s == 4.0
    assert resolved.code == ("tools.time:now",)
    assert resolve(loads(LOCAL)).code == ()


def test_run_settings():
    """Clock, frame, words for people and secrets of a scenario are in its resolved form."""
    resolved = resolve(loads(WHOLE))
    assert (resolved.clock, resolved.frame_ms, resolved.about) == (Clock.REAL, 40, "Everything at once.")
    assert resolved.secrets == ("TTS",)
    plain = resolve(loads(LOCAL))
    assert (plain.frame_ms, plain.about, plain.secrets) == (20, "", ())


def test_the_operator_has_the_last_word():
    """Options replace the file's values, and leave all others."""
    overrides = Overrides(clock=Clock.VIRTUAL, seed=1, time_s=math.inf, turns=3, silence_s=5.0)
    resolved = resolve(loads(OFFLINE), overrides)
    assert resolved.clock is Clock.VIRTUAL
    assert resolved.plan.seed == 1
    assert resolved.plan.limits == Limits(None, 3, 5.0)
    assert resolve(loads(to_yaml(resolved))) == resolved
    with pytest.raises(ScenarioError, match="E-LIMIT-NONE"):
        resolve(loads(LOCAL), Overrides(time_s=math.inf))


@pytest.mark.parametrize(
    "overrides",
    [
        Overrides(silence_s=math.inf),
        Overrides(time_s=math.inf, turns=1_000_000),
        Overrides(time_s=3_599_996_400.0, silence_s=3_599_996_400.0),
        Overrides(seed=0),
        Overrides(seed=2**53),
    ],
    ids=str,
)
def test_what_an_option_sets_can_be_read_again(overrides):
    """After `--limit-silence none`, no command could read the run's scenario: not even `resume`."""
    resolved = resolve(loads(OFFLINE), overrides)
    assert resolve(loads(to_yaml(resolved))) == resolved


@pytest.mark.parametrize(
    ("name", "value"),
    [("seed", -1), ("seed", 2**53 + 1), ("turns", 1_000_001), ("time_s", 1e10), ("silence_s", 1e10)],
)
def test_what_no_scenario_can_have_is_refused(name, value):
    """A meeting with such an option ran, and after a crash it could not be continued."""
    with pytest.raises(WrongValue, match=name) as refused:
        Overrides(**{name: value})
    assert refused.value.argument == name


UNDESCRIBED = """
trialogue: 1
name: undescribed
cast: {ada: {tools: [order], lines: [Hello.]}}
tools: {order: {mock: {result: done}, identity: [order_id]}}
"""
"""A tool whose arguments no schema names."""


@pytest.mark.parametrize("text", [WHOLE, LOCAL, UNDESCRIBED], ids=["whole", "local", "undescribed"])
def test_a_resolved_scenario_can_be_written_and_read_again(text):
    """A resolved scenario is the same after it was written and read."""
    resolved = resolve(loads(text))
    written = to_yaml(resolved)
    again = resolve(loads(written))
    assert again == resolved
    assert to_yaml(again) == written


def test_every_value_has_its_origin():
    """`explain` names the line or the option that each value comes from."""
    explained = {e.path: (e.value, str(e.origin)) for e in explain(resolve(loads(WHOLE), Overrides(seed=9)))}
    assert explained["run.seed"] == (9, "--seed")
    assert explained["run.ready"] == ("10s", "<text>:6:92")
    assert explained["cast.tech.via"] == ("deepgram", "<text>:9:10")
    assert explained["cast.tech.hears"] == ("text", "<text>:23:17")
    assert explained["cast.tech.role"] == ("speaker", "default")
    assert explained["cast.chair.listen.keyterms[0]"] == ("cache", "<text>:11:57")
    assert explained["tools.clock.on_interrupt"] == ("cancel", "default")
    moved = explain(resolve(loads(LOCAL.replace("{lines", "{via: local, lines")), Overrides(via="local")))
    assert {str(e.origin) for e in moved if e.path.endswith(".via")} == {"--via"}


def test_the_rules_know_every_tool_of_the_floor():
    """A tool that agents are offered for the floor is one that the rules answer."""
    assert {*CHAIR_TOOLS, *FLOOR_TOOLS} == set(OWN)


def test_a_completed_document_has_everything():
    """A completed scenario without a section is an error of ours, not of the author's."""
    with pytest.raises(AssertionError, match="leaves nothing out"):
        filled(None)


def test_functions_and_modules_stay_small():
    """Functions of the scenario package have at most 40 lines, and its modules 400."""
    for file in PACKAGE.glob("*.py"):
        source = file.read_text()
        assert source.count("\n") <= 400, file.name
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef):
                assert node.end_lineno - node.lineno < 40, f"{file.name}: {node.name}"


@pytest.mark.parametrize(
    ("keys", "stage", "provider"),
    [
        (
            "listen: {model: flux-general-en, language: en}",
            "listen",
            {"type": "deepgram", "model": "flux-general-en", "version": "v2"},
        ),
        (
            "listen: {model: flux-general-multi, language: de-AT}",
            "listen",
            {"type": "deepgram", "model": "flux-general-multi", "version": "v2", "language_hints": ["de"]},
        ),
        (
            'listen: {model: flux-general-multi, language: "${env:CALL_LANGUAGE|en-GB}"}',
            "listen",
            {
                "type": "deepgram",
                "model": "flux-general-multi",
                "version": "v2",
                "language_hints": ["${env:CALL_LANGUAGE|en-GB}"],
            },
        ),
        (
            "speak: {model: flux-kit-en}",
            "speak",
            {"type": "deepgram", "model": "flux-kit-en", "version": "v2"},
        ),
    ],
)
def test_a_flux_model_is_named_by_its_version(keys, stage, provider):
    """A Flux model is asked for in the form that only it has: the service refuses it in another."""
    text = f"trialogue: 1\nname: a\ncast:\n  ann: {{lines: [Hi.], {keys}}}\n  ben: {{lines: [Hi.]}}\n"
    assert resolve(loads(text)).agents[0].block[stage]["provider"] == provider


@pytest.mark.parametrize(
    ("said", "is_named"),
    [
        ("Is C++ faster?", True),
        ("C++", True),
        ("Ask Dana K. about it.", True),
        ("Ask ben, please.", True),
        ("The bench is free.", False),
        ("Ask Dana Kent.", False),
    ],
)
def test_a_name_that_ends_in_a_sign_is_heard(said, is_named):
    """`never` is not told as met although a participant was named, as its alias ends in a sign."""
    text = (
        "trialogue: 1\nname: a\ncast:\n  ann: {lines: [Hi.]}\n"
        '  ben: {lines: [Hi.], title: Dana K., aliases: ["C++"]}\n'
        "expect: {never: [{said: {name: ben}}]}\n"
    )
    (never,) = resolve(loads(text)).expectations.never
    assert fits(never.pattern, SaidWords(1.0, 1, "ann", said)) is is_named
