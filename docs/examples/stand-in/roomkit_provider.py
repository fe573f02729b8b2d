"""The weather assistant on roomkit's provider of speech to speech: `python roomkit_provider.py question.wav`.

roomkit needs Python 3.12. Only `base_url` has the service's address.
"""

import asyncio
import os
import sys
import wave

from roomkit.providers.deepgram import DeepgramAgentConfig, DeepgramAgentProvider
from roomkit.voice.base import VoiceSession

CONFIG = DeepgramAgentConfig(
    api_key=os.environ.get("DEEPGRAM_API_KEY", "none"),
    base_url=os.environ.get("VOICE_AGENT_URL", "wss://agent.deepgram.com/v1/agent/converse"),
    greeting="Hello, I am your weather assistant. I know the weather everywhere. Where are you?",
)
WEATHER = {
    "type": "function",
    "name": "get_weather",
    "description": "Get the weather in a city.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string", "description": "Name of the city"}},
        "required": ["city"],
    },
}


class Conversation:
    """One conversation, with its messages."""

    def __init__(self):
        self.provider = DeepgramAgentProvider(CONFIG)
        self.session = VoiceSession("session", "room", "user", "voice")
        self.came = set()
        self.has_ended = asyncio.Event()
        self.provider.on_audio(self.heard)
        self.provider.on_transcription(self.told)
        self.provider.on_speech_start(lambda session: self.came.add("speech_start"))
        self.provider.on_tool_call(self.called)
        self.provider.on_response_end(self.ended)
        self.provider.on_error(lambda session, code, text: print(f"error: {code}: {text}"))

    def heard(self, session, audio):
        """Take sound of the agent."""
        self.came.add("audio")

    def told(self, session, text, role, is_final):
        """Take words of either side: the agent's come sentence by sentence, and once more as a whole."""
        if is_final:
            print(f"{role}: {text}")

    async def called(self, session, call_id, name, arguments):
        """Take a function call of the agent; it says something while the function takes its time."""
        print(f"called: {name}({arguments})")
        self.came.add("tool_call")
        await self.provider.inject_text(session, "One moment, please.", role="assistant")
        await self.provider.submit_tool_result(session, call_id, '{"sky": "sunny", "degrees": 21}')

    async def ended(self, session):
        """Note that the agent has said all of a reply."""
        self.has_ended.set()

    async def reply(self):
        """Wait for the end of a reply."""
        await self.has_ended.wait()
        self.has_ended.clear()

    async def stream(self, path):
        """Send a recording like a microphone: 20 ms at a time, and silence after it."""
        with wave.open(path, "rb") as file:
            size = file.getframerate() // 50
            while frames := file.readframes(size):
                await self.provider.send_audio(self.session, frames)
                await asyncio.sleep(0.02)
            for _ in range(60):
                await self.provider.send_audio(self.session, bytes(2 * size))
                await asyncio.sleep(0.02)

    async def hold(self, path):
        """Interrupt the greeting aloud, write, change prompt and voice, and write again."""
        await self.provider.connect(
            self.session,
            system_prompt="You tell the weather. Be brief.",
            tools=[WEATHER],
            input_sample_rate=24_000,
        )
        asking = asyncio.create_task(self.stream(path))
        while "tool_call" not in self.came:
            await self.reply()
        await asking
        await self.provider.inject_text(self.session, "Be cheerful.", role="system", silent=True)
        await self.provider.inject_text(self.session, "Thank you.")
        await self.reply()
        await self.provider.reconfigure(
            self.session, system_prompt="You tell jokes.", tools=[], voice="aura-2-orion-en"
        )
        await self.provider.inject_text(self.session, "Tell me one.")
        await self.reply()
        await self.provider.disconnect(self.session)


if __name__ == "__main__":
    conversation = Conversation()
    asyncio.run(asyncio.wait_for(conversation.hold(sys.argv[1]), 60))
    wanted = {"audio", "speech_start", "tool_call"}
    assert wanted <= conversation.came, f"missing: {wanted - conversation.came}"
