"""Drives a `Conversation` without any I/O: messages as JSON in, what it orders out."""

from __future__ import annotations

import json
from typing import Any

from trialogue.errors import RemoteProtocolError
from trialogue.server import commands as cmd
from trialogue.server import events as ev
from trialogue.server.conversation import Conversation, SessionPhase
from trialogue.server.dates import read_client
from trialogue.server.options import ServerOptions
from trialogue.server.think.ports import WantedCall
from trialogue.services.deepgram.codec import encode

AUDIO = {"encoding": "linear16", "sample_rate": 16_000}
FLUX = {"type": "deepgram", "version": "v2", "model": "flux-general-en"}
KEEP_ALIVE = {"type": "KeepAlive"}
CALL = WantedCall("c1", "tool", "{}")


def settings(*, audio: dict[str, Any] | None = None, **agent: Any) -> dict[str, Any]:
    """Settings with 16 kHz both ways."""
    return {"type": "Settings", "audio": audio or {"input": AUDIO, "output": AUDIO}, "agent": agent}


def scripted(*script: dict[str, Any], **think: Any) -> dict[str, Any]:
    """A think entry with a script."""
    return {"provider": {"type": "scripted", "script": list(script)}, **think}


class Desk:
    """A conversation, its clock, and everything it ordered since the last look."""

    def __init__(self, options: ServerOptions | None = None) -> None:
        self.now = 0.0
        self.options = options or ServerOptions()
        self.conversation = Conversation(self.options, "r-1")
        self.commands: list[cmd.Command] = list(self.conversation.open(self.now))

    def say(self, message: dict[str, Any] | str) -> None:
        """The client sends a message."""
        text = message if isinstance(message, str) else json.dumps(message)
        try:
            self.happen(ev.MessageReceived(*read_client(text, self.options)))
        except RemoteProtocolError as error:
            self.happen(ev.NonsenseReceived(error.path, str(error)))

    def happen(self, event: ev.Event, *, after: float = 0.0) -> None:
        """An event, `after` seconds later."""
        self.now += after
        self.commands += self.conversation.handle(event, self.now)

    def wake(self) -> None:
        """The next deadline comes."""
        self.now = max(self.now, self.conversation.next_deadline())
        self.happen(ev.DeadlineReached())

    def look(self) -> list[dict[str, Any] | str]:
        """What was ordered since the last look: messages as JSON objects, others by name."""
        seen = [
            json.loads(encode(c.message)) if isinstance(c, cmd.Send) else type(c).__name__
            for c in self.commands
        ]
        self.commands = []
        return seen

    def names(self) -> list[str]:
        """What was ordered since the last look: message types, codes of errors, names of the rest."""
        return [s if isinstance(s, str) else s.get("code", s["type"]) for s in self.look()]

    def last(self, kind: type) -> Any:
        """The last command of a class; it stays."""
        return next(c for c in reversed(self.commands) if isinstance(c, kind))

    @property
    def reply(self) -> int:
        """The number of the last reply that was thought about or spoken."""
        return next(
            c.reply for c in reversed(self.commands) if isinstance(c, cmd.BeginPass | cmd.SpeakSentence)
        )


def running(options: ServerOptions | None = None, **agent: Any) -> Desk:
    """A desk with Settings applied and nothing ordered yet."""
    desk = Desk(options)
    agent.setdefault("think", scripted({"say": "x"}, functions=[{"name": "tool"}]))
    desk.say(settings(**agent))
    assert "SettingsApplied" in desk.names()
    return desk


def thinking(options: ServerOptions | None = None, **agent: Any) -> tuple[Desk, int]:
    """A desk whose agent was asked something and thinks; with the reply's number."""
    desk = running(options, **agent)
    desk.say({"type": "InjectUserMessage", "content": "Hi"})
    number = desk.reply
    desk.look()
    return desk, number


def speaking(options: ServerOptions | None = None, *, sent_s: float = 5.0, **agent: Any) -> tuple[Desk, int]:
    """A desk whose agent has sent a first sentence, and goes on."""
    desk, number = thinking(options, **agent)
    desk.happen(ev.SentenceThought(number, "First."))
    desk.happen(ev.SentenceVoiced(number, "First."))
    desk.happen(ev.AudioSent(number, sent_s))
    desk.look()
    return desk, number


def error_of(desk: Desk) -> dict[str, Any]:
    """The error that ended the session, with the close after it."""
    assert desk.conversation.phase is SessionPhase.OVER
    seen = desk.look()
    assert seen[-1] == "Close"
    assert isinstance(seen[-2], dict)
    assert seen[-2]["type"] == "Error"
    return seen[-2]


def inject(behavior: str | None = None) -> dict[str, Any]:
    """An InjectAgentMessage."""
    message = {"type": "InjectAgentMessage", "message": "One moment."}
    return message if behavior is None else {**message, "behavior": behavior}


def respond(call_id: str | None = "c1", content: str = "ok") -> dict[str, Any]:
    """A FunctionCallResponse."""
    response = {"type": "FunctionCallResponse", "name": "tool", "content": content}
    return response if call_id is None else {**response, "id": call_id}
