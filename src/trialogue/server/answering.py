"""Agent's half of a conversation: its replies, and how much of each was heard.

1. At most one reply is under way; `Reply` has the table of its stages. It ends when it is complete and all
   its audio is sent.
2. The agent counts as speaking while a sentence waits to be sent, and until the client must have played its
   audio. That is later than `AgentAudioDone`, since audio is sent faster than it plays. Words can be injected
   while a reply only thinks or waits for a function: they neither end nor cancel that reply.
3. A cut reply keeps the sentences that were sent, and cancels its calls without a response. A cut reply of
   which nothing was sent uses up no entry of a script.
4. The user's words are kept until one of the agent's replies is sent to its end: the next reply answers all
   of them. Nothing depends on how long the client takes to play.
"""

from __future__ import annotations

from typing import Final

from trialogue.server import wording as say
from trialogue.server.commands import (
    BeginPass,
    CutReply,
    FinishReply,
    LetFaultStrike,
    Orders,
    ReturnEntry,
    SpeakSentence,
    StopPass,
)
from trialogue.server.latency import Stopwatch
from trialogue.server.limits import NEVER
from trialogue.server.memory import SessionMemory
from trialogue.server.options import ServerOptions
from trialogue.server.reply import Reply, ReplyStage, ReplyStep
from trialogue.server.terms import Terms
from trialogue.server.think.ports import WantedCall
from trialogue.services.deepgram.messages import (
    AgentAudioDone,
    AgentError,
    ConversationText,
    FunctionCallCancelled,
    FunctionCallRequest,
    FunctionCallResponse,
    RequestedFunction,
    ScriptEntryTaken,
    WireAgentThinking,
)

_MAX_PASSES: Final = 16
"""Passes of thinking in one reply: a model that keeps calling functions is stopped there."""


_SLACK_S: Final = 0.05
"""Remaining playback, in seconds, that counts as over: clocks and clients are no more exact."""


class Answering:
    """Decides about replies; puts its commands into `orders`."""

    def __init__(self, terms: Terms, options: ServerOptions, orders: Orders) -> None:
        self.terms = terms
        self._memory = SessionMemory(terms, orders)
        self._options = options
        self._orders = orders
        self._reply: Reply | None = None
        self._number = 0
        self._playing_until = -NEVER

    @property
    def is_full(self) -> bool:
        """Whether the reply under way can take no further sentence."""
        return self._reply is not None and self._reply.ordered >= self._options.max_sentences

    def is_speaking(self, now: float) -> bool:
        """Whether words of the agent wait to be sent, or must still be playing at the client."""
        return self.is_sending or self._playing_until > now + _SLACK_S

    @property
    def is_sending(self) -> bool:
        """Whether words of the agent wait to be sent; if not, all words so far are sent."""
        return self._reply is not None and self._reply.waits_to_be_sent

    def next_deadline(self) -> float:
        """Next moment at which `wake` is to be called."""
        return NEVER if self._reply is None else self._reply.stopwatch.slow_at

    def wake(self, now: float) -> None:
        """Warn of slow thinking."""
        if self._reply is not None and (waited := self._reply.stopwatch.slow(now)):
            self._orders.warn("SLOW_THINK_REQUEST", waited)

    def answer(self, text: str, now: float, *, heard: str) -> None:
        """Take a user's turn and begin to think about it; `heard` is the part that joins the conversation."""
        self.interrupt(now)
        self._memory.hear(text, heard=heard)
        if self.terms.think:
            self._think(self._begin(now, ReplyStage.THINKING), now)

    def say(self, sentences: list[str], now: float, *, as_one: str | None = None) -> None:
        """Speak given sentences, as many as fit, after the reply under way or as a reply of their own.

        The client is told the text of each sentence as it begins, or `as_one` as the first one begins.
        """
        reply = self._reply or self._begin(now, ReplyStage.ENDING)
        for index, sentence in enumerate(sentences[: max(0, self._options.max_sentences - reply.ordered)]):
            tells = None if as_one is None else "" if index else as_one
            self._speak(reply, sentence, is_thought=False, tells=tells)
        self._finish_if_ending(reply)

    def interrupt(self, now: float) -> None:
        """Stop the reply under way; the client stops its playback."""
        if self._reply is not None:
            self._cut(self._reply)
        self._playing_until = min(self._playing_until, now)

    def abandon(self) -> None:
        """Stop everything under way without a message: the session is over."""
        if self._reply is not None:
            self._reply.take(ReplyStep.CUT)
            self._orders.give(CutReply(self._reply.number))
            self._reply = None

    def _cut(self, reply: Reply) -> None:
        self._reply = None
        reply.take(ReplyStep.CUT)
        self._orders.give(CutReply(reply.number))
        if reply.is_thought and not reply.has_spoken:
            self._orders.give(ReturnEntry(reply.number))
        if reply.calls:
            self._orders.send(FunctionCallCancelled(functions=reply.unanswered()))
        self._memory.keep_said(reply)
        if self._options.done_after_cut:
            self._orders.send(AgentAudioDone())

    # from think providers

    def choose(self, number: int, entry: int, fault: str = "") -> None:
        """Note that a script chose an entry for the reply, and perhaps a fault that strikes with it."""
        reply = self._thinking(number)
        if reply is not None:
            reply.entry = entry
            if fault:
                self._orders.give(LetFaultStrike(fault))

    def take_sentence(self, number: int, text: str, now: float) -> None:
        """Take a sentence from the think provider."""
        reply = self._thinking(number)
        if reply is None:
            return
        if reply.ordered >= self._options.max_sentences:
            self._orders.give(StopPass())
            self._complete_reply(reply)
            return
        self._orders.send(*reply.stopwatch.think(now))
        reply.think(text)
        self._speak(reply, text)

    def take_calls(self, number: int, calls: tuple[WantedCall, ...]) -> None:
        """Take function calls: those of the client wait for a response, the others fail at once."""
        reply = self._thinking(number)
        if reply is None:
            return
        reply.want(calls)
        functions = tuple(
            RequestedFunction(
                id=c.id, name=c.name, arguments=c.arguments, client_side=reply.is_client_side(c)
            )
            for c in calls
        )
        self._orders.send(FunctionCallRequest(functions=functions))
        for call in calls:
            if not reply.is_client_side(call):
                self._fail_call(reply, call)

    def is_refused(self, number: int, calls: tuple[WantedCall, ...]) -> bool:
        """Whether the reply under way calls a function that was not offered."""
        reply = self._current(number)
        return reply is not None and not reply.is_offered(calls)

    def end_pass(self, number: int, now: float) -> None:
        """End a pass of thinking: the reply then waits for its calls, thinks on, or is complete."""
        reply = self._thinking(number)
        if reply is None:
            return
        reply.stopwatch.end_pass()
        if reply.calls:
            reply.take(ReplyStep.CALLED)
        elif reply.has_news:
            self._think(reply, now)
        else:
            self._complete_reply(reply)

    def fail(self, number: int) -> None:
        """Fail the reply for want of an answer: speak what was thought, then report an error."""
        reply = self._thinking(number)
        if reply is None:
            return
        if reply.ordered:
            reply.is_failed = True
            self._complete_reply(reply)
            return
        self._cut(reply)
        self._orders.send(AgentError(code="FAILED_TO_THINK", description=say.NO_THOUGHT))

    def take_response(self, response: FunctionCallResponse, now: float) -> None:
        """Take the client's response to a call; a response to no waiting call is dropped."""
        reply = self._reply
        call = None if reply is None else reply.call_of(response)
        if reply is None or call is None:
            return
        self._answer_call(reply, call, response.content)
        if reply.stage is ReplyStage.CALLING and not reply.calls:
            self._think(reply, now)

    # from the voice

    def begin_sentence(self, number: int, text: str) -> None:
        """Note that a sentence's audio follows."""
        reply = self._current(number)
        if reply is None:
            return
        is_thought, told = reply.begin_sentence(text)
        if is_thought and not reply.has_spoken:
            self._tell_entry(reply)
        if told:
            self._orders.send(
                ConversationText(role="assistant", content=told, conversational_behavior="default")
            )

    def count_audio(self, number: int, duration_s: float, now: float) -> None:
        """Count audio that was sent."""
        reply = self._current(number)
        if reply is None:
            return
        self._orders.send(*reply.stopwatch.sound(now))
        self._playing_until = max(self._playing_until, now) + duration_s

    def end_reply(self, number: int) -> None:
        """Note that all audio of a complete reply was sent."""
        reply = self._current(number)
        if reply is None or not reply.reach_end():
            return
        self._memory.keep_said(reply)
        if reply.is_thought:
            self._memory.answered()
            if not reply.has_spoken:
                self._tell_entry(reply)
        self._orders.send(AgentAudioDone())
        if reply.is_failed:
            self._orders.send(AgentError(code="FAILED_TO_THINK", description=say.HALF_THOUGHT))
        self._reply = None

    def warn(self, number: int, code: str, reason: str) -> None:
        """Send a warning that belongs to the reply under way."""
        if self._current(number) is not None:
            self._orders.warn(code, reason)

    # internal

    def _begin(self, now: float, stage: ReplyStage) -> Reply:
        self._number += 1
        stopwatch = Stopwatch(now, self._options, self.terms.wants_experimental)
        self._reply = Reply(self._number, self.terms.voices, stage, stopwatch)
        return self._reply

    def _think(self, reply: Reply, now: float) -> None:
        reply.passes += 1
        if reply.passes > _MAX_PASSES:
            self._complete_reply(reply)
            return
        reply.think_on(self.terms.prompt, now)
        if self._options.tells_thoughts and reply.passes == 1:
            self._orders.send(WireAgentThinking(content=say.THOUGHT))
        request = self._memory.asked_for(reply)
        self._orders.give(BeginPass(reply.number, request))

    def _tell_entry(self, reply: Reply) -> None:
        """Tell the client which script entry the reply uses; from here on it counts as used."""
        reply.has_spoken = True
        if reply.entry is not None and self.terms.tells_entries:
            self._orders.send(ScriptEntryTaken(entry=reply.entry))

    def _speak(self, reply: Reply, text: str, *, is_thought: bool = True, tells: str | None = None) -> None:
        reply.order(is_thought=is_thought, tells=tells)
        self._orders.give(SpeakSentence(reply.number, text, reply.voices))

    def _complete_reply(self, reply: Reply) -> None:
        reply.complete()
        self._finish_if_ending(reply)

    def _finish_if_ending(self, reply: Reply) -> None:
        if reply.stage is ReplyStage.ENDING:
            reply.order_end()
            self._orders.give(FinishReply(reply.number))

    def _current(self, number: int) -> Reply | None:
        return self._reply if self._reply is not None and self._reply.number == number else None

    def _thinking(self, number: int) -> Reply | None:
        reply = self._current(number)
        return reply if reply is not None and reply.stage is ReplyStage.THINKING else None

    def _fail_call(self, reply: Reply, call: WantedCall) -> None:
        content = '{"error": "this server does not call function endpoints"}'
        self._orders.warn("FUNCTION_CALL_FAILED", "This server does not call function endpoints.")
        self._orders.send(FunctionCallResponse(id=call.id, name=call.name, content=content))
        self._answer_call(reply, call, content)

    def _answer_call(self, reply: Reply, call: WantedCall, content: str) -> None:
        self._memory.keep(reply.answer_call(call, content))
