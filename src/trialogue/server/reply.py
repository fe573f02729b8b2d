"""One reply of the agent while it is under way: its stage, its sentences, its calls.

1. Its stage goes along `REPLY_TRANSITIONS`; a missing entry is a LocalProtocolError and changes nothing.
2. It thinks, waits for calls, or has nothing to add; meanwhile its sentences are voiced. It is over when
   nothing is to be added and all of its audio is sent, or when it is cut.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from enum import Enum
from typing import Final

from attrs import field

from trialogue.errors import LocalProtocolError
from trialogue.server.latency import Stopwatch
from trialogue.server.think.ports import CallItem, WantedCall
from trialogue.services.deepgram.messages import CancelledFunction, FunctionCallResponse
from trialogue.values import define, frozen

__all__ = ["REPLY_TRANSITIONS", "Reply", "ReplyStage", "ReplyStep"]


class ReplyStage(Enum):
    """Stage of a reply: what it still waits for."""

    THINKING = "thinking"
    CALLING = "calling"
    ENDING = "ending"
    OVER = "over"


class ReplyStep(Enum):
    """Step that moves a reply on."""

    THINKS_ON = "another pass begins"
    CALLED = "calls wait for answers"
    COMPLETED = "nothing is to be added"
    SENT = "all of it is sent"
    CUT = "it is cut"


REPLY_TRANSITIONS: Final[dict[tuple[ReplyStage, ReplyStep], ReplyStage]] = {
    (ReplyStage.THINKING, ReplyStep.THINKS_ON): ReplyStage.THINKING,
    (ReplyStage.THINKING, ReplyStep.CALLED): ReplyStage.CALLING,
    (ReplyStage.THINKING, ReplyStep.COMPLETED): ReplyStage.ENDING,
    (ReplyStage.THINKING, ReplyStep.CUT): ReplyStage.OVER,
    (ReplyStage.CALLING, ReplyStep.THINKS_ON): ReplyStage.THINKING,
    (ReplyStage.CALLING, ReplyStep.COMPLETED): ReplyStage.ENDING,
    (ReplyStage.CALLING, ReplyStep.CUT): ReplyStage.OVER,
    (ReplyStage.ENDING, ReplyStep.SENT): ReplyStage.OVER,
    (ReplyStage.ENDING, ReplyStep.CUT): ReplyStage.OVER,
}
"""Every step of a reply."""


@frozen
class _Ordered:
    """A sentence that waits for its audio to begin."""

    is_thought: bool
    """Whether it was thought; else it was injected."""

    tells: str | None = None
    """Text that the client is told as it begins; itself where None."""


@define
class Reply:
    """One answer of the agent, under way."""

    number: int
    """Counts replies of this session from 1."""

    voices: tuple[str, ...]
    """Voices that it is spoken with, to its end."""

    stage: ReplyStage
    """Stage of the reply; one that is thought begins by thinking, another by ending."""

    stopwatch: Stopwatch
    """Its times."""

    is_thought: bool = field(init=False)
    """Whether a think provider gives it; else it is a greeting or an injection."""

    passes: int = field(default=0, init=False)
    """Passes of thinking begun."""

    ordered: int = field(default=0, init=False)
    """Sentences ordered to be spoken."""

    is_failed: bool = field(default=False, init=False)
    """Whether it is no whole reply: it ends with an error, behind what was thought of it."""

    entry: int | None = field(default=None, init=False)
    """The script's entry that it uses, if a script gives it."""

    has_spoken: bool = field(default=False, init=False)
    """Whether anything of what was thought was sent."""

    sentences: list[str] = field(factory=list[str], init=False)
    """Sentences whose audio was at least begun."""

    calls: dict[str, WantedCall] = field(factory=dict[str, WantedCall], init=False)
    """Calls without a response."""

    results: list[CallItem] = field(factory=list[CallItem], init=False)
    """Calls with one."""

    _waiting: deque[_Ordered] = field(factory=deque["_Ordered"], init=False)
    """Of each sentence that is not begun, where it comes from."""

    _finishes: int = field(default=0, init=False)
    """Ends ordered and not yet come: words that were added while it ended move its end on."""

    _results_before: int = field(default=0, init=False)
    """Number of results that the pass under way began with."""

    def __attrs_post_init__(self) -> None:
        self.is_thought = self.stage is ReplyStage.THINKING

    def take(self, step: ReplyStep) -> None:
        """Move along the table; LocalProtocolError, and no change, where it has no such entry."""
        after = REPLY_TRANSITIONS.get((self.stage, step))
        if after is None:
            raise LocalProtocolError(f"a reply that is {self.stage.value} takes no {step.value!r}")
        self.stage = after

    # thinking

    def think_on(self, now: float) -> None:
        """Begin a pass of thinking about what is known now."""
        self.take(ReplyStep.THINKS_ON)
        self._results_before = len(self.results)
        self.stopwatch.begin_pass(now)

    @property
    def has_news(self) -> bool:
        """Whether calls were answered since the pass under way began."""
        return len(self.results) > self._results_before

    def complete(self) -> None:
        """Complete the reply: nothing is to be added."""
        self.stopwatch.end_pass()
        self.take(ReplyStep.COMPLETED)

    # sentences

    @property
    def waits_to_be_sent(self) -> bool:
        """Whether a sentence was ordered whose audio has not begun."""
        return self.ordered > len(self.sentences)

    def order(self, *, is_thought: bool, tells: str | None = None) -> None:
        """Note that a sentence was ordered; `tells` is what is told as it begins, if not itself."""
        self.ordered += 1
        self._waiting.append(_Ordered(is_thought, tells))

    def begin_sentence(self, text: str) -> tuple[bool, str]:
        """Note that the audio of the next sentence begins: whether that one was thought, and what is told."""
        self.sentences.append(text)
        ordered = self._waiting.popleft() if self._waiting else _Ordered(is_thought=False)
        return ordered.is_thought, text if ordered.tells is None else ordered.tells

    def order_end(self) -> None:
        """Note that its end was ordered, behind all that was ordered before."""
        self._finishes += 1

    def reach_end(self) -> bool:
        """An end that was ordered has come: whether it is the last, and the reply over."""
        if self.stage is not ReplyStage.ENDING:
            return False
        self._finishes -= 1
        if self._finishes > 0:
            return False
        self.take(ReplyStep.SENT)
        return True

    # calls

    def want(self, calls: Iterable[WantedCall]) -> None:
        """Wait for calls to be answered."""
        self.stopwatch.end_pass()
        self.calls.update((call.id, call) for call in calls)

    def call_of(self, response: FunctionCallResponse) -> WantedCall | None:
        """The call that a response is for: by its id, or, where it has none, the oldest of that name."""
        if response.id is not None:
            return self.calls.get(response.id)
        return next((call for call in self.calls.values() if call.name == response.name), None)

    def answer_call(self, call: WantedCall, content: str, *, is_client_side: bool) -> CallItem:
        """Note a call's response; what is to be remembered of it."""
        del self.calls[call.id]
        item = CallItem(call.id, call.name, call.arguments, content, is_client_side)
        self.results.append(item)
        return item

    def unanswered(self) -> tuple[CancelledFunction, ...]:
        """The calls that nobody needs any more, once it is cut."""
        return tuple(CancelledFunction(id=call.id, name=call.name) for call in self.calls.values())
