"""Tool executor: runs the calls that the brain orders, each in its own task.

1. A call that has begun gets exactly one `ToolFinished`, in every case.
2. A deadline, a failure and a cancellation are results in words, so the agent always gets an answer. So is
   any exception of a tool, even `SystemExit`, and a `trio.Cancelled` where nothing was cancelled; its text
   goes only to the diagnostics.
3. At most `LIMIT` calls run at once; the others wait their turn inside their deadline.
4. A cancellation never waits, since one decision may cancel all calls, and no mailbox holds so many. A
   cancelled call that has not begun never begins.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from typing import Literal, Protocol, cast

import orjson
import trio
from attrs import evolve

from trialogue.errors import ToolFailed, ToolLost
from trialogue.mailbox import Mailbox
from trialogue.model.commands import CancelTool, RunTool
from trialogue.model.events import Event, ToolFinished
from trialogue.model.json_text import read_json
from trialogue.model.secrets import NO_SECRETS, Secrets
from trialogue.supervise.cancellations import cancelled_part
from trialogue.tools.notes import note
from trialogue.tools.results import as_content
from trialogue.values import frozen

LIMIT = 16
Outcome = Literal["succeeded", "failed", "timed-out", "cancelled", "unknown"]


class Tool(Protocol):
    """Tool that agents may call."""

    @property
    def timeout_s(self) -> float:
        """Seconds after which a call is abandoned."""
        ...

    async def call(self, arguments: Mapping[str, object]) -> object:
        """Run once; returns any value that JSON can hold. `ToolFailed` for a failure in words."""
        ...


class ToolExecutor:
    """Actor that runs tools."""

    def __init__(
        self,
        tools: Mapping[str, Tool],
        post: Callable[[Event], None],
        secrets: Secrets = NO_SECRETS,
        tool_for: Callable[[str, Tool], Tool] = lambda _, tool: tool,
    ) -> None:
        self._tools = tools
        self._tool_for = tool_for
        self._secrets = secrets
        self._post = post
        self._scopes: dict[tuple[str, str, int], trio.CancelScope] = {}
        self._limiter = trio.CapacityLimiter(LIMIT)
        self._mailbox: Mailbox[RunTool] = Mailbox("tools", 256)

    def hide(self, secrets: Secrets) -> None:
        """Keep these secrets, too, out of results that are cut."""
        self._secrets = self._secrets.beside(secrets)

    def order(self, order: RunTool | CancelTool) -> None:
        """Run or cancel a call, without waiting; `MailboxFull` where too many wait to run."""
        if isinstance(order, RunTool):
            self._mailbox.post(order)
            self._scopes[_key(order)] = trio.CancelScope()
        elif waiting := self._scopes.get(_key(order)):
            waiting.cancel(reason="the agent no longer wants the result")

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Run the ordered calls until cancelled."""
        async with trio.open_nursery() as nursery:
            task_status.started()
            while True:
                order = await self._mailbox.take()
                nursery.start_soon(self._run, order, self._scopes[_key(order)])

    async def _run(self, order: RunTool, scope: trio.CancelScope) -> None:
        came_of_it = _CANCELLED
        with scope:
            try:
                came_of_it = await self._run_caught(order)
            finally:
                del self._scopes[_key(order)]
        self._post(
            ToolFinished(
                participant=order.participant,
                call_id=order.call_id,
                outcome=came_of_it.outcome,
                content=came_of_it.content,
                code=came_of_it.code,
                run=order.run,
            )
        )

    async def _run_caught(self, order: RunTool) -> _Ended:
        try:
            return _Ended("succeeded", await self._call_within_deadline(order))
        except BaseException as failure:  # noqa: ASYNC103 - any exception of a tool is an answer, never the meeting's end
            if _is_ctrl_c(failure):
                raise
            if cancelled := cancelled_part(failure):
                raise cancelled from None  # noqa: ASYNC104 - the tool's other exceptions no longer matter
            tool = self._tools.get(order.tool)
            ended = _ended_by(failure, tool)
            raised = None if tool is None else failure  # a missing tool ran nothing
            note("a tool failed", raised, tool=order.tool, participant=order.participant, code=ended.code)
            told = as_content(order.tool, ended.content, self._secrets)  # its words may have any length
            return evolve(ended, content=told)  # noqa: ASYNC104 - it cancels nothing

    async def _call_within_deadline(self, order: RunTool) -> str:
        tool = self._tools.get(order.tool)
        if tool is None:
            raise ToolFailed(f"unknown tool {order.tool!r}", code="no-tool")
        arguments = parse_arguments(order.arguments)
        with trio.fail_after(tool.timeout_s):
            async with self._limiter:
                result = await self._tool_for(order.participant, tool).call(arguments)
        return as_content(order.tool, result, self._secrets)


def _key(order: RunTool | CancelTool) -> tuple[str, str, int]:
    """Key of a run of a call."""
    return order.participant, order.call_id, order.run


@frozen
class _Ended:
    """End of a call."""

    outcome: Outcome
    content: str
    code: str = ""


_CANCELLED = _Ended("cancelled", "the call was cancelled")


def _ended_by(failure: BaseException, tool: Tool | None) -> _Ended:
    """Message to the agent about a failure: the words of a `ToolFailed`, of any other error only the type."""
    match failure:
        case ToolLost():
            return _Ended("unknown", str(failure), failure.code)
        case ToolFailed():
            return _Ended("failed", str(failure), failure.code)
        case trio.TooSlowError() if tool is not None:
            return _Ended("timed-out", f"the tool gave no result within {tool.timeout_s:g} s", "deadline")
        case _:
            name = type(failure).__name__
            return _Ended("failed", f"the tool raised {name}", name)


def _is_ctrl_c(failure: BaseException) -> bool:
    """Whether Ctrl-C was pressed while a tool ran: trio raises it wherever the loop happens to be."""
    if not isinstance(failure, KeyboardInterrupt):
        return False
    frames = [frame for frame, _ in traceback.walk_tb(failure.__traceback__)]
    return str(frames[-1].f_globals.get("__name__", "")).startswith("trio.")


def parse_arguments(text: str) -> dict[str, object]:
    """Arguments of a call; an empty text means no arguments. `ToolFailed` for anything but an object."""
    try:
        arguments: object = read_json(text) if text.strip() else {}
    except orjson.JSONDecodeError:
        raise ToolFailed("the arguments are not JSON", code="arguments") from None
    if not isinstance(arguments, dict):
        raise ToolFailed("the arguments are not a JSON object", code="arguments")
    return cast("dict[str, object]", arguments)
