"""Blocks for threads: a meeting, or one agent, in a thread of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread

from trialogue.agent import lone as native_agent
from trialogue.blocking.agent import LoneAgent
from trialogue.blocking.app_functions import hooks_from_trio
from trialogue.blocking.block import Block
from trialogue.blocking.meeting import Meeting
from trialogue.bridge.opening import Options, held_agent, held_meeting
from trialogue.handles import make
from trialogue.meeting import handle as native
from trialogue.meeting.app_requests import a_function
from trialogue.meeting.outputs import MeetingResult

WATCHER_S = 5.0
"""Most seconds for which a watcher may continue after the meeting."""


def meeting_block(
    scenario: object, options: Options, *, is_run: bool = False
) -> Block[native.Meeting, Meeting]:
    """Block of a meeting, whose hooks run in threads."""
    own = {**options, "hooks": hooks_from_trio(options.get("hooks"))}
    return Block(
        lambda: held_meeting(scenario, own, is_run=is_run), lambda held, shown: make(Meeting, held, shown)
    )


def agent_block(agent: object, options: Options) -> Block[native_agent.LoneAgent, LoneAgent]:
    """Block of one agent."""
    return Block(lambda: held_agent(agent, options), lambda held, shown: make(LoneAgent, held, shown))


def run_block(scenario: object, options: Options, watch: Callable[[Meeting], object] | None) -> MeetingResult:
    """Run a meeting to its end, with a watcher in a thread, and write its page if the scenario asks for one.

    An error of the watcher ends the meeting. A watcher that still runs `WATCHER_S` after the meeting is
    abandoned.
    """
    if watch is not None:
        a_function(watch, "watch", must_be_plain=True)
    with meeting_block(scenario, options, is_run=True) as meeting:
        watched = _watched(watch, meeting)
        result = meeting.finished()
        try:
            watched.result(WATCHER_S)
        except TimeoutError:
            if watched.done():
                raise
    return result


def _watched(watch: Callable[[Meeting], object] | None, meeting: Meeting) -> Future[None]:
    done: Future[None] = Future()
    if watch is None:
        done.set_result(None)
        return done

    def run() -> None:
        try:
            watch(meeting)
        except BaseException as raised:  # noqa: ASYNC103, BLE001 - raised by `run_block`
            done.set_exception(raised)
            if not meeting.is_over:
                meeting.stop("left")
        else:
            done.set_result(None)

    Thread(target=run, name="trialogue watcher", daemon=True).start()
    return done
