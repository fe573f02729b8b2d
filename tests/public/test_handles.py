"""Handles of what runs: only what opens it gives them."""

import pytest

import trialogue
from trialogue import WrongType, aio, blocking, compat, supervise

HANDLES = {
    trialogue.Meeting: "open_meeting",
    trialogue.LoneAgent: "open_agent",
    trialogue.PersonSource: "Meeting.source",
    trialogue.Records: "Meeting.records",
    trialogue.RoomSound: "Meeting.ear",
    aio.Meeting: "trialogue.aio.open_meeting",
    aio.LoneAgent: "trialogue.aio.open_agent",
    aio.Stream: "trialogue.aio.Meeting",
    blocking.Meeting: "trialogue.blocking.open_meeting",
    blocking.LoneAgent: "trialogue.blocking.open_agent",
    blocking.Stream: "trialogue.blocking.Meeting",
    compat.AgentRouter: "DeepgramClient.agent",
    compat.AgentWebSocketClient: "DeepgramClient.agent.websocket",
    compat.AsyncAgentWebSocketClient: "DeepgramClient.agent.asyncwebsocket",
    supervise.Supervisor: "open_supervisor",
}


@pytest.mark.parametrize("handle", HANDLES)
@pytest.mark.parametrize("given", [(), ("review.yaml",), (object(), object())], ids=len)
def test_a_handle_made_by_hand_is_refused_with_what_gives_one(
    handle: type, given: tuple[object, ...]
) -> None:
    """Without what is behind it, it would fail at its first use."""
    with pytest.raises(WrongType) as refused:
        handle(*given)
    assert str(refused.value) == f"{handle.__name__} cannot be made by hand: {HANDLES[handle]} gives one"
