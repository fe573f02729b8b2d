"""Random lives of random supervisors, against a model of OTP's `supervisor` that has no tasks.

The model is written after OTP's own source: a child's pid is here one of `UP`, `DOWN` and `RETRY`.
"""

from __future__ import annotations

from typing import Any

import trio
import trio.testing
from attrs import define, evolve, field, frozen
from hypothesis import given, settings
from hypothesis import strategies as st
from supervise_toys import Notes, Toy, settle

from trialogue.errors import LocalProtocolError
from trialogue.supervise import (
    AutoShutdown,
    ChildSpec,
    ChildState,
    Intensity,
    IntensityExceeded,
    Restart,
    Strategy,
    Supervisor,
    open_supervisor,
)

UP, DOWN, RETRY = "up", "down", "retry"
PIDS = {ChildState.RUNNING: UP, ChildState.STOPPED: DOWN, ChildState.RESTARTING: RETRY}
NAMES = "abcd"


@define(eq=False)
class Pid:
    """A child of the model."""

    name: str
    restart: Restart
    significant: bool
    pid: str = DOWN


class Exceeded(Exception):
    """The model's supervisor has exceeded its intensity."""


class ShutDown(Exception):
    """The model's supervisor has shut down because of its significant children."""


@define(eq=False)
class Model:
    """`supervisor.erl`, as far as we follow it."""

    strategy: Strategy
    intensity: Intensity
    auto_shutdown: AutoShutdown
    children: list[Pid] = field(factory=list)
    log: list[str] = field(factory=list)
    faults: dict[str, int] = field(factory=dict)
    """How many of a child's next starts fail."""

    restarts: list[float] = field(factory=list)
    now: float = 0.0

    def find(self, name: str) -> Pid | None:
        return next((child for child in self.children if child.name == name), None)

    def do_start_child(self, child: Pid) -> bool:
        self.log.append(f"+{child.name}")
        if self.faults.get(child.name, 0):
            self.faults[child.name] -= 1
            return False
        child.pid = UP
        return True

    def do_terminate(self, child: Pid) -> None:
        if child.pid == UP:
            self.log.append(f"-{child.name}")
        child.pid = DOWN
        if child.restart is Restart.TEMPORARY:
            self.children.remove(child)

    def exit(self, child: Pid, *, failed: bool) -> None:
        """handle_info({'EXIT', ...})"""
        self.log.append(f"-{child.name}")
        child.pid = DOWN
        if child.restart is Restart.PERMANENT or (failed and child.restart is Restart.TRANSIENT):
            retry = self.restart_child(child)
            while retry is not None:
                retry = self.restart_child(retry)
            return
        if child.restart is Restart.TEMPORARY:
            self.children.remove(child)
        self.do_auto_shutdown(child)

    def do_auto_shutdown(self, child: Pid) -> None:
        left = any(other.significant and other.pid != DOWN for other in self.children)
        if child.significant and (self.auto_shutdown is AutoShutdown.ANY_SIGNIFICANT or not left):
            raise ShutDown

    def restart_child(self, child: Pid) -> Pid | None:
        """restart/2: the child to try again, if one fails to start."""
        self.restarts = [at for at in [*self.restarts, self.now] if at >= self.now - self.intensity.within_s]
        if len(self.restarts) > self.intensity.max_restarts:
            raise Exceeded
        first = {
            Strategy.ONE_FOR_ONE: self.children.index(child),
            Strategy.REST_FOR_ONE: self.children.index(child),
            Strategy.ONE_FOR_ALL: 0,
        }[self.strategy]
        group = [child] if self.strategy is Strategy.ONE_FOR_ONE else self.children[first:]
        for each in reversed(group):
            self.do_terminate(each)
        for each in [each for each in group if each in self.children]:
            if not self.do_start_child(each):
                each.pid = RETRY
                return each
        return None

    def terminate(self) -> None:
        for child in reversed(list(self.children)):
            self.do_terminate(child)


@frozen
class Deed:
    """What is done next."""

    what: str
    name: str
    number: int
    restart: Restart
    significant: bool


WHAT = ["crash", "finish", "terminate", "restart", "delete", "start", "spoil", "wait"]
deeds = st.lists(
    st.builds(
        Deed,
        st.sampled_from(["crash", *WHAT]),
        st.sampled_from(NAMES),
        st.integers(1, 3),
        st.sampled_from(Restart),
        st.booleans(),
    ),
    max_size=25,
)


def perform_on_model(model: Model, deed: Deed) -> str:
    """Do it to the model: what the one who asked is told."""
    child = model.find(deed.name)
    match deed.what:
        case "crash" | "finish" if child is not None and child.pid == UP:
            model.exit(child, failed=deed.what == "crash")
        case "terminate" if child is not None:
            model.do_terminate(child)
            return "ok"
        case "restart" if child is not None and child.pid == DOWN:
            return "ok" if model.do_start_child(child) else "failed"
        case "delete" if child is not None and child.pid == DOWN:
            model.children.remove(child)
            return "ok"
        case "start" if child is None:
            child = Pid(deed.name, deed.restart, deed.significant)
            if not model.do_start_child(child):
                return "failed"
            model.children.append(child)
            return "ok"
        case "terminate" | "restart" | "delete" | "start":
            return "refused"
        case "spoil":
            model.faults[deed.name] = deed.number
        case "wait":
            model.now += deed.number
    return ""


async def perform(
    supervisor: Supervisor, toys: dict[str, Toy], deed: Deed, clock: trio.testing.MockClock
) -> str:
    """Do it to the supervisor: what the one who asked is told."""
    running = {status.id for status in supervisor.children() if status.state is ChildState.RUNNING}
    toy = toys[deed.name]
    match deed.what:
        case "crash" | "finish" if deed.name in running:
            toy.end(ValueError() if deed.what == "crash" else None)
        case "terminate":
            return await told(supervisor.terminate_child(deed.name))
        case "restart":
            return await told(supervisor.restart_child(deed.name))
        case "delete":
            return await told(supervisor.delete_child(deed.name))
        case "start":
            return await told(supervisor.start_child(spec_of(toy, deed)))
        case "spoil":
            toy.start_faults = [OSError() for _ in range(deed.number)]
        case "wait":
            clock.jump(deed.number)
    return ""


async def told(request: Any) -> str:
    try:
        await request
    except LocalProtocolError:
        return "refused"
    except OSError:
        return "failed"
    return "ok"


def spec_of(toy: Toy, deed: Deed) -> ChildSpec:
    return toy.spec(deed.restart, significant=deed.significant)


def fit(deed: Deed, auto_shutdown: AutoShutdown) -> Deed:
    """Only significance that makes sense."""
    sensible = auto_shutdown is not AutoShutdown.NEVER and deed.restart is not Restart.PERMANENT
    return evolve(deed, significant=deed.significant and sensible)


def expect(model: Model, first: list[Deed], plan: list[Deed]) -> list[object]:
    """What the model shows after each deed, up to its end."""
    seen: list[object] = []
    ending = "left"
    try:
        for deed in first:
            perform_on_model(model, evolve(deed, what="start"))
        for deed in plan:
            answer = perform_on_model(model, deed)
            seen.append((answer, [(child.name, child.pid) for child in model.children]))
    except Exceeded:
        ending = "exceeded"
    except ShutDown:
        ending = "shut down"
    model.terminate()
    return [*seen, ending, model.log]


async def observe(model: Model, first: list[Deed], plan: list[Deed]) -> list[object]:
    """What the supervisor shows after each deed, up to its end."""
    clock = trio.lowlevel.current_clock()
    assert isinstance(clock, trio.testing.MockClock)
    log: list[str] = []
    toys = {name: Toy(name, log) for name in NAMES}
    seen: list[object] = []
    ending = "left"
    try:
        async with open_supervisor(
            [spec_of(toys[deed.name], deed) for deed in first],
            name="top",
            strategy=model.strategy,
            intensity=model.intensity,
            auto_shutdown=model.auto_shutdown,
            observer=Notes(),
        ) as supervisor:
            for deed in plan:
                answer = await perform(supervisor, toys, deed, clock)
                await settle()
                if supervisor.phase.value == "stopped":
                    ending = "shut down"
                    break
                pids = [(status.id, PIDS[status.state]) for status in supervisor.children()]
                seen.append((answer, pids))
    except IntensityExceeded:
        ending = "exceeded"
    return [*seen, ending, log]


@settings(max_examples=6 * settings.default.max_examples)
@given(
    strategy=st.sampled_from(Strategy),
    intensity=st.builds(Intensity, st.integers(0, 5), st.sampled_from([1.0, 2.0, 5.0])),
    auto_shutdown=st.sampled_from(AutoShutdown),
    first=st.lists(
        st.builds(
            Deed,
            st.just("start"),
            st.sampled_from(NAMES),
            st.just(1),
            st.sampled_from(Restart),
            st.booleans(),
        ),
        max_size=4,
        unique_by=lambda deed: deed.name,
    ),
    plan=deeds,
)
def test_a_supervisor_does_what_otp_does(strategy, intensity, auto_shutdown, first, plan):
    """Every start and stop in the same order, every answer, every state, and the same end."""
    first = [fit(deed, auto_shutdown) for deed in first]
    plan = [fit(deed, auto_shutdown) for deed in plan]
    model = Model(strategy, intensity, auto_shutdown)
    observed = trio.run(observe, model, first, plan, clock=trio.testing.MockClock())
    assert observed == expect(model, first, plan)
