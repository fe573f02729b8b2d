"""The tool executor: runs the calls that the brain orders, each in its own task.

1. A call that was begun has exactly one `ToolFinished`, whatever happens to it.
2. A deadline, a failure and a cancellation are results in words: the agent is always answered.
3. At most `LIMIT` calls run at once; the others wait their turn inside their deadline.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, Protocol, cast

import orjson
import structlog
import trio

from trialogue.actors.mailbox import Mailbox
from trialogue.errors import ToolFailed, ToolLost
from trialogue.model.commands import CancelTool, RunTool
from trialogue.model.events import Event, ToolFinished
from trialogue.model.text import well_formed

LIMIT = 16
RESULT_BYTES = 32 * 1024
_CUT = " ... [cut at 32 KiB]"

Outcome = Literal["succeeded", "failed", "timed-out", "cancelled", "unknown"]

diagnostics = structlog.get_logger("trialogue.tools")


class Tool(Protocol):
    """Something that an agent may ask for."""

    @property
    def timeout_s(self) -> float:
        """Seconds after which a call is given up."""
        ...

    async def call(self, arguments: Mapping[str, object]) -> object:
        """Run once; returns anything JSON can say. `ToolFailed` for a failure in words."""
        ...


class ToolExecutor:
    """The actor that runs tools."""

    def __init__(self, tools: Mapping[str, Tool], post: Callable[[Event], None]) -> None:
        self._tools = tools
        self._post = post
        self._scopes: dict[tuple[str, str], trio.CancelScope] = {}
        self._limiter = trio.CapacityLimiter(LIMIT)
        self.mailbox: Mailbox[RunTool | CancelTool] = Mailbox("tools", 256)

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Take orders until cancelled."""
        async with trio.open_nursery() as nursery:
            task_status.started()
            while True:
                order = await self.mailbox.take()
                if isinstance(order, RunTool):
                    # Known before its task runs: a cancellation may be the very next order.
                    scope = trio.CancelScope()
                    self._scopes[order.participant, order.call_id] = scope
                    nursery.start_soon(self._run, order, scope)
                elif running := self._scopes.get((order.participant, order.call_id)):
                    running.cancel(reason="the agent no longer wants the result")

    async def _run(self, order: RunTool, scope: trio.CancelScope) -> None:
        key = (order.participant, order.call_id)
        outcome, content = "cancelled", "the call was cancelled"
        with scope:
            try:
                outcome, content = await self._outcome(order)
            finally:
                del self._scopes[key]
        self._post(ToolFinished(*key, outcome, content))  # type: ignore[arg-type] # the literals above

    async def _outcome(self, order: RunTool) -> tuple[Outcome, str]:
        tool = self._tools.get(order.tool)
        if tool is None:
            return "failed", f"there is no tool named {order.tool!r}"
        try:
            arguments = parse_arguments(order.arguments)
            with trio.fail_after(tool.timeout_s):
                async with self._limiter:
                    result = await tool.call(arguments)
            return "succeeded", as_content(result)
        except ToolLost as loss:
            return "unknown", str(loss)
        except ToolFailed as failure:
            return "failed", str(failure)
        except trio.TooSlowError:
            return "timed-out", f"the tool gave no result within {tool.timeout_s:g} s"
        except Exception as crash:  # noqa: BLE001 - whatever a tool does is an answer, never the meeting's end
            diagnostics.warning("a tool crashed", tool=order.tool, error=type(crash).__name__)
            return "failed", f"the tool raised {type(crash).__name__}"


def parse_arguments(text: str) -> dict[str, object]:
    """The arguments of a call; empty text is no arguments. `ToolFailed` for what is not an object."""
    try:
        arguments: object = orjson.loads(text) if text.strip() else {}
    except orjson.JSONDecodeError:
        raise ToolFailed("the arguments are not JSON") from None
    if not isinstance(arguments, dict):
        raise ToolFailed("the arguments are not a JSON object")
    return cast("dict[str, object]", arguments)


def as_content(result: object) -> str:
    """What an agent is told: text as it is, anything else as JSON, at most 32 KiB."""
    if isinstance(result, str):
        text = result
    else:
        try:
            text = orjson.dumps(result, option=orjson.OPT_NON_STR_KEYS).decode()
        except TypeError:
            raise ToolFailed(f"the tool returned a {type(result).__name__}, which JSON cannot say") from None
    text = well_formed(text)
    if len(text.encode()) <= RESULT_BYTES:
        return text
    return text.encode()[: RESULT_BYTES - len(_CUT)].decode(errors="ignore") + _CUT
