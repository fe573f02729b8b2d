"""View of a document for checks: the places of its parts, and a list of problems."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from linecache import checkcache, getline

from trialogue.scenario.did_you_mean import did_you_mean
from trialogue.scenario.key_aliases import ANYBODY
from trialogue.scenario.own_values import NAME
from trialogue.scenario.problems import Code, Path, Place, Problems, ScenarioProblem, keys_of, shown
from trialogue.scenario.schema import Document
from trialogue.scenario.wrong_values import probable_name
from trialogue.values import frozen


@frozen
class SourcePlaces:
    """Places of a scenario's parts in its source."""

    known: Mapping[Path, Place]
    """Places by path, as written."""

    def find(self, path: Path) -> Place | None:
        """Place of a written value, in its owner or under `defaults`; None if it was not written."""
        if path in self.known:
            return self.known[path]
        return (
            self.known.get(("defaults", "agent", *path[2:])) if path[:1] == ("cast",) and path[2:] else None
        )

    def near(self, path: Path) -> Place:
        """Place of a value, or of the nearest map or list that would contain it."""
        while (place := self.find(path)) is None:
            path = path[:-1]
        return place

    def line_of(self, place: str) -> str:
        """File and line of a place in words: `boat.yaml:34` for `expect.at_end[2]`."""
        found = self.near(keys_of(place))
        return f"{found.source}:{found.line}"

    def problem(self, path: Path, text: str, code: Code) -> ScenarioProblem:
        """Problem that was found after the file was read, with its line as the file has it."""
        place = self.near(path)
        checkcache(place.source)
        return ScenarioProblem(place, path, text, code, getline(place.source, place.line).rstrip("\r\n"))


@frozen
class Look:
    """One checking pass over a document."""

    document: Document
    """Document as far as it could be read."""

    places: SourcePlaces
    """Places of its parts."""

    problems: Problems
    """Problems found."""

    unread: frozenset[Path]
    """Paths that could not be read."""

    def names(self, section: str) -> tuple[str, ...]:
        """Keys of `cast` or `tools`, including members that could not be read."""
        named = (path[1] for path in self.places.known if len(path) == 2 and path[0] == section)
        return tuple(name for name in named if isinstance(name, str))

    def is_told(self, section: str, name: str) -> bool:
        """Whether a fault of `cast` or `tools` already tells why it lacks a name."""
        wrong = (each for each in self.names(section) if NAME.fullmatch(each) is None)
        return (section,) in self.unread or any(probable_name(each) == name for each in wrong)

    def tell(self, path: Path, text: str, code: Code, *, form: str = "", idle: bool = False) -> None:
        """Note a fault, unless a part below it could not be read; `form` is an example of its own.

        An `idle` fault is about something without effect (`Problems.add`).
        """
        written = self.problems.written(path)
        if not self._is_unread(written):
            self.problems.add(self.places.near(written), written, text, code, form=form, idle=idle)

    def sound(self, section: str) -> bool:
        """Whether a section could be read completely."""
        return self.is_whole((section,))

    def is_whole(self, path: Path) -> bool:
        """Whether the value at a path could be read completely, or is not there."""
        return not self._is_unread(self.problems.written(path))

    def is_read(self, path: Path) -> bool:
        """Whether a key was read completely, or is not there; a key that is not known may stand for it."""
        return self.is_whole(path) and path[:-1] not in self.unread

    def _is_unread(self, prefix: Path) -> bool:
        return any(path[: len(prefix)] == prefix for path in self.unread)


def check_participant(look: Look, path: Path, name: str | None) -> None:
    """Note a name that no participant has; None is ignored."""
    known = look.names("cast")
    if name is None or name in known or look.is_told("cast", name):
        return
    hint = _for_anybody(path) if name in ANYBODY else did_you_mean(name, known)
    more = there_are(known) if name in ANYBODY or not hint else ""
    look.tell(path, f'no participant is named "{name}"{hint}{more}', Code.CAST_UNKNOWN)


def _for_anybody(path: Path) -> str:
    """Hint for a word that stands for every participant."""
    if path[-1] == "by" or "each" in path[-2:]:
        return ": leave it out for anybody" if path[-1] == "by" else ": leave each out for all of them"
    return (
        ": write an entry for each of them" if path[-1] in {"speaking", "participant", "to"} else ": name one"
    )


def there_are(names: Sequence[str]) -> str:
    """Hint that lists the known names, for a name without a similar one."""
    if not names:
        return "; none are defined"
    more = f" and {len(names) - 12} more" if len(names) > 12 else ""
    return f"; known: {', '.join(map(shown, names[:12]))}{more}"
