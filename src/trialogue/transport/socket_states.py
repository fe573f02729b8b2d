"""States of one socket, from its handshake to its end: the steps between them, and its ending.

1. Every step follows `SOCKET_TRANSITIONS`; a missing entry is a LocalProtocolError and changes nothing.
2. The first end is kept: later ends change the socket's state, but not the reason of its end.
3. A socket that is being closed here has an ending already, which is kept unless the peer ends it first.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from attrs import field

from trialogue.errors import LocalProtocolError
from trialogue.transport.library import SocketEnding
from trialogue.values import define


class SocketState(Enum):
    """State of a socket on its way from handshake to end."""

    SHAKING = "shaking"
    OPEN = "open"
    CLOSING = "closing"
    FINISHING = "finishing"
    LOST = "lost"
    DONE = "done"


class SocketStep(Enum):
    """Step that changes a socket's state."""

    OPENED = "the handshake is over"
    CLOSED = "closed here"
    FINISHED = "ended in order"
    LOST = "ended by force"
    WRITTEN = "the writer is over"


_UNENDED = (SocketState.SHAKING, SocketState.OPEN, SocketState.CLOSING)
_ENDED = (SocketState.FINISHING, SocketState.LOST, SocketState.DONE)

SOCKET_TRANSITIONS: Final[dict[tuple[SocketState, SocketStep], SocketState]] = {
    (SocketState.SHAKING, SocketStep.OPENED): SocketState.OPEN,
    (SocketState.OPEN, SocketStep.CLOSED): SocketState.CLOSING,
    (SocketState.CLOSING, SocketStep.CLOSED): SocketState.CLOSING,
    **{(state, SocketStep.FINISHED): SocketState.FINISHING for state in _UNENDED},
    **{(state, SocketStep.LOST): SocketState.LOST for state in (*_UNENDED, SocketState.FINISHING)},
    **{(state, SocketStep.WRITTEN): SocketState.DONE for state in (*_UNENDED, *_ENDED[:-1])},
    **{(state, step): state for state in _ENDED for step in (SocketStep.OPENED, SocketStep.CLOSED)},
    **{(state, SocketStep.FINISHED): state for state in _ENDED},
    **{(state, SocketStep.LOST): state for state in (SocketState.LOST, SocketState.DONE)},
}
"""Every step of a socket."""


@define(eq=False)
class SocketCourse:
    """State of one socket, with its ending."""

    state: SocketState = field(default=SocketState.SHAKING, init=False)
    """State of the socket."""

    ending: SocketEnding | None = field(default=None, init=False)
    """Ending; while the socket is being closed, the one that it gets if the peer does not end it first."""

    @property
    def has_ended(self) -> bool:
        """Whether no message will be sent any more."""
        return self.state in _ENDED

    def open(self) -> None:
        """Note that the handshake is over."""
        self._take(SocketStep.OPENED)

    def close(self, ending: SocketEnding) -> bool:
        """Note that it is closed here, with `ending`; whether this call has to close it."""
        is_first = self.state is SocketState.OPEN
        self._take(SocketStep.CLOSED)
        if is_first:
            self.ending = ending
        return is_first

    def end(self, step: SocketStep, ending: SocketEnding) -> bool:
        """Take a step that ends it, with `ending`; whether it had not ended before."""
        is_first = not self.has_ended
        self._take(step)
        if is_first:
            self.ending = ending
        return is_first

    def _take(self, step: SocketStep) -> None:
        after = SOCKET_TRANSITIONS.get((self.state, step))
        if after is None:
            raise LocalProtocolError(f"a socket that is {self.state.value} takes no {step.value!r}")
        self.state = after
