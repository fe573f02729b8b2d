"""Effects of a hook's answer, or of its default if none arrives in time."""

from __future__ import annotations

from typing import assert_never

from trialogue.brain.hook_questions import Grant, HookQuestion
from trialogue.brain.owners import Owners
from trialogue.brain.prompts import Prompt, PromptKind, PromptState
from trialogue.brain.tools import calling
from trialogue.brain.tools.calls import Call, CallState
from trialogue.brain.turn import prompting, taking
from trialogue.model.commands import RunTool
from trialogue.model.events import HookAnswered
from trialogue.values import frozen

LATE = "no answer came in time"
"""Reason that is given when a default holds."""


@frozen
class _Answer:
    """Answer to a question."""

    allowed: bool
    content: str
    reason: str


def take(o: Owners, event: HookAnswered) -> None:
    """Continue with the app's answer; an answer that comes too late is stale."""
    question = o.questions.answer(event.question)
    if question is None:
        o.stale("a hook answered a question that is over", event.participant)
        return
    _go_on(o, question, _Answer(event.allowed, event.content, event.reason))


def give_up(o: Owners) -> None:
    """Let the default hold for the open question with the earliest deadline."""
    question = min(o.questions.open_ones(), key=lambda each: each.until)
    rule = o.plan.hook(question.point)
    o.questions.answer(question.number)
    allowed = rule is None or rule.allows
    word = "allowed" if allowed else "refused"
    o.report(
        "hook-late", f"{LATE} to what the {question.point} hook was asked: it is {word}", level="warning"
    )
    _go_on(o, question, _Answer(allowed, "", LATE))


def _go_on(o: Owners, question: HookQuestion, answer: _Answer) -> None:
    match question.subject:
        case Call() as call:
            _run(o, call, answer)
        case Prompt() as prompt:
            _tell(o, prompt, answer)
        case Grant() as grant:
            _grant(o, grant, answer)
        case _ as never:
            assert_never(never)


def _run(o: Owners, call: Call, answer: _Answer) -> None:
    """Run an allowed tool; a refusal becomes the agent's result."""
    if call.state is CallState.CANCELLED:
        return
    if call.is_stopping:
        calling.end(o, call, "cancelled", "the call was cancelled")
    elif answer.allowed:
        arguments = answer.content or call.arguments
        o.emit(RunTool(call.participant, call.call_id, call.tool, arguments, call.run))
    else:
        why = f": {answer.reason}" if answer.reason else ""
        o.report("tool-refused", f"the app does not allow {call.tool}", call.participant)
        calling.end(o, call, "failed", f"Refused{why}")


def _tell(o: Owners, prompt: Prompt, answer: _Answer) -> None:
    """Send an allowed prompt, with the app's text if it gave one; give up a refused prompt."""
    if prompt.state is not PromptState.SENT:
        return
    if answer.allowed:
        if answer.content:
            o.prompts.reword(prompt, answer.content)
        o.emit(prompt.command())
        return
    o.prompts.refuse(prompt.to, prompt.number, prompt.turn, o.now)
    turn, kind = prompting.give_up(o, prompt), prompt.kind
    if kind is not PromptKind.FILLER:
        o.report("words-refused", "the app does not let these words reach the agent", prompt.to)
    if turn is not None:
        taking.close(o, turn, "yielded")


def _grant(o: Owners, grant: Grant, answer: _Answer) -> None:
    """Note which participant may have the turn; the policies are asked once more."""
    if not answer.allowed:
        o.report("grant-refused", "the app does not let it have this turn", grant.to)
        o.questions.settle_grant(grant, None)
    elif answer.content and answer.content not in o.cast:
        o.stale("a hook gave the floor to somebody who is not of this meeting", grant.to)
        o.questions.settle_grant(grant, grant.to)
    else:
        o.questions.settle_grant(grant, answer.content or grant.to)
