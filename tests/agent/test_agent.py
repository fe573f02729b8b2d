"""One agent alone, over the embedded server in memory."""

from contextlib import asynccontextmanager, suppress
from functools import partial

import pytest
import trio

from trialogue.agent.events import Sound
from trialogue.agent.memory import OPEN_CALLS, Memory
from trialogue.agent.opening import open_agent
from trialogue.brain.words.context import REMEMBERED, STILL_RUNNING
from trialogue.compute import Inline
from trialogue.errors import LocalProtocolError, ProviderRefused, SetupError
from trialogue.mailbox import MailboxFull
from trialogue.meeting.virtual import run_virtual
from trialogue.model.commands import RollOver
from trialogue.model.events import (
    InjectionRefused,
    ReplySent,
    SentenceSaid,
    SessionReady,
    SettingsChanged,
    ToolCallCancelled,
    ToolRequested,
    WordsHeard,
)
from trialogue.model.memory import ContextCall, ContextMessage
from trialogue.server.equipment import Equipment
from trialogue.server.listener import serve_stream
from trialogue.testing import Murmur, murmuring_engines
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

    return run_virtual(main)


class Listening:
    """A socket whose texts are read along."""

    def __init__(self, inner, told) -> None:
        self._inner, self._told = inner, told

    def __getattr__(self, name):
        return getattr(self._inner, name)

    def send_text(self, text):
        self._told.append(text)
        self._inner.send_text(text)


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


def test_a_lost_session_leaves_what_was_called_and_answered():
    """The next one is told the call with its result; one that still runs stands at the end."""
    memory = Memory()
    first, second = (ToolRequested("agent", 1, call, "clock", "{}") for call in ("c1", "c2"))
    memory.heard("What time is it?")
    memory.take(first)
    memory.take(second)
    memory.answered(first, "noon")
    memory.answered(first, "noon, again")
    memory.take(SentenceSaid("agent", 1, "It is", 0.0))
    memory.take(SentenceSaid("agent", 1, "noon.", 0.5))
    assert memory.context() == (
        ContextMessage("user", "What time is it?"),
        ContextCall("c1", "clock", "{}", "noon"),
        ContextMessage("assistant", "It is noon."),
        ContextCall("c2", "clock", "{}", STILL_RUNNING),
    )
    memory.take(ToolCallCancelled("agent", "c2"))
    assert memory.context()[-1] == ContextMessage("assistant", "It is noon.")


def test_memory_is_bounded():
    """However much is said, asked and called, the last of it is kept."""
    memory = Memory()
    memory.heard("The first question.")
    for number in range(5000):
        memory.heard(f"Question {number}, and some more words of it.")
        memory.take(SentenceSaid("agent", 1, "An answer without an end.", 0.0))
        request = ToolRequested("agent", 1, str(number), "clock", "{}")
        memory.take(request)
        if number % 2:
            memory.answered(request, "x" * 100)
    kept = memory.context()
    assert len(kept) < 2000
    assert ContextMessage("user", "The first question.") not in kept
    assert sum(len(item.text) for item in kept if isinstance(item, ContextMessage)) <= REMEMBERED
    calls = [item for item in kept if isinstance(item, ContextCall) and item.result == STILL_RUNNING]
    assert len(calls) <= OPEN_CALLS
    assert calls[-1].call_id == "4998"


def test_a_tools_result_is_known_to_the_next_session():
    """The connection breaks after the answer; the settings of the second session hold the call."""
    told = []

    async def main():
        dial = connect_to(murmuring_engines())

        @asynccontextmanager
        async def connect():
            async with dial() as socket:
                yield Listening(socket, told)

        async with open_agent(agent_of(SCRIPT), connect=connect) as agent:
            await until(agent, SessionReady)
            agent.ask("What time is it?")
            events = await until(agent, ToolRequested)
            agent.answer(events[-1], '{"now": "noon"}')
            await until(agent, ReplySent)
            agent._actor.orders.post(RollOver("agent", 1))
            await until(agent, SessionReady)

    run_virtual(main)
    first, second = [message for message in told if '"Settings"' in message]
    assert "noon" not in first
    assert '{\\"now\\": \\"noon\\"}' in second
    assert "It is noon." in second


def test_words_that_wait_for_the_agent_to_finish():
    """Queued, they are said once it has finished, where by default they are refused."""

    async def conversation(agent):
        await until(agent, SessionReady)
        agent.ask("Hello?")
        await until(agent, Sound)
        agent.say("One more thing.", "queue")
        return (await until(agent, (SentenceSaid, InjectionRefused)))[-1]

    assert getattr(hold(SCRIPT, conversation), "text", None) == "One more thing."


def test_unread_events_end_the_agent_with_a_reason():
    """Events are bounded: an app that never reads them gets the reason."""

    async def conversation(agent):
        await until(agent, SessionReady)
        while True:
            agent.ask("Hello?")
            await trio.sleep(0.1)

    with pytest.raises(MailboxFull, match="agent events"):
        hold([{"otherwise": "I only know the time."}], conversation)


def test_an_addition_that_is_refused_takes_no_room():
    """A full mailbox takes no prompt; once there is room again it is taken."""

    async def conversation(agent):
        await until(agent, SessionReady)
        with suppress(MailboxFull):
            while True:
                agent.keep_alive()
        for _ in range(2):
            with pytest.raises(MailboxFull, match="agent:"):
                agent.update(prompt="x" * 60_000)
        await trio.sleep(1)
        agent.update(prompt="x" * 60_000)
        return await until(agent, SettingsChanged)

    assert hold(SCRIPT, conversation)


def test_settings_that_json_cannot_say():
    """A change that cannot be written is refused as one that is no such part."""

    async def conversation(agent):
        with pytest.raises(LocalProtocolError, match=r"speak .*of an agent"):
            agent.update(speak={"x": object()})

    hold(SCRIPT, conversation)


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


async def test_dialling_the_vendor_without_a_key(monkeypatch):
    """The error names the variable that has to be set."""
    monkeypatch.delenv("DEEPGRAM_API_KEY", raising=False)
    with pytest.raises(SetupError, match="DEEPGRAM_API_KEY"):
        async with open_agent(agent_of(SCRIPT)):
            pass
