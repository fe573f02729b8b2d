"""Tool calls end exactly once, in words."""

import functools
import logging
import math
import subprocess
import sys
import textwrap

import pytest
import trio
from kept_cancellation import raise_kept

from trialogue.compute import Inline, InThreads
from trialogue.errors import SetupError, ToolFailed, ToolLost
from trialogue.model.commands import CancelTool, RunTool
from trialogue.model.events import ToolFinished
from trialogue.tools.executor import ToolExecutor
from trialogue.tools.kinds.mock import MockTool
from trialogue.tools.kinds.python import PythonTool, import_function
from trialogue.tools.results import RESULT_BYTES


async def finished(tools, *orders, after=60.0):
    """What the executor reports when it is given `orders`."""
    reports = []
    executor = ToolExecutor(tools, reports.append)
    async with trio.open_nursery() as nursery:
        await nursery.start(executor.run)
        for order in orders:
            executor.order(order)
            await trio.testing.wait_all_tasks_blocked()
        await trio.sleep(after)
        nursery.cancel_scope.cancel(reason="the test is over")
    return reports


def run(tool="price", arguments="{}", call_id="call_1"):
    return RunTool("biz", call_id, tool, arguments)


async def test_a_result(autojump_clock):
    """An agent gets a tool's result as JSON."""
    tools = {"price": MockTool({"edge_gb": 0.08}, delay_s=1.0)}
    assert await finished(tools, run()) == [ToolFinished("biz", "call_1", "succeeded", '{"edge_gb":0.08}')]


@pytest.mark.parametrize(
    ("order", "content"),
    [
        (run(tool="gone"), ("unknown tool 'gone'", "no-tool")),
        (run(arguments="{"), ("the arguments are not JSON", "arguments")),
        (run(arguments="[1]"), ("the arguments are not a JSON object", "arguments")),
        (run(tool="broken"), ("out of stock", "mock")),
    ],
)
async def test_a_failure_is_an_answer(autojump_clock, order, content):
    """A failed call gives its agent one line of words, and the screen a code."""
    tools = {"price": MockTool(1), "broken": MockTool(None, error="out of stock")}
    assert await finished(tools, order) == [ToolFinished("biz", "call_1", "failed", *content)]


@pytest.mark.parametrize("failure", [ToolFailed, ToolLost])
async def test_the_words_of_a_failure_are_as_long_as_a_result_at_most(autojump_clock, failure):
    """The words of a tool's failure are cut like a result."""

    class Wordy:
        timeout_s = 3.0

        async def call(self, arguments):
            raise failure("no \ud800" + "x" * 1_000_000)

    (told,) = await finished({"price": Wordy()}, run())
    assert told.content.startswith("no ?xx")
    assert told.content.endswith(" ... [price: result is cut at 32 KiB]")
    assert len(told.content) == RESULT_BYTES


async def test_a_call_without_an_answer_is_unknown(autojump_clock):
    """A call without an answer is reported as unknown, and not as failed."""

    class Lossy:
        timeout_s = 20.0

        async def call(self, _arguments):
            raise ToolLost("the address did not answer")

    assert await finished({"price": Lossy()}, run()) == [
        ToolFinished("biz", "call_1", "unknown", "the address did not answer")
    ]


async def test_a_deadline(autojump_clock):
    """A tool that hangs is given up at its deadline, and its agent is told so."""
    tools = {"price": MockTool(1, delay_s=math.inf, timeout_s=4.0)}
    assert await finished(tools, run()) == [
        ToolFinished("biz", "call_1", "timed-out", "the tool gave no result within 4 s", "deadline")
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
    """Python functions get their arguments by name, sync ones in threads or inline, async ones on trio."""

    def double(number: int) -> int:
        return 2 * number

    async def triple(number: int) -> int:
        await trio.lowlevel.checkpoint()
        return 3 * number

    assert await PythonTool(double, InThreads()).call({"number": 2}) == 4
    assert await PythonTool(double, Inline()).call({"number": 2}) == 4
    assert await PythonTool(triple, InThreads()).call({"number": 2}) == 6


def secretive(words: str) -> None:
    raise KeyError(words)


def refusing() -> None:
    raise ToolFailed("closed on Sundays")


def exiting() -> None:
    sys.exit()


def interrupting() -> None:
    raise KeyboardInterrupt


async def leaving() -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.sleep_forever)
        await trio.lowlevel.checkpoint()
        raise SystemExit(3)


async def blaming() -> None:
    await trio.lowlevel.checkpoint()
    raise GeneratorExit


async def keeping() -> None:
    await raise_kept()


@pytest.mark.parametrize("compute", [Inline(), InThreads()], ids=["inline", "threads"])
@pytest.mark.parametrize(
    ("function", "arguments", "content", "code"),
    [
        (secretive, '{"words": "secret words"}', "the tool raised KeyError", "KeyError"),
        (refusing, "{}", "closed on Sundays", ""),
        (exiting, "{}", "the tool raised SystemExit", "SystemExit"),
        (interrupting, "{}", "the tool raised KeyboardInterrupt", "KeyboardInterrupt"),
        (leaving, "{}", "the tool raised BaseExceptionGroup", "BaseExceptionGroup"),
        (blaming, "{}", "the tool raised GeneratorExit", "GeneratorExit"),
        (keeping, "{}", "the tool raised Cancelled", "Cancelled"),
    ],
    ids=[
        "error",
        "refused",
        "exit",
        "interrupt",
        "exit in a nursery",
        "generator",
        "cancelled",
    ],
)
async def test_whatever_a_function_raises_is_its_calls_failure(function, arguments, content, code, compute):
    """A function that raises anything fails only its call, and its agent gets no words of the error."""
    tools = {"price": PythonTool(function, compute)}
    reports = await finished(tools, run(arguments=arguments), after=0.2)
    assert reports == [ToolFinished("biz", "call_1", "failed", content, code)]


async def test_a_call_that_is_cancelled_is_no_failure_whatever_it_raises_then(autojump_clock):
    """A call that raises while it is cancelled is reported as cancelled."""

    async def spiteful() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.sleep_forever)
            try:
                await trio.sleep_forever()
            finally:
                raise SystemExit

    tools = {"price": PythonTool(spiteful, InThreads())}
    reports = await finished(tools, run(), CancelTool("biz", "call_1"))
    assert reports == [ToolFinished("biz", "call_1", "cancelled", "the call was cancelled")]


def test_ctrl_c_while_a_tool_runs_is_no_failure_of_the_tool():
    """Ctrl-C while a tool runs ends the program."""
    program = """
        import os, signal, trio
        from trialogue.tools.kinds.python import PythonTool
        from trialogue.tools.executor import ToolExecutor
        from trialogue.compute import InThreads
        from trialogue.model.commands import RunTool

        async def busy():
            os.kill(os.getpid(), signal.SIGINT)
            while True:
                await trio.lowlevel.checkpoint()

        async def main():
            executor = ToolExecutor({"t": PythonTool(busy, InThreads())}, print)
            async with trio.open_nursery() as nursery:
                await nursery.start(executor.run)
                executor.order(RunTool("a", "1", "t", "{}"))

        trio.run(main, strict_exception_groups=False)
    """
    ended = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        capture_output=True,
        timeout=60,
        check=False,
        text=True,
    )
    assert "KeyboardInterrupt" in ended.stderr
    assert ended.returncode != 0


async def test_the_author_of_a_tool_can_see_why_it_failed(autojump_clock, caplog):
    """A tool's error has its message and traceback in the diagnostics at debug, and nowhere else."""
    caplog.set_level(logging.DEBUG, "trialogue.tools")
    tools = {"price": PythonTool(secretive, Inline())}
    (report,) = await finished(tools, run(arguments='{"words": "database db-7 is closed"}'))
    (record,) = caplog.records
    assert record.levelno == logging.DEBUG
    assert "tool='price' participant='biz' code='KeyError'" in record.getMessage()
    assert "database db-7 is closed" in caplog.text
    assert "in secretive" in caplog.text
    assert "db-7" not in repr(report)


async def test_a_tool_that_is_not_there_has_no_traceback(autojump_clock, caplog):
    """A call of an unknown tool is one line of diagnostics without a traceback."""
    caplog.set_level(logging.DEBUG, "trialogue.tools")
    await finished({}, run(tool="gone"))
    (record,) = caplog.records
    assert "tool='gone' participant='biz' code='no-tool'" in record.getMessage()
    assert record.exc_info is None


class Shop:
    """Sell things."""

    async def __call__(self, item: str) -> str:
        await trio.lowlevel.checkpoint()
        return f"{item} is sold"


class Till:
    def __call__(self, item: str) -> str:
        return f"{item} is paid"


def wrapped(function):
    """What a decorator makes of an async function: a plain one that returns a coroutine."""

    @functools.wraps(function)
    def inner(**arguments):
        return function(**arguments)

    return inner


async def sell(database: str, item: str, *, count: int = 1) -> str:
    await trio.lowlevel.checkpoint()
    return f"{count} {item} of {database}"


@pytest.mark.parametrize(
    ("function", "result"),
    [
        (Shop(), "tea is sold"),
        (Till(), "tea is paid"),
        (functools.partial(sell, "db"), "1 tea of db"),
        (functools.partial(sell, "db", count=2), "2 tea of db"),
        (functools.partial(Shop()), "tea is sold"),
        (functools.partial(Till().__call__), "tea is paid"),
        (wrapped(functools.partial(sell, "db")), "1 tea of db"),
        (lambda item: f"{item}!", "tea!"),
    ],
    ids=[
        "async object",
        "object",
        "partial",
        "partial by name",
        "partial of object",
        "method",
        "wrapped",
        "lambda",
    ],
)
async def test_anything_that_can_be_called_is_a_tool(function, result):
    """Functions, objects, partials and decorated functions can be tools, async or not."""
    assert await PythonTool(function, InThreads()).call({"item": "tea"}) == result


async def test_a_model_cannot_set_a_partials_arguments():
    """A model cannot set an argument that a partial has bound."""
    tool = PythonTool(functools.partial(sell, database="db"), InThreads())
    assert await tool.call({"item": "tea"}) == "1 tea of db"
    with pytest.raises(ToolFailed, match="database is already set"):
        await tool.call({"item": "tea", "database": "other"})


async def test_two_runs_of_one_id_are_two(autojump_clock):
    """Two runs under one id end, and are cancelled, each by itself."""
    tools = {"slow": MockTool("s", delay_s=5.0), "fast": MockTool("f", delay_s=1.0)}
    first, second = RunTool("biz", "c", "slow", "{}"), RunTool("biz", "c", "fast", "{}", run=1)
    reports = await finished(tools, first, second, CancelTool("biz", "c"))
    assert reports == [
        ToolFinished("biz", "c", "cancelled", "the call was cancelled"),
        ToolFinished("biz", "c", "succeeded", "f", run=1),
    ]


def test_functions_by_name():
    """A tool's `module:attr` names a callable, or is an error that says what is missing."""
    assert import_function("math:sqrt") is math.sqrt
    for name in ("math:nothing", "no_such_module:x", "math:pi"):
        with pytest.raises(SetupError, match=f"tool {name}"):
            import_function(name)


async def test_cancelled_before_it_began(autojump_clock):
    """A call that is cancelled right after its request ends as cancelled."""
    ran = []

    class Noted(MockTool):
        async def call(self, arguments):
            ran.append(arguments)
            return await super().call(arguments)

    reports = []
    executor = ToolExecutor({"price": Noted(1, delay_s=5.0)}, reports.append)
    executor.order(run())
    executor.order(CancelTool("biz", "call_1"))
    async with trio.open_nursery() as nursery:
        await nursery.start(executor.run)
        await trio.sleep(60)
        nursery.cancel_scope.cancel(reason="the test is over")
    assert reports == [ToolFinished("biz", "call_1", "cancelled", "the call was cancelled")]


async def test_any_number_of_calls_is_cancelled_at_once(autojump_clock):
    """A meeting that ends can cancel any number of calls at once."""
    reports = []
    executor = ToolExecutor({"price": MockTool(1, delay_s=5.0)}, reports.append)
    async with trio.open_nursery() as nursery:
        await nursery.start(executor.run)
        for number in range(1_000):
            executor.order(run(call_id=f"call_{number}"))
            await trio.testing.wait_all_tasks_blocked()
        for number in range(1_000):
            executor.order(CancelTool("biz", f"call_{number}"))
        await trio.testing.wait_all_tasks_blocked()
        nursery.cancel_scope.cancel(reason="the test is over")
    assert [report.outcome for report in reports] == ["cancelled"] * 1_000
