"""Meetings and agents in asyncio."""

import asyncio
import gc
import threading
from contextlib import suppress

import pytest
import trio
from fake_service import FakeService

from trialogue import Hook, Record, aio
from trialogue.aio.app_functions import callable_from_trio
from trialogue.bridge import out_of_trio
from trialogue.errors import AlreadyOver, GaveUp, ProviderRefused, ScenarioError
from trialogue.mailbox import MailboxFull
from trialogue.meeting.virtual import run_virtual
from trialogue.model.events import SessionReady, TextTyped, ToolFinished, ToolRequested

AGENT = {"think": {"provider": {"type": "open_ai", "model": "gpt-4o-mini"}}}


GONE = [{"id": "c", "name": "price"}]


def run(main):
    """Run in asyncio, within bounds."""
    return asyncio.run(asyncio.wait_for(main(), 60))


def test_a_meeting_from_its_first_record_to_its_result(scenario, edges, tmp_path):
    """A meeting in asyncio gives its records and its result, on the scenario's clock."""

    async def main():
        async with aio.open_meeting(scenario("virtual", "4"), out=tmp_path / "run", edges=edges) as meeting:
            assert meeting.plan.name == "asked"
            assert meeting.folder == tmp_path / "run"
            records = [record async for record in meeting.records()]
            return records, await meeting.finished()

    records, result = run(main)
    assert [record.seq for record in records] == list(range(1, len(records) + 1))
    assert (result.folder / "result.json").exists()


def test_a_call_is_an_event_of_the_meeting(scenario, edges, tmp_path):
    """A wrong call raises where it is made."""

    async def main():
        async with aio.open_meeting(scenario(), out=tmp_path / "run", edges=edges) as meeting:
            await meeting.type("kim", "Hello.")
            with pytest.raises(KeyError):
                await meeting.say("nobody", "Hello.")
            with pytest.raises(TypeError):
                await meeting.mute("ann", 1)
            async for record in meeting.records():
                if isinstance(record.event, TextTyped):
                    break
            await meeting.stop("enough")
            return await meeting.finished()

    assert run(main).result.reason == "enough"


def test_a_faulty_scenario_is_told_at_the_door(tmp_path):
    """The error has its own type, and nothing stays."""

    async def main():
        async with aio.open_meeting(tmp_path / "none.yaml"):
            pass

    with pytest.raises(ScenarioError):
        run(main)


def test_an_error_inside_the_block_comes_out_unchanged(scenario, edges, tmp_path):
    """An error in the block comes out as the same object, and the run's files say that it was left."""
    mine = RuntimeError("mine")

    async def main():
        async with aio.open_meeting(scenario(), out=tmp_path / "run", edges=edges):
            raise mine

    with pytest.raises(RuntimeError) as caught:
        run(main)
    assert caught.value is mine
    assert b'"left"' in (tmp_path / "run" / "result.json").read_bytes()


@pytest.mark.parametrize("after_s", [0.0, 0.02, 0.3])
def test_cancelled_at_any_moment_it_ends(after_s, scenario, edges, tmp_path):
    """A cancelled asyncio task leaves no meeting running, whether it was opening or held."""

    async def hold():
        async with aio.open_meeting(scenario(), out=tmp_path / "run", edges=edges) as meeting:
            await meeting.finished()

    async def main():
        task = asyncio.create_task(hold())
        await asyncio.sleep(after_s)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(main)


def test_behind_its_block_it_is_over(scenario, edges, tmp_path):
    """Every call after the block raises an error that says that the meeting is over."""

    async def main():
        async with aio.open_meeting(scenario("virtual", "1"), out=tmp_path / "run", edges=edges) as meeting:
            await meeting.finished()
        with pytest.raises(AlreadyOver):
            await meeting.type("kim", "Hello.")
        with pytest.raises(AlreadyOver):
            await meeting.finished()

    run(main)


def test_hooks_are_asked_in_asyncio(scenario, edges, tmp_path):
    """Plain or async, on the app's own loop; what they say holds."""
    asked = []

    async def approve(question):
        await asyncio.sleep(0.1)  # virtual time stands still meanwhile
        asked.append((question.point, threading.current_thread()))
        return True

    async def main():
        async with aio.open_meeting(
            scenario("virtual", "2"), out=tmp_path / "run", edges=edges, hooks={"grant": approve}
        ) as meeting:
            return await meeting.finished()

    run(main)
    assert asked == [("grant", threading.main_thread())] * 2


@pytest.mark.parametrize("what", ["callback", "hook"])
def test_asyncio_code_that_never_answers_holds_no_virtual_meeting_for_ever(
    what, scenario, edges, tmp_path, monkeypatch
):
    """Time stands still for it, but not for ever: a hook's default holds, and a callback is left behind."""
    monkeypatch.setattr(out_of_trio, "PATIENCE_S", 0.2)

    async def never(_):
        await asyncio.sleep(3600)

    async def main():
        hooks = {"grant": Hook(never, deadline_s=0.5, allows=True)} if what == "hook" else {}
        opened = aio.open_meeting(scenario("virtual", "2"), out=tmp_path / "run", edges=edges, hooks=hooks)
        async with opened as meeting:
            if what == "callback":
                await meeting.on(Record, never)
            return (await meeting.finished()).result.reason

    assert run(main) == "limit-turns"


def test_two_meetings_at_once(scenario, edges, tmp_path):
    """One asyncio program can hold two meetings side by side."""
    asked = scenario("virtual", "2")

    async def hold(name):
        async with aio.open_meeting(asked, out=tmp_path / name, edges=edges) as meeting:
            return await meeting.finished()

    async def main():
        return await asyncio.gather(hold("one"), hold("two"))

    one, two = run(main)
    assert one.result.reason == two.result.reason


def test_run_meeting_with_a_watcher(scenario, edges, tmp_path):
    """It runs beside the meeting, in asyncio; what it raises ends the meeting and comes out alone."""
    seen = []

    async def watch(meeting):
        seen.append(threading.current_thread())
        seen.extend([record async for record in meeting.records()])

    async def main():
        return await aio.run_meeting(scenario("virtual", "2"), out=tmp_path / "run", edges=edges, watch=watch)

    result = run(main)
    assert seen[0] is threading.main_thread()
    assert len(seen) > 10
    assert result.folder == tmp_path / "run"

    async def failing(_meeting):
        raise ValueError("mine")

    async def again():
        await aio.run_meeting(scenario(), out=tmp_path / "again", edges=edges, watch=failing)

    with pytest.raises(ValueError, match="mine"):
        run(again)


# --- one agent ------------------------------------------------------------------------------------------


def test_an_agent_is_asked_and_heard():
    """Events come in order; the iteration ends behind a close."""
    service = FakeService()

    async def main():
        async with aio.open_agent(AGENT, connect=service) as agent:
            first = await agent.next_event()
            await agent.ask("Hi?")
            await agent.close()
            async for _ in agent:
                pass
            assert agent.is_over
            return first

    assert isinstance(run(main), SessionReady)
    assert service.socket.of("InjectUserMessage")


def test_a_wait_that_is_cancelled_loses_nothing():
    """The event that comes meanwhile is the next one's."""
    service = FakeService()

    async def main():
        async with aio.open_agent(AGENT, connect=service) as agent:
            await agent.next_event()
            for number in range(20):
                with suppress(TimeoutError):
                    await asyncio.wait_for(agent.next_event(), 0.001)
                    raise AssertionError("nothing had come")
                await agent.hand_through(number)
                agent._held.do(lambda: service.socket.says("AgentThinking", content="hm"))
                assert (await agent.next_event()).text == "hm"

    run(main)


def test_async_functions_run_in_asyncio():
    """They may wait for what is asyncio's; plain ones run in threads."""
    service = FakeService()
    threads = []

    async def price(fruit: str) -> str:
        """What a fruit costs."""
        await asyncio.sleep(0.01)
        threads.append(threading.current_thread())
        return f"{fruit}: 30"

    async def main():
        async with aio.open_agent(AGENT, connect=service, functions={"price": price}) as agent:
            call = {"id": "c", "name": "price", "arguments": '{"fruit": "pear"}', "client_side": True}
            async for event in agent:
                match event:
                    case SessionReady():
                        agent._held.do(lambda: service.socket.says("FunctionCallRequest", functions=[call]))
                    case ToolFinished(content=content):
                        assert content == "pear: 30"
                        await agent.close()

    run(main)
    assert threads == [threading.main_thread()]


def test_a_cancelled_call_cancels_its_function():
    """A tool that the meeting gives up is cancelled in the app's asyncio, too."""
    service, ended = FakeService(), []

    async def price() -> str:
        """What it costs."""
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(True)

    async def main():
        async with aio.open_agent(AGENT, connect=service, functions={"price": price}) as agent:
            call = {"id": "c", "name": "price", "arguments": "", "client_side": True}
            async for event in agent:
                match event:
                    case SessionReady():
                        agent._held.do(lambda: service.socket.says("FunctionCallRequest", functions=[call]))
                    case ToolRequested():
                        agent._held.do(lambda: service.socket.says("FunctionCallCancelled", functions=GONE))
                    case ToolFinished(outcome=outcome):
                        assert outcome == "cancelled"
                        await agent.close()

    run(main)
    assert ended == [True]


def test_a_block_that_fails_cancels_whoever_is_inside(caplog):
    """What has happened is raised in the place of that cancellation, once, and the task goes on."""
    service = FakeService()

    def flood():
        for _ in range(900):
            service.socket.says("AgentThinking", content="hm")

    async def main():
        with pytest.raises(MailboxFull):  # noqa: PT012 - the block is what is tried
            async with aio.open_agent(AGENT, connect=service) as agent:
                await agent.next_event()
                while not agent.is_over:
                    await asyncio.wrap_future(agent._held.do(flood))
                    await asyncio.wrap_future(agent._held.begin(service.socket.taken).future)
                await asyncio.sleep(60)
        assert asyncio.current_task().cancelling() == 0
        return "went on"

    assert run(main) == "went on"
    gc.collect()
    assert caplog.records == []


def test_a_refusal_has_its_own_type():
    """A refusal by a service is an error of its own type, with all that the service said."""
    refused = ProviderRefused("no", status=401, code="INVALID_AUTH", request_id="r")

    async def main():
        async with aio.open_agent(AGENT, connect=FakeService([refused])) as agent:
            async for _ in agent:
                pass

    with pytest.raises(ProviderRefused) as caught:
        run(main)
    assert not isinstance(caught.value, GaveUp)
    assert (caught.value.status, caught.value.code) == (401, "INVALID_AUTH")


def test_who_joins_and_who_leaves_is_awaited(scenario, edges, tmp_path):
    """Once it is there it can be asked; what cannot be is raised where it is asked."""

    async def main():
        async with aio.open_meeting(scenario(), out=tmp_path / "run", edges=edges) as meeting:
            await meeting.join("zoe", {"lines": ["I am new here."]})
            await meeting.say("zoe", "Hello.")
            await meeting.leave("zoe")
            with pytest.raises(KeyError):
                await meeting.say("zoe", "Hello.")
            with pytest.raises(ScenarioError):
                await meeting.join("zoe", {"promt": "x"})
            await meeting.join("zoe")
            return [each.activity for each in meeting.state.participants if each.name == "zoe"]

    (activity,) = run(main)
    assert activity != "left"


@pytest.mark.parametrize("run_trio", [trio.run, run_virtual])
def test_a_call_that_a_closed_loop_never_began_fails(run_trio, monkeypatch):
    """A loop is closed right after it was given a call: the meeting does not wait for it for ever."""
    loop, calls = asyncio.new_event_loop(), []
    give = loop.call_soon_threadsafe

    def give_and_close(*call):
        give(*call)
        loop.close()

    async def told():
        with trio.fail_after(30):
            await callable_from_trio(loop, calls.append)("late")

    monkeypatch.setattr(loop, "call_soon_threadsafe", give_and_close)
    with pytest.raises(RuntimeError, match="Event loop is closed"):
        run_trio(told)
    assert calls == []


def test_a_loop_that_is_closed_in_the_middle_leaves_no_traceback(scenario, edges, tmp_path, caplog):
    """The meeting ends by itself, and nobody is there to be told."""
    block, loop = (
        aio.open_meeting(scenario("virtual", "4"), out=tmp_path / "run", edges=edges),
        asyncio.new_event_loop(),
    )

    async def begin():
        await (await block.__aenter__()).on(Record, print)

    loop.run_until_complete(begin())
    loop.close()
    block._held.join()
    assert str(block._held.ended.exception()) == "Event loop is closed"
    assert caplog.records == []


def test_a_block_that_is_left_in_another_loop_ends(scenario, edges, tmp_path, caplog):
    """A block that is entered in one `asyncio.run` and left in another one is left, and not waited for."""
    block = aio.open_meeting(scenario("virtual", "4"), out=tmp_path / "run", edges=edges)
    meeting = asyncio.run(block.__aenter__())
    loop = asyncio.new_event_loop()
    leaving = loop.create_task(block.__aexit__(None, None, None))
    loop.run_until_complete(asyncio.wait([leaving], timeout=20))
    assert leaving.done()
    loop.close()
    assert meeting.is_over
    gc.collect()
    assert caplog.records == []
