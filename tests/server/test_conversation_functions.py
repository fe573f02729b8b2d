"""Function calls of a session, and their responses."""

from __future__ import annotations

from attrs import evolve
from desk import CALL, error_of, respond, scripted, thinking

from trialogue.server import commands as cmd
from trialogue.server import events as ev
from trialogue.server.think.ports import CallItem, WantedCall


def test_function_call_and_its_response() -> None:
    """A function call is requested of the client, and the agent thinks on with its response."""
    desk, number = thinking()
    desk.happen(ev.CallsThought(number, (CALL,)))
    desk.happen(ev.ThoughtEnded(number))
    wanted = {"id": "c1", "name": "tool", "arguments": "{}", "client_side": True}
    assert desk.look() == [{"type": "FunctionCallRequest", "functions": [wanted]}]
    desk.say(respond(content="21C"))
    assert desk.last(cmd.BeginPass).request.results == (CallItem("c1", "tool", "{}", "21C"),)
    assert desk.names() == ["History", "BeginPass"]


def test_the_model_is_told_what_it_said_before_a_call() -> None:
    """The words of each pass stand before its call, until the reply is over: nothing is said twice."""
    desk, number = thinking()
    desk.happen(ev.SentenceThought(number, "Let me see."))
    desk.happen(ev.CallsThought(number, (CALL,)))
    desk.happen(ev.ThoughtEnded(number))
    desk.say(respond())
    first = desk.last(cmd.BeginPass).request
    assert [each.said for each in first.results] == ["Let me see."]
    assert first.memory[-1] == first.results[-1]
    desk.happen(ev.SentenceThought(number, "One more."))
    desk.happen(ev.CallsThought(number, (evolve(CALL, id="c2"),)))
    desk.happen(ev.ThoughtEnded(number))
    desk.say(respond("c2"))
    second = desk.last(cmd.BeginPass).request
    assert [each.said for each in second.results] == ["Let me see.", "One more."]
    assert second.memory[-2:] == second.results


def test_several_calls_wait_for_all_responses() -> None:
    """The agent thinks on when all its calls have responses, in any order, with or without ids."""
    desk, number = thinking()
    desk.happen(ev.CallsThought(number, (CALL, WantedCall("c2", "tool", "{}"))))
    desk.happen(ev.ThoughtEnded(number))
    desk.look()
    desk.say(respond("c2"))
    assert desk.names() == ["History"]
    desk.say(respond(None))
    assert desk.names() == ["History", "BeginPass"]


def test_response_before_the_pass_has_ended() -> None:
    """A response that comes before the pass has ended is used when it has."""
    desk, number = thinking()
    desk.happen(ev.CallsThought(number, (CALL,)))
    desk.say(respond())
    assert "BeginPass" not in desk.names()
    desk.happen(ev.ThoughtEnded(number))
    assert desk.names() == ["BeginPass"]


def test_unwanted_responses_are_dropped() -> None:
    """A response with an unknown id, or without a call, is dropped."""
    desk, number = thinking()
    desk.say(respond())
    desk.happen(ev.CallsThought(number, (CALL,)))
    desk.look()
    desk.say(respond("other"))
    assert desk.names() == []


def test_barge_in_cancels_calls() -> None:
    """Speech sends FunctionCallCancelled for open calls, and drops late answers."""
    desk, number = thinking()
    desk.happen(ev.CallsThought(number, (CALL,)))
    desk.happen(ev.ThoughtEnded(number))
    desk.look()
    desk.happen(ev.SpeechBegan())
    desk.say(respond())
    assert desk.look()[1:] == [
        "CutReply",
        "ReturnEntry",
        {"type": "FunctionCallCancelled", "functions": [{"id": "c1", "name": "tool"}]},
    ]


def test_function_that_nobody_offered() -> None:
    """NON_EXISTENT_FUNCTION_CALLED is sent, and the session ends."""
    desk, number = thinking()
    desk.happen(ev.CallsThought(number, (WantedCall("c1", "other", "{}"),)))
    assert error_of(desk)["code"] == "NON_EXISTENT_FUNCTION_CALLED"


def test_update_think_counts_from_the_next_pass() -> None:
    """A client that changes the functions while the agent thinks is asked for one that was offered before.

    The session went to its end with NON_EXISTENT_FUNCTION_CALLED.
    """
    desk, number = thinking()
    desk.say({"type": "UpdateThink", "think": scripted({"say": "y"})})
    desk.happen(ev.CallsThought(number, (CALL,)))
    desk.happen(ev.ThoughtEnded(number))
    wanted = {"id": "c1", "name": "tool", "arguments": "{}", "client_side": True}
    assert desk.look()[-1] == {"type": "FunctionCallRequest", "functions": [wanted]}
    desk.say(respond(content="21C"))
    assert desk.last(cmd.BeginPass).request.functions == ()


def test_update_think_changes_nobody_who_answers_a_call() -> None:
    """The client answers what it was asked for, also where the update gives that function an endpoint."""
    desk, number = thinking()
    there = {"name": "tool", "endpoint": {"url": "https://example.com", "method": "post"}}
    desk.say({"type": "UpdateThink", "think": scripted({"say": "y"}, functions=[there])})
    desk.happen(ev.CallsThought(number, (CALL,)))
    desk.happen(ev.ThoughtEnded(number))
    assert desk.names()[-1] == "FunctionCallRequest"
    desk.say(respond(content="21C"))
    assert desk.last(cmd.BeginPass).request.results == (CallItem("c1", "tool", "{}", "21C"),)


def test_function_with_an_endpoint_fails_and_the_agent_goes_on() -> None:
    """A function with an endpoint gets FUNCTION_CALL_FAILED, and the agent thinks on."""
    functions = [{"name": "tool", "endpoint": {"url": "https://example.com", "method": "post"}}]
    desk, number = thinking(think=scripted({"say": "x"}, functions=functions))
    desk.happen(ev.CallsThought(number, (CALL,)))
    desk.happen(ev.ThoughtEnded(number))
    seen = desk.look()
    assert isinstance(seen[0], dict)
    assert seen[0]["functions"][0]["client_side"] is False
    assert [s if isinstance(s, str) else s.get("code", s["type"]) for s in seen] == [
        "FunctionCallRequest", "FUNCTION_CALL_FAILED", "FunctionCallResponse", "History", "BeginPass",
    ]  # fmt: skip


def test_model_that_calls_for_ever_is_stopped() -> None:
    """A model that calls functions without end is stopped after sixteen passes."""
    desk, number = thinking()
    for turn in range(40):
        desk.happen(ev.CallsThought(number, (WantedCall(f"c{turn}", "tool", "{}"),)))
        desk.happen(ev.ThoughtEnded(number))
        desk.say(respond(f"c{turn}"))
    names = desk.names()
    assert names.count("BeginPass") == 15
    assert names[-1] == "FinishReply"
