"""People's seats: each person's voice, ear and typed words, as reported by source and ear.

1. A person speaks from `SpeechStarted` to `SpeechStopped`; in between its voice may fall and rise. The length
   is counted by the detector's positions, not by the time of the reports.
2. Each stretch of speech belongs to one place: a turn of the person's own, or the turn beside which it was.
3. Words belong to the stretch in which they were said, and are accepted only if its length can contain
   them.
4. When a source is reset (muted, asleep, gone), nobody speaks any more: its detector starts anew.
5. A source's reports may be late on a busy machine: deadlines for sound wait that much longer.
6. A person stopped at `hold.max`, by the app or by the chair may not retake the floor before a pause
   or another's speech.
"""

from __future__ import annotations

from collections import deque
from enum import Enum

from attrs import Factory

from trialogue.model.transcript import Beside
from trialogue.values import define, frozen

WORDS_A_SECOND = 6.0
"""At most so many words are believed of a second of speech, and one more."""

NEAR_S = 0.6
"""Words belong to a stretch whose detected places differ from theirs by at most so much, in seconds."""

LATE_S = 6.0
"""Seconds behind a stretch in which words without places may still be its own."""

KEPT = 64
"""Number of stretches that are remembered of each person."""


class EarState(Enum):
    """State of a person's listening sessions."""

    NONE = "none"
    AWAITED = "awaited"
    READY = "ready"
    LOST = "lost"
    FAILED = "failed"


class EarChange(Enum):
    """Change of a person's listening sessions."""

    READY = "session ready"
    LOST = "session lost"
    FAILED = "failed for good"


_LIVING = (EarState.AWAITED, EarState.READY, EarState.LOST, EarState.NONE)

EAR: dict[tuple[EarState, EarChange], EarState] = {
    **{(state, EarChange.READY): EarState.READY for state in _LIVING},
    **{(state, EarChange.LOST): EarState.LOST for state in _LIVING},
    **{(state, EarChange.FAILED): EarState.FAILED for state in _LIVING},
}
"""Every step of a person's ear; a missing entry is a stale event. An ear that failed has failed for good."""


@define
class SpeechStretch:
    """One stretch of a person's detected speech."""

    begin_s: float
    """Place where it began on the meeting's audio clock."""

    end_s: float | None = None
    """Position where it ended; None while it lasts."""

    turn: int = 0
    """The turn of the person's own that it is part of; 0 for none."""

    beside: int = 0
    """The turn beside which it was; 0 for none."""

    kind: Beside = ""
    """Kind of speech, where it was beside another's turn and is classified."""

    is_worded: bool = False
    """Whether the transcript has words for it, or that there are none."""

    def length(self, now: float) -> float:
        """Length of the stretch, or its length so far."""
        return max(0.0, (now if self.end_s is None else self.end_s) - self.begin_s)


@define
class _Person:
    stretches: deque[SpeechStretch] = Factory(lambda: deque[SpeechStretch](maxlen=KEPT))
    fell_s: float | None = None
    ear: EarState = EarState.NONE
    session: int = 0
    typed: list[str] = Factory(list[str])
    is_barred: bool = False
    was_cut: bool = False
    claims: float | None = None


@frozen
class Words:
    """Words of an utterance so far, as reported by an ear."""

    text: str
    """All its words. Personal."""

    begin_s: float
    """Place where its first word begins."""

    end_s: float
    """Place where its last word ends."""


@define
class People:
    """All people's seats."""

    _seats: dict[str, _Person] = Factory(dict[str, _Person])

    lag_s: float = 0.0
    """Seconds by which their sources' reports are behind the meeting's clock."""

    # --- what changes them --------------------------------------------------------------------------

    def seat(self, name: str, *, has_ear: bool) -> None:
        """Seat a person, silent; `has_ear` where a listening session of its own is to come."""
        self._seats[name] = _Person(ear=EarState.AWAITED if has_ear else EarState.NONE)

    def lag(self, lag_s: float) -> None:
        """Note by how much people's sources are behind the clock."""
        self.lag_s = max(0.0, lag_s)

    def begins(self, name: str, position_s: float) -> None:
        """A person has begun to speak."""
        person = self._seats[name]
        person.stretches.append(SpeechStretch(position_s))
        person.fell_s, person.was_cut = None, False

    def stops(self, name: str, position_s: float) -> SpeechStretch:
        """A person has stopped speaking: the stretch that is over."""
        person = self._seats[name]
        stretch = person.stretches[-1]
        stretch.end_s = max(stretch.begin_s, position_s)
        person.fell_s, person.is_barred = None, False
        return stretch

    def falls(self, name: str, position_s: float) -> None:
        """A person's voice has fallen."""
        self._seats[name].fell_s = position_s

    def rises(self, name: str) -> None:
        """A person's voice has risen again."""
        self._seats[name].fell_s = None

    def reset(self, name: str, now: float, *, keeps_typed: bool) -> SpeechStretch | None:
        """A person's source lives no more, or starts anew: the stretch that ended with it.

        `keeps_typed`: whether words that the person typed wait on.
        """
        person = self._seats[name]
        if not keeps_typed:
            person.typed.clear()
        if not self.is_speaking(name):
            return None
        person.was_cut = True
        return self.stops(name, now if person.fell_s is None else person.fell_s)

    def types(self, name: str, text: str) -> None:
        """A person has typed words, which wait for its turn."""
        self._seats[name].typed.append(text)

    def take_typed(self, name: str) -> list[str]:
        """All that a person typed and that has not had the floor yet; it has now."""
        typed, self._seats[name].typed = self._seats[name].typed, []
        return typed

    def own(self, name: str, turn: int, since_s: float, now: float) -> None:
        """Make the person's stretches since a place part of a turn of its own, if they are no turn's yet.

        Speech that goes on since an earlier turn of its own is this turn's from now on.
        """
        stretches = self._seats[name].stretches
        for stretch in stretches:
            if stretch.turn == 0 and stretch.begin_s >= since_s:
                stretch.turn, stretch.beside = turn, 0
        last = stretches[-1]
        if last.end_s is None and last.turn != turn:
            last.end_s = max(last.begin_s, now)
            stretches.append(SpeechStretch(last.end_s, turn=turn))

    def claim(self, name: str, now: float) -> None:
        """The person takes the floor with its last stretch of speech, current or completed."""
        person = self._seats[name]
        person.claims = person.stretches[-1].begin_s if person.stretches else now

    def take_claim(self, name: str) -> float | None:
        """Since where the speech goes by which a person takes the floor; None where it was given it."""
        person = self._seats[name]
        since, person.claims = person.claims, None
        return since

    def put_beside(self, name: str, turn: int) -> None:
        """Make the current stretch one beside another's turn."""
        self._seats[name].stretches[-1].beside = turn

    def note_kind(self, name: str, kind: Beside) -> SpeechStretch:
        """Note what the last stretch of a person's speech was beside another's turn: that stretch."""
        stretch = self._seats[name].stretches[-1]
        stretch.kind = kind
        return stretch

    def place(self, stretch: SpeechStretch, turn: int, kind: Beside) -> None:
        """Note beside which turn a stretch was that had no home, and what it was."""
        stretch.beside, stretch.kind = turn, kind

    def bar(self, name: str) -> None:
        """Stop a person that speaks: it may not take the floor before it has paused."""
        self._seats[name].is_barred = True

    def lift_bars(self, but: str) -> None:
        """Somebody was heard: everybody else may take the floor again."""
        for name, person in self._seats.items():
            person.is_barred = person.is_barred and name == but

    def ear_ready(self, name: str, session: int) -> bool:
        """A listening session is ready; False where that is stale."""
        return self._ear(name, session, EarChange.READY)

    def ear_lost(self, name: str, session: int) -> bool:
        """A listening session was lost; False where that is stale."""
        return self._ear(name, session, EarChange.LOST)

    def ear_failed(self, name: str) -> bool:
        """Note that there will be no more listening sessions; False where that is known."""
        return self._ear(name, self._seats[name].session, EarChange.FAILED)

    def _ear(self, name: str, session: int, change: EarChange) -> bool:
        person = self._seats[name]
        after = EAR.get((person.ear, change))
        if after is None or session < person.session:
            return False
        person.ear, person.session = after, session
        return True

    # --- what they tell -----------------------------------------------------------------------------

    def is_speaking(self, name: str) -> bool:
        """Whether a person speaks."""
        person = self._seats.get(name)
        return person is not None and bool(person.stretches) and person.stretches[-1].end_s is None

    def was_cut(self, name: str) -> bool:
        """Whether a person's speech ended with a reset of its source, which tells the end once more."""
        return self._seats[name].was_cut

    def speaking(self) -> tuple[str, ...]:
        """People who speak, the first to begin first."""
        found = [name for name in self._seats if self.is_speaking(name)]
        return tuple(sorted(found, key=lambda name: (self.current(name).begin_s, name)))

    def current(self, name: str) -> SpeechStretch:
        """The current or last stretch of speech; IndexError for a person who never spoke."""
        return self._seats[name].stretches[-1]

    def spoken_until(self, name: str, now: float) -> float:
        """Position up to which the current stretch is known as speech: its end, its voice's fall, or now."""
        person = self._seats[name]
        end = self.current(name).end_s
        return end if end is not None else now if person.fell_s is None else person.fell_s

    def has_fallen(self, name: str) -> bool:
        """Whether a person's voice has fallen within its speech."""
        return self._seats[name].fell_s is not None

    def has_typed(self, name: str) -> bool:
        """Whether words that a person typed wait for the floor."""
        person = self._seats.get(name)
        return person is not None and bool(person.typed)

    def is_barred(self, name: str) -> bool:
        """Whether a person may not take the floor just now."""
        return self._seats[name].is_barred

    def has_ear(self, name: str) -> bool:
        """Whether somebody makes words of what a person says: words may come."""
        return self._seats[name].ear is EarState.READY

    def awaits_ear(self, name: str) -> bool:
        """Whether a listening session of a person's is to come: its first, or one in place of one lost."""
        person = self._seats.get(name)
        return person is not None and person.ear in {EarState.AWAITED, EarState.LOST}

    def is_of(self, name: str, session: int) -> bool:
        """Whether a listening session is the person's latest."""
        return session >= self._seats[name].session

    def unworded(self) -> list[tuple[str, SpeechStretch]]:
        """Stretches that have a home, are over, and for which nothing stands in the transcript yet."""
        return [
            (name, stretch)
            for name, person in self._seats.items()
            for stretch in person.stretches
            if stretch.end_s is not None and not stretch.is_worded
            if stretch.turn or stretch.beside or stretch.kind
        ]

    def stretches_of(self, name: str, turn: int) -> list[SpeechStretch]:
        """The stretches of a turn of the person's own."""
        return [stretch for stretch in self._seats[name].stretches if stretch.turn == turn]

    def home(self, name: str, words: Words, now: float) -> list[SpeechStretch]:
        """The stretches in which words were said, in order; none where nothing was detected there.

        What only lies near counts where nothing was detected at the words' own place.
        """
        stretches = self._seats[name].stretches
        if words.end_s > words.begin_s:
            within = [each for each in stretches if _holds(each, words)]
            return within or [each for each in stretches if _touches(each, words, now)]
        near = [each for each in stretches if each.begin_s <= now and now - _end(each, now) <= LATE_S]
        return near[-1:]

    def word(self, stretches: list[SpeechStretch], words: Words | None = None) -> None:
        """Note that the transcript has words for these stretches, or that there are none.

        With `words`, only the stretches in which some of them were said, where that is known.
        """
        within = [each for each in stretches if words is not None and _holds(each, words)]
        for stretch in within or stretches:
            stretch.is_worded = True


def _end(stretch: SpeechStretch, now: float) -> float:
    return now if stretch.end_s is None else stretch.end_s


def _touches(stretch: SpeechStretch, words: Words, now: float) -> bool:
    return stretch.begin_s <= words.end_s + NEAR_S and _end(stretch, now) >= words.begin_s - NEAR_S


def _holds(stretch: SpeechStretch, words: Words) -> bool:
    end_s = words.end_s if stretch.end_s is None else stretch.end_s
    return stretch.begin_s <= words.end_s and end_s >= words.begin_s


def are_believed(text: str, stretches: list[SpeechStretch], now: float) -> bool:
    """Whether speech of this length can hold these words."""
    length = sum(stretch.length(now) for stretch in stretches)
    return len(text.split()) <= WORDS_A_SECOND * length + 1
