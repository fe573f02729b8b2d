"""Agent: one participant's sessions, one after another.

1. One loop per participant: dial, converse, and dial again after a wait when a connection is lost. The old
   socket is closed before the new one is dialled, since a socket left open counts against the account's
   limit.
2. Each session is new; replies, orders and the ear belong to the agent and stay.
3. An order for a session that is over or not ready is recorded as stale and dropped, since the brain has
   ended its turn.
4. When there can be no further session (`redial_loop`), the participant has failed. Its fallback takes the
   seat when the brain decides so.
5. A restored session has the agent's memory (its own words only as far as they were heard) and all changes of
   its settings. It does not greet again, and a script continues after the lines that were heard.
6. A session that is rolled over is no failure: the next one is dialled at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Final, TypeAlias, assert_never

import trio
from attrs import evolve

from trialogue.actors.agent_session import AgentSession
from trialogue.actors.redial_loop import InSession, NoMore, SessionService
from trialogue.actors.replies import Mouth, ReplyCounter
from trialogue.actors.session import SessionContext
from trialogue.brain.redialling import Redialling
from trialogue.mailbox import Mailbox
from trialogue.model.commands import AnswerTool, Cue, Replace, RollOver, Speak, Update
from trialogue.model.events import (
    Event,
    ReplySent,
    ServiceWarned,
    SessionFailed,
    SessionLost,
    SessionReady,
    SessionRolledOver,
    SettingsChanged,
)
from trialogue.model.memory import ContextItem, ScriptStand
from trialogue.services import port
from trialogue.services.facts import Fact
from trialogue.services.port import AgentOffer, CloseUserTurn, HandThrough, SpeakFreely, StayAlive
from trialogue.transport.socket import WebSocket
from trialogue.values import define, frozen

AgentService: TypeAlias = SessionService[AgentOffer]
"""Service that holds an agent's sessions."""

Order: TypeAlias = port.Order | RollOver | Replace | Update
"""Command of the brain to an agent."""


LONGEST_ADDED: Final = 100_000
"""Most characters that are added to an agent's prompt: a service refuses a message that is too long."""


@frozen
class Past:
    """Past of an agent: its sessions in an earlier process of the same meeting, or before the agent left."""

    sessions: int = 0
    """Number of sessions so far."""

    replies: int = 0
    """Number of replies in them."""

    was_ready: bool = False
    """Whether one of them was ready: the next one is restored, and does not greet."""

    changes: tuple[Update | Replace, ...] = ()
    """Changes of its settings, and whether its fallback has the seat, in order."""


@define
class _Change:
    """Change of the settings, which every later session includes."""

    update: Update
    is_settled: bool = False
    """Whether its outcome was reported."""


def _size_added(order: Update | Replace) -> int:
    """Number of characters that a change adds to the prompt."""
    return len(order.content) if isinstance(order, Update) and order.part == "prompt" else 0


class Agent(InSession[AgentOffer, AgentSession]):
    """Actor of one agent participant."""

    RUNNING: ClassVar[str] = "ready"

    def __init__(
        self,
        participant: str,
        services: Sequence[AgentService],
        *,
        context: Callable[[], Sequence[ContextItem]],
        mouth: Mouth,
        post: Callable[[Event], None],
        lines: Callable[[], ScriptStand] | None = None,
        observe: Callable[[Fact], None] | None = None,
        seed: int = 0,
    ) -> None:
        """`services` are the agent's own, then its fallback's.

        Each restored session asks `context` for the agent's memory, and each session `lines` for the entries
        of its script that were heard, where an account of them is kept. `observe` gets everything that the
        service sends.
        """
        super().__init__(participant, Redialling(seed, participant, services[0].restart), post)
        self._services = list(services)
        self._remember = context
        self._lines = lines
        self._observe = observe
        self.ended_by: NoMore | None = None
        self._seed = seed
        self._replies = ReplyCounter(participant, mouth, self._post)
        self._was_ready = False
        self._changes: list[_Change] = []
        self._folded = 0
        self._added = 0
        self._overwhelmed = 0
        self._replaced = trio.Event()
        self.orders: Mailbox[Order] = Mailbox(f"agent:{participant}", 256)

    def past(self, *, comes_back: bool) -> Past:
        """Past of its sessions: for an agent that comes back unchanged all of it, otherwise only counts."""
        sessions, replies = self._number, self._replies.count
        if not comes_back:
            return Past(sessions, replies)
        return Past(sessions, replies, self._was_ready, tuple(change.update for change in self._changes))

    def restore(self, past: Past) -> None:
        """Continue where an earlier process of the meeting, or an earlier stay, stopped; before `run`."""
        self._number, self._was_ready = past.sessions, past.was_ready
        self._replies.restore(past.replies)
        for order in past.changes:
            self._take(order)
            self._added += _size_added(order)

    @property
    def is_ready(self) -> bool:
        """Whether a session is under way that takes orders."""
        return self._session is not None and self._session.is_running

    def has_room_for(self, orders: Sequence[Update]) -> bool:
        """Whether these changes fit into the prompt, beside those that have their place there."""
        return self._added + sum(map(_size_added, orders)) <= LONGEST_ADDED

    def keep_room_for(self, order: Update) -> None:
        """Give a change that will come its place in the prompt."""
        self._added += _size_added(order)

    def hear(self, pcm: bytes) -> None:
        """Feed the agent a frame, if it is connected."""
        if self._session is not None:
            self._session.hear(pcm)

    def __call__(self, pcm: bytes) -> None:
        """Feed a frame (see `router.Hearer`)."""
        self.hear(pcm)

    def rests(self) -> bool:
        """Whether silence changes nothing for the agent (see `router.Foreseer`)."""
        return self._session is None or self._session.rests()

    def foresee(self, pcm: bytes) -> bool:
        """Take a frame before its time (see `router.Foreseer`)."""
        return self._session is None or self._session.foresee(pcm)

    def has_taken(self) -> None:
        """Note that the frame taken before its time is now past (see `router.Foreseer`)."""
        if self._session is not None:
            self._session.has_taken()

    def set_out(self) -> None:
        """Suspend the feeding of silence (see `router.Foreseer`)."""
        if self._session is not None:
            self._session.set_out()

    def was_fed(self, pcm: bytes, frames: int, at: float) -> None:
        """Note how much was taken before its time (see `router.Foreseer`)."""
        if self._session is not None:
            self._session.was_fed(pcm, frames, at)

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Keep the agent at the table until it and its fallback have failed for good, or until cancelled."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._take_orders)
            task_status.started()
            while True:
                failed = self.ended_by = await self._serve(self._services[0])
                self._report(SessionFailed(self.participant, failed.reason, failed.refused))
                if len(self._services) == 1:
                    break
                await self._replaced.wait()
            nursery.cancel_scope.cancel(reason="the participant has failed")

    # --- sessions in a row ------------------------------------------------------------------------

    def _context(self) -> SessionContext:
        context = super()._context()
        return context if self._observe is None else evolve(context, observe=self._observe)

    def _open(self, context: SessionContext, socket: WebSocket, offer: AgentOffer) -> AgentSession:
        return AgentSession(context, socket, self._changed(offer), self._replies)

    def _over(self, session: AgentSession) -> None:
        del session
        self._replies.lost()

    def _rolled_over(self) -> None:
        self._report(SessionRolledOver(self.participant, self._number))

    def _lost(self, reason: str, retry_in_s: float) -> None:
        self._report(SessionLost(self.participant, self._number, reason, retry_in_s))

    def _changed(self, offer: AgentOffer) -> AgentOffer:
        """Offer of the next session: with all changes so far, and the agent's memory."""
        self._folded = len(self._changes)
        offer = offer.changed(self._earlier(self._folded))
        if self._lines is not None:
            offer = offer.with_lines(self._lines())
        return offer.restored(self._remember()) if self._was_ready else offer

    def _earlier(self, count: int) -> list[Update]:
        """The first `count` changes."""
        return [change.update for change in self._changes[:count]]

    def _post(self, event: Event) -> None:
        """Report a session's event, and note the part of it that concerns the agent."""
        match event:
            case ReplySent(duration_s=duration_s) if duration_s > 0:
                self._redialling.proved()
            case SettingsChanged():
                self._settle(event)
            case _:
                pass
        self._report(event)
        if isinstance(event, SessionReady):
            self._was_ready = True
            self._redialling.ready(trio.current_time())
            self._tell_changes(event.session)

    # --- changes of settings ----------------------------------------------------------------------

    def _settle(self, event: SettingsChanged) -> None:
        """Note the outcome of a change; a refused change is undone."""
        for change in self._changes:
            if change.update.part == event.part and not change.is_settled:
                change.is_settled = True
                if event.outcome == "refused":
                    self._changes.remove(change)
                return

    def _tell_changes(self, session: int) -> None:
        """Report the changes with which a session began as done, and send the later ones to it."""
        for index, change in enumerate(self._changes):
            if index >= self._folded:
                self._tell_change(index)
            elif not change.is_settled:
                change.is_settled = True
                self._report(SettingsChanged(self.participant, session, change.update.part, "applied"))

    def _tell_change(self, index: int) -> None:
        if self._session is None:
            return
        if self._session.takes_updates:
            update = self._changes[index].update
            messages = self._services[0].offer.change(update, self._earlier(index))
            self._session.update(update.part, messages)
        elif self._overwhelmed != self._number:
            self._overwhelmed = self._number
            what = "too many changes at once: the rest takes effect in the next session"
            self._report(ServiceWarned(self.participant, "updates", what))

    # --- orders -----------------------------------------------------------------------------------

    async def _take_orders(self) -> None:
        while True:
            self._take(await self.orders.take())

    def _take(self, order: Order) -> None:
        session = self._session if self.is_ready else None
        match order:
            case Update():
                self._changes.append(_Change(order))
                if session is not None:
                    self._tell_change(len(self._changes) - 1)
            case Replace():
                self._replace()
            case RollOver():
                if session is not None and order.session == self._number:
                    session.roll_over()
            case (
                Cue() | Speak() | AnswerTool() | CloseUserTurn() | StayAlive() | SpeakFreely() | HandThrough()
            ):
                if session is None or not session.carry_out(order):
                    what = f"{type(order).__name__} for a session that is over"
                    self._report(ServiceWarned(self.participant, "stale", what))
            case _ as never:
                assert_never(never)

    def _replace(self) -> None:
        """Give the seat to the fallback: it has its own settings, and the words added to the prompt."""
        if len(self._services) > 1:
            del self._services[0]
            whose = f"{self.participant}/fallback"
            self._redialling = Redialling(self._seed, whose, self._services[0].restart)
            self._changes = [change for change in self._changes if change.update.part == "prompt"]
            self._replaced.set()
