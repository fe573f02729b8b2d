"""Replies of agents, and their effect on the floor.

1. The reply that answers the holder's prompt is part of its turn; so is its continuation after a tool call.
2. A reply without a grant is a floor request with a prepared reply: held until it is granted or denied.
   An agent that hears text only answers prompts: any other reply is dropped, except a
   greeting before its first.
3. A reply to a prompt that is over is too late: it is dropped.
4. Until an agent knows that one of its remarks was not heard, its unprompted replies are not heard
   either, and its grant cues it: so its lines stay in order.
5. An agent's own backchannel takes no turn, and is not played. That of a holder that hears audio is not its
   answer: it is waited for again.
"""

from __future__ import annotations

from typing import TypeAlias, assert_never

from trialogue.brain.floor.policies import SELF_SELECTED
from trialogue.brain.owners import Owners
from trialogue.brain.prompts import Answered, PromptKind
from trialogue.brain.seats.losing import lose
from trialogue.brain.turn import prompting, taking
from trialogue.brain.turn.agent import AgentState, AgentTurn
from trialogue.brain.turn.dropping import drop, forget_request
from trialogue.brain.words.names import last_addressee
from trialogue.model.events import (
    InjectionRefused,
    LineTaken,
    PlaybackFinished,
    PlaybackPaused,
    PlaybackResumed,
    PlaybackStarted,
    ReplyFailed,
    ReplySent,
    ReplyStarted,
    ReplyWithdrawn,
    SentenceSaid,
    WordsHeard,
)
from trialogue.model.plan import Interrupters

_OF_A_SCRIPT = frozenset((PromptKind.CUE, PromptKind.PREPARE))
"""Prompts that a scripted agent answers with the next line of its script."""

RETOLD = 3
"""Most times that a turn is cued again because an unheard remark was reported too late."""

SpeakingEvent: TypeAlias = (
    ReplyStarted
    | LineTaken
    | SentenceSaid
    | ReplySent
    | ReplyWithdrawn
    | ReplyFailed
    | InjectionRefused
    | WordsHeard
    | PlaybackStarted
    | PlaybackPaused
    | PlaybackResumed
    | PlaybackFinished
)
"""Events that this module takes."""


def take(o: Owners, event: SpeakingEvent) -> None:
    """Decide on an event of an agent's speech."""
    if not o.cast.is_agent(event.participant):
        o.stale("an agent's event of somebody who is none", event.participant)
        return
    if isinstance(event, ReplyStarted | ReplySent):
        o.calls.go_on(event.participant)
    match event:
        case ReplyStarted():
            _started(o, event)
        case SentenceSaid():
            _said(o, event)
        case ReplySent(participant=name, reply=reply, duration_s=duration_s):
            if duration_s <= 0:
                _empty(o, name, reply)
        case ReplyWithdrawn():
            _withdrawn(o, event)
        case ReplyFailed():
            _failed(o, event)
        case InjectionRefused():
            _refused(o, event)
        case WordsHeard(participant=name):
            _heard(o, name)
        case PlaybackStarted() | PlaybackFinished():
            _played(o, event)
        case LineTaken(participant=name):
            if o.cast.hears_by_ear(name):  # only our own service reports lines, and it names prompts
                o.prompts.names(name)
        case PlaybackPaused() | PlaybackResumed():
            pass  # only the folds need them
        case _:  # pragma: no cover
            assert_never(event)


# --- a reply begins ---------------------------------------------------------------------------------------


def _started(o: Owners, event: ReplyStarted) -> None:
    name, reply = event.participant, event.reply
    if not o.replies.begin(name, reply):
        o.stale("a reply began that was known", name)
        return
    if event.is_backchannel:
        drop(o, name, reply, "denied", is_told=False)
        o.report("backchannel", "a short remark that takes no turn", name)
        _wait_for_answer(o, name)
        return
    answered = o.prompts.answer(name, event.prompt, by_ear=o.cast.hears_by_ear(name))
    if not o.is_present(name):
        drop(o, name, reply, "denied")
        return
    turn = o.turns.agent(name)
    if answered.is_late:
        _late(o, name, reply)
    elif turn is not None and _is_part(o, turn, answered):
        _joins(o, turn, reply, answered)
    else:
        _unasked(o, name, reply, answered)


def _wait_for_answer(o: Owners, name: str) -> None:
    """Wait again for a holder that was about to answer by itself, and has not."""
    turn = o.turns.agent(name)
    is_awaited = turn is not None and turn.state is AgentState.AWAITED and turn.ear_since is None
    if turn is not None and is_awaited and o.cast.hears_by_ear(name):
        turn.wait_for_own(o.now)


def _late(o: Owners, name: str, reply: int) -> None:
    drop(o, name, reply, "denied")
    o.stale("a reply came too late for its turn", name)


def _is_part(o: Owners, turn: AgentTurn, answered: Answered) -> bool:
    """Whether a reply is part of the holder's turn, and not a remark of its own beside it."""
    if answered.prompt is not None:
        return answered.prompt.turn == turn.number
    name = turn.holder.name
    is_untold = _is_untold(o, name)
    if turn.owes_reply or turn.called_tool:
        return not (is_untold and o.lines.is_scripted(name))
    by_ear = o.cast.hears_by_ear(name)
    waits = any(prompt.turn == turn.number for prompt in o.prompts.open_of(name))
    if is_untold or (waits and not by_ear):
        return False
    return not turn.is_playing or not by_ear


def _has_unheard(o: Owners, name: str) -> bool:
    """Whether a remark of an agent was not heard, and no prompt has said so yet."""
    return bool(o.lines.only_lines(name, o.inboxes.of(name)).unheard)


def _comes_too_soon(o: Owners, name: str) -> bool:
    """Whether an answer is out of order: the agent does not know yet that an earlier line was not heard.

    So is an answer that a tool has delayed, to an earlier prompt than the one that says so.
    """
    return _has_unheard(o, name) or o.prompts.tells_unheard(name)


def _is_untold(o: Owners, name: str) -> bool:
    """Whether an agent was not told yet of an unheard remark: its next one comes too soon."""
    untold = o.prompts.names_prompts(name) and _has_unheard(o, name)
    return untold or o.prompts.tells_unheard(name)


def _joins(o: Owners, turn: AgentTurn, reply: int, answered: Answered) -> None:
    """Take the holder's reply into its turn, unless it was not told yet that an earlier line was unheard.

    Held replies that it began by itself meanwhile come first: they were said before.
    """
    name = turn.holder.name
    is_asked = answered.prompt is not None and answered.prompt.kind in _OF_A_SCRIPT
    if is_asked and o.lines.is_scripted(name) and turn.retold < RETOLD and _comes_too_soon(o, name):
        turn.retell()
        drop(o, name, reply, "denied")
        if not o.prompts.tells_unheard(name):
            prompting.cue(o, turn)
        return
    prompting.take_held(o, turn)
    turn.queue(reply)
    if not turn.is_playing:
        prompting.play_next(o, turn)


def _unasked(o: Owners, name: str, reply: int, answered: Answered) -> None:
    """Take a reply of an agent without the floor, or one beside its own turn."""
    is_prepared = answered.prompt is not None and answered.prompt.kind is PromptKind.PREPARE
    by_ear = o.cast.hears_by_ear(name)
    if not by_ear and not is_prepared and o.prompts.was_prompted(name):
        _late(o, name, reply)
        return
    turn = o.turns.agent(name)
    if turn is not None and PromptKind.CUE in turn.prompted and o.plan.floor.policy in SELF_SELECTED:
        drop(o, name, reply, "denied")  # it is to answer its cue, not to start once more
        return
    if is_prepared:
        is_early = o.lines.is_scripted(name) and _comes_too_soon(o, name)
    else:
        is_early = by_ear and (_has_unheard(o, name) or _is_untold(o, name))
    if is_early:
        drop(o, name, reply, "denied")
    else:
        o.replies.hold(name, reply)
    o.floor.request(name, o.now)
    _cuts_in(o, name)


def _cuts_in(o: Owners, name: str) -> None:
    """Let an agent that hears audio interrupt with a held reply if the current sentence addresses it."""
    turn, rules = o.turns.current, o.plan.floor
    if not isinstance(turn, AgentTurn) or not turn.is_playing or turn.holder.name == name:
        return
    if rules.policy not in SELF_SELECTED or rules.interrupt.agents is Interrupters.NEVER:
        return
    if not o.cast.hears_by_ear(name) or not o.replies.holds(name) or not o.beside.is_empty():
        return
    said = o.transcript.heard_by(turn.number, o.now)
    if last_addressee(said, o.cast.everybody, turn.holder.name) != name:
        return
    o.report("interruption", f"cuts off {turn.holder.name}: named in its last sentence", name)
    taking.close(o, turn, "interrupted")
    taking.grant(o, name, "interrupts, being addressed", by="self")


# --- the rest of a reply ------------------------------------------------------------------------------------


def _said(o: Owners, event: SentenceSaid) -> None:
    """Note words; after a tool call, a reply that continues is the one that was to come."""
    name = event.participant
    o.replies.add_words(name, event.reply, event.text)
    turn = _current(o, name, event.reply)
    if turn is not None and not o.calls.running(name):
        turn.owe_nothing()


def _current(o: Owners, name: str, reply: int) -> AgentTurn | None:
    """Turn in which this very reply is being played; None without one."""
    turn = o.turns.agent(name)
    return turn if turn is not None and turn.is_playing and turn.reply == reply else None


def _advance(o: Owners, turn: AgentTurn) -> None:
    if not prompting.advance(o, turn):
        turn.go_on_thinking()
        taking.close(o, turn, "finished" if turn.was_heard else "yielded")


def _empty(o: Owners, name: str, reply: int) -> None:
    """Take a reply without sound: its agent has nothing to say.

    One that waits while the turn is heard, as behind a filler, also settles what is owed after a tool call.
    """
    turn, held = _current(o, name, reply), o.turns.agent(name)
    if turn is not None:
        drop(o, name, reply, "withdrawn", is_told=False)
        _advance(o, turn)
        return
    if held is not None and reply in held.following and not o.calls.running(name):
        held.owe_nothing()
    if _discard(o, name, reply, is_told=False):
        o.replies.answers_no_more(name)


def _discard(o: Owners, name: str, reply: int, *, is_told: bool) -> bool:
    """Discard one reply that is not played yet; False if there is no such reply."""
    turn = o.turns.agent(name)
    if turn is not None and reply in turn.following:
        turn.unqueue(reply)
    elif not o.replies.discard(name, reply):
        return False
    drop(o, name, reply, "withdrawn", is_told=is_told)
    forget_request(o, name)
    return True


def _withdrawn(o: Owners, event: ReplyWithdrawn) -> None:
    name, reply = event.participant, event.reply
    turn = _current(o, name, reply)
    kept = o.turns.kept
    if event.reason == "overflow":
        o.report("overflow", "a reply was too long to be held", name, level="failure")
    if event.reason == "lost" and turn is not None:
        o.agents.lost(name, o.agents.session(name))
        lose(o, name)
    elif turn is not None and turn.prompted and not turn.was_heard and event.reason == "interrupted":
        # The prompt cut off the answer that the agent had begun by ear: its answer to the prompt still comes.
        drop(o, name, reply, "withdrawn")
        turn.go_on_thinking()
        turn.think(o.now)
    elif turn is not None:
        taking.close(o, turn, "interrupted")
    elif kept is not None and kept.name == name and reply in kept.replies:
        taking.release(o)
    elif not _discard(o, name, reply, is_told=event.reason != "lost"):
        o.stale("a reply was withdrawn that was not awaited", name)


def _failed(o: Owners, event: ReplyFailed) -> None:
    """Take a failed reply: the prompt is sent again, once; then the turn is over."""
    name = event.participant
    o.replies.answers_no_more(name)
    turn = o.turns.agent(name)
    prompt = o.prompts.fail(name, event.prompt, event.turn, o.now)
    if prompt is None and (turn is None or (turn.prompted and event.turn != turn.number)):
        o.stale("a reply failed that is not awaited", name)
        return
    o.report("reply-failed", event.code, name, level="failure")
    if turn is not None:
        turn.owe_nothing()
    if prompt is not None and not prompt.is_used_up:
        return
    if prompt is not None:
        turn = prompting.give_up(o, prompt)
    if turn is not None and not turn.is_playing:
        taking.close(o, turn, "failed")


def _refused(o: Owners, event: InjectionRefused) -> None:
    prompt = o.prompts.refuse(event.participant, event.prompt, event.turn, o.now)
    if prompt is None:
        o.inboxes.put_back(event.participant, o.prompts.refused_late(event.participant, event.prompt))
        o.stale("an injection was refused that is over", event.participant)
    elif prompt.is_used_up:
        times, kind = prompt.refusals, prompt.kind
        turn = prompting.give_up(o, prompt)
        if kind is not PromptKind.FILLER:  # a filler that is refused is not worth a report
            what = f"the service refused {times} times: {event.reason}"
            o.report("injection-refused", what, event.participant, level="failure")
        if turn is not None:
            taking.close(o, turn, "timeout")


def _heard(o: Owners, name: str) -> None:
    """Note that an agent that hears audio has heard words: it is about to answer."""
    if not o.cast.hears_by_ear(name):
        return
    o.replies.will_answer(name)
    turn = o.turns.agent(name)
    if turn is not None and turn.state is AgentState.AWAITED:
        turn.own_comes()


# --- playback -----------------------------------------------------------------------------------------------


def _played(o: Owners, event: PlaybackStarted | PlaybackFinished) -> None:
    """Take an event of playback; sound of an earlier turn changes the folds only, not the floor."""
    name, reply = event.participant, event.reply
    is_heard = isinstance(event, PlaybackStarted) or event.played_s > 0
    if is_heard:
        o.replies.hear(name, reply)
        o.inboxes.heard_after_all(name, reply)
    turn = _current(o, name, reply)
    if turn is None or turn.number != event.turn:
        return
    if is_heard:
        turn.hear()
    if isinstance(event, PlaybackFinished):
        _finished(o, turn, event)


def _finished(o: Owners, turn: AgentTurn, event: PlaybackFinished) -> None:
    if event.outcome == "stalled":
        o.report("stalled", "no more sound came", turn.holder.name, level="failure")
    if event.outcome == "dry" and not o.calls.running(turn.holder.name):
        o.report("dry", "its service never said that it was done", turn.holder.name)
    if event.outcome == "cut":
        turn.go_on_thinking()
        taking.close(o, turn, "interrupted")
    else:
        _advance(o, turn)
