"""Reply of the agent that is under way: its stage, its sentences, its calls.

1. Its stage goes along `REPLY_TRANSITIONS`; a missing entry is a LocalProtocolError and changes nothing.
2. A reply thinks, waits for calls, or is complete; meanwhile its sentences are synthesized. It is over when
   it is complete and all of its audio is sent, or when it is cut.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from enum import Enum
from typing import Final

from attrs import evolve, field

from trialogue.errors import LocalProtocolError
from trialogue.server.latency import Stopwatch
from trialogue.server.terms import PromptTerms
from trialogue.server.think.ports import CallItem, WantedCall
from trialogue.services.deepgram.messages import CancelledFunction, FunctionCallResponse
from trialogue.values import define, frozen

__all__ = ["REPLY_TRANSITIONS", "Reply", "ReplyStage", "ReplyStep"]


class ReplyStage(Enum):
    """Stage of a reply, named for what it waits for."""

    THINKING = "thinking"
    CALLING = "calling"
    ENDING = "ending"
    OVER = "over"


class ReplyStep(Enum):
    """Step of a reply to another stage."""

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
    """Sentence whose audio has not begun."""

    is_thought: bool
    """Whether it comes from a think provider; otherwise it was injected."""

    tells: str | None = None
    """Text that the client is told as it begins; None for the sentence itself."""


@define
class Reply:
    """Reply of the agent that is under way."""

    number: int
    """Number of the reply: counts the session's replies from 1."""

    voices: tuple[str, ...]
    """Voices that speak it to its end."""

    stage: ReplyStage
    """Stage of the reply: a thought reply begins by thinking, another one by ending."""

    stopwatch: Stopwatch
    """Times of the reply."""

    is_thought: bool = field(init=False)
    """Whether a think provider gives it; otherwise it is a greeting or an injection."""

    prompt: PromptTerms = field(factory=PromptTerms, init=False)
    """Prompt and functions of the pass under way; an update counts from the next pass."""

    passes: int = field(default=0, init=False)
    """Number of passes of thinking begun."""

    ordered: int = field(default=0, init=False)
    """Number of sentences ordered."""

    is_failed: bool = field(default=False, init=False)
    """Whether it is no whole reply: after its sentences it ends with an error."""

    entry: int | None = field(default=None, init=False)
    """Index of the script's entry that it uses; None without one."""

    has_spoken: bool = field(default=False, init=False)
    """Whether anything from the think provider was sent."""

    sentences: list[str] = field(factory=list[str], init=False)
    """Sentences whose audio was at least begun. Personal."""

    calls: dict[str, WantedCall] = field(factory=dict[str, WantedCall], init=False)
    """Calls without a response."""

    results: list[CallItem] = field(factory=list[CallItem], init=False)
    """Calls with a response, each with the words that were thought before it."""

    _thought: list[str] = field(factory=list[str], init=False)
    """Thought sentences that no call has followed. Personal."""

    _waiting: deque[_Ordered] = field(factory=deque["_Ordered"], init=False)
    """Sentences that have not begun, in order."""

    _finishes: int = field(default=0, init=False)
    """Number of ends ordered and not yet reached: words added to an ending reply order another end."""

    _results_before: int = field(default=0, init=False)
    """Number of results with which the pass under way began."""

    def __attrs_post_init__(self) -> None:
        self.is_thought = self.stage is ReplyStage.THINKING

    def take(self, step: ReplyStep) -> None:
        """Change the stage by the table; a missing entry raises LocalProtocolError and changes nothing."""
        after = REPLY_TRANSITIONS.get((self.stage, step))
        if after is None:
            raise LocalProtocolError(f"a reply that is {self.stage.value} takes no {step.value!r}")
        self.stage = after

    # thinking

    def think_on(self, prompt: PromptTerms, now: float) -> None:
        """Begin a pass of thinking about the results so far."""
        self.take(ReplyStep.THINKS_ON)
        self.prompt = prompt
        self._results_before = len(self.results)
        self.stopwatch.begin_pass(now)

    @property
    def has_news(self) -> bool:
        """Whether calls were answered since the pass under way began."""
        return len(self.results) > self._results_before

    def complete(self) -> None:
        """Complete the reply: nothing more is added."""
        self.stopwatch.end_pass()
        self.take(ReplyStep.COMPLETED)

    # sentences

    @property
    def waits_to_be_sent(self) -> bool:
        """Whether a sentence was ordered whose audio has not begun."""
        return self.ordered > len(self.sentences)

    def think(self, text: str) -> None:
        """Note a sentence of the pass under way."""
        self._thought.append(text)

    def order(self, *, is_thought: bool, tells: str | None = None) -> None:
        """Note that a sentence was ordered; `tells` is the text for the client, if not the sentence."""
        self.ordered += 1
        self._waiting.append(_Ordered(is_thought, tells))

    def begin_sentence(self, text: str) -> tuple[bool, str]:
        """Note that the next sentence's audio begins; whether it was thought, and its text for the client."""
        self.sentences.append(text)
        ordered = self._waiting.popleft() if self._waiting else _Ordered(is_thought=False)
        return ordered.is_thought, text if ordered.tells is None else ordered.tells

    def order_end(self) -> None:
        """Note that the end was ordered after all sentences so far."""
        self._finishes += 1

    def reach_end(self) -> bool:
        """Note that an ordered end was reached; whether it was the last, so that the reply is over."""
        if self.stage is not ReplyStage.ENDING:
            return False
        self._finishes -= 1
        if self._finishes > 0:
            return False
        self.take(ReplyStep.SENT)
        return True

    # calls

    def is_offered(self, calls: Iterable[WantedCall]) -> bool:
        """Whether all of these functions were offered to the pass under way."""
        return {call.name for call in calls} <= {each.name for each in self.prompt.functions}

    def is_client_side(self, call: WantedCall) -> bool:
        """Whether the client answers the call."""
        return call.name not in self.prompt.server_side

    def want(self, calls: Iterable[WantedCall]) -> None:
        """Wait for calls to be answered."""
        self.stopwatch.end_pass()
        self.calls.update((call.id, call) for call in calls)

    def call_of(self, response: FunctionCallResponse) -> WantedCall | None:
        """Call that a response answers: by its id; without an id, the oldest call of that name."""
        if response.id is not None:
            return self.calls.get(response.id)
        return next((call for call in self.calls.values() if call.name == response.name), None)

    def answer_call(self, call: WantedCall, content: str) -> CallItem:
        """Note the response to a call; the item for the session's memory."""
        del self.calls[call.id]
        item = CallItem(call.id, call.name, call.arguments, content, self.is_client_side(call))
        self.results.append(evolve(item, said=" ".join(self._thought)))
        self._thought.clear()
        return item

    def unanswered(self) -> tuple[CancelledFunction, ...]:
        """Calls without a response, which nobody needs once the reply is cut."""
        return tuple(CancelledFunction(id=call.id, name=call.name) for call in self.calls.values())
