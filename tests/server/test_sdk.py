"""The official SDK, sync and async, holds whole conversations with the server over loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
import trio
from attrs import evolve
from deepgram import AsyncDeepgramClient, DeepgramClient
from deepgram.agent.v1.types import (
    AgentV1AgentAudioDone,
    AgentV1ConversationText,
    AgentV1FunctionCallRequest,
    AgentV1InjectAgentMessage,
    AgentV1InjectUserMessage,
    AgentV1PromptUpdated,
    AgentV1SendFunctionCallResponse,
    AgentV1Settings,
    AgentV1SettingsAgent,
    AgentV1SettingsApplied,
    AgentV1SettingsAudio,
    AgentV1SettingsAudioInput,
    AgentV1SpeakUpdated,
    AgentV1UpdatePrompt,
    AgentV1UserStartedSpeaking,
    AgentV1Welcome,
)
from deepgram.environment import DeepgramClientEnvironment
from deepgram.types.think_settings_v1 import ThinkSettingsV1
from deepgram.types.think_settings_v1functions_item import ThinkSettingsV1FunctionsItem
from deepgram.types.think_settings_v1provider import ThinkSettingsV1Provider_OpenAi
from fakes import fake_equipment, silence, speech

from trialogue.compute import InThreads
from trialogue.server.equipment import Equipment
from trialogue.server.listener import Server, open_server

PRICE = {"tool": "price_list", "arguments": {"item": "edge"}}
SCRIPT = [
    {"when": {"heard": "price"}, "call": PRICE, "say": "It is ${result.usd} dollars."},
    {"when": {"heard": "long"}, "say": " ".join(["This sentence goes on."] * 30)},
    {"say": "Nice to meet you."},
]
AUDIO = {"encoding": "linear16", "sample_rate": 16000}
SETTINGS: dict[str, Any] = {
    "type": "Settings",
    "audio": {"input": AUDIO, "output": {**AUDIO, "container": "none"}},
    "agent": {
        "listen": {"provider": {"type": "deepgram", "version": "v2", "model": "flux-general-en"}},
        "think": {
            "provider": {"type": "scripted", "script": SCRIPT},
            "prompt": "Be brief.",
            "functions": [{"name": "price_list", "parameters": {"type": "object"}}],
        },
        "speak": {"provider": {"type": "deepgram", "model": "aura-2-thalia-en"}},
        "greeting": "Hello!",
    },
}


@asynccontextmanager
async def serving(equipment: Equipment) -> AsyncIterator[Server]:
    """A server on loopback while the block runs."""
    async with trio.open_nursery() as nursery:
        server: Server = await nursery.start(open_server, equipment)
        with trio.fail_after(30):
            await trio.lowlevel.checkpoint()
            yield server
        nursery.cancel_scope.cancel()


def environment(server: Server) -> DeepgramClientEnvironment:
    """Where the SDK finds it."""
    http, ws = f"http://127.0.0.1:{server.port}", f"ws://127.0.0.1:{server.port}"
    return DeepgramClientEnvironment(base=http, production=ws, agent=ws, agent_rest=http)


def live(texts: tuple[str, ...] = ()) -> Equipment:
    """Fakes, but in threads, as in life."""
    return evolve(fake_equipment(texts=texts), compute=InThreads())


class Client:
    """What one conversation has received."""

    def __init__(self) -> None:
        self.seen: list[Any] = []

    def texts(self, role: str) -> list[str]:
        return [m.content for m in self.seen if isinstance(m, AgentV1ConversationText) and m.role == role]

    def audio(self) -> int:
        return sum(len(m) for m in self.seen if isinstance(m, bytes))


def sync_conversation(server: Server) -> Client:
    """Everything a client can do, with the sync SDK."""
    client = Client()
    with DeepgramClient(api_key="x", environment=environment(server)).agent.v1.connect() as socket:

        def until(kind: type, accept: Callable[[Any], bool] = lambda _: True) -> Any:
            while True:
                client.seen.append(socket.recv())
                if isinstance(client.seen[-1], kind) and accept(client.seen[-1]):
                    return client.seen[-1]

        until(AgentV1Welcome)
        socket.send_raw(SETTINGS)
        until(AgentV1SettingsApplied)
        until(AgentV1AgentAudioDone)
        assert client.audio() == 2 * 800 * len("Hello!")
        socket.send_inject_user_message(AgentV1InjectUserMessage(type="InjectUserMessage", content="Hi"))
        until(AgentV1AgentAudioDone)
        socket.send_update_prompt(AgentV1UpdatePrompt(type="UpdatePrompt", prompt="And polite."))
        until(AgentV1PromptUpdated)
        socket.send_raw(
            {"type": "UpdateSpeak", "speak": {"provider": {"type": "deepgram", "model": "aura-2-luna-en"}}}
        )
        until(AgentV1SpeakUpdated)
        socket.send_keep_alive()
        socket.send_media(speech(0.5) + silence(1.0))
        call = until(AgentV1FunctionCallRequest).functions[0]
        socket.send_function_call_response(
            AgentV1SendFunctionCallResponse(
                type="FunctionCallResponse", id=call.id, name=call.name, content='{"usd": 3}'
            )
        )
        until(AgentV1AgentAudioDone)
        socket.send_inject_user_message(
            AgentV1InjectUserMessage(type="InjectUserMessage", content="a long one")
        )
        until(bytes)
        socket.send_media(speech(0.5))
        until(AgentV1UserStartedSpeaking)
        socket.send_inject_agent_message(
            AgentV1InjectAgentMessage(type="InjectAgentMessage", message="Goodbye.", behavior="interrupt")
        )
        until(AgentV1ConversationText, lambda m: m.content == "Goodbye.")
        until(AgentV1AgentAudioDone)
    return client


@pytest.mark.real
async def test_sync_sdk_holds_a_conversation() -> None:
    """The sync SDK greets, injects, calls a function, updates, barges in and closes."""
    async with serving(live(texts=("what is the price",))) as server:
        client = await trio.to_thread.run_sync(sync_conversation, server, abandon_on_cancel=True)
    said = client.texts("assistant")
    assert said[:3] == ["Hello!", "Nice to meet you.", "It is 3 dollars."]
    assert said[-1] == "Goodbye."
    assert 1 <= said.count("This sentence goes on.") < 30
    assert client.texts("user") == ["Hi", "what is the price", "a long one"]


def typed_settings() -> AgentV1Settings:
    """As an app writes them for the service: typed, with a managed provider and a function."""
    think = ThinkSettingsV1(
        provider=ThinkSettingsV1Provider_OpenAi(type="open_ai", model="gpt-4o-mini", temperature=0.7),
        prompt="You are a helpful assistant. Keep your responses brief.",
        functions=[
            ThinkSettingsV1FunctionsItem(
                name="get_weather",
                description="Get the weather of a city",
                parameters={
                    "type": "object",
                    "properties": {"city": {"type": "string"}},
                    "required": ["city"],
                },
            )
        ],
    )
    sound = AgentV1SettingsAudioInput(encoding="linear16", sample_rate=24000)
    return AgentV1Settings(
        audio=AgentV1SettingsAudio(input=sound), agent=AgentV1SettingsAgent(think=think, greeting="Hello!")
    )


def typed_conversation(server: Server) -> Client:
    """A conversation of typed messages alone, with a call in two steps and an update of the prompt."""
    client = Client()
    with DeepgramClient(api_key="x", environment=environment(server)).agent.v1.connect() as socket:

        def until(kind: type) -> Any:
            while True:
                client.seen.append(socket.recv())
                if isinstance(client.seen[-1], kind):
                    return client.seen[-1]

        def ask(words: str) -> None:
            socket.send_inject_user_message(AgentV1InjectUserMessage(type="InjectUserMessage", content=words))

        socket.send_settings(typed_settings())
        until(AgentV1AgentAudioDone)
        ask("What is the weather in Rome?")
        call = until(AgentV1FunctionCallRequest).functions[0]
        assert (call.name, call.arguments) == ("get_weather", '{"city": "Rome"}')
        socket.send_function_call_response(
            AgentV1SendFunctionCallResponse(
                type="FunctionCallResponse", id=call.id, name=call.name, content='{"sky": "clear"}'
            )
        )
        until(AgentV1AgentAudioDone)
        socket.send_update_prompt(AgentV1UpdatePrompt(type="UpdatePrompt", prompt="Speak of bees."))
        until(AgentV1PromptUpdated)
        ask("Good morning.")
        until(AgentV1AgentAudioDone)
    return client


@pytest.mark.real
async def test_an_apps_typed_settings_suffice() -> None:
    """The SDK's typed settings are enough for a call, its result and an updated prompt."""
    async with serving(live()) as server:
        client = await trio.to_thread.run_sync(typed_conversation, server, abandon_on_cancel=True)
    assert client.texts("assistant") == [
        "Hello!",
        "The result of get weather: sky clear.",
        "You said: Good morning.",
        "My instructions say: Speak of bees.",
    ]


async def async_conversation(server: Server) -> Client:
    """A shorter one with the async SDK."""
    client = Client()
    sdk = AsyncDeepgramClient(api_key="x", environment=environment(server))
    async with sdk.agent.v1.connect() as socket:

        async def until(kind: type) -> Any:
            while True:
                client.seen.append(await socket.recv())
                if isinstance(client.seen[-1], kind):
                    return client.seen[-1]

        await socket.send_raw(SETTINGS)
        await until(AgentV1Welcome)
        await until(AgentV1AgentAudioDone)
        await socket.send_media(speech(0.5) + silence(1.0))
        call = (await until(AgentV1FunctionCallRequest)).functions[0]
        await socket.send_function_call_response(
            AgentV1SendFunctionCallResponse(
                type="FunctionCallResponse", id=call.id, name=call.name, content='{"usd": 3}'
            )
        )
        await until(AgentV1AgentAudioDone)
    return client


@pytest.mark.real
async def test_async_sdk_holds_a_conversation() -> None:
    """The async SDK sends Settings without waiting for Welcome, and converses."""
    async with serving(live(texts=("what is the price",))) as server:
        client = await trio.to_thread.run_sync(
            partial(asyncio.run, async_conversation(server)), abandon_on_cancel=True
        )
    assert client.texts("assistant") == ["Hello!", "It is 3 dollars."]
