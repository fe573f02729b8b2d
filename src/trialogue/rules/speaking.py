"""What agents' replies mean for the floor.

A reply that nobody granted is a floor request with a prepared reply: held until it is granted or denied.
An agent that hears text answers cues and nothing else, so what it says outside its turn, once its session
was cued, answers an old question: it is dropped. Before that it can only be a greeting, and is held.
"""

from __future__ import annotations

from typing import TypeAlias, assert_never

from trialogue.model.commands import Drop
from trialogue.model.events import (
    InjectionRefused,
    PlaybackFinished,
    PlaybackStarted,
    ReplySent,
    ReplyStarted,
    ReplyWithdrawn,
    SentenceSaid,
    WordsHeard,
)
from trialogue.model.participants import Kind
from trialogue.model.plan import Interrupters
from trialogue.rules import limits, people, turns
from trialogue.rules.names import last_named, last_sentence
from trialogue.rules.sessions import leave
from trialogue.rules.state import State, Turn, TurnPhase

SpeakingEvent: TypeAlias = (
    ReplyStarted
    | SentenceSaid
    | ReplySent
    | ReplyWithdrawn
    | InjectionRefused
    | WordsHeard
    | PlaybackStarted
    | PlaybackFinished
)
"""What this module takes."""


def take(state: State, event: SpeakingEvent) -> None:
    """Decide on an event of an agent's speech."""
    if isinstance(event, ReplyStarted | ReplySent):
        state.calls.go_on(event.participant)
    match event:
        case ReplyStarted(participant=name, reply=reply):
            _started(state, name, reply)
        case SentenceSaid():
            _said(state, event)
        case ReplySent(participant=name, reply=reply, duration_s=duration_s):
            if duration_s <= 0:
                _empty(state, name, reply)
        case ReplyWithdrawn():
            _withdrawn(state, event)
        case InjectionRefused(participant=name, turn=number, reason=reason):
            _refused(state, name, number, reason)
        case WordsHeard(participant=name, text=text):
            _heard(state, name, text)
        case PlaybackStarted() | PlaybackFinished():
            _played(state, event)
        case _:  # pragma: no cover
            assert_never(event)


def _started(state: State, name: str, reply: int) -> None:
    if state.cast[name].kind is not Kind.AGENT:
        state.stale("a reply of somebody who is no agent", name)
        return
    if not state.replies.begin(name, reply):
        state.stale("a reply began that was known", name)
        return
    if name not in state.present():
        state.emit(Drop(name, reply, "denied"))
        return
    turn = state.holds_floor(name)
    if turn is not None and turns.reply_started(state, turn, reply):
        return
    if name in state.preparing:
        state.preparing.discard(name)
    elif name == state.listener and state.has_heard_person:
        state.overheard.add(name)
        state.replies.hold(name, reply)
        return
    elif not state.hears_by_ear(name) and name in state.prompted:
        state.emit(Drop(name, reply, "denied"))
        state.stale("a reply came too late for its turn", name)
        return
    state.replies.hold(name, reply)
    state.floor.request(name, state.now)
    _cuts_in(state, name)


def _cuts_in(state: State, name: str) -> None:
    """An agent by ear that is addressed in the sentence that is being heard may interrupt with its reply."""
    turn, rules = state.turn, state.plan.floor
    if turn is None or turn.phase is not TurnPhase.PLAYING or turn.holder.kind is not Kind.AGENT:
        return
    if rules.policy not in turns.SELF_SELECTED or rules.interrupt.agents is Interrupters.NEVER:
        return
    if not state.hears_by_ear(name) or state.barge is not None:
        return
    sentence = last_sentence(state.transcript.heard_by(turn.number, state.now))
    if last_named(sentence, state.plan.participants, turn.holder.name) != name:
        return
    state.report("interruption", f"cuts off {turn.holder.name}: named in its last sentence", name)
    turns.close(state, turn, "interrupted")
    turns.grant(state, name, "interrupts, being addressed", by="self")


def _said(state: State, event: SentenceSaid) -> None:
    """Note words; a reply that goes on behind its tool call is what was owed."""
    state.replies.add_words(event.participant, event.reply, event.text)
    turn = _current(state, event.participant, event.reply)
    if turn is not None and not state.calls.running(event.participant):
        turn.owes_reply = False


def _current(state: State, name: str, reply: int) -> Turn | None:
    """The turn in which this very reply is being played."""
    turn = state.holds_floor(name)
    if turn is None or turn.phase is not TurnPhase.PLAYING or turn.reply != reply:
        return None
    return turn


def _empty(state: State, name: str, reply: int) -> None:
    """A reply turned out to have no sound: its agent has nothing to say."""
    turn = _current(state, name, reply)
    if turn is not None:
        state.emit(Drop(name, reply, "withdrawn"))
        turns.advance(state, turn)
    elif _discard(state, name, reply):
        state.thinking.discard(name)


def _discard(state: State, name: str, reply: int) -> bool:
    """Throw one reply away that is not played yet; False where there is no such reply."""
    turn = state.holds_floor(name)
    if turn is not None and reply in turn.following:
        turn.following.remove(reply)
    elif not state.replies.discard(name, reply):
        return False
    state.emit(Drop(name, reply, "withdrawn"))
    turns.forget_request(state, name)
    return True


def _withdrawn(state: State, event: ReplyWithdrawn) -> None:
    name, reply = event.participant, event.reply
    turn = _current(state, name, reply)
    if event.reason == "overflow":
        state.report("overflow", "a reply was too long to be held", name)
    if event.reason == "lost" and turn is not None:
        state.presence.lost(name, state.presence.session(name))
        leave(state, name)
    elif (
        turn is not None and turn.prompt is not None and not turn.was_heard and event.reason == "interrupted"
    ):
        # The prompt itself cut off what the agent had begun to answer by its ear: its answer still comes.
        state.emit(Drop(name, reply, "withdrawn"))
        turns.think(state, turn)
    elif turn is not None:
        turns.close(state, turn, "interrupted")
    elif not _discard(state, name, reply):
        state.stale("a reply was withdrawn that was not awaited", name)


def _refused(state: State, name: str, number: int, reason: str) -> None:
    turn = state.holds_floor(name)
    if turn is None or turn.number != number or turn.prompt is None or turn.phase is not TurnPhase.THINKING:
        state.stale("an injection was refused that is over", name)
        return
    turns.refused(state, turn, reason)


def _heard(state: State, name: str, text: str) -> None:
    people.words_heard(state, name, text)
    if not state.hears_by_ear(name):
        return
    state.thinking.add(name)
    turn = state.holds_floor(name)
    if turn is not None:
        state.timers.clear(turn.timer("ear"))


def _played(state: State, event: PlaybackStarted | PlaybackFinished) -> None:
    """Old turns' sound may still end: that changes what was heard (the transcript), not the floor."""
    turn = _current(state, event.participant, event.reply)
    if turn is None or turn.number != event.turn:
        return
    if isinstance(event, PlaybackStarted) or event.played_s > 0:
        turn.was_heard = True
        state.ladder.reset()
        state.timers.clear(limits.SILENCE)
    if isinstance(event, PlaybackFinished):
        _finished(state, turn, event)


def _finished(state: State, turn: Turn, event: PlaybackFinished) -> None:
    turns.quiet(state)
    if event.outcome == "stalled":
        state.report("stalled", "no more sound came", turn.holder.name)
    if event.outcome == "cut":
        turn.phase = TurnPhase.THINKING
        turns.close(state, turn, "interrupted")
    else:
        turns.advance(state, turn)
