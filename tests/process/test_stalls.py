"""Steps that block the loop: nothing else runs meanwhile, and the journal says for how long, and where."""

import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import pytest
import trio
from process_values import kinds

from trialogue.actors.stalls import STALL_S, StallWatch, told
from trialogue.brain.meeting import Brain
from trialogue.journal.reader import read
from trialogue.journal.verify import verify
from trialogue.meeting.edges import Edges
from trialogue.meeting.run import run_meeting
from trialogue.model.commands import Report
from trialogue.model.events import LoopStalled
from trialogue.testing import murmuring_engines
from trialogue.tools.permissions import Permissions

SCENARIO = """
trialogue: 1
name: stalling
run: {seed: 3, limits: {time: 20s, turns: 3}}
tools:
  prices: {python: prices}
cast:
  ann:
    think:
      provider: scripted
      script:
        - {call: {tool: prices, arguments: {}}, say: It is dear.}
        - {call: {tool: prices, arguments: {}}, say: It is still dear.}
    tools: [prices]
  bob: {lines: [I see.]}
"""


BLOCKS_S = 0.3
"""Well above a stall: the thread that looks may be late itself."""


async def test_a_step_that_blocks_is_reported_with_its_place():
    """A step that blocks the loop is reported with its time, its function and its task."""
    send, receive = trio.open_memory_channel[LoopStalled](9)
    watch = StallWatch(send.send_nowait)

    async def careless():
        began = time.perf_counter()
        while watch.seen is None or time.perf_counter() - began <= STALL_S:
            time.sleep(0.01)  # noqa: ASYNC251 - what the test is about

    async with trio.open_nursery() as nursery:
        await nursery.start(watch.run)
        nursery.start_soon(careless)
        stall = await receive.receive()
        nursery.cancel_scope.cancel()
    assert stall.for_s > STALL_S
    assert "careless (test_stalls.py:" in stall.where
    assert "careless" in stall.task


async def test_waiting_is_no_stall():
    """A loop that only waits is not reported as blocked."""
    posted = []
    watch = StallWatch(posted.append)
    async with trio.open_nursery() as nursery:
        await nursery.start(watch.run)
        await trio.sleep(2 * STALL_S)
        nursery.cancel_scope.cancel()
    assert [stall for stall in posted if stall.for_s >= 2 * STALL_S] == []


def test_a_tool_that_blocks_is_told_once(tmp_path):
    """Each block by a tool is recorded with its function, and people see one report."""
    scenario = tmp_path / "stalling.yaml"
    scenario.write_text(SCENARIO)
    edges = Edges(engines=murmuring_engines(), permissions=Permissions(registered={"prices": look_up}))
    held = run_meeting(scenario, out=tmp_path / "run", edges=edges)
    journal = held.folder / "journal.jsonl"
    records = list(read(journal))
    stalls = [record for record in records if isinstance(record.event, LoopStalled)]
    ours = [record.event for record in stalls if "look_up (test_stalls.py:" in record.event.where]
    assert len(ours) == 2
    assert min(stall.for_s for stall in ours) >= BLOCKS_S
    told = [c for record in records for c in record.commands if isinstance(c, Report) and c.code == "stalled"]
    assert len(told) == 1
    assert kinds(records).index("LoopStalled") > 0
    assert verify(journal, Brain).records == len(records)


def test_under_a_virtual_clock_nobody_looks(hold, out):
    """A slow machine does not change a virtual meeting: blocks are not recorded in it."""
    hold(sink=Slow)
    assert "LoopStalled" not in kinds(list(read(out / "journal.jsonl")))


async def look_up() -> str:
    """Look a price up without letting anybody else work."""
    time.sleep(BLOCKS_S)  # noqa: ASYNC251 - what the test is about
    return "ten"


class Slow:
    """A sink that blocks once for longer than a stall."""

    def __init__(self, sink) -> None:
        self._sink, self._is_due = sink, True

    def __getattr__(self, name):
        return getattr(self._sink, name)

    def frame(self, position, sounding):
        if self._is_due and position:
            self._is_due = False
            time.sleep(2 * STALL_S)
        self._sink.frame(position, sounding)


async def test_its_thread_ends_with_it():
    """Meetings in a row leave no watching threads behind."""
    for _ in range(50):
        async with trio.open_nursery() as nursery:
            await nursery.start(StallWatch(print).run)
            nursery.cancel_scope.cancel()
        assert "trialogue stalls" not in {each.name for each in threading.enumerate()}


ASKING = """
import sys
from trialogue import run_meeting
from trialogue.events import MeetingStarted
from trialogue.meeting.edges import Edges
from trialogue.testing import murmuring_engines

async def watch(meeting):
    async for record in meeting.records():
        if isinstance(record.event, MeetingStarted):
            print("httpx" in sys.modules, "httpcore" in sys.modules)
            meeting.stop("seen")

run_meeting(sys.argv[1], out=sys.argv[2], edges=Edges(engines=murmuring_engines()), watch=watch)
"""

AT_AN_ENDPOINT = """
trialogue: 1
name: asking
cast:
  ann: {prompt: Be brief., think: {provider: open_ai, model: m, endpoint: {url: "http://127.0.0.1:9/v1"}}}
run: {clock: real}
"""

SCRIPTED = """
trialogue: 1
name: scripted
cast: {ann: {lines: [One.]}}
run: {clock: real}
"""


@pytest.mark.parametrize(("scenario", "loaded"), [(AT_AN_ENDPOINT, True), (SCRIPTED, False)])
def test_the_client_of_models_is_loaded_before_the_meeting(tmp_path, scenario, loaded):
    """The HTTP client is loaded before the meeting where a model needs it, and nowhere else."""
    (tmp_path / "it.yaml").write_text(scenario)
    asked = [sys.executable, "-c", ASKING, str(tmp_path / "it.yaml"), str(tmp_path / "run")]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(loaded), str(loaded)]


def test_a_function_that_returns_while_it_is_looked_at_ends_no_watch():
    """A function that returns while it is looked at does not end the watch for blocks."""
    code = told.__code__

    class Returning:
        f_code, f_lineno = code, 7
        callers = iter([SimpleNamespace(f_code=code, f_lineno=8, f_back=None)])

        @property
        def f_back(self):
            return next(self.callers, None)

    where, task = told(Returning())
    assert where == "told (stalls.py:7)"
    assert task == "told"
