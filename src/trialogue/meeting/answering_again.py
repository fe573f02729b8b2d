"""Answers of an app's hooks in a repeated meeting, as in the recorded one.

A participant's questions of one kind get the recorded answers in their order, each as late as it was; others
are allowed. A call of a tool is no question there: one that was refused is not made again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeAlias

import trio

from trialogue.actors.hooks import Hook, HookAnswer
from trialogue.model.commands import AskHook
from trialogue.model.events import HookAnswered
from trialogue.model.plan import HookPoint, MeetingPlan
from trialogue.model.records import Record
from trialogue.values import define

__all__ = ["answer_again"]

_POINTS: Final = frozenset[HookPoint]({"words", "grant"})

_Key: TypeAlias = tuple[HookPoint, str]
"""Kind of question, and participant."""


@define
class _Question:
    """Question with its answer."""

    at: float
    after_s: float = 0.0
    answer: HookAnswer | None = None


def answer_again(plan: MeetingPlan, records: Iterable[Record]) -> dict[HookPoint, Hook]:
    """Hooks that answer as those of a recorded meeting did."""
    asked, numbered = dict[_Key, list[_Question]](), dict[int, _Question]()
    for record in records:
        if isinstance(record.event, HookAnswered) and record.event.question in numbered:
            came, question = record.event, numbered[record.event.question]
            question.after_s = record.at - question.at
            question.answer = HookAnswer(came.allowed, came.content, came.reason)
        for command in record.commands:
            if isinstance(command, AskHook):
                numbered[command.question] = question = _Question(record.at)
                asked.setdefault((command.point, command.participant), []).append(question)

    async def answer(question: AskHook) -> HookAnswer:
        left = asked.get((question.point, question.participant))
        known = left.pop(0) if left else _Question(0.0, answer=HookAnswer(allowed=True))
        if known.answer is None:
            await trio.sleep_forever()
        elif known.after_s > 0:
            await trio.sleep(known.after_s)
        return known.answer

    rules = [rule for rule in plan.hooks if rule.point in _POINTS]
    return {rule.point: Hook(answer, rule.deadline_s, rule.allows) for rule in rules}
