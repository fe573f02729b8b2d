"""Tests of an app that embeds meetings and agents, with pytest: no speech, network, key or waiting."""

import trio

from trialogue import Edges, GrantFloor, Scenario, brain_for, open_agent, open_meeting, run_virtual
from trialogue.events import EarHeard, SentenceSaid, SessionReady, ToolRequested
from trialogue.policy import Next
from trialogue.testing import Player, casts, murmuring_engines, scripted_service

CAST = {"seller": {"lines": ["What would you like?", "Tea it is."]}, "ann": {"role": "human", "via": "app"}}
SHOP = Scenario.build("shop", CAST, run={"limits": {"time": "20s"}})
CALL = {"when": {"heard": "tea"}, "call": {"tool": "price", "arguments": {}}, "say": "It is ${result}."}
AGENT = {"think": {"provider": {"type": "open_ai", "model": "gpt-4o-mini"}, "functions": [{"name": "price"}]}}


def test_a_person_speaks_in_a_meeting(tmp_path):
    """The engines' recognizer hears their own voice word for word."""
    engines, heard = murmuring_engines(), []

    async def main():
        async with open_meeting(SHOP, edges=Edges(engines=engines), out=tmp_path / "run") as meeting:
            meeting.on(EarHeard, lambda event: heard.append(event.text))
            await trio.sleep(4)
            source = meeting.source("ann", sample_rate=24_000)
            for spoken in engines.synthesizer.synthesize("Some tea, please.", "any"):
                await source.send(spoken.pcm)
            return await meeting.finished()

    assert run_virtual(main).result.reason == "limit-time"
    assert heard[-1] == "Some tea, please."


def test_an_agent_calls_our_function():
    """The script answers for any model; the test is of the app's reactions to events."""
    said = []

    async def main():
        async with scripted_service(CALL) as connect, open_agent(AGENT, connect=connect) as agent:
            async for event in agent:
                match event:
                    case SessionReady():
                        agent.ask("What is the tea?")
                    case ToolRequested():
                        agent.answer(event, "3 dollars")
                    case SentenceSaid(text=text):
                        said.append(text)
                        break

    run_virtual(main)
    assert said == ["It is 3 dollars."]


def test_our_policy_by_itself():
    """A brain decides without any meeting: events in, commands out."""
    plan = casts.plan("ann", "bob", policy="ours")
    player = Player(brain_for(plan, policies={"ours": lambda view: Next("bob", "as always")}), wakes=True)
    for at, event in casts.opening(plan):
        player.tell(at, event)
    assert [grant.to for grant in player.decided(GrantFloor)] == ["bob"]
