"""Who holds a seat whose sessions have failed for good."""

import pytest

from trialogue.errors import ScenarioError
from trialogue.model.participants import OnFailure
from trialogue.scenario import Overrides, loads, resolve

TEXT = """
trialogue: 1
name: fallbacks
defaults:
  agent: {via: deepgram, on_failure: {replace: {lines: [I am not well today.]}}}
cast:
  ann: {prompt: You are Ann., think: {provider: open_ai, model: gpt-4o-mini}}
  bob:
    prompt: You are Bob.
    think: {provider: open_ai, model: gpt-4o-mini}
    on_failure: {replace: {think: {provider: anthropic, model: claude-haiku-4-5}}}
  cyd: {prompt: You are Cyd., on_failure: end}
  dan: {prompt: You are Dan., on_failure: drop}
"""


def resolved(**overrides):
    return resolve(loads(TEXT), Overrides(**overrides))


def test_who_stands_in():
    """A fallback with lines is at the embedded server, and one with a model at the agent's own service."""
    ann, bob, cyd, dan = resolved().agents
    assert (ann.via, ann.fallback.via) == ("deepgram", "local")
    assert ann.fallback.block["think"]["provider"]["script"] == [{"say": "I am not well today."}]
    assert (bob.via, bob.fallback.via) == ("deepgram", "deepgram")
    assert bob.fallback.block["think"]["provider"]["model"] == "claude-haiku-4-5"
    assert bob.fallback.block["think"]["prompt"] == bob.block["think"]["prompt"]
    assert cyd.fallback is dan.fallback is None


def test_the_plan_has_the_rules_of_stand_ins():
    """The plan says for each agent what becomes of its failure; dropping it is the default."""
    assert [p.on_failure for p in resolved().plan.participants] == [
        OnFailure.REPLACE,
        OnFailure.REPLACE,
        OnFailure.END,
        None,
    ]


def test_the_operator_moves_stand_ins_too():
    """`--via` moves a fallback with a model, and leaves one with lines."""
    ann, bob, _, _ = resolved(via="deepgram").agents
    assert (ann.fallback.via, bob.fallback.via) == ("local", "deepgram")


def test_a_stand_in_has_a_key_of_its_own():
    """A stand-in's model at an endpoint is asked with a key from the environment, as its agent's is."""
    key = "Bearer ${env:OTHER_KEY}"
    model = (
        f"{{provider: open_ai, model: m, endpoint: {{url: 'https://a.example/v1', headers: {{a: '{key}'}}}}}}"
    )
    stand_in = f"on_failure: {{replace: {{via: local, think: {model}, prompt: '${{env:ROLE}}'}}}}"
    ready = resolve(loads(f"trialogue: 1\nname: x\ncast: {{ann: {{lines: [Hi.], {stand_in}}}}}\n"))
    assert ready.secrets == ready.needs == ("OTHER_KEY", "ROLE")
    assert ready.agents[0].fallback.block["think"]["endpoint"]["headers"] == {"a": key}
    shared = loads(
        f"trialogue: 1\nname: x\ndefaults: {{agent: {{{stand_in}}}}}\ncast: {{ann: {{lines: [Hi.]}}}}\n"
    )
    assert resolve(shared).secrets == ready.secrets


CALLS = "think: {provider: scripted, script: [{call: {tool: price, arguments: {of: 1}}, say: Well.}]}"


@pytest.mark.parametrize(
    ("defaults", "seat", "place"),
    [
        ("", f"lines: [Hi.], on_failure: {{replace: {{{CALLS}}}}}", "cast.ann.on_failure.replace.think"),
        (f"on_failure: {{replace: {{{CALLS}}}}}", "lines: [Hi.]", "defaults.agent.on_failure.replace.think"),
        (CALLS, "prompt: Hi.", "defaults.agent.think"),
    ],
)
def test_the_calls_of_each_script_are_checked(defaults, seat, place):
    """A stand-in whose script calls a tool that its agent lacks is told before it is needed."""

    def told(tools, more):
        shared = f"trialogue: 1\nname: x\ndefaults: {{agent: {{{defaults}}}}}\n"
        text = f"{shared}cast: {{ann: {{{seat}{tools}}}}}\n{more}"
        with pytest.raises(ScenarioError) as error:
            loads(text)
        return [str(each).partition(": ")[2].partition(" [")[0] for each in error.value.problems]

    strict = "{type: object, properties: {of: {type: string}}}"
    tool = f"tools: {{price: {{schema: {strict}, mock: {{result: 8}}}}}}\n"
    assert told("", "") == [
        f'{place}.script[0].call.tool: ann has no tool "price"; known: hand_off, bid, request_floor'
    ]
    assert [each.partition("; ")[0] for each in told("", tool)] == [
        f'{place}.script[0].call.tool: ann has no tool "price"'
    ]
    assert [each.partition(": arguments.of")[0] for each in told(", tools: [price]", tool)] == [
        f"{place}.script[0].call.arguments: price would refuse these arguments"
    ]
