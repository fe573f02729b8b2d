"""Your own tool, which runs only with approval; without it, the agent gets the reason.

An answer is recorded as an event; without an answer in time the call is refused, and the meeting goes on.
"""

from functools import partial

import trio

from trialogue import AskHook, Hook, HookAnswer, Scenario, ToolFinished, open_meeting, run_virtual

PAY = {"call": {"tool": "pay", "arguments": {"cents": 30}}, "say": "The bank says: ${result}."}
PAY_MORE = {"call": {"tool": "pay", "arguments": {"cents": 9000}}, "say": "The bank says: ${result}."}
CAST = {
    "buyer": {"tools": ["pay"], "think": {"provider": "scripted", "script": [PAY, PAY_MORE]}},
    "seller": {"lines": ["Thank you.", "Thank you again."]},
}
SCENARIO = Scenario.build(
    "shop", CAST, tools={"pay": {"python": "pay"}}, run={"limits": {"turns": 4, "time": "2m"}}
)


def pay(account: list[int], cents: int) -> str:
    """Pay this sum.

    Args:
        cents: how much
    """
    account.append(cents)
    return "paid"


async def approve(question: AskHook) -> HookAnswer:
    """Ask for approval; here it takes a second."""
    print("may it run?", question.participant, question.tool, question.content)
    await trio.sleep(1)
    is_small = '"cents": 30' in question.content
    return HookAnswer(is_small, reason="" if is_small else "too much for one day")


async def main():
    account: list[int] = []
    hooks = {"tool": Hook(approve, deadline_s=30, allows=False)}
    async with open_meeting(SCENARIO, tools={"pay": partial(pay, account)}, hooks=hooks) as meeting:
        meeting.on(ToolFinished, lambda event: print("it has", event.outcome))
        await meeting.finished()
    print("paid:", account)


run_virtual(main)
