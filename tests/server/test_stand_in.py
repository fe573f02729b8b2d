"""Who answers in the place of a provider that this server does not have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from desk import AUDIO, Desk, running, settings

from trialogue.errors import ScenarioError
from trialogue.model.patterns import compile as compile_pattern
from trialogue.server import commands as cmd
from trialogue.server.conversation import Conversation, SessionPhase
from trialogue.server.options import ServerOptions, is_allowed
from trialogue.server.script_file import read_script_file
from trialogue.server.think.scripted import read_script
from trialogue.server.think.stand_in import AgentMatch, Caller, StandInAgent, StandInEndpoint, ThinkStandIn
from trialogue.server.think.terms import DefaultTerms, OpenAiTerms, ScriptedTerms

PROVIDERS = [
    {"type": "open_ai", "model": "gpt-4o-mini", "temperature": 0.7},
    {"type": "open_ai"},
    {"type": "anthropic", "model": "claude-sonnet-5"},
    {"type": "google", "model": "gemini-2.5-flash", "version": "v1beta"},
    {"type": "google"},
    {"type": "groq", "model": "openai/gpt-oss-20b"},
    {"type": "aws_bedrock", "model": "m", "credentials": {"type": "iam", "region": "us-east-2"}},
    {"type": "nvidia", "model": "m"},
    {"type": "deepgram", "model": "think-fast"},
]
ABROAD = {"url": "https://api.groq.com/openai/v1/chat/completions", "headers": {"authorization": "Bearer k"}}
HERE = {"url": "http://127.0.0.1:9/v1/chat/completions"}


def agent(name: str, **match: Any) -> StandInAgent:
    """An agent of the operator's file that says its name."""
    prompt = match.pop("prompt", None)
    pattern = compile_pattern(prompt) if prompt else None
    return StandInAgent(name, read_script([{"say": f"{name} speaks."}]), AgentMatch(pattern, **match))


def thinks(desk: Desk) -> tuple[Any, ...]:
    """Who thinks from now on."""
    return desk.last(cmd.UseThink).think


def think_of(
    think: Any, stand_in: ThinkStandIn | None = None, caller: Caller | None = None, **more: Any
) -> Any:
    """Who thinks for Settings with this `think`."""
    desk = Desk(ServerOptions(stand_in=stand_in or ThinkStandIn()))
    if caller is not None:
        desk.conversation = Conversation(ServerOptions(stand_in=stand_in or ThinkStandIn()), "r-1", caller)
        desk.conversation.open(0.0)
    desk.say({**settings(think=think), **more})
    return thinks(desk)


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda p: f"{p['type']}-{p.get('model')}")
@pytest.mark.parametrize("endpoint", [None, ABROAD])
def test_any_provider_is_answered_by_the_default(provider: dict[str, Any], endpoint: Any) -> None:
    """Any provider of a client is answered by the default agent, wherever its endpoint is."""
    think = {"provider": provider, "prompt": "Be brief."} | ({"endpoint": endpoint} if endpoint else {})
    assert think_of(think) == (DefaultTerms(),)


def test_a_fallback_list_is_asked_once() -> None:
    """Our model answers once for a whole list of providers; an allowed endpoint stays in it."""
    assert think_of([{"provider": provider} for provider in PROVIDERS]) == (DefaultTerms(),)
    own = think_of([{"provider": PROVIDERS[0], "endpoint": HERE}, {"provider": PROVIDERS[2]}])
    assert [type(each) for each in own] == [OpenAiTerms, DefaultTerms]


@pytest.mark.parametrize("type_", ["open_ai", "groq", "nvidia"])
def test_an_endpoint_that_is_allowed_is_asked(type_: str) -> None:
    """A client's own model is asked where the operator allows its endpoint."""
    own = think_of({"provider": {"type": type_, "model": "m"}, "endpoint": HERE})
    assert own[0].endpoint.url == HERE["url"]


def test_an_update_is_stood_in_for_alike() -> None:
    """An UpdateThink to any provider is acknowledged, and our own model goes on answering."""
    desk = running()
    desk.say({"type": "UpdateThink", "think": {"provider": PROVIDERS[2], "prompt": "New."}})
    assert thinks(desk) == (DefaultTerms(),)
    assert "ThinkUpdated" in desk.names()


def test_settings_without_think_are_answered() -> None:
    """An agent that says nothing of how it thinks answers all the same."""
    desk = Desk()
    desk.say(settings())
    assert thinks(desk) == (DefaultTerms(),)


def test_the_operators_model_stands_in_for_every_provider() -> None:
    """The operator's model answers for any provider, and its key is shown nowhere."""
    stand_in = ThinkStandIn(
        endpoint=StandInEndpoint("https://llm.example/v1/chat/completions", "sk-123456", "small")
    )
    (own,) = think_of({"provider": PROVIDERS[2]}, stand_in)
    assert (own.endpoint.url, own.model) == ("https://llm.example/v1/chat/completions", "small")
    assert own.endpoint.headers == {"authorization": "Bearer sk-123456"}
    assert "sk-123456" not in repr(stand_in) + repr(own)
    named = ThinkStandIn(endpoint=StandInEndpoint("http://127.0.0.1:1/chat/completions"))
    assert think_of({"provider": PROVIDERS[0]}, named)[0].model == "gpt-4o-mini"
    assert think_of({"provider": {"type": "google"}}, named)[0].model == "default"


@pytest.mark.parametrize(
    ("match", "caller", "more"),
    [
        ({"prompt": "(?i)pizza"}, Caller(), {}),
        ({"tag": "orders"}, Caller(), {"tags": ["x", "orders"]}),
        ({"agent": "f5-uuid"}, Caller(), {"agent": "f5-uuid"}),
        ({"path": "/orders"}, Caller(path="/orders"), {}),
        ({"key": "team-a"}, Caller(key="team-a"), {}),
    ],
)
def test_an_agent_of_the_file_answers_whom_it_matches(
    match: dict[str, Any], caller: Caller, more: dict[str, Any]
) -> None:
    """An agent of the operator's file answers whom its condition matches, and the next one all others."""
    stand_in = ThinkStandIn((agent("first", **match), agent("second")))
    think = {"provider": PROVIDERS[0], "prompt": "You sell PIZZA."}
    assert think_of(think, stand_in, caller, **more)[0].agent == "first"
    assert think_of({**think, "prompt": "You sell cars."}, stand_in, Caller())[0].agent == "second"


def test_all_that_an_agent_names_must_fit() -> None:
    """An agent with two conditions answers only conversations that meet both."""
    stand_in = ThinkStandIn((agent("both", tag="a", path="/x"),))
    assert think_of({"provider": PROVIDERS[0]}, stand_in, Caller(path="/x"), tags=["a"])[0].agent == "both"
    assert think_of({"provider": PROVIDERS[0]}, stand_in, Caller(path="/x")) == (DefaultTerms(),)


def test_an_update_of_the_prompt_of_think_can_change_who_answers() -> None:
    """UpdateThink with another prompt can hand over to another agent of the file."""
    stand_in = ThinkStandIn((agent("sales", prompt="sales"), agent("help", prompt="help")))
    desk = running(ServerOptions(stand_in=stand_in), think={"provider": PROVIDERS[0], "prompt": "sales"})
    desk.say({"type": "UpdateThink", "think": {"provider": PROVIDERS[0], "prompt": "help"}})
    assert isinstance(thinks(desk)[0], ScriptedTerms)
    assert thinks(desk)[0].agent == "help"


def test_an_id_of_the_file_is_a_reusable_agent_with_its_greeting() -> None:
    """Settings that only name an agent's id get that agent and its greeting."""
    own = StandInAgent("desk", read_script([{"say": "Yes."}]), AgentMatch(agent="f5"), greeting="Good day.")
    known = Desk(ServerOptions(stand_in=ThinkStandIn((own,))))
    known.say({"type": "Settings", "audio": {"input": AUDIO}, "agent": "f5"})
    assert known.last(cmd.SpeakSentence).text == "Good day."
    unknown = Desk(ServerOptions(stand_in=ThinkStandIn((own,))))
    unknown.say({"type": "Settings", "audio": {"input": AUDIO}, "agent": "f6"})
    assert unknown.conversation.phase is SessionPhase.OVER


def test_a_scripted_client_keeps_its_own_script() -> None:
    """A client's own script goes before the operator's file."""
    desk = running(ServerOptions(stand_in=ThinkStandIn((agent("first"),))))
    desk.say(
        {"type": "UpdateThink", "think": {"provider": {"type": "scripted", "script": [{"say": "Mine."}]}}}
    )
    assert thinks(desk)[0].agent == ""


@pytest.mark.parametrize(
    ("url", "is_good"),
    [
        ("http://127.0.0.1:1/v1", True),
        ("http://llm:8000/v1", True),
        ("https://llm/v1", True),
        ("http://other/v1", False),
        ("ftp://llm/v1", False),
        ("http://[", False),
    ],
)
def test_hosts_beyond_loopback_are_allowed_by_name(url: str, *, is_good: bool) -> None:
    """A model's endpoint is allowed by its host's name, and no other host is."""
    assert is_allowed({"llm"}, url) is is_good


# --- the file ----------------------------------------------------------------------------------------

SEVERAL = """\
agents:
  - name: orders
    match: {prompt: "(?i)pizza", tag: eu}
    greeting: Hello.
    script:
      - when: {heard: menu}
        call: {tool: get_menu}
        say: We have ${result}.
      - {say: Which one?, think: 20ms..40ms}
  - name: others
    script: [{otherwise: Pardon?}]
"""


def read(tmp_path: Path, text: str) -> tuple[StandInAgent, ...]:
    """The agents of a file with this text."""
    file = tmp_path / "answers.yaml"
    file.write_text(text, encoding="utf-8")
    return read_script_file(file)


def test_a_file_has_several_agents(tmp_path: Path) -> None:
    """A script file can have several agents, each with conditions, tried in order."""
    orders, others = read(tmp_path, SEVERAL)
    assert (orders.name, orders.greeting, orders.match.tag) == ("orders", "Hello.", "eu")
    assert orders.match.prompt is not None
    assert orders.match.prompt.source == "(?i)pizza"
    assert [entry.say for entry in orders.script.entries] == ["We have ${result}.", "Which one?"]
    assert orders.script.entries[1].think_ms == (20, 40)
    assert others.match == AgentMatch()


def test_a_file_with_a_script_answers_everybody(tmp_path: Path) -> None:
    """Every client is answered from a script file in the form of a scenario's."""
    (own,) = read(tmp_path, "script:\n  - say: Hello.\n")
    assert own.match.fits(Caller(), "any prompt")


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("script:\n  - sya: Hello.\n", ":2:5:", 'unknown key "sya"; did you mean "say"?'),
        ("script:\n  - {}\n", ":2:5:", "needs say, call or otherwise"),
        ("agents:\n  - script: []\n", ":2:5:", 'needs the key "name"'),
        ("agents:\n  - name: a\n    match: {path: orders}\n    script: []\n", ":3:19:", "starts with /"),
        ("agents:\n  - name: a\n    match: {prompt: '('}\n    script: []\n", ":3:21:", "[E-PATTERN]"),
        ("name: a\n", ":1:1:", "under agents[]: agents: [{script: ..., name: a}] [E-KEY"),
        ("{}", ":1:1:", "needs either script or agents"),
        ("script: []\nagents: []\n", ":1:1:", "needs either script or agents"),
        ("script: [", ":1:", "[E-YAML]"),
        ("trialogue: 1\nname: a\ncast: {ann: {lines: [Hi.]}}\n", ":1:1:", "serve --replay RUN --participant"),
    ],
)
def test_faults_of_a_file_have_their_places(tmp_path: Path, text: str, where: str, words: str) -> None:
    """The error for an operator's file has line and column, before any client is served."""
    with pytest.raises(ScenarioError) as told:
        read(tmp_path, text)
    assert where in str(told.value)
    assert words in str(told.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    """The error for a missing script file gives its name."""
    with pytest.raises(ScenarioError, match=r"answers\.yaml.*cannot be read"):
        read_script_file(tmp_path / "answers.yaml")
