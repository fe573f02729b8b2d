"""A client that nobody of ours wrote: `websockets`, as an app would use it."""

from __future__ import annotations

import json
from typing import Any

from websockets.sync.client import ClientConnection, connect

SOUND = {"encoding": "linear16", "sample_rate": 16_000}


def settings(*script: dict[str, Any], **agent: Any) -> dict[str, Any]:
    """Settings with a script, and 16 kHz both ways."""
    think = {"think": {"provider": {"type": "scripted", "script": list(script)}}} if script else {}
    audio = {"input": SOUND, "output": {**SOUND, "container": "none"}}
    return {"type": "Settings", "audio": audio, "agent": {**think, **agent}}


class App:
    """One conversation of an app's."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.seen: list[dict[str, Any] | bytes] = []

    def tell(self, message: dict[str, Any]) -> None:
        """Send a message."""
        self.socket.send(json.dumps(message))

    def take(self, within_s: float = 5.0) -> dict[str, Any] | bytes:
        """Take the next message."""
        said = self.socket.recv(within_s)
        self.seen.append(json.loads(said) if isinstance(said, str) else said)
        return self.seen[-1]

    def until(self, kind: str) -> dict[str, Any]:
        """Take messages up to one of a type."""
        while True:
            message = self.take()
            if isinstance(message, dict) and message["type"] == kind:
                return message

    def said(self, role: str) -> list[str]:
        """What was said in a role so far."""
        texts = [m for m in self.seen if isinstance(m, dict) and m["type"] == "ConversationText"]
        return [m["content"] for m in texts if m["role"] == role]


def dial(url: str) -> ClientConnection:
    """A connection to the server."""
    return connect(url, additional_headers={"Authorization": "Token any"}, close_timeout=2)
