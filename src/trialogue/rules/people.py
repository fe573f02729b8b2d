"""People: their speech, their typed words, and how they cut in.

1. A person that speaks has a free floor at once. Granted the floor by others, it has `human_s` to begin.
   Its turn ends when `hang_s` have passed since its speech ended and its words have come, or, where they
   do not come, `WORDS_S` later.
2. Speech beside an agent's turn silences that turn at once, and keeps its sound. It becomes an
   interruption when it lasts `backchannel_s`, or has more than `backchannel_words` words; then the turn
   ends and the floor is the person's. Else the turn goes on from the cut: at once where its few words
   have come, or when nothing follows within `resume_s`. Where `overlap_s` is allowed, the turn goes on
   beside the speech for so long, and speech that is over by then is no interruption.
3. Words that a listening agent's ear made out are those of the person who cuts in, or who holds the
   floor, or who held it last, for a while, but for those of agents that this ear heard before (`ears.py`).
   Where two people spoke at once, or an agent's words could not be told apart, they are uncertain.
4. Typed words wait for the floor and take it for no time.
5. Two people that start within 0.3 s collide: the chair, priority, then the first starter has the floor;
   the other is first in the queue.
"""

from __future__ import annotations

from collections import deque
from typing import TypeAlias, assert_never

from trialogue.model.commands import Attribute, PausePlayout, ResumePlayout
from trialogue.model.events import (
    PlaybackPaused,
    PlaybackResumed,
    SpeechStarted,
    SpeechStopped,
    TextTyped,
)
from trialogue.model.participants import Kind
from trialogue.rules import limits, turns
from trialogue.rules.barge import Barge, LastPerson
from trialogue.rules.digest import Line
from trialogue.rules.ears import BEYOND_S, Words, behind
from trialogue.rules.floor import HIGH
from trialogue.rules.state import Phase, State, Turn, TurnPhase
from trialogue.rules.view import COLLISION_S

WORDS_S = 4.0
"""How long a person's turn waits for its words, and how long later words are still its own."""

PeopleEvent: TypeAlias = SpeechStarted | SpeechStopped | TextTyped | PlaybackPaused | PlaybackResumed
"""What this module takes."""


def take(state: State, event: PeopleEvent) -> None:
    """Decide on an event of a person's."""
    match event:
        case PlaybackPaused() | PlaybackResumed():
            pass  # for the transcript: what was heard of a turn that was paused
        case (
            SpeechStarted(participant=name) | SpeechStopped(participant=name) | TextTyped(participant=name)
        ) if state.cast[name].kind is Kind.AGENT or not state.cast[name].may_speak:
            state.stale("a person's event of somebody who is none that may speak", name)
        case SpeechStarted(participant=name):
            _started(state, name)
        case SpeechStopped(participant=name):
            _stopped(state, name)
        case TextTyped(participant=name, text=text):
            _typed(state, name, text)
        case _:  # pragma: no cover
            assert_never(event)


def _started(state: State, name: str) -> None:
    if name in state.speaking or name in state.muted:
        state.stale("speech began of somebody who speaks already, or is muted", name)
        return
    state.speaking[name] = state.now
    state.ladder.reset()
    state.timers.clear(limits.SILENCE)
    turn = state.turn
    if turn is None:
        return  # whoever speaks has a free floor: `choosing` grants it
    if turn.holder.name == name:
        turns.person_speaks(state, turn)
    elif turn.holder.kind is not Kind.AGENT:
        _overlaps(state, turn, name)
    elif state.barge is None:
        _cuts_in(state, turn, name)
    elif state.barge.passes and state.barge.by not in state.speaking.keys() - {name}:
        _nothing_followed(state, turn)  # each stretch has its own time


def _stopped(state: State, name: str) -> None:
    since = state.speaking.pop(name, None)
    if since is None:
        state.stale("speech ended that had not begun", name)
        return
    if not state.speaking:
        turns.quiet(state)
    turn = state.turn
    if turn is None:
        return
    if turn.holder.name == name:
        state.wake(turn.timer("hang"), state.now + state.plan.floor.hang_s)
    elif state.barge is not None and state.barge.by == name:
        state.timers.clear(turn.timer("overlap"), turn.timer("barge"))
        state.wake(turn.timer("resume"), state.now + state.plan.floor.interrupt.resume_s)


def _typed(state: State, name: str, text: str) -> None:
    if not text.strip() or name in state.muted:
        return
    state.typed.setdefault(name, deque()).append(text)
    turn = state.holds_floor(name)
    if turn is None:
        state.floor.request(name, state.now, HIGH).first = True
    elif name not in state.speaking:
        state.timers.clear(turn.timer("think"))
        state.wake(turn.timer("hang"), state.now)


# --- cutting in -----------------------------------------------------------------------------------------


def _cuts_in(state: State, turn: Turn, name: str) -> None:
    """Somebody speaks beside a turn that is heard, or is about to be."""
    rules = state.plan.floor.interrupt
    passes = turn.phase is TurnPhase.PLAYING and rules.overlap_s > 0
    state.barge = Barge(name, passes, overlapped=passes)
    if passes:
        state.wake(turn.timer("overlap"), state.now + rules.overlap_s)
        state.wake(turn.timer("barge"), state.now + max(rules.overlap_s, rules.backchannel_s))
        return
    if turn.phase is TurnPhase.PLAYING:
        state.emit(PausePlayout(turn.holder.name, turn.number))
    state.wake(turn.timer("barge"), state.now + rules.backchannel_s)


def _overlapped(state: State, turn: Turn) -> None:
    """Both have been heard for as long as is allowed: whoever holds the floor falls silent."""
    barge = state.barge
    if barge is None:
        return
    barge.passes = False
    if turn.phase is TurnPhase.PLAYING:
        state.emit(PausePlayout(turn.holder.name, turn.number))
    if _is_more_than_a_backchannel(state, barge):
        _interrupts(state, turn, "more words than a backchannel")


def _overlaps(state: State, turn: Turn, name: str) -> None:
    """Two people speak at once: the holder goes on, unless the other started with it and comes first."""
    turn.is_uncertain = True
    holder = turn.holder.name
    began = state.speaking.get(holder)
    if began is None or state.now - began > COLLISION_S or turn.collided:
        return
    turn.collided = True
    if _rank(state, name) > _rank(state, holder):
        state.report("collision", f"{holder} and {name} started at once; {name} goes first", holder)
        turns.close(state, turn, "interrupted")
        turns.grant(state, name, "comes first of two that started at once", by="self")
        state.ongoing.is_uncertain = state.ongoing.collided = True
        _wait_first(state, holder)
    else:
        state.report("collision", f"{holder} and {name} started at once; {holder} goes first", name)
        _wait_first(state, name)


def _rank(state: State, name: str) -> tuple[bool, int]:
    request = state.floor.request_of(name)
    return name == state.chair, request.priority if request else 0


def _wait_first(state: State, name: str) -> None:
    """Put whoever lost to the head of the queue."""
    request = state.floor.request(name, state.now, HIGH)
    request.raised = True


def woke(state: State, turn: Turn, what: str) -> None:
    """A deadline of people's has come."""
    match what:
        case "overlap":
            _overlapped(state, turn)
        case "barge":
            _interrupts(state, turn, "spoke on")
        case "resume":
            _nothing_followed(state, turn)
        case _:
            _hung(state, turn)


def _interrupts(state: State, turn: Turn, evidence: str) -> None:
    barge = state.barge
    if barge is None:
        return
    state.report("interruption", f"cuts off {turn.holder.name}: {evidence}", barge.by)
    turns.close(state, turn, "interrupted")
    turns.grant(state, barge.by, "interrupts", by="self")
    mine = state.ongoing
    mine.cut = turn.holder.name
    # One ear cannot tell two voices at once apart, whatever it makes out.
    mine.is_uncertain = barge.overlapped and state.listener is not None and state.hears_by_ear(state.listener)
    if barge.words:
        _attribute(state, mine, barge.said)
    if barge.by not in state.speaking:
        turns.person_speaks(state, mine)
        state.wake(mine.timer("hang"), state.now + state.plan.floor.hang_s)


def _nothing_followed(state: State, turn: Turn) -> None:
    """It was no interruption: let the turn go on, unless somebody else speaks by now."""
    passed, state.barge = state.barge, None
    state.timers.clear(turn.timer("overlap"), turn.timer("barge"), turn.timer("resume"))
    another = next(iter(state.speaking), None)
    if passed is not None and passed.passes:
        state.report("overlap", "was heard beside the turn, which went on", passed.by)
        if another is not None:
            _cuts_in(state, turn, another)
    elif another is not None:
        state.barge = Barge(another)
        state.wake(turn.timer("barge"), state.now + state.plan.floor.interrupt.backchannel_s)
    elif turn.phase is TurnPhase.PLAYING:
        state.report("false-interruption", "the turn goes on from where it was stopped", turn.holder.name)
        state.emit(ResumePlayout(turn.holder.name, turn.number))


# --- words ----------------------------------------------------------------------------------------------


def words_heard(state: State, listener: str, text: str) -> None:
    """A listening ear made out words: a person's, where one spoke, and an agent's before them."""
    turn, last = state.turn, state.last_person
    words = _of_people(state, listener, text)
    if not words.text:
        return
    if listener != state.listener:
        if last is not None and listener == last.listener and state.now - last.ended_at <= WORDS_S:
            _late(state, last, words.text)
        return
    if state.barge is not None and turn is not None:
        _words_beside(state, turn, state.barge, words)
    elif turn is not None and turn.holder.kind is not Kind.AGENT:
        _attribute(state, turn, words)
        if turn.awaits_words:
            _close(state, turn)
    elif last is not None and state.now - last.ended_at <= WORDS_S:
        _late(state, last, words.text)


def _of_people(state: State, listener: str, text: str) -> Words:
    """What is a person's of the words that an ear made out: an ear that hears agents, too, mixes them."""
    if not state.hears_by_ear(listener) or not text.strip():
        return Words(text.strip())
    since = state.ears.since(listener)
    state.ears.told(listener, state.now)
    said, maybe = (
        state.transcript.said_between(since, state.now, beyond_s=beyond_s, but=listener)
        for beyond_s in (0.0, BEYOND_S)
    )
    return behind(maybe, text, unsure=len(maybe.split()) - len(said.split()))


def _words_beside(state: State, turn: Turn, barge: Barge, words: Words) -> None:
    barge.words.append(words)
    if barge.passes:
        if barge.by not in state.speaking:
            _nothing_followed(state, turn)
    elif _is_more_than_a_backchannel(state, barge):
        _interrupts(state, turn, "more words than a backchannel")
    elif barge.by not in state.speaking:
        state.report("backchannel", "few words beside another's turn", barge.by)
        _nothing_followed(state, turn)


def _is_more_than_a_backchannel(state: State, barge: Barge) -> bool:
    return len(barge.said.text.split()) > state.plan.floor.interrupt.backchannel_words


def _attribute(state: State, turn: Turn, words: Words) -> None:
    turn.has_words = True
    turn.is_uncertain = turn.is_uncertain or not words.is_certain
    state.emit(Attribute(turn.holder.name, turn.number, words.text, not turn.is_uncertain))


def _late(state: State, last: LastPerson, text: str) -> None:
    """Words of a person's turn that is over: into the transcript, and into the others' digests."""
    state.emit(Attribute(last.participant, last.turn, text, is_certain=False))
    line = Line(state.cast[last.participant], text, is_certain=False)
    for other in state.plan.participants:
        if other.name not in {last.participant, last.listener} and not state.hears_by_ear(other.name):
            state.inboxes.add_line(other.name, line)


def _hung(state: State, turn: Turn) -> None:
    """A person has said nothing more for a while."""
    name = turn.holder.name
    for text in state.typed.pop(name, ()):
        turn.was_typed = True
        state.emit(Attribute(name, turn.number, text, is_certain=True))
    if name in state.speaking:
        return
    if (
        turn.has_words
        or turn.was_typed
        or turn.awaits_words
        or state.listener is None
        or _was_short(state, turn)
    ):
        _close(state, turn)
        return
    turn.awaits_words = True
    state.wake(turn.timer("hang"), state.now + WORDS_S)


def _was_short(state: State, turn: Turn) -> bool:
    """Whether so little was heard that it need not have been words."""
    return state.transcript.spoken_s(turn.number) < state.plan.floor.interrupt.backchannel_s / 2


def _close(state: State, turn: Turn) -> None:
    turns.close(state, turn, "finished" if turn.was_heard or turn.was_typed else "yielded")


def mute(state: State, name: str, *, muted: bool) -> None:
    """Let somebody be heard by nobody, or be heard again; a turn of its own that goes on is cut."""
    if muted == (name in state.muted):
        return
    if not muted:
        state.muted.discard(name)
        return
    state.muted.add(name)
    state.speaking.pop(name, None)
    state.typed.pop(name, None)
    turn = state.holds_floor(name)
    if turn is not None and state.phase is Phase.OPEN:
        turns.close(state, turn, "interrupted")
    elif state.barge is not None and state.barge.by == name and state.turn is not None:
        _nothing_followed(state, state.turn)
