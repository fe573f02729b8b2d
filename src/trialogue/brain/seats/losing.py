"""Loss of a session, or of a whole seat: the one place that informs all owners.

1. An agent whose session is gone was cut off; its held replies, prompts and unfinished replies are gone with
   it. It may repeat the turn once.
2. A person whose source is gone speaks no more: its words so far are kept, the rest is unclear.
   Its typed words continue to wait, unless it is muted or leaves.
3. A participant who leaves holds nothing and waits for nothing.
"""

from __future__ import annotations

from trialogue.brain.interruptions import SpeechSort, classify_speech
from trialogue.brain.owners import Owners
from trialogue.brain.prompts import Forced
from trialogue.brain.turn import attribution, taking
from trialogue.brain.turn.agent import AgentTurn
from trialogue.brain.turn.dropping import deny_held
from trialogue.model.commands import Cause, Speak
from trialogue.model.transcript import Beside


def lose(o: Owners, name: str) -> None:
    """Drop all that depends on an agent's lost session; its turn is taken again, once."""
    turn = o.turns.agent(name)
    if turn is not None:
        words = _unsaid(o, turn)
        taking.close(o, turn, "lost")
        if o.agents.lose_turn(name) and words:
            o.prompts.want_said(name, Forced(words), first=True)
    _let_go(o, name)


def _unsaid(o: Owners, turn: AgentTurn) -> str:
    """Words of the app that the holder was saying or was to say: they are said again from the beginning."""
    if not turn.is_forced:
        return ""
    told = [
        command
        for prompt in o.prompts.of_turn(turn.holder.name, turn.number)
        if isinstance(command := prompt.command(), Speak)
    ]
    return told[-1].text if told else ""


def _let_go(o: Owners, name: str) -> None:
    """Drop a session's cut turn, its held replies and its prompts."""
    if o.turns.kept is not None and o.turns.kept.name == name:
        taking.release(o)
    deny_held(o, name, "withdrawn")
    o.inboxes.put_back(name, o.prompts.supersede(name))
    o.replies.answers_no_more(name)


def drop_out(o: Owners, name: str) -> None:
    """Drop all that an agent holds and waits for: it has failed for good, or left."""
    turn = o.turns.agent(name)
    if turn is not None:
        taking.close(o, turn, "left")
    _let_go(o, name)
    o.floor.cancel(name)
    o.prompts.forget_words(name)


def silence(o: Owners, name: str, cause: Cause) -> None:
    """End a person's speech, and its own turn: its source is gone, or starts again."""
    turn = o.turns.person(name)
    stretch = o.people.reset(name, o.now, keeps_typed=cause == "lost")
    entry = o.beside.end(name)
    if turn is not None:
        taking.close(o, turn, cause)
    elif stretch is not None and entry is not None:
        rules = o.plan.floor.interrupt
        found = classify_speech(stretch.length(o.now), entry.words, rules, is_over=True)
        kind: Beside = "backchannel" if found is SpeechSort.BACKCHANNEL else "overlap"
        o.people.note_kind(name, kind)
        for spoken in o.utterances.open_of(name):
            if spoken.home and spoken.home[-1] is stretch:
                attribution.aside(o, spoken, stretch, kind)
    elif stretch is not None and not stretch.turn:
        o.people.place(stretch, o.floor.turn, "overlap")


def hear_no_more(o: Owners, name: str, cause: Cause) -> None:
    """Stop hearing a person: its speech so far stands in the transcript, in words or as unclear."""
    silence(o, name, cause)
    for who, stretch in attribution.unworded(o):
        if who == name:
            attribution.unclear(o, name, stretch)
