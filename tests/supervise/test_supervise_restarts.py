# ruff: noqa: PT012 - what raises is a whole block: its supervisor, whatever stands in its body
"""Restart types, strategies, intensity, backoff, significance, nesting: OTP's rules, one by one."""

import math
import random

import attrs
import pytest
import trio
import trio.testing
from supervise_toys import Notes, Toy, settle, states, toys

from trialogue.supervise import (
    AutoShutdown,
    ChildSpec,
    ChildState,
    ChildStatus,
    Intensity,
    IntensityExceeded,
    Restart,
    Strategy,
    Supervisor,
    open_supervisor,
    supervisor_spec,
)

MANY = Intensity(max_restarts=100, within_s=1.0)
NONE = Intensity(max_restarts=0)


@pytest.mark.parametrize(
    ("restart", "error", "after"),
    [
        (Restart.PERMANENT, None, "a:running"),
        (Restart.PERMANENT, ValueError(), "a:running"),
        (Restart.TRANSIENT, None, "a:stopped"),
        (Restart.TRANSIENT, ValueError(), "a:running"),
        (Restart.TEMPORARY, None, ""),
        (Restart.TEMPORARY, ValueError(), ""),
    ],
)
async def test_a_restart_type_says_what_follows_an_end(restart, error, after):
    """Permanent always, transient after a failure, temporary never: and it is forgotten."""
    child = Toy("a")
    async with open_supervisor([child.spec(restart)], name="top", observer=Notes()) as supervisor:
        child.end(error)
        await settle()
        assert states(supervisor) == after
        assert child.lives == (2 if after == "a:running" else 1)


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        (Strategy.ONE_FOR_ONE, ["-b", "+b"]),
        (Strategy.ONE_FOR_ALL, ["-b", "-d", "-c", "-a", "+a", "+b", "+c", "+d"]),
        (Strategy.REST_FOR_ONE, ["-b", "-d", "-c", "+b", "+c", "+d"]),
    ],
)
async def test_a_strategy_stops_in_reverse_and_starts_in_order(strategy, expected):
    """Those tied to the failed child stop first, then all start; the others notice nothing."""
    log, children = toys("abcd")
    async with open_supervisor([child.spec() for child in children], name="top", strategy=strategy):
        log.clear()
        children[1].end()
        await settle()
        assert log == expected


async def test_temporary_siblings_are_stopped_and_forgotten():
    """A group restart brings back no temporary child."""
    log, (a, b, c) = toys("abc")
    specs = [a.spec(), b.spec(Restart.TEMPORARY), c.spec(Restart.TRANSIENT)]
    async with open_supervisor(specs, name="top", strategy=Strategy.ONE_FOR_ALL) as supervisor:
        log.clear()
        a.end()
        await settle()
        assert log == ["-a", "-c", "-b", "+a", "+c"]
        assert states(supervisor) == "a:running c:running"


async def test_a_group_restart_starts_those_that_were_stopped_too():
    """As in OTP: all tied children start, also those that had ended for good or were terminated."""
    _, (a, b, c) = toys("abc")
    specs = [a.spec(), b.spec(Restart.TRANSIENT), c.spec()]
    async with open_supervisor(specs, name="top", strategy=Strategy.ONE_FOR_ALL) as supervisor:
        b.end()
        await settle()
        await supervisor.terminate_child("c")
        assert states(supervisor) == "a:running b:stopped c:stopped"
        a.end()
        await settle()
        assert states(supervisor) == "a:running b:running c:running"


async def test_failures_are_told_in_order(autojump_clock):
    """What happened, who is waited for, who is back."""
    child = Toy("a")
    notes = Notes()
    spec = child.spec(backoff=lambda attempt: attempt / 2)
    async with open_supervisor([spec], name="top", observer=notes, intensity=MANY) as supervisor:
        child.end(ValueError())
        await trio.sleep(1)
        child.start_faults = [OSError(), OSError()]
        child.end()
        await trio.sleep(10)
        status = supervisor.children()
    assert notes.lines == [
        "a started",
        "a exited: ValueError",
        "a restarting, attempt 1 in 0.5 s",
        "a started again (1)",
        "a exited: normal",
        "a restarting, attempt 2 in 1 s",
        "a exited: OSError",
        "a restarting, attempt 3 in 1.5 s",
        "a exited: OSError",
        "a restarting, attempt 4 in 2 s",
        "a started again (2)",
        "a exited: normal",
    ]
    assert status == (ChildStatus("a", ChildState.RUNNING, 2, OSError),)


async def test_a_long_life_ends_the_count_of_attempts(autojump_clock):
    """Who has lived longer than the window starts again with the first delay."""
    child = Toy("a")
    notes = Notes()
    spec = child.spec(backoff=float)
    async with open_supervisor([spec], name="top", observer=notes, intensity=MANY):
        for life_s in (0.5, 1, 1.5):
            await trio.sleep(life_s)
            child.end(ValueError())
            await trio.sleep(5)
        attempts = [line for line in notes.lines if "attempt" in line]
    assert attempts == [
        "a restarting, attempt 1 in 1 s",
        "a restarting, attempt 1 in 1 s",
        "a restarting, attempt 1 in 1 s",
    ]


async def test_siblings_stop_at_once_and_start_when_the_failed_child_is_due(autojump_clock):
    """Nobody works on with a dead neighbour while a backoff lasts; nobody before it is touched."""
    log, (a, b, c) = toys("abc")
    specs = [a.spec(), b.spec(backoff=lambda _: 10.0), c.spec()]
    async with open_supervisor(specs, name="top", strategy=Strategy.REST_FOR_ONE) as supervisor:
        log.clear()
        b.end()
        await settle()
        assert states(supervisor) == "a:running b:restarting c:stopped"
        assert log == ["-b", "-c"]
        await trio.sleep(10)
        await settle()
        assert states(supervisor) == "a:running b:running c:running"
        assert log == ["-b", "-c", "+b", "+c"]


async def test_an_earlier_failure_takes_over_a_later_wait(autojump_clock):
    """The later child starts with the earlier one, once, and not again when its delay is over."""
    log, (a, b) = toys("ab")
    specs = [a.spec(), b.spec(backoff=lambda _: 10.0)]
    async with open_supervisor(specs, name="top", strategy=Strategy.REST_FOR_ONE, intensity=MANY):
        b.end()
        await settle()
        log.clear()
        a.end()
        await trio.sleep(20)
        assert log == ["-a", "+a", "+b"]


async def test_two_waits_end_in_the_order_of_their_times(autojump_clock):
    """Each child restarts after its own delay."""
    log, (a, b) = toys("ab")
    specs = [a.spec(backoff=lambda _: 3.0), b.spec(backoff=lambda _: 2.0)]
    async with open_supervisor(specs, name="top", intensity=MANY):
        log.clear()
        a.end()
        b.end()
        await trio.sleep(5)
        assert log[2:] == ["+b", "+a"]


async def test_a_failed_start_in_a_group_is_tried_again_from_there():
    """rest_for_one: those before the one that fails to start stay up; it and the rest start again."""
    log, (a, b, c, d) = toys("abcd")
    specs = [child.spec() for child in (a, b, c, d)]
    async with open_supervisor(specs, name="top", strategy=Strategy.REST_FOR_ONE, intensity=MANY):
        log.clear()
        c.start_faults = [OSError()]
        b.end()
        await settle()
        assert log == ["-b", "-d", "-c", "+b", "+c", "+c", "+d"]


async def test_more_restarts_than_the_intensity_escalate(autojump_clock):
    """The children stop in reverse, the block is cancelled, and the cause is the last failure."""
    log, (a, b, c) = toys("abc")
    notes = Notes()
    error = ValueError("the third")
    with pytest.raises(IntensityExceeded) as caught:
        async with open_supervisor(
            [child.spec() for child in (a, b, c)], name="top", intensity=Intensity(2, 10.0), observer=notes
        ):
            for failure in (ValueError("first"), ValueError("second"), error):
                b.end(failure)
                await trio.sleep(5)
            raise AssertionError
    for named in ("'top'", "2 restarts", "10 s", "'b'", "ValueError"):
        assert named in str(caught.value)
    assert "third" not in str(caught.value), "what a child raises may be speech"
    assert (caught.value.supervisor, caught.value.child, caught.value.__cause__) == ("top", "b", error)
    assert log[-3:] == ["-b", "-c", "-a"]
    assert notes.lines[-4:] == [
        "b exited: ValueError",
        "b escalated: ValueError",
        "c exited: normal",
        "a exited: normal",
    ]


async def test_restarts_outside_of_the_window_are_forgotten(autojump_clock):
    """A child that fails every six seconds never exceeds one in five."""
    child = Toy("a")
    async with open_supervisor([child.spec()], name="top"):
        for _ in range(50):
            child.end(ValueError())
            await trio.sleep(6)
    assert child.lives == 51


async def test_failures_of_different_children_count_together():
    """The intensity is the supervisor's, not the child's."""
    a, b = Toy("a"), Toy("b")
    with pytest.raises(IntensityExceeded):
        async with open_supervisor([a.spec(), b.spec()], name="top"):
            a.end()
            b.end()
            await trio.sleep_forever()


async def test_failed_starts_count():
    """A child that cannot be started again uses up the restarts."""
    child = Toy("a")
    error = OSError("the last")
    with pytest.raises(IntensityExceeded) as caught:
        async with open_supervisor([child.spec()], name="top", intensity=Intensity(3, 1.0)):
            child.start_faults = [OSError(), OSError(), error]
            child.end()
            await trio.sleep_forever()
    assert child.lives == 4
    assert caught.value.__cause__ is error


async def test_a_permanent_child_that_ends_normally_too_often_has_no_cause():
    """Giving up on a child that only returned names no failure as its cause."""
    child = Toy("a")
    with pytest.raises(IntensityExceeded, match="'a': normal") as caught:
        async with open_supervisor([child.spec()], name="top", intensity=NONE):
            child.end()
            await trio.sleep_forever()
    assert caught.value.__cause__ is None


async def test_code_after_wait_does_not_run_on_when_the_block_fails():
    """`wait` in the failing block is cancelled, not answered."""
    child = Toy("a")
    reached = []
    with pytest.raises(IntensityExceeded):
        async with open_supervisor([child.spec()], name="top", intensity=NONE) as supervisor:
            child.end()
            await supervisor.wait()
            reached.append("after")
    assert reached == []


async def test_a_child_that_has_overrun_does_not_start_a_second_time(autojump_clock):
    """Two tasks of one child are worse than none: the start fails, and failed starts count."""
    log, (a, b) = toys("ab")
    b.cleanup_s = 60
    with pytest.raises(IntensityExceeded) as caught:
        async with open_supervisor(
            [a.spec(), b.spec()], name="top", strategy=Strategy.ONE_FOR_ALL, intensity=Intensity(3, 5.0)
        ) as supervisor:
            log.clear()
            a.end()
            await trio.sleep_forever()
    assert str(caught.value.__cause__) == "child 'b' cannot start: its previous task has not ended"
    assert log.count("+b") == 0
    assert [status.last_error for status in supervisor.children()] == [None, RuntimeError]
    assert log[-1] == "-b"


async def test_a_child_that_has_overrun_may_start_again_once_it_has_ended(autojump_clock):
    """With a backoff that outlasts the overrun the meeting goes on."""
    log, (a, b) = toys("ab")
    b.cleanup_s = 8
    notes = Notes()
    specs = [a.spec(backoff=lambda _: 4.0), b.spec()]
    async with open_supervisor(
        specs, name="top", strategy=Strategy.ONE_FOR_ALL, observer=notes
    ) as supervisor:
        log.clear()
        notes.lines.clear()
        a.end()
        await trio.sleep(20)
        assert log == ["-a", "-b", "+a", "+b"]
        assert states(supervisor) == "a:running b:running"
        b.cleanup_s = 0
    assert notes.lines == [
        "a exited: normal",
        "a restarting, attempt 1 in 4 s",
        "b overran 5 s",
        "b exited: normal",
        "a started again (1)",
        "b started again (1)",
        "b exited: normal",
        "a exited: normal",
    ]


async def test_a_stop_during_a_group_restart_stops_each_child_once(autojump_clock):
    """The stop goes on where the restart was, in reverse and one by one."""
    log, (a, b, c) = toys("abc")
    b.cleanup_s = c.cleanup_s = 3
    specs = [child.spec() for child in (a, b, c)]
    async with open_supervisor(specs, name="top", strategy=Strategy.ONE_FOR_ALL) as supervisor:
        log.clear()
        a.end()
        await trio.sleep(1)
        assert states(supervisor) == "a:restarting b:running c:stopping"
    assert log == ["-a", "-c", "-b"]
    assert trio.current_time() == 6


async def test_any_significant_end_for_good_ends_the_supervisor():
    """Normally: the others stop, `wait` returns, the block goes on."""
    log, (a, b, c) = toys("abc")
    specs = [a.spec(), b.spec(Restart.TRANSIENT, significant=True), c.spec()]
    async with open_supervisor(specs, name="top", auto_shutdown=AutoShutdown.ANY_SIGNIFICANT) as supervisor:
        b.end(ValueError())
        await settle()
        assert states(supervisor) == "a:running b:running c:running"
        b.end()
        await supervisor.wait()
        log.append("the block goes on")
    assert log[-4:] == ["-b", "-c", "-a", "the block goes on"]


async def test_a_temporary_child_that_fails_is_significant_too():
    """It has ended for good, however it ended."""
    child = Toy("a")
    spec = child.spec(Restart.TEMPORARY, significant=True)
    async with open_supervisor([spec], name="top", auto_shutdown=AutoShutdown.ANY_SIGNIFICANT) as supervisor:
        child.end(ValueError())
        with trio.fail_after(50):
            await supervisor.wait()


async def test_the_last_significant_end_for_good_ends_the_supervisor():
    """The first of two does not, and who is not significant does not count."""
    _, (a, b, c) = toys("abc")
    specs = [
        a.spec(Restart.TRANSIENT),
        b.spec(Restart.TRANSIENT, significant=True),
        c.spec(Restart.TEMPORARY, significant=True),
    ]
    async with open_supervisor(specs, name="top", auto_shutdown=AutoShutdown.ALL_SIGNIFICANT) as supervisor:
        for child, after in ((a, "a:stopped b:running c:running"), (b, "a:stopped b:stopped c:running")):
            child.end()
            await settle()
            assert states(supervisor) == after
        c.end()
        await supervisor.wait()


async def test_a_significant_child_that_waits_for_its_restart_still_counts(autojump_clock):
    """A supervisor does not shut down while a significant child waits for its restart."""
    a, b = Toy("a"), Toy("b")
    specs = [
        a.spec(Restart.TRANSIENT, significant=True, backoff=lambda _: 5.0),
        b.spec(Restart.TRANSIENT, significant=True),
    ]
    async with open_supervisor(specs, name="top", auto_shutdown=AutoShutdown.ALL_SIGNIFICANT) as supervisor:
        a.end(ValueError())
        await settle()
        b.end()
        await trio.sleep(6)
        assert states(supervisor) == "a:running b:stopped"


async def test_a_significant_child_that_is_terminated_ends_nothing():
    """Terminating a significant child by request does not shut its supervisor down."""
    child = Toy("a")
    spec = child.spec(Restart.TRANSIENT, significant=True)
    async with open_supervisor([spec], name="top", auto_shutdown=AutoShutdown.ANY_SIGNIFICANT) as supervisor:
        await supervisor.terminate_child("a")
        await settle()
        assert states(supervisor) == "a:stopped"


async def test_a_supervisor_is_a_child_like_any_other():
    """It starts after and stops before its elders, and is ready with its handle."""
    log, (a, b, c) = toys("abc")
    inner = supervisor_spec([b.spec(), c.spec()], name="inner", observer=Notes())
    async with open_supervisor([a.spec(), inner], name="top", observer=Notes()) as supervisor:
        handle = supervisor.value_of("inner")
        assert isinstance(handle, Supervisor)
        assert states(handle) == "b:running c:running"
    assert log == ["+a", "+b", "+c", "-c", "-b", "-a"]


async def test_an_escalation_is_the_parents_failure_to_handle():
    """The inner supervisor gives up; the outer one starts it afresh, with a fresh window."""
    _, (a, b) = toys("ab")
    notes = Notes()
    inner = supervisor_spec([b.spec()], name="inner", intensity=NONE, observer=Notes())
    async with open_supervisor([a.spec(), inner], name="top", observer=notes) as supervisor:
        notes.lines.clear()
        b.end(ValueError())
        await settle()
        assert notes.lines == [
            "inner exited: IntensityExceeded",
            "inner restarting, attempt 1 in 0 s",
            "inner started again (1)",
        ]
        assert states(supervisor) == "a:running inner:running"


async def test_an_escalation_through_two_levels_keeps_the_cause():
    """The chain of causes ends at the failure that began it."""
    log, (a, b) = toys("ab")
    error = ValueError("the root")
    inner = supervisor_spec([b.spec()], name="inner", intensity=NONE, observer=Notes())
    with pytest.raises(IntensityExceeded) as caught:
        async with open_supervisor([a.spec(), inner], name="top", intensity=NONE, observer=Notes()):
            b.end(error)
            await trio.sleep_forever()
    assert caught.value.supervisor == "top"
    assert caught.value.__cause__.supervisor == "inner"
    assert caught.value.__cause__.__cause__ is error
    assert log == ["+a", "+b", "-b", "-a"]


async def test_a_transient_supervisor_that_shuts_down_stays_down():
    """A supervisor that shut itself down is not restarted as if it had failed."""
    child = Toy("a")
    inner = supervisor_spec(
        [child.spec(Restart.TRANSIENT, significant=True)],
        name="inner",
        auto_shutdown=AutoShutdown.ALL_SIGNIFICANT,
    )
    specs = [attrs.evolve(inner, restart=Restart.TRANSIENT)]
    async with open_supervisor(specs, name="top") as supervisor:
        child.end()
        await settle()
        assert states(supervisor) == "inner:stopped"


def test_the_grace_of_a_supervisor_is_that_of_its_children():
    """One after the other; the default if it has none."""
    specs = [Toy("a").spec(shutdown_s=2), Toy("b").spec(shutdown_s=3.5)]
    assert supervisor_spec(specs, name="inner").shutdown_s == 5.5
    assert supervisor_spec([], name="inner").shutdown_s == 5.0
    assert math.isinf(supervisor_spec([Toy("a").spec(shutdown_s=math.inf)], name="inner").shutdown_s)


def test_children_that_do_not_fit_are_refused_before_anything_starts():
    """Also for a supervisor that is a child: when the spec is made, not when it starts."""
    with pytest.raises(ValueError, match="two children are called 'a'"):
        supervisor_spec([Toy("a").spec(), Toy("a").spec()], name="inner")


@pytest.mark.parametrize("seed", range(20))
def test_reports_do_not_depend_on_the_order_of_tasks(monkeypatch, seed):
    """A story with crashes, delays and an escalation reads the same whatever order trio runs tasks in."""

    def story(number: int) -> list[str]:
        monkeypatch.setattr(trio._core._run, "_r", random.Random(number))
        log, (a, b, c) = toys("abc")
        notes = Notes()

        async def main() -> None:
            inner = supervisor_spec([b.spec(), c.spec(backoff=float)], name="inner", observer=notes)
            with pytest.raises(IntensityExceeded):
                async with open_supervisor(
                    [a.spec(), inner], name="top", strategy=Strategy.ONE_FOR_ALL, observer=notes
                ):
                    for child in (c, b, c, b, b, c):
                        child.end(ValueError())
                        await trio.sleep(2)

        trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))
        return log + notes.lines

    assert story(seed) == story(1000 + seed)


async def test_an_endless_loop_of_failed_starts_leaves_room_for_requests():
    """A restart that is tried again waits its turn, so the child can be terminated meanwhile."""
    hopeless = trio.Event()
    lives = []

    async def start(*, task_status) -> None:
        lives.append(await trio.lowlevel.checkpoint())
        if len(lives) > 10:
            hopeless.set()
        if len(lives) > 1:
            raise OSError
        task_status.started()

    intensity = Intensity(10**6, 1.0)
    specs = [ChildSpec("a", start)]
    async with open_supervisor(specs, name="top", intensity=intensity, observer=Notes()) as supervisor:
        await hopeless.wait()
        await supervisor.terminate_child("a")
        assert states(supervisor) == "a:stopped"
