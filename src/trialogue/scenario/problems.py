"""Problems of a scenario: each with its place, its text and a stable code."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from functools import cache
from typing import TypeAlias

from attrs import field

from trialogue.model.text import safe_text
from trialogue.scenario.own_names import OwnNames
from trialogue.values import define, frozen

Path: TypeAlias = tuple[str | int, ...]
"""Path in a document: keys, and indices from 0."""

MOST = 100
"""Most problems of one scenario that are listed; the rest are counted."""


class Code(Enum):
    """Code of every kind of fault; `docs/errors.md` has a section for each."""

    FILE = "E-FILE"
    ENCODING = "E-ENCODING"
    SIZE = "E-SIZE"
    DEPTH = "E-DEPTH"
    YAML = "E-YAML"
    ALIAS = "E-YAML-ALIAS"
    TAG = "E-YAML-TAG"
    MERGE = "E-YAML-MERGE"
    KEY_DUPLICATE = "E-KEY-DUPLICATE"
    KEY_TYPE = "E-KEY-TYPE"
    KEY_UNKNOWN = "E-KEY-UNKNOWN"
    KEY_MISSING = "E-KEY-MISSING"
    LATER = "E-LATER"
    FORMAT = "E-FORMAT"
    TYPE = "E-TYPE"
    CHOICE = "E-CHOICE"
    RANGE = "E-RANGE"
    NAME = "E-NAME"
    LINE = "E-LINE"
    DURATION = "E-DURATION"
    PATTERN = "E-PATTERN"
    VAR = "E-VAR"
    PROFILE = "E-PROFILE"
    MATRIX = "E-MATRIX"
    SECRET = "E-SECRET"  # noqa: S105 # the name of a fault
    PATH = "E-PATH"
    CAST_EMPTY = "E-CAST-EMPTY"
    CAST_UNKNOWN = "E-CAST-UNKNOWN"
    CAST_CHAIRS = "E-CAST-CHAIRS"
    CAST_AMBIGUOUS = "E-CAST-AMBIGUOUS"
    PERSON_KEY = "E-PERSON-KEY"
    PERSON_VIA = "E-PERSON-VIA"
    CLIP = "E-CLIP"
    MOMENT = "E-MOMENT"
    THINK_MISSING = "E-THINK-MISSING"
    THINK_TWICE = "E-THINK-TWICE"
    THINK_KEY = "E-THINK-KEY"
    THINK_LOCAL = "E-THINK-LOCAL"
    THINK_SCRIPTED = "E-THINK-SCRIPTED"
    SCRIPT_ENTRY = "E-SCRIPT-ENTRY"
    SETTINGS = "E-SETTINGS"
    STAND_IN = "E-STAND-IN"
    TOOL_UNKNOWN = "E-TOOL-UNKNOWN"
    TOOL_UNUSED = "E-TOOL-UNUSED"
    TOOL_KIND = "E-TOOL-KIND"
    TOOL_SCHEMA = "E-TOOL-SCHEMA"
    TOOL_RESERVED = "E-TOOL-RESERVED"
    FLOOR_CHAIR = "E-FLOOR-CHAIR"
    FLOOR_SHARE = "E-FLOOR-SHARE"
    FLOOR_CUSTOM = "E-FLOOR-CUSTOM"
    LIMIT_COST = "E-LIMIT-COST"
    AGENDA_ID = "E-AGENDA-ID"
    AGENDA_UNREACHABLE = "E-AGENDA-UNREACHABLE"
    END_AGENDA = "E-END-AGENDA"
    LIMIT_NONE = "E-LIMIT-NONE"
    FRAME = "E-FRAME"
    CLOCK_LIVE = "E-CLOCK-LIVE"
    EXPECT = "E-EXPECT"
    FAULT = "E-FAULT"
    EMPTY = "E-EMPTY"
    CONFLICT = "E-CONFLICT"
    UNREACHABLE = "E-UNREACHABLE"
    SPOKEN = "E-SPOKEN"
    CALL = "E-CALL"
    ENDPOINT = "E-ENDPOINT"
    ENVIRONMENT = "E-ENVIRONMENT"


@frozen(order=True)
class Place:
    """Place in a file, counted from 1 as in editors."""

    source: str
    """File, as it was named."""

    line: int
    """Line."""

    column: int
    """Column, in characters."""

    def __str__(self) -> str:
        return f"{self.source}:{self.line}:{self.column}"


@frozen
class ScenarioProblem:
    """Problem of a scenario."""

    place: Place
    """Place in the source."""

    path: Path
    """Path of the key."""

    text: str
    """Sentence with the fault and the right form; holds no prompt, no speech and no secret."""

    code: Code
    """Code, a stable name."""

    excerpt: str = field(default="", repr=False, eq=False)
    """Line of the file; empty where there is none. It is the author's text, for the author's eyes."""

    form: str = field(default="", repr=False, eq=False)
    """Example of a missing key; empty where the key at `path` has one."""

    names: OwnNames = field(factory=OwnNames, repr=False, eq=False)
    """Names of the file, for the example of the key at `path`."""

    def __str__(self) -> str:
        where = f"{path_text(self.path)}: " if self.path else ""
        return f"{self.place}: {where}{safe_text(self.text)} [{self.code.value}]"


@define
class Problems:
    """Collects faults, so that all of them are reported at once."""

    is_of_run: bool = False
    """Whether the file is a run's own, in which things without effect are noted instead of refused."""

    _names: Callable[[], OwnNames] = field(default=OwnNames, init=False, repr=False)
    _noted: list[ScenarioProblem] = field(factory=list[ScenarioProblem], init=False)
    _found: list[ScenarioProblem] = field(factory=list[ScenarioProblem], init=False)
    _beyond: int = field(default=0, init=False)
    _passed_over: set[tuple[str, int]] = field(factory=set[tuple[str, int]], init=False, repr=False)

    _kept_entries: dict[Path, tuple[int, ...]] = field(
        factory=dict[Path, tuple[int, ...]], init=False, repr=False
    )
    _texts: dict[str, list[str]] = field(factory=dict[str, list[str]], init=False, repr=False)

    @property
    def found(self) -> tuple[ScenarioProblem, ...]:
        """All noted faults, in the order in which they were found."""
        return tuple(self._found)

    @property
    def noted(self) -> tuple[ScenarioProblem, ...]:
        """Things without effect in a run's own file, in the order in which they were found."""
        return tuple(self._noted)

    @property
    def names(self) -> OwnNames:
        """Names of the file, for the forms in messages."""
        return self._names()

    def know(self, names: Callable[[], OwnNames]) -> None:
        """Have later faults show names of the file, which are looked up once there is a fault."""
        self._names = cache(names)

    def refuse(self, prefix: Path) -> None:
        """Refuse what was noted beneath a path: it is not of the run's file."""
        added = [each for each in self._noted if each.path[: len(prefix)] == prefix]
        self._noted = [each for each in self._noted if each not in added]
        self._found.extend(added)

    @property
    def is_partial(self) -> bool:
        """Whether unreadable lines were skipped; something that seems missing may be in them."""
        return bool(self._passed_over)

    def pass_over(self, places: Iterable[Place]) -> None:
        """Ignore further faults of these lines, as they were changed before reading."""
        self._passed_over.update((place.source, place.line) for place in places)

    def passes_over(self, places: Iterable[Place]) -> bool:
        """Whether one of these lines was skipped already, so that a line reports one slip only."""
        return any((place.source, place.line) in self._passed_over for place in places)

    def keep(self, found: tuple[ScenarioProblem, ...]) -> None:
        """Go back to these faults; later ones will be found again."""
        self._found = list(found)

    def leave_out(self, path: Path, kept: tuple[int, ...]) -> None:
        """Note which entries of a list could be read; the others are missing from the document."""
        self._kept_entries[path] = kept

    def written(self, path: Path) -> Path:
        """Path in the file of a path in the document, whose lists lack the entries that were left out."""
        if not self._kept_entries:
            return path
        found: Path = ()
        for step in path:
            kept = self._kept_entries.get(found) if isinstance(step, int) else None
            found = (*found, step if kept is None or not isinstance(step, int) else kept[step])
        return found

    @property
    def full(self) -> bool:
        """Whether the limit is reached; further faults are only counted."""
        return len(self._found) >= MOST

    def read(self, source: str, text: str) -> None:
        """Keep the text of a file, so that the line of a fault can be shown."""
        self._texts[source] = text.split("\n")

    def add(
        self, place: Place, path: Path, text: str, code: Code, *, form: str = "", idle: bool = False
    ) -> None:
        """Note a fault; the same one at the same place is noted once.

        An `idle` fault is about something without effect, which earlier versions accepted.
        """
        if (place.source, place.line) in self._passed_over and code is not Code.YAML:
            return
        names, beside = self.names, seat_or_tool(path)
        text, form = names.fill(text, beside), names.fill(form, beside)
        problem = ScenarioProblem(place, path, text, code, self._line(place), form, names)
        if idle and self.is_of_run:
            self._noted.extend([] if problem in self._noted else [problem])
        elif self.full:
            self._beyond += 1
        elif problem not in self._found:
            self._found.append(problem)

    def between(self, place: Place, end: int) -> str:
        """Text of the file from a place to a column of its line; empty where the file was not kept."""
        return self._line(place)[place.column - 1 : end - 1]

    def _line(self, place: Place) -> str:
        lines = self._texts.get(place.source, [])
        return lines[place.line - 1].rstrip("\r") if 0 < place.line <= len(lines) else ""

    def paths(self) -> frozenset[Path]:
        """Paths that have a fault."""
        return frozenset(problem.path for problem in self._found)

    def sorted(self, main: str) -> tuple[ScenarioProblem, ...]:
        """All faults sorted by place, those of the file `main` first."""
        found = sorted(self._found, key=lambda p: (p.place.source != main, p.place, path_text(p.path)))
        if self._beyond and found:
            found.append(ScenarioProblem(found[-1].place, (), f"and {self._beyond} more", found[-1].code))
        return tuple(found)


def keys_of(text: str) -> Path:
    """Path of the keys of a place in words.

    >>> keys_of("expect.always[0]")
    ('expect', 'always', 0)
    """
    parts = text.replace("[", ".").replace("]", "").split(".")
    return tuple(int(each) if each.isdecimal() else each for each in parts)


def seat_or_tool(path: Path) -> str:
    """Name of the participant or of the tool that a path leads into; empty for another path."""
    return str(path[1]) if path[:1] in {("cast",), ("tools",)} and path[1:] else ""


def path_text(path: Path) -> str:
    """A path in the usual notation: `cast.tech.think[0].model`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{shown(step)}" if text else shown(step)
    return text


def shown(word: str) -> str:
    """A key or a word of the file, shortened and safe to print on one line."""
    safe = safe_text(word)
    return safe if len(safe) <= 40 else f"{safe[:39]}…"
