"""A token that a model gave along with a call goes back to it, in whatever session it is told of the call."""

import pytest
import trio
from fake_service import FakeService, held, of, settled
from playbook import context_of

from trialogue.agent.memory import Memory
from trialogue.brain.words.context import STILL_RUNNING
from trialogue.journal.personal import masked
from trialogue.model.events import MeetingStarted, ToolFinished, ToolRequested
from trialogue.model.memory import ContextCall
from trialogue.model.participants import Participant
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record

CALL = {"id": "c1", "name": "price", "arguments": "{}", "client_side": True}


class Folded:
    """What a meeting's brain remembers."""

    def __init__(self):
        self.events = [MeetingStarted()]

    def take(self, event):
        self.events.append(event)

    def answered(self, request, content):
        self.take(ToolFinished("ann", request.call_id, "succeeded", content))

    def context(self):
        plan = MeetingPlan("small", (Participant("ann"),))
        records = [Record(seq, float(seq), event, ()) for seq, event in enumerate(self.events, 1)]
        return context_of(plan, "ann", records)


@pytest.mark.parametrize("memory_of", [Memory, Folded])
@pytest.mark.parametrize("signature", [None, "AbC=="])
async def test_a_signature_survives_a_lost_session(signature, memory_of, autojump_clock):
    """A call's thought signature is recorded, and in the context of the next session."""
    service, memory = FakeService(), memory_of()
    given = {} if signature is None else {"thought_signature": signature}
    async with held(service, context=memory.context) as (_, events):
        service.socket.says("FunctionCallRequest", functions=[{**CALL, **given}])
        await settled()
        (request,) = of(events, ToolRequested)
        assert request.thought_signature == signature
        memory.take(request)
        assert memory.context() == (ContextCall("c1", "price", "{}", STILL_RUNNING, signature),)
        memory.answered(request, "8")
        service.socket.loses()
        await trio.sleep(1)
    (item,) = service.settings[1]["agent"]["context"]["messages"]
    assert item["function_calls"] == [{**CALL, "response": "8", **given}]


def test_a_thought_signature_is_masked():
    """A call's thought signature is masked in a redacted journal."""
    asked = ToolRequested("ann", 1, "c1", "price", "{}", thought_signature="AbC==")
    assert masked(asked).thought_signature == "<1 words>"
    assert masked(ToolRequested("ann", 1, "c1", "price", "{}")).thought_signature is None
