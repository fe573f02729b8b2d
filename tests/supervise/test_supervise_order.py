# ruff: noqa: PT012 - what raises is a whole block: its supervisor, whatever stands in its body
"""Starting in order, stopping in reverse, and what may get in the way of either."""

import math
import random

import pytest
import trio
import trio.testing
from supervise_toys import Notes, Toy, settle, states, toys

from trialogue.supervise import ChildSpec, Restart, TaskPhase, open_supervisor

SEEDS = range(20)


def run_shuffled(monkeypatch, seed, main):
    """Run `main` under a virtual clock, with trio's shuffling seeded."""
    monkeypatch.setattr(trio._core._run, "_r", random.Random(seed))
    return trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))


@pytest.mark.parametrize("seed", SEEDS)
def test_children_start_in_order_and_stop_in_reverse(monkeypatch, seed):
    """However trio shuffles: each is ready before the next starts, each has ended before the next stops."""
    log: list[str] = []
    chance = random.Random(seed)
    children = [Toy(name, log, prepare_s=chance.random(), cleanup_s=chance.random()) for name in "abcdef"]

    async def main() -> None:
        with trio.move_on_after(10):
            async with open_supervisor([child.spec() for child in children], name="top"):
                await trio.sleep_forever()

    run_shuffled(monkeypatch, seed, main)
    assert log == [f"+{name}" for name in "abcdef"] + [f"-{name}" for name in "fedcba"]


async def test_a_child_starts_once_the_one_before_it_is_ready(autojump_clock):
    """`started` is what lets the next one start, not the passing of time."""
    first, second = Toy("a", prepare_s=3), Toy("b", prepare_s=4)
    async with open_supervisor([first.spec(), second.spec()], name="top") as supervisor:
        assert trio.current_time() == 7
        assert [supervisor.value_of(name) for name in "ab"] == ["a1", "b1"]


async def test_leaving_the_block_stops_the_children_one_by_one(autojump_clock):
    """Their cleanups follow one another: seconds add up."""
    log, children = toys("abc")
    for child in children:
        child.cleanup_s = 1
    async with open_supervisor([child.spec() for child in children], name="top") as supervisor:
        log.clear()
    assert log == ["-c", "-b", "-a"]
    assert trio.current_time() == 3
    assert supervisor.phase is TaskPhase.STOPPED


async def test_children_serve_the_cleanups_of_a_cancelled_block(autojump_clock):
    """A cancellation reaches the body; the children go on until the body is left."""
    log, (child,) = toys("a")
    with trio.move_on_after(1):
        async with open_supervisor([child.spec()], name="top") as supervisor:
            try:
                await trio.sleep_forever()
            finally:
                with trio.CancelScope(shield=True):
                    await trio.sleep(5)
                log.append(states(supervisor))
    assert log == ["+a", "a:running", "-a"]


async def test_an_error_of_the_body_leaves_as_it_is():
    """No group around it, its cause and its context kept, and the children stopped."""
    log, (child,) = toys("a")
    cause, context = LookupError("why"), OSError("meanwhile")
    error = KeyError("body")
    with pytest.raises(KeyError) as caught:
        async with open_supervisor([child.spec()], name="top"):
            try:
                raise context
            except OSError:
                raise error from cause
    assert caught.value is error
    assert (error.__cause__, error.__context__) == (cause, context)
    assert log == ["+a", "-a"]


async def test_a_group_raised_by_the_body_stays_a_group():
    """An ExceptionGroup of the caller's own block arrives as a group."""
    with pytest.raises(ExceptionGroup) as caught:
        async with open_supervisor([], name="top"):
            raise ExceptionGroup("body", [KeyError("a"), KeyError("b")])
    assert caught.value.message == "body"


async def test_an_error_that_is_alone_leaves_all_of_its_groups():
    """However many nurseries it came through, `except` can name it."""
    error = KeyError("a")
    with pytest.raises(KeyError) as caught:
        async with open_supervisor([], name="top"):
            raise ExceptionGroup("body", [ExceptionGroup("deeper", [error])])
    assert caught.value is error


async def test_a_start_that_fails_stops_the_earlier_ones_in_reverse():
    """The child's own error comes out, with a note of who it was; later ones never start."""
    log, (a, b, c, d) = toys("abcd")
    error = OSError("no device")
    c.start_faults = [error]
    with pytest.raises(OSError, match="no device") as caught:
        async with open_supervisor([child.spec() for child in (a, b, c, d)], name="top"):
            raise AssertionError
    assert log == ["+a", "+b", "+c", "-b", "-a"]
    assert caught.value is error
    assert error.__notes__ == ["child 'c' of supervisor 'top' failed to start"]


async def test_a_child_that_ends_before_it_is_ready_has_failed():
    """Starting a child that returns without reporting ready is an error."""

    async def start(**_) -> None:
        await trio.lowlevel.checkpoint()

    with pytest.raises(RuntimeError, match=r"child 'a' has not called task_status.started\(\)"):
        async with open_supervisor([ChildSpec("a", start)], name="top"):
            raise AssertionError


async def test_a_child_may_report_ready_once():
    """A child that reports ready twice fails."""

    async def start(*, task_status) -> None:
        task_status.started()
        task_status.started()

    notes = Notes()
    spec = ChildSpec("a", start, Restart.TEMPORARY)
    async with open_supervisor([spec], name="top", observer=notes):
        await settle()
    assert notes.lines == ["a started", "a exited: RuntimeError"]


async def test_a_start_that_hangs_can_be_cancelled(autojump_clock):
    """What hangs is stopped first, then those before it; nobody after it has started."""
    log, (a, b, c) = toys("abc")
    b.prepare_s = math.inf
    notes = Notes()
    with trio.move_on_after(60) as scope:
        async with open_supervisor([child.spec() for child in (a, b, c)], name="top", observer=notes):
            raise AssertionError
    assert scope.cancelled_caught
    assert notes.lines == ["a started", "b exited: normal", "a exited: normal"]
    assert log == ["+a", "+b", "-b", "-a"]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_cancelled_opening_starts_nobody(monkeypatch, seed):
    """A supervisor that is cancelled before it begins does not begin, whoever trio runs first."""
    log, (child,) = toys("a")

    async def main() -> None:
        with trio.CancelScope() as scope:
            scope.cancel(reason="too late")
            async with open_supervisor([child.spec()], name="top"):
                raise AssertionError

    run_shuffled(monkeypatch, seed, main)
    assert log == []


async def test_a_child_that_overruns_its_grace_is_noted_and_left_behind(autojump_clock):
    """The next one stops meanwhile; the block ends when the last task has, and its end is noted too."""
    log, (a, b) = toys("ab")
    b.cleanup_s = 30
    notes = Notes()
    async with open_supervisor([a.spec(), b.spec(shutdown_s=2)], name="top", observer=notes):
        notes.lines.clear()
    assert notes.lines == ["b overran 2 s", "a exited: normal", "b exited: normal"]
    assert log == ["+a", "+b", "-a", "-b"]
    assert trio.current_time() == 30


async def test_an_overrun_that_fails_in_the_end_is_noted_with_its_error(autojump_clock):
    """Nobody waits for it any more, yet its error does not vanish."""
    notes = Notes()
    child = Toy("a", cleanup_s=30, cleanup_error=OSError("flush"))
    async with open_supervisor([child.spec()], name="top", observer=notes):
        notes.lines.clear()
    assert notes.lines == ["a overran 5 s", "a exited: OSError"]


async def test_a_stop_that_takes_all_of_its_grace_but_no_more_is_no_overrun(autojump_clock):
    """The grace is a bound, not a sentence."""
    notes = Notes()
    child = Toy("a", cleanup_s=1.999)
    async with open_supervisor([child.spec(shutdown_s=2)], name="top", observer=notes):
        notes.lines.clear()
    assert notes.lines == ["a exited: normal"]


async def test_an_error_while_stopping_is_noted_and_stops_nobody_else():
    """A cleanup that fails is told of; there is nothing to restart."""
    log, (a, b) = toys("ab")
    b.cleanup_error = OSError("flush")
    notes = Notes()
    async with open_supervisor([a.spec(), b.spec()], name="top", observer=notes) as supervisor:
        notes.lines.clear()
    assert notes.lines == ["b exited: OSError", "a exited: normal"]
    assert [status.last_error for status in supervisor.children()] == [None, OSError]
    assert log == ["+a", "+b", "-b", "-a"]


async def test_a_child_with_a_nursery_ends_normally_when_it_is_stopped():
    """The cancellation of a stop is no failure, however many tasks it passes through."""

    async def start(*, task_status) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.sleep_forever)
            task_status.started()
            await trio.sleep_forever()

    notes = Notes()
    async with open_supervisor([ChildSpec("a", start)], name="top", observer=notes):
        pass
    assert notes.lines == ["a started", "a exited: normal"]


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, SystemExit])
async def test_an_interrupt_in_a_child_ends_all_in_order(interrupt):
    """Nobody is restarted; the interrupt comes out bare."""
    log, (a, b, c) = toys("abc")
    notes = Notes()
    with pytest.raises(interrupt):
        async with open_supervisor([child.spec() for child in (a, b, c)], name="top", observer=notes):
            notes.lines.clear()
            b.end(interrupt())
            await trio.sleep_forever()
    assert log == ["+a", "+b", "+c", "-b", "-c", "-a"]
    assert notes.lines == [f"b exited: {interrupt.__name__}", "c exited: normal", "a exited: normal"]


async def test_ends_that_came_before_the_stop_are_noted_before_it(autojump_clock):
    """One fails and one that had overrun ends while the supervisor is busy: the stop has not caused that."""
    a, b, c = Toy("a"), Toy("b", cleanup_s=10), Toy("c")
    notes = Notes()
    specs = [a.spec(), b.spec(shutdown_s=1), c.spec()]
    with trio.move_on_after(20):
        async with open_supervisor(specs, name="top", observer=notes) as supervisor:
            await supervisor.terminate_child("b")
            notes.lines.clear()
            with trio.move_on_after(1):
                await supervisor.start_child(Toy("slow", prepare_s=math.inf).spec())
            a.end(ValueError())
            await trio.sleep_forever()
    assert notes.lines == [
        "a exited: ValueError",
        "b exited: normal",
        "slow exited: normal",
        "c exited: normal",
    ]


async def test_an_interrupt_while_starting_ends_all_in_order():
    """It is no failed start, so nothing is tried again."""

    async def start(**_) -> None:
        raise KeyboardInterrupt

    log, (a,) = toys("a")
    with pytest.raises(KeyboardInterrupt):
        async with open_supervisor([a.spec(), ChildSpec("b", start)], name="top"):
            raise AssertionError
    assert log == ["+a", "-a"]


async def test_an_interrupt_of_the_body_stops_the_children():
    """The children stop before the interrupt goes on."""
    log, (child,) = toys("a")
    with pytest.raises(KeyboardInterrupt):
        async with open_supervisor([child.spec()], name="top"):
            raise KeyboardInterrupt
    assert log == ["+a", "-a"]


class Forgetful(Notes):
    """Fails to take certain notes."""

    def __init__(self, *faults: str) -> None:
        super().__init__()
        self.faults = faults

    def observe(self, observation) -> None:
        super().observe(observation)
        if self.lines[-1] in self.faults:
            raise OSError(self.lines[-1])


async def test_an_observer_that_fails_ends_the_supervisor():
    """What cannot be recorded does not run on in silence; the block is cancelled, the children stopped."""
    log, (a, b) = toys("ab")
    observer = Forgetful("a exited: ValueError")
    with pytest.raises(OSError, match="a exited: ValueError"):
        async with open_supervisor([a.spec(), b.spec()], name="top", observer=observer):
            a.end(ValueError())
            await trio.sleep_forever()
    assert log == ["+a", "+b", "-a", "-b"]


async def test_an_observer_that_fails_while_all_stop_lets_all_stop():
    """The rest of the stop is carried through; it is told nothing more, and its error comes out."""
    log, children = toys("abc")
    observer = Forgetful("c exited: normal", "b exited: normal")
    with pytest.raises(OSError, match="c exited"):
        async with open_supervisor([child.spec() for child in children], name="top", observer=observer):
            observer.lines.clear()
    assert observer.lines == ["c exited: normal"]
    assert log == ["+a", "+b", "+c", "-c", "-b", "-a"]


async def test_two_failures_at_once_come_out_together():
    """The body's error and the observer's: neither is lost."""
    child = Toy("a")
    with pytest.raises(ExceptionGroup) as caught:
        async with open_supervisor([child.spec()], name="top", observer=Forgetful("a exited: normal")):
            raise KeyError("body")
    assert {type(error) for error in caught.value.exceptions} == {KeyError, OSError}


async def test_without_an_observer_failures_are_diagnosed():
    """Nobody has to ask for a crash to be told."""
    from structlog.testing import capture_logs

    child = Toy("a")
    with capture_logs() as lines:
        async with open_supervisor([child.spec(Restart.TEMPORARY)], name="top"):
            child.end(ValueError("private"))
            await settle()
    assert {"supervisor": "top", "child": "a", "event": "child exited", "reason": "ValueError"}.items() <= (
        lines[1].items()
    )


async def test_a_supervisor_says_how_it_is(autojump_clock):
    """The repr shows the supervisor's state and its children."""
    _, (a, b) = toys("ab")
    b.cleanup_s = 1
    specs = [a.spec(), b.spec(Restart.TRANSIENT)]
    async with open_supervisor(specs, name="top", observer=Notes()) as top:
        lines = [repr(top)]
        a.end(ValueError())
        await settle()
        lines.append(repr(top))
        top.stop()
        await settle()
        lines.append(repr(top))
        await top.wait()
        lines.append(repr(top))
    assert lines == [
        "<Supervisor top: running, 2 of 2 children, 0 restarts>",
        "<Supervisor top: running, 2 of 2 children, 1 restarts>",
        "<Supervisor top: stopping, 1 of 2 children, 1 restarts>",
        "<Supervisor top: stopped, 0 of 2 children, 1 restarts>",
    ]
