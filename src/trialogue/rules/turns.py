"""One turn, from its grant to its end.

1. A granted agent is thinking until a reply of it is played; then playing; and again thinking while a
   tool call or a prompt of the same turn is unanswered.
2. What makes it speak, in this order: a reply that it holds ready; words that the app wants said; its
   greeting, once; for an agent that hears text, its digest. An agent by ear answers what it heard by
   itself, and is cued with what it could not hear: at once where there is such a thing, or where nobody
   else was heard since its last turn; after `ear_s` where it seems to have made nothing of what it heard.
3. A turn ends when its last reply was heard to its end and nothing more is owed, or by a deadline: to
   think (`timeout`), to hold (`hold-limit`).
4. A prompt that is refused is given again after 0.5, 1 and 2 seconds; then the turn ends (`timeout`).
5. What is thrown away of an agent that hears by ear is told to it at its next cue.
"""

from __future__ import annotations

from attrs import evolve

from trialogue.model.commands import (
    Cause,
    Cue,
    Drop,
    EndTurn,
    GrantFloor,
    PausePlayout,
    Play,
    Speak,
    StopPlayout,
)
from trialogue.model.participants import Kind, Participant
from trialogue.rules import limits, tool_waits
from trialogue.rules.barge import LastPerson
from trialogue.rules.digest import BE_SHORTER, Line, compose
from trialogue.rules.floor import HIGH, HIGHEST
from trialogue.rules.state import Phase, State, Turn, TurnPhase
from trialogue.rules.view import COLLISION_S, TurnTaken

GRACE_S = 5.0
"""How long a turn may go on behind its limit to end its sentence, in seconds."""

SELF_SELECTED = frozenset({"free"})
"""Policies by which agents start by themselves, and so can start at once."""

REFUSALS = 3
"""How often a refused prompt is given again."""

RETRY_S = 0.5
"""Seconds before the first time; doubled each time."""

TIMERS = (
    *("think", "ear", "retry", "hold", "warn", "revoke", "hang", "overlap", "barge", "resume"),
    tool_waits.FILLER,
)
"""All timers of a turn."""


def grant(state: State, to: str, reason: str, *, by: str, ask: str = "", is_urgent: bool = False) -> None:
    """Give the floor to somebody who is present, and make it speak.

    `by` says who chose: a policy's name, `asked` or `silence`; `ask` is what its digest ends with.
    """
    rivals = _rivals(state, to) if by in SELF_SELECTED else []
    number = state.floor.grant(to, state.now)
    state.timers.clear("choose", "silence")
    if state.named is not None and state.named.by != to:
        state.named = None
    for name in state.replies.holders():
        if name in state.overheard or (name != to and state.hears_by_ear(name)):
            drop_held(state, name, "denied")
    for name in rivals:
        state.floor.request(name, state.now, HIGH).raised = True
    rules = state.plan.floor
    hold_until = round(state.now + rules.hold.max_s, 6)
    state.turn = Turn(number, state.cast[to], by, ask, is_urgent, state.now)
    state.emit(GrantFloor(to, number, reason, hold_until))
    state.wake(state.turn.timer("hold"), hold_until)
    if rules.hold.warn_s is not None:
        state.wake(state.turn.timer("warn"), state.now + rules.hold.warn_s)
    if state.collecting is not None:
        state.collecting = evolve(state.collecting, was_heard=True)
        state.turn.was_prepared = state.replies.holds(to)
    if state.turn.holder.kind is not Kind.AGENT:
        _await_person(state, state.turn)
        return
    state.turn.owes_reply = bool(state.calls.running(to))
    think(state, state.turn)
    state.turn.following.extend(state.replies.take(to))
    if state.turn.following:
        _play_next(state, state.turn)
    else:
        _prompt_or_wait(state, state.turn)


def _rivals(state: State, to: str) -> list[str]:
    """Whose replies, by ear, began with the one that is granted now: they go to the head of the queue."""
    winner = state.floor.request_of(to)
    if winner is None or not state.replies.holds(to) or not state.hears_by_ear(to):
        return []
    waiting = [request for request in state.floor.waiting() if request.participant != to]
    rivals = [
        request.participant
        for request in waiting
        if state.replies.holds(request.participant)
        and state.hears_by_ear(request.participant)
        and abs(request.since - winner.since) <= COLLISION_S
    ]
    for name in rivals:
        state.report("collision", f"{to} and {name} started at once; {to} goes first", name)
    return rivals


def _await_person(state: State, turn: Turn) -> None:
    """Wait for a person to begin, if it has not."""
    name = turn.holder.name
    if name in state.speaking:
        person_speaks(state, turn)
    elif state.typed.get(name):
        state.wake(turn.timer("hang"), state.now)
    else:
        state.wake(turn.timer("think"), state.now + state.plan.floor.human_s)


def person_speaks(state: State, turn: Turn) -> None:
    """The holder, a person, is being heard."""
    turn.phase, turn.was_heard, turn.awaits_words = TurnPhase.PLAYING, True, False
    state.timers.clear(turn.timer("think"), turn.timer("hang"))


def drop_held(state: State, name: str, reason: str) -> None:
    """Throw a participant's held replies away, and with them a request that stood for them alone."""
    words = state.replies.words(name)
    for reply in state.replies.take(name):
        state.emit(Drop(name, reply, reason))
    if reason == "denied" and (state.hears_by_ear(name) or name in state.overheard):
        state.inboxes.not_heard(name, words, knows_them=state.hears_by_ear(name))
    state.overheard.discard(name)
    forget_request(state, name, is_denied=reason == "denied")


def forget_request(state: State, name: str, *, is_denied: bool = False) -> None:
    """Forget a floor request that stood for a prepared reply alone."""
    request = state.floor.request_of(name)
    if request is None or request.stands_alone or state.replies.holds(name):
        return
    if is_denied:
        state.floor.deny(name)
    else:
        state.floor.cancel(name)


def think(state: State, turn: Turn) -> None:
    """Wait for the holder's reply, from now on for as long as it may think."""
    turn.phase = TurnPhase.THINKING
    state.wake(turn.timer("think"), state.now + state.plan.floor.think_s)


def _play_next(state: State, turn: Turn) -> None:
    turn.reply = turn.following.popleft()
    turn.phase = TurnPhase.PLAYING
    turn.owes_reply = turn.owes_reply and bool(state.calls.running(turn.holder.name))
    turn.is_filling = False
    state.timers.clear(turn.timer("think"), turn.timer("ear"), turn.timer("retry"))
    state.emit(Play(turn.holder.name, turn.reply, turn.number))
    if state.barge is not None and not state.barge.passes:
        state.emit(PausePlayout(turn.holder.name, turn.number))


def _prompt_or_wait(state: State, turn: Turn) -> None:
    """Make a holder speak that has nothing ready."""
    name = turn.holder.name
    by_ear = state.hears_by_ear(name)
    if state.says.get(name):
        _speak(state, turn)
    elif turn.holder.greets and not state.replies.has_spoken(name):
        state.wake(turn.timer("ear"), state.now + state.plan.floor.ear_s)
    elif not by_ear or turn.is_urgent or state.inboxes.of(name).lines or not _others_heard(state, name):
        cue(state, turn)
    elif name not in state.thinking and not turn.owes_reply:
        state.wake(turn.timer("ear"), state.now + state.plan.floor.ear_s)


def _others_heard(state: State, name: str) -> bool:
    """Whether the turn that was heard last was somebody else's."""
    last = next((taken for taken in reversed(state.turns) if not taken.was_silent), None)
    return last is not None and last.participant != name


def cue(state: State, turn: Turn) -> None:
    """Tell the holder what it missed, and that it is its turn; it has its whole time to think."""
    name = turn.holder.name
    turn.told = state.inboxes.take(name)
    text = compose(turn.told, state.plan.participants, state.agenda.item, turn.ask)
    _prompt(state, turn, Cue(name, turn.number, text))


def _speak(state: State, turn: Turn) -> None:
    name = turn.holder.name
    _prompt(state, turn, Speak(name, turn.number, state.says[name].popleft()))


def _prompt(state: State, turn: Turn, prompt: Cue | Speak) -> None:
    state.prompted.add(turn.holder.name)
    turn.prompt = prompt
    state.emit(prompt)
    think(state, turn)


def reply_started(state: State, turn: Turn, reply: int) -> bool:
    """Take the holder's new reply into its turn; False where it is a remark of its own beside it.

    While one reply is played, an agent that hears text, or that called a tool, goes on with the next.
    """
    by_text = not state.hears_by_ear(turn.holder.name)
    goes_on = turn.phase is TurnPhase.THINKING or turn.owes_reply or turn.called_tool or by_text
    if goes_on:
        turn.following.append(reply)
        if turn.phase is TurnPhase.THINKING:
            _play_next(state, turn)
    return goes_on


def advance(state: State, turn: Turn) -> None:
    """What is played is over: go on with what the turn still owes, or end it."""
    if turn.following:
        _play_next(state, turn)
    elif turn.owes_reply:
        turn.phase = TurnPhase.THINKING
        if not state.calls.running(turn.holder.name):
            think(state, turn)
    elif turn.prompt is None and state.says.get(turn.holder.name):
        _speak(state, turn)
    elif not isinstance(turn.prompt, Cue) and _wants_cue(state, turn):
        cue(state, turn)
    else:
        turn.phase = TurnPhase.THINKING
        close(state, turn, "finished" if turn.was_heard else "yielded")


def _wants_cue(state: State, turn: Turn) -> bool:
    """Whether a turn without a cue so far has something still to be answered."""
    by_text = not state.hears_by_ear(turn.holder.name)
    if turn.ask and (turn.is_urgent or by_text):
        return True
    if turn.was_prepared:
        return False
    return turn.prompt is None and by_text and bool(state.inboxes.of(turn.holder.name).lines)


def refused(state: State, turn: Turn, reason: str) -> None:
    """The service did not take the prompt."""
    if turn.is_filling:
        turn.is_filling = False  # words that only fill a silence are not worth another try
        return
    turn.refusals += 1
    if turn.refusals <= REFUSALS:
        state.wake(turn.timer("retry"), state.now + RETRY_S * 2 ** (turn.refusals - 1))
        return
    state.report(
        "injection-refused", f"the service refused {turn.refusals} times: {reason}", turn.holder.name
    )
    state.inboxes.put_back(turn.holder.name, turn.told)
    close(state, turn, "timeout")


def woke(state: State, turn: Turn, what: str) -> None:
    """A deadline of this turn has come."""
    match what:
        case tool_waits.FILLER:
            tool_waits.fill(state, turn)
        case "retry" if turn.prompt is not None:
            state.emit(turn.prompt)
        case "ear":
            cue(state, turn)
        case "think":
            close(state, turn, "timeout")
        case "warn":
            state.report("hold-warning", "the turn is long", turn.holder.name)
            state.inboxes.add_note(turn.holder.name, BE_SHORTER)
        case "hold" if (until := _sentence_ends(state, turn)) is not None:
            state.wake(turn.timer("revoke"), until)
        case _:
            close(state, turn, "hold-limit")


def _sentence_ends(state: State, turn: Turn) -> float | None:
    """When the sentence that is being heard ends, if that is known and soon."""
    if turn.phase is not TurnPhase.PLAYING or turn.reply is None or state.barge is not None:
        return None
    left = state.transcript.sentence_left_s(turn.number, state.now)
    return state.now + left if left is not None and 0 < left <= GRACE_S else None


def close(state: State, turn: Turn, cause: Cause) -> None:
    """End a turn: silence it, free the floor, and let the others know what was heard."""
    name = turn.holder.name
    if turn.phase is TurnPhase.PLAYING and turn.holder.kind is Kind.AGENT:
        state.emit(StopPlayout(name, turn.number))
    for reply in turn.following:
        state.emit(Drop(name, reply, "ended"))
    state.emit(EndTurn(name, turn.number, cause))
    state.floor.end(cause)
    if cause == "interrupted":
        tool_waits.interrupted(state, name)
    state.timers.clear(*map(turn.timer, TIMERS))
    state.turn, state.barge = None, None
    if turn.holder.kind is not Kind.AGENT:
        state.last_person = LastPerson(name, turn.number, state.now, state.listener)
    state.free_since = state.now
    state.thinking.clear()
    if state.says.get(name):
        state.floor.request(name, state.now, HIGHEST).first = True
    if cause == "finished":
        state.retried.discard(name)
    state.unjudged = _taken(state, turn, cause)
    state.turns.append(state.unjudged)
    _tell(state, turn, state.unjudged)
    quiet(state)


def _taken(state: State, turn: Turn, cause: Cause) -> TurnTaken:
    return TurnTaken(
        turn=turn.number,
        participant=turn.holder.name,
        cause=cause,
        chosen_by=turn.chosen_by,
        heard=state.transcript.heard(turn.number),
        began_at=turn.began_at,
        ended_at=state.now,
        spoken_s=state.transcript.spoken_s(turn.number),
    )


def _heard_it(state: State, turn: Turn, other: Participant) -> bool:
    """Whether another's own ear took in a turn, or its end."""
    if turn.was_typed or turn.cut == other.name or other.kind is not Kind.AGENT:
        return False
    listens = turn.holder.kind is not Kind.AGENT and other.name == state.listener
    return (listens or state.hears_by_ear(other.name)) and state.presence.is_ready(other.name)


def _tell(state: State, turn: Turn, taken: TurnTaken) -> None:
    """Note the turn for the others' digests, and its cut for the speaker's own.

    An agent by ear that is here has heard it, or its end: it is never told the same turn in text.
    That somebody kept silent, which no ear hears, only a chair is told.
    """
    speaker = turn.holder
    was_cut = taken.cause not in {"finished", "yielded", "timeout"}
    line = Line(speaker, taken.heard, was_cut, not turn.is_uncertain)
    for other in state.plan.participants:
        if other.name == speaker.name or not other.may_speak:
            continue
        heard_it = _heard_it(state, turn, other)
        if (taken.heard and not heard_it) or (taken.was_silent and other.is_chair):
            state.inboxes.add_line(other.name, line)
    if was_cut:
        state.inboxes.cut_off(speaker.name, taken.heard)


def quiet(state: State) -> None:
    """Nobody is heard from now on: the meeting ends if that lasts."""
    if state.phase is Phase.OPEN and not state.timers.is_set(limits.SILENCE):
        state.wake(limits.SILENCE, state.now + state.plan.limits.silence_s)
