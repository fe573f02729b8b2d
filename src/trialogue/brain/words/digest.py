"""Digest for an agent: a text with the words that it missed, notes, and the question to it.

1. One line per speaker, under the participant's label: `Tech: ...`, `Tech (interrupted): ...`.
2. Speech never makes a line or a label: it is written on one line, and in quotes if it contains something
   like a label, so that no participant can speak as another.
3. Then the point of the agenda, notes, raised hands, the fate of the agent's own words, and at the end the
   question.
4. No word is told twice; words that could not be told are put back.
5. Words and notes are told as far as a message can contain them: the oldest are left out, and their amount
   is given. Of notes, which an app may give without end, at most twice as many are kept.
6. The number of its remarks that were not heard is in a separate line, without a label and without words:
   `2 remarks of yours were not heard.` A script goes back by that many lines.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from attrs import Factory, evolve, field

from trialogue.brain.words.names import holds_label
from trialogue.model.participants import Participant
from trialogue.model.plan import AgendaItem
from trialogue.model.text import UNCLEAR, brief, safe_text
from trialogue.values import define, frozen

T = TypeVar("T")

LONGEST: Final = 110_000
"""Most characters of speech, and of notes, that one digest contains: more than can be typed at once, and
together less than a service takes in one message."""

ASK_CHAIR = "Nobody speaks. Name who shall speak next."
"""Question of the silence ladder to the chair."""

NUDGE = "Nobody speaks. Please go on."
"""Question of the silence ladder to the participant who was to speak."""

BE_SHORTER = "Your last turn was long. Please be shorter."
"""Note to a holder that has passed its plan's `hold.warn_s`."""


@frozen
class DigestLine:
    """Line of a digest: the words of another participant in one turn, or its silence."""

    speaker: Participant
    """Participant who spoke."""

    heard: str
    """Words that were heard; empty if it kept silent. Personal."""

    was_cut: bool = False
    """Whether the turn was interrupted."""

    is_certain: bool = True
    """Whether the words are certain."""

    was_beside: bool = False
    """Whether they were said while another participant had the floor."""


@frozen
class Missed:
    """Words and notes that one agent has not been told yet."""

    lines: tuple[DigestLine, ...] = ()
    """Turns of other participants, in order."""

    notes: tuple[str, ...] = ()
    """Notes of the app and of the brain, each on one line. Personal."""

    unheard: tuple[int, ...] = ()
    """Numbers of its own replies that were begun and not heard."""

    cut_after: str | None = None
    """Words that were heard of it before it was cut off; None if it was not. Personal."""

    forgotten_notes: int = 0
    """Number of older notes that no digest has room for."""

    noted: int = field(default=0, eq=False)
    """Characters of the notes' lines; notes that no digest has room for are forgotten at twice `LONGEST`."""

    def then(self, later: Missed) -> Missed:
        """These words and notes, and `later` ones."""
        return Missed(
            self.lines + later.lines,
            self.notes + later.notes,
            self.unheard + later.unheard,
            self.cut_after if later.cut_after is None else later.cut_after,
            self.forgotten_notes + later.forgotten_notes,
            self.noted + later.noted,
        ).bounded()

    def with_note(self, note: str) -> Missed:
        """These words, and one more note."""
        return evolve(self, notes=(*self.notes, note), noted=self.noted + len(_noted(note))).bounded()

    def bounded(self) -> Missed:
        """These words, without the older notes if there are far more than a digest has room for.

        Most notes change nothing here: to look at all of them at each would take too long for thousands.
        """
        if self.noted <= 2 * LONGEST:
            return self
        told = _latest(self.notes, _noted)
        notes = self.notes[-len(told) :]
        forgotten = self.forgotten_notes + len(self.notes) - len(notes)
        return evolve(self, notes=notes, forgotten_notes=forgotten, noted=sum(map(len, told)))


@define
class Inboxes:
    """Inboxes: words and notes that participants have not been told yet."""

    _missed: dict[str, Missed] = Factory(dict[str, Missed])

    def of(self, participant: str) -> Missed:
        """Content of a participant's inbox."""
        return self._missed.get(participant, Missed())

    def add_line(self, participant: str, line: DigestLine) -> None:
        """Add a turn of another participant."""
        missed = self.of(participant)
        self._missed[participant] = evolve(missed, lines=(*missed.lines, line))

    def add_note(self, participant: str, note: str) -> None:
        """Add a note of the app or of the brain."""
        self._missed[participant] = self.of(participant).with_note(one_line(brief(note, LONGEST)))

    def not_heard(self, participant: str, reply: int) -> None:
        """Note that a reply of the participant was begun and will not be heard."""
        missed = self.of(participant)
        if reply not in missed.unheard:
            self._missed[participant] = evolve(missed, unheard=(*missed.unheard, reply))

    def heard_after_all(self, participant: str, reply: int) -> None:
        """Note that a reply was heard after all: its stop came too late."""
        missed = self.of(participant)
        self._missed[participant] = evolve(missed, unheard=tuple(n for n in missed.unheard if n != reply))

    def forget_unheard(self, participant: str) -> None:
        """Forget unheard replies: their session is gone, and the new one knows which lines were given."""
        self._missed[participant] = evolve(self.of(participant), unheard=())

    def cut_off(self, participant: str, heard: str) -> None:
        """Note that the participant's own turn was cut, and the words heard before that."""
        self._missed[participant] = evolve(self.of(participant), cut_after=heard)

    def goes_on(self, participant: str) -> None:
        """Note that the participant's own turn, which was cut, continues from the cut."""
        self._missed[participant] = evolve(self.of(participant), cut_after=None)

    def take(self, participant: str) -> Missed:
        """Empty a participant's inbox; returns its content, which is told now."""
        return self._missed.pop(participant, Missed())

    def put_back(self, participant: str, missed: Missed) -> None:
        """Put back content that could not be told."""
        self._missed[participant] = missed.then(self.of(participant))


def one_line(text: str) -> str:
    """Text on one line, without characters that steer a terminal or the reading order."""
    return safe_text(text)


def quoted(text: str) -> str:
    """Text on one line, in quotes that it cannot close."""
    return '"' + one_line(text).replace('"', "'") + '"'


def quoted_if_label(text: str, cast: tuple[Participant, ...]) -> str:
    """Speech as it stands after its label: in quotes if it contains something like a label."""
    return quoted(text) if holds_label(one_line(text), cast, "Note") else one_line(text)


def _spoken(line: DigestLine, cast: tuple[Participant, ...]) -> str:
    label = one_line(line.speaker.label)
    if not line.heard:
        return f"({label} said nothing.)"
    if line.heard == UNCLEAR:
        return f"{label}: {UNCLEAR}"
    beside = " (at the same time)" if line.was_beside else ""
    marks = (" (interrupted)" if line.was_cut else "") + ("" if line.is_certain else " (uncertain)")
    return f"{label}{beside}{marks}: {quoted_if_label(brief(line.heard, LONGEST), cast)}"


def _own(missed: Missed) -> list[str]:
    own: list[str] = []
    count = len(missed.unheard)
    if count:
        own.append(f"{count} remarks of yours were not heard." if count > 1 else UNHEARD_ONE)
    if missed.cut_after is not None:
        heard = missed.cut_after
        own.append(
            f"You were cut off after: {quoted(brief(heard, LONGEST))}" if heard else "You were cut off."
        )
    return own


UNHEARD_ONE = "1 remark of yours was not heard."
"""Line that tells an agent of one remark that was not heard."""


@frozen
class Asked:
    """Parts of a digest besides the missed words: the question, and the state of the meeting."""

    cast: tuple[Participant, ...]
    """Cast of the meeting, whose labels speech must not imitate."""

    item: AgendaItem | None = None
    """Current point of the agenda; None without one."""

    ask: str = ""
    """Question in the words of the digest; empty for a plain request to speak. Personal."""

    hands: tuple[Participant, ...] = ()
    """Participants whose hands are up, for a chair."""


def compose(missed: Missed, asked: Asked) -> str:
    """Compose a digest. It is never empty: its last line asks the question, or asks to speak."""
    lines = _told(_latest(missed.lines, lambda line: _spoken(line, asked.cast)), len(missed.lines))
    if asked.item is not None:
        lines.append(f"Point of the agenda: {one_line(asked.item.title)}")
    lines += _told(_latest(missed.notes, _noted), len(missed.notes) + missed.forgotten_notes)
    if asked.hands:
        lines.append(f"Note: hands are up: {', '.join(one_line(each.label) for each in asked.hands)}")
    lines += _own(missed)
    lines.append(f"It is your turn. {one_line(asked.ask)}".rstrip())
    return "\n".join(lines)


def _noted(note: str) -> str:
    return f"Note: {note}"


def _told(lines: list[str], missed: int) -> list[str]:
    """Lines of the last entries of so many, with the number of those that are left out."""
    left_out = missed - len(lines)
    return [*([f"({left_out} earlier lines are left out.)"] if left_out else []), *lines]


def _latest(missed: Sequence[T], told_of: Callable[[T], str]) -> list[str]:
    """Lines of the last entries that fit in `LONGEST`; at least one for the very last entry.

    Older lines are not even made: a digest takes the same time however much was missed.
    """
    lines: list[str] = []
    room = LONGEST
    for each in reversed(missed):
        line = told_of(each)
        room -= len(line)
        if room < 0 and lines:
            break
        lines.append(line)
    return lines[::-1]
