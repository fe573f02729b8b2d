"""Understudies, which hold conversations in the server's place: a recorded session, or a relayed service."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias

from trialogue.diagnostics import Log
from trialogue.server.equipment import Equipment
from trialogue.server.seams import Visitor
from trialogue.serving.ledger import Session
from trialogue.serving.playback import play_back
from trialogue.serving.recorded_replies import MEETING_FORMAT, remembered
from trialogue.serving.relay import relay
from trialogue.serving.speech import spoken
from trialogue.transport.dial import check_plaintext, parse_url
from trialogue.transport.socket import WebSocket

__all__ = ["Understudy", "relaying", "replaying"]

Understudy: TypeAlias = Callable[[WebSocket, Visitor, Session], Awaitable[None]]
"""Function that holds a conversation in the server's place, until either side closes."""

_DIAGNOSTICS: Final = Log("trialogue.server")


def replaying(
    run: Path, equipment: Equipment, *, participant: str | None = None, is_strict: bool = False
) -> Understudy:
    """Understudy that replays a run's session to each client; raises the errors of `remembered`."""
    voice = partial(_said, equipment)
    steps = remembered(run, participant, voice)
    sound = None if participant is None else MEETING_FORMAT

    async def understudy(socket: WebSocket, visitor: Visitor, session: Session) -> None:
        def tell(what: str) -> None:
            session.mismatches.append(what)
            _DIAGNOSTICS.warning("replay mismatch", request_id=visitor.request_id, what=what)

        await play_back(socket, steps, tell, is_strict=is_strict, sound=sound)

    return understudy


def relaying(url: str) -> Understudy:
    """Understudy that relays to another service; `SetupError` for an invalid address."""
    check_plaintext(parse_url(url), {}, (), allow_plaintext=False)

    async def understudy(socket: WebSocket, visitor: Visitor, _: Session) -> None:
        await relay(socket, visitor, url)

    return understudy


def _said(equipment: Equipment, words: str) -> bytes:
    return spoken(equipment.synthesizer, words, "heart", MEETING_FORMAT)
