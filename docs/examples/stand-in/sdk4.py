"""The weather assistant on the Python SDK of generation 4: `python sdk4.py question.wav`.

That generation dials one host and has no option for another, so its private `_websocket_url` is set.
"""

import json
import os
import sys
import threading
import time
import wave

from deepgram import (
    AgentWebSocketEvents,
    DeepgramClient,
    FunctionCallResponse,
    InjectAgentMessageOptions,
    SettingsOptions,
    UpdatePromptOptions,
)

URL = os.environ.get("VOICE_AGENT_URL")
FUNCTION = {
    "name": "get_weather",
    "description": "Get the weather in a city.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string", "description": "Name of the city"}},
        "required": ["city"],
    },
}


def settings():
    """Settings of the agent."""
    options = SettingsOptions()
    options.audio.input.encoding = "linear16"
    options.audio.input.sample_rate = 24000
    options.audio.output.encoding = "linear16"
    options.audio.output.sample_rate = 24000
    options.audio.output.container = "none"
    options.agent.listen.provider.type = "deepgram"
    options.agent.listen.provider.model = "nova-3"
    options.agent.think.provider.type = "open_ai"
    options.agent.think.provider.model = "gpt-4o-mini"
    options.agent.think.prompt = "You tell the weather. Be brief."
    options.agent.think.functions = [FUNCTION]
    options.agent.speak.provider.type = "deepgram"
    options.agent.speak.provider.model = "aura-2-thalia-en"
    options.agent.greeting = "Hello, I am your weather assistant. I know the weather everywhere."
    return options


def stream(agent, path):
    """Send a recording like a microphone: 20 ms at a time, and silence after it."""
    with wave.open(path, "rb") as file:
        size = file.getframerate() // 50
        while frames := file.readframes(size):
            agent.send(frames)
            time.sleep(0.02)
        for _ in range(60):
            agent.send(bytes(2 * size))
            time.sleep(0.02)


def converse(path):
    """Hold one conversation; returns the kinds of messages that came."""
    came, is_over = [], threading.Event()
    agent = DeepgramClient(os.environ.get("DEEPGRAM_API_KEY", "none")).agent.websocket.v("1")
    if URL:
        agent._websocket_url = URL
    asking = threading.Thread(target=stream, args=(agent, path))

    def on_sound(_, data, **kwargs):
        came.append("Sound")
        if (
            not asking.is_alive() and came.count("Sound") == 1
        ):  # the user does not wait for the greeting's end
            asking.start()

    def on_text(_, conversation_text, **kwargs):
        came.append("ConversationText")
        print(f"{conversation_text.role}: {conversation_text.content}")

    def on_user(_, user_started_speaking, **kwargs):
        came.append("UserStartedSpeaking")

    def on_call(_, function_call_request, **kwargs):
        came.append("FunctionCallRequest")
        agent.inject_agent_message(InjectAgentMessageOptions(message="One moment, please."))
        for call in function_call_request.functions:
            print(f"called: {call.name}({call.arguments})")
            answer = FunctionCallResponse(
                id=call.id, name=call.name, content='{"sky": "sunny", "degrees": 21}'
            )
            agent.send(answer.to_json())

    def on_done(_, agent_audio_done, **kwargs):
        came.append("AgentAudioDone")
        if "PromptUpdated" in came:
            is_over.set()
        else:
            agent.send(UpdatePromptOptions(prompt="Be cheerful.").to_json())

    def on_other(_, unhandled, **kwargs):
        """Take messages that are newer than this generation."""
        if json.loads(unhandled.raw)["type"] == "PromptUpdated":
            came.append("PromptUpdated")
            agent.send(json.dumps({"type": "InjectUserMessage", "content": "Thank you."}))

    def on_error(_, error, **kwargs):
        came.append(f"Error {error}")
        is_over.set()

    agent.on(AgentWebSocketEvents.AudioData, on_sound)
    agent.on(AgentWebSocketEvents.ConversationText, on_text)
    agent.on(AgentWebSocketEvents.UserStartedSpeaking, on_user)
    agent.on(AgentWebSocketEvents.FunctionCallRequest, on_call)
    agent.on(AgentWebSocketEvents.AgentAudioDone, on_done)
    agent.on(AgentWebSocketEvents.Unhandled, on_other)
    agent.on(AgentWebSocketEvents.Error, on_error)
    assert agent.start(settings()), "the service did not let us in"
    assert is_over.wait(60), f"the conversation did not end; what came: {came}"
    asking.join()
    agent.finish()
    return came


if __name__ == "__main__":
    seen = set(converse(sys.argv[1]))
    wanted = {"Sound", "UserStartedSpeaking", "FunctionCallRequest", "PromptUpdated", "AgentAudioDone"}
    assert wanted <= seen, f"missing: {wanted - seen}"
