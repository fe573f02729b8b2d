"""Notes on a valid scenario that will not sound, or not go, as its author expects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialogue.scenario.agents import thinks_of
from trialogue.scenario.did_you_mean import did_you_mean
from trialogue.scenario.letter_case import case_notes
from trialogue.scenario.never_notes import never_notes
from trialogue.scenario.people import ClipsKeys
from trialogue.scenario.problems import Path, path_text, shown
from trialogue.scenario.resolve import Resolved
from trialogue.scenario.schema import AgentKeys
from trialogue.scenario.unnamed_notes import unnamed_notes
from trialogue.scenario.unused_notes import unused_notes
from trialogue.scenario.voice_forms import LOCAL
from trialogue.scenario.word_notes import word_notes
from trialogue.services import EMBEDDED, HOSTED, SERVICES, service_of
from trialogue.services.keys import SpeakStage
from trialogue.speech.spoken_text import letters_in, sayable
from trialogue.speech.voices import VOICES, known_voice, stand_ins

_SOME: Final = f"; {' and '.join(LOCAL)} are voices, and trialogue voices lists all"
"""Hint at voices beside a name that is none."""

__all__ = ["end_notes", "notes"]


def notes(resolved: Resolved) -> list[str]:
    """Line for each unknown voice or word, key without effect, unspeakable text, and pattern in vain.

    Texts are personal, so a line names only their place.
    """
    return [
        *resolved.noted,
        *(
            note
            for name, seat in resolved.document.cast.items()
            for note in (*_of_voices(name, seat), *_of_words(name, seat), *_of_unheeded(name, seat))
        ),
        *case_notes(resolved.document),
        *word_notes(resolved.document),
        *never_notes(resolved.document),
        *unused_notes(resolved),
        *unnamed_notes(resolved.document),
    ]


def end_notes(resolved: Resolved) -> Iterator[str]:
    """Note on a file without `end`, `agenda` and limits: its meeting lasts until nobody speaks any more."""
    document, places, asked = resolved.document, resolved.places, resolved.overrides
    written = (("end",), ("agenda",), ("run", "limits"))
    is_limited = any(each is not None for each in (asked.time_s, asked.turns, asked.silence_s))
    if is_limited or any(path in places.known for path in written):
        return
    assert document.run is not None and document.run.limits is not None  # noqa: S101, PT018 - it is complete
    silence_s = document.run.limits.silence
    yield (
        f"nothing ends it but {silence_s:g} s of silence, or its time limit; "
        "to end it by words, write end: {any: [{said: {match: goodbye}}, limits]}"
    )


def _of_voices(name: str, seat: AgentKeys) -> Iterator[str]:
    named: list[tuple[Path, str]] = []
    if (
        seat.via == EMBEDDED
        and seat.speak is not None
        and seat.speak.model is not None
        and _is_ours(seat.speak)
    ):
        named.append((("cast", name, "speak", "model"), seat.speak.model))
    if isinstance(seat.via, ClipsKeys):
        clips = enumerate(seat.via.clips)
        named += [(("cast", name, "via", "clips", at, "voice"), c.voice) for at, c in clips if c.voice]
    for path, model in named:
        if known_voice(model) is None:
            hint = did_you_mean(model, (*VOICES, *stand_ins().spellings)) or _SOME
            yield f'{path_text(path)}: unknown voice "{shown(model)}"; a local voice is chosen instead{hint}'
    yield from _of_hosted(name, seat)


def _is_ours(speak: SpeakStage) -> bool:
    """Whether its model names a voice: other vendors name theirs by other keys."""
    return bool(service_of(HOSTED).keys.published_voices(speak))


def _of_unheeded(name: str, seat: AgentKeys) -> Iterator[str]:
    """Note for each key without effect, unless the agent is a rehearsal: scripted, and with a prompt."""
    thinks = thinks_of(seat)
    if seat.via != EMBEDDED or (seat.prompt is not None and any(think.is_scripted for think in thinks)):
        return
    stages: list[tuple[Path, str, object]] = [
        (("listen",), "listen", seat.listen),
        (("speak",), "speak", seat.speak),
    ]
    listed = isinstance(seat.think, tuple)
    stages += [(("think", at) if listed else ("think",), "think", each) for at, each in enumerate(thinks)]
    for path, part, stage in stages:
        for key in sorted(key for owner, key in service_of(EMBEDDED).keys.unheeded if owner == part):
            if getattr(stage, key, None) is not None:
                where = path_text(("cast", name, *path, key))
                yield f"{where}: has no effect at the embedded server, only at via: {HOSTED}"


def _of_hosted(name: str, seat: AgentKeys) -> Iterator[str]:
    """Note for a voice that is not on its service's published list, which may be outdated."""
    if (
        not isinstance(seat.via, str)
        or seat.via not in SERVICES
        or seat.via == EMBEDDED
        or seat.speak is None
    ):
        return
    service, model = service_of(seat.via), seat.speak.model
    known = service.keys.published_voices(seat.speak)
    if model is not None and known and model not in known:
        where = path_text(("cast", name, "speak", "model"))
        hint = did_you_mean(model, known) or f"; it has {known[0]} and {known[1]}" if len(known) > 1 else ""
        yield f'{where}: {service.title} has published no voice "{shown(model)}"{hint}'


def _of_words(name: str, seat: AgentKeys) -> Iterator[str]:
    for path, text in _texts(name, seat):
        if text is not None and letters_in(sayable(text)) < letters_in(text):
            yield f"{path_text(path)}: has words that the local voices cannot say; they speak English only"


def _texts(name: str, seat: AgentKeys) -> Iterator[tuple[Path, str | None]]:
    """Known texts that the local voices will speak."""
    if isinstance(seat.via, ClipsKeys):
        for index, clip in enumerate(seat.via.clips):
            yield ("cast", name, "via", "clips", index, "say"), clip.say
    if seat.via != EMBEDDED:
        return
    yield ("cast", name, "greeting"), seat.greeting
    for think in thinks_of(seat):
        for index, entry in enumerate(think.script if isinstance(think.script, tuple) else ()):
            if seat.lines is not None:
                yield ("cast", name, "lines", index), entry.say
            else:
                yield ("cast", name, "think", "script", index), entry.say or entry.otherwise
