"""One agent with the interface of the vendor's SDK, at a stand-in in this process."""

import threading

from trialogue.compat import (
    Agent,
    AgentWebSocketEvents,
    DeepgramClient,
    InjectUserMessageOptions,
    Provider,
    SettingsOptions,
    Think,
)
from trialogue.serving.for_tests import opened

bridge, server = opened()
server.script({"otherwise": "Good morning."})
client = DeepgramClient(api_key="any-key", url=f"ws://{server.host}")
connection = client.agent.websocket.v("1")
done = threading.Event()


def on_text(self, event, **kwargs):
    print(f"{event.role}: {event.text}")


def on_audio_done(self, event, **kwargs):
    done.set()


connection.on(AgentWebSocketEvents.ConversationText, on_text)
connection.on(AgentWebSocketEvents.AgentAudioDone, on_audio_done)
think = Think(provider=Provider(type="open_ai"), model="gpt-4", instructions="Be brief.")
if connection.start(SettingsOptions(agent=Agent(think=think))):
    connection.inject_user_message(InjectUserMessageOptions(text="Hello?"))
    done.wait(30)
    connection.close()
bridge.close()
