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
    """An agent's session is gone, and with it what it was saying; a lost turn is taken again, once."""
    turn = o.turns.agent(name)
    if turn is not None:
        words = _unsaid(o, turn)
        taking.close(o, turn, "lost")
        if o.agents.lose_turn(name) and words:
            o.prompts.want_said(name, Forced(words), first=True)
    _let_go(o, name)


def _unsaid(o: Owners, turn: AgentTurn) -> str:
    """The words of the app's that the holder was saying, or was to say: they are said anew, all of them."""
    if not turn.is_forced:
        return ""
    told = [
        command
        for prompt in o.prompts.of_turn(turn.holder.name, turn.number)
        if isinstance(command := prompt.command(), Speak)
    ]
    return told[-1].text if told else ""


def _let_go(o: Owners, name: str) -> None:
    """Let go what a session held, was prompted for and had begun."""
    if o.turns.kept is not None and o.turns.kept.name == name:
        taking.release(o)
    deny_held(o, name, "withdrawn")
    o.inboxes.put_back(name, o.prompts.supersede(name))
    o.replies.answers_no_more(name)


def drop_out(o: Owners, name: str) -> None:
    """An agent has failed for good, or left: it holds and waits for nothing."""
    turn = o.turns.agent(name)
    if turn is not None:
        taking.close(o, turn, "left")
    _let_go(o, name)
    o.floor.cancel(name)
    o.prompts.forget_words(name)


def silence(o: Owners, name: str, cause: Cause) -> None:
    """A person's source is gone, or starts anew: its speech is over, and so is its own turn."""
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
    """Close a person's hearing: what it said stands in the transcript, in words or as unclear."""
    silence(o, name, cause)
    for who, stretch in attribution.unworded(o):
        if who == name:
            attribution.unclear(o, name, stretch)
