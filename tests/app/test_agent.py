"""One agent alone, over the embedded server in memory."""

from functools import partial

import pytest
import trio

from trialogue.app.agent import Sound, open_agent
from trialogue.app.virtual import run_virtual
from trialogue.compute import Inline
from trialogue.errors import ProviderRefused, SetupError
from trialogue.model.events import (
    InjectionRefused,
    ReplySent,
    SentenceSaid,
    SessionReady,
    ToolRequested,
    WordsHeard,
)
from trialogue.server.equipment import Equipment
from trialogue.server.listener import serve_stream
from trialogue.testing.engines import Murmur, murmuring_engines
from trialogue.transport.dial import in_memory

SCRIPT = [
    {"when": {"heard": "time"}, "call": {"tool": "clock", "arguments": {}}, "say": "It is ${result.now}."},
    {"say": "Good morning."},
    {"otherwise": "I only know the time."},
]


def agent_of(script):
    functions = [{"name": "clock", "description": "The time.", "parameters": {"type": "object"}}]
    provider = {"type": "scripted", "script": script}
    return {"think": {"provider": provider, "functions": functions}}


def connect_to(engines):
    equipment = Equipment(
        recognizer=engines.recognizer,
        synthesizer=engines.synthesizer,
        open_detector=engines.open_detector,
        compute=Inline(),
    )
    connect = in_memory(partial(serve_stream, equipment=equipment))
    return partial(connect, "ws://embedded/v1/agent/converse", headers={})


def hold(script, conversation):
    async def main():
        engines = murmuring_engines()
        async with open_agent(agent_of(script), connect=connect_to(engines)) as agent:
            return await conversation(agent)

    return run_virtual(main, seed=0)


async def until(agent, kind):
    """All that the agent reports up to the first of a kind."""
    seen = []
    async for event in agent:
        seen.append(event)
        if isinstance(event, kind):
            return seen
    raise AssertionError("the agent's events do not end by themselves")


def test_asked_by_text_it_answers_with_sound():
    """Words, sound and the end of a reply come in order."""

    async def conversation(agent):
        await until(agent, SessionReady)
        agent.ask("Hello?")
        return await until(agent, ReplySent)

    events = hold(SCRIPT, conversation)
    assert [e.text for e in events if isinstance(e, SentenceSaid)] == ["Good morning."]
    sound = b"".join(e.pcm for e in events if isinstance(e, Sound))
    assert events[-1].duration_s == pytest.approx(len(sound) / 48_000)


def test_it_hears():
    """Sound at its ear becomes words, and an answer."""

    async def conversation(agent):
        await until(agent, SessionReady)
        agent.ask("Hello?")
        await until(agent, ReplySent)
        await trio.sleep(5)
        pcm = b"".join(spoken.pcm for spoken in Murmur().synthesize("Good morning.", "any"))
        for start in range(0, len(pcm) + 96_000, 960):
            agent.hear(pcm[start : start + 960].ljust(960, b"\0"))
            await trio.sleep(0.02)
        return await until(agent, ReplySent)

    # Both murmurs number the sentence alike: it is the first that either has said.
    events = hold([{"say": "Good morning."}, {"otherwise": "Again?"}], conversation)
    assert [e.text for e in events if isinstance(e, WordsHeard)] == ["Good morning."]


def test_tools():
    """A call is answered by whoever holds the agent."""

    async def conversation(agent):
        await until(agent, SessionReady)
        agent.ask("What time is it?")
        events = await until(agent, ToolRequested)
        agent.answer(events[-1], '{"now": "noon"}')
        return await until(agent, ReplySent)

    events = hold(SCRIPT, conversation)
    assert [e.text for e in events if isinstance(e, SentenceSaid)] == ["It is noon."]


def test_words_to_say_may_be_refused():
    """While the agent speaks, words to say are refused, and that is an ordinary outcome."""

    async def conversation(agent):
        await until(agent, SessionReady)
        agent.ask("Hello?")
        await until(agent, Sound)
        agent.say("One more thing.")
        return await until(agent, InjectionRefused)

    assert isinstance(hold(SCRIPT, conversation)[-1], InjectionRefused)


def test_refused_settings_end_it():
    """A setting that the service does not take is final, with its words."""

    async def conversation(agent):
        return await until(agent, ReplySent)

    with pytest.raises(ProviderRefused, match="INVALID_SETTINGS"):
        hold([{"sya": "typo"}], conversation)


async def test_without_a_key(monkeypatch):
    """Dialling the vendor without a key says what to set."""
    monkeypatch.delenv("DEEPGRAM_API_KEY", raising=False)
    with pytest.raises(SetupError, match="DEEPGRAM_API_KEY"):
        async with open_agent(agent_of(SCRIPT)):
            pass
