"""Questions to the app's hooks: the meeting continues with the answer, or with the default."""

from __future__ import annotations

from trialogue.brain.hook_questions import Grant
from trialogue.brain.owners import Owners
from trialogue.brain.prompts import Prompt
from trialogue.brain.tools.calls import Call
from trialogue.model.commands import AskHook, RunTool


def run_tool(o: Owners, call: Call, arguments: str) -> None:
    """Run a call's tool, after a hook has allowed it if the plan has one."""
    rule = o.plan.hook("tool")
    if rule is None:
        o.emit(RunTool(call.participant, call.call_id, call.tool, arguments, call.run))
        return
    question = o.questions.ask("tool", call, o.now + rule.deadline_s)
    o.emit(AskHook(call.participant, question.number, "tool", arguments, question.until, call.tool))


def tell(o: Owners, prompt: Prompt) -> None:
    """Send a prompt to its agent, after a hook has seen its text if the plan has one."""
    rule = o.plan.hook("words")
    if rule is None:
        o.emit(prompt.command())
        return
    question = o.questions.ask("words", prompt, o.now + rule.deadline_s)
    o.emit(AskHook(prompt.to, question.number, "words", prompt.text, question.until))


def granted(o: Owners, to: str, reason: str) -> str | None:
    """Participant who may have the chosen one's turn; None while a hook is asked, or if no one may."""
    rule = o.plan.hook("grant")
    if rule is None:
        return to
    grant = Grant(o.floor.turn + 1, to)
    said = o.questions.settled_grant(grant)
    if said:
        return said[0]
    question = o.questions.ask("grant", grant, o.now + rule.deadline_s)
    o.emit(AskHook(to, question.number, "grant", reason, question.until))
    return None
