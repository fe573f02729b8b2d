"""An agent: one participant's sessions in a row.

1. One loop per participant: dial, converse, and dial again after a wait when a connection was lost.
2. A session is fresh each time; replies, orders and the ear belong to the agent and stay.
3. Orders that were given before a session was ready are stale: the brain has ended their turn.
4. A refusal is final, and so is the end of the retries: the participant has failed.
5. A restored session knows what its agent heard and said (as heard), and does not greet again.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import trio

from trialogue.actors.agent_session import AgentSession, Order, SessionContext
from trialogue.actors.mailbox import Mailbox
from trialogue.actors.replies import Mouth, Replies
from trialogue.deepgram.settings import Settings
from trialogue.errors import ConnectionLost, DialFailed, ProviderRefused
from trialogue.model.events import Event, SessionFailed, SessionLost, SessionReady
from trialogue.rules.restarts import Restarts
from trialogue.transport.socket import WebSocket


class Connect(Protocol):
    """Dials the agent's service; `DialFailed` for what may pass, `ProviderRefused` for what will not."""

    def __call__(self) -> AbstractAsyncContextManager[WebSocket]:
        """Open one connection."""
        ...


class Agent:
    """The actor of one agent participant."""

    def __init__(
        self,
        participant: str,
        *,
        connect: Connect,
        settings: Callable[[bool], Settings],
        mouth: Mouth,
        post: Callable[[Event], None],
        restarts: Restarts,
    ) -> None:
        """`settings` is asked before each session whether it restores an earlier one."""
        self.participant = participant
        self._connect = connect
        self._settings = settings
        self._report = post
        self._restarts = restarts
        self._replies = Replies(participant, mouth, post)
        self._session: AgentSession | None = None
        self._number = 0
        self._was_ready = False
        self.orders: Mailbox[Order] = Mailbox(f"agent:{participant}", 256)

    def hear(self, pcm: bytes) -> None:
        """Let the agent hear a frame, if it is connected."""
        if self._session is not None:
            self._session.hear(pcm)

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Keep the agent at the table until it fails for good or is cancelled."""
        task_status.started()
        while True:
            try:
                await self._converse()
            except ProviderRefused as refused:
                self._report(SessionFailed(self.participant, str(refused), refused=True))
                return
            except ConnectionLost as lost:
                retry_after = lost.retry_after_s if isinstance(lost, DialFailed) else None
                wait = self._restarts.lost(trio.current_time(), retry_after)
                if wait is None:
                    self._report(SessionFailed(self.participant, str(lost)))
                    return
                self._report(SessionLost(self.participant, self._number, str(lost), wait))
                await trio.sleep(wait)

    async def _converse(self) -> None:
        self._number += 1
        context = SessionContext(self.participant, self._number, self._replies, self._post, self.orders)
        async with self._connect() as socket:
            self._session = AgentSession(context, socket)
            try:
                await self._session.run(self._settings(self._was_ready))
            finally:
                self._session = None
                self._replies.lost()
                self._forget_orders()

    def _post(self, event: Event) -> None:
        if isinstance(event, SessionReady):
            self._was_ready = True
            self._restarts.ready(trio.current_time())
        self._report(event)

    def _forget_orders(self) -> None:
        while True:
            try:
                self.orders.take_nowait()
            except trio.WouldBlock:
                return

    def __repr__(self) -> str:
        """Give a status line."""
        session = self._session
        state = "away" if session is None else "ready" if session.is_running else "connecting"
        return f"<Agent {self.participant}: {state}, session {self._number}>"
