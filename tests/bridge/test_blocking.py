"""Meetings and agents in plain threads."""

import os
import signal
import sys
import threading
import time

import pytest
from fake_service import FakeService

from trialogue import Record, blocking
from trialogue.bridge import out_of_trio
from trialogue.bridge.into_trio import CallStopped
from trialogue.bridge.trio_thread import HeldBlock
from trialogue.errors import AlreadyOver, ProviderRefused, ScenarioError
from trialogue.mailbox import MailboxFull
from trialogue.model.events import SessionReady, TextTyped, ToolFinished

AGENT = {"think": {"provider": {"type": "open_ai", "model": "gpt-4o-mini"}}}


def flooded(agent, service):
    """Let more come than anybody takes, as much at once as a connection holds, until the agent ends."""

    def flood():
        for _ in range(900):
            service.socket.says("AgentThinking", content="hm")

    agent.next_event()
    with pytest.raises(CallStopped):  # noqa: PT012 - which of them is the last is not known
        for _ in range(10):
            agent._held.do(flood)
            agent._held.begin(service.socket.taken).future.result(20)


def in_thread(function):
    """Call it in a thread; what it returned, or raised."""
    came = []

    def call():
        try:
            came.append(function())
        except BaseException as error:  # noqa: ASYNC103, BLE001 - it is what is looked at
            came.append(error)

    thread = threading.Thread(target=call)
    thread.start()
    thread.join(60)
    return came[0]


def test_a_meeting_from_its_first_record_to_its_result(scenario, edges, tmp_path):
    """A meeting in any thread gives its records and its result, on the scenario's clock."""

    def hold():
        with blocking.open_meeting(scenario("virtual", "4"), out=tmp_path / "run", edges=edges) as meeting:
            return list(meeting.records()), meeting.finished()

    records, result = in_thread(hold)
    assert [record.seq for record in records] == list(range(1, len(records) + 1))
    assert (result.folder / "result.json").exists()


def test_a_call_is_an_event_of_the_meeting(scenario, edges, tmp_path):
    """A wrong call raises where it is made."""
    with blocking.open_meeting(scenario(), out=tmp_path / "run", edges=edges) as meeting:
        meeting.type("kim", "Hello.")
        with pytest.raises(KeyError):
            meeting.say("nobody", "Hello.")
        with pytest.raises(TypeError):
            meeting.finished(timeout_s="soon")
        with pytest.raises(ValueError, match="must be from 0 to"):
            meeting.finished(timeout_s=-1)
        next(record for record in meeting.records() if isinstance(record.event, TextTyped))
        meeting.stop("enough")
        assert meeting.finished().result.reason == "enough"
    with pytest.raises(AlreadyOver):
        meeting.type("kim", "Hello.")
    with pytest.raises(AlreadyOver):
        meeting.finished()


def test_patience_has_an_end(scenario, edges, tmp_path):
    """A call with a time limit raises TimeoutError, and the meeting goes on."""
    with blocking.open_meeting(scenario(), out=tmp_path / "run", edges=edges) as meeting:
        with pytest.raises(TimeoutError, match=r"within 0\.05 s"):
            meeting.finished(timeout_s=0.05)
        meeting.type("kim", "Hello.")


def test_a_faulty_scenario_is_told_at_the_door(tmp_path):
    """Opening a meeting of a wrong scenario raises ScenarioError in the caller's thread."""
    with pytest.raises(ScenarioError), blocking.open_meeting(tmp_path / "none.yaml"):
        pass


def test_an_error_inside_the_block_comes_out_unchanged(scenario, edges, tmp_path):
    """An error in the block comes out as the same object, and the run's files say that it was left."""
    mine = RuntimeError("mine")
    block = blocking.open_meeting(scenario(), out=tmp_path / "run", edges=edges)
    with pytest.raises(RuntimeError) as caught, block:
        raise mine
    assert caught.value is mine
    assert b'"left"' in (tmp_path / "run" / "result.json").read_bytes()


def test_ctrl_c_inside_ends_it(scenario, edges, tmp_path):
    """Ctrl-C in the block ends the meeting and reaches the program as KeyboardInterrupt."""
    block = blocking.open_meeting(scenario(), out=tmp_path / "run", edges=edges)
    with pytest.raises(KeyboardInterrupt), block:
        raise KeyboardInterrupt


@pytest.mark.parametrize("moment", ["start", "leave"])
def test_ctrl_c_at_its_edges_ends_it(moment, scenario, edges, tmp_path, monkeypatch):
    """While its thread starts, and while it is told to end: neither leaves the meeting running."""
    call = getattr(HeldBlock, moment)

    def interrupted(held, *given):
        if moment == "start":
            call(held)
        raise KeyboardInterrupt

    monkeypatch.setattr(HeldBlock, moment, interrupted)
    with (
        pytest.raises(KeyboardInterrupt),
        blocking.open_meeting(scenario(), out=tmp_path / "run", edges=edges),
    ):
        pass


def test_hooks_are_asked_in_threads(scenario, edges, tmp_path):
    """A hook that blocks does not stop the meeting."""
    asked = []

    def approve(question):
        time.sleep(0.1)  # virtual time stands still meanwhile
        asked.append((question.point, threading.current_thread().name))
        return True

    with blocking.open_meeting(
        scenario("virtual", "2"), out=tmp_path / "run", edges=edges, hooks={"grant": approve}
    ) as meeting:
        meeting.finished()
    assert [point for point, _ in asked] == ["grant"] * 2
    assert "trialogue meeting" not in asked[0][1]


def test_a_callback_that_never_returns_holds_no_virtual_meeting_for_ever(
    scenario, edges, tmp_path, monkeypatch
):
    """Time stands still for it, but not for ever: the meeting comes to its end, and so does its block."""
    monkeypatch.setattr(out_of_trio, "PATIENCE_S", 0.2)
    never = threading.Event()

    def hold():
        with blocking.open_meeting(scenario("virtual", "2"), out=tmp_path / "run", edges=edges) as meeting:
            meeting.on(Record, lambda _: never.wait())
            return meeting.finished(timeout_s=30).result.reason

    try:
        assert in_thread(hold) == "limit-turns"
    finally:
        never.set()


def test_run_meeting_with_a_watcher(scenario, edges, tmp_path):
    """It runs in a thread beside the meeting; what it raises ends the meeting and comes out."""
    seen = []

    def watch(meeting):
        seen.extend(meeting.records())

    out = tmp_path / "run"
    result = blocking.run_meeting(scenario("virtual", "2"), out=out, edges=edges, watch=watch)
    assert len(seen) > 10
    assert result.folder == out

    def failing(_meeting):
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        blocking.run_meeting(scenario(), out=tmp_path / "again", edges=edges, watch=failing)


# --- one agent ------------------------------------------------------------------------------------------


def test_an_agent_is_asked_and_heard():
    """Events come in order; the iteration ends behind a close."""
    service = FakeService()
    kinds = []
    with blocking.open_agent(AGENT, connect=service) as agent:
        for event in agent:
            kinds.append(type(event).__name__)
            if isinstance(event, SessionReady):
                agent.ask("Hi?")
                agent.close()
        assert agent.is_over
    assert kinds[0] == "SessionReady"


def test_a_timeout_holds_beside_a_thread_that_waits():
    """A thread that waits without limit for the next event does not make another one wait for it."""
    with blocking.open_agent(AGENT, connect=FakeService()) as agent:
        agent.next_event()
        waiting = threading.Thread(target=lambda: list(agent), daemon=True)
        waiting.start()
        time.sleep(0.2)
        late = threading.Timer(5, agent.close)
        late.start()
        began = time.monotonic()
        with pytest.raises(TimeoutError):
            agent.next_event(timeout_s=0.1)
        assert time.monotonic() - began < 4
        late.cancel()
        agent.close()
        waiting.join(20)


def test_impatience_loses_nothing():
    """The event that comes meanwhile is the next one's."""
    service = FakeService()
    with blocking.open_agent(AGENT, connect=service) as agent:
        agent.next_event()
        for _ in range(20):
            with pytest.raises(TimeoutError):
                agent.next_event(timeout_s=0.001)
            agent._held.do(lambda: service.socket.says("AgentThinking", content="hm"))
            assert agent.next_event(timeout_s=10).text == "hm"


def test_functions_run_in_threads():
    """A tool that blocks does not stop the meeting."""
    service, threads = FakeService(), []

    def price(fruit: str) -> str:
        """What a fruit costs."""
        time.sleep(0.01)
        threads.append(threading.current_thread())
        return f"{fruit}: 30"

    with blocking.open_agent(AGENT, connect=service, functions={"price": price}) as agent:
        call = {"id": "c", "name": "price", "arguments": '{"fruit": "pear"}', "client_side": True}
        agent.next_event()
        agent._held.do(lambda: service.socket.says("FunctionCallRequest", functions=[call]))
        finished = next(event for event in agent if isinstance(event, ToolFinished))
    assert finished.content == "pear: 30"
    assert threads[0] is not threading.main_thread()


def test_a_block_that_fails_says_so_to_whoever_waits():
    """A failed agent raises in the waiting call, and otherwise at the end of its block."""
    service = FakeService()
    with pytest.raises(MailboxFull), blocking.open_agent(AGENT, connect=service) as agent:
        flooded(agent, service)


def test_a_refusal_has_its_own_type():
    """A refusal by a service is an error of its own type, with all that the service said."""
    refused = ProviderRefused("no", status=401, code="INVALID_AUTH", request_id="r")
    with (
        pytest.raises(ProviderRefused) as caught,
        blocking.open_agent(AGENT, connect=FakeService([refused])) as agent,
    ):
        list(agent)
    assert (caught.value.status, caught.value.code) == (401, "INVALID_AUTH")


def test_who_joins_and_who_leaves_is_waited_for(scenario, edges, tmp_path):
    """Once it is there it can be asked; what cannot be is raised where it is asked."""
    with blocking.open_meeting(scenario(), out=tmp_path / "run", edges=edges) as meeting:
        meeting.join("zoe", {"lines": ["I am new here."]}, timeout_s=30)
        meeting.say("zoe", "Hello.")
        meeting.leave("zoe", timeout_s=30)
        with pytest.raises(KeyError):
            meeting.say("zoe", "Hello.")
        with pytest.raises(KeyError):
            meeting.leave("zoe")


@pytest.mark.skipif(sys.platform == "win32", reason="processes do not fork there")
@pytest.mark.filterwarnings("ignore:.*fork")
def test_a_forked_process_waits_for_no_thread_that_it_has_not(scenario, edges, tmp_path):
    """Calls say so, and its copy of the block is left at once; the meeting goes on in its own process."""
    with blocking.open_meeting(scenario(), out=tmp_path / "run", edges=edges) as meeting:
        child = os.fork()
        if not child:
            signal.alarm(10)
            told = 0
            for call in (lambda: meeting.now, lambda: next(meeting.records()), meeting.finished):
                try:
                    call()
                except AlreadyOver as over:
                    told += "forked process" in str(over)
            meeting._held.leave(None)
            meeting._held.ended.result(0)
            os._exit(told)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 3
        meeting.type("kim", "Hello.")
