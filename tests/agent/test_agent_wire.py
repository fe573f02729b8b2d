"""One agent alone, message by message: each that a service knows, to and fro."""

import json
import math
import traceback
from contextlib import asynccontextmanager

import pytest
import trio
from attrs import asdict
from fake_service import FakeService

from trialogue import SessionTerms, SoundTerms, open_agent
from trialogue.agent.events import (
    AgentThinking,
    FrustrationDetected,
    History,
    ModelSaid,
    Sound,
    ToolAnswered,
    UnknownMessage,
    UserStartedSpeaking,
)
from trialogue.errors import (
    AlreadyOver,
    ConnectionLost,
    DialFailed,
    GaveUp,
    LocalProtocolError,
    ProviderRefused,
    WrongType,
    WrongValue,
)
from trialogue.mailbox import MailboxFull
from trialogue.model.events import (
    InjectionRefused,
    ReplySent,
    ReplyWithdrawn,
    SentenceSaid,
    ServiceWarned,
    SessionLost,
    SessionReady,
    SettingsChanged,
    ToolCallCancelled,
    ToolFinished,
    ToolRequested,
)
from trialogue.model.memory import ContextCall, ContextMessage

AGENT = {"think": {"provider": {"type": "open_ai", "model": "gpt-4o-mini"}, "prompt": "You are Ann."}}


@asynccontextmanager
async def held(service, **options):
    """An agent at this service whose session is ready."""
    with trio.fail_after(60):
        async with open_agent(AGENT, connect=service, **options) as agent:
            await until(agent, SessionReady)
            yield agent


async def until(agent, kind):
    """The first event of a kind."""
    async for event in agent:
        if isinstance(event, kind):
            return event
    raise AssertionError("the events have ended")


async def take_all(agent, seen):
    """Add its events to those that were seen, until it fails."""
    while True:
        seen.append(await agent.next_event())


TOLD = [
    ({"type": "UserStartedSpeaking"}, UserStartedSpeaking()),
    ({"type": "AgentThinking", "content": "Hm."}, AgentThinking("Hm.")),
    (
        {"type": "History", "role": "assistant", "content": "Hello."},
        History((ContextMessage("assistant", "Hello."),)),
    ),
    (
        {
            "type": "History",
            "function_calls": [
                {"id": "c", "name": "f", "client_side": True, "arguments": "{}", "response": "8"}
            ],
        },
        History((ContextCall("c", "f", "{}", "8"),)),
    ),
    (
        {"type": "FunctionCallResponse", "id": "c", "name": "f", "content": "ok"},
        ToolAnswered("c", "f", "ok"),
    ),
    ({"type": "FunctionCallResponse", "name": "f", "content": "ok"}, ToolAnswered("", "f", "ok")),
    ({"type": "FrustrationDetected", "count": 2, "escalated": True}, FrustrationDetected(2, True)),
    ({"type": "__customFromThinkProvider", "content": {"a": [1]}}, ModelSaid({"a": [1]})),
    ({"type": "Newer", "deep": {"a": 1}}, UnknownMessage("Newer", {"type": "Newer", "deep": {"a": 1}})),
]


@pytest.mark.parametrize(("message", "event"), TOLD, ids=[str(event) for _, event in TOLD])
async def test_messages_that_meetings_ignore_are_events(message, event, autojump_clock):
    """Each message of the service is an event; an unknown one is an event with the whole message."""
    service = FakeService()
    async with held(service) as agent:
        service.socket.tells(message)
        assert await until(agent, type(event)) == event


LUNA = {"type": "deepgram", "version": "v1", "model": "aura-2-luna-en"}
ASKED = [
    (lambda agent: agent.ask("Hi?"), {"type": "InjectUserMessage", "content": "Hi?"}),
    (lambda agent: agent.say("Well."), {"type": "InjectAgentMessage", "message": "Well."}),
    (
        lambda agent: agent.say("Well.", "queue"),
        {"type": "InjectAgentMessage", "message": "Well.", "behavior": "queue"},
    ),
    (
        lambda agent: agent.speak_freely("interrupt"),
        {"type": "InjectAgentMessage", "is_dynamic": True, "behavior": "interrupt"},
    ),
    (lambda agent: agent.end_turn(), {"type": "ForceEndTurn"}),
    (lambda agent: agent.keep_alive(), {"type": "KeepAlive"}),
    (
        lambda agent: agent.hand_through({"a": [1]}),
        {"type": "__customToThinkProvider", "content": {"a": [1]}},
    ),
    (lambda agent: agent.update(prompt="Be brief."), {"type": "UpdatePrompt", "prompt": "Be brief."}),
    (
        lambda agent: agent.update(speak={"provider": LUNA}),
        {"type": "UpdateSpeak", "speak": {"provider": LUNA}},
    ),
    (
        lambda agent: agent.update(
            think_live={"provider": {"type": "deepgram", "presence_check_max_count": 2}}
        ),
        {
            "type": "UpdateThink_Live",
            "think_live": {"provider": {"type": "deepgram", "presence_check_max_count": 2}},
        },
    ),
]


@pytest.mark.parametrize(("ask", "message"), ASKED, ids=[str(message) for _, message in ASKED])
async def test_each_call_of_an_app_is_one_message(ask, message, autojump_clock):
    """Each method sends one message of the protocol."""
    service = FakeService()
    async with held(service) as agent:
        ask(agent)
        await trio.sleep(0.01)
        assert service.socket.of(message["type"]) == [message]


async def test_all_that_is_added_to_a_prompt_is_bounded(autojump_clock):
    """The next session is told it in one message, which a service refuses if it is too long."""
    service = FakeService()
    async with held(service) as agent:
        agent.update(prompt="x" * 50_000)
        agent.update(prompt="y" * 50_000)
        with pytest.raises(
            WrongValue, match="the prompt is longer than 100,000 characters with what was added"
        ):
            agent.update(prompt="z")
        await trio.sleep(0.01)
        service.socket.loses()
        await until(agent, SessionReady)
    assert len(service.settings[1]["agent"]["think"]["prompt"]) == len("You are Ann.") + 100_002


async def test_a_change_of_think_live_is_kept(autojump_clock):
    """After a lost session, the next one begins with the changed `think_live`."""
    service = FakeService()
    live = {"provider": {"type": "deepgram", "frustration_max_count": 3}}
    async with held(service) as agent:
        agent.update(think_live=live)
        await trio.sleep(0.01)
        service.socket.says("ThinkLiveUpdated")
        changed = await until(agent, SettingsChanged)
        assert (changed.part, changed.outcome) == ("think_live", "applied")
        service.socket.loses()
        await until(agent, SessionReady)
    assert service.settings[1]["agent"]["think_live"] == live


async def test_other_formats_in_than_out(autojump_clock):
    """The settings hold both, tags and switches beside them; silence and lengths are of their formats."""
    service = FakeService()
    terms = SessionTerms(
        SoundTerms("mulaw", 8_000),
        SoundTerms("linear16", 16_000, "wav"),
        tags=("one", "two"),
        history=False,
        experimental=True,
        mip_opt_out=True,
    )
    async with held(service, terms=terms) as agent:
        await trio.sleep(0.05)
        assert service.socket.fed[0][1] == 800  # a tenth of a second of mu-law
        agent.hear(b"\xff\xff\xff")
        service.socket.says("ConversationText", role="assistant", content="Hm.")
        service.socket.sounds(bytes(44 + 2 * 16_000))
        service.socket.says("AgentAudioDone")
        assert (await until(agent, ReplySent)).duration_s == 1.0
    settings = service.settings[0]
    assert settings["audio"] == {
        "input": {"encoding": "mulaw", "sample_rate": 8_000},
        "output": {"encoding": "linear16", "sample_rate": 16_000, "container": "wav"},
    }
    assert settings["tags"] == ["one", "two"]
    assert settings["flags"] == {"history": False}
    assert (settings["experimental"], settings["mip_opt_out"]) == (True, True)


async def test_compressed_sound(autojump_clock):
    """Compressed sound passes unchanged both ways, and a KeepAlive stands in for silence."""
    service = FakeService()
    terms = SessionTerms(SoundTerms("opus", 48_000), SoundTerms("mp3", 22_050, bit_rate=32_000))
    async with held(service, terms=terms) as agent:
        await trio.sleep(9)
        assert service.socket.fed == []
        assert len(service.socket.of("KeepAlive")) == 1
        agent.hear(b"odd")
        await trio.sleep(0.01)
        assert service.socket.fed[0][1] == 3
        service.socket.sounds(b"ID3")
        assert (await until(agent, Sound)).pcm == b"ID3"
        service.socket.says("AgentAudioDone")
        assert math.isclose((await until(agent, ReplySent)).duration_s, 3 * 8 / 32_000)
    assert service.settings[0]["audio"]["output"] == {
        "encoding": "mp3",
        "sample_rate": 22_050,
        "bitrate": 32_000,
    }


async def test_an_agent_that_is_kept_at_the_service(autojump_clock):
    """Its id stands in the place of its settings."""
    service = FakeService()
    with trio.fail_after(60):
        async with open_agent("4b3a", connect=service) as agent:
            await until(agent, SessionReady)
    assert service.settings[0]["agent"] == "4b3a"


def price(fruit: str) -> dict:
    """What a fruit costs.

    Args:
        fruit: the fruit's name
    """
    return {"fruit": fruit, "cents": 30}


async def test_a_conversation_from_before_is_known_to_every_session(autojump_clock):
    """A lost connection does not make the agent forget the conversation that it was opened with."""
    before = [{"type": "History", "role": "user", "content": "My name is Kim."}]
    service = FakeService()
    async with open_agent({**AGENT, "context": {"messages": before}}, connect=service) as agent:
        await until(agent, SessionReady)
        service.socket.tells({"type": "ConversationText", "role": "assistant", "content": "Hello, Kim."})
        await until(agent, SentenceSaid)
        service.socket.loses()
        await until(agent, SessionReady)
    remembered = service.settings[1]["agent"]["context"]["messages"]
    assert remembered == [*before, {"type": "History", "role": "assistant", "content": "Hello, Kim."}]


async def test_what_is_asked_before_a_session_is_ready_waits_for_it(autojump_clock):
    """A question right after the opening, or while the agent is dialled again, is asked and not lost."""
    service = FakeService()
    async with open_agent(AGENT, connect=service) as agent:
        agent.ask("Hello?")
        agent.say("One moment.", "queue")
        await until(agent, SessionReady)
        await trio.sleep(1)
        kinds = [message["type"] for _, message in service.socket.told]
        assert kinds == ["Settings", "InjectUserMessage", "InjectAgentMessage"]
        service.socket.loses()
        await until(agent, SessionLost)
        agent.ask("Are you there?")
        await until(agent, SessionReady)
        await trio.sleep(1)
    (asked,) = service.socket.of("InjectUserMessage")
    assert asked["content"] == "Are you there?"
    known = service.settings[1]["agent"]["context"]["messages"]
    assert [item["content"] for item in known] == ["Hello?"]  # what waits is asked, not also remembered


async def test_calls_that_wait_for_a_session_are_bounded(autojump_clock):
    """An agent whose service is away takes so many questions, and then says that it is full."""
    service = FakeService([DialFailed("away")] * 9)
    async with open_agent(AGENT, connect=service) as agent:
        for _ in range(128):
            agent.ask("Hello?")
        with pytest.raises(MailboxFull, match="128 calls wait"):
            agent.ask("Hello?")


async def test_a_result_that_comes_after_a_reconnect_is_told(autojump_clock):
    """The next session was told that the call still runs, and that its result would come: so it does."""
    service, arguments = FakeService(), {"id": "c", "name": "clock", "arguments": "{}", "client_side": True}
    async with held(service) as agent:
        service.socket.tells({"type": "FunctionCallRequest", "functions": [arguments]})
        request = await until(agent, ToolRequested)
        service.socket.loses()
        await until(agent, SessionReady)
        service.socket.tells({"type": "ConversationText", "role": "assistant", "content": "I am back."})
        await until(agent, SentenceSaid)
        agent.answer(request, "noon")
        await trio.sleep(1)
        assert service.socket.of("InjectUserMessage") == []  # it would interrupt the agent
        service.socket.tells({"type": "AgentAudioDone"})
        await until(agent, ReplySent)
        await trio.sleep(1)
    (told,) = service.socket.of("InjectUserMessage")
    assert told["content"] == "Your tool call clock has finished: noon"
    assert service.socket.of("FunctionCallResponse") == []


async def test_a_reply_that_a_lost_connection_cuts_is_over(autojump_clock):
    """The agent spoke as its connection was lost: the next session is told a result without waiting."""
    service, arguments = FakeService(), {"id": "c", "name": "clock", "arguments": "{}", "client_side": True}
    async with held(service) as agent:
        service.socket.tells({"type": "FunctionCallRequest", "functions": [arguments]})
        request = await until(agent, ToolRequested)
        service.socket.tells({"type": "ConversationText", "role": "assistant", "content": "One moment."})
        await until(agent, SentenceSaid)
        service.socket.loses()
        await until(agent, ReplyWithdrawn)
        await until(agent, SessionReady)
        agent.answer(request, "noon")
        await trio.sleep(1)
    (told,) = service.socket.of("InjectUserMessage")
    assert told["content"] == "Your tool call clock has finished: noon"


async def test_results_that_wait_are_told_one_after_the_other(autojump_clock):
    """Two results came after a reconnect: the agent answers the first before it is told the second."""
    service = FakeService()
    calls = [{"id": each, "name": each, "arguments": "{}", "client_side": True} for each in ("one", "two")]
    async with held(service) as agent:
        service.socket.tells({"type": "FunctionCallRequest", "functions": calls})
        requests = [await until(agent, ToolRequested) for _ in calls]
        service.socket.loses()
        await until(agent, SessionReady)
        for request in requests:
            agent.answer(request, "done")
        await trio.sleep(1)
        assert [each["content"] for each in service.socket.of("InjectUserMessage")] == [
            "Your tool call one has finished: done"
        ]
        service.socket.tells({"type": "ConversationText", "role": "assistant", "content": "One is done."})
        await until(agent, SentenceSaid)
        await trio.sleep(1)
        assert len(service.socket.of("InjectUserMessage")) == 1
        service.socket.tells({"type": "AgentAudioDone"})
        await until(agent, ReplySent)
        await trio.sleep(1)
    assert service.socket.of("InjectUserMessage")[1]["content"] == "Your tool call two has finished: done"


async def test_functions_are_told_and_answered(autojump_clock):
    """The model knows them by signature and docstring; what they return is the answer, and an event."""
    service = FakeService()
    async with held(service, functions={"price": price}) as agent:
        call = {"id": "c1", "name": "price", "arguments": '{"fruit": "pear"}', "client_side": True}
        service.socket.says("FunctionCallRequest", functions=[call])
        finished = await until(agent, ToolFinished)
        await trio.sleep(0.01)
    (told,) = service.settings[0]["agent"]["think"]["functions"]
    assert (told["name"], told["description"]) == ("price", "What a fruit costs.")
    assert told["parameters"]["properties"] == {
        "fruit": {"type": "string", "description": "the fruit's name"}
    }
    assert (finished.outcome, json.loads(finished.content)) == ("succeeded", {"fruit": "pear", "cents": 30})
    (answer,) = service.socket.of("FunctionCallResponse")
    assert (answer["id"], answer["name"], answer["content"]) == ("c1", "price", finished.content)


async def test_a_function_that_fails_is_an_answer(autojump_clock):
    """Its failure is told in words, and the agent goes on."""

    def price() -> None:
        raise ValueError("the till is closed")

    service = FakeService()
    async with held(service, functions={"price": price}) as agent:
        call = {"id": "c1", "name": "price", "arguments": "", "client_side": True}
        service.socket.says("FunctionCallRequest", functions=[call])
        assert (await until(agent, ToolFinished)).outcome == "failed"
        await trio.sleep(0.01)
        assert service.socket.of("FunctionCallResponse")[0]["content"] == "the tool raised ValueError"


async def test_a_cancelled_call_is_not_answered(autojump_clock):
    """The function is cancelled, and no answer goes out."""

    async def price() -> str:
        await trio.sleep_forever()

    service = FakeService()
    async with held(service, functions={"price": price}) as agent:
        call = {"id": "c1", "name": "price", "arguments": "", "client_side": True}
        service.socket.says("FunctionCallRequest", functions=[call])
        await until(agent, ToolRequested)
        service.socket.says("FunctionCallCancelled", functions=[{"id": "c1", "name": "price"}])
        await until(agent, ToolCallCancelled)
        assert (await until(agent, ToolFinished)).outcome == "cancelled"
        await trio.sleep(0.01)
        assert service.socket.of("FunctionCallResponse") == []


async def test_functions_that_are_not_registered_are_the_apps(autojump_clock):
    """They are asked for, and answered by whoever holds the agent."""
    service = FakeService()
    async with held(service, functions={"price": price}) as agent:
        call = {"id": "c1", "name": "other", "arguments": "", "client_side": True}
        service.socket.says("FunctionCallRequest", functions=[call])
        agent.answer(await until(agent, ToolRequested), "8")
        await trio.sleep(0.01)
        assert [each["content"] for each in service.socket.of("FunctionCallResponse")] == ["8"]


# --- its end --------------------------------------------------------------------------------------------


async def test_closed_early_its_events_end(autojump_clock):
    """What has come can be taken, then the iteration ends, and nothing can be asked any more."""
    service = FakeService()
    async with held(service) as agent:
        agent.close()
        agent.close()
        assert agent.is_over
        assert [event async for event in agent if not isinstance(event, SessionReady)] == []
        with pytest.raises(AlreadyOver):
            await agent.next_event()
        for ask, _ in ASKED:
            with pytest.raises(AlreadyOver):
                ask(agent)
        assert service.open == 0
        assert repr(agent) == "<LoneAgent: over>"


async def test_behind_its_block_it_is_over(autojump_clock):
    """Leaving the block ends the session, and later calls say so."""
    async with held(FakeService()) as agent:
        assert repr(agent) == "<LoneAgent: <Agent agent: ready, session 1>>"
    with pytest.raises(AlreadyOver):
        agent.ask("Hi?")


async def test_a_refusal_says_all_that_is_known(autojump_clock):
    """Status, code and request id of the service, and the refusal itself as the cause."""
    refused = ProviderRefused("no such key", status=401, code="INVALID_AUTH", request_id="r1")
    with trio.fail_after(60):
        async with open_agent(AGENT, connect=FakeService([refused])) as agent:
            with pytest.raises(ProviderRefused, match="no such key") as caught:
                await until(agent, SessionReady)
            assert agent.is_over
    assert (caught.value.status, caught.value.code, caught.value.request_id) == (401, "INVALID_AUTH", "r1")
    assert caught.value.__cause__ is refused


async def test_retries_that_are_used_up_say_why(autojump_clock):
    """The last failure is the cause, with its status."""
    service = FakeService([DialFailed("busy", status=503, request_id="r2") for _ in range(100)])
    with trio.fail_after(100_000):
        async with open_agent(AGENT, connect=service) as agent:
            with pytest.raises(GaveUp) as caught:
                await until(agent, SessionReady)
    assert (caught.value.status, caught.value.request_id) == (503, "r2")
    assert isinstance(caught.value.__cause__, DialFailed)


async def test_settings_that_are_refused_name_the_session(autojump_clock):
    """The error for refused settings has the service's code and its name of the session."""
    service = FakeService()
    service.answers = [
        {"type": "Welcome", "request_id": "r3"},
        {"type": "Error", "code": "INVALID_SETTINGS", "description": "model not available"},
    ]
    with trio.fail_after(60):
        async with open_agent(AGENT, connect=service) as agent:
            with pytest.raises(ProviderRefused) as caught:
                await until(agent, SessionReady)
    assert (caught.value.code, caught.value.request_id) == ("INVALID_SETTINGS", "r3")


async def test_a_key_in_a_complaint_is_hidden(autojump_clock, monkeypatch):
    """A service may repeat what it was sent: its words are in the app's events, errors and logs."""
    monkeypatch.setenv("DEEPGRAM_API_KEY", "sesame-123")
    service = FakeService()
    service.answers = [
        {"type": "Warning", "code": "OLD_KEY", "description": "sesame-123 ends soon"},
        {"type": "Error", "code": "INVALID_AUTH", "description": "sesame-123 is unknown"},
    ]
    with trio.fail_after(60):
        async with open_agent(AGENT, connect=service) as agent:
            warned = await until(agent, ServiceWarned)
            with pytest.raises(ProviderRefused) as caught:
                await until(agent, SessionReady)
    assert warned.text == "*** ends soon"
    assert "sesame" not in "".join(traceback.format_exception(caught.value))


async def test_a_key_in_what_names_a_session_is_hidden(autojump_clock, monkeypatch):
    """Its id, a message's type, a reason: they are in the app's events, its errors and its logs, too."""
    monkeypatch.setenv("DEEPGRAM_API_KEY", "sesame-123")
    service, seen = FakeService(), []
    service.answers = [
        {"type": "Welcome", "request_id": "sesame-123"},
        {"type": "SettingsApplied"},
        {"type": "sesame-123", "deep": [{"sesame-123": "sesame-123"}]},
        {"type": "InjectionRefused", "message": "sesame-123"},
        {"type": "Error", "code": "INVALID_SETTINGS", "description": "no such model"},
    ]
    with trio.fail_after(60):
        async with open_agent(AGENT, connect=service) as agent:
            with pytest.raises(ProviderRefused) as caught:
                await take_all(agent, seen)
    assert caught.value.request_id == "***"
    assert {SessionReady, UnknownMessage, ServiceWarned, InjectionRefused} <= set(map(type, seen))
    assert "sesame" not in str([asdict(event) for event in seen])


async def test_a_lost_session_is_named_by_its_request(autojump_clock):
    """The error has the service's request id, even where the connection just broke."""
    service = FakeService()
    service.answers = [{"type": "Welcome", "request_id": "r4"}]

    with trio.fail_after(100_000):
        async with open_agent(AGENT, connect=service) as agent:
            with pytest.raises((GaveUp, ProviderRefused)) as caught:
                await until(agent, SessionReady)
    assert caught.value.request_id == "r4"
    assert isinstance(caught.value.__cause__, ConnectionLost)


# --- what is asked wrongly ------------------------------------------------------------------------------

WRONG = [
    (TypeError, {"agent": 3}),
    (TypeError, {"agent": None}),
    (TypeError, {"agent": {1: {}}}),
    (ValueError, {"agent": " "}),
    (ValueError, {"agent": {**AGENT, "greeting": "x" * 500_000}}),
    (LocalProtocolError, {"agent": {"greeting": object()}}),
    (LocalProtocolError, {"agent": {"thonk": 1}}),
    (
        LocalProtocolError,
        {"agent": {"think": {"provider": {"type": "open_ai", "model": "m"}, "promt": "Hi."}}},
    ),
    (KeyError, {"via": "elsewhere"}),
    (TypeError, {"sample_rate": "fast"}),
    (ValueError, {"sample_rate": 7}),
    (TypeError, {"terms": {"tags": []}}),
    (TypeError, {"terms": SessionTerms(tags="one")}),
    (TypeError, {"terms": SessionTerms(tags=(1,))}),
    (TypeError, {"terms": SessionTerms(history=1)}),
    (TypeError, {"terms": SessionTerms(hears="mulaw")}),
    (ValueError, {"terms": SessionTerms(hears=SoundTerms(sample_rate=-1))}),
    (TypeError, {"functions": [price]}),
    (TypeError, {"functions": {"price": 3}}),
]


@pytest.mark.parametrize(("kind", "options"), WRONG, ids=[", ".join(options) for _, options in WRONG])
async def test_wrong_arguments_are_refused_at_the_call(kind, options, autojump_clock):
    """A wrong argument is an error in the call itself, before anything is dialled."""
    service = FakeService()
    with pytest.raises(kind):
        async with open_agent(**{"agent": AGENT, "connect": service, **options}):
            pass
    assert service.dialled == []


WRONG_CALLS = [
    (TypeError, lambda agent: agent.hear("sound")),
    (ValueError, lambda agent: agent.hear(b"odd")),
    (TypeError, lambda agent: agent.ask(None)),
    (ValueError, lambda agent: agent.ask(" ")),
    (ValueError, lambda agent: agent.say("Well.", "later")),
    (ValueError, lambda agent: agent.speak_freely("later")),
    (TypeError, lambda agent: agent.answer("c1", "8")),
    (LocalProtocolError, lambda agent: agent.hand_through(object())),
    (LocalProtocolError, lambda agent: agent.update(think_live={"provider": 3})),
    (
        LocalProtocolError,
        lambda agent: agent.update(speak={"provider": {"type": "deepgram", "model": "m"}, "loud": 1}),
    ),
]


@pytest.mark.parametrize(("kind", "ask"), WRONG_CALLS)
async def test_wrong_questions_are_refused_at_the_call(kind, ask, autojump_clock):
    """Nothing is sent, and the agent goes on."""
    service = FakeService()
    async with held(service) as agent:
        before = [message for _, message in service.socket.told]
        with pytest.raises(kind):
            ask(agent)
        await trio.sleep(0.01)
        assert [message for _, message in service.socket.told] == before
        agent.ask("Hi?")
        await trio.sleep(0.01)
        assert service.socket.of("InjectUserMessage")


async def _answers():
    """Dial as somebody does who has forgotten the block."""


@pytest.mark.parametrize("connect", [lambda: None, _answers], ids=["nothing", "a coroutine"])
async def test_a_dial_that_gives_no_block_is_refused_by_name(connect):
    """A `connect` that gives no block is refused by name, and leaves nothing unawaited."""
    with pytest.raises(WrongType, match="connect must give an async context manager, not a "):
        async with open_agent(AGENT, connect=connect):
            await trio.sleep_forever()
