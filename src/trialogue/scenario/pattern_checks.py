"""Checks of a pattern at any place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Final

from trialogue.model.end_reasons import ERROR_CODES
from trialogue.model.expectations import OF_AGENDA, Happening
from trialogue.scenario.did_you_mean import did_you_mean
from trialogue.scenario.looking import Look, check_participant, there_are
from trialogue.scenario.patterns import EVENTS, EventKeys, SpokenKeys
from trialogue.scenario.problems import Code, Path
from trialogue.scenario.quantities import write_duration

__all__ = ["Use", "check_event", "events_in"]

LARGEST: Final = 1_000_000_000_000
"""Greatest number that a pattern can ask for."""

OUTCOMES: Final = ("succeeded", "failed", "timed-out", "cancelled", "unknown", "answered", "unanswered")
"""Outcomes of a tool call."""


class Use(Enum):
    """Use of a pattern."""

    EXPECTED = "expected"
    CLIP = "clip"
    COURSE = "course"

    @property
    def code(self) -> Code:
        """Code for problems of a pattern used here."""
        return Code.EXPECT if self is Use.EXPECTED else Code.MOMENT


_GRANTED: Final = "this form is only for clips: write participant: NAME, event: granted"
_ENDED: Final = "nothing can be done after the meeting has ended: only expect can use its end"
_ELSEWHERE: Final[Mapping[Use, Mapping[str, str]]] = {
    Use.EXPECTED: {"granted": _GRANTED},
    Use.CLIP: {"ended": _ENDED},
    Use.COURSE: {"granted": _GRANTED, "ended": _ENDED},
}
"""Keys of events that are not allowed for a use, with the reasons."""


def events_in(keys: EventKeys) -> list[str]:
    """Keys of an event that its author has written."""
    return [each for each in EVENTS if getattr(keys, each) is not None]


def check_event(look: Look, path: Path, keys: EventKeys, use: Use) -> None:
    """Note everything that is wrong with an event at its place."""
    here = [each for each in EVENTS if each not in _ELSEWHERE[use]]
    if wrong := _count_fault(events_in(keys), here):
        if not _check_halves(look, path, keys, use):
            look.tell(path, wrong, use.code)
        return
    _check_place(look, path, keys, use)
    _check_belonging(look, path, keys, use)
    _check_names(look, path, keys, use)


def _check_halves(look: Look, path: Path, keys: EventKeys, use: Use) -> bool:
    """Note an event whose participant or point is missing, or that is written twice; True if it did."""
    key = f"{path[-1]}: " if isinstance(path[-1], str) else ""
    named = events_in(keys)
    if not named and keys.event is not None:
        owner, which, names = "participant", "one", look.names("cast")
        if keys.event in OF_AGENDA:
            owner, which, names = "agenda", "point", tuple(point.id for point in look.document.agenda or ())
        name = path[1] if path[0] == "cast" and owner == "participant" else next(iter(names), "NAME")
        form = f"{key}{{{owner}: {name}, event: {keys.event.value}}}"
        look.tell(path, f"event needs {owner}: the {which} it happens to", use.code, form=form)
        return True
    if named == ["participant", "granted"] and keys.event is None:
        form = f"{key}{{participant: {keys.participant}, event: granted}}"
        look.tell(path, "has participant and granted: write event: granted", use.code, form=form)
        return True
    return False


def _count_fault(named: Sequence[str], here: Sequence[str]) -> str | None:
    if len(named) > 1:
        return f"has {' and '.join(named)}: keep only one"
    return None if named else f"needs one of {', '.join(here[:-1])} and {here[-1]}"


def _check_place(look: Look, path: Path, keys: EventKeys, use: Use) -> None:
    """Note an event that is not allowed at its place."""
    named = events_in(keys)[0]
    if (why := _ELSEWHERE[use].get(named)) is not None:
        look.tell((*path, named), why, use.code)
    if keys.granted is False:
        look.tell(path, "granted must be true", use.code)
    if keys.nth is not None and named in {"at", "ended"}:
        once = "a time" if named == "at" else "the end of a meeting"
        look.tell(path, f"{once} happens only once", use.code, idle=named == "ended")
    if use is not Use.EXPECTED:
        _check_action(look, path, keys, use)


def _check_action(look: Look, path: Path, keys: EventKeys, use: Use) -> None:
    """Note a condition that only expectations have."""
    if keys.except_ is not None and keys.error is not None:
        text = "has no effect here, only under expect: name the code that counts"
        look.tell((*path, "except"), text, use.code, form="error: tool-failed", idle=True)
    if keys.within is not None and keys.at is not None:
        form = f"at: {write_duration(keys.at)}"
        text = "has no effect beside at, which is a time itself"
        look.tell((*path, "within"), text, use.code, form=form, idle=True)


def _check_names(look: Look, path: Path, keys: EventKeys, use: Use) -> None:
    for key in ("speaking", "participant", "by"):
        check_participant(look, (*path, key), getattr(keys, key))
    if keys.said is not None:
        _check_spoken(look, (*path, "said"), keys.said, use)
    _check_known(look, (*path, "tool"), keys.tool, look.names("tools"), use=use)
    if look.sound("agenda"):
        points = tuple(point.id for point in look.document.agenda or ())
        _check_known(look, (*path, "agenda"), keys.agenda, points, use=use)
    _check_known(look, (*path, "outcome"), keys.outcome, OUTCOMES, use=use)
    _check_known(look, (*path, "error"), keys.error, ("any", *ERROR_CODES), use=use)
    if keys.event is not None and (keys.agenda is None) == (keys.event in OF_AGENDA):
        whose = "a point of the agenda" if keys.event in OF_AGENDA else "a participant"
        hint = '; did you mean "heard"?' if keys.event is Happening.STARTED else ""
        look.tell((*path, "event"), f"{keys.event.value} is an event of {whose}{hint}", use.code)
    if keys.within is not None and keys.after is not None and keys.within < keys.after:
        look.tell((*path, "within"), "must be later than after", use.code)


def _check_belonging(look: Look, path: Path, keys: EventKeys, use: Use) -> None:
    """Note a key that does not belong to this kind of event."""
    belongs = {
        "for": (keys.for_, ("speaking",)),
        "event": (keys.event, ("agenda", "participant")),
        "outcome": (keys.outcome, ("tool",)),
        "arguments": (keys.arguments, ("tool",)),
        "result": (keys.result, ("tool",)),
        "by": (keys.by, ("tool", "error")),
        "except": (keys.except_, ("error",)),
    }
    named = events_in(keys)[0]
    for key, (value, owners) in belongs.items():
        if value is not None and named not in owners:
            within = f" (under said: {{by: {value}}})" if key == "by" and named == "said" else ""
            look.tell((*path, key), f"belongs to {' and '.join(owners)}, not to {named}{within}", use.code)


def _check_spoken(look: Look, path: Path, said: SpokenKeys, use: Use) -> None:
    if said.match is None and said.number is None and said.name is None:
        hint, form = _any_words(said.by, use) if said.by is not None else ("", "")
        look.tell(path, f"needs match, number or name{hint}", use.code, form=form)
    if said.number is not None and not 0 <= said.number <= LARGEST:
        look.tell((*path, "number"), f"must be from 0 to {LARGEST:,}", use.code)
    check_participant(look, (*path, "by"), said.by)
    check_participant(look, (*path, "name"), said.name)


def _any_words(name: str, use: Use) -> tuple[str, str]:
    """Hint at the event of any words of a participant, with its form: something waits for their end."""
    if use is Use.EXPECTED:
        hint = "; for any words of a participant, write the event heard"
        return hint, f"{{participant: {name}, event: heard}}"
    return '; match: "." takes any words, when their turn is over', f'said: {{by: {name}, match: "."}}'


def _check_known(look: Look, path: Path, word: str | None, known: Sequence[str], *, use: Use) -> None:
    if word is not None and word not in known and not (path[-1] == "tool" and look.is_told("tools", word)):
        look.tell(path, f'unknown word "{word}"{did_you_mean(word, known) or there_are(known)}', use.code)
