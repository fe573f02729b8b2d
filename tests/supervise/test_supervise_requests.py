# ruff: noqa: PT012 - what raises is a whole block: its supervisor, whatever stands in its body
"""What may be asked of a supervisor, and when it refuses."""

import math

import pytest
import trio
from supervise_toys import Notes, Toy, settle, states, toys

from trialogue.errors import LocalProtocolError
from trialogue.supervise import (
    ChildSpec,
    Restart,
    Strategy,
    Supervisor,
    open_supervisor,
)
from trialogue.supervise.inbox import Inbox


@pytest.fixture
async def top(nursery):
    """A supervisor of `a`, running, and `b`, stopped; ends with the test."""

    async def keep(task_status) -> None:
        specs = [Toy("a").spec(), Toy("b").spec()]
        async with open_supervisor(specs, name="top", observer=Notes()) as supervisor:
            await supervisor.terminate_child("b")
            task_status.started(supervisor)
            await supervisor.wait()

    return await nursery.start(keep)


async def test_a_child_may_be_added():
    """It starts at once, at the end of the order, and is supervised like the others."""
    log, (a, b) = toys("ab")
    async with open_supervisor([a.spec()], name="top") as supervisor:
        assert await supervisor.start_child(b.spec()) == "b1"
        b.end()
        await settle()
        assert states(supervisor) == "a:running b:running"
        assert supervisor.value_of("b") == "b2"
    assert log == ["+a", "+b", "-b", "+b", "-b", "-a"]


async def test_a_child_that_fails_to_start_is_not_added(top):
    """Its own error goes to the one who asked, and to nobody else."""
    child = Toy("c", start_faults=[OSError("no device")])
    with pytest.raises(OSError, match="no device"):
        await top.start_child(child.spec())
    assert states(top) == "a:running b:stopped"


async def test_a_terminated_child_stays_until_it_is_deleted_or_started(top):
    """A terminated child can be started again, until it is deleted."""
    assert await top.restart_child("b") == "b2"
    assert states(top) == "a:running b:running"
    await top.terminate_child("b")
    assert states(top) == "a:running b:stopped"
    await top.terminate_child("b")
    await top.delete_child("b")
    assert states(top) == "a:running"


async def test_a_restart_on_request_that_fails_leaves_the_child_stopped(top):
    """Nobody tries again: the one who asked knows."""
    child = Toy("c")
    await top.start_child(child.spec())
    await top.terminate_child("c")
    child.start_faults = [OSError("no device")]
    with pytest.raises(OSError, match="no device"):
        await top.restart_child("c")
    assert states(top) == "a:running b:stopped c:stopped"


async def test_a_temporary_child_is_forgotten_when_terminated(top):
    """A terminated temporary child can be neither restarted nor deleted."""
    await top.start_child(Toy("c").spec(Restart.TEMPORARY))
    await top.terminate_child("c")
    assert states(top) == "a:running b:stopped"


async def test_a_child_that_waits_for_its_restart_can_be_terminated(autojump_clock):
    """It does not come back when its delay is over."""
    child = Toy("a")
    async with open_supervisor([child.spec(backoff=lambda _: 5.0)], name="top") as supervisor:
        child.end()
        await settle()
        for refused in (supervisor.restart_child, supervisor.delete_child):
            with pytest.raises(LocalProtocolError, match="child 'a' is restarting"):
                await refused("a")
        await supervisor.terminate_child("a")
        await trio.sleep(10)
        assert states(supervisor) == "a:stopped"
        assert child.lives == 1


@pytest.mark.parametrize(
    ("ask", "text"),
    [
        (lambda top: top.start_child(Toy("a").spec()), "child 'a' already exists, running"),
        (lambda top: top.start_child(Toy("b").spec()), "child 'b' already exists, stopped"),
        (lambda top: top.restart_child("a"), "child 'a' is running"),
        (lambda top: top.delete_child("a"), "child 'a' is running"),
        (lambda top: top.restart_child("x"), "supervisor 'top' has no child 'x'"),
        (lambda top: top.terminate_child("x"), "supervisor 'top' has no child 'x'"),
        (lambda top: top.delete_child("x"), "supervisor 'top' has no child 'x'"),
    ],
)
async def test_a_request_that_a_childs_state_forbids_changes_nothing(top, ask, text):
    """The one who asked is told; the supervisor goes on."""
    with pytest.raises(LocalProtocolError, match=f"^{text}$"):
        await ask(top)
    assert states(top) == "a:running b:stopped"


@pytest.mark.parametrize(("name", "text"), [("b", "child 'b' is stopped"), ("x", "has no child 'x'")])
async def test_only_a_running_child_has_a_value(top, name, text):
    """What it was ready with belongs to that life."""
    with pytest.raises(LocalProtocolError, match=text):
        top.value_of(name)


async def test_a_spec_that_does_not_fit_is_refused_at_once(top):
    """A significant child of a supervisor that heeds none."""
    with pytest.raises(ValueError, match="has no automatic shutdown"):
        await top.start_child(Toy("c").spec(Restart.TRANSIENT, significant=True))


async def test_a_stopped_supervisor_takes_no_requests():
    """A request to a supervisor that has stopped is an error, as with a closed stream."""
    async with open_supervisor([Toy("a").spec()], name="top") as supervisor:
        pass
    with pytest.raises(trio.ClosedResourceError, match="supervisor 'top' has stopped"):
        await supervisor.terminate_child("a")
    await supervisor.wait()
    supervisor.stop()


async def test_requests_that_wait_when_it_stops_are_refused(nursery):
    """The one that is being done, and the one behind it; nobody waits for ever."""
    slow, refused = Toy("slow", prepare_s=math.inf), []

    async def ask(supervisor: Supervisor, child: Toy) -> None:
        with pytest.raises(trio.ClosedResourceError):
            await supervisor.start_child(child.spec())
        refused.append(child.name)

    async with open_supervisor([], name="top") as supervisor:
        nursery.start_soon(ask, supervisor, slow)
        await settle()
        nursery.start_soon(ask, supervisor, Toy("late"))
        await settle()
    await settle()
    assert sorted(refused) == ["late", "slow"]
    assert slow.log == ["+slow", "-slow"]


async def test_a_stop_goes_before_what_waits():
    """What is asked in the same moment is refused, not done first."""
    async with open_supervisor([Toy("a").spec(Restart.TRANSIENT)], name="top") as supervisor:
        await supervisor.terminate_child("a")

        async def ask() -> None:
            with pytest.raises(trio.ClosedResourceError):
                await supervisor.delete_child("a")

        async def stop() -> None:
            supervisor.stop()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(ask)
            nursery.start_soon(stop)
        assert states(supervisor) == "a:stopped"


async def test_a_request_that_is_withdrawn_in_time_is_not_done(autojump_clock, nursery):
    """Cancelled while it waits for its turn: nothing happens."""
    late = Toy("late")
    async with open_supervisor([], name="top") as supervisor:
        nursery.start_soon(supervisor.start_child, Toy("slow", prepare_s=5).spec())
        await settle()
        with trio.move_on_after(1):
            await supervisor.start_child(late.spec())
        await trio.sleep(10)
        assert states(supervisor) == "slow:running"
    assert late.lives == 0


async def test_a_request_that_has_begun_is_carried_through(autojump_clock):
    """Cancelling who asked does not leave a child half started."""
    slow = Toy("slow", prepare_s=5)
    async with open_supervisor([], name="top") as supervisor:
        with trio.move_on_after(1):
            await supervisor.start_child(slow.spec())
        await trio.sleep(10)
        assert states(supervisor) == "slow:running"


async def test_a_child_may_ask_for_its_own_end():
    """It is cancelled while it waits for the answer."""
    send, receive = trio.open_memory_channel[Supervisor](1)

    async def start(*, task_status) -> None:
        task_status.started()
        handle = await receive.receive()
        await handle.terminate_child("a")
        raise AssertionError

    notes = Notes()
    async with open_supervisor([ChildSpec("a", start)], name="top", observer=notes) as supervisor:
        send.send_nowait(supervisor)
        await settle()
        assert states(supervisor) == "a:stopped"
    assert notes.lines == ["a started", "a exited: normal"]


async def test_a_child_that_asks_while_it_is_stopped_is_refused():
    """Its supervisor waits for it: waiting for each other would be for ever."""
    refused = []
    handles = []

    async def start(*, task_status) -> None:
        task_status.started()
        try:
            await trio.sleep_forever()
        finally:
            with trio.CancelScope(shield=True):
                try:
                    await handles[0].terminate_child("b")
                except trio.ClosedResourceError as error:
                    refused.append(str(error))

    specs = [ChildSpec("a", start), Toy("b").spec()]
    async with open_supervisor(specs, name="top") as supervisor:
        handles.append(supervisor)
    assert refused == ["supervisor 'top' has stopped"]


async def test_an_observer_that_fails_at_a_request_ends_the_supervisor(nursery):
    """Its error is the block's, not that of the one who asked, who is refused."""

    class Deaf(Notes):
        def observe(self, observation) -> None:
            super().observe(observation)
            if observation.child == "b":
                raise LocalProtocolError("unheard")

    refused = []

    async def ask(supervisor: Supervisor) -> None:
        with pytest.raises(trio.ClosedResourceError):
            await supervisor.start_child(Toy("b").spec())
        refused.append("b")

    log, (a,) = toys("a")
    with pytest.raises(LocalProtocolError, match="unheard"):
        async with open_supervisor([a.spec()], name="top", observer=Deaf()) as supervisor:
            nursery.start_soon(ask, supervisor)
            await trio.sleep_forever()
    await settle()
    assert refused == ["b"]
    assert log == ["+a", "-a"]


def test_an_inbox_that_closes_knows_what_it_holds():
    """A message of an unknown kind in a closing inbox is an error, not silently lost."""
    inbox = Inbox()
    inbox.post("stray")
    with pytest.raises(AssertionError, match="stray"):
        inbox.close()


async def test_an_unknown_message_is_a_bug_that_stops_in_order():
    """The supervisor's own faults leave no child behind."""
    log, children = toys("ab")
    with pytest.raises(AssertionError, match="stray"):
        async with open_supervisor([child.spec() for child in children], name="top") as supervisor:
            supervisor._task.inbox.post("stray")
            await trio.sleep_forever()
    assert log == ["+a", "+b", "-b", "-a"]


async def test_a_restart_that_waits_does_not_hold_up_requests(autojump_clock):
    """Delays are waited for beside the work, not instead of it."""
    log, (a, b) = toys("ab")
    specs = [a.spec(backoff=lambda _: 60.0)]
    async with open_supervisor(specs, name="top", strategy=Strategy.REST_FOR_ONE) as supervisor:
        a.end()
        await settle()
        await supervisor.start_child(b.spec())
        assert states(supervisor) == "a:restarting b:running"
        assert trio.current_time() == 0
        await trio.sleep(61)
        assert log == ["+a", "-a", "+b", "-b", "+a", "+b"]
