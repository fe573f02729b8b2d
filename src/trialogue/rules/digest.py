"""Digests: what an agent missed, and what is asked of it, in the words it reads.

1. One line a speaker, under the label that the plan gives it: `Tech: ...`, `Tech (interrupted): ...`.
2. Speech never makes a line or a label: it is brought onto one line, and put in quotes where it holds
   what looks like a label, so that nobody can speak as another.
3. Then the point of the agenda, notes, what became of the agent's own words, and last what is asked.
4. Nothing is told twice.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from attrs import Factory, define, evolve, frozen

from trialogue.model.participants import Participant
from trialogue.model.plan import AgendaItem
from trialogue.model.text import safe_text

ASK_CHAIR = "Nobody speaks. Name who shall speak next."
"""What the silence ladder asks of the chair."""

NUDGE = "Nobody speaks. Please go on."
"""What the silence ladder asks of whoever was to speak."""

BE_SHORTER = "Your last turn was long. Please be shorter."
"""What a holder is told after it passed its plan's `hold.warn_s`."""


@frozen
class Line:
    """What one other participant said, or did not say, in one turn."""

    speaker: Participant
    """Who."""

    heard: str
    """The words that were heard; empty when it kept silent. Personal."""

    was_cut: bool = False
    """Whether it was interrupted."""

    is_certain: bool = True
    """False where the words may be somebody else's."""


@frozen
class Missed:
    """All that one agent has yet to be told."""

    lines: tuple[Line, ...] = ()
    """Others' turns, in order."""

    notes: tuple[str, ...] = ()
    """Notes of the app and of the rules. Personal."""

    unheard: str = ""
    """Its own remark that was not heard, where it is told its words. Personal."""

    cut_after: str | None = None
    """What was heard of it before it was cut off; None where it was not. Personal."""

    is_unheard: bool = False
    """Whether a remark of its own was not heard whose words it knows."""

    def then(self, later: Missed) -> Missed:
        """This, and what came later."""
        return Missed(
            self.lines + later.lines,
            self.notes + later.notes,
            later.unheard or self.unheard,
            self.cut_after if later.cut_after is None else later.cut_after,
            self.is_unheard or later.is_unheard,
        )


@define
class Inboxes:
    """What everybody has yet to be told."""

    _missed: dict[str, Missed] = Factory(dict[str, Missed])

    def of(self, participant: str) -> Missed:
        """What a participant has yet to be told."""
        return self._missed.get(participant, Missed())

    def add_line(self, participant: str, line: Line) -> None:
        """Somebody else's turn is over."""
        missed = self.of(participant)
        self._missed[participant] = evolve(missed, lines=(*missed.lines, line))

    def add_note(self, participant: str, note: str) -> None:
        """There is something that it shall know."""
        missed = self.of(participant)
        self._missed[participant] = evolve(missed, notes=(*missed.notes, note))

    def not_heard(self, participant: str, words: str, *, knows_them: bool = False) -> None:
        """A remark of its own was thrown away; without words there is nothing to tell.

        An agent that spoke up by itself knows its words: read out to it, they would be said again.
        """
        if words and knows_them:
            self._missed[participant] = evolve(self.of(participant), is_unheard=True)
        elif words:
            self._missed[participant] = evolve(self.of(participant), unheard=words)

    def cut_off(self, participant: str, heard: str) -> None:
        """Its own turn was cut."""
        self._missed[participant] = evolve(self.of(participant), cut_after=heard)

    def take(self, participant: str) -> Missed:
        """All that it missed; it is told now."""
        return self._missed.pop(participant, Missed())

    def put_back(self, participant: str, missed: Missed) -> None:
        """It could not be told."""
        self._missed[participant] = missed.then(self.of(participant))


@lru_cache(maxsize=64)
def _label_like(cast: tuple[Participant, ...]) -> re.Pattern[str]:
    labels = {word for p in cast for word in (p.label, p.name, *p.aliases) if word.strip()} | {"Note"}
    alternatives = "|".join(sorted(map(re.escape, labels)))
    return re.compile(
        rf"(?<!\w)(?:{alternatives})(?>\s*)(?:\([^)]{{0,200}}\)(?>\s*))?[:\uff1a]", re.IGNORECASE
    )


def one_line(text: str) -> str:
    """The text on one line, without what steers a terminal or the order of reading."""
    return safe_text(text)


def _as_seen(text: str) -> str:
    """The text as a reader sees it: compatible characters as one (UAX 15, NFKC), none that are invisible."""
    return "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")


def quoted(text: str) -> str:
    """The text on one line in quotes that it cannot close."""
    return '"' + one_line(text).replace('"', "'") + '"'


def speech(text: str, cast: tuple[Participant, ...]) -> str:
    """What somebody said, as it may stand behind its label."""
    return quoted(text) if _label_like(cast).search(_as_seen(one_line(text))) else one_line(text)


def _spoken(line: Line, cast: tuple[Participant, ...]) -> str:
    label = one_line(line.speaker.label)
    if not line.heard:
        return f"({label} said nothing.)"
    marks = (" (interrupted)" if line.was_cut else "") + ("" if line.is_certain else " (uncertain)")
    return f"{label}{marks}: {speech(line.heard, cast)}"


def _own(missed: Missed) -> list[str]:
    own: list[str] = []
    if missed.unheard:
        own.append(f"Your remark was not heard: {quoted(missed.unheard)}")
    if missed.is_unheard:
        own.append("Your last remark was not heard.")
    if missed.cut_after is not None:
        heard = missed.cut_after
        own.append(f"You were cut off after: {quoted(heard)}" if heard else "You were cut off.")
    return own


def compose(missed: Missed, cast: tuple[Participant, ...], item: AgendaItem | None, ask: str) -> str:
    """The digest: never empty, its last line says what is asked (`ask`, or to speak)."""
    lines = [_spoken(line, cast) for line in missed.lines]
    if item is not None:
        lines.append(f"Point of the agenda: {one_line(item.title)}")
    lines += [f"Note: {one_line(note)}" for note in missed.notes]
    lines += _own(missed)
    lines.append(f"It is your turn. {one_line(ask)}".rstrip())
    return "\n".join(lines)
