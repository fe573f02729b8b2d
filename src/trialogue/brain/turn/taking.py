"""Beginning and end of a turn: the floor is granted, and released or revoked.

1. A grant denies the prepared replies of agents that hear audio, except the granted one. A reply that began
   within `COLLISION_S` of it goes to the head of the queue.
2. A turn that ends is silenced; its further replies are dropped, and reported to their agent as not heard.
3. An agent's turn that a person cut is kept, paused, until that person's words arrive: a cough gives it back.
4. The other participants are told the words that were heard; the speaker is told where it was cut.
"""

from __future__ import annotations

from collections.abc import Sequence

from trialogue.brain.floor.policies import BY_THE_CHAIR, SELF_SELECTED
from trialogue.brain.floor.requests import HIGH
from trialogue.brain.floor.view import COLLISION_S, TurnTaken
from trialogue.brain.mouths import Loudness
from trialogue.brain.owners import Owners
from trialogue.brain.recorded_times import recorded
from trialogue.brain.tools import waits
from trialogue.brain.turn import attribution, prompting
from trialogue.brain.turn.agent import AgentFact, AgentTurn
from trialogue.brain.turn.dropping import deny_held, drop
from trialogue.brain.turn.person import PersonFact, PersonTurn
from trialogue.brain.turn.turns import Kept, Turn
from trialogue.brain.words.digest import DigestLine
from trialogue.brain.words.names import addressee
from trialogue.errors import LocalProtocolError
from trialogue.model.commands import Cause, EndTurn, GrantFloor, PausePlayout, StopPlayout
from trialogue.model.participants import Participant

_WELL: frozenset[Cause] = frozenset(("finished", "yielded"))
"""Causes of a turn's end after which nothing was left to say."""


def grant(
    o: Owners,
    to: str,
    reason: str,
    *,
    by: str,
    ask: str = "",
    is_urgent: bool = False,
    going_on: Sequence[int] = (),
) -> Turn:
    """Grant the floor to a present participant and make it speak; returns the turn that begins.

    `by` is the chooser: a policy's name, `asked`, `hand`, `silence`, `self`, `loop` or `livelock`. `ask` is
    the question at the end of its digest. `going_on` are the replies of a cut turn that continues.
    """
    rivals = _rivals(o, to) if by in SELF_SELECTED else ()
    if o.turns.kept is not None and o.turns.kept.by != to:
        release(o)
    _forget_named(o, to, by)
    for name in o.replies.holders():
        if name != to and o.cast.hears_by_ear(name):
            deny_held(o, name, "denied")
    _deny_answers(o, to)
    number = o.floor.grant(to, o.now)
    for name in rivals:
        o.floor.raise_hand(name, o.now, HIGH)
    if o.cast.is_agent(to):
        return _begin_agent(o, number, (to, reason, by, ask), is_urgent=is_urgent, going_on=going_on)
    return _begin_person(o, number, to, (reason, by))


def _rivals(o: Owners, to: str) -> tuple[str, ...]:
    """Agents that hear audio and began with the granted one: they go to the head of the queue."""
    winner = o.floor.request_of(to)
    if winner is None or not _is_ready_by_ear(o, to):
        return ()
    waiting = [request for request in o.floor.waiting() if request.participant != to]
    rivals = [
        request.participant
        for request in waiting
        if _is_ready_by_ear(o, request.participant) and abs(request.since - winner.since) <= COLLISION_S
    ]
    for name in rivals:
        o.report("collision", f"{to} and {name} started at once; {to} goes first", name)
    return tuple(rivals)


def _is_ready_by_ear(o: Owners, name: str) -> bool:
    return o.replies.holds(name) and o.cast.hears_by_ear(name)


def _forget_named(o: Owners, to: str, by: str) -> None:
    """Forget the participant that a tool named, except at a grant to the namer, or to another by request."""
    named = o.floor.named
    if named is not None and named.by != to and not (by == "asked" and to != named.to):
        o.floor.forget_named()


def _deny_answers(o: Owners, to: str) -> None:
    """Deny the requests of agents that hear audio if they stood only for an answer that was dropped."""
    for request in o.floor.waiting():
        name = request.participant
        if name != to and not request.stands_alone and not o.replies.holds(name):
            o.floor.deny(name)


def _begin_agent(
    o: Owners, number: int, how: tuple[str, str, str, str], *, is_urgent: bool, going_on: Sequence[int]
) -> AgentTurn:
    to, reason, by, ask = how
    hold_until = recorded(o.now + o.plan.floor.hold.max_s)
    turn = AgentTurn(number, o.cast[to], by, ask, is_urgent, o.now, hold_until, o.turns.nominee == to)
    o.turns.begin(turn)
    o.emit(GrantFloor(to, number, reason, hold_until))
    turn.think(o.now)
    if o.calls.running(to):
        turn.owe()
    if going_on or (o.turns.collecting is not None and o.replies.holds(to)):
        turn.prepare()
    for reply in (*going_on, *o.replies.take(to)):
        turn.queue(reply)
    if turn.following:
        prompting.play_next(o, turn)
    else:
        prompting.prompt_or_wait(o, turn)
    return turn


def _begin_person(o: Owners, number: int, to: str, how: tuple[str, str]) -> PersonTurn:
    reason, by = how
    entry = o.beside.end(to)
    turn = PersonTurn(number, o.cast[to], by, o.now, was_named=o.turns.nominee == to)
    o.turns.begin(turn)
    since = o.people.take_claim(to)
    speaks = o.people.is_speaking(to)
    if since is None and (speaks or entry is not None):
        since = entry.begin_s if entry is not None else o.people.current(to).begin_s
    patience = 0.0 if since is not None else o.plan.floor.human_s
    o.emit(GrantFloor(to, number, reason, recorded(o.now + patience + o.plan.floor.hold.max_s)))
    _begin_beside(o, turn)
    if since is not None:
        o.people.own(to, number, since, o.now)
        turn.speak(o.now)
        if not speaks:
            turn.hang(o.people.spoken_until(to, o.now))
    elif o.people.has_typed(to):
        attribution.read(o, turn)
    return turn


def grant_over(o: Owners, name: str, reason: str) -> PersonTurn:
    """Grant the floor to a person for current or completed speech; returns its turn."""
    o.people.claim(name, o.now)
    turn = grant(o, name, reason, by="self")
    if not isinstance(turn, PersonTurn):
        raise LocalProtocolError("only people take the floor by speaking")
    return turn


def _begin_beside(o: Owners, turn: PersonTurn) -> None:
    """Note speech of people who began at once with the holder as speech beside its turn."""
    for name in o.people.speaking():
        if name != turn.holder.name and not o.people.is_barred(name) and o.beside.of(name) is None:
            o.beside.begin(name, turn.number, o.people.current(name).begin_s)
            o.people.put_beside(name, turn.number)


def release(o: Owners) -> None:
    """End a cut turn for good: words were said, or another participant has the floor."""
    kept = o.turns.release()
    if kept is not None:
        o.emit(StopPlayout(kept.name, kept.turn))
        if not o.replies.was_heard(kept.name, kept.replies[0]):
            o.inboxes.not_heard(kept.name, kept.replies[0])
        for reply in kept.replies[1:]:
            drop(o, kept.name, reply, "ended")


# --- the end of a turn ------------------------------------------------------------------------------------


def close(o: Owners, turn: Turn, cause: Cause, *, keep_for: str | None = None) -> None:
    """End a turn: silence it, free the floor, and report the heard words to the others.

    `keep_for`: the person who interrupts the turn, if it may continue should that person say nothing after
    all.
    """
    name = turn.holder.name
    if isinstance(turn, AgentTurn):
        _silence(o, turn, keep_for)
        o.inboxes.put_back(name, o.prompts.supersede(name))
        turn.take(AgentFact.SOUND_ENDED if cause in _WELL else AgentFact.ENDED_EARLY)
    else:
        attribution.settle(o, turn)
        turn.take(PersonFact.OVER if cause in _WELL else PersonFact.ENDED_EARLY)
    o.emit(EndTurn(name, turn.number, cause))
    o.floor.end(cause)
    if cause == "interrupted" and o.cast.is_agent(name):
        waits.interrupted(o, name)
    taken = _taken(o, turn, cause)
    o.turns.end(taken, o.cast.plan)
    o.troubles.take(taken, o.chair)
    o.replies.answers_no_more()
    _follow(o, turn, taken)
    _tell(o, turn, taken)
    if isinstance(turn, PersonTurn) and o.turns.kept is not None and o.turns.kept.by == name:
        _settle_kept(o, turn)


def revoke(o: Owners, turn: Turn, cause: Cause) -> None:
    """Revoke the floor; a person who speaks on may not take it again before a pause."""
    if o.people.is_speaking(turn.holder.name):
        o.people.bar(turn.holder.name)
    close(o, turn, cause)


def _silence(o: Owners, turn: AgentTurn, keep_for: str | None) -> None:
    name = turn.holder.name
    if turn.is_playing and turn.reply is not None and keep_for is not None and turn.was_heard:
        if o.mouths.loudness is not Loudness.PAUSED:
            o.emit(PausePlayout(name, turn.number))
        o.turns.keep(Kept(name, turn.number, (turn.reply, *turn.following), keep_for))
        return
    if turn.is_playing and turn.reply is not None:
        o.emit(StopPlayout(name, turn.number))
        if not o.replies.was_heard(name, turn.reply):
            o.inboxes.not_heard(name, turn.reply)
    for reply in turn.following:
        drop(o, name, reply, "ended")


def _settle_kept(o: Owners, turn: PersonTurn) -> None:
    """Settle a cut turn when its interrupter's turn has ended: without words, the cut turn may continue."""
    if turn.has_words:
        release(o)
    else:
        o.turns.interrupter_ended(turn.ended_s)


def _taken(o: Owners, turn: Turn, cause: Cause) -> TurnTaken:
    is_noise = isinstance(turn, PersonTurn) and not (turn.was_heard or turn.was_typed)
    return TurnTaken(
        turn=turn.number,
        participant=turn.holder.name,
        cause=cause,
        chosen_by=turn.chosen_by,
        heard=o.transcript.heard(turn.number),
        began_at=turn.began_at,
        ended_at=o.now,
        spoken_s=0.0 if is_noise else o.transcript.spoken_s(turn.number),
        is_forced=turn.is_forced,
    )


def _follow(o: Owners, turn: Turn, taken: TurnTaken) -> None:
    """Apply the consequences of a completed turn for the floor."""
    name, chair = taken.participant, o.chair
    if o.prompts.has_asked_words(name) and o.is_present(name):
        o.floor.ask_first(name, o.now)
    if o.people.has_typed(name) and not o.people.is_speaking(name) and o.is_present(name):
        o.floor.ask_first(name, o.now, HIGH)
    if taken.cause == "finished":
        o.agents.retaken(name)
    if not taken.was_silent:
        o.people.lift_bars(but=name)
    if name == chair:
        _note_nominee(o, taken)
    elif turn.was_named and chair is not None and o.prompts.has_warning(chair) and o.is_present(chair):
        o.floor.ask_first(chair, o.now)


def _note_nominee(o: Owners, taken: TurnTaken) -> None:
    """Note the participant whom the chair named, until it has spoken; lost turns of others are forgotten."""
    named = o.floor.named
    if named is not None and named.by == taken.participant:
        to: str | None = named.to
    elif o.plan.floor.policy in BY_THE_CHAIR:
        to = addressee(taken.heard, o.cast.everybody, taken.participant)
    else:
        to = None
    if to is not None:
        o.turns.nominate(to)
        o.agents.forget_lost_turns(but=to)
        o.floor.drop_retakes(but=to)


def _heard_it(o: Owners, turn: Turn, other: Participant) -> bool:
    """Whether another participant has heard a turn, or its end, by its own ear."""
    if isinstance(turn, PersonTurn) and (turn.was_typed or turn.cut == other.name):
        return False
    return o.cast.hears_by_ear(other.name) and o.agents.is_ready(other.name)


def _tell(o: Owners, turn: Turn, taken: TurnTaken) -> None:
    """Add a turn to the others' inboxes, and its cut to the speaker's own.

    An agent that hears audio and is present has heard the turn, or its end: it never gets the same turn in
    text. Only a chair is told of a silent turn, which no ear hears. A lost turn that will be taken again is
    heard then: before that, no agent that hears audio is told of it, and no chair that it was silent.
    """
    was_cut = taken.cause not in {"finished", "yielded", "timeout"}
    comes_again = taken.cause == "lost" and o.agents.may_retake(taken.participant)
    is_certain = not (isinstance(turn, PersonTurn) and turn.is_uncertain)
    line = DigestLine(turn.holder, taken.heard, was_cut, is_certain)
    for other in o.cast.everybody:
        if other.name == taken.participant or not other.may_speak:
            continue
        hears_it = _heard_it(o, turn, other) or (comes_again and o.cast.hears_by_ear(other.name))
        told = bool(taken.heard) and not hears_it
        if told or (taken.was_silent and other.is_chair and not comes_again):
            o.inboxes.add_line(other.name, line)
    if was_cut:
        o.inboxes.cut_off(taken.participant, taken.heard)


def resume_kept(o: Owners, kept: Kept) -> None:
    """Continue a cut turn from its cut: its interrupter said nothing after all."""
    o.turns.release()
    o.report("false-interruption", "nothing was said: the turn goes on from where it was cut", kept.name)
    o.inboxes.goes_on(kept.name)
    grant(o, kept.name, "goes on: nothing was said", by="self", going_on=kept.replies)
