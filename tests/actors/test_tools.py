"""Tool calls end exactly once, in words."""

import math

import pytest
import trio

from trialogue.actors.toolkit import MockTool, PythonTool, import_function
from trialogue.actors.tools import RESULT_BYTES, ToolExecutor, as_content
from trialogue.compute import Inline, InThreads
from trialogue.errors import SetupError, ToolFailed, ToolLost
from trialogue.model.commands import CancelTool, RunTool
from trialogue.model.events import ToolFinished


async def finished(tools, *orders, after=60.0):
    """What the executor reports when it is given `orders`."""
    reports = []
    executor = ToolExecutor(tools, reports.append)
    async with trio.open_nursery() as nursery:
        await nursery.start(executor.run)
        for order in orders:
            executor.mailbox.post(order)
            await trio.testing.wait_all_tasks_blocked()
        await trio.sleep(after)
        nursery.cancel_scope.cancel(reason="the test is over")
    return reports


def run(tool="price", arguments="{}", call_id="call_1"):
    return RunTool("biz", call_id, tool, arguments)


async def test_a_result(autojump_clock):
    """A result reaches the agent as JSON."""
    tools = {"price": MockTool({"edge_gb": 0.08}, delay_s=1.0)}
    assert await finished(tools, run()) == [ToolFinished("biz", "call_1", "succeeded", '{"edge_gb":0.08}')]


@pytest.mark.parametrize(
    ("order", "content"),
    [
        (run(tool="gone"), "there is no tool named 'gone'"),
        (run(arguments="{"), "the arguments are not JSON"),
        (run(arguments="[1]"), "the arguments are not a JSON object"),
        (run(tool="broken"), "out of stock"),
    ],
)
async def test_a_failure_is_an_answer(autojump_clock, order, content):
    """Whatever goes wrong, the agent is told in one line."""
    tools = {"price": MockTool(1), "broken": MockTool(None, error="out of stock")}
    assert await finished(tools, order) == [ToolFinished("biz", "call_1", "failed", content)]


async def test_a_call_without_an_answer_is_unknown(autojump_clock):
    """What went out and was never answered may have had its effects: it has not failed."""

    class Lossy:
        timeout_s = 20.0

        async def call(self, _arguments):
            raise ToolLost("the address did not answer")

    assert await finished({"price": Lossy()}, run()) == [
        ToolFinished("biz", "call_1", "unknown", "the address did not answer")
    ]


async def test_a_deadline(autojump_clock):
    """A tool that hangs is given up."""
    tools = {"price": MockTool(1, delay_s=math.inf, timeout_s=4.0)}
    assert await finished(tools, run()) == [
        ToolFinished("biz", "call_1", "timed-out", "the tool gave no result within 4 s")
    ]


async def test_cancelled(autojump_clock):
    """A call that nobody wants any more ends as cancelled; cancelling what is over does nothing."""
    tools = {"price": MockTool(1, delay_s=10.0)}
    cancel = CancelTool("biz", "call_1")
    assert await finished(tools, run(), cancel, cancel) == [
        ToolFinished("biz", "call_1", "cancelled", "the call was cancelled")
    ]


async def test_calls_run_side_by_side(autojump_clock):
    """A slow call does not hold up a fast one."""
    tools = {"slow": MockTool("s", delay_s=5.0), "fast": MockTool("f", delay_s=1.0)}
    reports = await finished(tools, run("slow", call_id="1"), run("fast", call_id="2"))
    assert [r.content for r in reports] == ["f", "s"]


async def test_python_functions():
    """Sync ones run in threads or inline, async ones on trio; both get their arguments by name."""

    def double(number: int) -> int:
        return 2 * number

    async def triple(number: int) -> int:
        await trio.lowlevel.checkpoint()
        return 3 * number

    assert await PythonTool(double, InThreads()).call({"number": 2}) == 4
    assert await PythonTool(double, Inline()).call({"number": 2}) == 4
    assert await PythonTool(triple, InThreads()).call({"number": 2}) == 6


async def test_python_failures_name_the_type_alone():
    """What a function raises may hold speech: only its type is told."""

    def broken(key: str) -> None:
        raise KeyError(key)

    def refusing() -> None:
        raise ToolFailed("closed on Sundays")

    with pytest.raises(ToolFailed, match=r"^the tool raised KeyError$"):
        await PythonTool(broken, Inline()).call({"key": "secret words"})
    with pytest.raises(ToolFailed, match=r"^closed on Sundays$"):
        await PythonTool(refusing, Inline()).call({})
    with pytest.raises(ToolFailed, match="the arguments do not fit"):
        await PythonTool(broken, Inline()).call({"nonsense": 1})


def test_results_are_capped():
    """An agent is never fed more than 32 KiB, cut at a character."""
    content = as_content("é" * RESULT_BYTES)
    assert len(content.encode()) <= RESULT_BYTES
    assert content.endswith(" ... [cut at 32 KiB]")


def test_results_that_json_cannot_say():
    """A result that is no data is a failure."""
    with pytest.raises(ToolFailed, match="returned a object"):
        as_content(object())


def test_functions_by_name():
    """`module:attr` names a callable, or says what is missing."""
    assert import_function("math:sqrt") is math.sqrt
    for name in ("math:nothing", "no_such_module:x", "math:pi"):
        with pytest.raises(SetupError, match=f"tool {name}"):
            import_function(name)


async def test_cancelled_before_it_began(autojump_clock):
    """A cancellation that comes right behind its call finds it, though its task has not run yet."""
    ran = []

    class Noted(MockTool):
        async def call(self, arguments):
            ran.append(arguments)
            return await super().call(arguments)

    reports = []
    executor = ToolExecutor({"price": Noted(1, delay_s=5.0)}, reports.append)
    executor.mailbox.post(run())
    executor.mailbox.post(CancelTool("biz", "call_1"))
    async with trio.open_nursery() as nursery:
        await nursery.start(executor.run)
        await trio.sleep(60)
        nursery.cancel_scope.cancel(reason="the test is over")
    assert reports == [ToolFinished("biz", "call_1", "cancelled", "the call was cancelled")]


async def test_whatever_a_tool_raises_is_an_answer(autojump_clock):
    """A tool of somebody else's can end its call, not the meeting."""

    class Broken(MockTool):
        async def call(self, arguments):
            await trio.lowlevel.checkpoint()
            raise LookupError("private words")

    assert await finished({"price": Broken(1)}, run()) == [
        ToolFinished("biz", "call_1", "failed", "the tool raised LookupError")
    ]


def test_text_that_is_none_is_mended():
    """A lone surrogate cannot be written anywhere: it becomes a question mark."""
    assert as_content("x\ud800y") == "x?y"
