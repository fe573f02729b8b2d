"""A scenario from a meeting that others recorded: people by clips of its sound, or agents by its words.

1. With the sound (`people_again`), each stretch of speech is a clip, played at its time: people cut in, wait
   and overlap as they did. Nobody else is at the table, and the floor follows them.
2. With words alone (`words_again`), each speaker is an agent who says them, and the order is the meeting's.
3. Names become names of a scenario; what they were stays as titles.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from trialogue.errors import JournalError, SetupError
from trialogue.model.participants import Participant
from trialogue.model.text import stream_safe, well_formed
from trialogue.report.foreign import READERS, text_of
from trialogue.scenario.quantities import read_duration, write_duration
from trialogue.scenario.writing import escaped_values, write_yaml

__all__ = [
    "is_foreign",
    "named",
    "read_whole",
    "refuse_there",
    "slug",
    "titled",
    "whole_scenario",
    "written_length",
]

Keys = dict[str, object]
T = TypeVar("T")


def is_foreign(path: Path) -> bool:
    """Whether the file's suffix is that of a meeting format from elsewhere (RTTM, WebVTT, TextGrid, CHAT)."""
    return path.suffix.lower() in READERS


def read_whole(file: Path, reader: Callable[[str], T]) -> T:
    """Read a file with `reader`; JournalError if that fails."""
    try:
        return reader(text_of(file))
    except OSError as error:
        raise JournalError(f"cannot read {file}: {error.strerror}", path=str(file)) from error
    except ValueError as error:
        raise JournalError(
            f"{file} is not a valid {file.suffix[1:].upper()} file: {error}", path=str(file)
        ) from error


def refuse_there(path: Path) -> None:
    """Raise SetupError if the file already exists."""
    if path.exists():
        raise SetupError(f"{path} already exists: choose another file with --out")


def named(speakers: Iterable[str]) -> dict[str, str]:
    """A scenario's name for each speaker, in order of their first words; no two are alike, or read alike."""
    names: dict[str, str] = {}
    labels: set[str] = set()
    for who in dict.fromkeys(speakers):
        plain, number = slug(who), 2
        name = plain
        while (label := Participant(name).label) in labels:
            name, number = f"{plain}-{number}", number + 1
        labels.add(label)
        names[who] = name
    return names


def slug(text: str) -> str:
    """A name of a scenario: a small letter, then small letters, digits, `_` and `-`."""
    plain = unicodedata.normalize("NFKD", stream_safe(text)).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9_-]+", "-", plain).strip("-_")[:48]
    return name if re.match(r"[a-z]", name) else f"speaker-{name}".rstrip("-")


def titled(names: Mapping[str, str]) -> dict[str, Keys]:
    """By name: the title that people read instead of it, where that is another and no one else's."""
    owners = {Participant(name).label.casefold(): name for name in names.values()}
    owners.update((name, name) for name in names.values())
    titles: dict[str, Keys] = {}
    for who, name in names.items():
        title = " ".join(re.sub(r"[^\w .,'()/-]", " ", who).split())[:80].strip()
        is_own = title not in {"", name} and owners.setdefault(title.casefold(), name) == name
        titles[name] = {"title": title} if is_own else {}
    return titles


def written_length(file: Path, seconds: float) -> str:
    """Duration of a whole meeting as a scenario has it; JournalError where no duration is so long."""
    written = write_duration(seconds)
    if read_duration(written) is None:
        raise JournalError(f"{file} has times that are too long for a meeting", path=str(file))
    return written


def whole_scenario(file: Path, lacks: Sequence[str], document: Keys) -> bytes:
    """The content of a scenario's file, with its head."""
    head = [
        f"Made from {' '.join(well_formed(file.name).split())}. Missing:",
        *(f"- {each}" for each in lacks),
    ]
    return (
        "".join(f"# {line}\n" for line in head) + write_yaml(escaped_values({"trialogue": 1, **document}))
    ).encode()
