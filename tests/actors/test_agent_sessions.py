"""One participant's sessions in a row, at a service that does what the test says."""

from itertools import pairwise

import pytest
import trio
from fake_service import BLOCK, FakeService, held, of, settled

from trialogue.actors import agent_session
from trialogue.errors import DialFailed, ProviderRefused, SetupError
from trialogue.model.commands import AnswerTool, Cue, Replace, RollOver, Speak, Update
from trialogue.model.events import (
    InjectionRefused,
    LineTaken,
    ReplyFailed,
    ReplySent,
    ReplyStarted,
    SentenceSaid,
    ServiceWarned,
    SessionEnding,
    SessionFailed,
    SessionLost,
    SessionReady,
    SessionRolledOver,
    SettingsChanged,
    ToolRequested,
)
from trialogue.model.memory import ContextCall, ContextMessage, ScriptStand

SCRIPT = {"think": {"provider": {"type": "scripted", "script": [{"say": "One."}, {"say": "Two."}]}}}


def refused_twice():
    return [DialFailed("no", stage="handshake"), DialFailed("no", stage="handshake")]


async def test_a_lost_session_comes_back_and_remembers(autojump_clock):
    """An agent's next session knows what was heard and said, and does not greet again."""
    service = FakeService()
    memory = [
        ContextMessage("user", "Bob: Hello."),
        ContextMessage("assistant", "Good"),
        ContextCall("c1", "price", "{}", "8"),
    ]
    async with held(service, context=lambda: memory) as (agent, events):
        assert service.settings[0]["agent"]["greeting"] == "Hello."
        service.socket.loses()
        await trio.sleep(1)
        assert repr(agent) == "<Agent ann: ready, session 2>"
        assert [type(event) for event in events] == [SessionReady, SessionLost, SessionReady]
    restored = service.settings[1]["agent"]
    assert "greeting" not in restored
    assert restored["context"]["messages"] == [
        {"type": "History", "role": "user", "content": "Bob: Hello."},
        {"type": "History", "role": "assistant", "content": "Good"},
        {
            "type": "History",
            "function_calls": [
                {"id": "c1", "name": "price", "client_side": True, "arguments": "{}", "response": "8"}
            ],
        },
    ]


async def test_the_old_socket_is_closed_before_the_next_is_dialled(autojump_clock):
    """An agent never has two connections: the old one is closed before the next is dialled."""
    service = FakeService(closes_in_s=2.0)
    async with held(service):
        for _ in range(4):
            service.socket.loses()
            await trio.sleep(30)
    assert len(service.dialled) == 5
    assert service.most_open == 1


async def test_orders_for_a_session_that_is_over_are_recorded_and_dropped(autojump_clock):
    """A cue, words or an answer for a lost session do not reach the next one, and a warning names each."""
    service = FakeService()
    async with held(service) as (agent, events):
        service.socket.says(
            "FunctionCallRequest",
            functions=[{"id": "c1", "name": "price", "arguments": "{}", "client_side": True}],
        )
        await settled()
        assert of(events, ToolRequested)[0].session == 1
        service.socket.loses()
        await settled()
        agent.orders.post(Cue("ann", 3, "Your turn."))
        agent.orders.post(Speak("ann", 3, "One word."))
        await trio.sleep(1)
        agent.orders.post(AnswerTool("ann", 1, "c1", "price", "8"))
        await settled()
        assert [message["type"] for _, message in service.sockets[1].told] == ["Settings"]
        assert [event.text for event in of(events, ServiceWarned)] == [
            "Cue for a session that is over",
            "Speak for a session that is over",
            "AnswerTool for a session that is over",
        ]


async def test_a_roll_over_is_no_failure(autojump_clock):
    """A session that the brain ends is followed at once by the next, with its context."""
    service = FakeService()
    async with held(service, context=lambda: [ContextMessage("user", "Hi.")]) as (agent, events):
        agent.orders.post(RollOver("ann", 7))
        await settled()
        assert len(service.dialled) == 1
        agent.orders.post(RollOver("ann", 1))
        await settled()
        assert events[1:] == [SessionRolledOver("ann", 1), SessionReady("ann", 2, "r")]
        assert "context" in service.settings[1]["agent"]


@pytest.mark.parametrize("how", ["by our own clock", "by the service's warning"])
async def test_the_end_of_a_sessions_life_is_announced_once(how, autojump_clock, monkeypatch):
    """A session's end is announced once: at its age of 1 h 50, or earlier when the service says so."""
    assert agent_session.ALLOWED_S == 6600
    monkeypatch.setattr(agent_session, "ALLOWED_S", 60.0)
    service = FakeService()
    async with held(service) as (_, events):
        if how == "by the service's warning":
            service.socket.says("Warning", code="MAXIMUM_SESSION_LENGTH_APPROACHING", description="Soon.")
            await settled()
            assert of(events, SessionEnding) == [SessionEnding("ann", 1)]
        await trio.sleep(59)
        assert len(of(events, SessionEnding)) == (how == "by the service's warning")
        await trio.sleep(2)
        assert of(events, SessionEnding) == [SessionEnding("ann", 1)]


async def test_a_session_that_was_ended_at_its_age_is_not_waited_for(autojump_clock):
    """A session that its service ends for its age is dialled again at once, and counts as no failure."""
    service = FakeService()
    async with held(service) as (_, events):
        for _ in range(10):
            await trio.sleep(20)
            service.socket.says("Error", code="MAXIMUM_SESSION_LENGTH_REACHED", description="Two hours.")
            await settled()
        assert [lost.retry_in_s for lost in of(events, SessionLost)] == [0.0] * 10
        assert len(of(events, SessionReady)) == 11


@pytest.mark.parametrize(
    ("code", "is_fatal"),
    [
        ("INVALID_SETTINGS", True),
        ("FAILED_TO_SPEAK", True),
        ("NEWER_THAN_WE", True),
        ("INTERNAL_SERVER_ERROR", False),
    ],
)
async def test_an_error_before_the_settings_hold(code, is_fatal, autojump_clock):
    """An error in the settings ends the participant with their place; one of the server is tried again."""
    service = FakeService()
    service.answers = [
        {"type": "Welcome", "request_id": "r"},
        {"type": "Error", "code": code, "description": "x"},
    ]
    async with held(service) as (_, events):
        await trio.sleep(120)
        (failed,) = of(events, SessionFailed)
        assert failed.refused is is_fatal
        assert len(service.dialled) == (1 if is_fatal else 7)
        assert code in failed.reason
        assert failed.reason.count(" (") == 1  # the hint
        assert ("cast.ann, small.yaml:8:3" in failed.reason) is is_fatal


async def test_an_error_tolerated_once_is_fatal_the_second_time(autojump_clock):
    """An agent fails when its peer twice does not answer like a voice agent."""
    service = FakeService(failures=refused_twice())
    async with held(service) as (_, events):
        await trio.sleep(60)
        assert len(service.dialled) == 2
        assert (
            of(events, SessionFailed)[0].reason == "no (The server is not a voice agent: check the address.)"
        )


async def test_a_key_that_vanished_is_a_refusal_not_a_crash(autojump_clock):
    """An agent whose key is missing fails with the variable's name and its place in the scenario."""
    async with held(FakeService(failures=[SetupError("set DEEPGRAM_API_KEY")])) as (_, events):
        assert of(events, SessionFailed) == [
            SessionFailed("ann", "set DEEPGRAM_API_KEY [cast.ann, small.yaml:8:3]", refused=True)
        ]


async def test_replies_that_fail_are_told_and_escalate(autojump_clock):
    """Three failed replies in a row end a session, and six fail the agent, with the reason told once."""
    service = FakeService()
    async with held(service) as (agent, events):
        for session in (1, 2):
            for turn in (1, 2, 3):
                agent.orders.post(Cue("ann", turn, "Your turn."))
                await trio.sleep(20)
                service.socket.says("Error", code="FAILED_TO_THINK", description="No.")
                await settled()
            assert len(of(events, ReplyFailed)) == 3 * session
            await trio.sleep(1)
        assert [event.turn for event in of(events, ReplyFailed)] == [1, 2, 3, 1, 2, 3]
        assert len(of(events, SessionLost)) == 1
        (failed,) = of(events, SessionFailed)
        assert failed.reason.count("No model answered") == 1


async def test_a_reply_in_between_makes_failures_forgiven(autojump_clock):
    """A model that answers now and then is not given up for its failures."""
    service = FakeService()
    async with held(service) as (_, events):
        for _ in range(12):
            service.socket.says("Error", code="FAILED_TO_THINK", description="No.")
            service.socket.says("ConversationText", role="assistant", content="Well.")
            service.socket.sounds(bytes(2000))
            service.socket.says("AgentAudioDone")
            await trio.sleep(1)
        assert len(of(events, ReplyFailed)) == 12
        assert of(events, SessionLost) == []


async def test_a_failure_behind_the_first_words_ends_the_reply(autojump_clock):
    """A reply that fails after its first sound is complete with what had arrived."""
    service = FakeService()
    async with held(service) as (_, events):
        service.socket.sounds(bytes(2000))
        service.socket.says("Error", code="FAILED_TO_THINK", description="No.")
        await settled()
        assert [type(event) for event in events[1:]] == [ReplyStarted, ServiceWarned, ReplySent, ReplyFailed]


async def test_a_script_goes_on_behind_the_lines_that_were_heard(autojump_clock):
    """A scripted agent's next session is told which lines were heard, and what was asked last."""
    service, given = FakeService(), []
    async with held(
        service, block=SCRIPT, lines=lambda: ScriptStand(tuple(given), "A question." if given else "")
    ):
        given.append(0)
        service.socket.loses()
        await trio.sleep(1)
        providers = [settings["agent"]["think"]["provider"] for settings in service.settings]
        assert [provider.get("given") for provider in providers] == [None, [0]]
        assert [provider.get("recalled") for provider in providers] == [None, "A question."]
        assert [provider["tells_entries"] for provider in providers] == [True, True]


@pytest.mark.parametrize(("block", "lines"), [(SCRIPT, None), (BLOCK, lambda: ScriptStand((1,)))])
async def test_nobody_else_hears_of_lines(block, lines, autojump_clock):
    """The keys about scripted lines go to no model, and to no script without an account of lines."""
    service = FakeService()
    async with held(service, block=block, lines=lines):
        provider = service.settings[0]["agent"]["think"]["provider"]
        assert provider == block["think"]["provider"]


async def test_a_reply_and_its_failure_name_their_prompt(autojump_clock):
    """The reply behind the echo answers the prompt; one that was on its way before it does not."""
    service = FakeService()
    async with held(service) as (agent, events):
        agent.orders.post(Cue("ann", 3, "Your turn.", 6))
        await settled()
        for message in (
            {"type": "ConversationText", "role": "assistant", "content": "I have heard that."},
            {"type": "AgentAudioDone"},
            {"type": "ConversationText", "role": "user", "content": "Your turn."},
            {"type": "ConversationText", "role": "assistant", "content": "I think so."},
            {"type": "Error", "code": "FAILED_TO_THINK", "description": "No."},
        ):
            service.socket.tells(message)
        await settled()
        assert of(events, ReplyStarted) == [ReplyStarted("ann", 1), ReplyStarted("ann", 2, prompt=6)]
        assert of(events, ReplyFailed) == [ReplyFailed("ann", 3, "FAILED_TO_THINK", prompt=6)]


async def test_a_greeting_before_the_settings_hold_is_played(autojump_clock):
    """A greeting that a service speaks before it confirms the settings is played."""
    service = FakeService()
    service.answers.clear()
    async with held(service) as (_, events):
        service.socket.says("Welcome", request_id="r")
        service.socket.says("ConversationText", role="assistant", content="Hello.")
        service.socket.sounds(b"\1\0" * 500)
        service.socket.says("AgentAudioDone")
        await settled()
        assert of(events, SessionReady) == of(events, ReplyStarted) == []
        service.socket.says("SettingsApplied")
        await settled()
        assert [type(event) for event in events[-4:]] == [
            SessionReady,
            ReplyStarted,
            SentenceSaid,
            ReplySent,
        ]
        assert of(events, ReplySent) == [ReplySent("ann", 1, 0.5)]


async def test_a_scripts_entry_is_told_with_its_reply(autojump_clock):
    """A scripted reply is recorded with the entry of the script that it uses."""
    service = FakeService()
    async with held(service) as (_, events):
        service.socket.says("__scriptEntryTaken", entry=4)
        service.socket.says("ConversationText", role="assistant", content="Hello.")
        await settled()
        assert of(events, LineTaken) == [LineTaken("ann", 1, 4)]


async def test_a_backchannel_is_told_as_one(autojump_clock):
    """A short remark that the service marks as a backchannel is not taken for an answer."""
    service = FakeService()
    async with held(service) as (_, events):
        service.socket.says(
            "ConversationText", role="assistant", content="Mm.", conversational_behavior="backchannel"
        )
        await settled()
        assert of(events, ReplyStarted) == [ReplyStarted("ann", 1, is_backchannel=True)]


async def test_a_fallback_takes_the_seat(autojump_clock):
    """A fallback's service is dialled when the brain orders it, and its refusal is reported."""
    service, fallback = FakeService(failures=[ProviderRefused("no credit", status=402)]), FakeService()
    async with held(service, fallback=fallback, context=lambda: [ContextMessage("user", "Hi.")]) as (
        agent,
        events,
    ):
        assert of(events, SessionFailed)[0].refused
        assert fallback.dialled == []
        agent.orders.post(Replace("ann"))
        await settled()
        assert of(events, SessionReady) == [SessionReady("ann", 2, "r")]
        fallback.failures = [ProviderRefused("no")]
        fallback.socket.loses()
        await trio.sleep(1)
        assert len(of(events, SessionFailed)) == 2
    assert len(service.dialled) == 1


# --- changes of settings --------------------------------------------------------------------------------


async def test_changes_are_told_one_at_a_time(autojump_clock):
    """A change of settings waits for the confirmation of the one before it, but not without a bound."""
    service = FakeService()
    service.confirms = False
    async with held(service) as (agent, events):
        agent.orders.post(Update("ann", "prompt", "Be brief."))
        agent.orders.post(
            Update("ann", "speak", '{"provider": {"type": "deepgram", "model": "aura-2-luna-en"}}')
        )
        agent.orders.post(Update("ann", "prompt", "Be kind."))
        await trio.sleep(18)
        assert [message["type"] for _, message in service.socket.told] == ["Settings", "UpdatePrompt"]
        service.socket.says("SpeakUpdated")
        service.socket.says("PromptUpdated")
        await settled()
        assert service.socket.of("UpdateSpeak")
        assert of(events, SettingsChanged) == [SettingsChanged("ann", 1, "prompt", "applied")]
        await trio.sleep(26)
        assert [m["prompt"] for m in service.socket.of("UpdatePrompt")] == ["Be brief.", "Be kind."]
        assert of(events, SettingsChanged)[1:] == [SettingsChanged("ann", 1, "speak", "unconfirmed")]


async def test_a_change_of_think_is_told_whole(autojump_clock):
    """A change of an agent's model keeps its prompt and its functions."""
    service = FakeService()
    async with held(service) as (agent, _):
        agent.orders.post(Update("ann", "prompt", "Be brief."))
        agent.orders.post(Update("ann", "think", '{"provider": {"type": "anthropic", "model": "claude"}}'))
        await settled()
        (message,) = service.socket.of("UpdateThink")
        assert message["think"] == {
            "provider": {"type": "anthropic", "model": "claude"},
            "prompt": "You are Ann.\nBe brief.",
            "functions": [{"name": "price", "parameters": {"type": "object"}}],
        }


async def test_changes_are_part_of_later_sessions(autojump_clock):
    """Changes of settings hold in the next session, though they were unconfirmed or came without one."""
    service = FakeService()
    service.confirms = False
    listen = '{"provider": {"type": "deepgram", "version": "v1", "model": "nova-3", "keyterms": ["edge"]}}'
    async with held(service) as (agent, events):
        agent.orders.post(Update("ann", "prompt", "Be brief."))
        await settled()
        service.socket.loses()
        await settled()
        agent.orders.post(
            Update("ann", "speak", '{"provider": {"type": "deepgram", "model": "aura-2-luna-en"}}')
        )
        agent.orders.post(Update("ann", "listen", listen))
        await trio.sleep(1)
        assert len(service.sockets) == 2
        assert [m["type"] for _, m in service.socket.told] == ["Settings"]
        assert [(e.session, e.part, e.outcome) for e in of(events, SettingsChanged)] == [
            (2, "prompt", "applied"),
            (2, "speak", "applied"),
            (2, "listen", "applied"),
        ]
    agent_told = service.settings[1]["agent"]
    assert agent_told["think"]["prompt"] == "You are Ann.\nBe brief."
    assert agent_told["speak"]["provider"]["model"] == "aura-2-luna-en"
    assert agent_told["listen"]["provider"]["keyterms"] == ["edge"]


async def test_a_change_behind_the_settings_is_told_when_they_hold(autojump_clock):
    """A change that comes between the settings and their confirmation is not lost."""
    service = FakeService()
    service.answers = [{"type": "Welcome", "request_id": "r"}]
    async with held(service) as (agent, events):
        agent.orders.post(Update("ann", "prompt", "Be brief."))
        await settled()
        service.socket.says("SettingsApplied")
        await settled()
        assert [m["type"] for _, m in service.socket.told] == ["Settings", "UpdatePrompt"]
        assert of(events, SettingsChanged) == [SettingsChanged("ann", 1, "prompt", "applied")]


async def test_a_change_that_the_service_refuses_is_undone(autojump_clock):
    """A change that ends its session is undone in the next one, and the agent stays."""
    service = FakeService()
    service.confirms = False
    async with held(service) as (agent, events):
        agent.orders.post(Update("ann", "think", '{"provider": {"type": "open_ai", "model": "none"}}'))
        await settled()
        service.socket.says("Error", code="INVALID_SETTINGS", description="model not available")
        await trio.sleep(1)
        assert of(events, SettingsChanged) == [SettingsChanged("ann", 1, "think", "refused")]
        assert of(events, SessionFailed) == []
        assert service.settings[1]["agent"]["think"] == service.settings[0]["agent"]["think"]


# --- prompts, and silence -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "refusal",
    [
        {"type": "InjectionRefused", "message": "agent is speaking"},
        {
            "type": "Warning",
            "code": "INJECT_AGENT_MESSAGE_DURING_AGENT_SPEECH",
            "description": "agent is speaking",
        },
        {
            "type": "Warning",
            "code": "INJECT_AGENT_MESSAGE_DURING_USER_SPEECH",
            "description": "agent is speaking",
        },
    ],
)
async def test_a_refusal_in_either_form_is_one_event(refusal, autojump_clock):
    """A refusal, as a message or a warning, is one event with the turn and the number of its prompt."""
    service = FakeService()
    async with held(service) as (agent, events):
        agent.orders.post(Speak("ann", 5, "One word.", prompt=9))
        await settled()
        service.socket.tells(refusal)
        service.socket.says("AgentAudioDone")
        await settled()
        assert events[1:] == [InjectionRefused("ann", 5, "agent is speaking", prompt=9)]
        agent.orders.post(Speak("ann", 5, "One word."))
        await settled()
        assert [m["message"] for m in service.socket.of("InjectAgentMessage")] == ["One word.", "One word."]


async def test_the_late_end_of_a_cut_reply_is_no_answer(autojump_clock):
    """The end of a reply that a cue cut off is not taken for an empty answer to the cue."""
    service = FakeService()
    async with held(service) as (agent, events):
        service.socket.sounds(bytes(2000))
        await settled()
        agent.orders.post(Cue("ann", 2, "Your turn."))
        await settled()
        service.socket.says("UserStartedSpeaking")
        service.socket.says("AgentAudioDone")
        await settled()
        assert of(events, ReplySent) == []
        service.socket.says("ConversationText", role="user", content="Your turn.")
        service.socket.says("AgentAudioDone")
        await settled()
        assert of(events, ReplySent) == [ReplySent("ann", 2, 0.0)]


async def test_an_ear_that_nobody_feeds_is_fed_silence(autojump_clock):
    """An ear gets silence in real time from the first moment, while nobody else feeds it."""
    service = FakeService()
    async with held(service) as (agent, _):
        await trio.sleep(10)
        fed = service.socket.fed
        assert fed[0] == (service.dialled[0], 3200)
        assert len(fed) == pytest.approx(100, abs=2)
        for _ in range(500):
            agent.hear(bytes(640))
            await trio.sleep(0.02)
        assert sum(size == 3200 for _, size in fed) == pytest.approx(100, abs=3)
        await trio.sleep(3)
        assert sum(size == 3200 for _, size in fed) == pytest.approx(120, abs=4)
        assert max(later - at for (at, _), (later, _) in pairwise(fed)) <= 1.0


async def test_a_flood_of_unknown_messages_is_counted(autojump_clock):
    """A service that floods with unknown messages leaves a few records and a count of the rest."""
    service = FakeService()
    async with held(service) as (_, events):
        for _ in range(3):
            for number in range(300):
                service.socket.says("Gossip" + "x" * 10_000, number=number)
            await trio.sleep(1)
        service.socket.loses()
        await trio.sleep(1)
    warned = [event for event in events if isinstance(event, ServiceWarned)]
    assert len(warned) == 101
    assert max(len(event.text) for event in warned) <= 256
    assert warned[-1].text.startswith("800 more warnings")


@pytest.mark.parametrize("flood", ["words", "hearing", "calls"])
async def test_a_flood_of_facts_costs_the_session_and_nothing_else(flood, autojump_clock):
    """A service that sends more messages than a conversation has loses its session; the agent comes back."""
    service = FakeService()

    def tells(number):
        if flood == "calls":
            call = {"id": f"c{number}", "name": "price", "arguments": "{}", "client_side": True}
            service.socket.says("FunctionCallRequest", functions=[call])
            service.socket.says("FunctionCallCancelled", functions=[{"id": f"c{number}", "name": "price"}])
        else:
            role = {"words": "assistant", "hearing": "user"}[flood]
            service.socket.says("ConversationText", role=role, content=f"Word {number}.")

    async with held(service) as (_, events):
        for number in range(200):
            tells(number)
        await trio.sleep(1)
        assert of(events, SessionLost) == []
        for number in range(200, 600):
            tells(number)
        await trio.sleep(30)
        assert len(of(events, SessionReady)) == 2
    assert [event.reason for event in of(events, SessionLost)] == [
        "the service sent 500 facts of the conversation in ten seconds"
    ]


@pytest.mark.parametrize("role", ["assistant", "user"])
async def test_words_by_the_megabyte_cost_the_session_and_nothing_else(role, autojump_clock):
    """A service that sends megabytes of words loses its session, and the agent comes back."""
    service = FakeService()
    async with held(service) as (_, events):
        service.socket.says("ConversationText", role=role, content="word " * 20_000)
        await trio.sleep(1)
        assert of(events, SessionLost) == []
        for _ in range(20):
            service.socket.says("ConversationText", role=role, content="word " * 180_000)
        await trio.sleep(30)
        assert len(of(events, SessionReady)) == 2
    assert [event.reason for event in of(events, SessionLost)] == [
        "the service sent 250000 characters of the conversation in ten seconds"
    ]
    assert sum(len(event.text) for event in of(events, SentenceSaid)) <= 100_000


async def test_a_slow_stream_of_facts_is_no_flood(autojump_clock):
    """Two thousand messages within a hundred seconds end no session."""
    service = FakeService()
    async with held(service) as (_, events):
        for number in range(2_000):
            service.socket.says("ConversationText", role="user", content=f"Word {number}.")
            await trio.sleep(0.05)
    assert of(events, SessionLost) == []


async def test_more_calls_than_anybody_answers_cost_the_session(autojump_clock):
    """A service that opens more tool calls than anybody answers loses its session."""
    service = FakeService()
    call = {"name": "price", "arguments": "{}", "client_side": True}
    async with held(service) as (_, events):
        for number in range(201):
            service.socket.says("FunctionCallRequest", functions=[{"id": f"c{number}", **call}])
        await trio.sleep(30)
    assert len(of(events, ToolRequested)) == 200
    assert [event.reason for event in of(events, SessionLost)] == [
        "the service has more than 200 calls open at once"
    ]


async def test_a_call_with_an_endless_id_is_no_call(autojump_clock):
    """A tool call with an id or a name beyond the bound is not taken as a call."""
    service = FakeService()
    async with held(service) as (_, events):
        for call_id, name in (("i" * 100_000, "price"), ("c1", "p" * 100_000)):
            function = {"id": call_id, "name": name, "arguments": "{}", "client_side": True}
            service.socket.says("FunctionCallRequest", functions=[function])
        await trio.sleep(1)
    assert [event for event in events if isinstance(event, ToolRequested)] == []
    assert [event.code for event in events if isinstance(event, ServiceWarned)] == ["malformed-message"] * 2
    assert max(len(repr(event)) for event in events) < 1_000
