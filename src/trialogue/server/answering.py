"""The agent's half of a conversation: its replies, and what was heard of them.

1. At most one reply is under way; how far it is, is its own table. It ends when nothing is to be added and
   all its audio is sent.
2. The agent speaks while a sentence waits to be sent, and until its audio must have been played at the
   client, which is later than `AgentAudioDone`: audio is sent faster than it plays. One that only thinks, or
   waits for a function, can be given words to say meanwhile: they neither end nor cancel what is under way.
3. A cut reply keeps the sentences that were sent. Its calls without a response are cancelled. One of which
   nothing was sent has used nothing of a script.
4. What was said to the agent is kept until a reply of its own was sent to its end: the next reply answers
   all of it. Nothing depends on how long the client takes to play.
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
"""Passes of thinking in one reply: a model that calls for ever is stopped there."""


_SLACK_S: Final = 0.05
"""Playback that has so little left to go is over: clocks and clients are no more exact than that."""


class Answering:
    """Decides what becomes of replies; puts its orders into `orders`."""

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

    def is_current(self, number: int) -> bool:
        """Whether that reply is under way."""
        return self._current(number) is not None

    def is_speaking(self, now: float) -> bool:
        """Whether words of the agent's wait to be sent, or must still be playing at the client."""
        return self.is_sending or self._playing_until > now + _SLACK_S

    @property
    def is_sending(self) -> bool:
        """Whether words of the agent's wait to be sent; else all that was said so far is at the client."""
        return self._reply is not None and self._reply.waits_to_be_sent

    def next_deadline(self) -> float:
        """When `wake` has something to do."""
        return NEVER if self._reply is None else self._reply.stopwatch.slow_at

    def wake(self, now: float) -> None:
        """Warn of slow thinking."""
        if self._reply is not None and (waited := self._reply.stopwatch.slow(now)):
            self._orders.warn("SLOW_THINK_REQUEST", waited)

    def answer(self, text: str, now: float, *, heard: str) -> None:
        """Take a user's turn in and begin to think about it; `heard` is what of it is the conversation's."""
        self.interrupt(now)
        self._memory.hear(text, heard=heard)
        if self.terms.think:
            self._think(self._begin(now, ReplyStage.THINKING), now)

    def say(self, sentences: list[str], now: float, *, as_one: str | None = None) -> None:
        """Speak given sentences, as many as fit, at the end of the reply under way or as one of their own.

        Each is told as it begins; `as_one` is told instead, with the first of them.
        """
        reply = self._reply or self._begin(now, ReplyStage.ENDING)
        for index, sentence in enumerate(sentences[: max(0, self._options.max_sentences - reply.ordered)]):
            tells = None if as_one is None else "" if index else as_one
            self._speak(reply, sentence, is_thought=False, tells=tells)
        self._finish_if_ending(reply)

    def interrupt(self, now: float) -> None:
        """Stop the reply under way; the client stops what it plays."""
        if self._reply is not None:
            self._cut(self._reply)
        self._playing_until = min(self._playing_until, now)

    def abandon(self) -> None:
        """Stop whatever is under way, without a word: the session is over."""
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

    # what think providers say

    def choose(self, number: int, entry: int, fault: str = "") -> None:
        """A script chose an entry for the reply, with which a fault may strike."""
        reply = self._thinking(number)
        if reply is not None:
            reply.entry = entry
            if fault:
                self._orders.give(LetFaultStrike(fault))

    def take_sentence(self, number: int, text: str, now: float) -> None:
        """A sentence was thought."""
        reply = self._thinking(number)
        if reply is None:
            return
        if reply.ordered >= self._options.max_sentences:
            self._orders.give(StopPass())
            self._complete_reply(reply)
            return
        self._orders.send(*reply.stopwatch.think(now))
        self._speak(reply, text)

    def take_calls(self, number: int, calls: tuple[WantedCall, ...]) -> None:
        """Function calls are wanted: those of the client wait, those of ours fail at once."""
        reply = self._thinking(number)
        if reply is None:
            return
        reply.want(calls)
        functions = tuple(
            RequestedFunction(
                id=c.id, name=c.name, arguments=c.arguments, client_side=self._is_client_side(c.name)
            )
            for c in calls
        )
        self._orders.send(FunctionCallRequest(functions=functions))
        for call in calls:
            if not self._is_client_side(call.name):
                self._fail_call(reply, call)

    def is_offered(self, calls: tuple[WantedCall, ...]) -> bool:
        """Whether all of these functions are among those offered."""
        return {call.name for call in calls} <= {f.name for f in self.terms.prompt.functions}

    def end_pass(self, number: int, now: float) -> None:
        """A pass of thinking has ended: the reply waits for its calls, thinks on, or is complete."""
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
        """No think provider gave a whole reply: what was thought of it is said, and the turn has failed."""
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
        """The client answered a call; answers to calls that nobody waits for are dropped."""
        reply = self._reply
        call = None if reply is None else reply.call_of(response)
        if reply is None or call is None:
            return
        self._answer_call(reply, call, response.content)
        if reply.stage is ReplyStage.CALLING and not reply.calls:
            self._think(reply, now)

    # what the voice says

    def begin_sentence(self, number: int, text: str) -> None:
        """A sentence's audio follows."""
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
        """Audio was sent."""
        reply = self._current(number)
        if reply is None:
            return
        self._orders.send(*reply.stopwatch.sound(now))
        self._playing_until = max(self._playing_until, now) + duration_s

    def end_reply(self, number: int) -> None:
        """All audio of a complete reply was sent."""
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
        """Pass a warning on that belongs to the reply under way."""
        if self._current(number) is not None:
            self._orders.warn(code, reason)

    # the inside

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
        reply.think_on(now)
        if self._options.tells_thoughts and reply.passes == 1:
            self._orders.send(WireAgentThinking(content=say.THOUGHT))
        request = self._memory.asked_for(reply, self.terms.prompt)
        self._orders.give(BeginPass(reply.number, request))

    def _tell_entry(self, reply: Reply) -> None:
        """From here on the reply has used its script's entry."""
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

    def _is_client_side(self, name: str) -> bool:
        return name not in self.terms.prompt.server_side

    def _fail_call(self, reply: Reply, call: WantedCall) -> None:
        content = '{"error": "this server does not call function endpoints"}'
        self._orders.warn("FUNCTION_CALL_FAILED", "This server does not call function endpoints.")
        self._orders.send(FunctionCallResponse(id=call.id, name=call.name, content=content))
        self._answer_call(reply, call, content)

    def _answer_call(self, reply: Reply, call: WantedCall, content: str) -> None:
        self._memory.keep(reply.answer_call(call, content, is_client_side=self._is_client_side(call.name)))
