"""Prompts to the holder: the choice of the prompt that makes it speak, and of the next part of its turn.

1. In this order: a prepared reply; words that the app, or the meeting, wants said; its greeting,
   once; for an agent that hears text, its digest. An agent that hears audio answers by itself. It gets a cue
   with the words that it could not hear: at once if there are any, if one of its remarks was not heard, or if
   no other participant was heard since its last turn; after `ear_s` if it seems not to have understood.
2. A turn continues while a reply follows, a tool's result is due, or a prompt is unanswered.
3. A refused prompt is sent again; when it is given up, its contents are put back and the turn ends
   (`timeout`).
"""

from __future__ import annotations

from trialogue.brain import hook_asking
from trialogue.brain.owners import Owners
from trialogue.brain.prompts import Prompt, PromptKind
from trialogue.brain.turn.agent import AgentTurn
from trialogue.brain.turn.dropping import forget_request
from trialogue.brain.words.digest import Asked, Missed, compose
from trialogue.model.commands import Play


def play_next(o: Owners, turn: AgentTurn) -> None:
    """Play the next reply of a turn."""
    reply = turn.play_next(still_owes=bool(o.calls.running(turn.holder.name)))
    o.emit(Play(turn.holder.name, reply, turn.number))


def prompt_or_wait(o: Owners, turn: AgentTurn) -> None:
    """Make a holder speak that has no reply ready: prompt it, or wait for its own reply."""
    name = turn.holder.name
    if o.prompts.has_words(name):
        speak(o, turn)
    elif _is_preparing(o, turn):
        turn.prompt(PromptKind.CUE, o.now)
    elif turn.holder.greets and not o.replies.has_spoken(name):
        turn.wait_for_own(o.now)
    elif not o.cast.hears_by_ear(name) or turn.is_urgent or _must_be_told(o, name):
        cue(o, turn)
    elif not o.replies.is_answering(name) and not turn.owes_reply:
        turn.wait_for_own(o.now)


def _is_preparing(o: Owners, turn: AgentTurn) -> bool:
    """Whether a request to prepare becomes the holder's cue; one that cannot is superseded."""
    name = turn.holder.name
    if not turn.ask and o.prompts.adopt(name, turn.number) is not None:
        return True
    o.inboxes.put_back(name, o.prompts.supersede(name))
    return False


def _must_be_told(o: Owners, name: str) -> bool:
    """Whether an agent that hears audio has to be told something before it can speak."""
    missed, last = o.inboxes.of(name), o.turns.last_heard()
    others_heard = last is not None and last.participant != name
    return bool(missed.lines or missed.unheard) or not others_heard


def cue(o: Owners, turn: AgentTurn) -> None:
    """Cue the holder with all that it missed, and restart its time to think."""
    prompt = ask(o, turn.holder.name, PromptKind.CUE, turn=turn.number, words=turn.ask)
    turn.prompt(prompt.kind, o.now)


def _renew(o: Owners, prompt: Prompt) -> None:
    """Update the text of a prompt that is sent again: add what was missed since, leave out what was read."""
    told = prompt.told.then(o.lines.only_lines(prompt.to, o.inboxes.take(prompt.to)))
    if prompt.failures or told != prompt.told:
        o.prompts.reword(prompt, _digest(o, prompt.to, told, prompt.ask))
        o.prompts.tells(prompt, told, prompt.ask)


def ask(o: Owners, name: str, kind: PromptKind, *, turn: int, words: str) -> Prompt:
    """Prompt an agent with a digest of all that it missed."""
    told = o.lines.only_lines(name, o.inboxes.take(name))
    prompt = o.prompts.tell(name, kind, turn, _digest(o, name, told, words))
    o.prompts.tells(prompt, told, words)
    hook_asking.tell(o, prompt)
    return prompt


def _digest(o: Owners, name: str, told: Missed, words: str) -> str:
    hands = tuple(o.cast[each.participant] for each in o.floor.hands() if each.participant != name)
    asked = Asked(o.cast.everybody, o.course.agenda.item, words, hands if name == o.chair else ())
    return compose(told, asked)


def speak(o: Owners, turn: AgentTurn) -> None:
    """Have the holder say the next words that wait."""
    name = turn.holder.name
    words = o.prompts.next_words(name)
    if not o.prompts.has_asked_words(name):
        o.floor.forget_words(name)
    if words.is_warning:
        turn.owe_cue()
    prompt = o.prompts.tell(name, PromptKind.WORDS, turn.number, words.text)
    hook_asking.tell(o, prompt)
    turn.prompt(prompt.kind, o.now)


def take_held(o: Owners, turn: AgentTurn) -> bool:
    """Add the replies that the holder began by itself to its turn; False if there are none."""
    name = turn.holder.name
    held = o.replies.take(name)
    for reply in held:
        turn.queue(reply)
    if held:
        turn.has_own()
        forget_request(o, name)
    return bool(held)


def advance(o: Owners, turn: AgentTurn) -> bool:
    """Continue with the next part of a turn after the played one; False if there is none."""
    name = turn.holder.name
    if turn.following:
        play_next(o, turn)
    elif turn.owes_reply:
        _wait_for_result(o, turn)
    elif o.prompts.names_prompts(name) and _is_unanswered(o, turn):
        turn.go_on_thinking()
        turn.think(o.now)
    elif not turn.prompted and o.prompts.has_words(name):
        turn.go_on_thinking()
        speak(o, turn)
    elif PromptKind.CUE not in turn.prompted and _wants_cue(o, turn):
        turn.go_on_thinking()
        if take_held(o, turn):
            play_next(o, turn)
        else:
            cue(o, turn)
    else:
        return False
    return True


def _wait_for_result(o: Owners, turn: AgentTurn) -> None:
    turn.go_on_thinking()
    if not o.calls.running(turn.holder.name):
        turn.think(o.now)


def _is_unanswered(o: Owners, turn: AgentTurn) -> bool:
    """Whether a prompt of this turn is unanswered."""
    return any(prompt.turn == turn.number for prompt in o.prompts.open_of(turn.holder.name))


def _wants_cue(o: Owners, turn: AgentTurn) -> bool:
    """Whether a turn without a cue so far still has something to answer."""
    by_text = not o.cast.hears_by_ear(turn.holder.name)
    if turn.owes_cue:
        return True
    if turn.ask and (turn.is_urgent or by_text):
        return True
    if turn.was_prepared:
        return False
    return not turn.prompted and by_text and bool(o.inboxes.of(turn.holder.name).lines)


def retry(o: Owners, prompt: Prompt) -> None:
    """Send a refused or failed prompt again, with the words that its agent has missed since."""
    if prompt.kind in {PromptKind.CUE, PromptKind.PREPARE}:
        _renew(o, prompt)
    o.prompts.tell_again(prompt)
    hook_asking.tell(o, prompt)
    turn = o.turns.agent(prompt.to)
    if turn is not None and turn.number == prompt.turn and not turn.is_playing:
        turn.think(o.now)


def give_up(o: Owners, prompt: Prompt) -> AgentTurn | None:
    """Give up a prompt that was refused too often; returns the turn that ends with it, if one does."""
    number, kind = prompt.turn, prompt.kind
    o.inboxes.put_back(prompt.to, o.prompts.give_up(prompt))
    turn = o.turns.agent(prompt.to)
    if kind is PromptKind.FILLER or turn is None or turn.number != number or turn.is_playing:
        return None
    return turn
