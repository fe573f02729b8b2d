"""Log of one session for the operator: its think provider, errors and totals; at level debug, its messages.

1. Sound is logged in stretches, not message by message.
2. Speech, prompts and results are personal: their length is logged, their text only where the operator asks.
"""

from __future__ import annotations

from typing import Final, TypeAlias
from urllib.parse import urlsplit

import trio

from trialogue.diagnostics import Log
from trialogue.server.options import ServerOptions
from trialogue.server.think.terms import DefaultTerms, InstalledTerms, OpenAiTerms, ScriptedTerms, ThinkTerms
from trialogue.services.deepgram.codec import encode
from trialogue.services.deepgram.messages import (
    AgentError,
    AgentWarning,
    ClientMessage,
    ServerMessage,
    Settings,
)

__all__ = ["SessionLog"]

_DIAGNOSTICS: Final = Log("trialogue.server")
_Message: TypeAlias = ClientMessage | ServerMessage


class SessionLog:
    """Log of one session, by the id that its client also knows."""

    def __init__(self, options: ServerOptions, request_id: str) -> None:
        self._shows_text = options.logs_text
        self._request_id = request_id
        self._is_detailed = _DIAGNOSTICS.is_enabled("debug")
        self._began_at = 0.0
        self._messages = {"client": 0, "server": 0}
        self._heard_bytes = 0
        self._spoken_s = 0.0
        self._stretch: tuple[str, float] = ("", 0)
        self._ending = ""

    def began(self) -> None:
        """Log the beginning of the session."""
        self._began_at = trio.current_time()

    def received(self, message: ClientMessage) -> None:
        """Log a message from the client."""
        self._tell("client", message)

    def nonsense(self, reason: str) -> None:
        """Log an invalid text from the client; the reason names the field, not its value."""
        self._messages["client"] += 1
        _DIAGNOSTICS.info("unreadable message", request_id=self._request_id, reason=reason)

    def sent(self, message: ServerMessage) -> None:
        """Log a message to the client; errors and warnings are logged at once."""
        self._tell("server", message)
        match message:
            case AgentError(code=code, description=description):
                self._ending = code
                _DIAGNOSTICS.info("error", request_id=self._request_id, code=code, description=description)
            case AgentWarning(code=code):  # the description may hold a model's answer
                _DIAGNOSTICS.info("warning", request_id=self._request_id, code=code)
            case _:
                return

    def heard(self, audio: bytes, frames: int = 1) -> None:
        """Log sound from the client: a number of frames of one length."""
        self._heard_bytes += frames * len(audio)
        self._add_sound("client", frames * len(audio))

    def spoke(self, duration_s: float) -> None:
        """Log sound to the client."""
        self._spoken_s += duration_s
        self._add_sound("server", duration_s)

    def thinks(self, think: tuple[ThinkTerms, ...]) -> None:
        """Log the think provider from now on."""
        _DIAGNOSTICS.info(
            "thinks", request_id=self._request_id, by=", then ".join(map(_who, think)) or "nobody"
        )

    def ended(self) -> None:
        """Log the end of the session."""
        self._end_stretch()
        _DIAGNOSTICS.info(
            "conversation ended",
            request_id=self._request_id,
            after_s=round(trio.current_time() - self._began_at, 1),
            messages_in=self._messages["client"],
            messages_out=self._messages["server"],
            sound_in_bytes=self._heard_bytes,
            sound_out_s=round(self._spoken_s, 1),
            **({"error": self._ending} if self._ending else {}),
        )

    def _tell(self, by: str, message: _Message) -> None:
        self._messages[by] += 1
        if not self._is_detailed:
            return
        self._end_stretch()
        fields: dict[str, object] = {"type": message.type, "characters": len(encode(message))}
        if isinstance(message, Settings) and message.tags:
            fields["tags"] = ", ".join(message.tags)
        if self._shows_text:
            fields["text"] = encode(message)
        _DIAGNOSTICS.debug(f"{by} says", None, request_id=self._request_id, **fields)

    def _add_sound(self, by: str, amount: float) -> None:
        if self._is_detailed:
            if self._stretch[0] != by:
                self._end_stretch()
            self._stretch = (by, self._stretch[1] + amount)

    def _end_stretch(self) -> None:
        by, amount = self._stretch
        self._stretch = ("", 0)
        if by:
            size = {"bytes": amount} if by == "client" else {"seconds": round(amount, 1)}
            _DIAGNOSTICS.debug(f"{by} sends sound", None, request_id=self._request_id, **size)


def _who(think: ThinkTerms) -> str:
    match think:
        case ScriptedTerms(agent=""):
            return "the client's script"
        case ScriptedTerms():
            return f"the script of {think.agent}"
        case OpenAiTerms():
            return f"{think.model} at {urlsplit(think.endpoint.url).hostname}"
        case InstalledTerms():
            return f"the installed model {think.model}"
        case DefaultTerms():
            return "the default"
