"""Opening of a meeting on its clock, or of one agent, in a thread of its own before its loop runs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, cast

import trio

from trialogue.agent.lone import LoneAgent
from trialogue.agent.opening import open_agent
from trialogue.bridge.trio_thread import HeldBlock, Main, Opening, Running
from trialogue.meeting.meeting import Meeting, open_meeting, prepared
from trialogue.meeting.paging import write_page
from trialogue.meeting.virtual import run_virtual
from trialogue.scenario.schema import Clock

Options = Mapping[str, Any]
"""Arguments by name, as `open_meeting` and `open_agent` take and check them."""


def held_meeting(scenario: object, options: Options, *, is_run: bool = False) -> HeldBlock[Meeting]:
    """Meeting in a thread of its own, which reads the scenario and runs on the clock that it names.

    With `is_run` its page is written after it, if its scenario asks for one.
    """

    def prepare() -> tuple[Running, Opening[Meeting]]:
        others = dict(options)
        resolved = prepared(cast("str", scenario), others.pop("overrides", None))
        run: Running = run_virtual if resolved.clock is Clock.VIRTUAL else trio.run

        def run_paged(main: Main) -> None:
            run(main)
            write_page(held.opened.result().folder)

        has_page = is_run and resolved.document.run is not None and resolved.document.run.page
        return run_paged if has_page else run, partial(open_meeting, resolved, **others)

    held = HeldBlock(prepare, "trialogue meeting")
    return held


def held_agent(agent: object, options: Options) -> HeldBlock[LoneAgent]:
    """Agent in a thread of its own."""
    opening = partial(open_agent, cast("str", agent), **options)
    return HeldBlock(lambda: (trio.run, opening), "trialogue agent")
