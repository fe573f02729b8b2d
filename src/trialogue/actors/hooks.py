"""Actor of the app's hooks: asks each question in its own task, until its deadline.

1. A hook is a function of the question, async or plain; a plain one runs on the meeting's loop and must not
   block. It answers True, False or a `HookAnswer`.
2. An answer in time becomes an event. A hook that raises, or returns anything else, has not answered: a
   diagnostic says so, and the brain's default holds at the deadline. That holds for a `trio.Cancelled`, too,
   where nothing was cancelled.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias, cast

import trio

from trialogue.arguments import kind_of
from trialogue.errors import AuthorFailed
from trialogue.machine_limits import leaves
from trialogue.mailbox import Mailbox
from trialogue.model.commands import AskHook
from trialogue.model.events import Event, HookAnswered
from trialogue.model.plan import HookPoint
from trialogue.supervise.cancellations import cancelled_part
from trialogue.tools.notes import note
from trialogue.values import frozen


@frozen
class HookAnswer:
    """Answer of a hook."""

    allowed: bool
    """Whether it may happen."""

    content: str = ""
    """Content that replaces what was asked about: a tool's arguments as JSON, words, or a participant's name;
    empty for no replacement. Personal.
    """

    reason: str = ""
    """Reason for a refusal, in one line; an agent is told the reason for a refused tool call. Personal."""


LONGEST_ANSWER: Final = 100_000
"""Most characters of an answer's content, or of its reason; a longer one is no answer."""

HookFunction: TypeAlias = Callable[[AskHook], object]
"""Hook: `(question) -> bool | HookAnswer`, async or plain."""


@frozen
class Hook:
    """Function of the app that is called before something happens, with its deadline and default."""

    function: HookFunction
    """Function that is called."""

    deadline_s: float = 10.0
    """Seconds until its deadline: 0.01 to 3,600."""

    allows: bool = False
    """Whether it happens where no answer has come in time."""


NO_HOOKS: Mapping[HookPoint, Hook] = MappingProxyType({})
"""No hooks: the app is asked nothing."""


class HookRunner:
    """Actor that asks the app's hooks, and reports their answers."""

    def __init__(self, hooks: Mapping[HookPoint, Hook], post: Callable[[Event], None]) -> None:
        self._hooks = hooks
        self._post = post
        self._mailbox: Mailbox[AskHook] = Mailbox("hooks", 256)

    @property
    def are_there(self) -> bool:
        """Whether there are any hooks."""
        return bool(self._hooks)

    def ask(self, question: AskHook) -> None:
        """Ask a question in a task of its own; where it has no hook, its default holds in time."""
        if question.point in self._hooks:
            self._mailbox.post(question)

    async def run(
        self, epoch: float, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
    ) -> None:
        """Ask until cancelled; the meeting began at the trio time `epoch`."""
        async with trio.open_nursery() as nursery:
            task_status.started()
            while True:
                question = await self._mailbox.take()
                hook = self._hooks[question.point].function
                nursery.start_soon(self._ask, hook, question, epoch + question.until)

    async def _ask(self, hook: HookFunction, question: AskHook, deadline: float) -> None:
        with trio.CancelScope(deadline=deadline):
            try:
                answer = await _answer_of(hook, question)
            except BaseException as failure:  # noqa: ASYNC103 - an app's own code: the default holds
                if cancelled := cancelled_part(failure):
                    raise cancelled from None  # noqa: ASYNC104 - the hook's other exceptions no longer matter
                if not all(isinstance(each, Exception | trio.Cancelled) for each in leaves(failure)):
                    raise
                note("a hook failed", failure, hook=question.point, participant=question.participant)
                return  # noqa: ASYNC104 - it cancels nothing
            self._post(
                HookAnswered(
                    question.participant, question.question, answer.allowed, answer.content, answer.reason
                )
            )


async def _answer_of(hook: HookFunction, question: AskHook) -> HookAnswer:
    said = hook(question)
    if inspect.isawaitable(said):
        said = await cast("Awaitable[object]", said)
    match said:
        case bool():
            return HookAnswer(said)
        case HookAnswer(allowed=bool(), content=str(), reason=str()):
            longest = max(len(said.content), len(said.reason))
            if longest > LONGEST_ANSWER:
                raise AuthorFailed(
                    f"the {question.point} hook returned {longest:,} characters, more than {LONGEST_ANSWER:,}"
                )
            return said
        case _:
            raise AuthorFailed(f"the {question.point} hook returned {kind_of(said)}, which is not an answer")
