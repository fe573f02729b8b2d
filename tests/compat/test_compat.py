"""The surface of the vendor's SDK: what it asks of the wire, and what it says of what cannot be asked."""

import asyncio
import inspect
import os
import signal
import sys
import threading
from contextlib import asynccontextmanager

import pytest
import trio
from fake_service import FakeService

import trialogue.compat as sdk
from trialogue.agent.events import UnknownMessage
from trialogue.compat.talk import NotChangeable, Talk
from trialogue.compat.wire import asked_for, think_of
from trialogue.handles import make
from trialogue.model.events import ServiceWarned, ToolRequested
from trialogue.services.deepgram.agent import settings_on

THINK = sdk.Think(provider=sdk.Provider(type="open_ai"), instructions="Be brief.")
SETTINGS = sdk.SettingsOptions(agent=sdk.Agent(think=THINK))


def connected(service):
    """A connection at a service that the test plays."""
    return make(sdk.AgentWebSocketClient, service)


# --- the wire ---------------------------------------------------------------------------------------------


def test_every_option_becomes_the_wires_word():
    """What is asked for is a message that the wire knows."""
    header = sdk.Header(name="x-key", value="k")
    function = sdk.Function(
        name="price",
        description="What it costs.",
        parameters=sdk.Parameters(properties=sdk.Properties(fruit={"type": "string"}), required=["fruit"]),
        url="https://shop.example/price",
        method="post",
        headers=[header],
    )
    options = sdk.SettingsOptions(
        agent=sdk.Agent(
            think=sdk.Think(provider=sdk.Provider(type="open_ai", temperature=0.5), functions=[function]),
            greeting="Hello.",
        ),
        listen=sdk.Listen(model="flux-general-en", keyterms=["trialogue"]),
        speak=sdk.Speak(),
        audio=sdk.Audio(
            input=sdk.Input(encoding="mulaw", sample_rate=8_000), output=sdk.Output(sample_rate=16_000)
        ),
        tags=["one"],
    )
    asked = asked_for(options)
    assert asked.agent["listen"] == {
        "provider": {
            "type": "deepgram",
            "model": "flux-general-en",
            "keyterms": ["trialogue"],
            "version": "v2",
        }
    }
    assert asked.agent["think"]["provider"] == {"type": "open_ai", "model": "gpt-4", "temperature": 0.5}
    assert asked.agent["think"]["functions"] == [
        {
            "name": "price",
            "description": "What it costs.",
            "parameters": {
                "type": "object",
                "properties": {"fruit": {"type": "string"}},
                "required": ["fruit"],
            },
            "endpoint": {
                "url": "https://shop.example/price",
                "method": "post",
                "headers": {"x-key": "k"},
            },
        }
    ]
    settings = settings_on(asked.agent, asked.terms)
    assert settings.audio.input.encoding == "mulaw"
    assert settings.audio.output.sample_rate == 16_000
    assert settings.tags == ("one",)


def test_flux_models_are_named_by_their_version():
    """A Flux voice and a Flux recognizer are asked for as the service knows them."""
    speak, listen = sdk.Speak(model="flux-kit-en"), sdk.Listen(model="flux-general-en")
    agent = asked_for(sdk.SettingsOptions(agent=sdk.Agent(speak=speak, listen=listen))).agent
    assert {part: agent[part]["provider"]["version"] for part in ("listen", "speak")} == dict.fromkeys(
        ("listen", "speak"), "v2"
    )


def test_an_unknown_keyword_is_named():
    """An unknown keyword is refused with the known ones; open classes take any."""
    with pytest.raises(TypeError, match="Speak has no option 'voice'; it has bitrate"):
        sdk.Speak(voice="thalia")
    assert sdk.Item(any="thing").to_dict() == {"any": "thing"}
    assert (
        think_of(sdk.Think(provider={"type": "google", "model": "gemini"}))["provider"]["model"] == "gemini"
    )


def test_no_prompt_and_no_key_in_a_repr():
    """Options can be logged without showing a prompt or a key."""
    assert "brief" not in repr(SETTINGS)
    assert "secret" not in repr(sdk.DeepgramClient(api_key="secret"))


@pytest.mark.parametrize("key", ["", " ", "two words", "schlüssel"])
def test_a_key_that_is_none(key, monkeypatch):
    """A missing key raises the error that programs for the SDK expect."""
    monkeypatch.delenv("DEEPGRAM_API_KEY", raising=False)
    with pytest.raises(sdk.DeepgramApiError):
        sdk.DeepgramClient(api_key=key)


# --- in mid-session -------------------------------------------------------------------------------------


def test_settings_in_mid_session_are_changes():
    """Settings in the middle of a session change what differs, and keep the rest."""
    talk = Talk(asked_for(SETTINGS))
    assert talk.changed(SETTINGS) == {}
    other = sdk.Think(provider=sdk.Provider(type="open_ai"), instructions="Be long.")
    changes = talk.changed(sdk.SettingsOptions(agent=sdk.Agent(think=other)))
    assert set(changes) == {"think"}
    talk.note(changes)
    assert talk.changed(sdk.SettingsOptions(think=other)) == {}


FIXED = [
    (sdk.SettingsOptions(agent=sdk.Agent(greeting="Hi.")), "agent.greeting"),
    (sdk.SettingsOptions(listen=sdk.Listen(encoding="mulaw")), "the agent hears"),
    (sdk.SettingsOptions(speak=sdk.Speak(sample_rate=8_000)), "the agent sends"),
    (sdk.SettingsOptions(tags=["other"]), "tags"),
    (sdk.SettingsOptions(mip_opt_out=True), "mip_opt_out"),
]


@pytest.mark.parametrize(("settings", "name"), FIXED)
def test_settings_that_cannot_change_are_named(settings, name):
    """The error names the setting, and no message is sent."""
    found = Talk(asked_for(SETTINGS)).changed(settings)
    assert isinstance(found, NotChangeable)
    assert name in str(found)


def test_a_session_says_false_for_it():
    """The handlers of Error are told, and the session goes on."""
    service, told = FakeService(), []
    client = connected(service)
    client.on(sdk.AgentWebSocketEvents.Error, lambda _, error: told.append(str(error)))
    assert client.start(SETTINGS)
    assert not client.send_settings(FIXED[0][0])
    assert not client.update_speak_options(sdk.UpdateSpeakOptions(speak=sdk.Speak(encoding="mp3")))
    assert client.send_settings(SETTINGS)
    assert client.keep_alive()
    assert not client.start(SETTINGS)
    assert client.close()
    assert not client.close()
    assert not client.keep_alive()
    assert "cannot change agent.greeting" in told[0]
    assert [message["type"] for _, message in service.socket.told] == ["Settings", "KeepAlive"]


def test_an_unknown_message_is_told_once_and_whole():
    """The agent's own warning of it would be a second one."""
    talk, raw = Talk(asked_for(SETTINGS)), {"type": "BrandNew", "deep": [1]}
    events = [UnknownMessage("BrandNew", raw), ServiceWarned("agent", "unknown-message", "BrandNew")]
    told = [each for event in events for each in talk.told(event)]
    assert [(name, response.raw) for name, response in told] == [("Unhandled", raw)]


def test_a_response_without_an_id_answers_the_oldest_call_of_its_name():
    """Older programs, which give no id, still answer the right call."""
    talk = Talk(asked_for(SETTINGS))
    for call, tool in (("c1", "price"), ("c2", "price"), ("c3", "price"), ("c4", "clock")):
        list(talk.told(ToolRequested("agent", 1, call, tool, '{"a": 1}')))
    answered = [
        talk.answered(sdk.FunctionCallResponse(name="price", result="8", id=call))
        for call in ("c2", None, None)
    ]
    assert [request.call_id for request in answered] == ["c2", "c1", "c3"]
    assert talk.answered(sdk.FunctionCallResponse(name="price", result="8")) is None


def test_a_handler_that_fails_is_told_and_the_session_goes_on():
    """A failing handler is reported as an Error, and the session goes on."""
    service, told = FakeService(), []
    client = connected(service)

    def failing(_client, _event):
        raise ValueError("mine")

    client.on("Welcome", failing)
    client.on("Error", lambda _, error: told.append(error.code))
    client.on("Error", failing)
    assert client.start(SETTINGS)
    assert client.keep_alive()
    client.close()
    assert told == ["HANDLER_FAILED"]


class NeverThere:
    """Service that is dialled and never answers."""

    def __init__(self, dialled=None):
        self.dialled = threading.Event()
        self._then = dialled

    @asynccontextmanager
    async def __call__(self):
        self.dialled.set()
        if self._then is not None:
            self._then()
        await trio.sleep_forever()
        yield


def test_a_start_that_is_closed_meanwhile_has_failed():
    """A session that opens can be closed, from another thread: its service may never answer."""
    service, started, told = NeverThere(), [], []
    client = connected(service)
    client.on("Close", lambda _, event: told.append(event.type))
    starting = threading.Thread(target=lambda: started.append(client.start(SETTINGS)))
    starting.start()
    service.dialled.wait(20)
    assert client.close()
    starting.join(20)
    assert started == [False]
    assert told == ["Close"]
    assert not client.close()


@pytest.mark.skipif(sys.platform == "win32", reason="no signal to a thread there")
def test_ctrl_c_in_a_start_ends_its_session():
    """The fixture sees that no thread of it stays."""
    main = threading.main_thread().ident
    service = NeverThere(lambda: signal.pthread_kill(main, signal.SIGINT))
    client = connected(service)
    with pytest.raises(KeyboardInterrupt):
        client.start(SETTINGS)
    assert not client.close()


@pytest.mark.skipif(sys.platform == "win32", reason="processes do not fork there")
@pytest.mark.filterwarnings("ignore:.*fork")
def test_a_forked_process_has_no_session():
    """Every call is False there, `close` among them; the session goes on in its own process."""
    client = connected(FakeService())
    assert client.start(SETTINGS)
    child = os.fork()
    if not child:
        signal.alarm(10)
        os._exit(client.keep_alive() or client.send_audio(bytes(64)) or client.close())
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert client.keep_alive()
    assert client.close()


def test_wrong_options_are_refused_at_the_call():
    """A wrong option is an error in the call itself, which names what it takes."""
    client = connected(FakeService())
    for call in (client.start, client.update_prompt, client.inject_user_message, client.send_settings):
        with pytest.raises(TypeError, match="expected"):
            call({"text": "no"})
    with pytest.raises(sdk.DeepgramApiError, match="no handler is ever called for 'Opened'"):
        client.on("Opened", print)
    with pytest.raises(TypeError):
        client.on("Open", None)


# --- asyncio --------------------------------------------------------------------------------------------


def test_both_clients_have_the_same_calls():
    """The asynchronous client has each call of the other one, to be awaited."""
    kinds = (sdk.AgentWebSocketClient, sdk.AsyncAgentWebSocketClient)
    names, others = ({name for name in dir(kind) if not name.startswith("_")} for kind in kinds)
    assert names == others
    for name in names - {"on", "v", "is_connected"}:
        assert inspect.iscoroutinefunction(getattr(kinds[1], name))
        plain, awaited = (inspect.signature(getattr(kind, name)).parameters for kind in kinds)
        assert list(plain) == list(awaited)


def test_the_async_client_from_start_to_close():
    """Handlers may be plain or async; a close is told."""
    service, told = FakeService(), []

    async def on_welcome(_client, welcome):
        await asyncio.sleep(0)
        told.append(welcome.message)

    async def main():
        client = make(sdk.AsyncAgentWebSocketClient, service).v("1")
        client.on("Welcome", on_welcome)
        client.on("Close", lambda _client, event: told.append(event.type))
        assert await client.start(SETTINGS)
        assert client.is_connected
        assert await client.update_prompt(sdk.UpdatePromptOptions(prompt="Be kind."))
        assert await client.inject_user_message(sdk.InjectUserMessageOptions(text="Hello?"))
        assert await client.send_audio(bytes(640))
        assert await client.close()
        assert not client.is_connected

    asyncio.run(asyncio.wait_for(main(), 60))
    assert told == ["r", "Close"]
    assert service.socket.of("UpdatePrompt")


def test_a_start_that_is_cancelled_leaves_nothing():
    """A cancelled start leaves no open session."""
    service = FakeService()
    service.answers = []

    async def main():
        client = make(sdk.AsyncAgentWebSocketClient, service)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(client.start(SETTINGS), 0.2)
        await asyncio.wait([client._life])

    asyncio.run(asyncio.wait_for(main(), 60))
    assert service.open == 0


@pytest.mark.parametrize("is_dialled", [True, False])
def test_an_async_start_that_is_closed_meanwhile_has_failed(is_dialled):
    """An async start that another task closes has failed, whenever that happens."""
    service = NeverThere()

    async def main():
        client = make(sdk.AsyncAgentWebSocketClient, service)
        starting = asyncio.create_task(client.start(SETTINGS))
        await asyncio.sleep(0)
        if is_dialled:
            await asyncio.to_thread(service.dialled.wait, 20)
        assert await client.close()
        assert not await starting
        assert not await client.close()

    asyncio.run(asyncio.wait_for(main(), 60))
