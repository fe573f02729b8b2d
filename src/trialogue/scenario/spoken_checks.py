"""Checks of words to be spoken: they exist, and hold no unfilled placeholder."""

from __future__ import annotations

from collections.abc import Iterator

from trialogue.model.escaped_words import BRACES, SHELL
from trialogue.scenario.checks import script_of
from trialogue.scenario.looking import Look
from trialogue.scenario.people import ClipsKeys
from trialogue.scenario.problems import Code, Path
from trialogue.scenario.schema import AgentKeys, Document, ReplacementKeys, StandInKeys
from trialogue.services.keys import ThinkStage

_WRONG = (
    (BRACES, r"{{...}} would be spoken literally: write a variable as ${name}, or \{{...}} to say it"),
    (SHELL, r"$NAME would be spoken literally: write a variable as ${name}, or \$NAME to say it"),
)


def check_spoken(look: Look) -> None:
    """Note every spoken text that is probably a mistake, and every empty list of words."""
    for path, text in _texts(look.document):
        if text is not None and not text.strip():
            look.tell(path, "is empty: add words, or leave it out", Code.EMPTY)
        elif text is not None and (wrong := next((told for sign, told in _WRONG if sign.search(text)), "")):
            look.tell(path, wrong, Code.SPOKEN)
    for path, text in _typed(look.document):
        if not text.strip():
            look.tell(path, "is empty: add words, or leave it out", Code.EMPTY)
    for path, empty in _empty(look.document):
        if look.places.find(path) is not None or look.is_whole(path[:-1]):
            look.tell(path, f"is empty: {empty}", Code.EMPTY)


def _empty(document: Document) -> Iterator[tuple[Path, str]]:
    for path, think in _all_thinks(document):
        if think.script == ():
            yield (*path, "script"), "add an entry such as {say: Good morning.}"
    for name, seat in document.cast.items():
        if isinstance(seat.via, ClipsKeys) and seat.via.clips == ():
            yield ("cast", name, "via", "clips"), "add a clip such as {say: Hello., when: {at: 5s}}"
    if document.end is not None and document.end.any == ():
        yield ("end", "any"), "name what ends the meeting, e.g. limits"


def _texts(document: Document) -> Iterator[tuple[Path, str | None]]:
    for name, seat in document.cast.items():
        yield from _of_seat(("cast", name), seat)
        for index, clip in enumerate(seat.via.clips if isinstance(seat.via, ClipsKeys) else ()):
            yield ("cast", name, "via", "clips", index, "say"), clip.say
    for path, think in _all_thinks(document):
        for index, entry in enumerate(script_of(think)):
            # An empty text with a thinking time is intended: the turn passes after that time.
            yield (*path, "script", index, "say"), entry.say or (entry.say if entry.think is None else None)
            # So is an empty text here: it means silence.
            yield (*path, "script", index, "otherwise"), entry.otherwise or None
    for name, tool in (document.tools or {}).items():
        if tool.filler is not None:
            yield ("tools", name, "filler", "say"), tool.filler.say


def _typed(document: Document) -> Iterator[tuple[Path, str]]:
    for name, seat in document.cast.items():
        for index, clip in enumerate(seat.via.clips if isinstance(seat.via, ClipsKeys) else ()):
            if clip.type is not None:
                yield ("cast", name, "via", "clips", index, "type"), clip.type


def _of_seat(path: Path, seat: AgentKeys | StandInKeys) -> Iterator[tuple[Path, str | None]]:
    for index, line in enumerate(seat.lines or ()):
        yield (*path, "lines", index), line
    if isinstance(seat, AgentKeys):
        yield (*path, "greeting"), seat.greeting
        if isinstance(seat.on_failure, ReplacementKeys):
            yield from _of_seat((*path, "on_failure", "replace"), seat.on_failure.replace)


def _all_thinks(document: Document) -> Iterator[tuple[Path, ThinkStage]]:
    for name, seat in document.cast.items():
        yield from _one_or_more(("cast", name, "think"), seat.think)
        if isinstance(seat.on_failure, ReplacementKeys):
            yield from _one_or_more(
                ("cast", name, "on_failure", "replace", "think"), seat.on_failure.replace.think
            )
    shared = document.defaults.agent if document.defaults else None
    if shared is not None:
        yield from _one_or_more(("defaults", "agent", "think"), shared.think)


def _one_or_more(
    path: Path, think: ThinkStage | tuple[ThinkStage, ...] | None
) -> Iterator[tuple[Path, ThinkStage]]:
    if isinstance(think, tuple):
        yield from (((*path, index), each) for index, each in enumerate(think))
    elif think is not None:
        yield path, think
