"""`open_meeting`: a whole meeting as a block of an app's code.

1. Entering loads the voices, makes the run's directory and opens the journal; then the meeting's clock
   starts, and the block runs beside it.
2. The meeting ends by its own rules, with `stop`, or when the block is left; it always ends through the
   brain, so its journal always says why.
3. After the end the actors stop in reverse order, their last reports are recorded, and the files are
   written. Only then does `finished` return.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Final, cast

import trio
from attrs import evolve
from trio.lowlevel import in_trio_run

from trialogue.actors.hooks import Hook, HookFunction
from trialogue.brain.floor.view import Decision, FloorView, Policy
from trialogue.compute import is_virtual
from trialogue.diagnostics import Log
from trialogue.errors import SetupError
from trialogue.handles import a_block, make
from trialogue.meeting.app_requests import a_function, a_mapping, a_path, wrong_type
from trialogue.meeting.edges import Edges
from trialogue.meeting.endpoints import check_endpoints
from trialogue.meeting.folder import check_folder
from trialogue.meeting.handle import Meeting as Meeting  # noqa: PLC0414 - opened here
from trialogue.meeting.hooks import own_hooks, with_hooks
from trialogue.meeting.models import check_models
from trialogue.meeting.permissions import check_permissions
from trialogue.meeting.places import check_opened_on_trio
from trialogue.meeting.policy_loading import own_policies
from trialogue.meeting.resumption import Resumption
from trialogue.meeting.stage import open_stage
from trialogue.model.plan import HookPoint
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.load import Scenario
from trialogue.scenario.resolve import Resolved, prepare, resolve
from trialogue.scenario.schema import Clock
from trialogue.supervise import lone_error

DEFAULT_EDGES = Edges()

diagnostics: Final = Log("trialogue.meeting")


def prepared(scenario: str | Path | Scenario | Resolved, overrides: Overrides | None) -> Resolved:
    """A scenario that is ready to run; WrongType for a wrong type of scenario or overrides."""
    if overrides is not None and not isinstance(overrides, Overrides):  # pyright: ignore[reportUnnecessaryIsInstance] -- callers may not be typed
        raise wrong_type("overrides", "Overrides", overrides)
    if isinstance(scenario, Resolved):
        return scenario
    if not isinstance(scenario, Scenario | str | Path):  # pyright: ignore[reportUnnecessaryIsInstance] -- likewise
        raise wrong_type("the scenario", "a path, a Scenario or a Resolved", scenario)
    if isinstance(scenario, Scenario):
        resolved = resolve(scenario, overrides)
    else:
        resolved = prepare(scenario, overrides)
    for each in resolved.notes:
        diagnostics.warning("note on the scenario", scenario=resolved.source, note=each)
    return resolved


def open_meeting(
    scenario: str | Path | Scenario | Resolved,
    *,
    overrides: Overrides | None = None,
    out: str | Path | None = None,
    edges: Edges = DEFAULT_EDGES,
    tools: Mapping[str, Callable[..., object]] | None = None,
    policies: Mapping[str, Policy | Callable[[FloorView], Decision]] | None = None,
    hooks: Mapping[HookPoint, Hook | HookFunction] | None = None,
    resumption: Resumption | None = None,
) -> AbstractAsyncContextManager[Meeting]:
    """Run a scenario's meeting while the block runs; leaving the block ends the meeting.

    `scenario` is the path of a file, a `Scenario` (`Scenario.build`, `loads`), or a resolved one (`prepare`).
    `out` is the run's directory, created if missing; the default is a new one under `runs/`. `tools` are
    functions that the scenario can name (`python: NAME`). `policies` are functions or objects with a method
    `choose` (`floor: {custom: NAME}`). `hooks` are called before a tool runs (`tool`), before words reach an
    agent (`words`), and before the floor is granted to a policy's choice or a raised hand (`grant`); `Hook`
    has their deadline and default. The meeting uses the loop's clock: real under `trio.run`, virtual under
    `run_virtual`. Raises `AskedWrongly` for wrong arguments; `ScenarioError`, `SetupError` or `JournalError`
    before the meeting begins; and `JournalError` if it cannot be recorded any longer. With a `resumption`, an
    earlier meeting is continued (`trialogue.meeting.run`).
    """
    if resumption is not None and not isinstance(resumption, Resumption):  # pyright: ignore[reportUnnecessaryIsInstance] -- callers may not be typed
        raise wrong_type("resumption", "a Resumption", resumption)
    resolved = prepared(scenario, on_loops_clock(overrides))
    own = with_own(edges, tools, policies, hooks)
    folder = out_of(out)
    return _open(resolved, own, folder, resumption)


@a_block
async def _open(
    resolved: Resolved, edges: Edges, out: Path | None, resumption: Resumption | None
) -> AsyncGenerator[Meeting]:
    resolved = evolve(resolved, records_models=edges.models is not None)
    check_clock(resolved)
    check_permissions(resolved, edges.permissions)
    check_endpoints(resolved, edges.permissions.hosts)
    check_models(resolved)
    check_folder(out)
    with lone_error():
        async with (
            open_stage(
                with_hooks(resolved, edges.hooks) if resumption is None else resolved,
                edges,
                out=out,
                resumption=resumption,
            ) as stage,
            trio.open_nursery() as nursery,
        ):
            meeting = make(Meeting, stage, nursery)
            nursery.start_soon(meeting.hold)
            try:
                yield meeting
            finally:
                if not meeting.is_over:
                    meeting.stop("left")
                nursery.start_soon(meeting.let_go)


def loops_clock() -> Clock | None:
    """The clock of the running trio loop; None where none runs."""
    if not in_trio_run():
        return None
    return Clock.VIRTUAL if is_virtual() else Clock.REAL


def on_loops_clock(overrides: Overrides | None) -> Overrides | None:
    """The overrides, with the running loop's clock where they name none."""
    clock = loops_clock()
    if clock is None or (overrides is not None and getattr(overrides, "clock", clock) is not None):
        return overrides
    return evolve(overrides or Overrides(), clock=clock)


def check_clock(resolved: Resolved) -> None:
    """WrongLoop outside of any loop, SetupError where the loop's clock is not the scenario's."""
    check_opened_on_trio("open_meeting")
    clock = Clock.VIRTUAL if is_virtual() else Clock.REAL
    if clock is not resolved.clock:
        clocks = f"on the {resolved.clock.value} clock, this loop on the {clock.value} one"
        how = "use run_meeting, or open it inside run_virtual for virtual time"
        raise SetupError(f"{resolved.plan.name} runs {clocks}: {how}")


def out_of(out: object) -> Path | None:
    """The run's directory, as requested; WrongType if it is not a path."""
    return None if out is None else a_path(out, "out")


def with_own(edges: object, tools: object, policies: object, hooks: object = None) -> Edges:
    """The edges with the app's own tools, policies and hooks; WrongType, WrongValue for invalid ones."""
    if not isinstance(edges, Edges):
        raise wrong_type("edges", "Edges", edges)
    allowed = edges.permissions
    functions = a_mapping(tools, "tools")
    for name, function in functions.items():
        a_function(function, f"tool {name}")
    asked = a_mapping(policies, "policies")
    own_policies(asked)
    given = cast("dict[str, Callable[..., object]]", a_mapping(allowed.registered, "registered"))
    registered = {**given, **cast("dict[str, Callable[..., object]]", functions)}
    more = evolve(
        allowed, registered=registered, policies={**a_mapping(allowed.policies, "policies"), **asked}
    )
    return evolve(edges, permissions=more, hooks={**own_hooks(edges.hooks), **own_hooks(hooks)})
