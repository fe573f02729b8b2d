"""Words of people: the turn, or the stretch beside one, to which they are attributed.

1. Words of a person's own turn are attributed when the ear says that they are final, else at the
   turn's end. Later words are still attributed to that turn, and reported as uncertain.
2. Words beside another's turn stand in the transcript with their kind. No agent is told of a backchannel.
3. Speech without recognized words, or with fewer than before, is `(unclear)`, with a note. So is speech
   after the end of its person's turn that was too short until then to be sure.
4. Typed words are read for the reading time.
"""

from __future__ import annotations

from trialogue.brain.owners import Owners
from trialogue.brain.recorded_times import recorded
from trialogue.brain.seats.people import SpeechStretch, are_believed
from trialogue.brain.turn.person import PersonTurn
from trialogue.brain.words.digest import DigestLine
from trialogue.brain.words.utterances import SpokenUtterance
from trialogue.model.commands import Attribute
from trialogue.model.sums import summed
from trialogue.model.text import UNCLEAR
from trialogue.model.transcript import Beside
from trialogue.values import frozen

SURE_S = 0.3
"""Length in seconds below which speech may be any noise: without words it takes no turn."""

WORDS_S = 4.0
"""Seconds for which the words of completed speech are awaited."""

READ_WORDS_A_SECOND = 4.0
"""Pace at which typed words are read, in words a second."""

READ_AT_LEAST_S = 0.5
"""Least time for which typed words are read, in seconds."""


@frozen
class SpokenPlace:
    """Position of words beside another's turn."""

    stretch: SpeechStretch
    """Stretch of speech in which the last of them was said."""

    begin_s: float
    """Position on the meeting's audio clock where they begin."""

    kind: Beside
    """Kind of that speech."""


def attribute(o: Owners, turn: PersonTurn, spoken: SpokenUtterance) -> None:
    """Attribute the words of an utterance to its person's current turn."""
    text = o.utterances.tell(spoken)
    o.people.word(spoken.home, spoken.words)
    turn.word(is_certain=spoken.is_final)
    _stand(o, turn, text, is_certain=spoken.is_final)


def _stand(o: Owners, turn: PersonTurn, text: str, *, is_certain: bool) -> None:
    """Record words in a turn; they get positions if their speech was over before the turn began."""
    name, number = turn.holder.name, turn.number
    before = [
        (stretch.begin_s, stretch.end_s)
        for stretch in o.people.stretches_of(name, number)
        if stretch.end_s is not None and not o.transcript.holds(number, stretch.begin_s)
    ]
    begin_s, end_s = (before[0][0], max(end for _, end in before)) if before else (0.0, 0.0)
    begin_s, end_s = recorded(begin_s), recorded(end_s)
    o.emit(Attribute(name, number, text, is_certain=is_certain, begin_s=begin_s, end_s=end_s))


def settle(o: Owners, turn: PersonTurn) -> None:
    """Attribute all words of a turn that is about to end; without words, its speech is unclear."""
    name = turn.holder.name
    for spoken in o.utterances.open_of(name):
        if spoken.home and spoken.home[-1].turn == turn.number and _is_held(o, spoken):
            attribute(o, turn, spoken)
    stretches = o.people.stretches_of(name, turn.number)
    hear_if_sure(o, turn)
    has_words = any(each.is_worded for each in stretches) if turn.was_typed else turn.has_words
    if turn.was_heard and not has_words:
        _stand(o, turn, UNCLEAR, is_certain=False)
        _note_unclear(o, name)
    # a stretch that still lasts, and is too short so far, may yet turn out to be speech
    o.people.word([each for each in stretches if turn.was_heard or each.end_s is not None])


def is_sure(o: Owners, *stretches: SpeechStretch) -> bool:
    """Whether speech has lasted long enough to be more than noise."""
    return summed(stretch.length(o.now) for stretch in stretches) >= SURE_S


def hear_if_sure(o: Owners, turn: PersonTurn) -> None:
    """Note that a turn was heard, if its sound is sure to be speech."""
    if is_sure(o, *o.people.stretches_of(turn.holder.name, turn.number)):
        turn.hear()


def _is_held(o: Owners, spoken: SpokenUtterance) -> bool:
    return are_believed(spoken.words.text, spoken.home, o.now)


def _note_unclear(o: Owners, name: str) -> None:
    o.report("unclear", "nobody could make words of its speech", name)


def disbelieve(o: Owners, spoken: SpokenUtterance) -> None:
    """Report words that no detected speech can contain; they count for nothing."""
    o.utterances.tell(spoken)
    o.report("unclear", "words came that its speech was too short to hold", spoken.name)


def late(o: Owners, spoken: SpokenUtterance, turn: int) -> None:
    """Attribute words to a completed turn, and tell them to agents that hear text."""
    text = o.utterances.tell(spoken)
    o.people.word(spoken.home, spoken.words)
    if text:
        _stand_late(o, spoken.name, turn, text)


def _stand_late(o: Owners, name: str, turn: int, text: str) -> None:
    o.emit(Attribute(name, turn, text, is_certain=False))
    _tell(o, DigestLine(o.cast[name], text, is_certain=False))


def aside(o: Owners, spoken: SpokenUtterance, stretch: SpeechStretch, kind: Beside) -> None:
    """Attribute words that were said beside another's turn, from the first speech without words."""
    text = o.utterances.tell(spoken)
    begins = [each.begin_s for each in spoken.home if not (each.is_worded or each.turn)]
    o.people.word(spoken.home, spoken.words)
    if text:
        place = SpokenPlace(stretch, min((*begins, stretch.begin_s)), kind)
        _stand_beside(o, spoken.name, text, place, is_certain=spoken.is_final)


def unworded(o: Owners) -> list[tuple[str, SpeechStretch]]:
    """Speech beside the current turn that has no words yet; speech that is too short is noise."""
    turn = o.turns.current
    return [
        (name, stretch)
        for name, stretch in o.people.unworded()
        if is_sure(o, stretch)
        if turn is None or turn.holder.name != name or stretch.turn != turn.number
    ]


def unclear(o: Owners, name: str, stretch: SpeechStretch) -> None:
    """Stop waiting for the final words of speech beside a turn: known words stand, or it is unclear."""
    kind = stretch.kind or "backchannel"
    for spoken in o.utterances.open_of(name):
        if spoken.home and spoken.home[-1] is stretch and _is_held(o, spoken):
            late(o, spoken, stretch.turn) if stretch.turn else aside(o, spoken, stretch, kind)
            return
    o.people.word([stretch])
    if stretch.turn:
        _stand_late(o, name, stretch.turn, UNCLEAR)
    else:
        _stand_beside(o, name, UNCLEAR, SpokenPlace(stretch, stretch.begin_s, kind), is_certain=False)
    _note_unclear(o, name)


def _stand_beside(o: Owners, name: str, text: str, place: SpokenPlace, *, is_certain: bool) -> None:
    end_s = o.now if place.stretch.end_s is None else place.stretch.end_s
    o.emit(
        Attribute(
            name,
            place.stretch.beside,
            text,
            is_certain=is_certain,
            beside=place.kind,
            begin_s=recorded(place.begin_s),
            end_s=recorded(end_s),
        )
    )
    if place.kind == "overlap":
        _tell(o, DigestLine(o.cast[name], text, is_certain=is_certain, was_beside=True))


def _tell(o: Owners, line: DigestLine) -> None:
    """Add words to the inboxes of participants that read, and of the holder, which hears no people."""
    turn = o.turns.current
    holder = turn.holder.name if turn is not None else None
    for other in o.cast.everybody:
        reads = not o.cast.hears_by_ear(other.name) or other.name == holder
        if other.name != line.speaker.name and other.may_speak and reads:
            o.inboxes.add_line(other.name, line)


def read(o: Owners, turn: PersonTurn) -> None:
    """Record the words that the holder typed, which are read in its turn."""
    text = " ".join(o.people.take_typed(turn.holder.name))
    begin = max(o.now, turn.read_until)
    until = recorded(begin + max(READ_AT_LEAST_S, len(text.split()) / READ_WORDS_A_SECOND))
    turn.read(o.now, until)
    turn.word(is_certain=True)
    o.emit(
        Attribute(turn.holder.name, turn.number, text, is_certain=True, begin_s=recorded(begin), end_s=until)
    )
