"""A weather assistant on plain `websockets`: `python plain_websockets.py question.wav`.

Only VOICE_AGENT_URL has the service's address; nothing else depends on whether it is the real one.
"""

import asyncio
import json
import os
import sys
import wave

import websockets

URL = os.environ.get("VOICE_AGENT_URL", "wss://agent.deepgram.com/v1/agent/converse")
KEY = os.environ.get("DEEPGRAM_API_KEY", "none")

SETTINGS = {
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


async def stream(socket, path):
    """Send a recording like a microphone: 20 ms at a time, and silence after it."""
    with wave.open(path, "rb") as file:
        size = file.getframerate() // 50
        while frames := file.readframes(size):
            await socket.send(frames)
            await asyncio.sleep(0.02)
        for _ in range(60):
            await socket.send(bytes(2 * size))
            await asyncio.sleep(0.02)


async def converse(path):
    """Hold one conversation; returns the kinds of messages that came."""
    came, sound = [], 0
    asking = None
    async with websockets.connect(URL, additional_headers={"Authorization": f"Token {KEY}"}) as socket:
        async for raw in socket:
            if isinstance(raw, bytes):
                sound += len(raw)
                if asking is None:  # the user does not wait for the end of the greeting
                    asking = asyncio.create_task(stream(socket, path))
                continue
            message = json.loads(raw)
            kind = message["type"]
            came.append(kind)
            if kind == "Welcome":
                await socket.send(json.dumps(SETTINGS))
            elif kind == "ConversationText":
                print(f"{message['role']}: {message['content']}")
            elif kind == "FunctionCallRequest":
                filler = {"type": "InjectAgentMessage", "message": "One moment, please."}
                await socket.send(json.dumps(filler))
                for call in message["functions"]:
                    print(f"called: {call['name']}({call['arguments']})")
                    answer = {"type": "FunctionCallResponse", "id": call["id"], "name": call["name"]}
                    await socket.send(json.dumps({**answer, "content": '{"sky": "sunny", "degrees": 21}'}))
            elif kind == "PromptUpdated":
                await socket.send(json.dumps({"type": "InjectUserMessage", "content": "Thank you."}))
            elif kind == "AgentAudioDone":
                if "PromptUpdated" in came:
                    break
                await socket.send(json.dumps({"type": "UpdatePrompt", "prompt": "Be cheerful."}))
            elif kind == "Error":
                raise SystemExit(f"the service says {message}")
        await asking
    assert sound, "nothing was heard"
    return came


if __name__ == "__main__":
    seen = asyncio.run(asyncio.wait_for(converse(sys.argv[1]), 60))
    wanted = {"UserStartedSpeaking", "FunctionCallRequest", "PromptUpdated", "AgentAudioDone"}
    assert wanted <= set(seen), f"missing: {wanted - set(seen)}"
