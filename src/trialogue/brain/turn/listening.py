"""Speech of people: it takes a free floor, or it is classified beside another's turn.

1. A person who begins to speak while the floor is free gets it when the speech is sure: it has lasted
   `SURE_S`, or its words have arrived. Speech beside a turn is classified (`interruptions.py`).
2. A turn ends when the ear says so, or `hang_s` after its speech ended, whichever comes first; words that
   are still being recognized are awaited, for at most `WORDS_S`, or `resume_s` if the turn began by cutting
   an agent off.
3. An interruption cuts the agent that is heard, or about to be, and gets the floor.
4. Two people who start within 0.3 s collide: the chair, priority, then the first starter has the floor; the
   other is first in the queue. Later starters wait.
5. Typed words wait for the floor, and hold it for the reading time.
"""

from __future__ import annotations

from typing import TypeAlias, assert_never

from trialogue.brain.course.course import Phase
from trialogue.brain.floor.requests import HIGH
from trialogue.brain.floor.view import COLLISION_S
from trialogue.brain.interruptions import SETTLE_S, Entry, SpeechSort, beside_people, classify_speech
from trialogue.brain.owners import Owners
from trialogue.brain.recorded_times import recorded
from trialogue.brain.seats.people import SpeechStretch, Words, are_believed
from trialogue.brain.turn import attribution, taking
from trialogue.brain.turn.agent import AgentTurn
from trialogue.brain.turn.attribution import WORDS_S
from trialogue.brain.turn.person import PersonState, PersonTurn
from trialogue.brain.words.utterances import SpokenUtterance
from trialogue.model.events import (
    EarHeard,
    EchoNoticed,
    SpeechStarted,
    SpeechStopped,
    TextTyped,
    VoiceFell,
    VoiceRose,
)
from trialogue.model.transcript import Beside

FINAL_S = 1.0
"""Seconds after the hang for which words that may still change are awaited."""

EPS_S = 0.001
"""Tolerance in seconds: a length that exceeds a limit by less does not exceed it."""

PeopleEvent: TypeAlias = (
    SpeechStarted | SpeechStopped | VoiceFell | VoiceRose | EchoNoticed | EarHeard | TextTyped
)
"""Events that this module takes."""


def take(o: Owners, event: PeopleEvent) -> None:
    """Decide on an event of a person."""
    name = event.participant
    if not o.cast.is_person(name) or o.cast.has_left(name):
        o.stale("a person's event of somebody who is none that may speak", name)
        return
    match event:
        case SpeechStarted(position_s=position_s):
            _started(o, name, position_s)
        case SpeechStopped(position_s=position_s):
            _stopped(o, name, position_s)
        case VoiceFell() | VoiceRose():
            _changed(o, event)
        case EchoNoticed():
            o.report("echo", "its microphone hears its loudspeaker: use headphones", name, level="warning")
        case EarHeard():
            _heard(o, event)
        case TextTyped(text=text):
            _typed(o, name, text)
        case _:  # pragma: no cover
            assert_never(event)


# --- the voice --------------------------------------------------------------------------------------------


def _started(o: Owners, name: str, position_s: float) -> None:
    if o.people.is_speaking(name) or o.cast.is_muted(name):
        o.stale("speech began of somebody who speaks already, or is muted", name)
        return
    o.people.begins(name, position_s)
    turn = o.turns.current
    if turn is None:
        return  # a free floor goes to whoever speaks, once that is sure: `next_speaker` grants it
    if isinstance(turn, PersonTurn) and turn.holder.name == name:
        o.people.own(name, turn.number, position_s, o.now)
        turn.speak(o.now)
        return
    o.beside.begin(name, turn.number, position_s)
    o.people.put_beside(name, turn.number)
    if isinstance(turn, PersonTurn):
        _collides(o, turn, name)


def _stopped(o: Owners, name: str, position_s: float) -> None:
    if not o.people.is_speaking(name):
        if not o.people.was_cut(name):
            o.stale("speech ended that had not begun", name)
        return
    o.people.stops(name, position_s)
    turn = o.turns.person(name)
    if turn is not None:
        turn.hang(o.people.spoken_until(name, o.now))
        if turn.is_settled:
            hung(o, turn)
    else:
        classify_beside(o, name, is_over=True)
        _heard_by_nobody(o, name)
        if o.people.has_typed(name) and o.turns.person(name) is None:
            o.floor.ask_first(name, o.now, HIGH)


def _heard_by_nobody(o: Owners, name: str) -> None:
    """Record speech that took no turn and was beside none, such as speech before the opening."""
    stretch = o.people.current(name)
    if not (stretch.turn or stretch.beside) and attribution.is_sure(o, stretch):
        o.people.place(stretch, o.floor.turn, "overlap")


def _changed(o: Owners, event: VoiceFell | VoiceRose) -> None:
    name = event.participant
    if not o.people.is_speaking(name):
        o.stale("the voice changed of somebody who does not speak", name)
    elif isinstance(event, VoiceFell):
        o.people.falls(name, event.position_s)
        classify_beside(o, name)
    else:
        o.people.rises(name)
        classify_beside(o, name)


# --- beside a turn ----------------------------------------------------------------------------------------


def classify_beside(o: Owners, name: str, *, is_over: bool = False) -> None:
    """Classify speech beside a turn as far as possible, and apply the consequences."""
    entry, turn = o.beside.of(name), o.turns.current
    if entry is None:
        return
    rules = o.plan.floor.interrupt
    if isinstance(turn, PersonTurn):
        rules = beside_people(rules)
    found = classify_speech(_length(o, entry, is_over=is_over), entry.words, rules, is_over=is_over)
    o.beside.note(name, found)
    match found:
        case SpeechSort.INTERRUPTION:
            _interrupts(o, entry)
        case SpeechSort.BACKCHANNEL:
            _passed(o, name, "backchannel")
        case SpeechSort.OVERLAP:
            if is_over:
                _passed(o, name, "overlap")
        case SpeechSort.UNSURE:
            pass
        case _:  # pragma: no cover
            assert_never(found)


def _length(o: Owners, entry: Entry, *, is_over: bool) -> float:
    """Length of the speech as far as it is known: its voice may have fallen `SETTLE_S` ago, unreported.

    Rounding decides nothing: a voice that fell exactly at the limit is not longer, and one that has not
    fallen when it is classified is.
    """
    if is_over or o.people.has_fallen(entry.name):
        return recorded(o.people.spoken_until(entry.name, o.now) - entry.begin_s) - EPS_S
    return recorded(o.heard_s - SETTLE_S - entry.begin_s) + EPS_S


def _passed(o: Owners, name: str, kind: Beside) -> None:
    """Close the entry of speech that was beside a turn and did not interrupt it."""
    entry = o.beside.end(name)
    stretch = o.people.note_kind(name, kind)
    what = "few words beside another's turn" if kind == "backchannel" else "was heard beside another's turn"
    o.report(kind, what, name)
    for spoken in o.utterances.open_of(name):
        if entry is not None and spoken.is_final and spoken.home and spoken.home[-1] is stretch:
            attribution.aside(o, spoken, stretch, kind)


def _interrupts(o: Owners, entry: Entry) -> None:
    name, turn = entry.name, o.turns.current
    if not isinstance(turn, AgentTurn):
        if not o.people.is_speaking(name):
            taking.grant(o, name, "spoke", by="self")
        else:
            o.beside.end(name)
        return  # the floor is free, and goes to whoever speaks on: `next_speaker` grants it
    more_words = entry.words > o.plan.floor.interrupt.backchannel_words
    evidence = "more words than a backchannel" if more_words else "spoke on"
    o.report("interruption", f"cuts off {turn.holder.name}: {evidence}", name)
    may_be_wrong = o.people.has_ear(name) and entry.words == 0
    taking.close(o, turn, "interrupted", keep_for=name if may_be_wrong else None)
    mine = taking.grant_over(o, name, "interrupts")
    mine.cuts(turn.holder.name)


def _collides(o: Owners, turn: PersonTurn, name: str) -> None:
    """Settle a collision: the holder continues, unless the other began with it and ranks higher."""
    holder = turn.holder.name
    if not o.people.is_speaking(holder):
        return
    apart_s = o.people.current(name).begin_s - o.people.current(holder).begin_s
    if abs(apart_s) > COLLISION_S or o.floor.request_of(name) is not None:
        return
    if rank(o, name) > rank(o, holder):
        o.report("collision", f"{holder} and {name} started at once; {name} goes first", holder)
        taking.close(o, turn, "interrupted")
        taking.grant(o, name, "comes first of two that started at once", by="self")
        o.floor.raise_hand(holder, o.now, HIGH)
    else:
        o.report("collision", f"{holder} and {name} started at once; {holder} goes first", name)
        o.floor.raise_hand(name, o.now, HIGH)


def rank(o: Owners, name: str) -> tuple[bool, int]:
    """Rank among people who start at once: the chair, then by priority."""
    request = o.floor.request_of(name)
    return name == o.chair, request.priority if request else 0


# --- words ------------------------------------------------------------------------------------------------


def _heard(o: Owners, event: EarHeard) -> None:
    name = event.participant
    if not o.people.is_of(name, event.session):
        o.stale("words of an ear's session that is over", name)
        return
    words = Words(event.text, event.begin_s, event.end_s)
    is_final = event.stage == "final"
    spoken = o.utterances.hear(name, event.utterance, words, is_final=is_final)
    o.utterances.put(spoken, o.people.home(name, words, o.now))
    if not event.text.strip():
        _ended_without(o, name, event)
    elif are_believed(event.text, spoken.home, o.now) and spoken.home:
        _place(o, spoken)
    elif is_final:
        attribution.disbelieve(o, spoken)
    if is_final and not spoken.rest:
        o.utterances.forget(spoken)


def last_words(o: Owners, event: EarHeard) -> None:
    """Attribute words that arrive after the meeting's end, of speech before it."""
    name, is_final = event.participant, event.stage == "final"
    if not (is_final and name in o.cast and o.cast.is_person(name)) or o.cast.has_left(name):
        return
    words = Words(event.text, event.begin_s, event.end_s)
    home = o.people.home(name, words, o.now)
    if not (home and o.people.is_of(name, event.session) and are_believed(event.text, home, o.now)):
        return
    spoken = o.utterances.hear(name, event.utterance, words, is_final=True)
    if home[-1].turn:
        attribution.late(o, spoken, home[-1].turn)
    else:
        attribution.aside(o, spoken, home[-1], home[-1].kind or "overlap")


def _ended_without(o: Owners, name: str, event: EarHeard) -> None:
    """Take the ear's report that a turn is over in which it recognized no words."""
    turn = o.turns.person(name)
    if event.stage == "final" and turn is not None:
        turn.settle(event.end_s)
        if turn.state in {PersonState.HANGING, PersonState.WORDS}:
            hung(o, turn)


def _place(o: Owners, spoken: SpokenUtterance) -> None:
    """Place words by the stretch of speech in which the last of them was said."""
    stretch, name = spoken.home[-1], spoken.name
    turn = o.turns.person(name)
    if turn is not None and stretch.turn == turn.number:
        _own_words(o, turn, spoken)
    elif stretch.turn:
        if spoken.is_final:
            attribution.late(o, spoken, stretch.turn)
    elif o.beside.of(name) is not None and stretch is o.people.current(name):
        o.beside.count_words(name, _words_in(o, name, stretch))
        classify_beside(o, name)
        _own_if_granted(o, spoken)
    elif stretch.beside:
        if spoken.is_final:
            attribution.aside(o, spoken, stretch, stretch.kind or "overlap")
    else:
        _free_words(o, spoken)


def _words_in(o: Owners, name: str, stretch: SpeechStretch) -> int:
    """Number of known words in a stretch of speech, over all its utterances."""
    return sum(
        spoken.last(o.now)
        for spoken in o.utterances.open_of(name)
        if spoken.home and spoken.home[-1] is stretch
    )


def _own_words(o: Owners, turn: PersonTurn, spoken: SpokenUtterance) -> None:
    """Take words of the holder's own turn: final ones are attributed, and end it if it is silent."""
    turn.hear()
    if o.turns.kept is not None and o.turns.kept.by == spoken.name:
        taking.release(o)
    if not spoken.is_final:
        return
    for each in o.utterances.open_of(spoken.name):  # also words that were final before the turn began
        if each.is_final and each.home and each.home[-1].turn == turn.number:
            attribution.attribute(o, turn, each)
    timed = spoken.words.end_s > spoken.words.begin_s
    turn.settle(spoken.words.end_s if timed else o.now)
    if turn.state in {PersonState.HANGING, PersonState.WORDS}:
        hung(o, turn)


def _own_if_granted(o: Owners, spoken: SpokenUtterance) -> None:
    """Take words that made speech an interruption: they belong to the turn that it took."""
    turn = o.turns.person(spoken.name)
    if turn is not None and spoken.home[-1].turn == turn.number:
        _own_words(o, turn, spoken)


def _free_words(o: Owners, spoken: SpokenUtterance) -> None:
    """Take words of speech on a free floor that was too short to be sure: words make it sure."""
    name, turn = spoken.name, o.turns.current
    stretch = spoken.home[-1]
    is_open = o.course.phase is Phase.OPEN
    if is_open and turn is None and o.is_present(name) and not o.people.is_barred(name):
        mine = taking.grant_over(o, name, "speaks already")
        if stretch.turn == mine.number:
            _own_words(o, mine, spoken)
    elif spoken.is_final:
        length, words = stretch.length(o.now), len(spoken.words.text.split())
        found = classify_speech(length, words, o.plan.floor.interrupt, is_over=True)
        kind: Beside = "backchannel" if found is SpeechSort.BACKCHANNEL else "overlap"
        o.people.place(stretch, o.floor.turn, kind)
        o.report(kind, "words that came behind its speech", name)
        attribution.aside(o, spoken, stretch, kind)


def _typed(o: Owners, name: str, text: str) -> None:
    if not text.strip() or o.cast.is_muted(name):
        return
    o.people.types(name, text)
    turn = o.turns.person(name)
    if turn is None:
        o.floor.ask_first(name, o.now, HIGH)
    elif turn.state is not PersonState.SPEAKING:
        attribution.read(o, turn)


# --- the end of a person's turn ---------------------------------------------------------------------------


def hung(o: Owners, turn: PersonTurn) -> None:
    """Continue a person's turn after its speech: the hang is over, or the ear has ended the turn."""
    name = turn.holder.name
    if o.people.has_typed(name):
        attribution.read(o, turn)
        return
    attribution.hear_if_sure(o, turn)
    rest = [spoken for spoken in o.utterances.open_of(name) if not spoken.is_final]
    if turn.state is PersonState.WORDS or turn.is_settled:
        _over_or_noise(o, turn)
    elif rest and o.people.has_ear(name):
        turn.wait_for_words(o.now + FINAL_S)
    elif turn.has_words or not turn.was_heard or not o.people.has_ear(name):
        _over_or_noise(o, turn)
    else:
        turn.wait_for_words(turn.ended_s + _patience(o, turn))


def _patience(o: Owners, turn: PersonTurn) -> float:
    """Seconds for which words are awaited after the end of speech."""
    rules = o.plan.floor
    if turn.cut is not None:
        return max(rules.hang_s, rules.interrupt.resume_s)
    return rules.hang_s + WORDS_S


def _over_or_noise(o: Owners, turn: PersonTurn) -> None:
    if not turn.was_heard and not turn.has_words and turn.state is PersonState.HANGING:
        turn.was_noise()
    else:
        over(o, turn)


def over(o: Owners, turn: PersonTurn) -> None:
    """Close a person's turn: all is said."""
    was_heard = turn.was_heard or turn.has_words
    taking.close(o, turn, "finished" if was_heard else "yielded")
