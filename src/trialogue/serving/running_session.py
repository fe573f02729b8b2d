"""Running session of the server, with all calls by which an operator can act on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

import orjson
import trio
from attrs import evolve, field

from trialogue.chaos.catalogue import Fault
from trialogue.chaos.faulty_socket import FaultySocket, SessionFault
from trialogue.chaos.toxics import Delay, ToxicStream
from trialogue.errors import SetupError
from trialogue.model.audio import AudioFormat
from trialogue.serving.attended import Attended
from trialogue.serving.ledger import By, Ledger, Session
from trialogue.serving.orders import FaultOrder, order
from trialogue.serving.speech import FRAME_S, input_format
from trialogue.values import define

__all__ = ["Noting", "RunningSession"]

_TO_COME: Final = frozenset({"sound", "AgentAudioDone", "FunctionCallRequest", "PromptUpdated"})
"""Moments that recur with each reply or change."""


@define
class Noting:
    """Observer that writes a session's messages into the ledger."""

    ledger: Ledger
    session: Session

    def said(self, by: By, message: str | bytes) -> None:
        """Take a message that went through."""
        self.ledger.note(self.session, by, message)

    def ended(self, code: int | None) -> None:
        """Note that the session is over."""
        self.ledger.close(self.session, code)


class StruckSocket(FaultySocket):
    """Socket whose faults are triggered by name, as the entries of a script ask."""

    def __init__(self, socket: Attended, stream: ToxicStream, strike: Callable[[str], None]) -> None:
        super().__init__(socket, stream)
        self._by_name = strike

    def strike(self, name: str) -> None:
        """Trigger a fault now; `SetupError` for one that is not possible."""
        self._by_name(name)


@define(eq=False)
class RunningSession:
    """Running session: puts messages and sound into its socket, and faults into its stream."""

    session: Session
    """Session with its messages."""

    attended: Attended
    """Socket into which messages can be put."""

    stream: ToxicStream
    """Stream of the connection."""

    nursery: trio.Nursery
    """Nursery in which delayed faults wait."""

    told: Callable[[Fault], None]
    """Function that gets the name of each fault that has struck."""

    socket: StruckSocket = field(init=False)
    """Socket of its faults."""

    def __attrs_post_init__(self) -> None:
        self.socket = StruckSocket(self.attended, self.stream, self.strike)

    # faults

    def strike(self, name: str) -> None:
        """Trigger the fault of that name: at its own moment from now on, or now if that is past."""
        try:
            asked = order(name)
            is_to_come = asked.session is not None and asked.session.when in _TO_COME
            self.order(asked if is_to_come else evolve(asked, after_s=0.0))
        except SetupError as fault:
            warning = {"type": "Warning", "code": "UNKNOWN_FAULT", "description": str(fault)}
            self.socket.send_text(orjson.dumps(warning).decode())

    def order(self, order: FaultOrder) -> None:
        """Trigger a fault at its time; `SetupError` for one that strikes no session."""
        effect = order.session
        if effect is None:
            raise SetupError(f"{order.fault.name!r} affects the upgrade, which this session has already done")
        if order.after_s == 0.0:
            self._note(order)
            self.socket.apply(effect.happenings)
            self.nursery.start_soon(self.socket.flush)
        elif order.after_s is None:
            self.socket.arm(evolve(effect, nth=min(effect.nth, 2)), lambda: self._note(order))
        else:
            self.nursery.start_soon(self._apply_in_time, order, effect)

    def delay(self, seconds: float) -> None:
        """Delay everything by so much from now on."""
        self.stream.remove(Delay)
        if seconds:
            self.stream.add(Delay(seconds))

    def _note(self, order: FaultOrder) -> bool:
        self.session.struck.append(order.fault.name)
        self.told(order.fault)
        return True

    async def _apply_in_time(self, order: FaultOrder, effect: SessionFault) -> None:
        await trio.sleep_until(self.session.began + (order.after_s or 0.0))
        self._note(order)
        self.socket.apply(effect.happenings)
        await self.socket.flush()

    # words

    def speak(self, text: str, behavior: str) -> None:
        """Make the agent say something, as if the client had injected it."""
        message = {"type": "InjectAgentMessage", "message": text, "behavior": behavior}
        self.attended.put(orjson.dumps(message).decode())

    def write(self, text: str) -> None:
        """Make the user write something, as if the client had injected it."""
        message = {"type": "InjectUserMessage", "content": text}
        self.attended.put(orjson.dumps(message).decode())

    async def hear(self, frames: Iterable[bytes], *, at_once: bool) -> None:
        """Feed the server sound in its own format, in real time or at once."""
        begin = trio.current_time()
        with self.attended.speaking():
            for number, frame in enumerate(frames):
                if not at_once:
                    await trio.sleep_until(begin + number * FRAME_S)
                self.attended.put(frame)
            await trio.lowlevel.checkpoint()

    @property
    def input_format(self) -> AudioFormat:
        """Format of the session's sound, by its Settings; `SetupError` before them."""
        settings = self.session.of("client", "Settings")
        if not settings:
            raise SetupError("this session has had no Settings, so its sound format is unknown")
        return input_format(settings[0].message)
