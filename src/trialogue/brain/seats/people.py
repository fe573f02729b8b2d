"""People's seats: each person's voice, ear and typed words, as reported by source and ear.

1. A person speaks from `SpeechStarted` to `SpeechStopped`; in between its voice may fall and rise. The length
   is counted by the detector's positions, not by the time of the reports.
2. Each stretch of speech belongs to one place: a turn of the person's own, or the turn beside which it was.
3. Words belong to the stretch in which they were said, and are accepted only if its length can contain
   them.
4. When a source is reset (muted, asleep, gone), its person's speech is over: its detector starts again.
5. A source's reports may be late on a busy machine: deadlines for sound wait that much longer.
6. A person stopped at `hold.max`, by the app or by the chair may not retake the floor before a pause
   or another's speech.
"""

from __future__ import annotations

from collections import deque
from enum import Enum

from attrs import Factory

from trialogue.model.sums import summed
from trialogue.model.transcript import Beside
from trialogue.values import define, frozen

WORDS_A_SECOND = 6.0
"""Greatest number of words that is believed in a second of speech; one more word is always believed."""

NEAR_S = 0.6
"""Greatest distance between words and the stretch of speech that they belong to, in seconds."""

LATE_S = 6.0
"""Seconds after a stretch in which words without positions may still belong to it."""

KEPT = 64
"""Number of stretches that are kept for each person."""


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
"""Transitions of a person's ear; a missing entry is a stale event. A failed ear has failed for good."""


@define
class SpeechStretch:
    """Stretch of a person's detected speech."""

    begin_s: float
    """Position on the meeting's audio clock where it began."""

    end_s: float | None = None
    """Position where it ended; None while it lasts."""

    turn: int = 0
    """Number of the person's own turn that it is part of; 0 for none."""

    beside: int = 0
    """Number of the turn beside which it was; 0 for none."""

    kind: Beside = ""
    """Kind of speech beside another's turn; empty if there is none, or it is not classified yet."""

    is_worded: bool = False
    """Whether the transcript has its words, or it is known to have none."""

    def length(self, now: float) -> float:
        """Length of the stretch in seconds, or its length so far."""
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
    """All words of the utterance. Personal."""

    begin_s: float
    """Position where the first word begins."""

    end_s: float
    """Position where the last word ends."""


@define
class People:
    """Seats of all people."""

    _seats: dict[str, _Person] = Factory(dict[str, _Person])

    lag_s: float = 0.0
    """Seconds by which the reports of people's sources are behind the meeting's clock."""

    # --- changes ------------------------------------------------------------------------------------

    def seat(self, name: str, *, has_ear: bool) -> None:
        """Seat a silent person; `has_ear` if a listening session of its own is to come."""
        self._seats[name] = _Person(ear=EarState.AWAITED if has_ear else EarState.NONE)

    def lag(self, lag_s: float) -> None:
        """Note by how many seconds people's sources are behind the clock."""
        self.lag_s = max(0.0, lag_s)

    def begins(self, name: str, position_s: float) -> None:
        """Note that a person has begun to speak."""
        person = self._seats[name]
        person.stretches.append(SpeechStretch(position_s))
        person.fell_s, person.was_cut = None, False

    def stops(self, name: str, position_s: float) -> SpeechStretch:
        """Note that a person has stopped speaking; returns the stretch that is over."""
        person = self._seats[name]
        stretch = person.stretches[-1]
        stretch.end_s = max(stretch.begin_s, position_s)
        person.fell_s, person.is_barred = None, False
        return stretch

    def falls(self, name: str, position_s: float) -> None:
        """Note that a person's voice has fallen."""
        self._seats[name].fell_s = position_s

    def rises(self, name: str) -> None:
        """Note that a person's voice has risen again."""
        self._seats[name].fell_s = None

    def reset(self, name: str, now: float, *, keeps_typed: bool) -> SpeechStretch | None:
        """End the speech of a person whose source is gone or starts again; returns the stretch that was cut.

        `keeps_typed`: whether words that the person has typed continue to wait.
        """
        person = self._seats[name]
        if not keeps_typed:
            person.typed.clear()
        if not self.is_speaking(name):
            return None
        person.was_cut = True
        return self.stops(name, now if person.fell_s is None else person.fell_s)

    def types(self, name: str, text: str) -> None:
        """Note words that a person has typed; they wait for its turn."""
        self._seats[name].typed.append(text)

    def take_typed(self, name: str) -> list[str]:
        """Take all typed words of a person that wait: they have the floor now."""
        typed, self._seats[name].typed = self._seats[name].typed, []
        return typed

    def own(self, name: str, turn: int, since_s: float, now: float) -> None:
        """Make a person's stretches since a position part of its own turn, unless a turn has them already.

        Speech that continues from an earlier turn of its own belongs to this turn from now on.
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
        """Note that a person takes the floor with its last stretch of speech, current or completed."""
        person = self._seats[name]
        person.claims = person.stretches[-1].begin_s if person.stretches else now

    def take_claim(self, name: str) -> float | None:
        """Take the position since which speech counts that takes the floor; None if the floor was given."""
        person = self._seats[name]
        since, person.claims = person.claims, None
        return since

    def put_beside(self, name: str, turn: int) -> None:
        """Note that the current stretch is beside another's turn."""
        self._seats[name].stretches[-1].beside = turn

    def note_kind(self, name: str, kind: Beside) -> SpeechStretch:
        """Note the kind of a person's last stretch beside another's turn; returns the stretch."""
        stretch = self._seats[name].stretches[-1]
        stretch.kind = kind
        return stretch

    def place(self, stretch: SpeechStretch, turn: int, kind: Beside) -> None:
        """Note the turn beside which a stretch was that had no turn yet, and its kind."""
        stretch.beside, stretch.kind = turn, kind

    def bar(self, name: str) -> None:
        """Bar a person who speaks from taking the floor until it has paused."""
        self._seats[name].is_barred = True

    def lift_bars(self, but: str) -> None:
        """Let all people but one take the floor again: a turn was heard."""
        for name, person in self._seats.items():
            person.is_barred = person.is_barred and name == but

    def ear_ready(self, name: str, session: int) -> bool:
        """Note that a listening session is ready; False for a stale one."""
        return self._ear(name, session, EarChange.READY)

    def ear_lost(self, name: str, session: int) -> bool:
        """Note that a listening session was lost; False for a stale one."""
        return self._ear(name, session, EarChange.LOST)

    def ear_failed(self, name: str) -> bool:
        """Note that no more listening sessions follow; False if that is known."""
        return self._ear(name, self._seats[name].session, EarChange.FAILED)

    def _ear(self, name: str, session: int, change: EarChange) -> bool:
        person = self._seats[name]
        after = EAR.get((person.ear, change))
        if after is None or session < person.session:
            return False
        person.ear, person.session = after, session
        return True

    # --- views --------------------------------------------------------------------------------------

    def is_speaking(self, name: str) -> bool:
        """Whether a person speaks."""
        person = self._seats.get(name)
        return person is not None and bool(person.stretches) and person.stretches[-1].end_s is None

    def was_cut(self, name: str) -> bool:
        """Whether a reset of its source ended a person's speech: the source will report that end again."""
        return self._seats[name].was_cut

    def speaking(self) -> tuple[str, ...]:
        """People who speak, in the order in which they began."""
        found = [name for name in self._seats if self.is_speaking(name)]
        return tuple(sorted(found, key=lambda name: (self.current(name).begin_s, name)))

    def current(self, name: str) -> SpeechStretch:
        """Current or last stretch of speech; IndexError for a person who never spoke."""
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
        """Whether typed words of a person wait for the floor."""
        person = self._seats.get(name)
        return person is not None and bool(person.typed)

    def is_barred(self, name: str) -> bool:
        """Whether a person may not take the floor just now."""
        return self._seats[name].is_barred

    def has_ear(self, name: str) -> bool:
        """Whether a person's ear is ready, so that words may come."""
        return self._seats[name].ear is EarState.READY

    def awaits_ear(self, name: str) -> bool:
        """Whether a listening session of a person is to come: its first, or one after a loss."""
        person = self._seats.get(name)
        return person is not None and person.ear in {EarState.AWAITED, EarState.LOST}

    def is_of(self, name: str, session: int) -> bool:
        """Whether a listening session is the person's latest."""
        return session >= self._seats[name].session

    def unworded(self) -> list[tuple[str, SpeechStretch]]:
        """Completed stretches that have a turn and no words in the transcript yet, each with its person."""
        return [
            (name, stretch)
            for name, person in self._seats.items()
            for stretch in person.stretches
            if stretch.end_s is not None and not stretch.is_worded
            if stretch.turn or stretch.beside or stretch.kind
        ]

    def stretches_of(self, name: str, turn: int) -> list[SpeechStretch]:
        """Stretches of one of the person's own turns."""
        return [stretch for stretch in self._seats[name].stretches if stretch.turn == turn]

    def home(self, name: str, words: Words, now: float) -> list[SpeechStretch]:
        """Stretches in which words were said, in order; none if no speech was detected there.

        Stretches that are only near count if none was detected at the words' own position.
        """
        stretches = self._seats[name].stretches
        if words.end_s > words.begin_s:
            within = [each for each in stretches if _holds(each, words)]
            return within or [each for each in stretches if _touches(each, words, now)]
        near = [each for each in stretches if each.begin_s <= now and now - _end(each, now) <= LATE_S]
        return near[-1:]

    def word(self, stretches: list[SpeechStretch], words: Words | None = None) -> None:
        """Note that the transcript has words for these stretches, or that there are none.

        With `words`, only the stretches in which some of them were said, if that is known.
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
    """Whether stretches of this length can contain the words of a text."""
    length = summed(stretch.length(now) for stretch in stretches)
    return len(text.split()) <= WORDS_A_SECOND * length + 1
