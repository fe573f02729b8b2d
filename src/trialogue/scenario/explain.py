"""Origin of each value of a scenario."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias, cast

from trialogue.arguments import checks_arguments
from trialogue.scenario.problems import Path, Place, path_text
from trialogue.scenario.resolve import Resolved
from trialogue.scenario.writing import plain
from trialogue.values import frozen


@frozen
class Written:
    """The value is written in a file."""

    place: Place
    """Place in the file."""

    def __str__(self) -> str:
        return str(self.place)


@frozen
class BuiltIn:
    """The value is the built-in default."""

    def __str__(self) -> str:
        return "default"


@frozen
class Given:
    """The operator gave the value, with an option."""

    option: str
    """Option that gave it."""

    def __str__(self) -> str:
        return self.option


Origin: TypeAlias = Written | BuiltIn | Given


@frozen
class Explained:
    """One value of a resolved scenario."""

    path: str
    """Path in the document: `cast.tech.speak.model`."""

    value: object
    """Text, a number, true, false; an empty list or map."""

    origin: Origin
    """Origin of the value."""


@checks_arguments
def explain(resolved: Resolved) -> tuple[Explained, ...]:
    """Every value of a resolved scenario with its origin, in document order."""
    leaves = _leaves(plain(resolved.document), ())
    return tuple(Explained(path_text(path), value, _origin(resolved, path)) for path, value in leaves)


def _leaves(value: object, path: Path) -> Iterator[tuple[Path, object]]:
    match value:
        case dict() if value:
            for key, item in cast("dict[str, object]", value).items():
                yield from _leaves(item, (*path, key))
        case list() if value:
            for index, item in enumerate(cast("list[object]", value)):
                yield from _leaves(item, (*path, index))
        case _:
            yield path, value


def _origin(resolved: Resolved, path: Path) -> Origin:
    option = resolved.overrides.option_of(path)
    if option is not None:
        return Given(option)
    place = resolved.places.find(path)
    return BuiltIn() if place is None else Written(place)
