"""The weather assistant on the official async Python SDK, generation 7: `python sdk7_async.py question.wav`.

Only the environment object has the service's address.
"""

import asyncio
import os
import sys
import wave

from deepgram import AsyncDeepgramClient
from deepgram.agent.v1.types import (
    AgentV1AgentAudioDone,
    AgentV1ConversationText,
    AgentV1Error,
    AgentV1FunctionCallRequest,
    AgentV1InjectAgentMessage,
    AgentV1InjectUserMessage,
    AgentV1PromptUpdated,
    AgentV1SendFunctionCallResponse,
    AgentV1Settings,
    AgentV1UpdatePrompt,
    AgentV1UserStartedSpeaking,
    AgentV1Welcome,
)
from deepgram.environment import DeepgramClientEnvironment

HOST = os.environ.get("VOICE_AGENT_HOST")
WHERE = DeepgramClientEnvironment.PRODUCTION
if HOST:
    http, ws = f"http://{HOST}", f"ws://{HOST}"
    WHERE = DeepgramClientEnvironment(base=http, production=ws, agent=ws, agent_rest=http)

SETTINGS = AgentV1Settings.model_validate(
    {
        "type": "Settings",
        "audio": {
            "input": {"encoding": "linear16", "sample_rate": 24000},
            "output": {"encoding": "linear16", "sample_rate": 24000, "container": "none"},
        },
        "agent": {
            "listen": {"provider": {"type": "deepgram", "version": "v1", "model": "nova-3"}},
            "think": {
                "provider": {"type": "open_ai", "model": "gpt-4o-mini"},
                "prompt": "You tell the weather. Be brief.",
                "functions": [
                    {
                        "name": "get_weather",
                        "description": "Get the weather in a city.",
                        "parameters": {
                            "type": "object",
                            "properties": {"city": {"type": "string", "description": "Name of the city"}},
                            "required": ["city"],
                        },
                    }
                ],
            },
            "speak": {"provider": {"type": "deepgram", "model": "aura-2-thalia-en"}},
            "greeting": "Hello, I am your weather assistant. I know the weather everywhere. Where are you?",
        },
    }
)


async def stream(agent, path):
    """Send a recording like a microphone: 20 ms at a time, and silence after it."""
    with wave.open(path, "rb") as file:
        size = file.getframerate() // 50
        while frames := file.readframes(size):
            await agent.send_media(frames)
            await asyncio.sleep(0.02)
        for _ in range(60):
            await agent.send_media(bytes(2 * size))
            await asyncio.sleep(0.02)


async def converse(path):
    """Hold one conversation; returns the kinds of messages that came."""
    came = []
    asking = None
    client = AsyncDeepgramClient(api_key=os.environ.get("DEEPGRAM_API_KEY", "none"), environment=WHERE)
    async with client.agent.v1.connect() as agent:
        while True:
            message = await agent.recv()
            came.append(type(message))
            match message:
                case bytes():
                    if asking is None:  # the user does not wait for the end of the greeting
                        asking = asyncio.create_task(stream(agent, path))
                case AgentV1Welcome():
                    await agent.send_settings(SETTINGS)
                case AgentV1ConversationText(role=role, content=content):
                    print(f"{role}: {content}")
                case AgentV1FunctionCallRequest(functions=calls):
                    await agent.send_inject_agent_message(
                        AgentV1InjectAgentMessage(type="InjectAgentMessage", message="One moment, please.")
                    )
                    for call in calls:
                        print(f"called: {call.name}({call.arguments})")
                        await agent.send_function_call_response(
                            AgentV1SendFunctionCallResponse(
                                type="FunctionCallResponse",
                                id=call.id,
                                name=call.name,
                                content='{"sky": "sunny", "degrees": 21}',
                            )
                        )
                case AgentV1PromptUpdated():
                    await agent.send_inject_user_message(
                        AgentV1InjectUserMessage(type="InjectUserMessage", content="Thank you.")
                    )
                case AgentV1AgentAudioDone():
                    if AgentV1PromptUpdated in came:
                        break
                    await agent.send_update_prompt(
                        AgentV1UpdatePrompt(type="UpdatePrompt", prompt="Be cheerful.")
                    )
                case AgentV1Error():
                    raise SystemExit(f"the service says {message}")
        await asking
    return came


if __name__ == "__main__":
    seen = set(asyncio.run(asyncio.wait_for(converse(sys.argv[1]), 60)))
    wanted = {bytes, AgentV1UserStartedSpeaking, AgentV1FunctionCallRequest, AgentV1PromptUpdated}
    assert wanted <= seen, f"missing: {wanted - seen}"
