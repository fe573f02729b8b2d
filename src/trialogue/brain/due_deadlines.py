"""Due deadlines, and the effect of each."""

from __future__ import annotations

from trialogue.brain import hook_answers
from trialogue.brain.course.ending import COST, TIME, end_meeting, take_awaited, use_up_money, warn_box
from trialogue.brain.deadlines import deadlines, unclear_at
from trialogue.brain.opening import open_meeting
from trialogue.brain.owners import Owners
from trialogue.brain.recorded_times import has_come
from trialogue.brain.tools import waits
from trialogue.brain.turn import attribution, listening, prompting, taking
from trialogue.brain.turn.agent import AgentTurn
from trialogue.brain.turn.person import PersonTurn
from trialogue.brain.words.digest import BE_SHORTER

GRACE_S = 5.0
"""Seconds for which a turn may continue after its limit to end its sentence."""


def take_due(o: Owners) -> bool:
    """Take the earliest due deadline; False if there is none."""
    found = [(at, name) for name, at in deadlines(o).items() if has_come(at, o.now)]
    decided = [each for each in sorted(found) if each[1] not in {"begin", "resume", "choose", "ladder"}]
    if not decided:
        return False  # the others belong to a free floor, which is looked at after this
    _take(o, decided[0][1])
    return True


def _take(o: Owners, name: str) -> None:
    turn = o.turns.current
    match name:
        case "ready":
            open_meeting(o)
        case "limit-silence":
            end_meeting(o, "silence")
        case "awaited":
            take_awaited(o)
        case "box":
            warn_box(o)
        case "judge":
            _classify_longest(o)
        case "unclear":
            _give_words_up(o)
        case "hook":
            hook_answers.give_up(o)
        case "retry":
            prompting.retry(o, min(o.prompts.refused(), key=lambda prompt: prompt.retry_at))
        case _ if name == TIME:
            end_meeting(o, TIME)
        case _ if name == COST:
            use_up_money(o)
        case _ if isinstance(turn, AgentTurn):
            _of_agent(o, turn, name)
        case _ if isinstance(turn, PersonTurn):
            _of_person(o, turn, name)
        case _:
            pass


def _of_agent(o: Owners, turn: AgentTurn, name: str) -> None:
    match name:
        case "filler":
            waits.fill(o, turn)
        case "ear":
            prompting.cue(o, turn)
        case "think":
            taking.close(o, turn, "timeout")
        case "warn":
            _warn(o, turn)
            o.inboxes.add_note(turn.holder.name, BE_SHORTER)
        case _:
            _hold_is_over(o, turn)


def _warn(o: Owners, turn: AgentTurn | PersonTurn) -> None:
    turn.warn()
    o.report("hold-warning", "the turn is long", turn.holder.name, level="warning")


def _hold_is_over(o: Owners, turn: AgentTurn) -> None:
    """End a turn that is too long: at once, or at its sentence's end if that is soon."""
    left = o.transcript.sentence_left_s(turn.number, o.now) if turn.is_playing else None
    may_end = turn.revoke_at is None and o.beside.is_empty()
    if may_end and left is not None and left <= GRACE_S:
        turn.revoke(o.now + left)
    else:
        taking.close(o, turn, "hold-limit")


def _of_person(o: Owners, turn: PersonTurn, name: str) -> None:
    match name:
        case "think":
            taking.close(o, turn, "timeout")
        case "hang":
            listening.hung(o, turn)
        case "words" | "read":
            listening.over(o, turn)
        case "warn":
            _warn(o, turn)
        case _:
            taking.revoke(o, turn, "hold-limit")


def _classify_longest(o: Owners) -> None:
    """Classify by its length the oldest speech beside the turn that still sounds."""
    names = (entry.name for entry in o.beside.entries() if entry.is_open)
    listening.classify_beside(o, next(name for name in names if not o.people.has_fallen(name)))


def _give_words_up(o: Owners) -> None:
    """Give up waiting for the words of speech beside a turn: it is unclear."""
    name, stretch = min(attribution.unworded(o), key=lambda each: unclear_at(o, *each))
    attribution.unclear(o, name, stretch)
