"""Wrong arguments to every public call of the other surfaces: an error at the call, and on it goes."""

import asyncio
import inspect

import pytest
from fake_service import FakeService
from hypothesis import given, settings
from hypothesis import strategies as st

from trialogue import aio, blocking
from trialogue import compat as sdk
from trialogue.brain.meeting import Brain
from trialogue.errors import TrialogueError
from trialogue.journal.verify import verify

AGENT = {"think": {"provider": {"type": "open_ai", "model": "gpt-4o-mini"}}}
WRONG = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.binary(max_size=8),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=4), st.integers(), max_size=2),
    st.just(object()),
)
"""Anything: much of it is of the wrong type, or beyond what is taken."""

REFUSED = (TrialogueError, TypeError, ValueError, KeyError)
"""What a wrong argument may raise; AttributeError and the like are faults of ours."""

WAITS = {"finished", "next_event", "close", "stop", "left_behind"}
"""Calls that wait, or end what is tried."""


def calls_of(cls):
    """The public calls of a class, by name, with how many arguments each takes."""
    for name, call in inspect.getmembers(cls, inspect.isfunction):
        if not name.startswith("_") and name not in WAITS:
            parameters = [each for each in inspect.signature(call).parameters.values() if each.name != "self"]
            yield name, [each.name for each in parameters if each.kind is not each.VAR_KEYWORD]


def wrongly(data, names):
    """Some of the arguments, each anything."""
    return {name: data.draw(WRONG, label=name) for name in names}


@given(data=st.data())
@settings(max_examples=150)
def fuzz(call_of, calls, data):
    name, names = data.draw(st.sampled_from(sorted(calls)), label="call")
    try:
        call_of(name, wrongly(data, names))
    except REFUSED:
        return


def test_an_agent_in_a_thread_goes_on():
    """After each the agent can be asked."""
    service = FakeService()
    with blocking.open_agent(AGENT, connect=service) as agent:
        agent.next_event()
        fuzz(lambda name, given: getattr(agent, name)(**given), list(calls_of(blocking.LoneAgent)))
        assert not agent.is_over
        agent.keep_alive()


def test_an_agent_in_asyncio_goes_on():
    """Each call is awaited, and raises where it is."""
    service = FakeService()

    async def tried(agent, name, given):
        came = getattr(agent, name)(**given)
        if inspect.isawaitable(came):
            await came

    async def main():
        async with aio.open_agent(AGENT, connect=service) as agent:
            await agent.next_event()
            loop = asyncio.get_running_loop()

            def call(name, given):
                asyncio.run_coroutine_threadsafe(tried(agent, name, given), loop).result(20)

            await asyncio.to_thread(fuzz, call, list(calls_of(aio.LoneAgent)))
            assert not agent.is_over
            await agent.keep_alive()

    asyncio.run(asyncio.wait_for(main(), 100))


def test_a_meeting_in_a_thread_goes_on_and_verifies(scenario, edges, tmp_path):
    """After each the meeting can be asked, and its journal is whole."""
    with blocking.open_meeting(scenario(), out=tmp_path / "run", edges=edges) as meeting:
        fuzz(lambda name, given: getattr(meeting, name)(**given), list(calls_of(blocking.Meeting)))
        assert not meeting.is_over
        meeting.type("kim", "Hello.")
        meeting.stop("enough")
        meeting.finished(timeout_s=60)
    assert verify(tmp_path / "run" / "journal.jsonl", Brain).records > 0


def test_the_words_of_the_sdk_are_judged_too():
    """A client that is open goes on."""
    client = sdk.AgentWebSocketClient(FakeService())
    assert client.start(sdk.SettingsOptions(agent=sdk.Agent()))
    calls = [
        (name, names)
        for name, names in calls_of(sdk.AgentWebSocketClient)
        if name not in {"on", "v", "start"}
    ]
    fuzz(lambda name, given: getattr(client, name)(**given), calls)
    assert client.keep_alive()
    assert client.close()


@pytest.mark.parametrize("surface", [aio, blocking], ids=["aio", "blocking"])
def test_what_opens_is_judged(surface):
    """Before anything is made."""

    def opened(name, given):
        block = getattr(surface, name)(**given)
        if surface is blocking:
            with block:
                raise AssertionError("it opened")

        async def main():
            async with block:
                raise AssertionError("it opened")

        asyncio.run(main())

    names = [
        ("open_meeting", ["scenario", "out", "overrides", "tools"]),
        ("open_agent", ["agent", "via", "sample_rate", "terms"]),
    ]
    fuzz(opened, names)
