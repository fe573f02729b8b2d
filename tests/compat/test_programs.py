"""The five usage programs of the SDK's documents run unchanged, but for the import and the endpoint.

The harness supplies what they leave out, holds the connection, and speaks as the user until each handler
that a program has was called.
"""

import time

from trialogue import compat

WITHIN_S = 40.0


class Held:
    """The clients that a program makes: watched, and closed only once everything has been seen."""

    def __init__(self, monkeypatch, until):
        self.clients, self.called, self._until = [], set(), until
        close, keep = compat.AgentWebSocketClient.close, compat.AgentWebSocketClient.on

        def on(client, event, handler):
            self.clients.append(client)

            def watched(*given, **named):
                handler(*given, **named)
                self.called.add(event)

            keep(client, event, watched)

        def held(client):
            self._until(self)
            return close(client)

        monkeypatch.setattr(compat.AgentWebSocketClient, "on", on)
        monkeypatch.setattr(compat.AgentWebSocketClient, "close", held)
        self.close = close


def wait_for(is_so, what):
    """Wait until something is so."""
    end = time.monotonic() + WITHIN_S
    while not is_so():
        assert time.monotonic() < end, f"not within {WITHIN_S:g} s: {what()}"
        time.sleep(0.02)


def test_basic(server, program, monkeypatch, capsys):
    """Every handler is called, but the one of errors, for there are none."""
    wanted = {
        "Open",
        "Welcome",
        "ConversationText",
        "UserStartedSpeaking",
        "AgentThinking",
        "AgentStartedSpeaking",
        "AgentAudioDone",
        "AudioData",
    }

    def until(held):
        server.user.say("Hello.", at_once=True)
        wait_for(lambda: held.called >= wanted, lambda: wanted - held.called)

    held = Held(monkeypatch, until)
    server.script({"otherwise": "Good morning."})
    exec(compile(program("basic"), "basic", "exec"), {"__name__": "__main__"})
    assert held.called == wanted
    printed = capsys.readouterr().out
    for line in (
        "Agent connection opened",
        "user: Hello.",
        "assistant: Good morning.",
        "Agent is thinking...",
    ):
        assert line in printed
    settings = server.received("Settings")[0]
    assert settings["audio"]["input"] == {"encoding": "linear16", "sample_rate": 16_000}
    assert settings["agent"]["listen"]["provider"] == {
        "type": "deepgram",
        "version": "v1",
        "model": "nova-2",
        "language": "en-US",
        "smart_format": True,
    }
    assert settings["agent"]["think"]["prompt"].startswith("You are a helpful AI assistant.")
    assert settings["agent"]["speak"]["provider"]["model"] == "aura-asteria-en"


def test_function_calling(server, program, monkeypatch, capsys):
    """Both functions are called, and what they return is what the agent goes on with."""
    server.script(
        {
            "when": {"heard": "weather"},
            "call": {"tool": "get_weather", "arguments": {"location": "Oslo"}},
            "say": "It is ${result.condition}.",
        },
        {
            "when": {"heard": "remind"},
            "call": {"tool": "set_reminder", "arguments": {"reminder": "tea", "time": "noon"}},
            "say": "That was ${result.success}.",
        },
    )
    Held(monkeypatch, lambda _: None)
    names = {"__name__": "__main__"}
    exec(compile(program("function_calling"), "function_calling", "exec"), names)
    said = []
    names["dg_connection"].on(
        compat.AgentWebSocketEvents.ConversationText, lambda _, event: said.append(event.text)
    )
    for words, answer in (("What is the weather?", "It is sunny."), ("Please remind me.", "That was true.")):
        server.user.write(words)
        wait_for(lambda answer=answer: answer in said, lambda: said)
    names["dg_connection"].close()
    printed = capsys.readouterr().out
    assert "Function call: get_weather" in printed
    assert "Setting reminder: tea at noon" in printed
    assert [each["name"] for each in server.received("FunctionCallResponse")] == [
        "get_weather",
        "set_reminder",
    ]


def test_dynamic_updates(server, program):
    """Prompt and voice are changed, and both messages are sent."""
    names = {
        "__name__": "__main__",
        "initial_settings": compat.SettingsOptions(
            agent=compat.Agent(
                think=compat.Think(provider=compat.Provider(type="open_ai"), instructions="Be brief."),
                speak=compat.Speak(),
            )
        ),
    }
    exec(compile(program("dynamic_updates"), "dynamic_updates", "exec"), names)
    assert "storyteller" in server.wait_for("UpdatePrompt")["prompt"]
    assert server.wait_for("UpdateSpeak")["speak"]["provider"]["model"] == "aura-luna-en"
    assert "storytelling mode" in server.wait_for("InjectAgentMessage")["message"]
    assert "pirates" in server.wait_for("InjectUserMessage")["content"]
    assert names["dg_connection"].close()


def test_multi_agent(server, program):
    """Three agents are connected at once, each with its instructions."""
    exec(compile(program("multi_agent"), "multi_agent", "exec"), {"__name__": "__main__"})
    prompts = [message["agent"]["think"]["prompt"] for message in server.received("Settings")]
    assert [prompt.split(":")[0] for prompt in prompts] == [
        "Agent Moderator",
        "Agent Expert1",
        "Agent Expert2",
    ]


def test_error_handling(server, program, monkeypatch, capsys):
    """A refused injection and a lost connection reach their handlers, in the words that those look for."""
    wanted = {"Error", "InjectionRefused"}

    def until(held):
        client = held.clients[0]
        client.inject_agent_message(
            compat.InjectAgentMessageOptions(text="One, two, three, four, five, six.")
        )
        server.wait_for("ConversationText", by="server", within_s=WITHIN_S)
        client.inject_agent_message(compat.InjectAgentMessageOptions(text="Too early."))
        wait_for(lambda: "InjectionRefused" in held.called, lambda: wanted - held.called)
        server.fault("closed-1011", after=0, session=server.sessions()[0].id)
        wait_for(lambda: held.called >= wanted, lambda: wanted - held.called)

    held = Held(monkeypatch, until)
    exec(compile(program("error_handling"), "error_handling", "exec"), {"__name__": "__main__"})
    assert held.called == wanted
    printed = capsys.readouterr().out
    assert "Agent started successfully" in printed
    assert "Message injection refused:" in printed
    assert "Connection error - attempting to reconnect..." in printed


def test_error_handling_of_a_refused_key(server, program, monkeypatch, capsys):
    """It is a failed start, and an authentication error."""
    server.fault("unauthorized")
    Held(monkeypatch, lambda _: None)
    exec(compile(program("error_handling"), "error_handling", "exec"), {"__name__": "__main__"})
    printed = capsys.readouterr().out
    assert "Authentication error - check API key" in printed
    assert "Failed to start agent connection" in printed
